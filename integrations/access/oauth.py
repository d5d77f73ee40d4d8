"""The authorization code flow for every source whose manifest says OAuth, and its refreshing.

RFC 6749 4.1 and 6, RFC 7636 (PKCE, S256).
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from integrations.base import Link, OAuth, SignalSource, SourceManifest
from integrations.models import Connection
from oo.lib.configuration import value_of
from oo.lib.http import Api, ApiError, Unauthorized, Unexpected, Unreachable

T = TypeVar("T")

SESSION_KEY = "integrations.access.oauth"
GOOD_FOR = timedelta(minutes=10)
# Longer than a call may take: who finds it over is sure that the worker before is dead.
ASKING = timedelta(seconds=45)
LOOK_EVERY_S = 0.1
# What a token endpoint says when it is we, not the person, whom it does not know.
OUR_FAULT = frozenset({
    "invalid_client", "unauthorized_client", "incorrect_application_credentials",
})  # fmt: skip


class StateMismatch(Exception):
    """Somebody came back whom nobody had sent: no state, an old one, or another person's."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """One authorization under way, kept in the session until the person returns."""

    state: str
    verifier: str
    user_id: str
    redirect_uri: str
    until_s: float  # moment, in seconds since 1970


def is_configured(oauth: OAuth | None) -> bool:
    return bool(oauth and value_of(oauth.client_id))


def start(
    session: SessionBase,
    manifest: SourceManifest,
    user_id: UUID,
    redirect_uri: str,
    *,
    at: datetime,
) -> str:
    """The address to send the person to. A second start replaces the first."""
    oauth = _oauth(manifest)
    asked = AuthorizationRequest(
        state=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        user_id=str(user_id),
        redirect_uri=redirect_uri,
        until_s=(at + GOOD_FOR).timestamp(),
    )
    session[SESSION_KEY] = {**session.get(SESSION_KEY, {}), manifest.key: asdict(asked)}
    query = {
        "client_id": value_of(oauth.client_id),
        "response_type": "code",
        "redirect_uri": redirect_uri,
        "scope": oauth.scope_separator.join(oauth.scopes),
        "state": asked.state,
        **dict(oauth.more),
    }
    if oauth.pkce:
        query |= {"code_challenge": _challenge(asked.verifier), "code_challenge_method": "S256"}
    there = value_of(oauth.authorize_url)
    glue = "&" if urlsplit(there).query else "?"
    return f"{there}{glue}{urlencode(query)}"


def origin_of(oauth: OAuth) -> str:
    """Where `start` leads, as a Content-Security-Policy names it."""
    there = urlsplit(value_of(oauth.authorize_url))
    return f"{there.scheme}://{there.netloc}"


def finish(
    session: SessionBase, manifest: SourceManifest, user_id: UUID, state: str, *, at: datetime
) -> AuthorizationRequest:
    """Ends the request, whatever comes of it: a state is good once. Raises StateMismatch."""
    open_requests = dict(session.get(SESSION_KEY, {}))
    kept = open_requests.pop(manifest.key, None)
    session[SESSION_KEY] = open_requests
    if kept is None:
        raise StateMismatch
    asked = AuthorizationRequest(**kept)
    same = secrets.compare_digest(asked.state.encode(), state.encode())
    if not same or asked.user_id != str(user_id) or asked.until_s < at.timestamp():
        raise StateMismatch
    return asked


def exchange_code(
    manifest: SourceManifest, asked: AuthorizationRequest, code: str
) -> dict[str, str]:
    """The credentials for a code. Raises ApiError; Unauthorized when the code is not good."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": asked.redirect_uri}
    if _oauth(manifest).pkce:
        form["code_verifier"] = asked.verifier
    return _ask(manifest, form)


def with_access(connection: Connection, source: SignalSource, work: Callable[[Link], T]) -> T:
    """work(link); when the service refuses the token, once more with a fresh one.

    Raises ApiError; Unauthorized only when a fresh token does not help or is not to be had.
    """
    link = connection.link()
    try:
        return work(link)
    except Unauthorized:
        if source.manifest.oauth is None or not link.credentials.get("refresh_token"):
            raise
    fresh = refresh(connection.pk, source.manifest, stale=link.credentials)
    return work(replace(link, credentials=fresh))


def refresh(
    connection_id: UUID, manifest: SourceManifest, *, stale: Mapping[str, str]
) -> Mapping[str, str]:
    """New credentials in place of `stale`, stored before they are used.

    Of two workers at once one asks and the other gets what it got. No transaction is open during
    the call: on SQLite it would stop every writer. Raises ApiError; Unauthorized when the
    connection is gone.
    """
    with _refreshing(connection_id, manifest):
        current = _read(Connection.objects.filter(pk=connection_id).first(), manifest)
        if current.get("access_token") != stale.get("access_token"):
            return current
        form = {"grant_type": "refresh_token", "refresh_token": current.get("refresh_token", "")}
        fresh = {**current, **_ask(manifest, form)}
        return _store(connection_id, manifest, current, fresh)


@contextmanager
def _refreshing(connection_id: UUID, manifest: SourceManifest) -> Iterator[None]:
    """The right to ask, which one worker has; the others wait until it is given back or runs out.

    By the clock on the wall, since it is about workers that live now.
    """
    mine = Connection.objects.filter(pk=connection_id)
    while True:
        now = timezone.now()
        until = now + ASKING
        free = Q(refreshing_until=None) | Q(refreshing_until__lte=now)
        if mine.filter(free).update(refreshing_until=until):
            break
        if not mine.exists():
            raise Unauthorized(manifest.key, "disconnected")
        time.sleep(LOOK_EVERY_S)
    try:
        yield
    finally:
        mine.filter(refreshing_until=until).update(refreshing_until=None)


def _read(row: Connection | None, manifest: SourceManifest) -> dict[str, str]:
    if row is None:
        raise Unauthorized(manifest.key, "disconnected")
    return row.read_credentials()


def _store(
    connection_id: UUID,
    manifest: SourceManifest,
    used: Mapping[str, str],
    fresh: Mapping[str, str],
) -> Mapping[str, str]:
    """Write `fresh`, unless the refresh token that it was bought with has been replaced."""
    with transaction.atomic():
        row = Connection.objects.select_for_update(no_key=True).filter(pk=connection_id).first()
        stored = _read(row, manifest)
        if row is None or stored.get("refresh_token") != used.get("refresh_token"):
            return stored
        row.write_credentials(fresh)
        row.save(update_fields=["credentials"])
    return fresh


def _ask(manifest: SourceManifest, form: Mapping[str, str]) -> dict[str, str]:
    oauth = _oauth(manifest)
    base, _, endpoint = value_of(oauth.token_url).rpartition("/")
    client = {
        "client_id": value_of(oauth.client_id),
        "client_secret": value_of(oauth.client_secret),
    }
    with Api(manifest.key, f"{base}/") as api:
        try:
            answer = api.post(endpoint, form={**client, **form})
        except ApiError as error:
            raise _told_apart(error) from None
    return _credentials(manifest, answer)


def _told_apart(error: ApiError) -> ApiError:
    """A 401 here can be our own client id, which no person can mend; a bad code answers 400."""
    kind, reason = type(error), error.reason.casefold()
    if reason in OUR_FAULT:
        kind = Unexpected
    elif error.status == 400 and reason == "bad_authorization_code":
        kind = Unauthorized
    elif error.status == 403 and not reason:
        kind = Unreachable  # a page of somebody in between: a grant that is dead has a word for it
    return kind(error.service, error.detail, status=error.status, reason=error.reason,
                retry_after_s=error.retry_after_s)  # fmt: skip


def _credentials(manifest: SourceManifest, answer: Any) -> dict[str, str]:
    told = answer if isinstance(answer, dict) else {}
    names = ("access_token", "refresh_token", "scope")
    found = {n: told[n] for n in names if isinstance(told.get(n), str) and told[n]}
    if "access_token" not in found:
        raise Unexpected(manifest.key, "no access token in the answer")
    return found


def _oauth(manifest: SourceManifest) -> OAuth:
    if manifest.oauth is None:
        raise ValueError(f"{manifest.key} has no OAuth")
    return manifest.oauth


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
