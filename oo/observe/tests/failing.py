"""Addresses of which one fails, and quotes whatever it was given."""

from __future__ import annotations

import logging

from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def fail(request: HttpRequest, word: str) -> HttpResponse:
    title = request.POST.get("title", "") + word
    logging.getLogger("tips").warning("before: %s", title)
    raise ValueError(title)


urlpatterns = [path("fails/<str:word>", fail), path("", include("oo.urls"))]
