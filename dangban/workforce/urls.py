"""Addresses of duty."""

from __future__ import annotations

from django.urls import path

from dangban.workforce import views

urlpatterns = [
    path("duty/", views.duty, name="duty"),
    path("duty/<int:team_pk>/weeks/<str:day>/copy/", views.copy_week, name="duty_copy"),
    path("duty/<int:team_pk>/<int:person_pk>/<str:day>/", views.set_cell, name="duty_cell"),
]
