"""Every number of this policy, in points. Tuned on judged moments: docs/quality.md."""

from __future__ import annotations

from datetime import time, timedelta

from agents.traits import Stakes

# Time left until it must be begun, h hours: points * e^(-h / fades), summed. The first is the
# last hours, the second a day, the third a week.
HARD = ((90.0, 5.0), (42.0, 40.0), (10.0, 168.0))
LAST_START = ((60.0, 0.5),)  # the same for the very last start, which some need not wait for
LOST_LIGHTLY = 0.3  # of these points: what will be of no use, and costs nothing to miss
NEAR_SOON = ((25.0, 0.5),)  # for a moment of which its words merely speak
# The same for what the person merely put down for a day: the chance that runs out.
SOFT = ((28.0, 4.0), (10.0, 72.0))
DUE_TODAY = 16.0
RELATED = 8.0  # no day is said, and it may be for something that begins soon
EVE, EVE_FROM = 14.0, time(17)  # its words speak of tomorrow, and today is nearly over
OVERDUE, OVERDUE_FADES_DAYS = 27.0, 16.0  # a quiet sinking: what is months late is hardly alive
TIME_PASSED, TIME_PASSED_FADES_H = 62.0, 12.0  # a moment of today that has just gone by
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
# By hours that the person wrote down, and only just, of what has no day.
CLOSING_SOON, CLOSES_SOON = 21.0, timedelta(minutes=45)
# And not on the next day either.
CLOSING_FOR_LONG, FOR_LONG = 22.0, timedelta(hours=30)
QUICK, QUICK_MIN = 2.0, timedelta(minutes=10)
LONG_PER_HOUR = -2.5
LONG_AGO, LONG_AGO_DAYS = -3.0, 60  # undated, and added that long ago
FRESH, FRESH_FOR = 6.0, timedelta(hours=1)  # written down just now: it is on the mind
ACUTE = 44.0  # just now, and about health: before what is merely due today
# And dangerous: before whatever has to be begun at once.
DANGER, SURE_OF_DANGER = 200.0, 0.9
CALLED_FOR = 74.0  # just now, and somebody is held up until it is done: before what ends today
# Deep work in a free morning that it fits into: such hours are rare.
DEEP_MORNING, MORNING_UNTIL = 8.0, time(12)
# Done at this hour before, at least twice.
HABIT, HABIT_TIMES, HABIT_SPREAD = 26.0, 2, timedelta(minutes=75)
REFUSED, REFUSED_DAYS = -10.0, 3
SOMEDAY = -25.0
STRANGE = -60.0  # Traits.noise: nobody wrote it for the person

# No model overrules what has to be begun so soon.
PRESSES = timedelta(hours=4)
# What is due at the minute at which it opens is said so long before.
READY_BEFORE = timedelta(minutes=10)
# Not now: far below everything that can be done.
GATED = -200.0
MOST_REFUSALS = 3
# Deep work is not begun late, and nothing long is.
LATE, LONG = time(21, 30), timedelta(minutes=45)
BEFORE_BED = timedelta(hours=2)

REMINDER = 40.0
LEAVE = 110.0  # its own words say when to set out

# What has to be reached before anything is said.
SPEAK = 22.0
SPEAK_LATE = 36.0
SPEAK_ON_A_FREE_DAY = 28.0
SPEAK_IN_PEACE = 60.0  # a free day on which they want to be left alone
AFTER_ONE_REFUSAL, AFTER_TWO = 8.0, 30.0
REFUSALS_COUNT_FOR = timedelta(minutes=75)
REFUSALS_SILENCE = 3
# In the quiet hours only what is lost by the morning.
SPEAK_AT_NIGHT = 95.0
# An entry in which one must not be interrupted; a longer one has hours of its own.
LONGEST_PEACE = timedelta(hours=36)
LONGEST_FOCUS = timedelta(hours=12)
# What has to be begun within half an hour has as many points: it is said until one sets out, and
# until one leaves for a ceremony.
CANNOT_WAIT = 150.0
BEFORE_A_CEREMONY = timedelta(minutes=90)
ABOUT_TO = timedelta(minutes=5)  # whoever is about to begin has begun
BEFORE_LEAVING = timedelta(minutes=30)
