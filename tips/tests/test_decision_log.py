"""What the log says of a decision: enough to try a later policy on it, and to say why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps

from accounts.models import User
from agents.base import UserView
from tests.clock import NOON
from tests.factories import make_task
from tips.base import Candidate
from tips.decide.candidates import build_candidates
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


def test_a_tip_says_which_model_wrote_it(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    make_task(alice, "Pay rent")

    def written(view: UserView, muted: Collection[str]) -> list[Candidate]:
        by: Any = {"model": "small-1", "prompt_version": "7", "confidence": 0.5}
        return [replace(c, content="Rent, now.", **by) for c in build_candidates(view, muted)]

    monkeypatch.setattr("tips.make.deciding.build_candidates", written)
    tip = made(alice)
    assert (tip.content, tip.model, tip.prompt_version) == ("Rent, now.", "small-1", "7")
    (logged,) = TipDecision.objects.get(tip=tip).candidates
    assert (logged["model"], logged["confidence"]) == ("small-1", 0.5)


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
