"""A browser with a person at it, for tests: Django's client here, real HTTP at the providers."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.test import Client
from django.urls import reverse

from tests.stand_ins.openid.visitor import (
    Form,
    cancel_at_apple,
    cancel_at_google,
    choose_at_apple,
    choose_at_google,
)

Answer = Any


def inside(address: str) -> str:
    """Path and query of an address of ours."""
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


class Browser:
    def __init__(self) -> None:
        # The stand-in, like the providers, sends nobody to a host that it does not know.
        self.client = Client(SERVER_NAME="localhost", raise_request_exception=True)

    def get(self, address: str, **extra: Any) -> Answer:
        return self.client.get(address, **extra)

    def post(self, address: str, data: Any = None, **extra: Any) -> Answer:
        return self.client.post(address, data or {}, **extra)

    def start(self, provider: str, **fields: str) -> str:
        """Presses the button; gives the address at the provider."""
        answer = self.post(reverse(f"{provider}_login"), fields)
        assert answer.status_code == 302, answer.content
        return str(answer["Location"])

    def sign_in(self, provider: str, sub: str, **fields: str) -> Answer:
        """All the way to our answer to the provider's; redirects of ours are not followed."""
        address = self.start(provider, **fields)
        if provider == "google":
            return self.get(inside(choose_at_google(address, sub)))
        return self.come_back_from_apple(choose_at_apple(address, sub))

    def connect(self, provider: str, sub: str, **fields: str) -> Answer:
        return self.sign_in(provider, sub, process="connect", **fields)

    def cancel(self, provider: str) -> Answer:
        address = self.start(provider)
        if provider == "google":
            return self.get(inside(cancel_at_google(address)))
        return self.come_back_from_apple(cancel_at_apple(address))

    def come_back_from_apple(self, form: Form) -> Answer:
        answer = self.post_from_apple(form)
        return self.get(inside(answer["Location"]))

    def post_from_apple(self, form: Form) -> Answer:
        """A post from another site: no cookie of ours goes with it (SameSite=Lax)."""
        cross_site = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
        answer = cross_site.post(urlsplit(form.action).path, form.fields)
        assert answer.status_code == 302, answer.content
        self.client.cookies.update(answer.cookies)
        return answer

    @property
    def who(self) -> str:
        """The address of whoever is signed in here, or ""."""
        user = self.get(reverse("accounts:sign-in")).wsgi_request.user
        return str(user.email) if user.is_authenticated else ""
