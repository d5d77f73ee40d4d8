from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView

from oo.api import NothingHere
from oo.health import healthz, readyz

api: list[URLPattern | URLResolver] = [
    path("", include("accounts.api")),
    path("", include("integrations.api")),
    path("", include("tips.api")),
    path("schema", SpectacularAPIView.as_view(permission_classes=[]), name="schema"),
    path("<path:rest>", NothingHere.as_view(), name="nothing"),
]

urlpatterns = [
    path("", include("tips.urls")),
    path("", include("agents.urls")),
    path("", include("accounts.urls")),
    path("", include("integrations.urls")),
    path("api/v1/", include((api, "api"))),
    path("console/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
