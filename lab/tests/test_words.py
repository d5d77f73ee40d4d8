from __future__ import annotations

from datetime import date, timedelta

from lab.moments.words import event_words, task_words
from lab.tests.moments import event, moment, task


def test_dates_in_a_task_refer_to_the_day_on_which_it_was_added_where_the_person_is() -> None:
    late = task(added="2026-02-01T23:30:00+00:00", recurring="every month", labels=["home"])
    given = moment(tasks=[late])
    words = task_words(given.tasks[0], given)

    assert words.added_on == date(2026, 2, 2)
    assert words.text == "Pay the rent\n\n\n\nhome\nevery month"


def test_a_task_of_unknown_age_was_written_now() -> None:
    given = moment(tasks=[task(added=None)])
    assert task_words(given.tasks[0], given).added_on == date(2026, 3, 3)


def test_events_have_their_length() -> None:
    trip = event("e2", start="2026-03-05", end="2026-03-07", all_day=True, busy=False)
    given = moment(events=[event(location="Room 4"), trip])
    review, away = (event_words(item, given) for item in given.events)

    assert (review.location, review.lasts) == ("Room 4", timedelta(hours=1))
    assert (away.is_all_day, away.is_busy, away.lasts) == (True, False, timedelta(days=2))
