from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.signals import social_account_removed
from allauth.socialaccount.views import ConnectionsView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    QueryDict,
)
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.locks import lock_person
from accounts.ratelimits import RETURNS, STARTS, View, is_expected, is_post, limited
from accounts.redirects import find_next, next_or_home
from accounts.sign_in.providers import configured_providers, find_provider
from accounts.sign_in.session_end import end_devices, end_sessions, end_tokens


@require_safe
@never_cache
def sign_in(request: HttpRequest) -> HttpResponse:
    """With `again`, also for who is signed in: the console wants to know that it is still them."""
    if request.user.is_authenticated and "again" not in request.GET:
        return redirect(next_or_home(request))
    context = {
        "providers": configured_providers(),
        "next": find_next(request),
        "demo": settings.OO_DEMO_SIGN_IN,
    }
    return render(request, "accounts/sign_in.html", context)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """With `device`, which its script fills in, that of this browser is removed."""
    user_id = request.user.pk
    logout(request)
    if user_id and (device := request.POST.get("device")):
        end_devices(user_id, device)
    return redirect("accounts:sign-in")


@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """Every browser, and every device that is notified; with `tokens`, every program too."""
    if request.user.is_authenticated:
        end_sessions(request.user.pk)
        end_devices(request.user.pk)
        if "tokens" in request.POST:
            end_tokens(request.user.pk, at=timezone.now())
    logout(request)
    return redirect("accounts:sign-in")


def if_configured(provider: str) -> Callable[[View], View]:
    """Of a provider that this installation does not know there are no pages."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if provider not in {one.key for one in configured_providers()}:
                raise Http404
            return view(request, *args, **kwargs)

        return checked

    return decorate


def start(provider: str, view: View) -> View:
    """allauth's start of a provider's login, without the ways in which its URL can change it.

    allauth honours `scope`, `auth_params` and `action` in the query, and a process that goes
    to a provider only to be redirected on.
    """

    @limited(STARTS, is_post)
    @if_configured(provider)
    def started(request: HttpRequest) -> HttpResponseBase:
        kept = QueryDict(mutable=True)
        kept.update({key: request.GET[key] for key in ("next", "process") if key in request.GET})
        request.GET = kept  # type: ignore[assignment]
        process = request.POST.get("process") or kept.get("process") or AuthProcess.LOGIN
        if process not in (AuthProcess.LOGIN, AuthProcess.CONNECT):
            raise BadRequest("process")
        asked_by, request.method = request.method, _not_head(request)
        response = view(request)
        request.method = asked_by
        return response

    return started


def back(provider: str, view: View) -> View:
    """Where a provider sends people back to."""
    return limited(RETURNS, is_expected)(if_configured(provider)(view))


def _not_head(request: HttpRequest) -> str | None:
    """allauth takes whatever is not GET for the form that starts a login."""
    return "GET" if request.method == "HEAD" else request.method


class ProvidersView(ConnectionsView):  # type: ignore[misc]
    """How the person signs in: allauth's list, with what can be added."""

    http_method_names = ["get", "head", "post", "options"]  # Django's form views take PUT as well

    removed: SocialAccount | None = None

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Of two removals at once the second sees what the first has left. The provider is told
        afterwards, since it may take its time."""
        assert request.user.pk  # allauth lets nobody else come here
        with transaction.atomic():
            lock_person(request.user.pk)
            response: HttpResponse = super().post(request, *args, **kwargs)
        if self.removed:
            social_account_removed.send(
                sender=SocialAccount, request=request, socialaccount=self.removed
            )
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        """As allauth's, which asks for the provider: there may be none of that name any more."""
        self.removed = form.cleaned_data["account"]
        self.removed.delete()
        get_account_adapter(self.request).add_message(
            self.request, messages.INFO, "socialaccount/messages/account_disconnected.txt"
        )
        return HttpResponseRedirect(self.get_success_url())

    def get_ajax_data(self) -> dict[str, Any]:
        return {}  # no script of ours asks, and allauth's asks every provider

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        accounts = list(context["form"].accounts.order_by("date_joined"))
        used = {account.provider for account in accounts}
        rows = [(find_provider(account.provider), account) for account in accounts]
        missing = [provider for provider in configured_providers() if provider.key not in used]
        return context | {"rows": rows, "missing": missing}
