from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from adminconsole.base import Asked, ConsolePage, PageManifest, Section
from adminconsole.counting.people import HORIZON
from adminconsole.looking.charts import Chart, Line
from adminconsole.looking.numbers import Figure, compared, share
from adminconsole.models import FUNNEL, Counted, PeopleDay, TipDay
from adminconsole.period import Period, short_day
from tips.models import Tip

REACTIONS = (*Tip.Reaction.choices, ("", _("no answer")))
STEPS = dict(
    zip(
        FUNNEL,
        (_("signed in"), _("connected"), _("first tip"), _("first answer"), _("came back")),
        strict=True,
    )
)
TAKE_TIME = ("answered", "returned")


class Overview(ConsolePage):
    manifest = PageManifest(
        key="overview",
        title=_("Overview"),
        says=_("Do people come, do they stay, and do tips help them?"),
        icon="monitoring",
        section=Section.PRODUCT,
        rank=1,
    )

    def context(self, asked: Asked) -> Mapping[str, Any]:
        """Seven queries, all of rows that are counted by day."""
        period, today = asked.period, asked.at.date()
        over = period.over(today)
        before = over.before()
        tips = TipDay.objects.within(period).sums("day", "reaction")
        earlier = TipDay.objects.within(before).sums("reaction")
        people = list(PeopleDay.objects.within(period).order_by("day"))
        days_before = list(PeopleDay.objects.within(before).order_by("day"))
        counted = Counted.objects.newest()
        is_counted = bool(counted or tips or people)
        return {
            "figures": compared(
                _figures(_by_reaction(tips, period), {}, people, [], is_counted=is_counted),
                _figures(
                    _by_reaction(tips, over),
                    earlier,
                    [row for row in people if row.day <= over.last],
                    days_before,
                ),
            ),
            "tips_chart": _tips_chart(period, tips),
            "people_chart": _people_chart(period, people),
            "steps": _steps(period, period.before(), today=today),
            "is_settled": _is_settled(period, today),
            "counted": counted,
        }


def _by_reaction(tips: Mapping[tuple[Any, str], int], period: Period) -> dict[str, int]:
    found: dict[str, int] = {}
    for (day, reaction), count in tips.items():
        if period.first <= day <= period.last:
            found[reaction] = found.get(reaction, 0) + count
    return found


def _figures(
    now: Mapping[str, int],
    then: Mapping[str, int],
    people: Sequence[PeopleDay],
    before: Sequence[PeopleDay],
    *,
    is_counted: bool = True,
) -> list[Figure]:
    """Where nothing was counted yet, 0 would say that nothing happened."""
    shown, shown_then = sum(now.values()), sum(then.values())
    return [
        Figure(_("People a day"), _mean(people, "active"), _mean(before, "active"),
               _("who saw a tip, on average")),
        Figure(_("People a week"), _last(people), _last(before), _("in the last seven days")),
        Figure(_("Tips shown"), shown if is_counted else None, shown_then or None,
               "" if is_counted else _("not counted yet")),
        Figure(_("Answered"), share(shown - now.get("", 0), shown),
               share(shown_then - then.get("", 0), shown_then), _("of all tips shown"),
               is_share=True),
        Figure(_("Done"), share(now.get("done", 0), shown),
               share(then.get("done", 0), shown_then), _("of all tips shown"), is_share=True),
        Figure(_("Not this"), share(now.get("dismiss", 0), shown),
               share(then.get("dismiss", 0), shown_then), _("of all tips shown"), is_share=True,
               is_better=False),
    ]  # fmt: skip


def _mean(days: Sequence[PeopleDay], name: str) -> float | None:
    return sum(getattr(day, name) for day in days) / len(days) if days else None


def _last(days: Sequence[PeopleDay]) -> int | None:
    return days[-1].active_week if days else None


def _tips_chart(period: Period, tips: Mapping[tuple[Any, str], int]) -> Chart:
    days = list(period)
    lines = [
        Line(title, [tips.get((day, reaction), 0) for day in days], tone=reaction or "none")
        for reaction, title in REACTIONS
    ]
    return Chart(
        _("Tips shown by day, by what people answered"),
        [short_day(day) for day in days], lines, kind="bar", is_stacked=True,
    )  # fmt: skip


def _people_chart(period: Period, people: Sequence[PeopleDay]) -> Chart:
    by_day = {row.day: row for row in people}
    days = list(period)

    def values(name: str) -> list[int | None]:
        return [getattr(by_day[day], name) if day in by_day else None for day in days]

    return Chart(
        _("People who saw a tip, by day and in the seven days before"),
        [short_day(day) for day in days],
        [Line(_("in seven days"), values("active_week"), tone="2"),
         Line(_("on the day"), values("active"), tone="1")],
    )  # fmt: skip


def _is_settled(period: Period, today: date) -> bool:
    """Whether everybody who joined in it has had the whole time for an answer."""
    return period.last + HORIZON < today


def _steps(period: Period, before: Period, *, today: date) -> list[Figure]:
    """Of those who joined in the period, the share that got so far, and how many. Whoever joined
    lately had less time for an answer: such a step is compared with nothing yet."""
    open_steps = () if _is_settled(period, today) else TAKE_TIME
    now = PeopleDay.objects.funnel(period)
    then = PeopleDay.objects.funnel(before)
    return [
        Figure(
            title,
            share(now[step], now["joined"]),
            None if step in open_steps else share(then[step], then["joined"]),
            note=str(now[step]),
            is_share=True,
        )
        for step, title in STEPS.items()
    ]
