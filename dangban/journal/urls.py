"""Addresses of the journal."""

from __future__ import annotations

from django.urls import path

from dangban.journal import views

urlpatterns = [
    path("journal/", views.journal, name="journal"),
    path("journal/export/", views.export, name="journal_export"),
]
