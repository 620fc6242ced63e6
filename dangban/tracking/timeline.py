"""What parcels add to the pages of orders and customers."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from dangban.customers.models import Customer
from dangban.customers.ports import TimelineItem
from dangban.orders.models import Order
from dangban.orders.ports import Link
from dangban.people.models import Person
from dangban.tracking.access import visible_tracks
from dangban.tracking.models import Track


def links(person: Person, order: Order) -> list[Link]:
    tracks = visible_tracks(person).filter(parcel__order=order).select_related("parcel").order_by("-parcel__sent_at", "-pk")
    return [
        Link(
            label=_("Parcel %(number)s") % {"number": track.parcel.number},
            url=reverse("tracking:parcel", args=[track.pk]),
            at=track.moved_at,
            note=said(track),
            live=f"parcel:{track.pk} parcels:{track.shop_id}",
        )
        for track in tracks[:20]
    ]


def timeline(person: Person, customer: Customer, before: datetime | None, limit: int) -> list[TimelineItem]:
    """Where a customer's parcels got to, by their last step."""
    tracks = visible_tracks(person).filter(parcel__order__customer=customer).select_related("parcel", "shop")
    if before is not None:
        tracks = tracks.filter(moved_at__lt=before)
    return [
        TimelineItem(
            at=track.moved_at,
            kind="parcels",
            title=_("Parcel %(number)s") % {"number": track.parcel.number},
            url=reverse("tracking:parcel", args=[track.pk]),
            note=said(track),
            shop=track.shop.name,
        )
        for track in tracks.order_by("-moved_at")[:limit]
    ]


def said(track: Track) -> str:
    """Its state, and what kind of trouble it is."""
    if track.trouble:
        return f"{track.get_state_display()} · {track.get_trouble_display()}"
    return str(track.get_state_display())
