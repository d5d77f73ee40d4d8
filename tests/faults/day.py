"""A scripted day of fifty people, in a few minutes, while parts of oO are killed."""

from __future__ import annotations

import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from threading import Event, Thread
from uuid import UUID

import httpx

from tests.faults.estate import Estate
from tests.faults.people import Person

PAUSE_S = (0.02, 0.1)
REACTIONS = ("done", "done", "done", "snooze", "dismiss")


@dataclass(slots=True)
class Day:
    """Until stop(), people look, answer, write tasks down and tick them off."""

    estate: Estate
    people: list[Person]
    seed: int
    players: int = 4
    statuses: Counter[str] = field(default_factory=Counter)  # what the pages answered, by act
    waited: list[float] = field(default_factory=list)  # seconds, of each look and each answer
    _over: Event = field(default_factory=Event)
    _threads: list[Thread] = field(default_factory=list)

    def begin(self) -> None:
        self._threads += [Thread(target=self._play, args=(n,)) for n in range(self.players)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _play(self, number: int) -> None:
        chance = Random(self.seed + number)
        with self.estate.visitor() as visitor:
            while not self._over.wait(chance.uniform(*PAUSE_S)):
                person = chance.choice(self.people)
                if person.lock.acquire(blocking=False):
                    try:
                        self._act(person, visitor, chance)
                    finally:
                        person.lock.release()

    def _act(self, person: Person, visitor: httpx.Client, chance: Random) -> None:
        turn = chance.random()
        if turn < 0.10:
            person.write_task(chance)
        elif turn < 0.20:
            self._tick_off(person, visitor, chance)
        elif turn < 0.35:
            self._answer_afar(person, visitor, chance)
        else:
            self._visit(person, visitor, chance)

    def _tick_off(self, person: Person, visitor: httpx.Client, chance: Random) -> None:
        """And Todoist tells of it, three times if it must."""
        task_id = person.tick_off(chance)
        if task_id is None or chance.random() < 0.3:
            return
        webhooks = self.estate.todoist.webhooks
        told = webhooks.build("item:completed", person.account, person.account.task(task_id))
        for _attempt in range(3):
            with suppress(httpx.TransportError):
                answer = visitor.post("/hooks/todoist", content=told.body, headers=told.headers)
                self.statuses[f"hook {answer.status_code}"] += 1
                if answer.status_code == 200:
                    return

    def _answer_afar(self, person: Person, visitor: httpx.Client, chance: Random) -> None:
        """From the notification, as the service worker does."""
        if not person.browser.queue:
            return
        told = person.browser.queue.pop().told
        for action in told["actions"]:
            if action["action"] == "done" or chance.random() < 0.3:
                status = person.post(visitor, action["path"])
                self.statuses[f"afar {status}"] += 1
                # Heard or not: what the page says after it is the second answer.
                tip_id, reaction = _read_path(action["path"])
                person.from_afar[tip_id] = reaction
                return

    def _visit(self, person: Person, visitor: httpx.Client, chance: Random) -> None:
        began = time.monotonic()
        try:
            tip_id = next(iter(person.unsure), None) or person.look(visitor)
        except (httpx.TransportError, httpx.HTTPStatusError) as error:
            self.statuses[f"page {type(error).__name__}"] += 1
            return
        self.statuses["page tip" if tip_id else "page"] += 1
        if tip_id is None:
            self.waited.append(time.monotonic() - began)
            person.post(visitor, "/more")
            return
        person.post(visitor, f"/tip/{tip_id}/shown")
        self.waited.append(time.monotonic() - began)
        began = time.monotonic()
        person.answer(visitor, tip_id, chance.choice(REACTIONS))
        self.waited.append(time.monotonic() - began)
        if tip_id in person.said and chance.random() < 0.15:
            self._undo(person, visitor, tip_id)

    def _undo(self, person: Person, visitor: httpx.Client, tip_id: UUID) -> None:
        """Whether it was in time, only the row says: of what is taken back nothing is known."""
        status = person.post(visitor, f"/tip/{tip_id}/undo")
        self.statuses[f"undo {status}"] += 1
        del person.said[tip_id]


def _read_path(path: str) -> tuple[UUID, str]:
    """The tip, and what is answered."""
    from tips.answer.afar import read_token

    told = read_token(path.rstrip("/").rpartition("/")[2])
    return told.tip_id, told.reaction


def kill_in_turn(estate: Estate, kills: int, chance: Random) -> Counter[str]:
    """Each part as often as the others, in no order, at any moment; also while it starts."""
    turns = [name for n in range(kills) for name in [sorted(estate.parts)[n % len(estate.parts)]]]
    chance.shuffle(turns)
    killed: Counter[str] = Counter()
    for name in turns:
        time.sleep(chance.uniform(0.1, 1.0))
        estate.parts[name].kill()
        time.sleep(chance.uniform(0.0, 0.4))
        estate.parts[name].start()
        killed[name] += 1
    return killed
