"""A believable account for demonstrations: what a person might really have on the list."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from .errors import Json
from .state import Account

_WISHES: tuple[Json, ...] = (
    {"content": "Pay the rent", "days": 0, "priority": 4, "project": "Home"},
    {"content": "Call the dentist", "days": -3, "priority": 3, "duration": 10},
    {"content": "Water the plants", "recurring": "every 3 days", "days": 0, "project": "Home"},
    {"content": "Finish the quarterly report", "days": 2, "priority": 4, "project": "Work"},
    {"content": "Send the slides to Maria", "days": 0, "hour": 15, "project": "Work"},
    {"content": "Read one chapter", "recurring": "every day", "days": 0, "duration": 30},
    {"content": "Book the train to Vienna", "deadline_days": 6, "labels": ["errand"]},
    {"content": "Tidy the desk", "duration": 15, "labels": ["quick"]},
    {"content": "Plan the week", "recurring": "every monday", "days": 0, "project": "Work"},
    {"content": "Buy a present for Tom", "days": 5, "labels": ["errand"]},
    {"content": "Renew the passport", "deadline_days": 30, "priority": 2},
    {"content": "Review the pull request", "days": 1, "duration": 45, "project": "Work"},
    {"content": "Go for a run", "recurring": "every 2 days", "days": 0, "duration": 40},
    {"content": "Back up the laptop", "recurring": "every month", "days": -1, "labels": ["quick"]},
    {"content": "Answer the landlord", "days": -8, "priority": 2, "duration": 5},
    {"content": "Learn ten Italian words", "duration": 10, "project": "Learning"},
    {"content": "Write the minutes", "days": 0, "priority": 3, "project": "Work"},
    {"content": "Cancel the old subscription", "labels": ["quick"], "duration": 5},
    {"content": "Try the new soup recipe", "days": 4, "project": "Home"},
    {"content": "Sort the holiday photos"},
)
_PASSED_ON = ("content", "priority", "project", "labels", "duration", "recurring")


def seed(account: Account, count: int) -> list[str]:
    """Adds `count` tasks, due around today; past the first twenty the list begins again."""
    return [_add(account, index) for index in range(count)]


def _add(account: Account, index: int) -> str:
    lap, place = divmod(index, len(_WISHES))
    wish = _WISHES[place]
    args = {key: wish[key] for key in _PASSED_ON if key in wish}
    if lap:
        args["content"] += f" ({lap + 1})"
    today = account.today()
    if "days" in wish:
        day = today + timedelta(days=wish["days"] + 7 * lap)
        args["due"] = datetime.combine(day, time(wish["hour"])) if "hour" in wish else day
    if "deadline_days" in wish:
        args["deadline"] = today + timedelta(days=wish["deadline_days"])
    return account.add_task(**args)
