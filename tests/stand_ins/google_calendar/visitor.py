"""Somebody at the consent page, for tests that have no browser. Each gives the address that the
browser is sent back to."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import parse_qs, urlsplit

from tests.stand_ins.openid.visitor import get, post


def allow(
    authorize_url: str, person: str = "alice@example.org", untick: Collection[str] = ()
) -> str:
    """Presses Continue, after taking the tick away from the scopes in `untick`."""
    get(authorize_url).raise_for_status()
    scopes = parse_qs(urlsplit(authorize_url).query)["scope"][0].split()
    ticked = [scope for scope in scopes if scope not in untick]
    form = {"decision": "allow", "person": person, "granted": ticked}
    return str(post(authorize_url, data=form).headers["location"])


def deny(authorize_url: str) -> str:
    get(authorize_url).raise_for_status()
    return str(post(authorize_url, data={"decision": "deny"}).headers["location"])
