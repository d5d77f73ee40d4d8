"""From a ready tip to a notification: once, to the right devices, never to who looks already."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Consent, User
from events.catalog import TipReacted, TipServed
from events.models import EventRecord
from notifier.models import Delivery, Device, Wish
from notifier.sending.queueing import load
from tests.clock import BERLIN, NOON
from tests.factories import give_tip, make_event, make_person
from tips.answer import answering
from tips.answer.afar import SALT, token_of
from tips.decide.interrupting import TRIED
from tips.deliver import delivering
from tips.deliver.delivering import deliver, topic_of
from tips.deliver.trying import KIND, who_agreed
from tips.models import Interruption, Tip, TipDecision
from tips.tests.speaking import device_of, ready, why

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon(time_machine: Any) -> None:
    time_machine.move_to(NOON, tick=False)


def arrive() -> None:
    Delivery.objects.filter(state="waiting").update(state="sent")


def test_what_presses_goes_to_every_device_once(alice: User) -> None:
    devices = {device_of(alice).pk, device_of(alice).pk}
    tip = ready(alice)
    assert len(deliver(at=NOON)) == 2
    assert {row.device_id for row in Delivery.objects.all()} == devices
    row = Delivery.objects.all()[0]
    assert (row.topic, row.not_after) == (topic_of(tip.pk), NOON + 30 * MINUTE)
    assert why(tip) == ["worth_it"]
    assert deliver(at=NOON + MINUTE) == []
    assert Delivery.objects.count() == 2


def test_the_decision_is_on_record_with_all_it_rested_on(alice: User) -> None:
    device_of(alice)
    ready(alice)
    deliver(at=NOON)
    row = Interruption.objects.get()
    assert (row.spoken, row.propensity) == (True, 1.0)
    assert row.probability >= row.needed
    assert row.features["score"] == 90.0
    assert row.features["presses"] is True


def test_what_is_not_worth_it_is_kept_back_and_noted_once(alice: User) -> None:
    device_of(alice)
    tip = ready(alice, score=20.0, presses=False)
    for minute in range(3):
        assert deliver(at=NOON + minute * MINUTE) == []
    assert why(tip) == ["not_worth_it"]


def test_without_a_device_nothing_is_decided(alice: User, bob: User) -> None:
    device_of(bob)
    ready(alice)
    assert deliver(at=NOON) == []
    assert not Interruption.objects.exists()


def test_who_has_just_looked_is_left_alone(alice: User) -> None:
    device_of(alice)
    seen = give_tip(alice, "Old")
    answering.mark_shown(seen, surface="page", at=NOON - 5 * MINUTE)
    Tip.objects.filter(pk=seen.pk).update(state=Tip.State.EXPIRED)
    tip = ready(alice)
    assert deliver(at=NOON) == []
    assert why(tip) == ["here"]
    assert len(deliver(at=NOON + 6 * MINUTE)) == 1


@pytest.mark.parametrize("state", ["shown", "answered", "expired", "withdrawn"])
def test_only_what_is_ready_is_said(alice: User, state: str) -> None:
    device_of(alice)
    tip = ready(alice)
    fields = {"answered_at": NOON, "reaction": "done"} if state == "answered" else {}
    Tip.objects.filter(pk=tip.pk).update(state=state, **fields)
    assert deliver(at=NOON) == []


def test_what_ends_in_a_minute_is_not_said(alice: User) -> None:
    device_of(alice)
    tip = ready(alice)
    Tip.objects.filter(pk=tip.pk).update(expires_at=NOON + MINUTE)
    assert deliver(at=NOON) == []


def test_a_day_has_its_budget_where_the_person_is(alice: User) -> None:
    device_of(alice)
    Wish.objects.create(user=alice, often="rarely", quiet_from=time(7))
    first = ready(alice)
    assert len(deliver(at=NOON)) == 1
    arrive()
    Tip.objects.filter(pk=first.pk).update(state=Tip.State.EXPIRED, candidate="task:0")
    second = ready(alice)
    Tip.objects.filter(pk=second.pk).update(expires_at=NOON + 24 * HOUR)
    assert deliver(at=NOON + 5 * HOUR) == []
    assert why(second) == ["enough_today"]
    assert len(deliver(at=NOON + 13 * HOUR)) == 1  # after midnight in Berlin


def test_a_locked_screen_shows_what_its_person_wants(alice: User) -> None:
    device_of(alice)
    device_of(alice, shows="tip")
    tip = ready(alice)
    deliver(at=NOON)
    hint, shown = (
        load(Delivery.objects.get(device__shows=shows).message) for shows in ("hint", "tip")
    )
    assert (hint.title, hint.body, hint.actions) == ("oO has a suggestion for you.", "", ())
    assert shown.title == tip.content
    assert [action.title for action in shown.actions] == ["Done", "Later"]


def test_it_speaks_the_language_of_the_person(alice: User) -> None:
    alice.profile.locale = "de"
    alice.profile.save()
    device_of(alice)
    ready(alice)
    deliver(at=NOON)
    assert load(Delivery.objects.get().message).title != "oO has a suggestion for you."


def test_a_meeting_that_comes_soon_is_part_of_the_moment(alice: User) -> None:
    device_of(alice)
    tip = ready(alice)
    make_event(alice, starts_at=NOON + 10 * MINUTE, ends_at=NOON + HOUR)
    deliver(at=NOON)
    assert Interruption.objects.get(tip=tip).features["free_min"] == 10.0


def test_a_meeting_holds_it_back_and_the_gap_after_it_lets_it_through(alice: User) -> None:
    device_of(alice)
    tip = ready(alice)
    make_event(alice, starts_at=NOON - HOUR, ends_at=NOON + 30 * MINUTE)
    assert deliver(at=NOON) == []
    assert why(tip) == ["meeting"]
    Tip.objects.filter(pk=tip.pk).update(expires_at=NOON + HOUR)
    assert len(deliver(at=NOON + 30 * MINUTE)) == 1


def test_a_whole_day_and_another_person_are_no_meeting(alice: User, bob: User) -> None:
    device_of(alice)
    ready(alice)
    today = NOON.date()
    whole: dict[str, Any] = {"starts_on": today, "ends_on": today + timedelta(days=1)}
    make_event(alice, starts_at=NOON - 12 * HOUR, ends_at=NOON + 12 * HOUR, **whole)
    make_event(bob, starts_at=NOON - HOUR, ends_at=NOON + HOUR)
    assert len(deliver(at=NOON)) == 1


def test_nothing_private_comes_up_while_others_may_look_on(alice: User) -> None:
    """In a webinar, which takes none of their time; and not when the next meeting has begun."""
    device_of(alice, shows="tip")
    ready(alice)
    make_event(alice, starts_at=NOON - HOUR, ends_at=NOON + HOUR, is_busy=False)
    make_event(alice, starts_at=NOON + 20 * MINUTE, ends_at=NOON + HOUR)
    assert len(deliver(at=NOON)) == 1
    row = Delivery.objects.get()
    assert load(row.message).title == "oO has a suggestion for you."
    assert load(row.message).actions == ()
    assert row.not_after == NOON + 20 * MINUTE


def test_what_was_said_is_not_said_again_by_another_tip(alice: User) -> None:
    device_of(alice)
    first = ready(alice)
    Wish.objects.create(user=alice, often="often")
    assert len(deliver(at=NOON)) == 1
    arrive()

    def again(at: datetime) -> int:
        Tip.objects.live().update(state=Tip.State.EXPIRED)
        tip = Tip.objects.get(pk=first.pk)
        tip.pk, tip.state, tip.expires_at = uuid4(), Tip.State.READY, at + HOUR
        tip._state.adding = True
        tip.save()
        decision = TipDecision.objects.get(tip=first)
        decision.pk, decision.tip = None, tip
        decision.save()
        return len(deliver(at=at))

    assert again(NOON + 3 * HOUR) == 0
    assert why(Tip.objects.get(state=Tip.State.READY)) == ["said_before"]
    assert again(NOON + 21 * HOUR) == 1  # the next morning, if it is still what matters


@pytest.mark.parametrize(
    ("local", "speaks"),
    [
        # The clocks are put forward at 2 on the first, and back at 3 on the second.
        (datetime(2026, 3, 29, 6, 59), False),
        (datetime(2026, 3, 29, 7, 0), True),
        (datetime(2026, 3, 29, 21, 58), True),
        (datetime(2026, 3, 29, 21, 58, 1), False),  # too little is left
        (datetime(2026, 10, 25, 22, 0), False),
        (datetime(2026, 10, 25, 2, 30, fold=1), False),
        (datetime(2026, 10, 25, 7, 0), True),
    ],
)
def test_quiet_hours_are_by_the_clocks_where_the_person_is(
    alice: User, local: datetime, speaks: bool, time_machine: Any
) -> None:
    at = local.replace(tzinfo=BERLIN)
    device_of(alice)
    tip = ready(alice)
    Tip.objects.filter(pk=tip.pk).update(expires_at=at + HOUR)
    assert bool(deliver(at=at)) == speaks
    assert why(tip) == (["worth_it"] if speaks else ["quiet"])


def test_quiet_hours_are_the_persons_own_and_may_be_none(alice: User) -> None:
    device_of(alice)
    wish = Wish.objects.create(user=alice, quiet_from=time(11), quiet_until=time(13))
    ready(alice)
    assert deliver(at=NOON) == []
    wish.quiet_until = wish.quiet_from
    wish.save()
    assert len(deliver(at=NOON)) == 1


@pytest.mark.parametrize(
    ("quiet", "local", "left"),
    [
        ((time(12, 20), time(13)), datetime(2026, 5, 5, 12, 0, 30), 19.5 * MINUTE),
        ((time(12, 30), time(13)), datetime(2026, 5, 5, 12), 30 * MINUTE),
        ((time(11), time(11, 30)), datetime(2026, 5, 5, 12), 30 * MINUTE),
        ((time(12, 10), time(12, 10)), datetime(2026, 5, 5, 12), 30 * MINUTE),
        ((time(0), time(7)), datetime(2026, 5, 5, 23, 50), 10 * MINUTE),
        # The clocks are put forward from 2 to 3, and back from 3 to 2.
        ((time(2, 30), time(7)), datetime(2026, 3, 29, 1, 50), 10 * MINUTE),
        ((time(3, 10), time(7)), datetime(2026, 3, 29, 1, 50), 20 * MINUTE),
        ((time(2, 10), time(7)), datetime(2026, 10, 25, 1, 50), 20 * MINUTE),
        ((time(2, 10), time(7)), datetime(2026, 10, 25, 2, 0, fold=1), 10 * MINUTE),
        ((time(3, 10), time(7)), datetime(2026, 10, 25, 2, 50), 30 * MINUTE),
    ],
)
def test_nothing_may_arrive_in_quiet_hours(
    alice: User, quiet: tuple[time, time], local: datetime, left: timedelta
) -> None:
    """However late its service hands it over."""
    at = local.replace(tzinfo=BERLIN).astimezone(UTC)
    device_of(alice)
    Wish.objects.create(user=alice, quiet_from=quiet[0], quiet_until=quiet[1])
    tip = ready(alice)
    Tip.objects.filter(pk=tip.pk).update(expires_at=at + HOUR)
    assert len(deliver(at=at)) == 1
    assert Delivery.objects.get().not_after - at == left


def test_a_meeting_in_a_minute_leaves_no_time_to_say_it(alice: User) -> None:
    device_of(alice)
    tip = ready(alice)
    make_event(alice, starts_at=NOON + MINUTE, ends_at=NOON + HOUR)
    assert deliver(at=NOON) == []
    assert why(tip) == ["meeting"]


def test_a_device_gets_as_many_as_it_may(alice: User) -> None:
    every, one = device_of(alice), device_of(alice, most_a_day=1)
    Wish.objects.create(user=alice, often="often")

    def spoken_to(at: datetime) -> set[Any]:
        Tip.objects.live().update(state=Tip.State.EXPIRED, candidate="task:0")
        tip = ready(alice)
        Tip.objects.filter(pk=tip.pk).update(expires_at=at + HOUR)
        keys = deliver(at=at)
        arrive()
        return set(Delivery.objects.filter(pk__in=keys).values_list("device", flat=True))

    assert spoken_to(NOON) == {every.pk, one.pk}
    Delivery.objects.update(created_at=NOON)
    assert spoken_to(NOON + HOUR) == {every.pk}
    assert spoken_to(NOON + 20 * HOUR) == {every.pk, one.pk}
    Device.objects.filter(pk=every.pk).delete()
    assert spoken_to(NOON + 21 * HOUR) == set()


def test_only_who_agreed_to_these_words_is_tried_out(alice: User, bob: User) -> None:
    for person, wording in ((alice, KIND.version), (bob, "2020-01-01")):
        device_of(person)
        Consent.objects.create(
            user=person, key=KIND.key, wording=wording, granted_at=NOON, granted_by="settings"
        )
    assert who_agreed([alice.pk, bob.pk]) == {alice.pk}
    for person in (alice, bob):
        ready(person, score=30.0)
        deliver(at=NOON)
    chances = dict(Interruption.objects.values_list("user_id", "propensity"))
    assert chances[alice.pk] in (TRIED, 1.0 - TRIED)
    assert chances[bob.pk] == 1.0


def test_one_of_ten_stays_one_of_ten_however_often_it_is_asked(db: None) -> None:
    """A tip that is ready for an hour is asked about sixty times."""
    for number in range(30):
        person = make_person(f"person-{number}")
        device_of(person)
        Consent.objects.create(
            user=person, key=KIND.key, wording=KIND.version, granted_at=NOON, granted_by="settings"
        )
        ready(person, score=45.0, presses=False)
    tried = Interruption.objects.filter(why="tried")
    deliver(at=NOON)
    at_once = tried.count()
    for minute in range(1, 20):
        deliver(at=NOON + timedelta(minutes=minute))
    assert set(Interruption.objects.values_list("why", flat=True)) <= {"tried", "not_worth_it"}
    assert tried.count() == at_once


def test_who_answers_a_notification_has_seen_the_tip(alice: User) -> None:
    tip = ready(alice)
    answering.react(tip, "done", at=NOON)
    tip.refresh_from_db()
    assert (tip.shown_at, tip.dwell_s) == (NOON, None)
    subjects = EventRecord.objects.order_by("pk").values_list("subject", flat=True)
    assert list(subjects)[-2:] == [TipServed.subject, TipReacted.subject]


@pytest.mark.parametrize("how", ["shown", "answered"])
def test_what_still_waits_is_taken_back_when_the_person_knows_it(
    alice: User, how: str, django_capture_on_commit_callbacks: Any
) -> None:
    device_of(alice)
    tip = ready(alice)
    deliver(at=NOON)
    with django_capture_on_commit_callbacks(execute=True):
        if how == "shown":
            answering.mark_shown(tip, surface="page", at=NOON)
        else:
            answering.react(tip, "done", at=NOON)
    assert Delivery.objects.get().state == "late"


def test_what_waits_of_a_tip_that_was_withdrawn_is_taken_back(alice: User) -> None:
    device_of(alice)
    tip = ready(alice)
    deliver(at=NOON)
    Tip.objects.filter(pk=tip.pk).update(state=Tip.State.WITHDRAWN)
    deliver(at=NOON + MINUTE)
    assert Delivery.objects.get().state == "late"


def test_a_crowd_takes_as_many_queries_as_one(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "uuid4", lambda: UUID(int=0))  # it begins at the first

    def crowd(size: int) -> int:
        for number in range(size):
            person = make_person(f"p{Device.objects.count()}-{number}")
            device_of(person)
            ready(person, score=1.0, presses=False)
        deliver(at=NOON)  # notes them
        with CaptureQueriesContext(
            connection,
        ) as queries:
            deliver(at=NOON + MINUTE)
        return len(queries)

    assert crowd(1) == crowd(6)


def test_nobody_is_passed_over_however_many_there_are(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "CHUNK", 2)
    people = [alice, *(make_person(f"p{number}") for number in range(6))]
    for person in people:
        device_of(person)
        ready(person)
    assert len(deliver(at=NOON)) == len(people)
    assert deliver(at=NOON + MINUTE) == []


# ---- answers from a notification ------------------------------------------------------------


def afar(tip: Tip, reaction: str) -> str:
    device = Device.objects.filter(user=tip.user).first() or device_of(tip.user)
    return reverse("tips:afar", args=[token_of(tip, reaction, device)])


@pytest.mark.parametrize("reaction", ["done", "snooze"])
def test_an_answer_from_a_notification_needs_no_session(alice: User, reaction: str) -> None:
    tip = ready(alice)
    stranger = Client(enforce_csrf_checks=True)
    for _ in range(2):
        assert stranger.post(afar(tip, reaction)).status_code == 204
    tip.refresh_from_db()
    assert tip.reaction == reaction


def test_nothing_else_is_answered_by_it(alice: User, bob: User, time_machine: Any) -> None:
    tip, address = ready(alice), ""
    address = afar(tip, "done")
    client = Client()
    assert client.get(address).status_code == 405
    for wrong in (address[:-1], address.replace(":", ";"), "/afar/x", afar(tip, "no-such")):
        assert client.post(wrong).status_code == 404, wrong
    assert "sessionid" not in client.cookies
    time_machine.move_to(NOON + timedelta(days=1, seconds=1))
    assert client.post(address).status_code == 404
    tip.refresh_from_db()
    assert tip.reaction == ""


def test_who_has_left_cannot_answer(alice: User) -> None:
    tip = ready(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert Client().post(afar(tip, "done")).status_code == 404


def test_who_has_signed_out_everywhere_is_answered_for_by_no_phone(
    alice: User, alice_client: Client
) -> None:
    device_of(alice, shows=Device.Shows.TIP)
    tip = ready(alice)
    deliver(at=NOON)
    (done, later) = load(Delivery.objects.get().message).actions
    alice_client.post(reverse("accounts:sign-out-everywhere"))
    for action in (done, later):
        assert Client().post(action.path).status_code == 404
    tip.refresh_from_db()
    assert tip.reaction == ""


def test_a_device_that_is_somebody_elses_now_answers_nothing(alice: User, bob: User) -> None:
    address = afar(ready(alice), "done")
    assert Client().post(address).status_code == 204
    Device.objects.update(user=bob)
    assert Client().post(address).status_code == 404


def test_an_answer_from_before_devices_were_named_is_none(alice: User) -> None:
    old = signing.dumps([str(ready(alice).pk), "done"], salt=SALT)
    assert Client().post(reverse("tips:afar", args=[old])).status_code == 404
