from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.models import User
from agents.base import TaskView
from agents.view import load_view
from integrations.models import CalendarEvent, Task
from integrations.registry import SOURCES
from lab.moments.format import Moment
from lab.moments.load import lived, supported
from lab.tests.moments import event, moment, past, task
from tips.models import Mute, Tip, TipDecision

pytestmark = pytest.mark.django_db

YESTERDAY = "2026-03-02T20:00:00+01:00"


def open_tasks(user: User, at: datetime) -> dict[str, TaskView]:
    names = dict(Task.objects.filter(user=user).values_list("pk", "external_id"))
    return {names[t.id]: t for t in load_view(user.pk, at=at).tasks}


def test_an_item_is_the_row_that_a_sync_would_have_written() -> None:
    given = moment(
        tasks=[
            task(
                description="By bank",
                project="Home",
                labels=["money"],
                priority=3,
                due="2026-03-03T10:00:00+02:00",
                deadline="2026-03-04",
                duration_min=5,
            )
        ],
        events=[event(busy=False, location="Room 2")],
    )
    with lived(given) as user:
        row, entry = Task.objects.get(user=user), CalendarEvent.objects.get(user=user)
        view = open_tasks(user, given.now)["t1"]

    assert (row.external_id, row.description, row.project) == ("t1", "By bank", "Home")
    assert (row.labels, row.priority, row.duration_min) == (["money"], 3, 5)
    assert row.due_zone == "Europe/Berlin"
    assert row.added_at == given.tasks[0].added
    assert view.due_at == given.tasks[0].due
    assert (entry.external_id, entry.is_busy, entry.location) == ("e1", False, "Room 2")


def test_nothing_is_left_of_a_moment() -> None:
    with lived(moment(history=[past("snoozed", YESTERDAY)])):
        assert Mute.objects.exists()
    assert not User.objects.exists()
    assert not Tip.objects.exists()
    assert "moments" not in SOURCES


def test_an_answer_does_what_it_would_have_done_then() -> None:
    given = moment(history=[past("dismissed", YESTERDAY, reason="not_relevant")])
    with lived(given) as user:
        tip, mute = Tip.objects.get(user=user), Mute.objects.get(user=user)

    assert (tip.reaction, tip.reason, tip.dwell_s) == ("dismiss", "not_relevant", 20)
    assert tip.reward == pytest.approx(-0.7)
    assert mute.until == given.history[0].at + timedelta(days=30)


def test_what_was_said_to_be_wrong_stays_away_while_its_row_is_the_same() -> None:
    given = moment(history=[past("dismissed", YESTERDAY, reason="wrong")])
    with lived(given) as user:
        mute, row = Mute.objects.get(user=user), Task.objects.get(user=user)

    assert mute.until_changed
    assert row.changed_at < mute.since


def test_a_recurring_task_that_was_done_is_open_again_since_then() -> None:
    daily = task(due="2026-03-03", recurring="every day")
    with lived(moment(tasks=[daily], history=[past("done", YESTERDAY)])) as user:
        at = datetime.fromisoformat("2026-03-03T09:30:00+01:00")
        view = open_tasks(user, at)["t1"]

    assert view.returned_at is not None
    assert timedelta() < view.returned_at - datetime.fromisoformat(YESTERDAY) < timedelta(hours=1)


@pytest.mark.parametrize("what", ["done", "completed_elsewhere"])
def test_what_only_the_history_names_is_closed(what: str) -> None:
    given = moment(history=[past(what, YESTERDAY, "x1", title="Pay the invoice")])
    with lived(given) as user:
        row = Task.objects.get(user=user, external_id="x1")
        assert row.completed_at is not None
        assert open_tasks(user, given.now).keys() == {"t1"}


def test_what_was_shown_and_is_gone_leaves_a_tip_only() -> None:
    given = moment(history=[past("shown", YESTERDAY, "x1", title="Buy milk")])
    with lived(given) as user:
        tip = Tip.objects.get(user=user)
        assert (tip.content, tip.state) == ("Buy milk", Tip.State.EXPIRED)
        assert not Task.objects.filter(user=user, external_id="x1").exists()


def test_nothing_is_decided_while_the_moment_is_lived() -> None:
    given: Moment = moment(events=[event()], history=[past("done", YESTERDAY, "e1")])
    with lived(given) as user:
        assert Tip.objects.get(user=user).candidate.startswith("event:")
        assert not TipDecision.objects.filter(user=user).exists()


@pytest.mark.parametrize(("locale", "spoken"), [("de", "de"), ("de-AT", "de"), ("hi", "en")])
def test_oo_speaks_english_where_it_has_no_words(locale: str, spoken: str) -> None:
    assert supported(locale) == spoken
