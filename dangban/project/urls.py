"""Addresses: one prefix a room."""

from __future__ import annotations

import importlib
import importlib.util

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from dangban.project import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("health/", views.health, name="health"),
    path("ready/", views.ready, name="ready"),
]

# A room with pages has a `urls.py` that names its own prefixes.
for room in (*settings.ROOMS, "project.gallery"):
    name = f"dangban.{room}.urls" if room in settings.ROOMS else f"dangban.{room}"
    if importlib.util.find_spec(name) is not None:
        module = importlib.import_module(name)
        if hasattr(module, "urlpatterns"):
            urlpatterns.append(path("", include(name)))

handler400 = "dangban.project.views.bad_request"
handler403 = "dangban.project.views.forbidden"
handler404 = "dangban.project.views.not_found"
handler500 = "dangban.project.views.server_error"
