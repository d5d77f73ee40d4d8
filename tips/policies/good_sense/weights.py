"""Every number of this policy, in points. Tuned on judged moments: docs/quality.md."""

from __future__ import annotations

from datetime import time, timedelta

from agents.traits import Stakes

# (points, fades) pairs: each adds points * e^(-h / fades), h hours before the task must be begun.
# They rise in the last hours, the last days and the last week.
HARD = ((90.0, 5.0), (42.0, 40.0), (10.0, 168.0))
LAST_START = ((60.0, 0.5),)  # the same before Need.last_start, which may come after begin_by
LOST_LIGHTLY = 0.3  # share of these points for what is soon of no use, and costs nothing to miss
NEAR_SOON = ((25.0, 0.5),)  # before a moment that its words mention, but not as the last one
# The same before the last start for the day for which the person merely put it down.
SOFT = ((28.0, 4.0), (10.0, 72.0))
DUE_TODAY = 16.0
RELATED = 8.0  # undated, and perhaps meant for an event that begins soon
EVE, EVE_FROM = 14.0, time(17)  # from that hour on, for what ends tomorrow
OVERDUE, OVERDUE_FADES_DAYS = 27.0, 16.0  # fades slowly: what is months late is hardly alive
TIME_PASSED, TIME_PASSED_FADES_H = 62.0, 12.0  # a due time that has just gone by
DEADLINE_PASSED, DEADLINE_PASSED_FADES_DAYS = 40.0, 5.0

PRIORITY = {1: 0.0, 2: 3.0, 3: 6.0, 4: 9.0}
STAKES = {
    Stakes.NONE: -12.0,
    Stakes.NUISANCE: 0.0,
    Stakes.MONEY: 3.0,
    Stakes.WORK: 3.0,
    Stakes.PEOPLE: 4.0,
    Stakes.HEALTH: 16.0,
}
WAITS, UNBLOCKS = 8.0, 12.0
# Open now, closing soon, and not open again today.
CLOSING, CLOSING_WITHIN = 12.0, timedelta(hours=2)
# Undated, and by the hours that its words name it has to be begun within CLOSES_SOON.
CLOSING_SOON, CLOSES_SOON = 21.0, timedelta(minutes=45)
# Closing soon, and then closed for longer than FOR_LONG: not open on the next day either.
CLOSING_FOR_LONG, FOR_LONG = 22.0, timedelta(hours=30)
QUICK, QUICK_MIN = 2.0, timedelta(minutes=10)
LONG_PER_HOUR = -2.5
LONG_AGO, LONG_AGO_DAYS = -3.0, 60  # undated, and added that long ago
FRESH, FRESH_FOR = 6.0, timedelta(hours=1)  # written down just now: it is on the mind
ACUTE = 44.0  # just added, and about health: ranks before what is merely due today
# Just added and dangerous: ranks before whatever has to be begun at once.
DANGER, SURE_OF_DANGER = 200.0, 0.9
CALLED_FOR = 74.0  # just added, and somebody is held up until then: before what ends today
# Deep work in a free morning that it fits into: such hours are rare.
DEEP_MORNING, MORNING_UNTIL = 8.0, time(12)
# Done at this hour before, at least twice.
HABIT, HABIT_TIMES, HABIT_SPREAD = 26.0, 2, timedelta(minutes=75)
REFUSED, REFUSED_DAYS = -10.0, 3
SOMEDAY = -25.0
STRANGE = -60.0  # Traits.noise: nobody wrote it for the person

# What has to be begun within this time presses: a model may not choose another tip instead.
PRESSES = timedelta(hours=4)
# How long before it opens a task is said that is due as it opens.
READY_BEFORE = timedelta(minutes=10)
# A call that must be made before people are usually up may be made this long before its end.
CALLED_EARLY = timedelta(hours=2)
# Not now: far below everything that can be done.
GATED = -200.0
MOST_REFUSALS = 3
# From LATE on no deep work is begun, and nothing that takes more than LONG.
LATE, LONG = time(21, 30), timedelta(minutes=45)
BEFORE_BED = timedelta(hours=2)  # replaces LATE for whoever goes to bed past midnight

REMINDER = 40.0
LEAVE = 110.0  # its own words say when to set out

# Points that the best candidate has to reach before it is said.
SPEAK = 22.0
SPEAK_LATE = 36.0
SPEAK_ON_A_FREE_DAY = 28.0
SPEAK_IN_PEACE = 60.0  # a free day on which they want to be left alone
AFTER_ONE_REFUSAL, AFTER_TWO = 8.0, 30.0
REFUSALS_COUNT_FOR = timedelta(minutes=75)
REFUSALS_SILENCE = 3
# In the quiet hours only what is lost by the morning.
SPEAK_AT_NIGHT = 95.0
# An entry that asks not to be interrupted, or is focus time, silences oO only up to this length.
LONGEST_PEACE = timedelta(hours=36)
LONGEST_FOCUS = timedelta(hours=12)
# What a task scores that has to be begun within half an hour. It is said even before a journey or a
# ceremony, until the last minutes: see silence.silence_now.
CANNOT_WAIT = 150.0
BEFORE_A_CEREMONY = timedelta(minutes=90)
ABOUT_TO = timedelta(minutes=5)  # so shortly before it the person counts as being in it
BEFORE_LEAVING = timedelta(minutes=30)
