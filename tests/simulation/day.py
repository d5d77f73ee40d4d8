"""One ordinary day of one person, minute by minute on a made-up clock, with beat and workers in
this process. What was asked of the model behind it is in ModelCall."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.db import transaction
from django.test import Client

from accounts.models import User
from agents import tasks as agents_tasks
from agents.models import LookSchedule
from events.bus import publish
from events.catalog import CalendarSynced, TasksSynced
from integrations.models import Connection
from tests.clock import NOON
from tests.factories import make_event, make_task, signed_in
from tests.stand_ins.model import Turn, shapes
from tips import tasks
from tips.models import Tip, TipSchedule
from tips.polish.choosing import SILENCE

BEGINS, ENDS = 7, 23  # hours
SWEEP_MIN = 15
# Hours of NOON's day, with minutes as their fraction.
SYNCS = {8.0: 2, 11.25: 1, 14.5: 1, 17.75: 1}  # how many new tasks each brings
VISITS = (7.5, 8.25, 9.0, 11.0, 12.25, 13.75, 15.5, 18.0, 21.0)
ANSWERS = {8.25: "done", 11.0: "snooze", 13.75: "done", 15.5: "dismiss", 18.0: "done"}
NEW_TASKS = (
    "Send Priya the draft",
    "Ring the plumber",
    "Book a table for Friday",
    "Return the library books",
    "Renew the passport",
)


class Day:
    """Of this person, who has tasks already; on the day so many days after NOON's."""

    def __init__(self, user: User, clock: time_machine.Traveller, *, after: int = 0) -> None:
        self._user, self._clock, self._client = user, clock, signed_in(user)
        self.midnight = NOON.replace(hour=0) + timedelta(days=after)
        self._new = list(NEW_TASKS)
        self.seen: list[str] = []  # what the page said at each visit, "" where it said nothing

    def live(self, *, is_busy: bool) -> None:
        """is_busy: with syncs, visits and answers. Otherwise only beat turns."""
        for minute in range(BEGINS * 60, ENDS * 60):
            hour, at = minute / 60, self.midnight + timedelta(minutes=minute)
            self._clock.move_to(at.astimezone(UTC))
            if is_busy and hour in SYNCS:
                self._sync(SYNCS[hour], at)
            self._turn(minute, at)
            if is_busy and hour in VISITS:
                self._visit(ANSWERS.get(hour))

    def _turn(self, minute: int, at: datetime) -> None:
        """What beat asks for in this minute, where anything is due."""
        if minute % SWEEP_MIN == 0 and LookSchedule.objects.due(at=at).exists():
            agents_tasks.sweep()
        if TipSchedule.objects.due(at=at).exists():
            tasks.keep_ready()

    def _sync(self, count: int, at: datetime) -> None:
        """As integrations.sync.syncing writes and says it."""
        new, self._new = self._new[:count], self._new[count:]
        for title in new:
            words = f"{title:32.32}"
            make_task(self._user, title, added_at=at, changed_at=at, words_digest=words)
        _say(TasksSynced, self._user, at, changed=count)

    def _visit(self, answer: str | None) -> None:
        """The page, its beacon, and the answer."""
        client: Client = self._client
        client.get("/")
        tip = Tip.objects.live().filter(user=self._user).first()
        self.seen.append(tip.content if tip else "")
        if tip is None:
            return
        client.post(f"/tip/{tip.pk}/shown")
        if answer:
            client.post(f"/tip/{tip.pk}/answer", {"reaction": answer})


def plan(user: User) -> None:
    """What is there in the morning: four tasks that can be done, three meetings."""
    for title in ("Pay the rent", "Water the plants", "Answer Mia", "Sort the cellar"):
        make_task(user, title, words_digest="")
    for hour in (-2, 2, 4):
        make_event(user, starts_in_min=hour * 60, lasts_min=45, title="Design review")
    _say(CalendarSynced, user, NOON - timedelta(hours=6), changed=3)


def _say(
    kind: type[TasksSynced | CalendarSynced], user: User, at: datetime, *, changed: int
) -> None:
    connection = Connection.objects.get(user=user)
    with transaction.atomic():
        publish(
            kind(user_id=user.pk, at=at, connection_id=connection.pk, changed=changed, removed=0)
        )


def answer(asked: Mapping[str, Any], _turn: Turn) -> dict[str, Any]:
    """A model that does all it is asked for, in place of the stand-in's own shape.

    It words what it is told in words that pass, finds nothing to read, and chooses the same option
    wherever it stands.
    """
    told = asked["messages"][-1]["content"]
    if "response_format" not in asked:
        return shapes.openai_chat(asked, _letter(told))
    title = json.loads(told.splitlines()[0])["title"]
    schema = asked["response_format"]["json_schema"]["schema"]
    is_wording = "text" in schema["properties"]
    said = {"text": f"Now is a good time: {title}."} if is_wording else {}
    return shapes.openai_chat(asked, Turn(json.dumps(said)))


def _letter(told: str) -> Turn:
    """The option that the alphabet puts first, and never silence."""
    options = [line.split(") ", 1) for line in told.splitlines() if line[1:3] == ") "]
    options = [option for option in options if option[1] != SILENCE]
    letter, _option = min(options, key=lambda option: option[1])
    return Turn(letter, letters={letter: math.log(0.9), "X": math.log(0.1)})
