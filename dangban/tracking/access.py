"""Who may see where parcels are, note news by hand, load files and keep the accounts with the services."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy

from dangban.orders.access import where
from dangban.people.models import Person, Shop
from dangban.shops.models import ImportRun
from dangban.tracking.models import Track

PERMISSIONS = {
    "tracking.note": gettext_lazy("Note news of parcels, by hand and from files"),
    "tracking.connect": gettext_lazy("Keep the accounts with tracking services"),
}


def visible_tracks(person: Person) -> QuerySet[Track]:
    """Whoever sees an order sees where its parcels are."""
    return Track.objects.filter(where(person, "orders.view"))


def get_track(person: Person, pk: int) -> Track:
    """With parcel, order, shop and buyer; 404 where this person may not know of it."""
    joined = visible_tracks(person).select_related("parcel__order__shop", "parcel__order__customer", "shop")
    found = joined.filter(pk=pk).first()
    if found is None:
        raise Http404("parcel")
    return found


def shops_to_load(person: Person) -> QuerySet[Shop]:
    return Shop.objects.filter(where(person, "tracking.note", "pk"), closed_on=None).order_by("name", "pk")


def visible_runs(person: Person) -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(where(person, "tracking.note"), kind=ImportRun.Kind.PARCELS)


def get_run(person: Person, pk: int) -> ImportRun:
    run = visible_runs(person).select_related("shop").filter(pk=pk).first()
    if run is None:
        raise Http404("import run")
    return run
