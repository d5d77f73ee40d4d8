"""Which addresses a URL that somebody typed may lead to: those of the public internet only.

The lists follow the IANA special-purpose registries for IPv4 and IPv6 (RFC 6890 and its updates),
where in doubt on the side of refusing.
"""

from __future__ import annotations

import re
import socket
import unicodedata
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any, TypeAlias

import idna

from oo.lib.http.errors import NotReached, Refused

Address: TypeAlias = IPv4Address | IPv6Address
Resolver: TypeAlias = Callable[..., Sequence[tuple[Any, ...]]]

NOT_PUBLIC_4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network; Linux takes 0.0.0.0 for loopback
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, and the metadata service of one cloud
        "127.0.0.0/8",
        "168.63.129.16/32",  # a public number that one cloud answers to inside its machines
        "169.254.0.0/16",  # link-local, and the metadata service of most clouds
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays, deprecated
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
GLOBAL_UNICAST_6 = IPv6Network("2000::/3")
NOT_PUBLIC_6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",
        "2002::/16",  # 6to4, deprecated: every one of them hides an IPv4 address
        "3ffe::/16",
        "3fff::/20",
    )
)
# The one translated form in real use: IPv6-only hosts reach IPv4 sites through it (RFC 6052).
NAT64 = IPv6Network("64:ff9b::/96")

NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
# How inet_aton and the URL standard recognise a number in a host: by its last part.
ENDS_IN_NUMBER = re.compile(r"(.*\.)?([0-9]+|0x[0-9a-f]*)")


def is_public(ip: str | Address) -> bool:
    """Whether this is an address of the public internet. ValueError for text that is none."""
    address = ip_address(ip) if isinstance(ip, str) else ip
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in net for net in NOT_PUBLIC_4)
    if address.scope_id is not None:
        return False
    if address in NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFF_FFFF))
    # All other forms that hide an IPv4 address (mapped, compatible) lie outside global unicast.
    return (
        address in GLOBAL_UNICAST_6
        and address.is_global
        and not any(address in net for net in NOT_PUBLIC_6)
    )


def plain_host(host: str) -> str:
    """One spelling for each host: ASCII, small, no brackets, no dot at the end.

    Raises Refused for what is neither a name nor an address in its usual form. A number in any
    other spelling (0177.0.0.1, 127.1, 0x7f000001) is refused rather than read: two readers that
    understand it differently are how checks are passed.
    """
    name = _ascii(host).removesuffix(".")
    literal = name[1:-1] if name.startswith("[") and name.endswith("]") else name
    try:
        return str(ip_address(literal))
    except ValueError:
        if len(name) > 253 or not NAME.fullmatch(name) or ENDS_IN_NUMBER.fullmatch(name):
            raise Refused("address", "not a host name") from None
    return name


def _ascii(host: str) -> str:
    text = unicodedata.normalize("NFKC", host).lower()
    if text.isascii():
        return text
    try:
        return idna.encode(text, uts46=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise Refused("address", "not a host name") from None


def resolve(host: str, port: int, resolver: Resolver = socket.getaddrinfo) -> list[Address]:
    """Every address of the host, each once, in the resolver's order. Raises NotReached."""
    try:
        answers = resolver(plain_host(host), port, type=socket.SOCK_STREAM)
        found = [ip_address(answer[4][0]) for answer in answers]
    except (OSError, UnicodeError, ValueError):
        raise NotReached("address", "name does not resolve") from None
    if not found:
        raise NotReached("address", "name does not resolve")
    return list(dict.fromkeys(found))


def resolve_public(host: str, port: int, resolver: Resolver = socket.getaddrinfo) -> list[Address]:
    """As `resolve`, but Refused when any answer is not public: a mixed answer is an attack."""
    name = plain_host(host)
    if name == "localhost" or name.endswith(".localhost"):
        raise Refused("address", "private")
    found = resolve(name, port, resolver)
    if not all(is_public(address) for address in found):
        raise Refused("address", "private")
    return found
