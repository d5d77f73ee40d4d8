from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adminconsole.base import (
    Action,
    Asked,
    ConsolePage,
    Order,
    PageManifest,
    Refused,
    Section,
)
from adminconsole.looking.by_person import FEWEST, OF_TIP, Side, are_enough, differ, sides
from adminconsole.looking.charts import Chart, Line
from adminconsole.looking.numbers import Interval, number, percent
from adminconsole.models import Counted, TipDay
from adminconsole.period import Period, short_day
from oo.lib.words import Words
from tips.base import PolicyManifest
from tips.make.in_force import InForce, load_in_force, switch_policy
from tips.models import Tip
from tips.registry import POLICIES

# What may be compared, by the column of TipDay.
BY: Mapping[str, Words] = {
    "policy": _("policy"),
    "model": _("model"),
    "prompt_version": _("prompt version"),
    "kind": _("kind"),
    "hour": _("hour of the day"),
    "priority": _("priority"),
    "cohort": _("month of joining"),
}
DRAWN = 6  # lines that can still be told apart


@dataclass(frozen=True, slots=True)
class Row:
    """Tips that are alike in one thing, and what was answered to them."""

    value: str  # as it stands in the address
    title: str
    counts: Mapping[str, int]  # by reaction; "" none

    @property
    def shown(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> Interval:
        return Interval(self.counts.get(Tip.Reaction.DONE, 0), self.shown)

    @property
    def later(self) -> Interval:
        return Interval(self.counts.get(Tip.Reaction.SNOOZE, 0), self.shown)

    @property
    def dismissed(self) -> Interval:
        return Interval(self.counts.get(Tip.Reaction.DISMISS, 0), self.shown)

    @property
    def silent(self) -> Interval:
        return Interval(self.counts.get("", 0), self.shown)


@dataclass(frozen=True, slots=True)
class Choosable:
    manifest: PolicyManifest
    in_force: InForce

    @property
    def is_in_force(self) -> bool:
        return self.manifest.key == self.in_force.policy.manifest.key

    @property
    def target(self) -> str:
        """Of the action that switches to it."""
        return f"{self.in_force.policy.manifest.key}>{self.manifest.key}"


class Rewards(ConsolePage):
    manifest = PageManifest(
        key="rewards",
        title=_("Rewards"),
        says=_("Which policy, prompt or hour helps people more, and is the difference real?"),
        icon="thumbs_up_down",
        section=Section.PRODUCT,
        rank=3,
    )

    def context(self, asked: Asked) -> Mapping[str, Any]:
        """Three queries of rows that are counted by day, one of the tips of a pair, and one."""
        by = asked.given("by") if asked.given("by") in BY else "policy"
        counts = TipDay.objects.within(asked.period).sums("day", by, "reaction")
        rows = _rows(by, counts)
        pair = _pair(asked, rows)
        in_force = load_in_force()
        return {
            "by": by,
            "choices": BY.items(),
            "rows": rows,
            "drawn": _chart(by, asked.period, counts, pair or rows[:DRAWN]),
            "pair": pair,
            "verdict": _verdict(by, pair, asked.period) if pair else "",
            "policies": [Choosable(policy.manifest, in_force) for policy in POLICIES],
            "counted": Counted.objects.newest(),
        }

    @property
    def actions(self) -> tuple[Action, ...]:
        return (
            Action(
                key="switch_policy",
                title=_("Switch to this policy"),
                says=_(
                    "It decides what everybody is told, from the next decision on. What is on"
                    " somebody's page stays until then."
                ),
                run=switch,
                is_dangerous=True,
                inverse="switch_policy",
                undoes=_backwards,
            ),
        )


def _pair(asked: Asked, rows: Sequence[Row]) -> list[Row]:
    """The two that the address names; nothing where it names the same twice, or none."""
    named = [asked.request.GET.get(name) for name in ("a", "b")]
    found = [row for value in named for row in rows if row.value == value]
    return found if len(found) == len({row.value for row in found}) == 2 else []


def _rows(by: str, counts: Mapping[tuple[date, Any, str], int]) -> list[Row]:
    """The most frequent first; hours, months and priorities in their own order."""
    found: dict[Any, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (_day, value, reaction), count in counts.items():
        found[value][reaction] += count
    rows = [Row(str(value), _title(by, value), found[value]) for value in _sorted(found)]
    is_ordered = by in ("hour", "cohort", "priority")
    return rows if is_ordered else sorted(rows, key=lambda row: -row.shown)


def _sorted(values: Iterable[Any]) -> list[Any]:
    return sorted(values, key=lambda value: (value is None, value))


def _title(by: str, value: Any) -> str:
    if value in (None, ""):
        return gettext("none")
    if by == "hour":
        return f"{value}:00"
    if by == "cohort":
        return date_format(value, "F Y")
    return str(value)


def _chart(
    by: str, period: Period, counts: Mapping[tuple[date, Any, str], int], rows: Sequence[Row]
) -> Chart:
    shown: dict[tuple[date, str], int] = defaultdict(int)
    done: dict[tuple[date, str], int] = defaultdict(int)
    for (day, value, reaction), count in counts.items():
        shown[day, str(value)] += count
        if reaction == Tip.Reaction.DONE:
            done[day, str(value)] += count
    days = list(period)

    def shares(value: str) -> list[float | None]:
        return [
            round(done[day, value] / shown[day, value], 4) if shown[day, value] else None
            for day in days
        ]

    return Chart(
        gettext("Share of tips that were done, by day"),
        [short_day(day) for day in days],
        [Line(row.title, shares(row.value), tone=str(n + 1)) for n, row in enumerate(rows)],
        is_share=True,
    )


def _verdict(by: str, pair: Sequence[Row], period: Period) -> str:
    """In words, for whoever does not read intervals."""
    if by not in OF_TIP:
        return gettext(
            "Nobody can tell: for this, tips are not counted by person, and those of one person are"
            " alike."
        )
    found = sides(by, [row.value for row in pair], period)
    if not are_enough(*found):
        return _too_few(pair, found)
    told = _better(pair, found) if differ(*found) else _unclear(pair, found)
    return " ".join((told, *_forgotten(pair, found)))


def _too_few(pair: Sequence[Row], found: Sequence[Side]) -> str:
    (first, second), (one, other) = pair, found
    return gettext(
        "Too few people yet: %(fewest)s on each side are needed, and of %(first)s there are"
        " %(one)s, of %(second)s %(other)s."
    ) % {
        "fewest": FEWEST,
        "first": first.title,
        "one": number(one.people),
        "second": second.title,
        "other": number(other.people),
    }


def _better(pair: Sequence[Row], found: Sequence[Side]) -> str:
    return gettext(
        "%(better)s is better: %(more)s of its tips were done, of %(worse)s %(less)s. By"
        " chance alone, so large a difference between so many people would be seen in fewer"
        " than 5 of 100 cases. That holds for one look, and not for whoever looks each day"
        " until it says so. What was switched at some time was not drawn by lot either: other"
        " things may have changed with it."
    ) % _shares(pair, found)


def _unclear(pair: Sequence[Row], found: Sequence[Side]) -> str:
    return gettext(
        "Nobody can tell yet: %(more)s of the tips of %(better)s were done, of %(worse)s"
        " %(less)s, and chance alone may have made that difference."
    ) % _shares(pair, found)


def _shares(pair: Sequence[Row], found: Sequence[Side]) -> dict[str, str]:
    (better, most), (worse, least) = sorted(
        zip(pair, found, strict=True), key=lambda row_and_side: -row_and_side[1].share
    )
    return {
        "better": better.title,
        "worse": worse.title,
        "more": percent(most.share),
        "less": percent(least.share),
    }


def _forgotten(pair: Sequence[Row], found: Sequence[Side]) -> Iterator[str]:
    """Counts by day outlive the tips of whoever has left."""
    kept, shown = sum(side.shown for side in found), sum(row.shown for row in pair)
    if kept < shown:
        yield gettext("This is of the %(kept)s tips that are still there, of %(shown)s shown.") % {
            "kept": number(kept),
            "shown": number(shown),
        }


def switch(order: Order) -> str:
    """`target` is the policy that decides, as staff sees it, and the one that shall: "old>new"."""
    before, _to, after = order.target.partition(">")
    if before not in POLICIES or after not in POLICIES:
        raise Refused(gettext("There is no policy of that key."))
    if before == after:
        raise Refused(gettext("%(policy)s decides already.") % {"policy": POLICIES.title(after)})
    if not switch_policy(before, after, at=order.at):
        raise Refused(
            gettext("%(policy)s does not decide any more. See which one does.")
            % {"policy": POLICIES.title(before)}
        )
    return gettext("%(policy)s decides from now on.") % {"policy": POLICIES.title(after)}


def _backwards(target: str) -> str:
    before, _to, after = target.partition(">")
    return f"{after}>{before}"
