"""The client of a service, and the reading of an address that somebody typed."""

from __future__ import annotations

import json as jsonlib
import socket
import ssl
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from oo.lib.http.addresses import Resolver
from oo.lib.http.agent import agent
from oo.lib.http.errors import (
    Refused,
    Unexpected,
)
from oo.lib.http.exchange import REDIRECTS, Fetched, Sink, exchange, named_failures
from oo.lib.http.limits import Limits
from oo.lib.http.network import Reach, Transport, deadline

Params = Mapping[str, str | int | float | bool | list[str]]

USUAL = Limits()
SECRET_HEADERS = frozenset({"authorization", "cookie", "proxy-authorization"})
# Ports of public services that are not the web, and that a request could be made to talk to.
NOT_WEB_PORTS = frozenset({0, 21, 22, 23, 25, 53, 110, 119, 139, 143, 389, 445, 465, 587, 993, 995})


class Api:
    """A client of one service, for one thread. Use it as a context manager.

    path is relative to base_url and carries no query; what it is made of must be quoted, and one
    that would leave base_url is refused, since the token would go with it. Redirects are errors.
    basic is a user name and a password instead of a token. public_only, allow_private: see Reach.
    http2 is for a service that speaks nothing older.
    """

    def __init__(
        self,
        service: str,
        base_url: str,
        token: str | None = None,
        *,
        limits: Limits = USUAL,
        transport: httpx.BaseTransport | None = None,
        basic: tuple[str, str] | None = None,
        public_only: bool = False,
        allow_private: frozenset[str] = frozenset(),
        http2: bool = False,
    ) -> None:
        self.service, self.limits = service, limits
        with named_failures(service):  # base_url may be somebody's word
            self._http = httpx.Client(
                base_url=base_url,
                headers=_base_headers() | ({"Authorization": f"Bearer {token}"} if token else {}),
                auth=httpx.BasicAuth(*basic) if basic else None,
                timeout=limits.timeout_s,
                transport=transport or Transport(Reach(public_only, allow_private), http2=http2),
                trust_env=False,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def get(
        self, path: str, *, params: Params | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        """The JSON of the answer; None when it is empty."""
        return self._parsed(self.send("GET", path, params=params, headers=headers))

    def post(
        self,
        path: str,
        *,
        params: Params | None = None,
        form: Mapping[str, str] | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """The JSON of the answer; None when it is empty."""
        return self._parsed(
            self.send("POST", path, params=params, form=form, json=json, headers=headers)
        )

    def send(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        form: Mapping[str, str] | None = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        redirects: bool = False,
    ) -> Fetched:
        """As get and post, for other methods, other bodies, and answers that are not JSON.

        redirects    give one back as an answer: the caller decides whether to follow
        """
        with named_failures(self.service), deadline(self.limits.deadline_s):
            request = self._http.build_request(
                method, path, params=params, data=form, json=json, content=content, headers=headers
            )
            self._stay_inside(path, request.url)
            answer = exchange(self._http, request, self.service, self.limits.max_bytes)
        return answer if redirects else _final(self.service, answer)

    def _stay_inside(self, path: str, url: httpx.URL) -> None:
        base = self._http.base_url
        inside = _origin(url) == _origin(base) and url.path.startswith(base.path)
        # url.path is unquoted, so that a quoted ".." is seen as the server may see it.
        inside = inside and not path.startswith("//")
        if not inside or ".." in url.path.split("/") or set(path) & set("?#"):
            raise Unexpected(self.service, "path leaves the API")

    def _parsed(self, answer: Fetched) -> Any:
        if not answer.body:
            return None
        try:
            return jsonlib.loads(answer.body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            raise Unexpected(self.service, "not JSON", status=answer.status) from None


def fetch_public(
    url: str,
    *,
    service: str = "address",
    limits: Limits = USUAL,
    headers: Mapping[str, str] | None = None,
    allow_private: frozenset[str] = frozenset(),
    resolver: Resolver = socket.getaddrinfo,
    ssl_context: ssl.SSLContext | None = None,
    sink: Sink | None = None,
) -> Fetched:
    """GET an http or https address that a person typed, wherever in public it redirects to.

    headers        If-None-Match and If-Modified-Since make it conditional: 304 comes back as such
    allow_private  exact "host:port" entries that may be private (OO_PRIVATE_HOSTS_ALLOWED)
    sink           is given the body of a 2xx in pieces, as they come; the body that comes back is
                   then empty. What it raises ends the exchange. Limits hold as for any body
    raises         Refused for an address that is private, has a user name in it or a port that is
                   not the web's, for any hop, and for a step from https down to http;
                   ApiError with .status for every status but 2xx and 304
    """
    reach = Reach(True, allow_private, resolver)
    with (
        named_failures(service),
        deadline(limits.deadline_s),
        httpx.Client(
            headers=_base_headers(),
            timeout=limits.timeout_s,
            transport=Transport(reach, ssl_context),
            trust_env=False,
        ) as http,
    ):
        return _follow(http, service, url, dict(headers or {}), limits, sink)


def _base_headers() -> dict[str, str]:
    # No traceparent: which requests belong together is nobody's business outside.
    # gzip alone: it is the one coding that can be unpacked here with a bound on each step.
    return {"User-Agent": agent(), "Accept-Encoding": "gzip"}


def web_address(service: str, address: str, base: str = "") -> str:
    """An address that somebody typed or a server told, on its own or as seen from `base`.

    Raises Refused for what fetch_public refuses without resolving it.
    """
    return str(_checked(service, address, _checked(service, base) if base else None))


def _follow(
    http: httpx.Client,
    service: str,
    url: str,
    headers: dict[str, str],
    limits: Limits,
    sink: Sink | None,
) -> Fetched:
    here = _checked(service, url)
    for _hop in range(limits.max_redirects + 1):
        request = http.build_request("GET", here, headers=headers)
        answer = exchange(http, request, service, limits.max_bytes, sink)
        if answer.status not in REDIRECTS:
            break
        there = _checked(service, answer.headers.get("location", ""), here)
        if here.scheme == "https" and there.scheme == "http":
            raise Refused(service, "redirect from https to http")
        if _origin(here) != _origin(there):
            headers = {k: v for k, v in headers.items() if k.lower() not in SECRET_HEADERS}
        here = there
    else:
        raise Unexpected(service, "too many redirects", status=answer.status)
    return _final(service, answer)


def _final(service: str, answer: Fetched) -> Fetched:
    if 300 <= answer.status < 400 and answer.status != 304:
        raise Unexpected(service, f"{answer.status} redirect", status=answer.status)
    return answer


def _checked(service: str, address: str, base: httpx.URL | None = None) -> httpx.URL:
    """What can be said of an address before it is resolved; Wire says the rest."""
    try:
        url = base.join(address) if base else httpx.URL(address)
        host = url.host  # decodes an xn-- name, and fails where that is none
    except (httpx.InvalidURL, UnicodeError, ValueError):
        raise Refused(service, "not an address") from None
    if url.scheme not in ("http", "https") or not host or "%" in host:
        raise Refused(service, "not an http address")
    if url.userinfo:
        raise Refused(service, "a user name in the address")
    if url.port in NOT_WEB_PORTS or (url.port or 0) > 65_535:
        raise Refused(service, "port")
    return url.copy_with(fragment=None)


def _origin(url: httpx.URL) -> tuple[str, bytes, int]:
    return url.scheme, url.raw_host, url.port or (443 if url.scheme == "https" else 80)


def _refuse_constant(name: str) -> None:
    # NaN and Infinity are not JSON, and PostgreSQL would not store them.
    raise ValueError(name)
