"""What manifests of every kind of plug-in may say. Frozen values, no Django."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable of the environment that a plug-in reads; oo.lib.configuration reads it.

    `help` and `unit` are for whoever runs this installation, in the manner of .env.example.
    """

    name: str
    help: str
    unit: str
    default: str = ""

    def env_lines(self) -> str:
        """As .env.example says it: what it is, its unit and default, and the line itself."""
        return (
            f"# {self.help}\n"
            f"# Unit: {self.unit}. Default: {self.default or 'empty.'}\n"
            f"#{self.name}={self.default}\n"
        )
