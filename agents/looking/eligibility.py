"""Whether an agent may look at a person now: asked here, and nowhere else. Pure."""

from __future__ import annotations

from agents.base import AgentManifest, UserView


def may_look(manifest: AgentManifest, view: UserView) -> bool:
    """What the person allows, and the situation that they are in, and what they have set."""
    if not view.consents.issuperset(manifest.consents):
        return False
    if manifest.serves and view.situation and view.situation.key not in manifest.serves:
        return False
    return view.prefs_of(manifest.key, manifest.prefs).on
