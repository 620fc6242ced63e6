"""Addresses of the handbook's pages."""

from __future__ import annotations

from django.urls import path

from . import views

app_name = "handbook"
urlpatterns = [
    path("handbook/", views.in_force, name="in-force"),
    path("handbook/assumptions/", views.assumptions, name="assumptions"),
    path("handbook/versions/", views.versions, name="versions"),
    path("handbook/versions/<int:pk>/", views.version, name="version"),
    path("handbook/rules/<str:path>/", views.rule, name="rule"),
]
