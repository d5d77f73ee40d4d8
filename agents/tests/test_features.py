"""What is worked out of counted days and of a view: the values, and when there is too little."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from agents.base import Situation, Unit, UserView
from agents.profile import features
from agents.profile.features import CONTEXT, COUNTED, FEATURES, Counted, Day
from agents.tests.people import SOMEBODY, meeting, task, view
from oo.lib.words import number
from tests.clock import BERLIN, NOON, TODAY


def days(*told: tuple[int, dict[str, Any]]) -> Counted:
    """Each by how many days ago it was, the oldest first."""
    return Counted(TODAY, tuple(Day(TODAY - timedelta(days=ago), **of) for ago, of in told))


def test_rates_are_shares_of_all_answers() -> None:
    counted = days((3, {"done": 3, "snoozed": 2}), (1, {"done": 1, "dismissed": 2}))
    assert features.completion_rate(counted) == 0.5
    assert features.dismiss_rate(counted) == 0.25


def test_got_it_is_answered_and_not_acted_on() -> None:
    counted = days((3, {"done": 3, "noted": 4}), (1, {"dismissed": 1}))
    assert features.completion_rate(counted) == 0.375
    assert features.dismiss_rate(counted) == 0.125
    assert features.preferred_hour(days((1, {"noted": 9}))) is None


def test_rates_need_enough_answers_and_tips_that_were_only_seen_are_none() -> None:
    counted = days((3, {"done": 5, "served": 40}), (1, {"dismissed": 2, "served": 40}))
    assert features.completion_rate(counted) is None
    assert features.dismiss_rate(counted) is None


def test_nothing_dismissed_is_a_rate_of_nought_not_too_little() -> None:
    assert features.dismiss_rate(days((1, {"done": 8}))) == 0.0


def test_dwell_is_the_mean_over_answers_that_were_timed() -> None:
    timed = (2, {"done": 9, "dwell_s": 30.0, "dwells": 4})
    counted = days(timed, (1, {"dwell_s": 5.0, "dwells": 1}))
    assert features.mean_dwell(counted) == 7.0
    assert features.mean_dwell(days(timed)) is None


def test_the_preferred_hour_is_that_of_most_and_of_equals_the_earliest() -> None:
    counted = days((2, {"hours": {0: 1, 23: 2, 9: 1}}), (1, {"hours": {9: 1}}))
    assert features.preferred_hour(counted) == 9


@pytest.mark.parametrize(
    "hours", [{}, {9: 4}, {1: 1, 2: 1, 3: 1, 4: 1, 5: 1}], ids=["none", "few", "none stands out"]
)
def test_no_preferred_hour_without_enough(hours: dict[int, int]) -> None:
    assert features.preferred_hour(days((1, {"hours": hours}))) is None


def test_midnight_is_an_hour_too() -> None:
    assert features.preferred_hour(days((1, {"hours": {0: 5}}))) == 0


def test_volume_is_over_whole_days_with_those_on_which_nothing_was_seen() -> None:
    counted = days((10, {"served": 20}), (5, {"served": 5}), (0, {"served": 90}))
    assert features.tips_a_day(counted) == 2.5
    assert features.tips_a_day(days((6, {"served": 20}))) is None
    assert features.tips_a_day(days()) is None


def test_the_trend_compares_two_weeks_with_what_was_before() -> None:
    assert features.volume_trend(days((21, {"served": 14}), (14, {"served": 14}))) == -1.0
    assert features.volume_trend(days((21, {"served": 7}), (1, {"served": 28}))) == 1.0
    assert features.volume_trend(days((20, {"served": 7}), (1, {"served": 28}))) is None


def test_open_tasks_are_counted_none_is_nought() -> None:
    assert features.open_tasks(view(task(1), task(2))) == 2
    assert features.open_tasks(view()) == 0


def test_minutes_to_the_next_meeting_and_none_when_it_is_far() -> None:
    assert features.minutes_to_meeting(view(meeting(1, starts_in_min=45))) == 45
    assert features.minutes_to_meeting(view(meeting(1, starts_in_min=45, is_busy=False))) is None
    assert features.minutes_to_meeting(view(meeting(1, starts_in_min=9 * 60))) is None


def test_meetings_left_are_of_today_where_the_person_is() -> None:
    meetings = [meeting(n, starts_in_min=60 * n) for n in (-1, 0, 3, 11, 12)]
    assert features.meetings_left(view(*meetings)) == 3
    # In Tokyo it is seven in the evening: five hours are left.
    assert features.meetings_left(view(*meetings, zone=ZoneInfo("Asia/Tokyo"))) == 2


def test_the_situation_is_its_own_name() -> None:
    assert features.situation(view()) is None
    at_work = UserView(SOMEBODY, NOON, BERLIN, situation=Situation("work", "Büro 100%"))
    assert features.situation(at_work) == "Büro 100%"


def test_every_key_is_there_once_and_every_source_exists() -> None:
    assert len({f.key for f in FEATURES}) == len(FEATURES)
    assert {name for f in CONTEXT for name in f.source} <= UserView.__dataclass_fields__.keys()
    assert all(f.freshness > timedelta(0) for f in COUNTED)
    assert all(f.freshness == timedelta(0) for f in CONTEXT)


VALUES: dict[Unit, tuple[int | float | str, ...]] = {
    Unit.COUNT: (0, 1, 2.5, -2.5, 12),
    Unit.SHARE: (0.0, 0.333, 1.0),
    Unit.SECONDS: (0.2, 1.4, 90.0),
    Unit.HOUR: (0, 23),
    Unit.MINUTES: (0, 125),
    Unit.NAME: ("100% %(n)s",),
}


@pytest.mark.parametrize("language", ["en", "de", "fa"])
@pytest.mark.parametrize("feature", FEATURES, ids=lambda f: f.key)
def test_every_value_has_a_sentence(feature: Any, language: str) -> None:
    with translation.override(language):
        for value in VALUES[feature.unit]:
            said = feature.say(value)
            assert said
            assert "%(" not in said.replace("100% %(n)s", "")


def test_sentences_say_the_value() -> None:
    said = {f.key: f.say for f in FEATURES}
    assert said["completion-rate"](0.333) == "You act on 33% of the suggestions you answer."
    assert said["preferred-hour"](9) == "In the hour from 9 a.m. on you get most done."
    assert said["volume-trend"](-0.5) == "0.5 tips a day fewer than before."
    assert said["volume-trend"](0.0) == "As many tips a day as before."
    assert said["mean-dwell"](1.2) == "You answer one second after you see a tip."


def test_a_number_is_written_as_the_language_does() -> None:
    with translation.override("de"):
        assert (number(2.5), number(3.0), number(2.04)) == ("2,5", "3", "2")


def test_a_day_of_25_hours_ends_where_the_person_is() -> None:
    evening = datetime(2026, 10, 25, 22, 30, tzinfo=BERLIN)
    late = meeting(1, starts_in_min=0)
    starts = datetime(2026, 10, 25, 23, 30, tzinfo=BERLIN)
    events = tuple(
        type(late)(n, "Call", "sample", at, at + timedelta(hours=1))
        for n, at in enumerate((starts, starts + timedelta(hours=1)))
    )
    assert features.meetings_left(UserView(SOMEBODY, evening, BERLIN, events=events)) == 1
