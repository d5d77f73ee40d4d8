"""How angles name the person's things: in quotes, cut to a few words, never more than two. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from agents.base import EventView, TaskView, UserView
from oo.lib.words import clock, day, day_and_clock, ngettext
from oo.lib.words import gettext as _

MOST_WORDS, MOST_LETTERS = 8, 50
WEEK_DAYS = 7
# A quote ends where we end it, in whatever language we quote.
WITHIN_QUOTES = dict.fromkeys(map(ord, "“”„‟«»"), "'")


def quoted(title: str) -> str:
    """Somebody's own words, told apart from ours."""
    words = title.translate(WITHIN_QUOTES).split()
    short = " ".join(words[:MOST_WORDS])
    if len(short) > MOST_LETTERS:
        short = short[:MOST_LETTERS].rstrip()
    cut = len(short) < len(" ".join(words))
    return _("“%(title)s”") % {"title": f"{short}…" if cut else short}


def some(titles: Sequence[str]) -> str:
    """One or two of them by name, the rest by number."""
    first, rest = [quoted(t) for t in titles[:2]], len(titles) - 2
    if rest > 0:
        return ngettext(
            "%(first)s, %(second)s and one more", "%(first)s, %(second)s and %(n)s more", rest
        ) % {"first": first[0], "second": first[1], "n": rest}
    if len(first) == 2:
        return _("%(first)s and %(second)s") % {"first": first[0], "second": first[1]}
    return first[0]


def when(event: EventView, view: UserView) -> str:
    """The time of something that is coming; with its day, unless that is today: of the week, or of
    the month where that could be another week.
    """
    on = event.starts_at.astimezone(view.zone).date()
    if on == view.today:
        return clock(event.starts_at)
    if (on - view.today).days >= WEEK_DAYS:
        return f"{day(on)}, {clock(event.starts_at)}"
    return day_and_clock(event.starts_at)


def put_down_for(task: TaskView) -> str:
    """The day for which the person put it down."""
    return _("for %(day)s") % {"day": day(task.due_on)} if task.due_on else ""
