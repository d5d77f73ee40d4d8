from __future__ import annotations

from django.urls import path

from agents.settings import views

app_name = "agents"
urlpatterns = [
    path("settings/mind", views.mind, name="mind"),
    path("settings/mind/plugins/<str:key>", views.prefs, name="prefs"),
    path("settings/mind/situations", views.add_context, name="add-context"),
    path("settings/mind/situations/<int:pk>", views.change_context, name="change-context"),
    path("settings/mind/beliefs/<str:key>", views.belief, name="belief"),
    path("settings/mind/understood/<slug:words>", views.understood, name="understood"),
    path("settings/mind/understood/<slug:kind>/<slug:words>", views.row, name="row"),
]
