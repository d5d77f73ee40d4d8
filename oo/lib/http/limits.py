"""How much of our time and memory another machine may take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Of one exchange, redirects included.

    timeout_s      seconds of each step: to connect, to send or receive a part
    deadline_s     seconds of the whole
    max_bytes      bytes of the unpacked body
    max_redirects  how many are followed
    """

    timeout_s: float = 10.0
    deadline_s: float = 30.0
    max_bytes: int = 8 * 1024 * 1024
    max_redirects: int = 5
