from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from adminconsole.base import (
    Action,
    Asked,
    ConsolePage,
    Order,
    PageManifest,
    Refused,
    Section,
)
from adminconsole.counting.quality import AGENT, LOOKED_AT
from adminconsole.looking.charts import Chart, Line
from adminconsole.looking.numbers import Interval
from adminconsole.looking.people import find
from adminconsole.looking.revealing import revealed_until
from adminconsole.models import Counted, QualityDay
from adminconsole.period import short_day
from agents.base import Agent, AgentManifest, UserView
from agents.looking.codec import fingerprint
from agents.looking.eligibility import may_look
from agents.looking.outputs import Stored, load_stored
from agents.models import AgentDay, AgentSwitch, Spent, Sweep
from agents.registry import AGENTS
from agents.view import load_views
from oo.lib.words import Words, told_to

DRAWN = 6
SWEEPS = 12
FRESH_SHARE = 0.9  # of its outputs; fewer are stale
SLOW_MS = 20.0  # a look at one person, on average


@dataclass(frozen=True, slots=True)
class Row:
    manifest: AgentManifest
    fresh: Interval  # of its outputs, when it was counted last
    people: int  # who were looked at then
    spent: Spent  # in the days that are shown
    off_since: datetime | None  # for everybody; None: it looks

    @property
    def missing(self) -> int:
        """Of those people, who have no output of it: there is nothing to see, or it failed."""
        return max(0, self.people - self.fresh.whole)

    @property
    def mean_ms(self) -> float | None:
        return self.spent.seconds * 1000 / self.spent.looks if self.spent.looks else None

    @property
    def is_failing(self) -> bool:
        return self.spent.failed * 100 > self.spent.looks

    @property
    def trouble(self) -> list[Words]:
        """What is wrong with it, the worst first."""
        if self.off_since:
            return []
        found = {
            _("failing"): self.is_failing,
            _("stale"): bool(self.fresh.whole) and self.fresh.share < FRESH_SHARE,
            _("slow"): (self.mean_ms or 0) > SLOW_MS,
        }
        return [words for words, is_so in found.items() if is_so]

    @property
    def state(self) -> str:
        if self.off_since:
            return "none"
        if self.is_failing:
            return "bad"
        if not self.fresh.whole:
            return "none"
        return "warn" if self.trouble else "good"


@dataclass(frozen=True, slots=True)
class Preview:
    """What one agent would see of a person now, beside what is stored."""

    title: Words
    stored: Stored | None
    becomes: str  # same, new, changed, gone, nothing, may_not, failed
    text: str
    ms: float

    @property
    def says(self) -> Words:
        return BECOMES[self.becomes]


BECOMES = {
    "same": _("the same"),
    "new": _("is new"),
    "changed": _("changes"),
    "gone": _("would go: nothing to see any more"),
    "nothing": _("nothing to see"),
    "may_not": _("may not look: consent, situation or switch"),
    "failed": _("fails"),
}


class Agents(ConsolePage):
    manifest = PageManifest(
        key="agents",
        title=_("Agents"),
        says=_("What do the agents see, and which of them are stale, slow or failing?"),
        icon="visibility",
        section=Section.MIND,
        rank=1,
    )

    def context(self, asked: Asked) -> Mapping[str, Any]:
        """Seven queries, and those of one look at the person who is named."""
        shares = _shares(asked)
        off = dict(AgentSwitch.objects.values_list("agent", "off_since"))
        spent = AgentDay.objects.spent(asked.period.first, asked.period.last)
        looked = QualityDay.objects.within(asked.period).filter(measure=LOOKED_AT)
        people = looked.order_by("-day").values_list("whole", flat=True).first() or 0
        typed = asked.given("person")
        person = find(typed) if typed else None
        return {
            "rows": [
                Row(
                    agent.manifest,
                    _newest(shares.get(key, {})),
                    people,
                    spent.get(key, Spent()),
                    off.get(key),
                )
                for key, agent in _agents()
            ],
            "days_chart": _chart(asked, shares),
            "sweeps": Sweep.objects.order_by("-began_at")[:SWEEPS],
            "typed": typed,
            "person": person,
            "previews": list(_preview(person)) if person else [],
            "revealed": revealed_until(asked, person.pk) if person else None,
            "counted": Counted.objects.newest(),
        }

    @property
    def actions(self) -> tuple[Action, ...]:
        return ACTIONS


def _agents() -> list[tuple[str, Agent]]:
    return list(AGENTS.load().items())


def _shares(asked: Asked) -> dict[str, dict[Any, tuple[int, int]]]:
    """By agent and day: how many outputs were fresh, of how many."""
    found: dict[str, dict[Any, tuple[int, int]]] = {}
    for row in QualityDay.objects.within(asked.period).filter(measure__startswith=AGENT):
        found.setdefault(row.measure.removeprefix(AGENT), {})[row.day] = (row.part, row.whole)
    return found


def _newest(days: Mapping[Any, tuple[int, int]]) -> Interval:
    return Interval(*days[max(days)]) if days else Interval(0, 0)


def _chart(asked: Asked, shares: Mapping[str, Mapping[Any, tuple[int, int]]]) -> Chart:
    days = list(asked.period)

    def line(key: str) -> list[float | None]:
        return [
            round(of[day][0] / of[day][1], 4) if day in (of := shares[key]) and of[day][1] else None
            for day in days
        ]

    return Chart(
        gettext("Share of outputs that are still true, by day"),
        [short_day(day) for day in days],
        [
            Line(AGENTS.title(key), line(key), tone=str(n + 1))
            for n, key in enumerate(sorted(shares)[:DRAWN])
        ],
        is_share=True,
    )


def _preview(person: User) -> Iterator[Preview]:
    view = load_views([person.pk], at=timezone.now()).get(person.pk)
    if view is None:
        return
    stored = load_stored([person.pk]).get(person.pk, {})
    with told_to(view.zone, view.locale, view.formats):
        for key, agent in _agents():
            yield _look(agent, view, stored.get(key))


def _look(agent: Agent, view: UserView, stored: Stored | None) -> Preview:
    began = perf_counter()
    if not may_look(agent.manifest, view):
        return Preview(agent.manifest.title, stored, "may_not", "", 0.0)
    try:
        snippet = agent.look(view)
    except Exception as error:  # a plug-in may raise anything
        return Preview(agent.manifest.title, stored, "failed", type(error).__name__, 0.0)
    ms = (perf_counter() - began) * 1000
    if snippet is None:
        return Preview(agent.manifest.title, stored, "gone" if stored else "nothing", "", ms)
    becomes = "new"
    if stored is not None:
        is_same = stored.fingerprint == fingerprint(snippet)
        becomes = "same" if is_same else "changed"
    return Preview(agent.manifest.title, stored, becomes, snippet.text, ms)


def disable(order: Order) -> str:
    agent = _ordered(order)
    if not AgentSwitch.objects.switch_off(order.target, at=order.at):
        raise Refused(gettext("%(agent)s is switched off already.") % {"agent": agent.title})
    return gettext("%(agent)s looks at nobody any more.") % {"agent": agent.title}


def enable(order: Order) -> str:
    agent = _ordered(order)
    if not AgentSwitch.objects.switch_on(order.target):
        raise Refused(gettext("%(agent)s is switched on already.") % {"agent": agent.title})
    return gettext("%(agent)s looks at people again.") % {"agent": agent.title}


def _ordered(order: Order) -> AgentManifest:
    agent = AGENTS.get(order.target)
    if agent is None:
        raise Refused(gettext("There is no agent of that key."))
    return agent.manifest


ACTIONS = (
    Action(
        key="disable_agent",
        title=_("Switch off"),
        says=_(
            "It looks at nobody any more. What it saw is in no decision from now on, and is deleted"
            " when people are looked at next."
        ),
        run=disable,
        is_dangerous=True,
        inverse="enable_agent",
    ),
    Action(
        key="enable_agent",
        title=_("Switch on"),
        says=_("It looks at people again, at the next decision about each of them."),
        run=enable,
        inverse="disable_agent",
    ),
)
