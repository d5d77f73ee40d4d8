"""The OAuth endpoints: the consent page for a browser, tokens and revocation for the client."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import urlencode, urlsplit

from tests.stand_ins.openid.wire import is_local
from tests.stand_ins.sockets import Reply

from .errors import oauth_failure
from .oauth import Authority, Grant
from .scopes import KNOWN, LONG_NAMES, PREFIX
from .wire import Request, html_reply, json_reply

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>Google stand-in: oO asks for access</title>
<h1>oO wants access to your Google Account</h1>
<form method="post" action="{action}">
<ul>{scopes}</ul>
<label>Account <select name="person">{people}</select></label>
<button name="decision" value="allow">Continue</button>
<button name="decision" value="deny">Cancel</button>
</form>
</html>
"""
_BOX = (
    '<li><label><input type="checkbox" name="granted" value="{scope}" checked> {scope}</label></li>'
)


def authorize(authority: Authority, client_id: str, request: Request, people: list[str]) -> Reply:
    """The question stays in the query string: pressing a button is the same request, and a form."""
    asked = request.query
    mistake = _find_mistake(client_id, asked)
    if mistake:
        return html_reply(f"<!doctype html><h1>Error 400: {escape(mistake)}</h1>", 400)
    if request.method == "GET":
        return _show(request, people)
    if request.form.get("decision") != "allow" or request.form.get("person") not in people:
        return _back(asked, error="access_denied")
    return _decide(authority, request)


def _find_mistake(client_id: str, asked: Mapping[str, str]) -> str:
    """Google shows these to the person; none of them is sent back to the client."""
    if asked.get("client_id") != client_id:
        return "invalid_client"
    if not is_local(asked.get("redirect_uri", "")):
        return "redirect_uri_mismatch"
    scopes = set(asked.get("scope", "").split())
    if not scopes or not scopes <= KNOWN:
        return "invalid_scope"
    if asked.get("response_type") != "code":
        return "unsupported_response_type"
    return "" if _are_choices_known(asked) else "invalid_request"


def _are_choices_known(asked: Mapping[str, str]) -> bool:
    method = asked.get("code_challenge_method", "S256")
    return (
        (method == "S256" or not asked.get("code_challenge"))
        and asked.get("access_type", "online") in ("online", "offline")
        and asked.get("include_granted_scopes", "false") in ("true", "false")
        and set(asked.get("prompt", "").split()) <= {"none", "consent", "select_account"}
    )


def _show(request: Request, people: Iterable[str]) -> Reply:
    page = _PAGE.format(
        action=escape(f"{request.path}?{request.raw_query}"),
        scopes="".join(
            (_BOX if _has_box(each) else "<li>{scope}</li>").format(scope=escape(each))
            for each in _scopes(request)
        ),
        people="".join(f"<option>{escape(address)}</option>" for address in people),
    )
    return html_reply(page)


def _scopes(request: Request) -> list[str]:
    return request.query["scope"].split()


def _decide(authority: Authority, request: Request) -> Reply:
    """Sign-in scopes have no box at Google's; what is unticked is missing from the grant."""
    asked, person = request.query, request.form["person"]
    ticked = set(request.form_lists.get("granted", []))
    granted = frozenset(
        LONG_NAMES.get(scope, scope)
        for scope in _scopes(request)
        if scope in ticked or not _has_box(scope)
    )
    if not granted:
        return _back(asked, error="access_denied")
    before = authority.consented(person)
    if asked.get("include_granted_scopes") == "true":
        granted |= before
    is_asked = "consent" in asked.get("prompt", "").split()
    is_first = not before
    code = authority.make_code(
        Grant(person, granted),
        asked["redirect_uri"],
        asked.get("code_challenge", ""),
        wants_refresh=asked.get("access_type") == "offline" and (is_asked or is_first),
    )
    return _back(asked, code=code, scope=" ".join(sorted(granted)))


def _has_box(scope: str) -> bool:
    return scope.startswith(f"{PREFIX}calendar")


def _back(asked: Mapping[str, str], **answer: str) -> Reply:
    if "state" in asked:
        answer["state"] = asked["state"]
    uri = asked["redirect_uri"]
    joint = "&" if urlsplit(uri).query else "?"
    return Reply(302, headers={"Location": f"{uri}{joint}{urlencode(answer)}"})


def give_token(authority: Authority, client_id: str, client_secret: str, request: Request) -> Reply:
    given_id, given_secret = request.client_credentials()
    is_secret = secrets.compare_digest(given_secret.encode(), client_secret.encode())
    if given_id != client_id or not is_secret:
        raise oauth_failure("invalid_client", "The OAuth client was not found.", 401)
    form = request.form
    match form.get("grant_type"):
        case "authorization_code":
            answer = authority.redeem(
                form.get("code", ""), form.get("redirect_uri", ""), form.get("code_verifier", "")
            )
        case "refresh_token":
            answer = authority.refresh(form.get("refresh_token", ""))
        case _:
            raise oauth_failure("unsupported_grant_type", "Invalid grant_type")
    return json_reply(answer, headers={"Cache-Control": "no-store"})


def revoke(authority: Authority, request: Request) -> Reply:
    """No client secret: whoever holds the token may end the grant."""
    authority.revoke(request.form.get("token") or request.query.get("token", ""))
    return json_reply({})
