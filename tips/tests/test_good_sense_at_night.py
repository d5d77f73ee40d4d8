"""Who is spoken to at night, and about what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from django.utils import timezone, translation

from agents.beliefs import Waking
from agents.tests.people import task, view
from agents.traits import Door, Hours, Trait, Traits
from tests.clock import BERLIN
from tips.policies.good_sense.prefs import GoodSensePrefs
from tips.tests.deciding import SILENT_AT_NIGHT, at, decide, said

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture(autouse=True, scope="module")
def _berlin() -> Iterator[None]:
    with timezone.override(BERLIN), translation.override("en"):
        yield


BARMAN = {"waking": Waking(end=time(3))}
MIDNIGHT_OIL = {"good_sense": GoodSensePrefs(quiet_from=time(3), quiet_until=time(11))}


@pytest.mark.parametrize("known", [{"beliefs": BARMAN}, {"prefs": MIDNIGHT_OIL}])
def test_who_is_up_at_night_is_spoken_to_then(known: dict[str, Any]) -> None:
    urgent = task(1, "Feed the dough", due_in=0, priority=4)
    asleep, up = view(urgent, now=at(0, 40)), replace(view(urgent, now=at(0, 40)), **known)
    assert said(asleep) in SILENT_AT_NIGHT
    assert said(up) == "Feed the dough"
    assert said(replace(up, now=at(4))) in SILENT_AT_NIGHT


def test_their_day_is_late_two_hours_before_they_go_to_bed() -> None:
    long = task(1, "Sort the cellar", due_in=0, priority=4, duration=HOUR)
    barman = replace(view(long), beliefs=BARMAN)
    assert said(replace(barman, now=at(0, 30))) == "Sort the cellar"
    assert said(replace(barman, now=at(1, 30))) in SILENT_AT_NIGHT


def test_who_wants_quiet_early_can_still_be_up() -> None:
    early = {"good_sense": GoodSensePrefs(quiet_from=time(20), quiet_until=time(7))}
    urgent = view(task(1, "Ironing", due_in=0, priority=4), now=at(20, 30))
    assert said(urgent) == "Ironing"
    assert said(replace(urgent, prefs=early)) in SILENT_AT_NIGHT


def test_at_night_only_what_is_lost_by_the_morning() -> None:
    night = at(23, 45)
    assert said(view(task(1, due_in=0, priority=4), now=night)) in SILENT_AT_NIGHT
    portal = Traits(hours=Trait(Hours(Door.OWN), "portal"))
    soon = task(1, "Portal", due_in=0, due_at=night + 40 * MINUTE, priority=4, traits=portal)
    assert decide(view(soon, now=at(23, 10))).chosen is not None
