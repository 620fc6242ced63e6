"""What parcels add to the pages of orders and customers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Literal

from django.urls import reverse
from django.utils.translation import gettext as _

from dangban.customers.models import Customer
from dangban.customers.ports import TimelineItem
from dangban.orders.models import Order
from dangban.orders.ports import Link, ParcelEvent
from dangban.people.models import Person
from dangban.tracking.access import visible_tracks
from dangban.tracking.models import Step, Track


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


TONES: Mapping[str, Literal["good", "bad"]] = {
    Track.State.SIGNED: "good", Track.State.PROBLEM: "bad", Track.State.RETURNING: "bad", Track.State.RETURNED: "bad",
}  # fmt: skip
MOST_SHOWN = 600


def events(parcels: Collection[int]) -> Mapping[int, list[ParcelEvent]]:
    """For the customer's own page. What colleagues note is for colleagues: of that only where the parcel is."""
    found: dict[int, list[ParcelEvent]] = {}
    for step in Step.objects.filter(track__in=list(parcels)).order_by("-at", "-pk")[:MOST_SHOWN]:
        by_hand = step.source == Step.Source.HAND
        if step.state or not by_hand:
            text = "" if by_hand else step.text
            found.setdefault(step.track_id, []).append(ParcelEvent(step.at, text, str(step.get_state_display()) if step.state else "", TONES.get(step.state, "")))
    return found
