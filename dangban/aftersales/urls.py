"""Addresses of after-sales; each part of the room lists its own pages."""

from django.urls import include, path

from dangban.aftersales.views import cases

pages = [*cases.pages]

urlpatterns = [path("aftersales/", include((pages, "aftersales")))]
