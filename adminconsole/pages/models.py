from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adminconsole.base import Asked, ConsolePage, PageManifest, Section
from adminconsole.looking.charts import Chart, Line
from adminconsole.looking.numbers import Figure, compared, money, number, share
from adminconsole.models import CallDay, Counted
from adminconsole.period import Period, short_day
from agents.models import ModelCall
from oo.lib import llm
from oo.lib.words import Words

Outcome = ModelCall.Outcome
# The answer was not taken, and what rules had decided stood.
FELL_BACK = (Outcome.REFUSED, Outcome.UNUSABLE, Outcome.AWAY, Outcome.TOO_SLOW)
SUMS = ("count", "tokens_in", "tokens_out", "cost_usd")


@dataclass(slots=True)
class Alias:
    """The calls of one alias. What did not answer does not say which model it is."""

    name: str
    models: set[str] = field(default_factory=set)
    is_local: bool = True
    count: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    cost_usd: float = 0.0
    outcomes: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    doublings: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def fell_back(self) -> float | None:
        return share(sum(self.outcomes[outcome] for outcome in FELL_BACK), self.count)

    @property
    def usual_ms(self) -> int:
        return self._at_most_ms(0.5)

    @property
    def slow_ms(self) -> int:
        return self._at_most_ms(0.95)

    def _at_most_ms(self, part: float) -> int:
        """The end of the doubling in which that part of the calls is reached: at most twice it."""
        passed = 0
        for doubling in sorted(self.doublings):
            passed += self.doublings[doubling]
            if passed >= part * self.count:
                return int(2 ** (doubling + 1))
        return 0

    @property
    def state(self) -> str:
        away = self.outcomes[Outcome.AWAY] + self.outcomes[Outcome.TOO_SLOW]
        if self.count and away / self.count > 0.5:
            return "bad"
        return "warn" if (self.fell_back or 0) > 0.2 else "good"


@dataclass(frozen=True, slots=True)
class Budget:
    """What everybody used of one in the 24 hours before."""

    title: Words
    used: float
    limit: float
    text: Callable[[float], str] = number

    @property
    def used_text(self) -> str:
        return self.text(self.used)

    @property
    def limit_text(self) -> str:
        return self.text(self.limit)


class Models(ConsolePage):
    manifest = PageManifest(
        key="models",
        title=_("Models"),
        says=_("Which language models are asked, what do they cost, and can they be relied on?"),
        icon="neurology",
        section=Section.MIND,
        rank=3,
    )

    def context(self, asked: Asked) -> Mapping[str, Any]:
        """Five queries, four of rows that are counted by day, and a look at the cache."""
        period, over = asked.period, asked.period.over(asked.at.date())
        by = ("alias", "model", "is_local", "outcome", "doublings")
        aliases = _aliases(CallDay.objects.within(period).sums(*by, of=SUMS))
        whole = _aliases(CallDay.objects.within(over).sums(*by, of=SUMS))
        then = _aliases(CallDay.objects.within(over.before()).sums(*by, of=SUMS))
        days = CallDay.objects.within(period).sums("day", "outcome")
        return {
            "figures": compared(_figures(aliases, []), _figures(whole, then)),
            "aliases": aliases,
            "outcomes_chart": _chart(period, days),
            "circuits": [(each, _moment(each.until)) for each in llm.circuits()],
            "is_shared": bool(settings.REDIS_URL),
            "budgets": _budgets(asked),
            "counted": Counted.objects.newest(),
        }


def _moment(epoch_s: float | None) -> datetime | None:
    return datetime.fromtimestamp(epoch_s, UTC) if epoch_s else None


def _aliases(sums: Mapping[tuple[Any, ...], tuple[Any, ...]]) -> list[Alias]:
    found: dict[str, Alias] = {}
    for (name, model, is_local, outcome, doublings), values in sums.items():
        alias = found.setdefault(name, Alias(name))
        alias.models |= {model} - {""}
        alias.is_local &= is_local
        count, tokens_in, tokens_out, cost_usd = values
        alias.count += count
        alias.tokens_in += tokens_in
        alias.tokens_out += tokens_out
        alias.cost_usd += cost_usd
        alias.outcomes[outcome] += count
        alias.doublings[doublings] += count
    return sorted(found.values(), key=lambda alias: -alias.count)


def _figures(now: list[Alias], then: list[Alias]) -> list[Figure]:
    def total(aliases: list[Alias], name: str) -> float | None:
        return sum(getattr(alias, name) for alias in aliases) if aliases else None

    def fell_back(aliases: list[Alias]) -> float | None:
        lost = sum(alias.outcomes[outcome] for alias in aliases for outcome in FELL_BACK)
        return share(lost, sum(alias.count for alias in aliases))

    def stayed(aliases: list[Alias]) -> float | None:
        local = sum(alias.count for alias in aliases if alias.is_local)
        return share(local, sum(alias.count for alias in aliases))

    return [
        Figure(_("Calls"), total(now, "count") or 0, total(then, "count"), is_better=None),
        Figure(_("Tokens read"), total(now, "tokens_in") or 0, total(then, "tokens_in"),
               is_better=None),
        Figure(_("Tokens written"), total(now, "tokens_out") or 0, total(then, "tokens_out"),
               is_better=None),
        Figure(_("Cost in USD"), total(now, "cost_usd") or 0, total(then, "cost_usd"),
               is_better=False, is_money=True),
        Figure(_("Fell back to rules"), fell_back(now), fell_back(then), is_share=True,
               is_better=False),
        Figure(_("Stayed on this host"), stayed(now), stayed(then), is_share=True),
    ]  # fmt: skip


def _chart(period: Period, days: Mapping[tuple[Any, str], int]) -> Chart:
    tones = {Outcome.USED: "done", Outcome.REFUSED: "snooze", Outcome.UNUSABLE: "3",
             Outcome.AWAY: "dismiss", Outcome.TOO_SLOW: "6", Outcome.OVERTAKEN: "none"}  # fmt: skip
    return Chart(
        gettext("Calls by day, by what became of the answer"),
        [short_day(day) for day in period],
        [
            Line(outcome.label, [days.get((day, outcome.value), 0) for day in period], tone=tone)
            for outcome, tone in tones.items()
        ],
        kind="bar",
        is_stacked=True,
    )


def _budgets(asked: Asked) -> list[Budget]:
    tokens, usd = ModelCall.objects.spent_since(asked.at - timedelta(days=1))
    return [
        Budget(_("Tokens of everybody, in 24 hours"), tokens, settings.OO_MODEL_TOKENS_ALL),
        Budget(_("USD of everybody, in 24 hours"), usd, settings.OO_MODEL_USD_ALL, money),
    ]
