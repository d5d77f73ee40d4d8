"""The console of staff who read German: all that is English there is a value of the row shown.

Each page is drawn in both languages. A text that is the same in both is refused, unless it is made
of values, or is a word that both languages have.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import polib
import pytest
from django.conf import settings
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.models import Profile, User
from adminconsole.registry import PAGES as CONSOLE
from adminconsole.words import FIELDS, MODELS
from agents.registry import AGENTS
from events.catalog import BY_SUBJECT
from oo.lib import llm
from oo.lib.llm.aliases import ALIASES
from tests.privacy.rows import about
from tests.translations.words import read
from tips.base import Kind
from tips.registry import POLICIES

PAGES: list[Any] = sorted(admin.site._registry.values(), key=lambda page: page.model._meta.label)
NAMES = [page.model._meta.label for page in PAGES]
SHOWN = sorted({name.split(".")[0] for name in NAMES})  # apps
LISTED = [app for app in SHOWN if app not in CONSOLE]
CATALOGUE = polib.pofile(settings.ROOT / "oo/locale/de/LC_MESSAGES/django.po")
# What is called so in German too, and what Django's templates say in English to everybody: what
# its magnifying glass shows.
SAME = {e.msgid.lower() for e in CATALOGUE if e.msgid.lower() == e.msgstr.lower()}
SAME |= {"oo", "id", "filter", "search", "esc"}
LETTER = re.compile(r"[^\W\d_]{2}")
# What is called by its key, in every language.
CODES = {
    *BY_SUBJECT,
    *POLICIES.load(),
    *Kind,
    *(key for agent in AGENTS for key in (agent.manifest.key, *agent.manifest.reads)),
    *(key for agent in AGENTS for key in agent.manifest.consents),
    "Passkeys | oO",
    *ALIASES,
    *(circuit.model for circuit in llm.circuits()),  # as litellm.yaml names it
}
# Documents are written in English, and tables and columns are called as in the database.
ENGLISH = {"docs", "sql"}


class _Texts(HTMLParser):
    """What is read or heard of a page, piece by piece."""

    HEARD = frozenset({"aria-label", "title", "placeholder", "alt"})

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.is_code = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        is_icon = "material-symbols-outlined" in (said.get("class") or "")  # by its name
        self.is_code = is_icon or tag in ("script", "style")
        self.found |= {value for name, value in attrs if name in self.HEARD and value}

    def handle_endtag(self, tag: str) -> None:
        self.is_code = False

    def handle_data(self, data: str) -> None:
        if not self.is_code:
            self.found.add(" ".join(data.split()).rstrip(":"))


@pytest.fixture
def staff(alice: User, alice_client: Client) -> Client:
    alice.is_staff = alice.is_superuser = True
    alice.save()
    return alice_client


def texts(staff: Client, language: str, path: str) -> set[str]:
    Profile.objects.filter(user__email="alice@example.com").update(locale=language)
    page = staff.get(path)
    assert page.status_code == 200
    html = page.content.decode()
    assert f'<html lang="{language}"' in html
    return _Texts(html).found


def left_in_english(staff: Client, path: str, values: set[str]) -> set[str]:
    said = texts(staff, "de", path) & texts(staff, "en", path)
    longest_first = sorted(filter(None, values), key=len, reverse=True)
    either = re.compile("|".join(map(re.escape, longest_first)) or "$^", re.IGNORECASE)
    return {
        text for text in said if text.lower() not in SAME and LETTER.search(either.sub("", text))
    }


def values(row: models.Model) -> Iterator[str]:
    """What stands in the row, and in those that it points at: their names are made of it."""
    for field in row._meta.concrete_fields:
        value = field.value_from_object(row)
        yield str(value)
        yield json.dumps(value, default=str)
        if field.is_relation and value is not None:
            yield from values(getattr(row, field.name))


def make_row(person: User, model: type[models.Model]) -> models.Model:
    """With one of its choices in each column that has some."""
    row = about(person, model)
    chosen = {
        field.name: field.flatchoices[0][0]
        for field in model._meta.concrete_fields
        if field.choices and not field.blank
    }
    if chosen:
        model._base_manager.filter(pk=row.pk).update(**chosen)
    return model._base_manager.get(pk=row.pk)


def address(model: type[models.Model], page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
@pytest.mark.parametrize("view", ["changelist", "change", "history"])
def test_the_pages_of_a_model_are_german(staff: Client, bob: User, view: str, page: Any) -> None:
    row = make_row(bob, page.model)
    path = address(page.model, view, *([] if view == "changelist" else [row.pk]))
    seen = {*values(row), *values(Profile.objects.get(user__email="alice@example.com"))}
    assert left_in_english(staff, path, seen) == set()


@pytest.mark.parametrize("path", ["/console/rows/", *(f"/console/{app}/" for app in LISTED)])
def test_the_ways_to_them_are_german(alice: User, staff: Client, path: str) -> None:
    assert left_in_english(staff, path, set(values(alice))) == set()


@pytest.mark.parametrize("key", sorted(CONSOLE.load().keys() - ENGLISH))
def test_the_pages_of_our_own_are_german(alice: User, staff: Client, key: str) -> None:
    assert left_in_english(staff, f"/console/{key}/", set(values(alice)) | CODES) == set()


@pytest.mark.parametrize("path", ["/console/", "/console/tips/tip/"])
def test_who_is_no_staff_is_told_in_german(alice_client: Client, path: str) -> None:
    answer = alice_client.get(path, follow=True)
    assert answer.status_code == 403
    read(answer)


# ---- every word, drawn or not -----------------------------------------------------------------


def names(page: Any) -> Iterator[Any]:
    yield page.model._meta.app_config.verbose_name
    yield page.model._meta.verbose_name
    yield page.model._meta.verbose_name_plural
    hidden = page.get_exclude(None)
    for field in page.model._meta.concrete_fields:
        if field.name in page.list_display or (field.editable and field.name not in hidden):
            yield field.verbose_name
            yield from (label for _value, label in field.flatchoices)


def in_language(language: str, page: Any) -> list[str]:
    with translation.override(language):
        return [str(name) for name in names(page)]


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_name_and_choice_has_a_german_word(page: Any) -> None:
    both = zip(in_language("en", page), in_language("de", page), strict=True)
    assert [said for said, german in both if said == german and said.lower() not in SAME] == []


def test_no_word_is_left_of_what_is_gone() -> None:
    assert {*MODELS, *FIELDS} <= {name for page in PAGES for name in in_language("en", page)}
