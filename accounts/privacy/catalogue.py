"""Every consent there is: its key, the words a person is shown, and the version of those words.

Changed words are a new version: a consent given to other words is not a consent to these. Upper
layers add kinds of their own, without being named here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from django.utils.translation import gettext_lazy as _

from accounts.privacy.kinds import ConsentKind


class UnknownConsent(KeyError):
    """No consent has this key."""


class NotWithdrawable(Exception):
    """This consent ends with the account, and only with it."""


_KINDS = (
    ConsentKind(
        key="terms",
        version="2026-11-22",
        title=_("Terms"),
        words=_("You use oO under its terms. You agreed to them by signing in."),
        withdrawable=False,
        url_name="accounts:terms",
    ),
    ConsentKind(
        key="privacy",
        version="2026-11-26",
        title=_("Privacy"),
        words=_(
            "oO keeps your name, e-mail address, time zone, language and what you answered, "
            "as the privacy page says. You agreed to it by signing in."
        ),
        withdrawable=False,
        url_name="accounts:privacy",
    ),
    ConsentKind(
        key="tasks",
        version="2026-11-22",
        title=_("Your tasks"),
        words=_(
            "oO reads the tasks in the apps that you connect: their titles, notes, projects, "
            "labels, dates and priorities. It uses them to choose one tip for you, keeps them "
            "while the app is connected, and closes a task there when you say that it is done. "
            "It gives them to nobody else."
        ),
    ),
    ConsentKind(
        key="calendar",
        version="2026-11-22",
        title=_("Your calendar"),
        words=_(
            "oO reads the entries in the calendars that you connect: their titles, places and "
            "times. It uses them to see when you are busy and what comes next, keeps them while "
            "the calendar is connected, and never changes them. It gives them to nobody else."
        ),
    ),
)

# Recorded by signing in: the sign-in page links to both texts above its buttons.
IMPLIED = ("terms", "privacy")

OWN = {kind.key: kind for kind in _KINDS}

_brought: dict[str, Callable[[], Iterable[ConsentKind]]] = {}


def register_kinds(name: str, kinds: Callable[[], Iterable[ConsentKind]]) -> None:
    """`kinds` is asked when they are needed. From AppConfig.ready; the same name again is once."""
    _brought[name] = kinds


def all_kinds() -> dict[str, ConsentKind]:
    """By key: oO's own, in their order, then what was brought. The first of a key stays."""
    found = dict(OWN)
    for kinds in _brought.values():
        for kind in kinds():
            found.setdefault(kind.key, kind)
    return found


def get_kind(key: str) -> ConsentKind:
    try:
        return all_kinds()[key]
    except KeyError:
        raise UnknownConsent(key) from None
