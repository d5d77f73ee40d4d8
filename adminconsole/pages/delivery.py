from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from adminconsole.base import Asked, ConsolePage, PageManifest, Section
from adminconsole.counting.asked import BINS
from adminconsole.looking.charts import Chart, Line
from adminconsole.looking.numbers import Figure, Interval, share
from adminconsole.models import AskedDay, Counted
from adminconsole.period import Period, short_day
from notifier.models import Delivery as Sent
from oo.lib.words import Words
from tips.decide.interrupting import SPEAKS
from tips.models import UsefulnessFit

# In the words of whoever asks why a person was not spoken to.
REASONS: Mapping[str, Words] = {
    "not_worth_it": _("hardly of use now"),
    "enough_today": _("enough for today"),
    "too_soon": _("too soon after the last one"),
    "quiet": _("quiet hours"),
    "meeting": _("in a meeting"),
    "here": _("is looking at the page"),
    "said_before": _("was said a short while ago"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    title: Words
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """Of the notifications of a period: how many, how many helped, and what was expected."""

    count: int
    helped: int
    expected: float


class Delivery(ConsolePage):
    manifest = PageManifest(
        key="delivery",
        title=_("Delivery"),
        says=_("When does oO speak up, when is it silent, and is it right about that?"),
        icon="notifications",
        section=Section.PRODUCT,
        rank=4,
    )

    def context(self, asked: Asked) -> Mapping[str, Any]:
        """Six queries, of rows that are counted by day and of the newest fit."""
        period, before = asked.period, asked.period.before()
        answers = AskedDay.objects.within(period).sums("day", "spoken", "why")
        bins = AskedDay.objects.within(period).filter(spoken=True)
        by_bin = bins.sums("bin", of=("count", "probability", "helped"))
        earlier = AskedDay.objects.within(before).filter(spoken=True)
        then = _spoken(earlier.sums("bin", of=("count", "probability", "helped")))
        return {
            "figures": _figures(_spoken(by_bin), then, answers),
            "days_chart": _days_chart(period, answers),
            "calibration": _calibration(by_bin),
            "reasons": _reasons(answers),
            "states": Sent.objects.within(period.since, period.until).by_state(),
            "fit": UsefulnessFit.objects.order_by("-fitted_at").first(),
            "counted": Counted.objects.newest(),
        }


def _spoken(by_bin: Mapping[int, tuple[int, float, int]]) -> Spoken:
    return Spoken(
        count=sum(count for count, _expected, _helped in by_bin.values()),
        helped=sum(helped for _count, _expected, helped in by_bin.values()),
        expected=sum(expected for _count, expected, _helped in by_bin.values()),
    )


def _figures(
    now: Spoken, then: Spoken, answers: Mapping[tuple[date, bool, str], int]
) -> list[Figure]:
    questions = sum(answers.values())
    return [
        Figure(_("Spoken"), now.count, then.count or None,
               _("and since answered, or two hours old"), is_better=None),
        Figure(_("Helped"), share(now.helped, now.count), share(then.helped, then.count),
               is_share=True),
        Figure(_("False alarms"), share(now.count - now.helped, now.count),
               share(then.count - then.helped, then.count), is_share=True, is_better=False),
        Figure(_("Expected to help"), now.expected / now.count if now.count else None,
               note=_("by the model, before it spoke"), is_share=True),
        Figure(_("Kept silent"), share(questions - now.count, questions),
               note=_("of all times it was asked"), is_share=True),
    ]  # fmt: skip


def _days_chart(period: Period, answers: Mapping[tuple[date, bool, str], int]) -> Chart:
    spoken: dict[date, int] = defaultdict(int)
    silent: dict[date, int] = defaultdict(int)
    for (day, was_spoken, _why), count in answers.items():
        (spoken if was_spoken else silent)[day] += count
    days = list(period)
    return Chart(
        gettext("How often it was asked whether to speak up, by day"),
        [short_day(day) for day in days],
        [Line(_("spoken"), [spoken[day] for day in days], tone="1"),
         Line(_("silent"), [silent[day] for day in days], tone="none")],
        kind="bar", is_stacked=True,
    )  # fmt: skip


def _calibration(by_bin: Mapping[int, tuple[int, float, int]]) -> Chart:
    """What was expected along the x axis, what came of it along the y axis."""
    middles = [f"{round(100 * (n + 0.5) / BINS)} %" for n in range(BINS)]
    seen = [by_bin.get(n, (0, 0.0, 0)) for n in range(BINS)]
    known = [Interval(helped, count) if count else None for count, _expected, helped in seen]
    return Chart(
        gettext("How likely it was said to help, and how often it did"),
        middles,
        [Line(_("helped"), [round(one.share, 4) if one else None for one in known], tone="1",
              style="points"),
         Line(_("at least"), [round(one.low, 4) if one else None for one in known], tone="2",
              style="dashed"),
         Line(_("at most"), [round(one.high, 4) if one else None for one in known], tone="2",
              style="dashed"),
         Line(_("if it were always right"), [round((n + 0.5) / BINS, 4) for n in range(BINS)],
              tone="none")],
        is_share=True,
        more={"spanGaps": True},
    )  # fmt: skip


def _reasons(answers: Mapping[tuple[date, bool, str], int]) -> list[Reason]:
    """Of the silences, the most frequent reason first."""
    found: dict[str, int] = defaultdict(int)
    for (_day, _spoken, why), count in answers.items():
        if why not in SPEAKS:
            found[why] += count
    whole = sum(found.values())
    most = sorted(found.items(), key=lambda item: -item[1])
    return [Reason(REASONS.get(why, why), count, count / whole) for why, count in most]
