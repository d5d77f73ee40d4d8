from __future__ import annotations

from django.urls import path

from integrations import webhooks
from integrations.connect import views

app_name = "integrations"
urlpatterns = [
    path("connect/", views.connect, name="connect"),
    path("connect/<str:source>/", views.start, name="start"),
    path("connect/<str:source>/callback", views.callback, name="callback"),
    path("connections/<uuid:pk>/disconnect", views.disconnect, name="disconnect"),
    path("connections/<uuid:pk>/sync", views.sync, name="sync"),
    path("hooks/<str:source>", webhooks.hear, name="hear"),
]
