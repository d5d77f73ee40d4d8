"""The parameters of events.list: which there are, which go together, and what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from .errors import api_failure, invalid
from .wire import Lists, Request

DEFAULT_PAGE, LARGEST_PAGE = 250, 2500
# Of every method.
COMMON = frozenset({"alt", "fields", "key", "oauth_token", "prettyPrint", "quotaUser", "userIp"})
# The rest of what events.list has; the stand-in answers 501 rather than pretend.
NOT_HERE = frozenset(
    {"iCalUID", "maxAttendees", "privateExtendedProperty", "q", "sharedExtendedProperty"}
    | {"showHiddenInvitations", "updatedMin"}
)
HERE = frozenset(
    {"alwaysIncludeEmail", "eventTypes", "maxResults", "orderBy", "pageToken", "showDeleted"}
    | {"singleEvents", "syncToken", "timeMax", "timeMin", "timeZone"}
)
NOT_WITH_SYNC_TOKEN = (
    *("iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty"),
    *("timeMax", "timeMin", "updatedMin"),
)
EVENT_TYPES = frozenset(
    {"birthday", "default", "focusTime", "fromGmail", "outOfOffice", "workingLocation"}
)


@dataclass(frozen=True, slots=True)
class Question:
    """`asked` is what the pages of one answer and the tokens after it have to have in common."""

    asked: str
    single: bool
    show_deleted: bool
    order_by: str
    event_types: frozenset[str]
    time_min: datetime | None
    time_max: datetime | None
    time_zone: str
    page_size: int
    page_token: str
    sync_token: str


def parse_question(request: Request) -> Question:
    query, lists = request.query, request.lists
    _check_names(query)
    question = Question(
        asked=repr(sorted((name, lists[name]) for name in _KEPT if name in lists)),
        single=_flag(query, "singleEvents"),
        show_deleted=_flag(query, "showDeleted"),
        order_by=_choice(query, "orderBy", {"startTime", "updated"}),
        event_types=_event_types(lists),
        time_min=_moment(query, "timeMin"),
        time_max=_moment(query, "timeMax"),
        time_zone=_zone(query),
        page_size=_page_size(query),
        page_token=query.get("pageToken", ""),
        sync_token=query.get("syncToken", ""),
    )
    _check_together(question)
    return question


_KEPT = ("singleEvents", "eventTypes")


def _check_names(query: Mapping[str, str]) -> None:
    """Forbidden ones come before those that the stand-in lacks: that error is Google's."""
    if "syncToken" in query:
        _check_beside_sync_token(query)
    for name in query:
        if name in NOT_HERE:
            raise api_failure(501, "notImplemented", f"The stand-in has no {name}")
        if name not in HERE | COMMON:
            raise invalid(name, f'Unknown name "{name}": Cannot bind query parameter.')
    if query.get("alt", "json") != "json":
        raise invalid("alt")


def _check_beside_sync_token(query: Mapping[str, str]) -> None:
    for name in NOT_WITH_SYNC_TOKEN:
        if name in query:
            message = "Sync token cannot be used with query restrictions."
            raise api_failure(400, "badRequest", message, parameter=name)
    if query.get("showDeleted") == "false":
        raise invalid("showDeleted")


def _check_together(question: Question) -> None:
    if question.order_by == "startTime" and not question.single:
        message = "The requested ordering is not available for the particular query."
        raise invalid("orderBy", message)
    if question.time_min and question.time_max and question.time_min >= question.time_max:
        message = "The specified time range is empty."
        raise api_failure(400, "timeRangeEmpty", message, domain="calendar", parameter="timeMax")


def _flag(query: Mapping[str, str], name: str) -> bool:
    return _choice(query, name, {"true", "false"}) == "true"


def _choice(query: Mapping[str, str], name: str, choices: set[str]) -> str:
    given = query.get(name, "")
    if name in query and given not in choices:
        raise invalid(name)
    return given


def _event_types(lists: Lists) -> frozenset[str]:
    given = frozenset(lists.get("eventTypes", EVENT_TYPES))
    if not given <= EVENT_TYPES:
        raise invalid("eventTypes")
    return given


def _moment(query: Mapping[str, str], name: str) -> datetime | None:
    """RFC 3339; the offset is mandatory, parts of a second are ignored."""
    if name not in query:
        return None
    try:
        moment = datetime.fromisoformat(query[name])
    except ValueError:
        raise api_failure(400, "badRequest", "Bad Request", parameter=name) from None
    if moment.tzinfo is None:
        raise api_failure(400, "badRequest", "Bad Request", parameter=name)
    return moment.replace(microsecond=0)


def _zone(query: Mapping[str, str]) -> str:
    given = query.get("timeZone", "")
    try:
        if given:
            ZoneInfo(given)
    except (KeyError, ValueError, OSError):
        raise invalid("timeZone") from None
    return given


def _page_size(query: Mapping[str, str]) -> int:
    given = query.get("maxResults", str(DEFAULT_PAGE))
    if not given.isascii() or not given.isdigit() or int(given) < 1:
        raise invalid("maxResults")
    return min(int(given), LARGEST_PAGE)
