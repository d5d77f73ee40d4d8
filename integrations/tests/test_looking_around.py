"""Whoever presses "Look around with sample data" finds it connected."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Consent, User
from accounts.sign_in.demo import DEMO_EMAIL
from integrations.models import Connection
from tests.factories import make_connection

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_laptop(settings: Any) -> None:
    settings.OO_DEMO_SIGN_IN = True


def look_around() -> User:
    assert Client().post("/demo/").status_code == 302
    return User.objects.get(email=DEMO_EMAIL)


def test_the_sample_data_is_connected_with_what_it_needs() -> None:
    person = look_around()
    assert Connection.objects.get(user=person).source == "sample"
    assert {"tasks", "calendar"} <= {*Consent.objects.open(person.pk).values_list("key", flat=True)}


def test_coming_back_connects_nothing_more() -> None:
    assert look_around() == look_around()
    assert Connection.objects.count() == 1


def test_a_source_that_they_put_in_its_place_stays_alone() -> None:
    person = look_around()
    Connection.objects.all().delete()
    make_connection(person, source="todoist")
    look_around()
    assert Connection.objects.get().source == "todoist"


def test_where_nobody_may_look_around_nothing_is_connected(settings: Any) -> None:
    settings.OO_DEMO_SIGN_IN = False
    assert Client().post("/demo/").status_code == 404
    assert not Connection.objects.exists()
