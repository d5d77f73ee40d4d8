"""What staff may do: a form on a page, a reason in their words, a row in the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from accounts.models import User
from adminconsole.audit.recording import LONGEST_TARGET, LONGEST_WHY, record
from adminconsole.base import Action, Order, Refused
from oo.lib.text import one_line


def do(action: Action, request: HttpRequest, staff: User) -> HttpResponse:
    """The answer to the form: back to where it was, with a message."""
    back = _back(request)
    order = _read(request, staff)
    if not order.why:
        messages.error(request, _("Say why. Nothing was done."))
        return redirect(back)
    try:
        with transaction.atomic():
            done = action.run(order)
            record(
                staff,
                action.key,
                at=order.at,
                person=order.person,
                target=order.target,
                why=order.why,
            )
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, done)
    return redirect(back)


def _read(request: HttpRequest, staff: User) -> Order:
    given: Mapping[str, str] = request.POST
    person = given.get("person", "")
    try:
        key = UUID(person) if person else None
    except ValueError:
        raise Http404 from None
    return Order(
        staff=staff,
        at=timezone.now(),
        why=one_line(given.get("why", ""), LONGEST_WHY),
        person=key,
        target=one_line(given.get("target", ""), LONGEST_TARGET),
        session=request.session,
    )


def _back(request: HttpRequest) -> str:
    asked = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure())
    return asked if is_ours and asked.startswith("/console/") else "/console/"
