"""Which agents may look at a person: asked here, and nowhere else. Pure."""

from __future__ import annotations

from agents.base import AgentManifest, UserView


def may_look(manifest: AgentManifest, view: UserView) -> bool:
    return view.consents.issuperset(manifest.consents)
