"""What the console has outside of /console/."""

from __future__ import annotations

from django.urls import path

from adminconsole.access.by_token import sign_in_by_token

urlpatterns = [path("api/auth/token", sign_in_by_token, name="sign-in-by-token")]
