"""A parcel that left is followed: one row for each, made with the parcel, many at once where a file brings them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.rulebook import Rules
from dangban.journal.actions import record
from dangban.journal.models import Entry
from dangban.lib import addresses, clock
from dangban.lib.actor import SYSTEM
from dangban.orders import bell as orders_bell
from dangban.orders.models import Order, Parcel
from dangban.people.models import Shop
from dangban.shops import queries as shops
from dangban.tracking import bell, clauses, rules, trouble
from dangban.tracking.models import Telling, Track
from dangban.tracking.telling import plan

# The journal's word for an order that couriers' news signed for.
SIGNED_BY_NEWS = "tracking.order_signed"
OVER = {Order.Status.SIGNED: Track.State.SIGNED, Order.Status.DONE: Track.State.SIGNED}


def left(parcel: Parcel, at: datetime) -> None:
    """A parcel has left, or has another number now: from here on it is waited for."""
    if not follow([parcel], at):
        _begin_anew(parcel, at)
    track = Track.objects.get(pk=parcel.pk)
    if track.ended_at is None and not lapsed(parcel.sent_at, at, in_force(at)):
        plan(track, "dispatched", at, at)
    bell.parcel_changed(parcel)


def _begin_anew(parcel: Parcel, at: datetime) -> None:
    """Its number was another parcel's: what was said of that one, and would have been told of it, is gone with it."""
    held = Track.objects.select_for_update(of=("self",)).get(pk=parcel.pk)
    held.steps.all().delete()
    held.tellings.filter(done_at=None).exclude(occasion="dispatched").delete()
    order = Order.objects.select_for_update(of=("self",)).get(pk=parcel.order_id)
    if held.state == Track.State.SIGNED:
        _take_back_signing(order, parcel, at)
    track = _row(parcel, order, remote_areas(parcel.shop_id, at), in_force(at), at)
    track.save(force_update=True)
    trouble.moved(track, at)


def _take_back_signing(order: Order, parcel: Parcel, at: datetime) -> None:
    """Where only couriers' news signed for the order, it is on its way again; what the platform says in its next file counts anew."""
    read = Entry.objects.filter(subject_kind="orders.order", subject_id=order.pk, verb=SIGNED_BY_NEWS)
    if order.status != Order.Status.SIGNED or not read.exists():
        return
    order.status, order.signed_at, order.source_digest = Order.Status.SENT, None, ""
    order.version += 1
    order.save(update_fields=["status", "signed_at", "source_digest", "version"])
    waiting = Telling.objects.filter(track__parcel__order=order, done_at=None, occasion__in=rules.AFTER_SIGNING)
    waiting.delete()
    change = {"status": [Order.Status.SIGNED.value, Order.Status.SENT.value], "number": parcel.number}
    record("tracking.signing_taken_back", subject=order, by=SYSTEM, shop=order.shop_id, change=change, at=at)
    orders_bell.order_changed(order)


def brought(parcels: Sequence[Parcel], at: datetime) -> None:
    """A file told of these; nobody is told of what left long ago."""
    follow(parcels, at)
    for shop_id in {parcel.shop_id for parcel in parcels}:
        bell.shop_changed(shop_id)


def follow(parcels: Sequence[Parcel], at: datetime) -> int:
    """Rows for those that have none yet: a few queries, whatever their number. In the caller's transaction."""
    known = set(Track.objects.filter(pk__in=[parcel.pk for parcel in parcels]).values_list("pk", flat=True))
    fresh = [parcel for parcel in parcels if parcel.pk not in known]
    if not fresh:
        return 0
    orders = Order.objects.in_bulk({parcel.order_id for parcel in fresh})
    remote = {shop: remote_areas(shop, at) for shop in {parcel.shop_id for parcel in fresh}}
    rulebook = in_force(at)
    rows = [_row(parcel, orders[parcel.order_id], remote[parcel.shop_id], rulebook, at) for parcel in fresh]
    Track.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _row(parcel: Parcel, order: Order, remote: Sequence[str], rulebook: Rules, at: datetime) -> Track:
    far = is_remote(order, remote)
    track = Track(parcel=parcel, shop_id=parcel.shop_id, moved_at=parcel.sent_at, remote=far)
    if order.status in OVER:
        track.state = OVER[Order.Status(order.status)]
        track.signed_at = order.signed_at or order.completed_at
        track.ended_at = track.signed_at or at
    elif order.status == Order.Status.CLOSED or lapsed(parcel.sent_at, at, rulebook):
        track.ended_at = at
    else:
        track.stalls_at = stalls_at(track, rulebook)
    return track


def stalls_at(track: Track, rulebook: Rules) -> datetime | None:
    patience = rules.patience(clock.local(track.moved_at), remote=track.remote, rules=rulebook)
    return patience.until if patience else None


def lapsed(sent_at: datetime, at: datetime, rulebook: Rules) -> bool:
    return rulebook.has(clauses.LAPSES) and at - sent_at > rulebook[clauses.LAPSES]


def remote_areas(shop_id: int, at: datetime) -> Sequence[str]:
    return shops.remote_areas(Shop.objects.get(pk=shop_id), in_force(at))[0]


def is_remote(order: Order, areas: Sequence[str]) -> bool:
    province = addresses.short_province(order.province) or order.province
    city = order.city
    return bool(province) and any(area in (province, order.province) or (city and area in city) for area in areas)
