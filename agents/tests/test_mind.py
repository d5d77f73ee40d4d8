"""The page about how oO thinks: what is set, kept, changed and undone there, and by whom."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.privacy.consents import grant, withdraw
from agents.inferring import beliefs
from agents.models import Belief, Context, LookSchedule, Preference, Reading
from agents.view import load_view
from integrations.models import CalendarEvent
from tests.clock import NOON
from tests.factories import make_event, make_task

pytestmark = pytest.mark.django_db
MIND = "/settings/mind"
HOUR = timedelta(hours=1)


def believed(user: User, **fields: Any) -> Belief:
    grant(user.pk, "tasks", by="connect", at=NOON)
    values = {
        "value": {"a_day": 3},
        "confidence": 0.8,
        "evidence": 12,
        "version": 1,
        "made_at": timezone.now(),
        "expires_at": timezone.now() + HOUR,
    }
    return Belief.objects.create(user=user, inference="momentum", **{**values, **fields})


def post(client: Client, name: str, *args: object, **data: object) -> Any:
    return client.post(reverse(f"agents:{name}", args=args), data)


def test_every_plugin_is_drawn_from_its_schema(alice_client: Client) -> None:
    page = alice_client.get(MIND).content.decode()
    assert "What is overdue" in page
    assert "Quiet from" in page
    assert 'value="23:30"' in page


def test_what_is_set_is_kept_and_decides(alice: User, alice_client: Client) -> None:
    response = post(alice_client, "prefs", "good_sense", quiet_from="21:00", quiet_until="08:00")
    assert response.status_code == 302
    prefs: Any = load_view(alice.pk, at=NOON).prefs["good_sense"]
    assert (prefs.quiet_from, prefs.quiet_until, prefs.reminds) == (time(21), time(8), False)
    assert LookSchedule.objects.get(pk=alice.pk).is_changed


def test_what_does_not_fit_is_said_and_nothing_is_lost(alice_client: Client) -> None:
    response = post(alice_client, "prefs", "good_sense", quiet_from="late", quiet_until="08:00")
    assert response.status_code == 422
    assert 'value="late"' in response.content.decode()
    assert not Preference.objects.exists()


def test_of_a_situation_that_is_refused_the_first_wrong_field_has_the_focus(
    alice_client: Client,
) -> None:
    typed = {"title": "Work", "starts": "late", "ends": "later"}
    response = alice_client.post(reverse("agents:add-context"), typed)
    focused = re.findall(r"<[^>]* autofocus[^>]*>", response.content.decode())
    assert response.status_code == 422
    assert [re.search(r'name="(\w+)"', each)[1] for each in focused] == ["starts"]  # type: ignore[index]


def test_a_plugin_that_does_not_exist(alice_client: Client) -> None:
    assert post(alice_client, "prefs", "nothing").status_code == 404
    assert post(alice_client, "belief", "nothing").status_code == 404


def test_what_was_stored_by_an_older_schema_is_as_good_as_never_set(alice: User) -> None:
    Preference.objects.create(
        user=alice, plugin="good_sense", values={"quiet_from": "?"}, set_at=NOON
    )
    assert load_view(alice.pk, at=NOON).prefs == {}


WORK = {"title": "Work", "days": [0, 1, 2, 3, 4], "starts": "09:00", "ends": "17:00"}


def test_a_situation_by_its_hours(alice: User, alice_client: Client) -> None:
    post(alice_client, "add-context", **WORK, projects="Office\nClients")
    situation = load_view(alice.pk, at=NOON).situation
    assert situation is not None
    assert (situation.key, situation.projects) == ("work", ("Office", "Clients"))
    assert situation.until == NOON + 5 * HOUR
    assert load_view(alice.pk, at=NOON + 6 * HOUR).situation is None
    assert load_view(alice.pk, at=NOON + 6 * HOUR).changes_at == NOON + 21 * HOUR


def test_two_situations_of_one_name_are_two(alice: User, alice_client: Client) -> None:
    for _time in range(2):
        post(alice_client, "add-context", **WORK)
    keys = Context.objects.filter(user=alice).values_list("key", flat=True)
    assert sorted(keys) == ["work", "work-2"]


def test_a_situation_is_switched_changed_and_removed(alice: User, alice_client: Client) -> None:
    post(alice_client, "add-context", title="Away", starts="09:00", ends="17:00", is_quiet="on")
    context = Context.objects.get()
    assert load_view(alice.pk, at=timezone.now()).situation is None
    post(alice_client, "change-context", context.pk, action="on")
    situation = load_view(alice.pk, at=timezone.now()).situation
    assert situation is not None
    assert situation.is_quiet
    post(alice_client, "change-context", context.pk, action="off")
    assert load_view(alice.pk, at=timezone.now()).situation is None
    post(alice_client, "change-context", context.pk, **WORK)
    context.refresh_from_db()
    assert (context.title, context.key, context.is_quiet) == ("Work", "away", False)
    post(alice_client, "change-context", context.pk, action="remove")
    assert not Context.objects.exists()


def test_a_situation_without_a_name_is_not_made(alice_client: Client) -> None:
    response = post(alice_client, "add-context", starts="09:00", ends="17:00")
    assert response.status_code == 422
    assert not Context.objects.exists()


def test_a_belief_is_shown_kept_denied_and_taken_back(alice: User, alice_client: Client) -> None:
    believed(alice)
    assert "You get about 3 things done a day." in alice_client.get(MIND).content.decode()
    post(alice_client, "belief", "momentum", action="keep")
    assert Belief.objects.get().said == {"a_day": 3}
    post(alice_client, "belief", "momentum", action="deny")
    assert load_view(alice.pk, at=timezone.now()).beliefs == {}
    assert "You said that this is not so." in alice_client.get(MIND).content.decode()
    post(alice_client, "belief", "momentum", action="undo")
    assert load_view(alice.pk, at=timezone.now()).beliefs["momentum"]


def test_what_the_person_says_beats_and_survives_what_is_inferred(
    alice: User, alice_client: Client
) -> None:
    believed(alice)
    post(alice_client, "belief", "momentum", a_day="5")
    Belief.objects.update(value={"a_day": 1}, confidence=0.99)
    value: Any = load_view(alice.pk, at=timezone.now()).beliefs["momentum"]
    assert value.a_day == 5


@pytest.mark.parametrize(
    "fields", [{"confidence": 0.3}, {"expires_at": NOON}, {"value": None}, {"value": {"a_day": 99}}]
)
def test_a_guess_that_is_unsure_old_or_unreadable_decides_nothing(
    alice: User, fields: dict[str, Any]
) -> None:
    believed(alice, **fields)
    assert load_view(alice.pk, at=timezone.now()).beliefs == {}


def test_what_was_inferred_needs_its_consent_and_what_was_said_does_not(alice: User) -> None:
    believed(alice)
    withdraw(alice.pk, "tasks", at=NOON)
    assert load_view(alice.pk, at=timezone.now()).beliefs == {}
    Belief.objects.update(said={"a_day": 4})
    assert load_view(alice.pk, at=timezone.now()).beliefs["momentum"]


def test_a_value_that_does_not_fit_is_said(alice: User, alice_client: Client) -> None:
    believed(alice)
    assert post(alice_client, "belief", "momentum", a_day="0").status_code == 422
    assert Belief.objects.get().said is None


def understood(user: User) -> None:
    make_task(user, "Anna is waiting", words_digest="a" * 32)
    Reading.objects.create(
        user=user, kind="task", words="a" * 32, reader="words", version=1, read_at=NOON,
        traits={"waits": {"value": "Anna", "quote": "Anna is waiting"}},
    )  # fmt: skip


def test_what_was_understood_is_listed_corrected_and_undone(
    alice: User, alice_client: Client
) -> None:
    understood(alice)
    assert "Anna is waiting" in alice_client.get(MIND).content.decode()
    post(alice_client, "understood", "a" * 32, not_so="waits")
    assert load_view(alice.pk, at=NOON).tasks[0].traits.waits is None
    page = alice_client.get(MIND).content.decode()
    assert 'name="is_so" value="waits"' in page
    post(alice_client, "understood", "a" * 32, is_so="waits")
    assert load_view(alice.pk, at=NOON).tasks[0].traits.waits is not None
    assert post(alice_client, "understood", "a" * 32, not_so="nothing").status_code == 400


def for_the_review(user: User, title: str = "Slides for the review") -> str:
    """A task whose only trait is what it is for; its words."""
    words = uuid4().hex
    make_task(user, title, words_digest=words)
    Reading.objects.create(
        user=user, kind="task", words=words, reader="words", version=1, read_at=NOON,
        traits={"prepares": {"value": {"what": "review"}, "quote": "for the review"}},
    )  # fmt: skip
    return words


def test_what_a_task_is_for_is_listed_where_an_event_is_called_so(
    alice: User, bob: User, alice_client: Client
) -> None:
    for_the_review(alice)
    minutes = int((timezone.now() - NOON) / timedelta(minutes=1)) + 60
    make_event(bob, starts_in_min=minutes, title="Review")
    make_event(alice, starts_in_min=minutes, title="Dentist")
    assert "Slides" not in alice_client.get(MIND).content.decode()
    event = make_event(alice, starts_in_min=minutes, title="Review of the quarter")
    page = alice_client.get(MIND).content.decode()
    assert "Slides" in page
    assert "For “review”" in page
    CalendarEvent.objects.filter(pk=event.pk).update(starts_at=timezone.now() - HOUR)
    assert "Slides" not in alice_client.get(MIND).content.decode()


def test_a_long_wait_is_listed_where_its_title_names_the_event(
    alice: User, alice_client: Client
) -> None:
    for_the_review(alice, "Thaw the goose")
    Reading.objects.update(traits={
        "prepares": {"value": {"lead": 2 * 24 * 3600}, "quote": "two days to thaw"}
    })  # fmt: skip
    minutes = int((timezone.now() - NOON) / timedelta(minutes=1)) + 6 * 24 * 60
    event = make_event(alice, starts_in_min=minutes, title="Dinner with the Mosers")
    assert "Thaw the goose" not in alice_client.get(MIND).content.decode()
    CalendarEvent.objects.filter(pk=event.pk).update(title="Goose with the Mosers")
    assert "two days to thaw" in alice_client.get(MIND).content.decode()


def test_only_the_purpose_is_left_out_of_what_else_was_understood(
    alice: User, alice_client: Client
) -> None:
    words = for_the_review(alice)
    Reading.objects.update(traits={
        "prepares": {"value": {"what": "review"}, "quote": "for the review"},
        "waits": {"value": "Anna", "quote": "Anna"},
    })  # fmt: skip
    page = alice_client.get(MIND).content.decode()
    assert "Anna waits for it" in page
    assert "For “review”" not in page
    assert (
        "For “review”"
        in alice_client.get(reverse("agents:row", args=["task", words])).content.decode()
    )


def test_what_the_person_says_of_a_purpose_is_listed_whatever_the_calendar(
    alice: User, alice_client: Client
) -> None:
    words = for_the_review(alice)
    post(alice_client, "row", "task", words, not_so="prepares")
    page = alice_client.get(MIND).content.decode()
    assert "<s>For “review”</s>" in page
    post(alice_client, "understood", words, trait="prepares", what="the fair")
    page = alice_client.get(MIND).content.decode()
    assert "For “the fair”" in page
    post(alice_client, "understood", words, is_so="prepares")
    assert "Slides" not in alice_client.get(MIND).content.decode()


def test_a_purpose_that_is_being_corrected_says_what_does_not_fit(
    alice: User, alice_client: Client
) -> None:
    words = for_the_review(alice)
    response = post(alice_client, "understood", words, trait="prepares", what="")
    assert response.status_code == 422
    assert "Slides" in response.content.decode()


def test_a_page_takes_no_more_queries_for_many_purposes(
    alice: User, alice_client: Client, django_assert_num_queries: Any
) -> None:
    for_the_review(alice)
    with CaptureQueriesContext(connection) as of_one:
        alice_client.get(MIND)
    for n in range(9):
        for_the_review(alice, f"Slides {n} for the review")
    with django_assert_num_queries(len(of_one)):
        alice_client.get(MIND)


def test_nobody_changes_the_mind_about_somebody_else(
    alice: User, bob: User, alice_client: Client
) -> None:
    believed(bob)
    understood(bob)
    context = Context.objects.create(user=bob, key="work", title="Bob's work")
    page = alice_client.get(MIND).content.decode()
    assert "Bob's work" not in page
    assert "Anna is waiting" not in page
    assert post(alice_client, "change-context", context.pk, action="remove").status_code == 404
    assert post(alice_client, "belief", "momentum", action="deny").status_code == 404
    assert post(alice_client, "understood", "a" * 32, not_so="waits").status_code == 404
    assert load_view(bob.pk, at=timezone.now()).beliefs["momentum"]


def test_a_visitor_signs_in_first(client: Client) -> None:
    assert client.get(MIND).status_code == 302
    assert post(client, "add-context", **WORK).status_code == 302
    assert not Context.objects.exists()


def test_of_nobody_nothing_is_believed(alice: User) -> None:
    with pytest.raises(beliefs.NoSuchBelief):
        beliefs.keep(alice.pk, "momentum", at=NOON)
