from __future__ import annotations

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path, register_converter
from django.views.decorators.cache import cache_page
from drf_spectacular.views import SpectacularAPIView

from oo.api import Anything, NothingHere
from oo.health import healthz, readyz
from oo.lib.version import VERSION
from oo.observe.views import metrics

register_converter(Anything, "anything")

# Anybody may ask for it, and to build it takes longer than any page.
schema = cache_page(60 * 60, key_prefix=VERSION)(SpectacularAPIView.as_view(permission_classes=[]))

api: list[URLPattern | URLResolver] = [
    path("", include("accounts.api")),
    path("", include("integrations.api")),
    path("", include("notifier.api")),
    path("", include("tips.api")),
    path("schema", schema, name="schema"),
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
