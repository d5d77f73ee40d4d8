"""The OAuth endpoints: the consent page for a browser, tokens and revocation for the app."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import unquote, urlencode

from tests.stand_ins.sockets import Reply

from .call import SCOPES
from .errors import Json, oauth_failure
from .oauth import App, Authority, Grant
from .state import Account
from .wire import Request, html_reply, json_reply, redirect

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Todoist stand-in: {app} asks for access</title>
<h1>{app} would like to</h1>
<ul>{scopes}</ul>
<form method="post" action="/oauth/authorize">
{hidden}
<label>Account <select name="user_id">{accounts}</select></label>
<button name="decision" value="approve">Approve</button>
<button name="decision" value="deny">Deny</button>
</form>
</html>
"""
_KEPT = ("client_id", "scope", "state", "redirect_uri", "response_type")
_PKCE = ("code_challenge", "code_challenge_method")


def show_consent(authority: Authority, request: Request, accounts: Iterable[Account]) -> Reply:
    asked = request.query
    app, uri = _app_and_uri(authority, asked)
    error = _error(app, asked)
    if error:
        return _back(uri, asked, error=error)
    hidden = "\n".join(
        f'<input type="hidden" name="{key}" value="{escape(asked[key])}">'
        for key in (*_KEPT, *_PKCE)
        if key in asked
    )
    page = _PAGE.format(
        app=escape(app.name),
        scopes="".join(f"<li>{escape(scope)}</li>" for scope in asked["scope"].split(",")),
        hidden=hidden,
        accounts="".join(f'<option value="{a.id}">{escape(a.email)}</option>' for a in accounts),
    )
    return html_reply(page)


def decide(authority: Authority, request: Request, accounts: Mapping[str, Account]) -> Reply:
    """What the buttons of the consent page lead to: back to the app, with a code or an error."""
    asked = request.form
    app, uri = _app_and_uri(authority, asked)
    error = _error(app, asked)
    if error or asked.get("decision") != "approve":
        return _back(uri, asked, error=error or "access_denied")
    user_id = asked.get("user_id") or next(iter(accounts))
    if user_id not in accounts:
        return _back(uri, asked, error="access_denied")
    grant = Grant(user_id, app.client_id, frozenset(asked["scope"].split(",")))
    code = authority.make_code(grant, uri, asked.get("code_challenge"))
    return _back(uri, asked, code=code)


def _app_and_uri(authority: Authority, asked: Mapping[str, str]) -> tuple[App, str]:
    """Without a known app and its address there is nowhere to send an error: it is shown."""
    app = authority.apps.get(asked.get("client_id", ""))
    if app is None:
        raise oauth_failure("invalid_client_id")
    registered = app.redirect_uris
    uri = asked.get("redirect_uri") or (registered[0] if len(registered) == 1 else "")
    if not uri or (registered and uri not in registered):
        raise oauth_failure("invalid_redirect_uri")
    return app, uri


def _error(app: App, asked: Mapping[str, str]) -> str | None:
    scopes = set(asked.get("scope", "").split(","))
    if not app.active:
        return "invalid_application_status"
    if asked.get("response_type", "code") != "code":
        return "unsupported_response_type"
    if not scopes <= SCOPES:
        return "invalid_scope"
    wrong_pkce = "code_challenge" in asked and asked.get("code_challenge_method") != "S256"
    return "invalid_request" if wrong_pkce or not asked.get("state") else None


def _back(uri: str, asked: Mapping[str, str], **answer: str) -> Reply:
    query = urlencode({**answer, "state": asked.get("state", "")})
    return redirect(f"{uri}{'&' if '?' in uri else '?'}{query}")


def give_token(authority: Authority, request: Request) -> Reply:
    args = request.form
    grant_type = args.get("grant_type", "authorization_code")
    if grant_type not in ("authorization_code", "refresh_token"):
        raise oauth_failure("unsupported_grant_type")
    refreshing = grant_type == "refresh_token"
    wrong = ("invalid_client", 401) if refreshing else ("incorrect_application_credentials", 400)
    app, knows_secret = _client(authority, request, args, wrong)
    act = authority.refresh if refreshing else authority.redeem
    return json_reply(act(args, app, knows_secret=knows_secret), headers=_NO_STORE)


_NO_STORE = {"Cache-Control": "no-store"}


def revoke(authority: Authority, request: Request) -> Reply:
    """RFC 7009: Basic only, and a token that nobody knows is as good as revoked."""
    app, knows_secret = _client(authority, request, {}, ("invalid_client", 401))
    if not knows_secret:
        raise oauth_failure("invalid_client", 401)
    authority.revoke(str(request.form.get("token")), app.client_id)
    return json_reply(None)


def revoke_the_old_way(authority: Authority, request: Request) -> Reply:
    """DELETE /api/v1/access_tokens with the secret in the query, as the Python SDK still does."""
    query = dict(request.query)
    app, _ = _client(authority, request, query, ("invalid_client", 401))
    authority.revoke(query.get("access_token", ""), app.client_id)
    return json_reply(None)


def _client(
    authority: Authority, request: Request, args: Json, wrong: tuple[str, int]
) -> tuple[App, bool]:
    """The app that speaks and whether it proved to know its secret; a wrong secret is `wrong`."""
    client_id, secret = _basic(request) or (args.get("client_id"), args.get("client_secret"))
    app = authority.apps.get(str(client_id))
    if app is None or (secret is not None and secret != app.client_secret):
        raise oauth_failure(*wrong)
    return app, secret is not None


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        plain = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise oauth_failure("invalid_client", 401) from None
    client_id, _, secret = plain.partition(":")
    return unquote(client_id), unquote(secret)
