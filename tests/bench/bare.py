"""The floor of the page's bench: a bare Django that authenticates a session, reads one row and
renders a template. Nothing else: no CSP, no HTMX, no languages, no time zones."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path

from tips.models import Tip

TEMPLATE = "<!doctype html><title>bare</title><h1>{{ tip.content }}</h1><p>{{ tip.detail }}</p>"


@login_required(login_url="/sign-in/")
def page(request: HttpRequest) -> HttpResponse:
    tip = Tip.objects.filter(user_id=cast(UUID, request.user.pk), state="ready").first()
    response = HttpResponse(compiled.render({"tip": tip}, request))
    response["Content-Length"] = len(response.content)  # the load generator wants it
    return response


compiled = engines["django"].from_string(TEMPLATE)
urlpatterns = [path("", page)]
