"""What agents saw stands in the log of a decision, and in "Why this?"."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import ANY

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.privacy.consents import grant
from agents.base import Snippet
from agents.looking import sweeping
from agents.looking.outputs import load_current, see
from agents.models import LookSchedule
from agents.view import load_view
from tests.clock import NOON
from tests.factories import give_tip, make_task, signed_in
from tips.models import TipDecision

HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


def test_what_agents_saw_is_logged_with_whom_they_would_have_chosen(alice: User) -> None:
    grant(alice.pk, "tasks", by="connect", at=NOON)
    tip = give_tip(alice, "Call the bank", due_in=-1)
    decision = TipDecision.objects.get(tip=tip)
    assert decision.seen == [
        {
            "agent": "overdue-task",
            "text": "One task slipped: “Call the bank”, planned for May 4.",
            "rows": [tip.candidate],
            "nominations": [
                {
                    "candidate": tip.candidate,
                    "salience": ANY,
                    "reason": "It was planned for May 4.",
                }
            ],
        }
    ]
    assert decision.candidates[0]["nominated_by"] == ["overdue-task"]


def test_why_shows_what_agents_saw_of_this_row(alice: User) -> None:
    grant(alice.pk, "tasks", by="connect", at=NOON)
    make_task(alice, "Sort photos", due_in=-90)
    tip = give_tip(alice, "Call the bank", due_in=-1)
    page = signed_in(alice).get(reverse("tips:why", args=[tip.pk]), headers=HTMX).content.decode()
    assert "What oO saw" in page
    assert "One task slipped: “Call the bank”" in page
    assert "What is overdue" in page


def test_the_receipt_names_all_that_a_decision_may_read(alice: User) -> None:
    grant(alice.pk, "calendar", by="connect", at=NOON)
    tip = give_tip(alice, "Call the bank")
    page = signed_in(alice).get(reverse("tips:why", args=[tip.pk]), headers=HTMX).content.decode()
    assert "sections, labels, dates, lengths and priorities of your tasks, and what they" in page
    assert "of your calendar, how many people meet, and whether you organise it" in page


def seen_of(user: User) -> dict[str, Snippet]:
    kept = load_current([user.pk], at=NOON).get(user.pk, {})
    return see(load_view(user.pk, at=NOON), kept)


def test_what_agents_saw_before_a_change_is_not_used(alice: User) -> None:
    grant(alice.pk, "tasks", by="connect", at=NOON)
    task = make_task(alice, "Call the bank", due_in=-1)
    LookSchedule.objects.begin([alice.pk])
    run = sweeping.begin(at=NOON)
    sweeping.sweep_chunk(
        run, LookSchedule.objects.claim(9, at=NOON, until=NOON + timedelta(minutes=5)), at=NOON
    )
    task.title = "Call the bank again"
    task.save()
    assert "Call the bank”" in seen_of(alice)["overdue-task"].text
    LookSchedule.objects.note_change(alice.pk)
    assert "Call the bank again”" in seen_of(alice)["overdue-task"].text
