from __future__ import annotations

from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import transaction
from django.utils import translation

from accounts.models import Consent, User
from accounts.privacy import catalogue, consents
from accounts.privacy.catalogue import IMPLIED, OWN
from events.models import EventRecord
from tests.clock import NOON

# The words of each version, as a digest. Changed words need a new version and a new line here.
WORDS = {
    ("terms", "2026-11-22"): "45f1a8c5040d",
    ("privacy", "2026-11-26"): "afaf6da149da",
    ("tasks", "2026-11-22"): "8a95e69c11f5",
    ("calendar", "2026-11-22"): "029c2e09546b",
}


@pytest.mark.parametrize("key", OWN)
def test_changed_words_are_a_new_version(key: str) -> None:
    kind = OWN[key]
    with translation.override("en"):
        digest = sha256(str(kind.words).encode()).hexdigest()[:12]
    assert WORDS[key, kind.version] == digest


def test_signing_in_implies_the_terms_and_the_privacy_page() -> None:
    assert set(IMPLIED) == {"terms", "privacy"}
    assert not any(OWN[key].withdrawable for key in IMPLIED)


def test_granting_records_which_words_were_agreed_to(alice: User) -> None:
    assert consents.grant(alice.pk, "tasks", by="connect", at=NOON)

    consent = Consent.objects.open(alice.pk).get()
    assert (consent.key, consent.granted_by, consent.granted_at) == ("tasks", "connect", NOON)
    assert consent.wording == OWN["tasks"].version


def test_granting_twice_records_once_and_says_so(alice: User) -> None:
    consents.grant(alice.pk, "tasks", by="connect", at=NOON)

    assert not consents.grant(alice.pk, "tasks", by="settings", at=NOON + timedelta(days=1))
    assert Consent.objects.get().granted_by == "connect"
    assert EventRecord.objects.filter(subject="accounts.consent.granted").count() == 1


def test_new_words_close_the_old_consent_and_keep_it(alice: User) -> None:
    Consent.objects.create(
        user=alice, key="tasks", wording="older", granted_at=NOON, granted_by="connect"
    )
    later = NOON + timedelta(days=1)

    assert consents.grant(alice.pk, "tasks", by="settings", at=later)
    assert Consent.objects.get(wording="older").withdrawn_at == later
    assert Consent.objects.open(alice.pk).get().wording == OWN["tasks"].version


def test_withdrawing_closes_the_grant_and_tells_the_others(alice: User) -> None:
    consents.grant(alice.pk, "calendar", by="connect", at=NOON)

    assert consents.withdraw(alice.pk, "calendar", at=NOON)
    assert not Consent.objects.open(alice.pk).exists()
    assert Consent.objects.filter(user=alice).count() == 1
    event = EventRecord.objects.get(subject="accounts.consent.withdrawn")
    assert (event.user_id, event.body) == (alice.pk, {"key": "calendar"})


def test_withdrawing_what_was_never_granted_changes_nothing(alice: User) -> None:
    assert not consents.withdraw(alice.pk, "tasks", at=NOON)
    assert not EventRecord.objects.exists()


def test_withdrawing_works_although_this_clock_is_behind(alice: User) -> None:
    consents.grant(alice.pk, "tasks", by="connect", at=NOON)

    assert consents.withdraw(alice.pk, "tasks", at=NOON - timedelta(seconds=2))
    assert Consent.objects.get().withdrawn_at == NOON


def test_after_withdrawing_one_can_grant_again(alice: User) -> None:
    consents.grant(alice.pk, "tasks", by="connect", at=NOON)
    consents.withdraw(alice.pk, "tasks", at=NOON)

    assert consents.grant(alice.pk, "tasks", by="settings", at=NOON)
    assert Consent.objects.filter(user=alice, key="tasks").count() == 2


@pytest.mark.parametrize("key", IMPLIED)
def test_what_signing_in_implies_ends_only_with_the_account(alice: User, key: str) -> None:
    consents.grant(alice.pk, key, by="sign-in", at=NOON)

    with pytest.raises(catalogue.NotWithdrawable):
        consents.withdraw(alice.pk, key, at=NOON)
    assert Consent.objects.open(alice.pk).count() == 1


def test_a_consent_that_nobody_wrote_down_cannot_be_given(alice: User) -> None:
    with pytest.raises(catalogue.UnknownConsent):
        consents.grant(alice.pk, "everything", by="api", at=NOON)


def test_alices_consent_is_not_bobs(alice: User, bob: User) -> None:
    consents.grant(alice.pk, "tasks", by="connect", at=NOON)

    assert not consents.withdraw(bob.pk, "tasks", at=NOON)
    assert Consent.objects.open(alice.pk).exists()


def test_a_grant_that_is_rolled_back_leaves_no_event(alice: User) -> None:
    with transaction.atomic():
        consents.grant(alice.pk, "tasks", by="connect", at=NOON)
        transaction.set_rollback(True)
    assert not Consent.objects.exists()
    assert not EventRecord.objects.exists()
