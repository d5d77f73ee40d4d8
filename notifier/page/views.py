"""Switching a device on and off, what it may show, and trying it. The list is in the settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.redirects import login_required
from accounts.requests import SignedInRequest
from notifier import devices, tasks
from notifier.base import BadAddress, Channel, Message, Urgency
from notifier.models import Device, Wish
from notifier.page.names import name_of
from notifier.registry import CHANNELS
from notifier.sending.queueing import queue
from oo.lib.queue import look_now
from oo.lib.text import one_line

SETTINGS = "accounts:settings"
BROWSER = "web-push"
WORKER = "/sw.js"  # of the page of the tip, which stands above this app
A_TEST_LASTS = timedelta(minutes=2)


class QuietForm(forms.Form):
    quiet_from = forms.TimeField()
    quiet_until = forms.TimeField()


def settings_section(user: User) -> Mapping[str, Any]:
    mine = Device.objects.filter(user=user).order_by("added_at", "pk")
    channel = CHANNELS.get(BROWSER)
    key = channel.public_key() if channel and channel.is_set_up() else ""

    def find_wish() -> Wish:
        return Wish.objects.filter(pk=user.pk).first() or Wish(user=user)

    return {
        "devices": mine,
        "public_key": key,
        "shows": Device.Shows.choices,
        "most": Device.Most.choices,
        "longest_name": devices.LONGEST_NAME,
        "often": Wish.Often.choices,
        "wish": SimpleLazyObject(find_wish),
        "worker": WORKER,
    }


@require_POST
@login_required
def add(request: SignedInRequest) -> HttpResponse:
    """For the script: 201 with the key of the device, or why not, in words.

    `instead` is the key of what this browser was before, and cannot be reached any more.
    """
    channel: Channel | None = CHANNELS.get(BROWSER)
    if channel is None or not channel.is_set_up():
        raise Http404
    name = name_of(request.headers.get("User-Agent", ""))
    offered = devices.Offered(BROWSER, request.POST.get("subscription", ""), name)
    try:
        device = devices.add_device(
            request.user.pk, offered, at=timezone.now(), instead=request.POST.get("instead", "")
        )
    except BadAddress:
        return _refused(_("This browser did not say how it can be reached."), 400)
    except devices.TooManyDevices:
        return _refused(_("You have as many devices here as oO keeps. Remove one first."), 409)
    except devices.AccountClosed:
        raise Http404 from None
    return JsonResponse({"id": str(device.pk)}, status=201)


def _refused(words: str, status: int) -> JsonResponse:
    return JsonResponse({"words": words}, status=status)


@require_POST
@login_required
def remove(request: SignedInRequest, pk: UUID) -> HttpResponse:
    if not Device.objects.filter(pk=pk, user=request.user).delete()[0]:
        raise Http404
    messages.success(request, _("This device no longer gets notifications."))
    return redirect(SETTINGS)


@require_POST
@login_required
def name(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What its person calls it."""
    mine = Device.objects.filter(pk=pk, user=request.user)
    if not mine.exists():
        raise Http404
    called = one_line(request.POST.get("name", ""), devices.LONGEST_NAME)
    if called:
        mine.update(name=called)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, _("A device needs a name. It is called as before."))
    return redirect(SETTINGS)


@require_POST
@login_required
def show(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What may be read on its locked screen."""
    shows = request.POST.get("shows", "")
    mine = Device.objects.filter(pk=pk, user=request.user)
    if shows not in Device.Shows.values or not mine.update(shows=shows):
        raise Http404
    messages.success(request, _("Saved."))
    return redirect(SETTINGS)


@require_POST
@login_required
def limit(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """How many a day it gets at most."""
    most = request.POST.get("most", "")
    mine = Device.objects.filter(pk=pk, user=request.user)
    known = {str(value) for value in Device.Most.values}
    if most not in known or not mine.update(most_a_day=int(most)):
        raise Http404
    messages.success(request, _("Saved."))
    return redirect(SETTINGS)


@require_POST
@login_required
def quiet(request: SignedInRequest) -> HttpResponse:
    """The hours in which oO never speaks up."""
    form = QuietForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("That is not a time of day. Your quiet hours are as they were."))
        return redirect(SETTINGS)
    Wish.objects.update_or_create(user=request.user, defaults=form.cleaned_data)
    messages.success(request, _("Saved."))
    return redirect(SETTINGS)


@require_POST
@login_required
def wish(request: SignedInRequest) -> HttpResponse:
    """How often oO may speak up."""
    often = request.POST.get("often", "")
    if often not in Wish.Often.values:
        raise Http404
    Wish.objects.update_or_create(user=request.user, defaults={"often": often})
    messages.success(request, _("Saved."))
    return redirect(SETTINGS)


@require_POST
@login_required
def test(request: SignedInRequest, pk: UUID) -> HttpResponse:
    device = Device.objects.filter(pk=pk, user=request.user).first()
    if device is None:
        raise Http404
    now = timezone.now()
    message = Message(
        title=_("This is how oO speaks up."),
        topic=f"test-{int(now.timestamp())}",
        body=_("Only when it is worth it, and never in your quiet hours."),
        path="/settings/",
        urgency=Urgency.HIGH,
    )
    for key in queue({device: message}, at=now, not_after=now + A_TEST_LASTS):
        look_now(tasks.send, str(key), expires_s=30)
    messages.success(request, _("A notification is on its way to this device."))
    return redirect(SETTINGS)
