"""The doors. `urlpatterns` belong into the namespace "accounts"; `provider_urlpatterns` must stay
outside of any, since allauth reverses their bare names."""

from __future__ import annotations

from allauth.account.views import account_inactive
from allauth.socialaccount.providers.google import views as google
from allauth.socialaccount.views import login_cancelled, login_error
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from accounts.ratelimits import STARTS, is_post, limited
from accounts.sign_in import apple
from accounts.sign_in.demo import demo_sign_in
from accounts.sign_in.views import (
    ProvidersView,
    back,
    if_configured,
    sign_in,
    sign_out,
    sign_out_everywhere,
    start,
)

to_sign_in = RedirectView.as_view(pattern_name="accounts:sign-in", query_string=True)

urlpatterns = [
    path("sign-in/", sign_in, name="sign-in"),
    path("sign-out/", sign_out, name="sign-out"),
    path("sign-out-everywhere/", sign_out_everywhere, name="sign-out-everywhere"),
    path("demo/", limited(STARTS, is_post)(demo_sign_in), name="demo"),
]

# Not include("allauth.urls"): it opens doors that nobody uses (One Tap) and that nothing limits.
_provider_pages = [
    path("login/", to_sign_in, name="account_login"),
    path("logout/", sign_out, name="account_logout"),
    path("inactive/", account_inactive, name="account_inactive"),
    path("3rdparty/", ProvidersView.as_view(), name="socialaccount_connections"),
    path("3rdparty/signup/", to_sign_in, name="socialaccount_signup"),
    path("3rdparty/login/cancelled/", login_cancelled, name="socialaccount_login_cancelled"),
    path("3rdparty/login/error/", login_error, name="socialaccount_login_error"),
    path("google/login/", start("google", google.oauth2_login), name="google_login"),
    path(
        "google/login/callback/",
        require_safe(back("google", google.oauth2_callback)),
        name="google_callback",
    ),
    path("apple/login/", start("apple", apple.login), name="apple_login"),
    path("apple/login/callback/", if_configured("apple")(apple.callback), name="apple_callback"),
    path(
        "apple/login/callback/finish/",
        require_safe(back("apple", apple.finish)),
        name="apple_finish_callback",
    ),
]
provider_urlpatterns = [path("accounts/", include(_provider_pages))]
