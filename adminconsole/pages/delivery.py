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
from adminconsole.looking.numbers import Figure, Interval, compared, share
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


ByBin = Mapping[int, tuple[int, float, int]]
NONE = Spoken(0, 0, 0.0)


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
        """Seven queries, of rows that are counted by day and of the newest fit."""
        period, over = asked.period, asked.period.over(asked.at.date())
        answers = AskedDay.objects.within(period).sums("day", "spoken", "why")
        by_bin, whole, then = (_by_bin(each) for each in (period, over, over.before()))
        return {
            "figures": compared(
                _figures(_spoken(by_bin), NONE, answers),
                _figures(_spoken(whole), _spoken(then), answers),
            ),
            "days_chart": _days_chart(period, answers),
            "calibration": _calibration(by_bin),
            "reasons": _reasons(answers),
            "unheard": sum(count for key, count in answers.items() if _is_unheard(key)),
            "is_asked": bool(answers),
            "states": Sent.objects.within(period.since, period.until).by_state(),
            "fit": UsefulnessFit.objects.order_by("-fitted_at").first(),
            "counted": Counted.objects.newest(),
        }


def _by_bin(period: Period) -> ByBin:
    """Of the notifications: how many, the sum of what was expected, and how many helped."""
    spoken = AskedDay.objects.within(period).filter(spoken=True)
    return spoken.sums("bin", of=("count", "probability", "helped"))


def _is_unheard(key: tuple[date, bool, str]) -> bool:
    """It was to speak, and nothing that it sent arrived (tips.deliver.delivering.note_unheard)."""
    _day, spoken, why = key
    return why in SPEAKS and not spoken


def _spoken(by_bin: ByBin) -> Spoken:
    return Spoken(
        count=sum(count for count, _expected, _helped in by_bin.values()),
        helped=sum(helped for _count, _expected, helped in by_bin.values()),
        expected=sum(expected for _count, expected, _helped in by_bin.values()),
    )


def _figures(
    now: Spoken, then: Spoken, answers: Mapping[tuple[date, bool, str], int]
) -> list[Figure]:
    silent = sum(count for (_day, _spoken, why), count in answers.items() if why not in SPEAKS)
    return [
        Figure(_("Spoken"), now.count, then.count or None,
               _("and since answered, or two hours old"), is_better=None),
        Figure(_("Helped"), share(now.helped, now.count), share(then.helped, then.count),
               is_share=True),
        Figure(_("False alarms"), share(now.count - now.helped, now.count),
               share(then.count - then.helped, then.count), is_share=True, is_better=False),
        Figure(_("Expected to help"), now.expected / now.count if now.count else None,
               note=_("by the model, before it spoke"), is_share=True),
        Figure(_("Kept silent"), share(silent, sum(answers.values())),
               note=_("of all answers; the same one again is not counted"), is_share=True),
    ]  # fmt: skip


def _days_chart(period: Period, answers: Mapping[tuple[date, bool, str], int]) -> Chart:
    spoken: dict[date, int] = defaultdict(int)
    silent: dict[date, int] = defaultdict(int)
    unheard: dict[date, int] = defaultdict(int)
    for key, count in answers.items():
        day, was_spoken, _why = key
        silence = unheard if _is_unheard(key) else silent
        (spoken if was_spoken else silence)[day] += count
    days = list(period)
    return Chart(
        gettext("Answers to whether to speak up, by day"),
        [short_day(day) for day in days],
        [Line(_("spoken"), [spoken[day] for day in days], tone="1"),
         Line(_("reached nobody"), [unheard[day] for day in days], tone="3"),
         Line(_("silent"), [silent[day] for day in days], tone="none")],
        kind="bar", is_stacked=True,
    )  # fmt: skip


def _calibration(by_bin: ByBin) -> Chart:
    """What was expected along the x axis, what came of it along the y axis."""
    wide = 100 // BINS
    ranges = [f"{wide * n}\N{EN DASH}{wide * (n + 1)} %" for n in range(BINS)]
    seen = [by_bin.get(n, (0, 0.0, 0)) for n in range(BINS)]
    known = [Interval(helped, count) if count else None for count, _expected, helped in seen]
    return Chart(
        gettext("How likely it was said to help, and how often it did"),
        ranges,
        [Line(_("helped"), [round(one.share, 4) if one else None for one in known], tone="1",
              style="points"),
         Line(_("at least"), [round(one.low, 4) if one else None for one in known], tone="2",
              style="dashed"),
         Line(_("at most"), [round(one.high, 4) if one else None for one in known], tone="2",
              style="dashed"),
         Line(_("if it were always right"),
              [round(expected / count, 4) if count else None for count, expected, _helped in seen],
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
