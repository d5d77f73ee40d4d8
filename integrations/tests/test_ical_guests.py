"""How many people meet, and who organises it: from files as programs write them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import serializers

from accounts.models import User
from accounts.profile.addresses import own_addresses
from integrations import ical
from integrations.base import EventSignal
from integrations.ical import Skip, limits
from integrations.models import CalendarEvent, Connection
from integrations.sync.syncing import Outcome, sync
from integrations.tests.scripted import make_scripted_connection
from integrations.tests.test_ical import AT, BERLIN, ONE, calendar, entry, read

ALICE = frozenset({"alice@example.com", "a.arden@example.org"})
BOB = "ATTENDEE:mailto:bob@example.com"


def only(*lines: str) -> EventSignal:
    (event,) = ical.read(calendar(entry(*ONE, *lines)), at=AT, zone=BERLIN, addresses=ALICE).events
    return event


# ---- how many -----------------------------------------------------------------------------------


def test_without_a_guest_list_nobody_knows() -> None:
    assert only().attendees is None
    assert only("ORGANIZER:mailto:bob@example.com").attendees is None


@pytest.mark.parametrize(
    "line",
    [
        "ATTENDEE:mailto:carol@example.com",
        "attendee;cn=Carol:MAILTO:Carol@Example.com",
        'ATTENDEE;CN="Carol: the one; CUTYPE=ROOM":mailto:carol@example.com',
        "ATTENDEE;CN=Carol: the one:mailto:carol@example.com",
        'ATTENDEE;CN="Carol;PARTSTAT=TENTATIVE:mailto:carol@example.com',
        'ATTENDEE;ROLE="REQ-PARTICIPANT";PARTSTAT="NEEDS-ACTION":mailto:carol@example.com',
        "ATTENDEE;CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;X-NUM-GUESTS=0:mailto:c@exam\r\n ple.com",
        "ATTENDEE;CN=Ca\r\n\trol;CUTYPE=UNKN\r\n OWN:mailto:carol@example.com",
        "ATTENDEE;CUTYPE=GROUP:mailto:team@example.com",
        'ATTENDEE;MEMBER="mailto:a@example.com","mailto:b@example.com":mailto:c@example.com',
        "ATTENDEE;CN=Carol:invalid:nomail",
        "ATTENDEE;CN=Carol;EMAIL=carol@example.com:/aMTIzNDU2Nzg5/principal/",
        "ATTENDEE:carol@example.com",
        " ATTENDEE :mailto:carol@example.com",
    ],
)
def test_each_spelling_is_one_more_person(line: str) -> None:
    assert only(BOB, line.removeprefix(" ")).attendees == 2


@pytest.mark.parametrize(
    "line",
    [
        "ATTENDEE;CUTYPE=ROOM:mailto:room@example.com",
        'ATTENDEE;CN="Room: 4";cutype="resource":mailto:room@example.com',
        "ATTENDEE;PARTSTAT=DECLINED:mailto:carol@example.com",
        'ATTENDEE;CN=Carol: away;partstat="declined":mailto:carol@example.com',
        "ATTENDEE;CN=Bob again:MAILTO:BOB@example.com",
        "ATTENDEES:mailto:carol@example.com",
        "X-ATTENDEE:mailto:carol@example.com",
        "ATTENDEE",
        "DESCRIPTION:ATTENDEE:mailto:carol@example.com",
    ],
)
def test_a_room_a_no_a_repetition_and_what_only_looks_so_are_nobody(line: str) -> None:
    assert only(BOB, line).attendees == 1


def test_where_all_have_declined_it_is_known_that_nobody_comes() -> None:
    assert only("ATTENDEE;PARTSTAT=DECLINED:mailto:bob@example.com").attendees == 0


def test_the_person_counts_where_they_are_named() -> None:
    assert only(BOB, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:alice@example.com").attendees == 2


def test_people_without_an_address_are_told_apart_by_their_names() -> None:
    carol, dan = (f"ATTENDEE;CN={name}:invalid:nomail" for name in ("Carol", "Dan"))
    assert only(carol, dan, carol).attendees == 2


def test_each_occurrence_has_its_own_guests() -> None:
    weekly = ("UID:a", "DTSTART:20260303T090000Z", "RRULE:FREQ=WEEKLY;COUNT=2", BOB)
    moved = ("UID:a", "RECURRENCE-ID:20260310T090000Z", "DTSTART:20260310T100000Z", BOB)
    more = "ATTENDEE:mailto:carol@example.com"
    events = read(entry(*weekly), entry(*moved, more)).events
    assert [event.attendees for event in events] == [1, 2]


def test_guests_of_an_alarm_are_not_of_the_entry() -> None:
    alarm = ("BEGIN:VALARM", "ACTION:EMAIL", "ATTENDEE:mailto:alice@example.com", "END:VALARM")
    assert only(*alarm).attendees is None


def test_a_crowd_is_counted_to_its_bound() -> None:
    crowd = (f"ATTENDEE:mailto:p{n}@example.com" for n in range(limits.MAX_GUESTS + 500))
    assert only(*crowd).attendees == limits.MAX_GUESTS


def test_a_guest_as_long_as_a_book_is_left_out_and_the_entry_stays() -> None:
    long = f"ATTENDEE;CN={'x' * limits.MAX_LINE}:mailto:carol@example.com"
    assert only(BOB, long).attendees == 1


@pytest.mark.parametrize("odd", [';CN="', "; ", ";;;=", '"', ";CN=:", ":"])
def test_odd_lines_leave_the_entry_and_its_other_guests(odd: str) -> None:
    event = only(BOB, "ATTENDEE;" + odd * 5_000, "ORGANIZER" + odd * 5_000)
    assert event.attendees in (1, 2)
    assert not event.organises


# ---- whose it is --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "ORGANIZER:mailto:alice@example.com",
        "ORGANIZER:MAILTO:ALICE@EXAMPLE.COM",
        "organizer;cn=Alice: Arden:mailto:a.arden@example.org",
        'ORGANIZER;CN="Alice; Arden: me";SENT-BY="mailto:bob@example.com":mailto:alice@example.com',
        "ORGANIZER;CN=Alice:mail\r\n to:alice@exam\r\n ple.com",
        "ORGANIZER;EMAIL=alice@example.com;CN=Alice:/aMTIzNDU2Nzg5/principal/",
        'ORGANIZER;EMAIL="mailto:Alice@example.com":urn:uuid:1',
    ],
)
def test_an_own_address_organises_in_any_spelling(line: str) -> None:
    assert only(line).organises


@pytest.mark.parametrize(
    "line",
    [
        "ORGANIZER:mailto:bob@example.com",
        "ORGANIZER:mailto:malice@example.com",
        "ORGANIZER:mailto:alice@example.com.example.net",
        "ORGANIZER;CN=alice@example.com:mailto:bob@example.com",
        'ORGANIZER;CN="mailto:alice@example.com":mailto:bob@example.com',
        'ORGANIZER;SENT-BY="mailto:alice@example.com":mailto:bob@example.com',
        'ORGANIZER;SENT-BY="mailto:alice@example.com":invalid:nomail',
        'ORGANIZER;SENT-BY="mailto:alice@example.com"',
        "ORGANIZER:",
        "ATTENDEE;ROLE=CHAIR:mailto:alice@example.com",
    ],
)
def test_what_only_names_an_own_address_does_not(line: str) -> None:
    assert not only(line).organises


def test_nobody_organises_where_no_address_is_known() -> None:
    for line in ("ORGANIZER:mailto:alice@example.com", "ORGANIZER:"):
        assert not read(entry(*ONE, line)).events[0].organises


def test_a_calendar_that_is_named_by_an_address_may_be_of_somebody_else() -> None:
    reading = read("X-WR-CALNAME:bob@example.com", entry(*ONE, "ORGANIZER:mailto:bob@example.com"))
    assert not reading.events[0].organises


def test_what_the_person_declined_stays_in_a_calendar_that_may_be_of_somebody_else() -> None:
    assert only(BOB, "ATTENDEE;PARTSTAT=DECLINED:mailto:alice@example.com").attendees == 1


def test_what_the_owner_declined_among_others_is_left_out() -> None:
    guest = 'ATTENDEE;CN="Alice: A";PARTSTAT="declined":MAILTO:alice@example.com'
    reading = read("X-WR-CALNAME:Alice@example.com", entry(*ONE, BOB, guest))
    assert (reading.events, reading.skipped) == ((), {Skip.DECLINED: 1})


# ---- as a row -----------------------------------------------------------------------------------


@pytest.fixture
def readable(connection: Connection) -> Connection:
    """Alice's calendar file, with a guest list, an hour from being due."""
    guests = (BOB, "ATTENDEE:mailto:Alice@example.com", "ORGANIZER:mailto:Alice@Example.com")
    file = calendar(entry(*ONE, "SUMMARY:Review", *guests)).decode()
    connection.delete()
    return make_scripted_connection(
        connection.user, source="calendar-file", document=file, next_sync_at=AT
    )


def test_a_row_has_a_number_and_a_boolean_and_nobodys_address(
    readable: Connection, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        assert sync(readable.pk, at=AT) == Outcome.SYNCED
    row = CalendarEvent.objects.get()
    assert (row.attendees, row.organises) == (2, True)
    readable.refresh_from_db()
    said = serializers.serialize("json", [row]) + json.dumps(readable.cursor)
    for text in (said, caplog.text):
        assert "example.com" not in text.lower()


def test_whom_the_organiser_is_not_does_not_organise(readable: Connection) -> None:
    User.objects.filter(pk=readable.user_id).update(email="somebody@example.net")
    sync(readable.pk, at=AT)
    assert not CalendarEvent.objects.get().organises


def test_own_addresses_are_those_that_are_proven(alice: User, bob: User) -> None:
    for user, address, verified in (
        (alice, "Second@Example.org", True),
        (alice, "claimed@example.org", False),
        (bob, "bob@example.org", True),
    ):
        EmailAddress.objects.create(user=user, email=address, verified=verified)
    assert own_addresses(alice) == {"alice@example.com", "second@example.org"}
    assert own_addresses(User()) == frozenset()


def test_a_newly_proven_address_counts_with_the_next_reading(readable: Connection) -> None:
    User.objects.filter(pk=readable.user_id).update(email="")
    sync(readable.pk, at=AT)
    assert not CalendarEvent.objects.get().organises
    EmailAddress.objects.create(user=readable.user, email="alice@example.com", verified=True)
    tomorrow = AT + timedelta(hours=23)
    Connection.objects.update(next_sync_at=tomorrow)
    sync(readable.pk, at=tomorrow)
    assert CalendarEvent.objects.get().organises
