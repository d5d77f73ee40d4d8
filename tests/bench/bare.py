"""The floors of the benches of the page and of webhooks: a bare Django that authenticates a
session, reads one row and renders a template, or looks at a signature and adds one row. Nothing
else: no CSP, no HTMX, no languages, no time zones."""

from __future__ import annotations

import hmac
import os
from base64 import b64encode
from hashlib import blake2b
from typing import cast
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.utils import timezone

from integrations.models import WebhookDelivery
from tips.models import Tip

TEMPLATE = "<!doctype html><title>bare</title><h1>{{ tip.content }}</h1><p>{{ tip.detail }}</p>"


@login_required(login_url="/sign-in/")
def page(request: HttpRequest) -> HttpResponse:
    tip = Tip.objects.filter(user_id=cast(UUID, request.user.pk), state="ready").first()
    response = HttpResponse(compiled.render({"tip": tip}, request))
    response["Content-Length"] = len(response.content)  # the load generator wants it
    return response


def hear(request: HttpRequest) -> HttpResponse:
    secret = os.environ["TODOIST_CLIENT_SECRET"].encode()
    right = b64encode(hmac.digest(secret, request.body, "sha256")).decode()
    if not hmac.compare_digest(right, request.headers["X-Todoist-Hmac-SHA256"]):
        return HttpResponse(status=403)
    delivery = request.headers["X-Todoist-Delivery-ID"].encode()
    digest = blake2b(delivery, digest_size=16).hexdigest()
    WebhookDelivery.objects.create(digest=digest, heard_at=timezone.now())
    return HttpResponse(headers={"Content-Length": "0"})


compiled = engines["django"].from_string(TEMPLATE)
urlpatterns = [path("", page), path("hooks/todoist", hear)]
