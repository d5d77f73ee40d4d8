"""Until when a person is up, and from when, if that is later or earlier than most people are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from agents.base import Inference, InferenceManifest, Inferred, UserView
from agents.beliefs import Waking
from agents.timing.waking import KEY, MOST_PEOPLE
from oo.lib.words import clock_of, first_clock_of, gettext_lazy
from oo.lib.words import gettext as _

HALF_HOUR, HOUR = 30, 60  # minutes
NOON, DAY = 12 * HOUR, 24 * HOUR
# Minutes after noon: what is answered from here on was answered by somebody who got up.
EARLY = 15 * HOUR + HALF_HOUR
ENOUGH = 3  # nights
SHORTEST_SLEEP = 4 * HOUR


class WakingHours(Inference):
    """By what was answered while most people sleep, in so many nights of the last four weeks."""

    manifest = InferenceManifest(
        key=KEY,
        title=gettext_lazy("When you are up"),
        version=1,
        value=Waking,
        consents=("tasks",),
        ttl=timedelta(days=7),
    )

    def infer(self, view: UserView) -> Inferred | None:
        nights = _nights(view)
        late = sorted(
            max(of) for night in nights.values() if (of := [m for m in night if m < EARLY])
        )
        early = sorted(
            min(of) for night in nights.values() if (of := [m for m in night if m >= EARLY])
        )
        if max(len(late), len(early)) < ENOUGH:
            return None
        # The one that as many nights reach as are enough.
        end = _next_half(late[-ENOUGH]) + HALF_HOUR if len(late) >= ENOUGH else _NIGHT[0]
        start = early[ENOUGH - 1] // HALF_HOUR * HALF_HOUR if len(early) >= ENOUGH else _NIGHT[1]
        if start - end < SHORTEST_SLEEP:
            return None
        sure = min(0.95, 0.6 + len(nights) / 20)
        return Inferred(Waking(start=_clock(start), end=_clock(end)), round(sure, 2), len(nights))

    def say(self, value: Waking) -> str:
        return _("From %(start)s to %(end)s you are up.") % {
            "start": first_clock_of(value.start),
            "end": clock_of(value.end),
        }


def _nights(view: UserView) -> dict[date, list[int]]:
    """When they answered while most people sleep, in minutes after noon, by the day it began."""
    found: dict[date, list[int]] = defaultdict(list)
    for local in _clocks(view):
        minutes = _minutes(local.time())
        if _NIGHT[0] <= minutes < _NIGHT[1]:
            found[(local - timedelta(minutes=NOON)).date()].append(minutes)
    return found


def _clocks(view: UserView) -> Iterable[datetime]:
    """Without a zone: hours of the clock, on the night too on which clocks are set."""
    return (answer.at.astimezone(view.zone).replace(tzinfo=None) for answer in view.answers)


def _minutes(clock: time) -> int:
    return (clock.hour * HOUR + clock.minute - NOON) % DAY


def _clock(minutes: int) -> time:
    return time(*divmod((minutes + NOON) % DAY, HOUR))


def _next_half(minutes: int) -> int:
    return -(-minutes // HALF_HOUR) * HALF_HOUR


_NIGHT = (_minutes(MOST_PEOPLE.end), _minutes(MOST_PEOPLE.start))
