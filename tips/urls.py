from __future__ import annotations

from django.urls import path

from tips.page import views

app_name = "tips"

urlpatterns = [
    path("", views.now, name="now"),
    path("more", views.more, name="more"),
    path("tip/<uuid:pk>/shown", views.shown, name="shown"),
    path("tip/<uuid:pk>/answer", views.react, name="react"),
    path("tip/<uuid:pk>/reason", views.reason, name="reason"),
    path("tip/<uuid:pk>/undo", views.undo, name="undo"),
    path("tip/<uuid:pk>/why", views.why, name="why"),
    path("tip/<uuid:pk>/understood", views.understood, name="understood"),
    path("afar/<str:token>", views.afar, name="afar"),
    path("closing", views.completion, name="closing"),
    path("settings/put-off", views.put_off, name="put-off"),
    path("settings/put-off/<int:pk>/again", views.let_again, name="let-again"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("sw.js", views.worker, name="worker"),
    path("offline", views.offline, name="offline"),
]
