from __future__ import annotations

from django.urls import path

from notifier.page import views

app_name = "notifier"
urlpatterns = [
    path("devices/wish", views.wish, name="wish"),
    path("devices/quiet", views.quiet, name="quiet"),
    path("devices/", views.add, name="add"),
    path("devices/<uuid:pk>/remove", views.remove, name="remove"),
    path("devices/<uuid:pk>/name", views.name, name="name"),
    path("devices/<uuid:pk>/show", views.show, name="show"),
    path("devices/<uuid:pk>/limit", views.limit, name="limit"),
    path("devices/<uuid:pk>/test", views.test, name="test"),
]
