"""A query that is written once gives what the queryset gives, each time it is asked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Exists, OuterRef

from accounts.models import Consent, Profile, User
from oo.lib.compiled import Compiled, Given
from tests.clock import NOON


def granted_since() -> Any:
    """Of a person, since a moment; with the person and the profile, and something worked out."""
    return (
        Consent.objects.select_related("user__profile")
        .filter(
            user=Given("user_id", User._meta.get_field("id")),
            granted_at__gte=Given("since", Consent._meta.get_field("granted_at")),
        )
        .annotate(has_profile=Exists(Profile.objects.filter(user_id=OuterRef("user_id"))))
        .order_by("granted_at")
    )


@pytest.fixture
def consent(alice: User, bob: User) -> Consent:
    Consent.objects.create(user=bob, key="terms", wording="1", granted_at=NOON, granted_by="api")
    return Consent.objects.create(
        user=alice, key="terms", wording="1", granted_at=NOON, granted_by="api"
    )


def test_it_gives_what_the_queryset_gives(alice: User, consent: Consent) -> None:
    (found,) = Compiled(granted_since).rows(user_id=alice.pk, since=NOON)
    wanted = Consent.objects.get(pk=consent.pk)
    names = [field.attname for field in Consent._meta.concrete_fields]
    assert [getattr(found, n) for n in names] == [getattr(wanted, n) for n in names]
    assert found.has_profile is True or found.has_profile == 1


def test_what_is_related_comes_along(
    alice: User, consent: Consent, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(1):
        (found,) = Compiled(granted_since).rows(user_id=alice.pk, since=NOON)
        assert (found.user, found.user.profile.time_zone) == (alice, "Europe/Berlin")


def test_each_asking_has_values_of_its_own(alice: User, bob: User, consent: Consent) -> None:
    query = Compiled(granted_since)
    assert [c.user_id for c in query.rows(user_id=alice.pk, since=NOON)] == [alice.pk]
    assert [c.user_id for c in query.rows(user_id=bob.pk, since=NOON)] == [bob.pk]
    assert query.rows(user_id=uuid4(), since=NOON) == []
    assert query.rows(user_id=alice.pk, since=NOON + timedelta(seconds=1)) == []


def test_the_sql_is_written_once(alice: User, consent: Consent) -> None:
    written = []

    def build() -> Any:
        written.append(1)
        return granted_since()

    query = Compiled(build)
    for _ in range(3):
        query.rows(user_id=alice.pk, since=NOON)
    assert len(written) == 1


def test_a_value_is_never_part_of_the_sql(consent: Consent) -> None:
    query: Compiled[Any] = Compiled(
        lambda: Consent.objects.filter(key=Given("key", Consent._meta.get_field("key")))
    )
    assert query.rows(key="' OR '1'='1") == []
    assert len(query.rows(key="terms")) == 2


def test_a_value_that_is_missing_is_an_error(alice: User) -> None:
    with pytest.raises(KeyError):
        Compiled(granted_since).rows(user_id=alice.pk)


def test_a_row_that_was_found_can_be_saved(alice: User, consent: Consent) -> None:
    (found,) = Compiled(granted_since).rows(user_id=alice.pk, since=NOON)
    found.wording = "2"
    found.save()
    assert Consent.objects.get(pk=consent.pk).wording == "2"


def test_threads_that_write_it_at_once_write_the_same() -> None:
    query = Compiled(granted_since)
    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(lambda _n: query.written().sql, range(32)))
    assert len(set(written)) == 1
