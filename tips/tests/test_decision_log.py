"""What the log says of a decision: enough to try a later policy on it, and to say why."""

from __future__ import annotations

from importlib import import_module

from django.apps import apps

from accounts.models import User
from tests.clock import NOON
from tests.factories import make_task
from tips.make.making import make_tip
from tips.models import Tip, TipDecision

CARRIED = ("content", "kind", "source", "model", "prompt_version", "confidence", "evidence")


def made(user: User) -> Tip:
    tip = make_tip(user.pk, at=NOON)
    assert tip is not None
    return tip


def test_it_logs_what_else_could_have_been_said(alice: User) -> None:
    make_task(alice, "Pay rent", priority=4)
    make_task(alice, "Water plants")
    decision = TipDecision.objects.get(tip=made(alice))
    assert [c["content"] for c in decision.candidates] == ["Pay rent", "Water plants"]
    assert (decision.propensity, decision.candidate_count) == (1.0, 2)


def test_what_it_logs_says_who_says_so_how_surely_and_from_which_fact(alice: User) -> None:
    task = make_task(alice, "Pay rent", priority=4)
    (logged,) = TipDecision.objects.get(tip=made(alice)).candidates
    assert {key: logged[key] for key in CARRIED} == {
        "content": "Pay rent",
        "kind": "task",
        "source": "sample",
        "model": "",
        "prompt_version": "",
        "confidence": 1.0,
        "evidence": [{"model": "task", "id": task.pk, "fact": "due_today"}],
    }


def test_what_older_versions_logged_is_renamed(alice: User) -> None:
    make_task(alice, "Pay rent")
    decision = TipDecision.objects.get(tip=made(alice))
    now = decision.candidates
    migration = import_module("tips.migrations.0005_logged_candidates_have_content")
    migration.backwards(apps, None)
    decision.refresh_from_db()
    assert decision.candidates[0]["title"] == "Pay rent"
    migration.forwards(apps, None)
    decision.refresh_from_db()
    assert decision.candidates == now
