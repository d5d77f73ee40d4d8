"""Due dates: the few phrases that the stand-in understands, and how recurring ones move on."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .errors import Json, bad_argument

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EVERY = re.compile(r"every(?P<from_done>!?)\s+(?:(?P<count>\d+|other)\s+)?(?P<unit>[a-z]+)")
_AT = re.compile(r"^(?P<day>.*?)\s*(?:\bat\s+(?P<time>\d{1,2}:\d{2}))?$")
_SHORTHAND = {"daily": "every day", "weekly": "every week", "monthly": "every month"}


@dataclass(frozen=True, slots=True)
class Rule:
    """Every `count` units; `from_done` (written "every!") counts from the day it was done."""

    count: int
    unit: str
    from_done: bool = False

    def next_after(self, day: date) -> date:
        if self.unit in _WEEKDAYS:
            ahead = (_WEEKDAYS.index(self.unit) - day.weekday() - 1) % 7 + 1
            return day + timedelta(days=ahead + 7 * (self.count - 1))
        if self.unit in ("weekday", "workday"):
            return day + timedelta(days={4: 3, 5: 2}.get(day.weekday(), 1))
        if self.unit == "month":
            return _months_later(day, self.count)
        return day + timedelta(days=self.count * (7 if self.unit == "week" else 1))


def _months_later(day: date, months: int) -> date:
    years, month0 = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month0 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def find_rule(phrase: str) -> Rule | None:
    """The rule in a phrase such as "every 2 weeks at 18:00"; None when it does not recur."""
    phrase = phrase.strip().lower()
    match = _EVERY.match(_SHORTHAND.get(phrase.split(" at ")[0], phrase))
    if match is None:
        return None
    unit = match["unit"].removesuffix("s")
    if unit not in (*_WEEKDAYS, "day", "weekday", "workday", "week", "month"):
        raise bad_argument("due", "Date is invalid")
    count = 2 if match["count"] == "other" else int(match["count"] or 1)
    return Rule(max(count, 1), unit, from_done=bool(match["from_done"]))


def build_due(day: str, phrase: str | None = None, timezone: str | None = None) -> Json:
    """A due object from a date in one of Todoist's three notations."""
    phrase = phrase or day
    return {
        "date": day,
        "timezone": timezone,
        "string": phrase,
        "lang": "en",
        "is_recurring": find_rule(phrase) is not None,
    }


def parse_due(phrase: str, today: date) -> Json | None:
    """A due object from words; None for "no date"; an unknown phrase is a bad argument."""
    words = phrase.strip().lower()
    if words in ("", "no date", "no due date"):
        return None
    match = _AT.match(words)
    assert match is not None
    day = _day_of(match["day"], today)
    if match["time"]:
        hour, minute = map(int, match["time"].split(":"))
        return build_due(f"{day}T{time(hour, minute).isoformat()}", phrase)
    return build_due(day, phrase)


def _day_of(words: str, today: date) -> str:
    """YYYY-MM-DD, or a whole date and time where the words are one already."""
    if words in ("today", "tod", "tomorrow", "tom"):
        return (today + timedelta(days=words.startswith("tom"))).isoformat()
    rule = find_rule(words)
    if rule is not None:
        # "every day" is due today already; "every monday" on the first monday from today on.
        first = rule.next_after(today - timedelta(days=1)) if _names_days(rule) else today
        return first.isoformat()
    return check_date(words.upper())


def _names_days(rule: Rule) -> bool:
    return rule.unit not in ("day", "week", "month")


def check_date(value: object) -> str:
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        raise bad_argument("due", "Date is invalid") from None
    return str(value)


def next_due(due: Json, now: datetime, zone: str) -> Json:
    """The same recurring due at its next date: after its present one and after today."""
    rule = find_rule(due["string"])
    if rule is None:
        raise bad_argument("due", "The task does not recur")
    day, rest = _local_parts(due)
    today = now.astimezone(ZoneInfo(zone)).date()
    following = rule.next_after(today if rule.from_done else day)
    while following <= today:
        following = rule.next_after(following)
    return {**due, "date": _written(following, rest, due["timezone"])}


def _local_parts(due: Json) -> tuple[date, time | None]:
    """The day and the time on the person's own wall, for all three notations."""
    if "T" not in due["date"]:
        return date.fromisoformat(due["date"]), None
    moment = datetime.fromisoformat(due["date"])
    if due["timezone"]:
        moment = moment.astimezone(ZoneInfo(due["timezone"]))
    return moment.date(), moment.time()


def _written(day: date, at: time | None, timezone: str | None) -> str:
    if at is None:
        return day.isoformat()
    moment = datetime.combine(day, at.replace(tzinfo=None))
    if timezone is None:
        return moment.isoformat()
    fixed = moment.replace(tzinfo=ZoneInfo(timezone)).astimezone(UTC)
    return fixed.strftime("%Y-%m-%dT%H:%M:%SZ")
