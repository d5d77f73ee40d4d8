"""Each trait can be said by the person: what is posted is stored, loaded, and a sentence again."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import fields
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from agents.models import Correction, LookSchedule, Reading
from agents.registry import AGENTS
from agents.settings.traits import ASKING, QUESTIONS, asking_of
from agents.traits import (
    Blocked,
    Door,
    Energy,
    EventKind,
    Hours,
    LastMoment,
    Noise,
    Origin,
    Place,
    Prepares,
    Span,
    Stakes,
)
from agents.understanding import correcting
from agents.understanding.correcting import DoesNotFit, NoSuchTrait, say, understanding_of
from agents.understanding.loading import KINDS, load_understood
from agents.understanding.words import SAY
from tests.clock import NOON
from tests.factories import make_event, make_task, signed_in

pytestmark = pytest.mark.django_db
WORDS = "a" * 32
HOURS: dict[str, Any] = {"door": "own", "start": "09:00", "end": "12:30", "days": ["0", "2"]}
MORNINGS = Span(frozenset({0, 2}), time(9), time(12, 30))

# kind, trait, what is posted, its value, its sentence
SAID: list[tuple[str, str, dict[str, Any], Any, str]] = [
    ("task", "hours", {"door": "shop"}, Hours(Door.SHOP), "Only while shops are open"),
    ("task", "hours", {"door": "own"}, Hours(Door.OWN), "At any hour"),
    (
        "task", "hours", HOURS, Hours(Door.OWN, (MORNINGS,)),
        "Possible Mon Wed 9 a.m. to 12:30 p.m.",
    ),
    (
        "task", "hours", {"door": "own", "days": ["5"]}, Hours(Door.OWN, (Span(frozenset({5})),)),
        "Possible Sat midnight to midnight",
    ),
    (
        "task", "last_moment", {"on": "2026-05-08", "at": "17:00"},
        LastMoment(date(2026, 5, 8), time(17)), "Not after May 8 5 p.m.",
    ),
    ("task", "last_moment", {}, LastMoment(), "Not after the day on which it is due"),
    ("task", "obsolete_after", {"value": "2026-05-09"}, date(2026, 5, 9), "Of no use after May 9"),
    ("task", "blocked", {"by": "the parts"}, Blocked(by="the parts"), "Waits for the parts"),
    (
        "task", "blocked", {"until": "2026-05-09"}, Blocked(date(2026, 5, 9)),
        "Cannot be done before May 9",
    ),
    (
        "task", "blocked", {"until": "2026-05-09", "by": "the parts"},
        Blocked(date(2026, 5, 9), "the parts"),
        "Cannot be done before May 9, and waits for the parts",
    ),
    ("task", "waits", {"value": "Anna"}, "Anna", "Anna waits for it"),
    (
        "task", "unblocks", {"value": "the kitchen"}, "the kitchen",
        "Once it is done, this can go on: the kitchen",
    ),
    ("task", "place", {"value": "phone"}, Place.PHONE, "Needs a phone"),
    ("task", "stakes", {"value": "money"}, Stakes.MONEY, "Money is at stake"),
    ("task", "effort", {"value": "1440"}, timedelta(days=1), "Takes about 24 h"),
    ("task", "energy", {"value": "deep"}, Energy.DEEP, "Needs quiet to think"),
    ("task", "prepares", {"what": "the fair"}, Prepares("the fair"), "For “the fair”"),
    ("task", "someday", {"value": "yes"}, True, "For someday"),
    ("task", "someday", {"value": "no"}, False, "Not for someday"),
    ("task", "noise", {"value": "advert"}, Noise.ADVERT, "Looks like advertising or fraud"),
    ("event", "kind", {"value": "focus"}, EventKind.FOCUS, "Undisturbed time"),
    ("event", "may_interrupt", {"value": "yes"}, True, "May be interrupted"),
    ("event", "may_interrupt", {"value": "no"}, False, "Not to be interrupted"),
    (
        "event", "leave_by", {"value": "20"}, timedelta(minutes=20),
        "Leave 20 min before",
    ),
]  # fmt: skip
UNFIT: list[tuple[str, dict[str, Any], str]] = [
    ("place", {"value": "moon"}, "value"),
    ("place", {}, "value"),
    ("effort", {"value": "0"}, "value"),
    ("effort", {"value": "1441"}, "value"),
    ("effort", {"value": "long"}, "value"),
    ("someday", {"value": "perhaps"}, "value"),
    ("waits", {"value": "\u202e \x00"}, "value"),
    ("waits", {"value": "x" * 61}, "value"),
    ("prepares", {"what": ""}, "what"),
    ("blocked", {}, "by"),
    ("blocked", {"until": "9999-12-31"}, "until"),
    ("obsolete_after", {"value": "0001-01-01"}, "value"),
    ("last_moment", {"on": "2026-02-30"}, "on"),
    ("last_moment", {"at": "25:00"}, "at"),
    ("hours", {}, "door"),
    ("hours", {"door": "own", "start": "09:00"}, "end"),
    ("hours", {"door": "own", "end": "09:00"}, "start"),
    ("hours", {"door": "own", "start": "09:00", "end": "09:00"}, "end"),
    ("hours", {"door": "office", "days": ["0"]}, "start"),
    ("hours", {**HOURS, "days": ["7"]}, "days"),
]


@pytest.fixture(autouse=True)
def _rows(alice: User) -> None:
    make_task(alice, "Send the photos", words_digest=WORDS)
    make_event(alice, title="Concert", words_digest=WORDS)


def read(user: User, traits: Mapping[str, Any]) -> None:
    Reading.objects.create(
        user=user, kind="task", words=WORDS, reader="words", version=1, read_at=NOON, traits=traits
    )


def tell(client: Client, trait: str, *, kind: str = "task", **data: Any) -> Any:
    return client.post(reverse("agents:row", args=[kind, WORDS]), {"trait": trait, **data})


def known(user: User, kind: str = "task") -> Any:
    understood = load_understood([user.pk])[user.pk]
    return understood.of_task(WORDS) if kind == "task" else understood.of_event(WORDS)


@pytest.mark.parametrize(("kind", "trait", "posted", "value", "sentence"), SAID)
def test_what_is_said_is_kept_loaded_and_a_sentence(
    alice: User,
    alice_client: Client,
    kind: str,
    trait: str,
    posted: dict[str, Any],
    value: Any,
    sentence: str,
) -> None:
    assert tell(alice_client, trait, kind=kind, **posted).status_code == 302
    told = getattr(known(alice, kind), trait)
    assert (told.value, told.origin) == (value, Origin.PERSON)
    (said,) = understanding_of(alice.pk, kind, WORDS).said
    assert (said.sentence, said.is_persons) == (sentence, True)
    page = alice_client.get(reverse("agents:row", args=[kind, WORDS])).content.decode()
    assert sentence in html.unescape(page)


@pytest.mark.parametrize(("kind", "trait", "posted", "value", "sentence"), SAID)
def test_what_the_form_shows_says_the_same_again(
    kind: str, trait: str, posted: dict[str, Any], value: Any, sentence: str
) -> None:
    asking = asking_of(kind, trait)
    shown = dict(asking.shown(value))
    typed = {name: field.clean(shown.get(name)) for name, field in asking.fields(trait).items()}
    assert asking.read(typed, value) == value
    assert SAY[trait](value) == sentence


def test_every_trait_can_be_said() -> None:
    every = {(str(kind), field.name) for kind in KINDS for field in fields(KINDS[kind])}
    traits = {trait for _kind, trait in every}
    assert traits == SAY.keys(), "A trait has its sentence in SAY (agents/understanding/words.py)."
    assert traits == QUESTIONS.keys(), (
        "A trait has its question in QUESTIONS (agents/settings/traits.py)."
    )
    assert every == {(kind, trait) for kind, trait, *_rest in SAID}, (
        "A trait has a row of SAID here."
    )


def test_yes_and_no_are_two_sentences() -> None:
    """The form offers both."""
    every = [(kind, field.name) for kind in KINDS for field in fields(KINDS[kind])]
    asked = [trait for kind, trait in every if asking_of(kind, trait) is ASKING[bool]]
    assert asked
    for trait in asked:
        assert SAY[trait](True) != SAY[trait](False), trait


@pytest.mark.parametrize(("trait", "posted", "field"), UNFIT)
def test_what_does_not_fit_is_said_at_its_field(
    alice_client: Client, trait: str, posted: dict[str, Any], field: str
) -> None:
    response = tell(alice_client, trait, **posted)
    assert response.status_code == 422
    assert f'id="{WORDS}-{trait}-{field}_error"' in response.content.decode()
    assert not Correction.objects.exists()


def test_what_was_typed_is_kept_and_its_form_stays_open(alice_client: Client) -> None:
    page = tell(alice_client, "effort", value="9999").content.decode()
    assert 'value="9999"' in page
    assert page.count('<details class="trait__main" open>') == 1


def test_bad_input_on_the_page_of_the_mind_comes_back_there(
    alice: User, alice_client: Client
) -> None:
    read(alice, {"effort": {"value": "PT10M", "quote": "photos"}})
    response = alice_client.post(
        reverse("agents:understood", args=[WORDS]), {"trait": "effort", "value": "9999"}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert 'id="plugins"' in page
    assert 'value="9999"' in page


def test_when_oo_speaks_is_no_angle_and_each_angle_says_what_it_tells(
    alice_client: Client,
) -> None:
    page = alice_client.get(reverse("agents:mind")).content.decode()
    ways, _start, angles = page.partition('id="plugins"')
    assert 'name="quiet_from"' in ways
    assert 'name="quiet_from"' not in angles
    for agent in AGENTS:
        assert agent.manifest.about
        assert html.escape(str(agent.manifest.about)) in angles


def test_a_day_that_is_merely_named_is_told_as_a_guess(alice: User, alice_client: Client) -> None:
    named = {"value": {"on": "2026-05-08", "is_of_week": True}, "quote": "photos"}
    read(alice, {"last_moment": {**named, "confidence": 0.6}})
    assert "Perhaps: Not after Fri" in alice_client.get(reverse("agents:mind")).content.decode()


def test_what_is_said_beats_what_was_read_until_it_is_undone(
    alice: User, alice_client: Client
) -> None:
    read(alice, {"waits": {"value": "Bea", "quote": "Bea"}})
    tell(alice_client, "waits", value="Anna")
    assert known(alice).waits.value == "Anna"
    page = alice_client.get(reverse("agents:mind")).content.decode()
    assert "Anna waits for it" in page
    assert "You said so." in page
    assert 'name="is_so" value="waits"' in page
    alice_client.post(reverse("agents:row", args=["task", WORDS]), {"is_so": "waits"})
    assert known(alice).waits.value == "Bea"
    assert not Correction.objects.exists()


def test_what_was_denied_can_be_said(alice: User, alice_client: Client) -> None:
    read(alice, {"waits": {"value": "Bea", "quote": "Bea"}})
    alice_client.post(reverse("agents:row", args=["task", WORDS]), {"not_so": "waits"})
    assert known(alice).waits is None
    tell(alice_client, "waits", value="Anna")
    assert known(alice).waits.value == "Anna"


def test_what_the_form_does_not_ask_for_stays(alice: User, alice_client: Client) -> None:
    spans = [{"days": [0], "start": "09:00:00", "end": "10:00:00"}]
    read(
        alice,
        {
            "last_moment": {"value": {"on": "2026-05-08", "lead": "PT2H"}, "quote": "photos"},
            "hours": {"value": {"door": "own", "zone": "Asia/Tokyo", "spans": spans}, "quote": "x"},
        },
    )
    tell(alice_client, "last_moment", on="2026-05-09")
    tell(alice_client, "hours", door="own", start="09:00", end="10:00", days=["0", "2"])
    traits = known(alice)
    assert traits.last_moment.value == LastMoment(date(2026, 5, 9), None, timedelta(hours=2))
    mornings = Span(frozenset({0, 2}), time(9), time(10))
    assert traits.hours.value == Hours(Door.OWN, (mornings,), "Asia/Tokyo")


def test_a_time_that_the_person_changes_is_on_their_own_clock(
    alice: User, alice_client: Client
) -> None:
    there = {"zone": "America/New_York"}
    spans = [{"start": "09:00:00", "end": "17:00:00"}]
    read(
        alice,
        {
            "last_moment": {"value": {"on": "2026-05-08", "at": "17:00:00", **there}, "quote": "x"},
            "hours": {"value": {"door": "own", "spans": spans, **there}, "quote": "x"},
        },
    )
    said = {name: SAY[name](getattr(known(alice), name).value) for name in ("last_moment", "hours")}
    assert said == {
        "last_moment": "Not after May 8 5 p.m. (New York time)",
        "hours": "Possible 9 a.m. to 5 p.m. (New York time)",
    }
    tell(alice_client, "last_moment", on="2026-05-09", at="17:00")
    assert known(alice).last_moment.value.zone == "America/New_York"
    tell(alice_client, "last_moment", on="2026-05-09", at="23:00")
    tell(alice_client, "hours", **HOURS)
    assert known(alice).last_moment.value == LastMoment(date(2026, 5, 9), time(23))
    assert known(alice).hours.value == Hours(Door.OWN, (MORNINGS,))


def test_a_day_that_the_person_names_is_no_other_of_its_name(
    alice: User, alice_client: Client
) -> None:
    thursday = {"on": "2026-05-07", "is_of_week": True}
    read(alice, {"last_moment": {"value": thursday, "quote": "by Thursday"}})
    assert SAY["last_moment"](known(alice).last_moment.value) == "Not after Thu"
    tell(alice_client, "last_moment", on="2026-05-08")
    assert known(alice).last_moment.value == LastMoment(date(2026, 5, 8))


def test_a_day_by_its_number_is_said_as_such(alice: User) -> None:
    read(
        alice,
        {"last_moment": {"value": {"on": "2026-05-15", "is_of_month": True}, "quote": "15th"}},
    )
    said = SAY["last_moment"](known(alice).last_moment.value)
    assert said == "Not after day 15 of the month"


def test_what_needs_long_says_for_how_long() -> None:
    assert SAY["prepares"](Prepares(lead=timedelta(hours=36))) == "Needs 36 h of lead time"


def test_twice_is_once(alice_client: Client) -> None:
    tell(alice_client, "place", value="home")
    tell(alice_client, "place", value="home")
    assert Correction.objects.get().value == "home"


def test_agents_look_again(alice: User, alice_client: Client) -> None:
    tell(alice_client, "place", value="home")
    assert LookSchedule.objects.get(pk=alice.pk).is_changed


def test_words_are_cleaned_and_shown_as_text(alice: User, alice_client: Client) -> None:
    tell(alice_client, "waits", value=" \u202e<b>Anna</b>\n\x07 and\tBea ")
    assert known(alice).waits.value == "<b>Anna</b> and Bea"
    assert "<b>Anna" not in alice_client.get(reverse("agents:mind")).content.decode()


def test_nobody_speaks_of_the_words_of_somebody_else(alice: User, bob: User) -> None:
    client = signed_in(bob)
    assert client.get(reverse("agents:row", args=["task", WORDS])).status_code == 404
    assert tell(client, "place", value="home").status_code == 404
    assert not Correction.objects.exists()


def test_the_same_words_of_two_people_are_two(alice: User, bob: User, alice_client: Client) -> None:
    make_task(bob, "Send the photos", words_digest=WORDS)
    tell(alice_client, "place", value="home")
    assert bob.pk not in load_understood([bob.pk])


@pytest.mark.parametrize("trait", ["nothing", "kind", "__class__", "__doc__"])
def test_a_trait_that_does_not_exist(alice_client: Client, trait: str) -> None:
    assert tell(alice_client, trait, value="x").status_code == 400


@pytest.mark.parametrize("kind", ["person", "event"])
def test_a_row_that_does_not_exist(alice_client: Client, kind: str) -> None:
    assert alice_client.get(reverse("agents:row", args=[kind, "b" * 32])).status_code == 404


def test_a_visitor_signs_in_first(client: Client) -> None:
    assert tell(client, "place", value="home").status_code == 302
    assert not Correction.objects.exists()


@pytest.mark.parametrize(
    ("trait", "value"), [("place", "moon"), ("effort", "long"), ("hours", {}), ("waits", None)]
)
def test_a_value_that_the_schema_does_not_know(alice: User, trait: str, value: Any) -> None:
    with pytest.raises(DoesNotFit):
        say(alice.pk, "task", WORDS, trait, value, at=NOON)
    with pytest.raises(NoSuchTrait):
        say(alice.pk, "task", WORDS, "kind", "focus", at=NOON)
    assert not Correction.objects.exists()


def test_many_words_cost_two_queries(alice: User, django_assert_num_queries: Any) -> None:
    read(alice, {"waits": {"value": "Bea", "quote": "Bea"}})
    with django_assert_num_queries(2):
        found = correcting.understandings_of(alice.pk, "task", [WORDS, "b" * 32])
    assert [len(found[words].said) for words in (WORDS, "b" * 32)] == [1, 0]
