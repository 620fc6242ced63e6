"""Addresses of after-sales; each part of the room lists its own pages."""

from django.urls import include, path

from dangban.aftersales.views import (
    beside_chat,
    cases,
    disputes,
    inbound,
    lists,
    loading,
    opening,
    own_page,
    registers,
    reports,
    rules,
    settling,
    suppliers,
)
from dangban.aftersales.workshop import urls as workshop

pages = [*lists.pages, *beside_chat.pages, *loading.pages, *opening.pages, *cases.pages, *inbound.pages, *suppliers.pages, *settling.pages, *rules.pages, *registers.pages, *disputes.pages, *reports.pages]

urlpatterns = [
    *workshop.urlpatterns,
    path("aftersales/", include((pages, "aftersales"))),
    # What a customer opens by the link to their order, without logging in.
    path("o/<str:token>/return/", include((own_page.pages, "own-return"))),
]
