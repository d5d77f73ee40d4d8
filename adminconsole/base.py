"""What a page of the console is. `adminconsole/pages/` has one file for each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.urls import URLPattern
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from adminconsole.access.permissions import Permission as Permission
from adminconsole.access.permissions import may as may
from adminconsole.period import Period
from oo.lib.words import Words


class Section(StrEnum):
    """Where a page stands in the menu, in this order."""

    PRODUCT = "product"
    MIND = "mind"
    MACHINE = "machine"
    TEAM = "team"

    @property
    def words(self) -> Words:
        return TITLES[self]


TITLES: Mapping[Section, Words] = {
    Section.PRODUCT: _("Product"),
    Section.MIND: _("Mind"),
    Section.MACHINE: _("Machine"),
    Section.TEAM: _("Team"),
}


@dataclass(frozen=True, slots=True)
class PageManifest:
    """
    key         in the address, /console/<key>/
    says        the question that the page answers, under its title
    icon        a name of Material Symbols
    rank        its place in its section
    has_period  whether the page is about days that are chosen above it
    """

    key: str
    title: Words
    says: Words
    icon: str
    section: Section
    rank: int
    permission: Permission = Permission.LOOK
    has_period: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """Who looks at what, and when."""

    request: HttpRequest
    staff: User
    period: Period
    at: datetime

    def may(self, permission: Permission) -> bool:
        return may(self.request, permission)

    def given(self, name: str) -> str:
        """What the address says, "" for nothing. Whoever types it may type anything."""
        return self.request.GET.get(name, "").replace("\x00", "")[:200]


class Refused(Exception):
    """It cannot be done, and why, in words for staff. Nothing was changed, nothing is on record."""


@dataclass(frozen=True, slots=True)
class Order:
    """
    target   which row or plug-in; "" where the person is meant
    session  of whoever gives it; None where no browser does
    """

    staff: User
    at: datetime
    why: str
    person: UUID | None = None
    target: str = ""
    session: SessionBase | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """
    says     what will have happened afterwards, beside the button
    run      does it, in a transaction with the row of the audit log, and says so. Raises Refused.
    inverse  the key of the action that undoes it
    undoes   of the target that was acted on, the one that undoes it
    """

    key: str
    title: Words
    says: Words
    run: Callable[[Order], str]
    permission: Permission = Permission.ACT
    is_dangerous: bool = False
    inverse: str = ""
    undoes: Callable[[str], str] = str


class ConsolePage(ABC):
    manifest: ClassVar[PageManifest]

    @property
    def template(self) -> str:
        return f"adminconsole/pages/{self.manifest.key}.html"

    @abstractmethod
    def context(self, asked: Asked) -> Mapping[str, Any]:
        """What the template shows. Numbers come from queryset methods of the app that has the
        rows; raises Http404 for what is not there, and ProofWanted before it does what wants a
        proof of the last minutes."""

    @property
    def frames(self) -> Sequence[str]:
        """Origins whose pages may be shown inside of this page, and of no other."""
        return ()

    @property
    def actions(self) -> Sequence[Action]:
        """What may be done on this page: forms by adminconsole/act.html."""
        return ()

    def more_urls(self) -> list[URLPattern]:
        """Below the page's own address. ConsoleSite guards them by the page's permission."""
        return []
