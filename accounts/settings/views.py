from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Consent, User
from accounts.privacy import catalogue, consents
from accounts.privacy.kinds import ConsentKind
from accounts.privacy.losses import losses_of
from accounts.profile import zones
from accounts.profile.change import change_profile
from accounts.redirects import login_required
from accounts.requests import SignedInRequest
from accounts.settings.forms import ProfileForm
from accounts.settings.sections import sections_for
from accounts.sign_in.providers import configured_providers, providers_of

CONSENTS = "consents"  # the section, and where what is to be said of them is said


@dataclass(frozen=True, slots=True)
class ConsentRow:
    kind: ConsentKind
    given: Consent | None  # the grant in force

    @property
    def is_document(self) -> bool:
        """What is accepted as a whole, with its text elsewhere: nobody "allows" terms."""
        return bool(self.kind.url_name)

    @property
    def is_current(self) -> bool:
        return self.given is not None and self.given.wording == self.kind.version


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def settings(request: SignedInRequest) -> HttpResponse:
    form = ProfileForm.about(request.user, request.POST or None)
    if request.method != "POST":
        return render(request, "accounts/settings.html", _context(request, form))
    if not form.is_valid():
        return render(request, "accounts/settings.html", _context(request, form), status=422)
    change_profile(request.user.pk, form.change(), at=timezone.now())
    with translation.override(form.cleaned_data["locale"]):
        messages.success(request, _("Saved."), extra_tags="you")
    return redirect(reverse("accounts:settings") + "#you")


def _context(request: SignedInRequest, form: ProfileForm) -> dict[str, object]:
    has = providers_of(request.user.pk)
    return {
        "sections": sections_for(request.user),
        "form": form,
        "zones": zones.offered(),
        "consents": _consent_rows(request.user),
        "providers": has,
        "missing": [provider for provider in configured_providers() if provider not in has],
    }


def _consent_rows(user: User) -> list[ConsentRow]:
    given = {consent.key: consent for consent in Consent.objects.open(user.pk)}
    return [ConsentRow(kind, given.get(key)) for key, kind in catalogue.all_kinds().items()]


@require_POST
@login_required
def grant(request: SignedInRequest, key: str) -> HttpResponse:
    """Agrees to the very words that were on the page: their version comes along."""
    kind = _kind_or_404(key)
    if request.POST.get("wording") != kind.version:
        words = _("The words have changed. Read them and choose again.")
        messages.error(request, words, extra_tags=CONSENTS)
    elif consents.grant(request.user.pk, key, by="settings", at=timezone.now()):
        messages.success(
            request, _("Allowed: %(what)s.") % {"what": kind.title}, extra_tags=CONSENTS
        )
    return _back_to_consents()


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
def withdraw(request: SignedInRequest, key: str) -> HttpResponse:
    """Shows what would go, with one button. Nothing rests on it any more when that is pressed."""
    kind = _kind_or_404(key)
    if not kind.withdrawable:
        words = _("This ends with your account. You can delete it below.")
        messages.error(request, words, extra_tags=CONSENTS)
        return _back_to_consents()
    if request.method != "POST":
        if not Consent.objects.open(request.user.pk).filter(key=key).exists():
            return _back_to_consents()
        context = {"kind": kind, "losses": losses_of(request.user.pk, key)}
        return render(request, "accounts/withdraw.html", context)
    if consents.withdraw(request.user.pk, key, at=timezone.now()):
        messages.success(
            request, _("Withdrawn: %(what)s.") % {"what": kind.title}, extra_tags=CONSENTS
        )
    return _back_to_consents()


def _kind_or_404(key: str) -> ConsentKind:
    try:
        return catalogue.get_kind(key)
    except catalogue.UnknownConsent:
        raise Http404 from None


def _back_to_consents() -> HttpResponse:
    return redirect(reverse("accounts:settings") + f"#{CONSENTS}")
