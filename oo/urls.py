from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, register_converter

from oo.api import Anything, NothingHere, SchemaView
from oo.health import healthz, readyz
from oo.observe.views import metrics

register_converter(Anything, "anything")

api: list[URLPattern | URLResolver] = [
    path("", include("accounts.api")),
    path("", include("integrations.api")),
    path("", include("notifier.api")),
    path("", include("tips.api")),
    path("schema", SchemaView.as_view(), name="schema"),
    path("<anything:rest>", NothingHere.as_view(), name="nothing"),
]

urlpatterns = [
    path("", include("tips.urls")),
    path("", include("agents.urls")),
    path("", include("accounts.urls")),
    path("", include("integrations.urls")),
    path("", include("notifier.urls")),
    path("api/v1/", include((api, "api"))),
    path("", include("adminconsole.urls")),
    path("console/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
]
