from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from adminconsole.base import Asked, ConsolePage, PageManifest, Section
from adminconsole.counting.quality import FRESH
from adminconsole.looking.people import find
from adminconsole.looking.revealing import revealed_until
from agents.models import AgentOutput, Belief, LookSchedule, Transcript
from agents.registry import AGENTS, INFERENCES
from integrations.models import Connection
from integrations.registry import SOURCES
from tips.models import Interruption, Tip

MOMENTS = 12
# A sweep looks at whoever is due each quarter of an hour; it may be one late.
LOOKED = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Feature:
    """One number of the moments at which it was asked whether to speak up, the newest first."""

    name: str
    values: list[Any]

    @property
    def is_moved(self) -> bool:
        return len(self.values) > 1 and self.values[0] != self.values[1]


@dataclass(frozen=True, slots=True)
class Fresh:
    """How old something is that decisions rest on, and how old it may be."""

    title: str
    since: datetime | None
    until: datetime | None
    is_fresh: bool


class Features(ConsolePage):
    manifest = PageManifest(
        key="features",
        title=_("Features"),
        says=_("What did oO know of a person at that moment, and was it fresh?"),
        icon="tune",
        section=Section.MIND,
        rank=4,
        has_period=False,
    )

    def context(self, asked: Asked) -> Mapping[str, Any]:
        """Eight queries for a person, none without one."""
        typed = asked.given("person")
        person = find(typed)
        if person is None:
            return {"typed": typed, "person": None}
        moments = list(Interruption.objects.filter(user=person).order_by("-at")[:MOMENTS])
        return {
            "typed": typed,
            "person": person,
            "moments": moments,
            "features": list(_features(moments)),
            "fresh": list(_fresh(person, asked.at)),
            "sent": _sent(person),
            "revealed": revealed_until(asked, person.pk),
            "kept_days": settings.OO_TRANSCRIPTS_KEPT_DAYS,
        }


def _sent(person: User) -> list[tuple[Transcript, Tip | None]]:
    """What models were told lately, and the tip that it was about, if it was about one."""
    rows = Transcript.objects.filter(user=person).select_related("call")
    sent = list(rows.order_by("-at", "-pk")[:MOMENTS])
    about = Tip.objects.filter(user=person, polished_at__in={row.at for row in sent})
    tips = {tip.polished_at: tip for tip in about.only("polished_at")}
    return [(row, tips.get(row.at)) for row in sent]


def _features(moments: list[Interruption]) -> Iterator[Feature]:
    names = sorted({name for moment in moments for name in moment.features})
    for name in names:
        yield Feature(name, [_written(moment.features.get(name)) for moment in moments])


def _written(value: Any) -> Any:
    return round(value, 2) if isinstance(value, float) else value


def _fresh(person: User, at: datetime) -> Iterable[Fresh]:
    for row in Connection.objects.filter(user=person).order_by("source"):
        until = row.synced_at + FRESH if row.synced_at else None
        yield Fresh(SOURCES.title(row.source), row.synced_at, until, bool(until and until > at))
    looked = LookSchedule.objects.filter(pk=person.pk).values_list("next_look_at", "looked_at")
    for due, looked_at in looked:
        is_late = due is not None and due + LOOKED < at
        yield Fresh(gettext("The look of all agents"), looked_at, due, not is_late)
    for output in AgentOutput.objects.filter(user=person).order_by("agent"):
        is_fresh = output.expires_at > at
        yield Fresh(AGENTS.title(output.agent), output.made_at, output.expires_at, is_fresh)
    for belief in Belief.objects.filter(user=person).order_by("inference"):
        until = belief.expires_at
        yield Fresh(INFERENCES.title(belief.inference), belief.made_at, until, until > at)
