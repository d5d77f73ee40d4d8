"""Whether an agent may look at a person now: asked here, and nowhere else. Pure."""

from __future__ import annotations

from agents.base import AgentManifest, UserView


def may_look(manifest: AgentManifest, view: UserView) -> bool:
    """What staff has left on, what the person allows, their situation, and what they have set."""
    if manifest.key in view.switched_off:
        return False
    if not view.consents.issuperset(manifest.consents):
        return False
    if manifest.serves and view.situation and view.situation.key not in manifest.serves:
        return False
    return view.prefs_of(manifest.key, manifest.prefs).on
