"""Why a question cannot be asked of some sources. A test sees to it that each names a question."""

from __future__ import annotations

CLOSES_NOTHING = dict.fromkeys(
    (
        "test_a_task_is_closed_once_however_often_it_is_asked_for",
        "test_a_worker_that_dies_after_closing_closes_once",
        "test_a_task_that_comes_back_moves_by_one_date",
        "test_a_task_that_is_gone_there_counts_as_closed",
        "test_what_was_closed_stays_closed",
    ),
    "its manifest says that it closes nothing",
)
NOBODY_IS_ASKED = dict.fromkeys(
    (
        "test_what_breaks_off_stores_nothing_and_is_read_the_next_time",
        "test_who_is_away_is_asked_again",
        "test_who_takes_the_access_back_is_asked_to_reconnect",
        "test_who_says_too_many_requests_is_left_alone_for_as_long_as_they_say",
    ),
    "nobody outside is asked: what the person gave is all there is",
)
ONE_ROW = {
    "test_a_series_keeps_its_hour_when_the_clocks_change": (
        "a task that comes back is one row, with its next date"
    )
}
CHANGES = (
    "test_what_is_changed_there_is_changed_here",
    "test_what_is_deleted_there_is_gone_here",
    "test_a_worker_that_dies_later_loses_nothing",
    "test_what_alice_reads_touches_nothing_of_bobs",
    "test_hostile_texts_are_stored_safely",
    "test_what_is_too_large_loses_nothing",
    "test_what_nobody_can_read_loses_nothing",
)
PLACES = (
    "test_a_moment_in_another_zone_is_the_same_moment",
    "test_a_series_keeps_its_hour_when_the_clocks_change",
    "test_whole_days_stay_dates",
)
