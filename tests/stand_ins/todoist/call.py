"""One authorised call of the API: the request, whose account it is for, and what it may do."""

from __future__ import annotations

from dataclasses import dataclass

from .errors import forbidden
from .state import Account
from .wire import Request

SCOPES = frozenset(
    {
        "task:add",
        "data:read",
        "data:read_write",
        "data:delete",
        "project:delete",
        "backups:read",
    }
)
_INCLUDED = {"data:read_write": {"task:add", "data:read"}}


def expand(scopes: frozenset[str]) -> frozenset[str]:
    """The scopes with those that they include."""
    return scopes.union(*(_INCLUDED.get(scope, set()) for scope in scopes))


@dataclass(frozen=True, slots=True)
class Call:
    request: Request
    account: Account
    scopes: frozenset[str]

    def require(self, scope: str) -> None:
        if scope not in expand(self.scopes):
            raise forbidden()
