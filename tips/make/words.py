"""The words of a tip: what is said of a row, and, in the words of the policy, why now.

Rendered in the person's language and clock.
"""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from oo.lib.words import Words, clock
from tips.base import BETWEEN_REASONS, Facts, Kind, PolicyManifest, Scored

# Every policy can have nothing to choose from. All its other silences have words of its own.
NOTHING_OPEN: Words = gettext_lazy("Nothing is open. The day is yours.")
NOTHING_SAID: Words = gettext_lazy("Nothing needs you now.")


def render(scored: Scored, policy: PolicyManifest) -> tuple[str, str]:
    """(content, detail): what is said, and the line below it with at most two reasons why now."""
    candidate = scored.candidate
    if candidate.kind is Kind.REMINDER:
        name = candidate.content or _("Your next meeting")
        return name, _("Starts at %(time)s") % {"time": clock(candidate.facts.starts_at)}
    said = [say(candidate.facts) for r in scored.reasons if (say := policy.reasons.get(r))]
    return candidate.content or _("Untitled"), BETWEEN_REASONS.join(s for s in said[:2] if s)


def reason(code: str, facts: Facts, policy: PolicyManifest) -> str:
    """One reason or penalty as a short phrase; "" for a code without words."""
    say = policy.reasons.get(code) or policy.penalties.get(code)
    return say(facts) if say else ""


def silence(code: str, policy: PolicyManifest | None) -> str:
    """Why nothing is said. policy: None if it is not installed any more."""
    if policy and code in policy.silences:
        return str(policy.silences[code])
    return str(NOTHING_OPEN if code == "nothing_open" else NOTHING_SAID)
