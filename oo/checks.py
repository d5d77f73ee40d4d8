"""Defaults that are right on a laptop and wrong on the internet, refused where they would hurt."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

# Four weeks of answers, and a day for the purge to come late or early.
SHORTEST_LOG_DAYS = 29
SHORTEST_TOKEN = 32


@register("security", deploy=True)
def production_is_safe(**_kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        found.append(Error("SQLite serves one machine only: set DATABASE_URL.", id="oo.E002"))
    if not settings.CELERY_BROKER_URL.startswith(("redis://", "rediss://", "amqp")):
        found.append(Error("Tasks need a real broker: set REDIS_URL.", id="oo.E003"))
    if wrong := wrong_base_url(settings.OO_BASE_URL):
        found.append(Error(wrong, id="oo.E004"))
    found += [
        Error(f"{name} can be guessed: make it {SHORTEST_TOKEN} characters or more.", id="oo.E010")
        for name in ("OO_METRICS_TOKEN", "ADMIN_TOKEN")
        if 0 < len(getattr(settings, name)) < SHORTEST_TOKEN
    ]
    if settings.OO_PRIVATE_HOSTS_ALLOWED:
        found.append(
            Error("OO_PRIVATE_HOSTS_ALLOWED opens the inner network: empty it.", id="oo.E005")
        )
    if not settings.OO_OPERATOR_NAME or not settings.OO_OPERATOR_CONTACT:
        found.append(
            Error(
                "The legal pages must name who runs this oO: set OO_OPERATOR_NAME and"
                " OO_OPERATOR_CONTACT.",
                id="oo.E008",
            )
        )
    if not any(p["APPS"] for p in settings.SOCIALACCOUNT_PROVIDERS.values()):
        found.append(
            Error("Nobody can sign in: set GOOGLE_CLIENT_ID or APPLE_CLIENT_ID.", id="oo.E006")
        )
    return found


def wrong_base_url(url: str) -> str:
    """What is wrong with it, in a sentence; "" for the origin that it must be."""
    try:
        parts = urlsplit(url)
        _port = parts.port  # which raises for what is no number
    except ValueError as error:
        return f"OO_BASE_URL is no address: {error}"
    if parts.scheme != "https" or not parts.hostname:
        return "OO_BASE_URL must be an https address."
    if f"https://{parts.netloc}" != url or "@" in parts.netloc or any(map(str.isspace, url)):
        return f"OO_BASE_URL must be a host alone, with no path: https://{parts.hostname}"
    return ""


@register("security")
def demo_sign_in_is_for_debugging(**_kwargs: Any) -> list[CheckMessage]:
    # Django's test runner sets DEBUG to False after settings were read; the setting is what counts.
    if settings.OO_DEMO_SIGN_IN and not settings.DEBUG and not settings.OO_TESTING:
        return [Error("OO_DEMO_SIGN_IN lets anybody in: it needs DEBUG.", id="oo.E001")]
    return []


@register()
def what_is_read_is_kept_as_long(**_kwargs: Any) -> list[CheckMessage]:
    return [
        Error(f"{name} must be {SHORTEST_LOG_DAYS} or more: so far back oO reads.", id="oo.E009")
        for name in ("OO_EVENTS_KEPT_DAYS", "OO_HISTORY_KEPT_DAYS")
        if getattr(settings, name) < SHORTEST_LOG_DAYS
    ]


@register("security")
def encryption_keys_are_keys(**_kwargs: Any) -> list[CheckMessage]:
    from oo.lib.crypto import CryptoError, Keyring

    try:
        Keyring(settings.OO_ENCRYPTION_KEYS)
    except CryptoError as error:
        return [Error(f"OO_ENCRYPTION_KEYS: {error}", id="oo.E007")]
    return []


@register()
def clouds_are_asked_from_where_their_keys_are(**_kwargs: Any) -> list[CheckMessage]:
    from oo.lib.llm import idle_clouds

    return [
        Warning(
            f"The keys of {cloud} are set, and not used: LITELLM_URL asks every model.",
            hint="Empty LITELLM_URL, or give that proxy the keys and a way out, and not oO.",
            id="oo.W001",
        )
        for cloud in idle_clouds()
    ]
