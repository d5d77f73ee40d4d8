"""Times and dates as the person writes them: language and formats are apart."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import polib
import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Profile, User
from accounts.profile.change import ProfileChange, change_profile
from accounts.sign_in.arrival import formats_of
from agents.traits import WEEK, Door, Hours, Span
from agents.understanding.words import SAY
from agents.view import load_view
from notifier.models import Device, Wish
from oo.lib import words
from oo.lib.words import Formats, written_as
from tests.clock import NOON
from tests.concurrency.processes import ROOT
from tests.factories import give_tip, make_event, signed_in

DAY, HALF_TWO = date(2026, 5, 4), time(14, 30)
SETTINGS = {"time_zone": "Europe/Berlin", "name": "", "role": ""}


@pytest.mark.parametrize(
    ("language", "formats", "said"),
    [
        ("en", Formats(), ("2:30 p.m.", "May 4", "May 4, 2026")),
        ("en", Formats("24", "dmy"), ("14:30", "4 May", "4 May 2026")),
        ("en", Formats("24"), ("14:30", "May 4", "May 4, 2026")),
        ("en", Formats("12", "ymd"), ("2:30 p.m.", "05-04", "2026-05-04")),
        ("de", Formats(), ("14:30 Uhr", "4. Mai", "4. Mai 2026")),
        ("de", Formats("12"), ("2:30 nachm.", "4. Mai", "4. Mai 2026")),
        ("de", Formats("24", "dmy"), ("14:30 Uhr", "4. Mai", "4. Mai 2026")),
    ],
)
def test_language_and_formats_are_apart(
    language: str, formats: Formats, said: tuple[str, str, str]
) -> None:
    with translation.override(language), written_as(formats):
        assert (words.clock_of(HALF_TWO), words.day(DAY), words.full_day(DAY)) == said


# What a sentence calls the time that it speaks of.
A_CLOCK = re.compile(r"%\((?:time|start|end|when|until|hours)\)s")
A_LENGTH = re.compile(r"%\(length\)s")
GERMAN = [
    translated
    for entry in polib.pofile(str(Path(ROOT, "oo/locale/de/LC_MESSAGES/django.po")))
    if not entry.obsolete
    for translated in (entry.msgstr, *entry.msgstr_plural.values())
]


@pytest.mark.parametrize(("clock", "said"), [("24", "14:30 Uhr"), ("12", "2:30 nachm.")])
@pytest.mark.parametrize("sentence", [each for each in GERMAN if A_CLOCK.search(each)])
def test_a_german_sentence_reads_right_on_either_clock(
    sentence: str, clock: str, said: str
) -> None:
    with translation.override("de"), written_as(Formats(clock)):
        written = A_CLOCK.sub(words.clock_of(HALF_TWO), sentence)
    assert said in written
    assert written.count("Uhr") == written.count("14:30 Uhr")
    assert ".." not in written


@pytest.mark.parametrize("sentence", [each for each in GERMAN if A_LENGTH.search(each)])
def test_a_german_length_ends_its_sentence_with_one_stop(sentence: str) -> None:
    with translation.override("de"):
        assert ".." not in A_LENGTH.sub(words.length(timedelta(minutes=43)), sentence)


@pytest.mark.parametrize(
    ("clock", "said"),
    [
        ("", "09:00 bis 17:00 Uhr"),
        ("24", "09:00 bis 17:00 Uhr"),
        ("12", "9 vorm. bis 5 nachm."),
    ],
)
def test_of_two_german_times_uhr_is_said_once(clock: str, said: str) -> None:
    nine, five = time(9), time(17)
    with translation.override("de"), written_as(Formats(clock)):
        assert SAY["hours"](Hours(Door.SHOP, (Span(WEEK, nine, five),))) == f"Möglich {said}"
        section = {
            "public_key": "x",
            "devices": [Device()],
            "wish": Wish(quiet_from=nine, quiet_until=five),
        }
        page = render_to_string("notifier/settings_section.html", {"section": section})
    assert f"Still von {said}" in page


def test_the_options_promise_what_is_written(alice: User, alice_client: Client) -> None:
    change_profile(alice.pk, ProfileChange(locale="de"), at=NOON)
    page = alice_client.get(reverse("accounts:settings")).content.decode()
    assert "12 Stunden: 2:30 nachm." in page
    assert "p.m." not in page


def test_formats_end_where_they_end_even_after_a_mistake() -> None:
    with pytest.raises(ZeroDivisionError), written_as(Formats("24")):
        1 / 0  # noqa: B018
    with translation.override("en"):
        assert words.clock_of(HALF_TWO) == "2:30 p.m."


def test_a_moment_is_written_in_the_active_zone_with_its_day_there() -> None:
    late = datetime(2026, 5, 3, 22, 30, tzinfo=UTC)
    with timezone.override("Europe/Berlin"), translation.override("en"):
        with written_as(Formats("24", "dmy")):
            assert words.full_moment(late) == "4 May 2026, 00:30"
        assert words.full_moment(late) == "May 4, 2026, 12:30 a.m."


@pytest.mark.parametrize(
    ("browser", "formats"),
    [
        ("en-GB,en;q=0.9", Formats("24", "dmy")),
        ("en-US", Formats("12", "mdy")),
        ("en-au;q=0.8", Formats("12", "dmy")),
        ("zh-Hant-TW", Formats("24", "dmy")),
        ("de-DE,en-US", Formats("24", "dmy")),
        ("en", Formats()),
        ("*", Formats()),
        ("-,;=", Formats()),
        ("", Formats()),
    ],
)
def test_a_browser_says_how_it_is_written_where_it_is_from(browser: str, formats: Formats) -> None:
    request = RequestFactory().get("/", headers={"accept-language": browser})
    assert formats_of(request) == formats


def test_a_british_person_arrives_with_their_own_clock_and_keeps_what_they_choose(
    client: Client, db: None
) -> None:
    british = {"accept-language": "en-GB,en;q=0.9"}
    client.post(reverse("accounts:demo"), headers=british)
    profile = Profile.objects.get()
    assert (profile.locale, profile.clock, profile.dates) == ("en", "24", "dmy")
    change_profile(profile.pk, ProfileChange(clock="12"), at=NOON)
    client.post(reverse("accounts:sign-out"))
    client.post(reverse("accounts:demo"), headers=british)
    profile.refresh_from_db()
    assert profile.clock == "12"


def test_settings_change_formats_and_a_form_that_does_not_name_them_leaves_them(
    alice: User, alice_client: Client
) -> None:
    chosen = {**SETTINGS, "locale": "en", "clock": "24", "dates": "dmy"}
    assert alice_client.post("/settings/", chosen).status_code == 302
    assert alice_client.post("/settings/", {**SETTINGS, "locale": "en"}).status_code == 302
    alice.profile.refresh_from_db()
    assert alice.profile.formats == Formats("24", "dmy")
    back = {**chosen, "clock": "language", "dates": "language"}
    assert alice_client.post("/settings/", back).status_code == 302
    alice.profile.refresh_from_db()
    assert alice.profile.formats == Formats()
    assert alice_client.post("/settings/", {**chosen, "clock": "25"}).status_code == 422


def test_her_pages_and_her_tips_are_written_so(alice: User) -> None:
    change_profile(alice.pk, ProfileChange(clock="24", dates="dmy"), at=NOON)
    assert load_view(alice.pk, at=NOON).formats == Formats("24", "dmy")
    make_event(alice, starts_in_min=150)
    tip = give_tip(alice, due_time=time(18, 30))
    client = signed_in(alice)
    pages = client.get("/").content.decode() + client.get(f"/tip/{tip.pk}/why").content.decode()
    assert not re.search(r"\d [ap]\.m\.", tip.content + tip.detail + pages)
    consented = client.get("/settings/").content.decode()
    assert not re.search(r"(?:Jan|Feb|March|April|May|Nov|Dec)\w*\.? \d+, 20", consented)


def test_no_template_writes_a_time_past_the_one_place() -> None:
    past = re.compile(r'\|(?:date|time):"(?:DATE|TIME|DATETIME)_FORMAT"|\|(?:date|time)(?![:\w])')
    found = {
        path.name
        for path in Path(ROOT, "templates").rglob("*.html")
        if past.search(path.read_text())
    }
    assert not found
