from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from accounts.models import Profile
from adminconsole.base import Asked, ConsolePage, PageManifest, Section
from adminconsole.looking.people import key_of
from adminconsole.looking.revealing import revealed_until
from agents.asking.keeping import transcripts
from agents.models import ModelCall
from tips.base import Kind
from tips.make.generating import Said, compare_policies
from tips.models import Interruption, Tip, TipDecision
from tips.polish.remembering import first_reason
from tips.polish.wording import Told, told
from tips.registry import POLICIES

SHOWN = 100
FILTERS = ("policy", "model", "prompt_version", "kind", "reaction")


class Tips(ConsolePage):
    manifest = PageManifest(
        key="tips",
        title=_("Tips"),
        says=_("Which tips were shown, and why did this person get this one?"),
        icon="lightbulb",
        section=Section.PRODUCT,
        rank=5,
    )

    def context(self, asked: Asked) -> Mapping[str, Any]:
        """Two queries for the list; a dozen or so for one tip, and one look at its person."""
        if asked.given("tip"):
            return {"tip": None, **_one(asked, asked.given("tip"))}
        found = Tip.objects.shown_in(asked.period.since, asked.period.until)
        given = {name: asked.given(name) for name in (*FILTERS, "person")}
        for name in FILTERS:
            if given[name]:
                found = found.filter(**{name: "" if given[name] == "none" else given[name]})
        if given["person"]:
            found = found.filter(user_id=key_of(given["person"]))
        tips = list(found.newest_shown(SHOWN))
        took = ModelCall.objects.ms_begun({(t.user_id, t.polished_at) for t in tips})
        return {
            "tip": None,
            "tips": [(each, took.get((each.user_id, each.polished_at))) for each in tips],
            "most": SHOWN,
            "given": given,
            "kinds": list(Kind),
            "policies": list(POLICIES.load()),
            "reactions": Tip.Reaction.choices,
        }


def _one(asked: Asked, key: str) -> dict[str, Any]:
    try:
        tip = Tip.objects.select_related("user").filter(pk=UUID(key)).first()
    except ValueError:
        tip = None
    if tip is None:
        raise Http404
    decision = TipDecision.objects.filter(tip=tip).first()
    revealed = revealed_until(asked, tip.user_id)
    calls = ModelCall.objects.begun(tip.user_id, tip.polished_at)
    said = transcripts(calls) if revealed else []
    return {
        "tip": tip,
        "decision": decision,
        "candidates": decision.candidates if decision else [],
        "calls": calls,
        "took_ms": sum(call.ms for call in calls),
        "asked_about": Interruption.objects.filter(tip=tip).order_by("at"),
        "policies_say": _policies(asked, tip.user_id),
        "revealed": revealed,
        "said": said,
        "told": _told(tip) if revealed and not said else None,
        "kept_days": settings.OO_TRANSCRIPTS_KEPT_DAYS,
    }


def _told(tip: Tip) -> Told:
    """With the prompt of today, where what was asked is not kept, or not any more."""
    locale = Profile.objects.values_list("locale", flat=True).get(pk=tip.user_id)
    return told(tip.plain or tip.content, first_reason(tip), locale=locale)


def _policies(asked: Asked, user_id: UUID) -> list[Said]:
    try:
        return compare_policies(user_id, at=asked.at)
    except Profile.DoesNotExist:  # has left a moment ago
        return []
