"""What staff may find out: every page and every field of the console is asked, new ones too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import models
from django.test import Client
from django.urls import NoReverseMatch, reverse

from accounts.models import DeletionReceipt, Session, User
from accounts.privacy import departures
from integrations.models import Task
from oo.lib.admin import ReadOnlyAdmin
from tests.clock import NOON
from tests.factories import make_task

PAGES: list[Any] = sorted(admin.site._registry.values(), key=lambda page: page.model._meta.label)
NAMES = [page.model._meta.label for page in PAGES]
# Free text and lists of which staff may see all: nobody's words stand in them.
SHOWN = {
    "accounts.ApiToken.scopes",
    "accounts.DeletionReceipt.body",
    "accounts.ProviderToken.uid",
    "accounts.User.email",
    "accounts.User.name",
    "agents.CountedDay.hours",
    "agents.ModelCall.model",
    "events.EventRecord.body",
    "integrations.Task.external_id",
    "tips.Interruption.features",
    "tips.UsefulnessFit.weights",
    "tips.TipDecision.chooser",
}
FILTER = re.compile(r'href="(\?[^"]+)"')


@pytest.fixture
def staff(bob: User, bob_client: Client) -> Client:
    bob.is_staff = bob.is_superuser = True
    bob.save()
    return bob_client


@pytest.fixture
def task(alice: User) -> Task:
    return make_task(alice)


def address(model: type[models.Model], page: str = "changelist") -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")


def lookups(model: type[models.Model]) -> Iterator[str]:
    """Of every field, and of every field of what points here or is pointed at."""
    for field in model._meta.get_fields():
        yield from (f"{field.name}{how}" for how in ("__startswith", "__regex", "__gte", "__in"))
        if field.related_model is not None and not isinstance(field.related_model, str):
            yield from (f"{field.name}__{f.name}" for f in field.related_model._meta.get_fields())


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_no_field_can_be_guessed_by_a_filter(staff: Client, page: Any) -> None:
    hierarchy = f"{page.date_hierarchy}__gte"
    asked = [lookup for lookup in lookups(page.model) if lookup != hierarchy]
    there = address(page.model)
    assert asked
    assert [a for a in asked if staff.get(there, {a: "a"}).status_code != 400] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_a_hidden_field_is_neither_listed_nor_searched_nor_a_filter(page: Any) -> None:
    hidden = set(page.get_exclude(None))
    searched = {name.lstrip("=^@") for name in page.search_fields}
    named = {*page.list_display, *page.list_filter, *searched, page.date_hierarchy}
    assert not hidden & named
    assert hidden <= {field.name for field in page.model._meta.get_fields()}


def test_a_session_cannot_be_found_by_its_key(staff: Client, alice_client: Client) -> None:
    key = alice_client.session.session_key
    assert key
    for asked in ("session_key__startswith", "session_key", "pk", "pk__startswith"):
        assert staff.get(address(Session), {asked: key}).status_code == 400


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_no_list_has_what_opens_a_receipt(staff: Client, alice: User, page: Any) -> None:
    """Neither of one that is there, nor of one to come: the event of the departure tells it not."""
    there, to_come = uuid4(), uuid4()
    DeletionReceipt.objects.create(pk=there, body={}, made_at=NOON)
    departures.ask(alice.pk, receipt_id=to_come, locale="en", at=NOON)
    shown = staff.get(address(page.model)).content.decode()
    assert [key for key in (there, to_come) if str(key) in shown or key.hex in shown] == []


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_every_filter_that_is_offered_works(staff: Client, task: Task, page: Any) -> None:
    offered = FILTER.findall(staff.get(address(page.model)).content.decode())
    for query in offered:
        answer = staff.get(f"{address(page.model)}{unescape(query)}")
        assert answer.status_code == 200, query


def test_days_can_be_asked_for(staff: Client) -> None:
    query = {"made_at__year": "2026", "made_at__month": "5", "made_at__day": "5"}
    assert staff.get(address(DeletionReceipt), query).status_code == 200


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_what_a_person_wrote_is_hidden(page: Any) -> None:
    free = {
        f.name
        for f in page.model._meta.concrete_fields
        if isinstance(f, models.JSONField | models.TextField) or (f.max_length or 0) > 100
    }
    shown = {f"{page.model._meta.label}.{name}" for name in free - set(page.get_exclude(None))}
    assert shown <= SHOWN


# ---- looking only -----------------------------------------------------------------------------


def test_every_page_is_for_looking() -> None:
    assert PAGES
    assert [page for page in PAGES if not isinstance(page, ReadOnlyAdmin)] == []


def test_what_libraries_bring_has_no_page(staff: Client, alice: User) -> None:
    SocialAccount.objects.create(user=alice, provider="google", uid="1")
    ours = {page.model for page in PAGES}
    assert SocialAccount not in ours
    for model in apps.get_models():
        if model not in ours:
            with pytest.raises(NoReverseMatch):
                address(model)
    assert staff.get("/console/socialaccount/socialaccount/").status_code == 404


def test_staff_cannot_write_through_a_list(staff: Client, task: Task) -> None:
    form = {"action": "delete_selected", "_selected_action": [str(task.pk)], "post": "yes"}
    staff.post(address(Task), form)
    assert Task.objects.filter(pk=task.pk).exists()
    assert staff.get(address(Task, "add")).status_code == 403


def test_staff_of_any_group_looks_at_rows_and_others_do_not(
    bob: User, bob_client: Client, task: Task
) -> None:
    bob.is_staff = True
    bob.save()
    assert bob_client.get(address(Task)).status_code == 403
    bob.groups.set([Group.objects.get(name="viewer")])
    page = bob_client.get(address(Task))
    assert page.status_code == 200
    assert task.title not in page.content.decode()
