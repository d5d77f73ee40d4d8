from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.redirects import login_required
from accounts.requests import SignedInRequest
from agents.understanding.correcting import NoSuchTrait
from integrations.complete import completions
from oo.lib.queue import look_now
from tips import conf, tasks
from tips.answer import answering
from tips.answer.afar import NoSuchAnswer, find_tip, read_token
from tips.answer.correcting import correct
from tips.answer.forms import AnswerForm, CompletionForm, CorrectionForm, ReasonForm
from tips.make import making
from tips.models import Mute, Tip
from tips.page import states
from tips.page.put_off import load_put_off


@require_safe
@never_cache
@login_required
def now(request: SignedInRequest) -> HttpResponse:
    """The page with the one tip; for HTMX, its card alone. No tip yet: the card asks again."""
    at, user_id = timezone.now(), request.user.pk
    waited = _waited(request)
    found = states.build_page(user_id, at=at, waited=waited)
    if found.state == "wait":
        if waited >= conf.PATIENCE_S:  # no worker answered in time: a rule needs no model
            making.make_tip(user_id, at=at)
            found = states.build_page(user_id, at=at, waited=waited)
        elif waited == 0:
            look_now(tasks.make_tip, str(user_id), expires_s=10)
    return _draw(request, found)


@require_POST
@login_required
def shown(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The beacon of a card that is really on a screen."""
    tip = get_object_or_404(Tip, pk=pk, user=request.user)
    answering.mark_shown(tip, surface="page", at=timezone.now())
    return HttpResponse(status=204)


@require_POST
@login_required
def react(request: SignedInRequest, pk: UUID) -> HttpResponse:
    tip = get_object_or_404(Tip, pk=pk, user=request.user)
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _bad_request(form.errors.as_text())
    at, reaction = timezone.now(), form.cleaned_data["reaction"]
    try:
        outcome = answering.react(
            tip, reaction, at=at, answered_at=form.cleaned_data["answered_at"]
        )
    except answering.NotOffered as refused:
        return _bad_request(refused.what)
    if outcome.tip.reaction == reaction:
        return _answered(request, outcome.tip)
    first = _("You had already answered this, here or on another device. The first answer counts.")
    return _answered(request, outcome.tip, elsewhere=True, notice=first)


@csrf_exempt
@require_POST
def afar(request: HttpRequest, token: str) -> HttpResponse:
    """An answer from a notification. The address is the permission; no session is looked at."""
    try:
        told = read_token(token)
        answering.react(find_tip(told), told.reaction, at=timezone.now())
    except (NoSuchAnswer, answering.NotOffered, PermissionDenied):
        raise Http404 from None
    return HttpResponse(status=204)


@require_POST
@login_required
def reason(request: SignedInRequest, pk: UUID) -> HttpResponse:
    tip = get_object_or_404(Tip, pk=pk, user=request.user)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _bad_request(form.errors.as_text())
    try:
        outcome = answering.explain(tip, form.cleaned_data["reason"], at=timezone.now())
    except answering.NotOffered as refused:
        return _bad_request(refused.what)
    return _answered(request, outcome.tip, is_still=True)


@require_POST
@login_required
def undo(request: SignedInRequest, pk: UUID) -> HttpResponse:
    tip = get_object_or_404(Tip, pk=pk, user=request.user)
    at = timezone.now()
    outcome = answering.undo(tip, at=at)
    if outcome.won:
        return _draw_or_home(request, states.current(outcome.tip, at=at))
    too_late = _("It is too late to undo this. The answer stays.")
    return _answered(request, outcome.tip, notice=too_late)


@require_POST
@login_required
def more(request: SignedInRequest) -> HttpResponse:
    at = timezone.now()
    answering.end_rest(request.user.pk, at=at)
    making.make_tip(request.user.pk, at=at)
    return _draw_or_home(request, states.build_page(request.user.pk, at=at))


@require_safe
@never_cache
@login_required
def why(request: SignedInRequest, pk: UUID) -> HttpResponse:
    tip = get_object_or_404(Tip, pk=pk, user=request.user)
    if tip.state not in Tip.LIVE and not request.htmx:
        return redirect("tips:now")
    page = states.current(tip, at=timezone.now())
    context = {"state": page.state, **page.context, "why": states.build_why(tip)}
    return render(request, "tips/now.html#why" if request.htmx else "tips/now.html", context)


@require_POST
@login_required
def understood(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Something was misunderstood, or was not after all."""
    tip = get_object_or_404(Tip, pk=pk, user=request.user)
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        return _bad_request(form.errors.as_text())
    kind, is_so = form.cleaned_data["kind"], form.cleaned_data["is_so"]
    trait = is_so or form.cleaned_data["not_so"]
    tasks_of, events_of = states.rows_of(tip)
    words = [row.words_digest for row in (tasks_of if kind == "task" else events_of)]
    try:
        correct(tip.user_id, kind, words, trait, is_so=bool(is_so), at=timezone.now())
    except NoSuchTrait:
        return _bad_request("trait")
    look_now(tasks.make_tip, str(tip.user_id), expires_s=60)
    if not request.htmx:
        return redirect("tips:why", tip.pk)
    return render(request, "tips/now.html#why", {"tip": tip, "why": states.build_why(tip)})


@require_POST
@login_required
def completion(request: SignedInRequest) -> HttpResponse:
    """What to do about an answer that its source never confirmed."""
    form = CompletionForm(request.POST)
    if not form.is_valid():
        return _bad_request(form.errors.as_text())
    key, at = form.cleaned_data["key"], timezone.now()
    if form.cleaned_data["action"] == "retry":
        completions.retry_failure(request.user.pk, key, at=at)
    else:
        completions.acknowledge_failure(request.user.pk, key, at=at)
    return _draw_or_home(request, states.build_page(request.user.pk, at=at))


@require_safe
@never_cache
@login_required
def put_off(request: SignedInRequest) -> HttpResponse:
    rows = load_put_off(request.user.pk, at=timezone.now())
    return render(request, "tips/put_off.html", {"rows": rows})


@require_POST
@login_required
def let_again(request: SignedInRequest, pk: int) -> HttpResponse:
    """A second tap finds nothing to do, which is no error."""
    if mute := Mute.objects.filter(pk=pk, user=request.user).first():
        answering.let_come_again(mute, at=timezone.now())
        look_now(tasks.make_tip, str(request.user.pk), expires_s=60)
        messages.success(request, _("It may come back now."))
    return redirect("tips:put-off")


@require_safe
@cache_control(max_age=3600, public=True)
def manifest(request: HttpRequest) -> HttpResponse:
    return render(request, "tips/manifest.webmanifest", content_type="application/manifest+json")


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, at the root so that its scope is the whole page."""
    return render(request, "tips/sw.js", content_type="text/javascript")


@require_safe
@cache_control(max_age=3600, public=True)
def offline(request: HttpRequest) -> HttpResponse:
    return render(request, "tips/offline.html")


def _bad_request(what: str) -> HttpResponse:
    return HttpResponseBadRequest(what, content_type="text/plain")


def _waited(request: HttpRequest) -> int:
    """Seconds that this page has waited, by its own count; nonsense counts as none."""
    text = request.GET.get("waited", "0")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


def _answered(
    request: SignedInRequest,
    tip: Tip,
    *,
    elsewhere: bool = False,
    notice: str = "",
    is_still: bool = False,
) -> HttpResponse:
    """The card of an answer, with what did not work; without HTMX the page that follows says it.

    is_still  it has arrived before, and only a line of it is another
    """
    if notice and not request.htmx:
        messages.info(request, notice)
    found = states.answered(tip, at=timezone.now(), said_elsewhere=elsewhere)
    context = {**found.context, "notice": notice, "is_still": is_still}
    return _draw_or_home(request, states.Page(found.state, context))


def _draw_or_home(request: SignedInRequest, found: states.Page) -> HttpResponse:
    """A form that was sent without HTMX goes back to the page, which knows what to show."""
    return _draw(request, found) if request.htmx else redirect("tips:now")


def _draw(request: SignedInRequest, found: states.Page) -> HttpResponse:
    context: dict[str, Any] = {"state": found.state, **found.context}
    if found.state not in {"tip", "wait"}:
        context["failed_completions"] = states.failed_completions(request.user.pk)
    template = "tips/now.html#card" if request.htmx else "tips/now.html"
    return render(request, template, context)
