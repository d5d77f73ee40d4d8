from __future__ import annotations

from django.urls import include, path

from accounts.api_tokens import views as tokens
from accounts.privacy import legal
from accounts.privacy import views as account
from accounts.ratelimits import exports_limited
from accounts.settings import views as settings
from accounts.sign_in import urls as urls_sign_in

_pages = [
    *urls_sign_in.urlpatterns,
    path("settings/", settings.settings, name="settings"),
    path("settings/consents/<slug:key>/grant", settings.grant, name="grant"),
    path("settings/consents/<slug:key>/withdraw", settings.withdraw, name="withdraw"),
    path("settings/tokens", tokens.tokens, name="tokens"),
    path("settings/tokens/<int:pk>/revoke", tokens.revoke, name="revoke-token"),
    path("settings/export", exports_limited(account.export), name="export"),
    path("settings/delete", account.delete, name="delete"),
    path("receipt/<uuid:pk>", account.receipt, name="receipt"),
    path("receipt/<uuid:pk>/file", account.receipt_file, name="receipt-file"),
    path("legal/terms", legal.terms, name="terms"),
    path("legal/privacy", legal.privacy, name="privacy"),
]

urlpatterns = [
    path("", include((_pages, "accounts"))),
    # allauth reverses the bare names of its own pages.
    *urls_sign_in.provider_urlpatterns,
]
