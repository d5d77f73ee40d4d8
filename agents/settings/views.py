"""Setting, keeping, changing and undoing: each a form that works without JavaScript."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.locks import lock_person
from accounts.redirects import login_required
from accounts.requests import SignedInRequest
from agents.inferring import beliefs
from agents.models import Context, LookSchedule, Reading
from agents.profile.preferences import adjustable, load_preferences, set_preferences
from agents.registry import INFERENCES
from agents.settings.forms import SWITCH, ContextForm, PrefsForm
from agents.settings.page import build_page
from agents.settings.traits import TraitForm
from agents.settings.understood import build_row, find_title, form_name
from agents.understanding import correcting
from events.bus import publish
from events.catalog import PreferencesChanged

# How long a switch holds: until the person is somewhere else, as a rule.
SWITCHED_FOR = timedelta(hours=8)
MOST_CONTEXTS = 12


@require_safe
@login_required
def mind(request: SignedInRequest) -> HttpResponse:
    return _draw(request)


@require_POST
@login_required
def prefs(request: SignedInRequest, key: str) -> HttpResponse:
    plugin = adjustable().get(key)
    if plugin is None:
        raise Http404
    user_id, row = request.user.pk, f"plugin-{key}"
    if "switch" in request.POST and SWITCH in plugin.prefs.labels:
        now = load_preferences([user_id]).get(user_id, {}).get(key) or plugin.prefs()
        wanted = now.model_copy(update={SWITCH: request.POST["switch"] == "on"})
    else:
        form = PrefsForm(plugin.prefs, request.POST)
        if not form.is_valid() or form.prefs is None:
            return _draw(request, {f"prefs-{key}": form}, status=422)
        wanted = form.prefs
    set_preferences(user_id, key, wanted, at=timezone.now())
    messages.success(request, _("Saved."), extra_tags=row)
    return _back(row)


@require_POST
@login_required
def add_context(request: SignedInRequest) -> HttpResponse:
    form = ContextForm(request.POST)
    if not form.is_valid():
        return _draw(request, {"context-new": form}, status=422)
    user_id, at = request.user.pk, timezone.now()
    own = Context.objects.filter(user_id=user_id)
    if own.count() >= MOST_CONTEXTS:
        messages.error(
            request, _("That is enough situations. Remove one first."), extra_tags="situations"
        )
        return _back("situations")
    key = _free_key(form.key(), set(own.values_list("key", flat=True)))
    with transaction.atomic():
        if lock_person(user_id):
            context = form.save(commit=False)
            context.user_id, context.key = user_id, key
            context.save()
            _tell(user_id, at)
    return _back("situations")


@require_POST
@login_required
def change_context(request: SignedInRequest, pk: int) -> HttpResponse:
    """Save, switch on or off, or remove: the button that was pressed says which."""
    context = get_object_or_404(Context, pk=pk, user=request.user)
    form = ContextForm(request.POST, instance=context)
    action = request.POST.get("action", "save")
    if action == "save" and not form.is_valid():
        return _draw(request, {f"context-{pk}": form}, status=422)
    at = timezone.now()
    with transaction.atomic():
        if lock_person(request.user.pk):
            if action == "remove":
                context.delete()
            elif action == "save":
                form.save()
            else:
                _switch(context, at + SWITCHED_FOR if action == "on" else None)
            _tell(request.user.pk, at)
    return _back("situations")


def _switch(context: Context, until: datetime | None) -> None:
    """One at a time: who is at work is not at home."""
    Context.objects.filter(user_id=context.user_id).update(on_until=None)
    Context.objects.filter(pk=context.pk).update(on_until=until)


@require_POST
@login_required
def belief(request: SignedInRequest, key: str) -> HttpResponse:
    """Keep, deny, take back, or say it: the button that was pressed says which."""
    inference = INFERENCES.get(key)
    if inference is None:
        raise Http404
    user_id, at = request.user.pk, timezone.now()
    simple = {"keep": beliefs.keep, "deny": beliefs.deny, "undo": beliefs.take_back}
    try:
        if act := simple.get(request.POST.get("action", "")):
            act(user_id, key, at=at)
            return _back(f"belief-{key}")
        form = PrefsForm(inference.manifest.value, request.POST)
        if not form.is_valid() or form.prefs is None:
            return _draw(request, {f"belief-{key}": form}, status=422)
        beliefs.say(user_id, key, form.prefs, at=at)
    except beliefs.NoSuchBelief:
        raise Http404 from None
    return _back(f"belief-{key}")


@require_POST
@login_required
def understood(request: SignedInRequest, words: str) -> HttpResponse:
    """Something was misread in a task, or was not after all, and the page is this one."""
    user_id, kind = request.user.pk, Reading.Kind.TASK
    if find_title(user_id, kind, words) is None:
        raise Http404
    try:
        form = _correct(request, kind, words)
    except correcting.NoSuchTrait:
        return HttpResponseBadRequest("trait", content_type="text/plain")
    if form:
        return _draw(request, {form_name(words, form.trait): form}, status=422)
    left = correcting.understanding_of(user_id, kind, words)
    return _back(f"task-{words}" if left.said or left.denied else "understood")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def row(request: SignedInRequest, kind: str, words: str) -> HttpResponse:
    """All that oO can know of one task or event."""
    user_id = request.user.pk
    title = find_title(user_id, kind, words) if kind in Reading.Kind.values else None
    if title is None:
        raise Http404
    shown: dict[str, Any] = {}
    if request.method == "POST":
        try:
            form = _correct(request, kind, words)
        except correcting.NoSuchTrait:
            return HttpResponseBadRequest("trait", content_type="text/plain")
        if form is None:
            return redirect(
                f"{reverse('agents:row', args=[kind, words])}#{words}-{_trait(request)}"
            )
        shown[form_name(words, form.trait)] = form
    page = {**build_row(user_id, kind, words, shown), "title": title}
    return render(request, "agents/row.html", page, status=422 if shown else 200)


def _correct(request: SignedInRequest, kind: str, words: str) -> TraitForm | None:
    """Say, deny or take back: the button says which. A form comes back that has errors.

    Raises NoSuchTrait.
    """
    user_id, at, posted = request.user.pk, timezone.now(), request.POST
    if trait := posted.get("trait"):
        known = correcting.understanding_of(user_id, kind, words).traits
        form = TraitForm(kind, trait, posted, known=known, of=words)
        if not form.is_valid():
            return form
        act = partial(correcting.say, trait=trait, value=form.value, at=at)
    elif trait := posted.get("is_so"):
        act = partial(correcting.take_back, trait=trait)
    else:
        act = partial(correcting.deny, trait=posted.get("not_so", ""), at=at)
    with transaction.atomic():
        if lock_person(user_id):
            act(user_id, kind, words)
            _tell(user_id, at)
    return None


def _trait(request: SignedInRequest) -> str:
    """Of which something was said, denied or taken back."""
    names = ("trait", "is_so", "not_so")
    return next(name for key in names if (name := request.POST.get(key)))


def _tell(user_id: UUID, at: datetime) -> None:
    """Agents look again, and the tip is decided anew."""
    LookSchedule.objects.note_change(user_id)
    publish(PreferencesChanged(user_id=user_id, at=at, plugin=""))


def _free_key(wanted: str, taken: set[str]) -> str:
    keys = [wanted, *(f"{wanted[:36]}-{n}" for n in range(2, MOST_CONTEXTS + 2))]
    return next(key for key in keys if key not in taken)


def _draw(
    request: SignedInRequest, shown: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    page = build_page(request.user.pk, at=timezone.now(), shown=shown)
    return render(request, "agents/mind.html", page, status=status)


def _back(anchor: str) -> HttpResponse:
    return redirect(f"{reverse('agents:mind')}#{anchor}")
