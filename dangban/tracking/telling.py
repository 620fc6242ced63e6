"""Customers are told unasked where their parcel is, by the handbook's list, never in the quiet hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation

from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock
from dangban.orders import telling as order_telling
from dangban.orders.models import Order
from dangban.orders.unpaid.saying import thread_of
from dangban.tracking import bell, rules, wording
from dangban.tracking.models import Telling, Track

_AT_ONCE = 100


def plan(track: Track, occasion: str, due: datetime, at: datetime) -> None:
    """To be told at `due`, or when the quiet hours are over; once for each occasion, if the handbook lists it."""
    rulebook = in_force(at)
    decision = rules.tells(occasion, rulebook)
    if decision.outcome != "tell":
        return
    when = rules.not_before(clock.local(due), rulebook)
    because = [reason.as_data() for reason in decision.because]
    Telling.objects.get_or_create(track=track, occasion=occasion, defaults={"due_at": when, "because": because})


def plan_reminders(track: Track, signed_at: datetime, at: datetime) -> None:
    """After signing: is all well, has it been confirmed, is there a word for others."""
    for occasion, due in rules.reminders(signed_at, in_force(at)):
        if at - due < rules.STALE:
            plan(track, occasion, due, at)


def tell_due(at: datetime) -> int:
    """Say what has become due; what is no longer news is let go."""
    due = Telling.objects.filter(done_at=None, due_at__lte=at).order_by("due_at", "pk")
    return sum(_tell(pk, at) for pk in list(due.values_list("pk", flat=True)[:_AT_ONCE]))


def _tell(pk: int, at: datetime) -> int:
    with transaction.atomic():
        held = Telling.objects.select_for_update(of=("self",)).select_related(
            "track__parcel__order__shop", "track__parcel__order__customer"
        )
        telling = held.get(pk=pk)
        if telling.done_at is not None:
            return 0
        later = rules.not_before(clock.local(at), in_force(at))
        if later - at > timedelta():
            Telling.objects.filter(pk=pk).update(due_at=later)
            return 0
        telling.way, telling.done_at = _say(telling, at), at
        telling.save(update_fields=["way", "done_at"])
        bell.parcel_changed(telling.track.parcel)
    return telling.way == Telling.Way.CHAT


def _say(telling: Telling, at: datetime) -> str:
    track = telling.track
    order = track.parcel.order
    if not rules.still_news(telling.occasion, telling.due_at, at, track.state) or _is_past(telling.occasion, order):
        return Telling.Way.PAST
    thread = thread_of(order)
    if thread is None:
        return Telling.Way.NO_CHAT
    with translation.override(settings.LANGUAGE_CODE):
        words = wording.told(telling.occasion, track)
    order_telling.say_automatically(thread, words, at=at, client_id=f"parcel-{track.pk}-{telling.occasion}"[:40])
    return Telling.Way.CHAT


def _is_past(occasion: str, order: Order) -> bool:
    """Whether the order has gone beyond what the reminder asks for."""
    if order.refund != Order.Refund.NONE:
        return occasion in ("confirm", "review", "satisfaction")
    return occasion == "confirm" and order.status == Order.Status.DONE
