"""Addresses of scripts."""

from __future__ import annotations

from django.urls import path

from dangban.knowledge import views

urlpatterns = [
    path("scripts/", views.scripts, name="scripts"),
    path("scripts/new/", views.script_new, name="script_new"),
    path("scripts/preview/", views.script_preview, name="script_preview"),
    path("scripts/<int:pk>/", views.script, name="script"),
    path("scripts/<int:pk>/retirement/", views.script_retirement, name="script_retirement"),
]
