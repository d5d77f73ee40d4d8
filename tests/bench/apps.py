from __future__ import annotations

from allauth.account.apps import AccountConfig


class WithoutMiddleware(AccountConfig):  # type: ignore[misc]
    """allauth's models without its demand for a middleware, which a bare floor has not."""

    def ready(self) -> None:
        pass
