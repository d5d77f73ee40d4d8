"""What views of the API have in common that are about whoever asks."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils.translation import get_language
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.middleware import as_read_by
from accounts.models import User


class PersonView(APIView):
    """Answers in the zone, the language and the formats of whoever asks, as the pages do.

    Who has a token is known here first: PersonMiddleware has seen a cookie or nobody.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with ExitStack() as self._until_answered:
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
            if isinstance(response, SimpleTemplateResponse):
                response.render()  # words that are chosen late are chosen now
        return response

    def perform_authentication(self, request: Request) -> None:
        """Here, and not behind the permissions: a refusal is read by the same person."""
        super().perform_authentication(request)
        profile = getattr(request.user, "profile", None)
        if profile is not None:
            self._until_answered.enter_context(as_read_by(profile))
            self.headers["Content-Language"] = get_language() or ""

    @property
    def person(self) -> User:
        """Permissions have refused everybody else."""
        assert isinstance(self.request.user, User)
        return self.request.user
