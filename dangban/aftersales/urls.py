"""Addresses of after-sales; each part of the room lists its own pages."""

from django.urls import include, path

from dangban.aftersales.views import cases, inbound
from dangban.aftersales.workshop import urls as workshop

pages = [*cases.pages, *inbound.pages]

urlpatterns = [*workshop.urlpatterns, path("aftersales/", include((pages, "aftersales")))]
