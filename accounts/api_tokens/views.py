from __future__ import annotations

from django.contrib import messages
from django.db import models
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.api_tokens.forms import TokenForm
from accounts.api_tokens.tokens import MOST_TOKENS, describe, make_token, revoke_token
from accounts.models import ApiToken
from accounts.redirects import login_required
from accounts.requests import SignedInRequest


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def tokens(request: SignedInRequest) -> HttpResponse:
    form = TokenForm(request.POST or None)
    if request.method != "POST":
        return _page(request, form)
    if form.is_valid() and _usable(request).count() >= MOST_TOKENS:
        form.add_error(None, _("You have reached the limit for tokens. Revoke one first."))
    if not form.is_valid():
        return _page(request, form, status=422)
    return _page(request, TokenForm(), secret=_make(request, form))


def _make(request: SignedInRequest, form: TokenForm) -> str:
    """The token goes into this one answer: a redirect would have to keep it somewhere."""
    now = timezone.now()
    _row, secret = make_token(
        request.user.pk,
        name=form.cleaned_data["name"],
        scopes=form.cleaned_data["scopes"],
        expires_at=form.expires_at(at=now),
        at=now,
    )
    return secret


def _page(
    request: SignedInRequest, form: TokenForm, *, secret: str = "", status: int = 200
) -> HttpResponse:
    rows = [(token, describe(token.scopes)) for token in _usable(request).order_by("-pk")]
    context = {"form": form, "tokens": rows, "secret": secret}
    return render(request, "accounts/tokens.html", context, status=status)


def _usable(request: SignedInRequest) -> models.QuerySet[ApiToken]:
    return ApiToken.objects.usable(at=timezone.now()).filter(user=request.user)


@require_POST
@login_required
def revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    if not revoke_token(request.user.pk, pk, at=timezone.now()):
        raise Http404
    messages.success(request, _("The token does not work any more."))
    return redirect("accounts:tokens")
