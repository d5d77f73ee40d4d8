from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urljoin
from uuid import UUID

from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from accounts.redirects import login_required
from accounts.requests import SignedInRequest
from integrations import tasks
from integrations.access import checking, connections, oauth
from integrations.access.backoff import trouble_of
from integrations.connect import page, words
from integrations.connect.forms import SourceForm
from integrations.connect.page import Offer
from integrations.models import Connection
from integrations.registry import SOURCES
from integrations.sync import due
from oo.lib.http import ApiError
from oo.lib.queue import look_now

# In the session: the first connection leads to the tip as soon as it is one.
FIRST = "integrations.connect.first"


@require_safe
@login_required
@never_cache
def connect(request: SignedInRequest) -> HttpResponse:
    """What is connected and what can be; for HTMX, the rows alone. ?disconnect=<id> asks first."""
    rows = page.rows(request.user.pk, at=timezone.now())
    if request.session.get(FIRST) and any(row.is_connected for row in rows):
        # What the person came for.
        del request.session[FIRST]
        there = resolve_url(settings.LOGIN_REDIRECT_URL)
        return HttpResponseClientRedirect(there) if request.htmx else redirect(there)
    leaving = next((row for row in rows if str(row.id) == request.GET.get("disconnect")), None)
    context = {**page.connections(rows), "leaving": leaving}
    if request.htmx:
        return render(request, "integrations/connect.html#rows", context)
    return render(request, "integrations/connect.html", {**context, "offers": page.offers(rows)})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def start(request: SignedInRequest, source: str) -> HttpResponseBase:
    """Ask what the source needs; then connect it, or send the person there to say yes."""
    offer = _offer_or_404(source)
    if not connections.may_ask(request.user.pk, source):
        return _back(request, words.too_many())
    is_leaving = request.method == "POST" and request.POST.get("way") == "oauth"
    if is_leaving and offer.has_oauth:
        return _leave(request, offer)
    if request.method != "POST" or is_leaving:
        return _ask(request, offer, _fresh_form(request, offer))
    form = SourceForm(offer.manifest, request.POST, request.FILES)
    if not form.is_valid():
        return _ask(request, offer, form, status=422)
    return _try(request, offer, form)


def _try(request: SignedInRequest, offer: Offer, form: SourceForm) -> HttpResponseBase:
    """What was typed stays on the page until it is of use."""
    connect = _connect if offer.manifest.is_local else _have_checked
    try:
        return connect(request, offer, form.credentials(), form.document())
    except connections.TooMany:
        return _back(request, words.too_many())
    except connections.StillAsking as other:
        form.blame(words.still_asking(SOURCES.title(other.source)))
    except ApiError as error:
        form.blame(words.explain(trouble_of(error), offer.title))
    return _ask(request, offer, form, status=422)


def _offer_or_404(source: str) -> Offer:
    offer = page.find_offer(source)
    if offer is None:
        raise Http404
    return offer


def _fresh_form(request: SignedInRequest, offer: Offer) -> SourceForm:
    """Empty; or as it was typed, when a worker found out that it does not work."""
    refused = page.find_refused(request.user.pk, offer, request.GET.get("again", ""))
    if refused is None:
        return SourceForm(offer.manifest)
    form = SourceForm(offer.manifest, initial=refused.read_credentials())
    form.warn(words.explain(refused.last_error, offer.title))
    return form


def _ask(
    request: SignedInRequest, offer: Offer, form: SourceForm, *, status: int = 200
) -> HttpResponseBase:
    context = {"offer": offer, "form": form}
    page = render(request, "integrations/start.html", context, status=status)
    if offer.manifest.oauth is None or not offer.has_oauth:
        return page
    # Chromium applies form-action to the redirect that follows the form, too.
    targets = {"form-action": [oauth.origin_of(offer.manifest.oauth)]}
    return csp_update(targets)(lambda _request: page)(request)


def _leave(request: SignedInRequest, offer: Offer) -> HttpResponse:
    back = reverse("integrations:callback", args=[offer.manifest.key])
    redirect_uri = urljoin(settings.OO_BASE_URL, back)
    now = timezone.now()
    there = oauth.start(request.session, offer.manifest, request.user.pk, redirect_uri, at=now)
    return HttpResponseRedirect(there)


def _connect(
    request: SignedInRequest, offer: Offer, credentials: Mapping[str, str], document: str
) -> HttpResponse:
    """The first connection leads to the tip, which is what the person came for.

    Raises ApiError, connections.TooMany.
    """
    is_first = page.is_first(request.user.pk)
    connections.connect(
        request.user.pk, offer.manifest.key, credentials, document, at=timezone.now()
    )
    if is_first:
        return redirect(settings.LOGIN_REDIRECT_URL)
    messages.success(request, _("%(title)s is connected.") % {"title": offer.title})
    return redirect("integrations:connect")


def _have_checked(
    request: SignedInRequest, offer: Offer, credentials: Mapping[str, str], document: str = ""
) -> HttpResponse:
    """By a worker, since no page waits for the outside. The page of connections says how it is.

    Raises connections.TooMany, StillAsking.
    """
    is_first = page.is_first(request.user.pk)
    asked = checking.ask(
        request.user.pk, offer.manifest.key, credentials, document, at=timezone.now()
    )
    if is_first:
        request.session[FIRST] = True
    look_now(tasks.sync_one, str(asked.pk), expires_s=60)
    return redirect("integrations:connect")


@require_safe
@login_required
@never_cache
def callback(request: SignedInRequest, source: str) -> HttpResponse:
    """The person is back from the source, with a code or with a reason why there is none."""
    offer = _offer_or_404(source)
    manifest, now = offer.manifest, timezone.now()
    if not offer.has_oauth:
        raise Http404
    state = request.GET.get("state", "")
    try:
        asked = oauth.finish(request.session, manifest, request.user.pk, state, at=now)
    except oauth.StateMismatch:
        return _back(request, _("That took too long, or was begun elsewhere. Connect once more."))
    if "code" not in request.GET:
        return _back(request, _why_not(request.GET.get("error", ""), offer.title))
    try:
        return _have_checked(request, offer, checking.with_code(asked, request.GET["code"]))
    except connections.TooMany:
        return _back(request, words.too_many())
    except connections.StillAsking as other:
        return _back(request, words.still_asking(SOURCES.title(other.source)))


def _back(request: SignedInRequest, sentence: str) -> HttpResponse:
    messages.warning(request, sentence)
    return redirect("integrations:connect")


def _why_not(code: str, title: str) -> str:
    if code == "access_denied":
        return _("%(title)s was not connected, as you chose. Nothing was read.") % {"title": title}
    return _("%(title)s could not be connected. Try again in a few minutes.") % {"title": title}


@require_POST
@login_required
def disconnect(request: SignedInRequest, pk: UUID) -> HttpResponse:
    mine = Connection.objects.filter(pk=pk, user=request.user).first()
    if mine is None:
        raise Http404
    if connections.leave(pk, at=timezone.now()):
        look_now(tasks.sync_one, str(pk), expires_s=60)
    messages.success(request, _("Disconnected. oO has forgotten what it read there."))
    return redirect("integrations:connect")


@require_POST
@login_required
def sync(request: SignedInRequest, pk: UUID) -> HttpResponse:
    if not Connection.objects.filter(pk=pk, user=request.user).exists():
        raise Http404
    if due.request_sync(pk, request.user.pk, at=timezone.now()):
        look_now(tasks.sync_one, str(pk), expires_s=60)
    return redirect("integrations:connect")
