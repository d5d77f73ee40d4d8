from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from accounts.api_tokens.tokens import make_token
from accounts.models import ApiToken, ProviderToken, Session, User
from accounts.privacy import consents
from tests.clock import NOON

MODELS = [model._meta.model_name for model in apps.get_app_config("accounts").get_models()]


@pytest.fixture
def staff(bob: User, bob_client: Client) -> Client:
    bob.is_staff = bob.is_superuser = True
    bob.save()
    return bob_client


@pytest.fixture
def secrets(alice: User, alice_client: Client) -> list[str]:
    """Alice with everything that the console could give away."""
    consents.grant(alice.pk, "tasks", by="connect", at=NOON)
    ProviderToken.objects.create(
        user=alice, provider="google", uid="1", kind="refresh_token", token="provider-secret"
    )
    token, secret = make_token(alice.pk, name="cli", scopes=[], expires_at=None, at=NOON)
    keys = Session.objects.values_list("session_key", flat=True)
    return ["provider-secret", token.digest, secret, *keys]


@pytest.mark.parametrize("model", MODELS)
def test_lists_show_no_secret(secrets: list[str], staff: Client, model: str) -> None:
    response = staff.get(reverse(f"admin:accounts_{model}_changelist"))
    assert response.status_code == 200
    assert not [secret for secret in secrets if secret in response.content.decode()]


@pytest.mark.parametrize("model", [ProviderToken, ApiToken])
def test_a_page_of_one_shows_no_secret(secrets: list[str], staff: Client, model: Any) -> None:
    url = reverse(f"admin:accounts_{model._meta.model_name}_change", args=[model.objects.get().pk])
    page = staff.get(url).content.decode()
    assert "alice@example.com" in page
    assert not [secret for secret in secrets if secret in page]


def test_nothing_can_be_changed_added_or_deleted_there(alice: User, staff: Client) -> None:
    one = reverse("admin:accounts_user_change", args=[alice.pk])
    assert staff.post(one, {"name": "Mallory"}).status_code == 403
    assert staff.post(one.replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert staff.get(reverse("admin:accounts_user_add")).status_code == 403
    alice.refresh_from_db()
    assert alice.name == "Alice"


def test_who_is_not_staff_sees_nothing(alice_client: Client) -> None:
    assert alice_client.get(reverse("admin:accounts_user_changelist")).status_code == 302
