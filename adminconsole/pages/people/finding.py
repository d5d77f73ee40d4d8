"""The list of people: searched, filtered, the newest first, a page at a time.

A page is found by where the last one ended: whoever has a million people counts none of them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import Consent, User
from adminconsole.base import Asked
from adminconsole.pages.people.states import SourceState, state_of_source
from integrations.models import Connection
from oo.lib.words import Words
from tips.models import Tip

A_PAGE = 50
WEEK, ANSWERED_IN = timedelta(days=7), timedelta(days=28)
KEY = re.compile(r"[0-9a-f]{4,32}")

THEIRS = Connection.objects.filter(user=OuterRef("pk"))
ANSWERED = Tip.objects.filter(user=OuterRef("pk"), state=Tip.State.ANSWERED)
Condition = Callable[[datetime], Any]


def _was_connected() -> Q:
    """Also whoever is not any more: what they agreed to then stays on record."""
    agreed = Consent.objects.filter(user=OuterRef("pk"), granted_by="connect")
    return Q(Exists(THEIRS.exclude(state__in=Connection.UNKNOWN))) | Q(Exists(agreed))


FILTERS: Mapping[str, tuple[Words, Condition]] = {
    "": (_("all"), lambda _at: Q()),
    "active": (_("active this week"), lambda at: Q(lookschedule__active_at__gte=at - WEEK)),
    "never": (_("never connected"), lambda _at: ~_was_connected()),
    "silent": (
        _("connected, never answered"),
        lambda _at: Q(Exists(THEIRS.known())) & ~Q(Exists(ANSWERED)),
    ),
    "broken": (
        _("connection broken"),
        lambda _at: Q(Exists(THEIRS.filter(state=Connection.State.RECONNECT))),
    ),
    "staff": (_("staff"), lambda _at: Q(is_staff=True)),
}


@dataclass(frozen=True, slots=True)
class Row:
    """
    answers  of the last 28 days
    tone     good, warn, bad or none, as in console.css
    """

    person: Any  # a User, with shown_at and active_at
    sources: Sequence[SourceState]
    answers: int
    state: Words
    tone: str


@dataclass(frozen=True, slots=True)
class Found:
    """newer, older: the key from which the next page goes on; "" where there is none."""

    rows: Sequence[Row]
    newer: str
    older: str


def find_people(asked: Asked) -> Found:
    """Four queries, however many people there are."""
    people = _matching(asked)
    before, after = _edge(asked.given("before")), _edge(asked.given("after"))
    if after and not before:
        found = list(_beyond(people, after, is_up=True)[: A_PAGE + 1])
        has_newer, has_older = len(found) > A_PAGE, True
        found = found[:A_PAGE][::-1]
    else:
        rows = _beyond(people, before, is_up=False) if before else people
        found = list(rows.order_by("-date_joined", "-pk")[: A_PAGE + 1])
        has_newer, has_older = bool(before), len(found) > A_PAGE
        found = found[:A_PAGE]
    return Found(
        _rows(found, asked.at),
        newer=str(found[0].pk) if found and has_newer else "",
        older=str(found[-1].pk) if found and has_older else "",
    )


def _matching(asked: Asked) -> QuerySet[User]:
    _title, condition = FILTERS.get(asked.given("state"), FILTERS[""])
    shown = Tip.objects.filter(user=OuterRef("pk"), shown_at__isnull=False).order_by("-made_at")
    people = User.objects.filter(condition(asked.at), is_active=True).annotate(
        shown_at=Subquery(shown.values("shown_at")[:1]), active_at=F("lookschedule__active_at")
    )
    text = asked.given("q").strip().lower()
    return people.filter(_like(text)) if text else people


def _like(text: str) -> Q:
    """An address or a key, or how one begins; both have an index for that."""
    wanted, key = Q(email__startswith=text), text.replace("-", "")
    if KEY.fullmatch(key):
        first, last = (UUID(key.ljust(32, digit)) for digit in "0f")
        wanted |= Q(pk__gte=first, pk__lte=last)
    return wanted


def _edge(key: str) -> tuple[datetime, UUID] | None:
    try:
        rows = User.objects.filter(pk=UUID(key)) if key else User.objects.none()
    except ValueError:
        return None
    return rows.values_list("date_joined", "pk").first()


def _beyond(people: QuerySet[User], edge: tuple[datetime, UUID], *, is_up: bool) -> QuerySet[User]:
    """The nearest first."""
    joined, key = edge
    if is_up:
        rows = people.filter(date_joined__gte=joined).exclude(date_joined=joined, pk__lte=key)
        return rows.order_by("date_joined", "pk")
    rows = people.filter(date_joined__lte=joined).exclude(date_joined=joined, pk__gte=key)
    return rows.order_by("-date_joined", "-pk")


def _rows(people: Collection[User], at: datetime) -> list[Row]:
    keys = [person.pk for person in people]
    sources: dict[UUID, list[Connection]] = defaultdict(list)
    for connection in Connection.objects.filter(user_id__in=keys).order_by("connected_at"):
        sources[connection.user_id].append(connection)
    answers = Tip.objects.answers_of(keys, since=at - ANSWERED_IN)
    return [_row(person, sources[person.pk], answers, at) for person in people]


def _row(person: Any, sources: Sequence[Connection], answers: Counter[UUID], at: datetime) -> Row:
    states = [state_of_source(connection) for connection in sources]
    if any(state.tone == "bad" for state in states):
        words, tone = _("has to reconnect"), "bad"
    elif not any(state.is_connected for state in states):
        words, tone = _("not connected"), "none"
    elif person.active_at is None:
        words, tone = _("has seen no tip yet"), "none"
    elif person.active_at < at - WEEK:
        words, tone = _("away for a week"), "warn"
    else:
        words, tone = _("active"), "good"
    return Row(person, states, answers[person.pk], words, tone)
