from __future__ import annotations

import json
import pickle
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.test import Client

from accounts import tasks
from accounts.eraser import AccountsEraser
from accounts.models import ApiToken, Consent, DeletionReceipt, ProviderToken, Session, User
from accounts.privacy import cached, consents, deletion, departures, leftovers, receipts, tables
from accounts.privacy.leftovers import Trace
from events.models import EventRecord
from oo.lib.personal_data import Revocation
from tests import leaving
from tests.clock import NOON
from tests.factories import make_task
from tests.stand_ins.openid import OpenIdStandIn

LOCMEM = "django.core.cache.backends.locmem.LocMemCache"
# By name: tests of accounts import nothing from the layers above, as accounts itself.
Task: Any = apps.get_model("integrations", "Task")
SavedQuery: Any = apps.get_model("adminconsole", "SavedQuery")


def furnish(user: User) -> None:
    """A person who has used everything that accounts, allauth and the admin keep."""
    for key in ("terms", "privacy", "tasks"):
        consents.grant(user.pk, key, by="sign-in", at=NOON)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    SocialAccount.objects.create(
        user=user, provider="google", uid=f"g-{user.pk}", extra_data={"email": user.email}
    )
    ApiToken.objects.create(user=user, name="cli", digest=uuid4().hex, created_at=NOON)
    user.groups.add(Group.objects.get_or_create(name="people")[0])
    staff = User.objects.get_or_create(email="staff@example.com")[0]
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(
        user=staff,
        content_type=kind,
        object_id=str(user.pk),
        object_repr=str(user),
        action_flag=CHANGE,
    )
    Client().force_login(user, backend="accounts.backend.PersonBackend")


def delete(user: User, *, at: datetime = NOON) -> DeletionReceipt:
    receipt = leaving.delete_account(user, receipt_id=uuid4(), at=at.astimezone(UTC))
    assert receipt is not None
    return receipt


def everything_about(user_id: Any, email: str) -> list[str]:
    """Every cell of the database that holds the id or the address, read without Django's models."""
    found = []
    for model in tables.tables():
        for row in model._base_manager.values():
            said = json.dumps(row, default=str, ensure_ascii=False)
            if str(user_id) in said or user_id.hex in said or email in said:
                found.append(model._meta.label)
    return found


def labels_of_people() -> set[str]:
    return {model._meta.label for model in tables.tables() if tables.owner_path(model)}


def test_every_table_that_leads_to_a_person_is_claimed_by_one_eraser() -> None:
    claimed = [label for _app, eraser in deletion.erasers() for label in eraser.models]
    assert labels_of_people() - set(claimed) == set()
    assert len(claimed) == len(set(claimed))


def test_the_tables_of_people_are_found_by_looking() -> None:
    found = labels_of_people()
    assert found >= {
        "accounts.User",
        "accounts.User_groups",
        "account.EmailAddress",
        "account.EmailConfirmation",
        "socialaccount.SocialToken",
        "admin.LogEntry",
        "events.EventRecord",
        "integrations.Task",
    }
    assert not found & {"auth.Group", "accounts.DeletionReceipt", "contenttypes.ContentType"}


def test_every_claimed_table_exists() -> None:
    for _app, eraser in deletion.erasers():
        for label in eraser.models:
            assert apps.get_model(label)


def test_erasers_run_from_the_highest_layer_down() -> None:
    order = [app for app, _eraser in deletion.erasers()]
    layers = ["tips", "integrations", "accounts", "events"]
    assert [app for app in order if app in layers] == [app for app in layers if app in order]
    assert {"accounts", "events"} <= set(order)


def test_nothing_of_alice_is_left_and_all_of_bob_is(alice: User, bob: User) -> None:
    for user in (alice, bob):
        furnish(user)
        make_task(user, "Pay rent")
    before = everything_about(bob.pk, bob.email)
    alice_id = alice.pk

    delete(alice)
    assert everything_about(alice_id, "alice@example.com") == []
    assert everything_about(bob.pk, bob.email) == before


def test_the_receipt_counts_and_names_nobody(alice: User) -> None:
    furnish(alice)
    make_task(alice, "Secret errand")
    alice_id = alice.pk

    receipt = delete(alice)
    said = json.dumps(receipt.body)
    assert receipts.is_valid(DeletionReceipt.objects.get().body)
    for personal in (str(alice_id), alice_id.hex, "alice", "Secret errand"):
        assert personal not in said.lower()
    statement = receipt.body["receipt"]
    rows = {k: n for part in statement["erased"] for k, n in part["rows"].items()}
    assert rows["accounts.User"] == 1
    assert rows["accounts.Consent"] == 3
    assert rows["integrations.Task"] == 1
    assert statement["deleted_at"] == "2026-05-05T10:00:00+00:00"


def test_the_check_says_how_much_it_looked_at(alice: User, bob: User) -> None:
    furnish(alice)
    check = delete(alice).body["receipt"]["check"]
    assert check["tables"] == len(list(tables.tables()))
    assert check["rows"] > 10
    assert (check["erased"], check["left"]) == (0, {})


def test_what_an_eraser_forgot_is_found_erased_and_counted(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    EventRecord.objects.create(subject="x", user_id=alice.pk, at=NOON, body={})
    monkeypatch.setattr("events.eraser.EventsEraser.erase", lambda _self, _user_id: {})

    check = delete(alice).body["receipt"]["check"]
    assert (check["erased"], check["left"]) == (2, {})  # and that they asked to leave
    assert not EventRecord.objects.exists()


def test_what_cannot_be_erased_is_named(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    EventRecord.objects.create(subject="x", user_id=alice.pk, at=NOON, body={})
    monkeypatch.setattr("events.eraser.EventsEraser.erase", lambda _self, _user_id: {})
    monkeypatch.setattr(leftovers, "_erase", lambda *_args: 0)

    check = delete(alice).body["receipt"]["check"]
    assert check["left"] == {"events.EventRecord": 2}  # and that they asked to leave


def test_her_id_in_somebody_elses_row_is_named_and_the_row_stays(alice: User, bob: User) -> None:
    task = make_task(bob, f"copied {alice.pk}")

    check = delete(alice).body["receipt"]["check"]
    assert check["left"] == {"integrations.Task": 1}
    assert Task.objects.filter(pk=task.pk).exists()


def test_her_address_in_what_bob_wrote_is_bobs(alice: User, bob: User) -> None:
    make_task(bob, "Mail alice@example.com")

    check = delete(alice).body["receipt"]["check"]
    assert check["left"] == {}
    assert Task.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "is_hers"),
    [
        ("alice@example.com", True),
        ("Re: ALICE@example.com, again", True),
        ("malice@example.com", False),
        ("alice@example.com.au", False),
        ("alice@example.company", False),
        ("x.alice@example.com", False),
    ],
)
def test_only_the_whole_address_counts(alice: User, bob: User, said: str, is_hers: bool) -> None:
    kind = ContentType.objects.get_for_model(User)
    LogEntry.objects.create(
        user=bob, content_type=kind, object_id="7", object_repr=said, action_flag=CHANGE
    )
    delete(alice)
    assert LogEntry.objects.exists() != is_hers


def test_an_address_beyond_ascii_is_found_in_json(alice: User) -> None:
    alice.email = "jürgen@example.com"
    alice.save()
    other = DeletionReceipt.objects.create(body={"note": "jürgen@example.com"}, made_at=NOON)

    check = delete(alice).body["receipt"]["check"]
    assert (check["erased"], check["struck"], check["left"]) == (0, 1, {})
    other.refresh_from_db()
    assert other.body == {"note": "***"}


def test_her_address_in_rows_of_nobody_is_struck_out_and_the_rows_stay(
    alice: User, bob: User
) -> None:
    group = Group.objects.create(name="Owned by Alice@example.com")
    bob.groups.add(group)
    query = SavedQuery.objects.create(
        name="q", sql="… not in ('alice@example.com', 'malice@example.com')", by="m", at=NOON
    )
    check = delete(alice).body["receipt"]["check"]
    assert (check["erased"], check["struck"], check["left"]) == (0, 2, {})
    assert [each.name for each in bob.groups.all()] == ["Owned by ***"]
    query.refresh_from_db()
    assert query.sql == "… not in ('***', 'malice@example.com')"


def test_an_address_that_cannot_be_struck_out_is_named(alice: User) -> None:
    for name in ("Owned by alice@example.com", "Owned by ***"):
        Group.objects.create(name=name)
    check = delete(alice).body["receipt"]["check"]
    assert (check["struck"], check["left"]) == (0, {"auth.Group": 1})


def test_her_id_in_a_row_of_nobody_is_erased_with_the_row(alice: User) -> None:
    SavedQuery.objects.create(name="q", sql=f"… where id = '{alice.pk}'", by="m", at=NOON)
    check = delete(alice).body["receipt"]["check"]
    assert (check["erased"], check["left"]) == (1, {})


def test_a_sign_in_left_half_way_is_forgotten(alice: User) -> None:
    waiting = Client()
    session = waiting.session
    session["socialaccount_sociallogin"] = {"user": {"email": alice.email}}
    session.save()
    assert Session.objects.get().user_id is None

    assert delete(alice).body["receipt"]["check"]["erased"] == 1
    assert not Session.objects.exists()


@pytest.fixture
def memory(settings: Any) -> Any:
    """The cache, whose every key and value can be read."""
    settings.CACHES = settings.CACHES | {"default": {"BACKEND": LOCMEM, "LOCATION": "memory"}}
    cache.clear()
    yield cache
    cache.clear()


def cached_about(user_id: UUID, memory: Any) -> list[str]:
    said = [f"{key} {pickle.loads(value)}" for key, value in memory._cache.items()]
    return [each for each in said if str(user_id) in each or user_id.hex in each]


# The count of exports begins at the end of one hour; she leaves in the next.
@pytest.mark.parametrize("minutes", [0, 5])
def test_the_cache_forgets_her(
    alice: User, alice_client: Client, memory: Any, time_machine: Any, minutes: int
) -> None:
    alice_id, asked_at = alice.pk, NOON - timedelta(minutes=3)
    time_machine.move_to(asked_at, tick=False)
    assert alice_client.post("/settings/export").status_code == 200
    assert alice_client.get("/api/v1/me").status_code == 200
    memory.add(cached.running_export(alice_id), True)  # one that died
    memory.set(cached.refused_words(alice_id), {"a" * 32: NOON.timestamp()})
    assert len(cached_about(alice_id, memory)) == 4

    time_machine.shift(timedelta(minutes=minutes))
    delete(alice, at=asked_at + timedelta(minutes=minutes))
    assert cached_about(alice_id, memory) == []


def test_every_address_that_a_provider_told_is_looked_for(alice: User) -> None:
    EmailAddress.objects.create(user=alice, email="a2@example.com")
    SocialAccount.objects.create(
        user=alice, provider="apple", uid="1", extra_data={"email": "x@privaterelay.appleid.com"}
    )
    assert Trace.of(alice).emails == {
        "alice@example.com",
        "a2@example.com",
        "x@privaterelay.appleid.com",
    }


def test_a_check_that_breaks_leaves_an_honest_receipt(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_trace: Trace, *, at: datetime) -> None:
        raise RuntimeError

    monkeypatch.setattr(deletion, "find_leftovers", broken)
    receipt = delete(alice)
    assert receipt.body["receipt"]["check"] is None
    assert receipts.is_valid(receipt.body)
    assert not User.objects.filter(email="alice@example.com").exists()


def test_her_permission_at_google_is_given_back(alice: User, idp: OpenIdStandIn) -> None:
    ProviderToken.objects.create(
        user=alice, provider="google", uid="1", kind="access_token", token="unknown-there"
    )
    ended = delete(alice).body["receipt"]["revoked"]
    assert [(end["provider"], end["revoked"]) for end in ended] == [("google", False)]
    assert "myaccount.google.com" in ended[0]["note"]
    assert not ProviderToken.objects.exists()


def test_a_revocation_that_breaks_delays_nothing(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(_self: AccountsEraser, _user_id: Any) -> Iterator[Revocation]:
        yield Revocation("google", revoked=True)
        raise RuntimeError("secret-token")

    monkeypatch.setattr(AccountsEraser, "revoke", half)
    ended = delete(alice).body["receipt"]["revoked"]
    assert [end["revoked"] for end in ended] == [True, False]
    assert "secret-token" not in json.dumps(ended)
    assert not User.objects.filter(email="alice@example.com").exists()


def test_an_eraser_that_breaks_changes_nothing(
    alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(alice)

    def broken(_self: Any, _user_id: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("events.eraser.EventsEraser.erase", broken)
    with pytest.raises(RuntimeError):
        delete(alice)
    assert Consent.objects.filter(user=alice).count() == 3
    assert not DeletionReceipt.objects.exists()


def test_rows_that_come_late_are_swept(alice: User, bob: User) -> None:
    alice_id = alice.pk
    delete(alice)
    for user_id in (alice_id, bob.pk):
        EventRecord.objects.create(subject="late", user_id=user_id, at=NOON, body={})

    assert tasks.purge()["orphans"] == 1
    assert EventRecord.objects.get().user_id == bob.pk


def test_two_at_once_get_one_receipt(alice: User) -> None:
    """The second was let in before the first had asked; who comes later finds nobody."""
    first, second = uuid4(), uuid4()
    assert departures.ask(alice.pk, receipt_id=first, locale="en", at=NOON) == first
    assert departures.ask(alice.pk, receipt_id=second, locale="en", at=NOON) == first
    leaving.work_off_departures(at=NOON)
    assert departures.ask(alice.pk, receipt_id=second, locale="en", at=NOON) is None
    assert [receipt.pk for receipt in DeletionReceipt.objects.all()] == [first]


def test_a_receipt_that_has_a_persons_key_all_the_same_is_complete(alice: User) -> None:
    """It was asked for before the page refused such keys."""
    alice_id = alice.pk
    receipt = leaving.delete_account(alice, receipt_id=alice_id, at=NOON)
    assert receipt is not None
    assert receipt.body["receipt"]["check"]["left"] == {}
    assert DeletionReceipt.objects.get().pk == alice_id


def test_deleting_takes_a_bounded_number_of_queries(
    alice: User, django_assert_max_num_queries: Any
) -> None:
    furnish(alice)
    for n in range(30):
        EventRecord.objects.create(
            subject="x", user_id=alice.pk, at=NOON + timedelta(seconds=n), body={}
        )
    with django_assert_max_num_queries(180):
        delete(alice)
