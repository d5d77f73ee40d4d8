"""What is asked of every source, by the engine as it is: connected, read, written down, closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import time_machine

from accounts.models import User
from integrations.access import connections
from integrations.base import Trouble
from integrations.complete import completing
from integrations.models import Completion, Connection, Task
from integrations.sync import syncing
from integrations.sync.syncing import Outcome
from integrations.tests.conformance.driver import (
    FIRST,
    SECOND,
    WAIT_S,
    Closes,
    Driver,
    Fragile,
    Kept,
    Outside,
    Tools,
    Way,
)
from integrations.tests.conformance.home import Home
from integrations.tests.conformance.hostile import HOSTILE, is_fit
from tests.clock import BERLIN, NOON, TODAY
from tests.factories import make_completion

QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)
SECOND_S = timedelta(seconds=1)
SOON, LATER = NOON + QUARTER, NOON + 2 * QUARTER
NEW = "Buy milk"
MOST_REQUESTS = 30  # of one reading
# Clocks change in Berlin on the 29th; those of New York have changed on the 8th.
SPRING = datetime(2026, 3, 20, 12, tzinfo=BERLIN)
NEW_YORK, TOKYO = ZoneInfo("America/New_York"), ZoneInfo("Asia/Tokyo")
MOMENTS = {
    "before": datetime(2026, 3, 28, 9, tzinfo=BERLIN),
    "after": datetime(2026, 3, 30, 9, tzinfo=BERLIN),
    "elsewhere": datetime(2026, 3, 27, 9, 30, tzinfo=NEW_YORK),
    "another date": datetime(2026, 3, 29, 0, 30, tzinfo=TOKYO),
}
ZONES = ("Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati")
KEY = UUID(int=7)
ALL = {FIRST, SECOND}


class Killed(BaseException):
    """A worker died here."""


def _dies(*_args: Any, **_more: Any) -> Any:
    raise Killed


@pytest.mark.django_db
class Questions:
    """Whoever inherits it says which `kind` of driver is asked."""

    @pytest.fixture
    def kind(self) -> type[Driver]:
        raise NotImplementedError

    @pytest.fixture
    def driver(
        self,
        kind: type[Driver],
        request: pytest.FixtureRequest,
        monkeypatch: pytest.MonkeyPatch,
        time_machine: time_machine.TimeMachineFixture,
        settings: Any,
    ) -> Iterator[Driver]:
        excuse = kind.excused.get(request.node.originalname)
        if excuse:
            pytest.skip(excuse)
        with ExitStack() as stack:
            yield kind(Tools(settings, monkeypatch, request, time_machine, stack))

    @pytest.fixture
    def home(self, alice: User, driver: Driver) -> Home:
        """Alice's: connected, and not read."""
        return Home(alice, driver, at=NOON)

    # ---- what is read ---------------------------------------------------------------------

    def test_what_is_there_is_read_for_its_owner(self, driver: Driver, home: Home) -> None:
        titles = set(driver.seed())
        assert home.read(NOON) is None
        assert len(titles) > 1
        assert titles <= home.titles()
        assert (home.row.state, home.row.synced_at) == (Connection.State.OK, NOON)

    def test_twice_the_same_is_nothing_new(self, driver: Driver, home: Home) -> None:
        """By its cursor, and without one."""
        driver.seed()
        home.read(NOON)
        before, told = home.everything(), home.told
        assert home.read(SOON) is None
        home.forget_cursor()
        assert home.read(LATER) is None
        assert home.everything()[:-1] == before[:-1]
        assert home.told == told

    def test_what_is_changed_there_is_changed_here(self, driver: Kept, home: Home) -> None:
        name = driver.add(FIRST, TODAY)
        driver.add(SECOND, TODAY)
        home.read(NOON)
        first, second = home.item(FIRST), home.item(SECOND)
        driver.retitle(name, NEW)
        assert home.read(SOON) is None
        assert home.titles() == {NEW, SECOND}
        assert home.item(NEW).pk == first.pk
        assert home.item(SECOND).changed_at == second.changed_at

    @pytest.mark.parametrize("is_delta", [True, False], ids=["delta", "everything"])
    def test_what_is_deleted_there_is_gone_here(
        self, driver: Kept, home: Home, is_delta: bool
    ) -> None:
        name = driver.add(FIRST, TODAY)
        driver.add(SECOND, TODAY)
        home.read(NOON)
        driver.delete(name)
        if not is_delta:
            home.forget_cursor()
        assert home.read(SOON) is None
        assert home.titles() == {SECOND}

    # ---- what goes wrong ------------------------------------------------------------------

    def test_what_breaks_off_stores_nothing_and_is_read_the_next_time(
        self, driver: Outside, home: Home
    ) -> None:
        """At each of the requests that a reading is made of, of the first and of a later one."""
        driver.seed()
        assert self._cut_everywhere(driver, home, SOON) >= 1
        assert home.titles() == ALL
        more = {f"{NEW} {number}" for number in range(8)}
        for title in sorted(more):
            driver.add(title, TODAY)
        assert self._cut_everywhere(driver, home, LATER) >= 1
        assert home.titles() == ALL | more

    def _cut_everywhere(self, driver: Outside, home: Home, at: datetime) -> int:
        """How many requests broke off before the reading had all that it wanted."""
        before = home.everything()
        for well in range(MOST_REQUESTS):
            driver.break_(Way.CUT, after=well)
            trouble = home.read(at)
            driver.mend()
            if trouble is None:
                return well
            assert trouble is Trouble.UNREACHABLE
            assert home.everything() == before
        raise AssertionError("a reading without an end")

    def test_who_is_away_is_asked_again(self, driver: Outside, home: Home) -> None:
        driver.seed()
        home.read(NOON)
        before = home.everything()
        driver.break_(Way.AWAY)
        assert home.read(SOON) is Trouble.UNREACHABLE
        assert home.row.state == Connection.State.RETRYING
        assert home.everything() == before
        driver.mend()
        driver.add(NEW, TODAY)
        assert syncing.sync(home.pk, at=SOON + QUARTER) == Outcome.SYNCED
        assert (home.row.state, home.row.last_error, home.row.attempts) == ("ok", "", 0)
        assert home.titles() == {*ALL, NEW}

    def test_who_takes_the_access_back_is_asked_to_reconnect(
        self, driver: Outside, home: Home
    ) -> None:
        driver.seed()
        home.read(NOON)
        before, pk = home.everything(), home.pk
        driver.break_(Way.REVOKED)
        assert home.read(SOON) is Trouble.UNAUTHORIZED
        assert home.row.state == Connection.State.RECONNECT
        assert home.everything() == before
        asked = len(driver.gate.asked)
        assert syncing.sync(home.pk, at=SOON + DAY) == Outcome.NOT_DUE
        assert len(driver.gate.asked) == asked, "nobody is asked before the person was"
        driver.mend()
        driver.add(NEW, TODAY)
        home.connect(LATER)
        assert (home.read(LATER), home.pk) == (None, pk)
        assert home.titles() == {*ALL, NEW}

    def test_who_says_too_many_requests_is_left_alone_for_as_long_as_they_say(
        self, driver: Outside, home: Home
    ) -> None:
        driver.seed()
        home.read(NOON)
        before = home.everything()
        driver.break_(Way.LIMITED)
        assert home.read(SOON) is Trouble.RATE_LIMITED
        assert home.everything() == before
        driver.mend()
        asked, wait = len(driver.gate.asked), timedelta(seconds=WAIT_S)
        assert syncing.sync(home.pk, at=SOON + wait - SECOND_S) == Outcome.NOT_DUE
        assert len(driver.gate.asked) == asked
        driver.move_clock(SOON + 2 * wait)
        assert syncing.sync(home.pk, at=SOON + 2 * wait) == Outcome.SYNCED

    def test_what_is_too_large_loses_nothing(self, driver: Fragile, home: Home) -> None:
        self._is_refused(driver, home, Way.TOO_LARGE, Trouble.TOO_LARGE)

    def test_what_nobody_can_read_loses_nothing(self, driver: Fragile, home: Home) -> None:
        self._is_refused(driver, home, Way.GARBAGE, Trouble.UNREADABLE)

    def _is_refused(self, driver: Fragile, home: Home, way: Way, trouble: Trouble) -> None:
        driver.seed()
        home.read(NOON)
        before = home.everything()
        driver.add(NEW, TODAY)
        driver.break_(way)
        assert home.read(SOON) is trouble
        assert home.everything() == before
        driver.mend()
        assert home.read(LATER) is None
        assert home.titles() == {*ALL, NEW}

    # ---- workers that die -----------------------------------------------------------------

    def test_a_worker_that_dies_in_the_first_reading_loses_nothing(
        self, driver: Driver, home: Home
    ) -> None:
        titles = set(driver.seed())
        self._die(home, NOON)
        assert not home.titles()
        assert home.read(NOON + syncing.CLAIM) is None
        assert titles <= home.titles()

    def test_a_worker_that_dies_later_loses_nothing(self, driver: Kept, home: Home) -> None:
        name = driver.add(FIRST, TODAY)
        driver.add(SECOND, TODAY)
        home.read(NOON)
        driver.delete(name)
        driver.add(NEW, TODAY)
        self._die(home, SOON)
        assert home.read(SOON + syncing.CLAIM) is None
        assert home.titles() == {SECOND, NEW}

    def _die(self, home: Home, at: datetime) -> None:
        """Between what the source said and what is written down; the claim stays for a while."""
        home.driver.hand_over(home.user, at)
        before = home.everything()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(syncing, "_store", _dies)
            with pytest.raises(Killed):
                home.read(at)
        assert home.everything() == before
        assert syncing.sync(home.pk, at=at + SECOND_S) == Outcome.NOT_DUE

    # ---- whose it is ----------------------------------------------------------------------

    def test_what_alice_reads_touches_nothing_of_bobs(
        self, driver: Kept, home: Home, bob: User
    ) -> None:
        """Who has connected the same account, and so has rows of the same names."""
        name = driver.add(FIRST, TODAY)
        other = driver.add(SECOND, TODAY)
        his = Home(bob, driver, at=NOON)
        assert home.read(NOON) is his.read(NOON) is None
        before = his.everything()
        driver.delete(name)
        driver.retitle(other, NEW)
        assert home.read(SOON) is None
        assert (home.titles(), his.titles()) == ({NEW}, ALL)
        assert his.everything() == before

    def test_what_alice_disconnects_takes_nothing_of_bobs(
        self, driver: Driver, home: Home, bob: User
    ) -> None:
        driver.seed()
        his = Home(bob, driver, at=NOON)
        home.read(NOON)
        his.read(NOON)
        before = his.everything()
        connections.disconnect(home.pk, at=SOON)
        assert not home.titles()
        assert his.everything() == before

    # ---- when and what --------------------------------------------------------------------

    def test_a_moment_in_another_zone_is_the_same_moment(self, driver: Kept, alice: User) -> None:
        home = Home(alice, driver, at=SPRING)
        for title, moment in MOMENTS.items():
            driver.add(title, moment)
        assert home.read(SPRING) is None
        assert {title: home.moments(title) for title in MOMENTS} == {
            title: [moment] for title, moment in MOMENTS.items()
        }

    def test_a_series_keeps_its_hour_when_the_clocks_change(
        self, driver: Kept, alice: User
    ) -> None:
        home = Home(alice, driver, at=SPRING)
        driver.add(FIRST, MOMENTS["before"], days=3)
        assert home.read(SPRING) is None
        clocks = [moment.astimezone(BERLIN) for moment in home.moments(FIRST)]
        assert [f"{clock:%d %H:%M}" for clock in clocks] == ["28 09:00", "29 09:00", "30 09:00"]

    @pytest.mark.parametrize("zone", ZONES)
    def test_whole_days_stay_dates(self, driver: Kept, home: Home, zone: str) -> None:
        home.live_in(zone)
        day = date(2026, 5, 7)
        driver.add(FIRST, day)
        assert home.read(NOON) is None
        row = home.item(FIRST)
        if isinstance(row, Task):
            assert (row.due_on, row.due_time, row.due_zone) == (day, None, "")
            return
        midnight = datetime(2026, 5, 7, tzinfo=ZoneInfo(zone))
        assert (row.starts_on, row.ends_on) == (day, day + DAY)
        assert (row.starts_at, row.ends_at - row.starts_at) == (midnight, DAY)

    @pytest.mark.parametrize("text", HOSTILE)
    def test_hostile_texts_are_stored_safely(self, driver: Kept, home: Home, text: str) -> None:
        if text in driver.unsayable:
            pytest.skip(driver.unsayable[text])
        driver.add(HOSTILE[text], TODAY)
        driver.add(SECOND, TODAY)
        assert home.read(NOON) is None
        (title,) = home.titles() - {SECOND}
        assert is_fit(title), title
        before = home.everything()
        home.forget_cursor()
        assert home.read(SOON) is None
        assert home.everything()[:-1] == before[:-1]

    # ---- closing --------------------------------------------------------------------------

    def test_a_task_is_closed_once_however_often_it_is_asked_for(
        self, driver: Closes, home: Home
    ) -> None:
        name = driver.add(FIRST, TODAY)
        home.read(NOON)
        link, external_id = home.row.link(), home.item(FIRST).external_id
        for _turn in range(3):
            home.source.complete(link, external_id, key=KEY)
        assert driver.closings(name) == 1
        assert home.read(SOON) is None
        assert home.item(FIRST).completed_at is not None

    def test_a_worker_that_dies_after_closing_closes_once(self, driver: Closes, home: Home) -> None:
        name = driver.add(FIRST, TODAY)
        home.read(NOON)
        key = make_completion(home.item(FIRST)).key
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(completing, "_finish", _dies)
            with pytest.raises(Killed):
                completing.complete_one(key, at=NOON)
        assert completing.complete_one(key, at=NOON) is None, "the claim of the dead holds"
        assert completing.complete_one(key, at=NOON + completing.CALL_LIMIT) == home.pk
        assert driver.closings(name) == 1
        assert Completion.objects.get().state == Completion.State.DONE

    def test_a_task_that_comes_back_moves_by_one_date(self, driver: Closes, home: Home) -> None:
        driver.add(FIRST, TODAY, days=30)
        home.read(NOON)
        link, external_id = home.row.link(), home.item(FIRST).external_id
        for _turn in range(2):
            home.source.complete(link, external_id, key=KEY)
        assert home.read(SOON) is None
        row = home.item(FIRST)
        assert (row.completed_at, row.due_on) == (None, TODAY + DAY)

    def test_a_task_that_is_gone_there_counts_as_closed(self, driver: Closes, home: Home) -> None:
        name = driver.add(FIRST, TODAY)
        home.read(NOON)
        completion = make_completion(home.item(FIRST))
        driver.delete(name)
        assert completing.complete_one(completion.key, at=NOON) == home.pk
        completion.refresh_from_db()
        assert completion.state == Completion.State.DONE
        assert home.row.state == Connection.State.OK

    def test_what_was_closed_stays_closed(self, driver: Driver, home: Home) -> None:
        title = driver.seed()[0]
        home.read(NOON)
        completing.complete_one(make_completion(home.item(title)).key, at=NOON)
        assert home.item(title).completed_at is not None
        for at in (SOON, NOON + DAY):
            assert home.read(at) is None
            assert title not in home.titles()


def names_of(questions: type[Questions]) -> frozenset[str]:
    return frozenset(name for name in dir(questions) if name.startswith("test_"))
