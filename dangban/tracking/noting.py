"""News of a parcel, whoever brings it: kept once, added up, and followed by what it means."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.dispatch.actions import pickups
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, NotAllowed
from dangban.lib.text import is_storable, refuse_unstorable
from dangban.orders import bell as orders_bell
from dangban.orders.models import Order, Parcel
from dangban.people.models import Person
from dangban.tracking import bell, following, rules, telling, trouble
from dangban.tracking.connectors import Node
from dangban.tracking.models import Step, Track
from dangban.tracking.rules import states
from dangban.tracking.rules.states import Said

# Clocks of couriers go wrong; what lies further ahead is not believed.
AHEAD = timedelta(hours=12)


def note_by_hand(track: Track, state: str, text: str, *, by: Person, at: datetime | None = None, happened_at: datetime | None = None) -> Step:
    """What somebody learned on the phone or on the courier's page; trouble is said by its own word."""
    if not by.can("tracking.note", shop=track.shop_id):
        raise NotAllowed(_("You may not note news of parcels of this shop."))
    at = at or clock.now()
    text = refuse_unstorable(text.strip(), "text")[:300]
    happened_at = happened_at or at
    faults: dict[str, list[str]] = {}
    said = by_hand().get(state)
    if said is None:
        faults["state"] = [_("Choose where the parcel is.")]
    if not text:
        faults["text"] = [_("Write what you learned.")]
    if happened_at > at:
        faults["happened_at"] = [_("Choose a time gone by.")]
    if faults:
        raise BadInput(next(iter(faults.values()))[0], fields=faults)
    with transaction.atomic():
        made = note(track.parcel, [Node(happened_at, text, said)], Step.Source.HAND, by=by, at=at)
        if not made:
            raise BadInput(_("This is known already."), fields={"text": [_("This is known already.")]})
        change = {"number": track.parcel.number, "state": state}
        record("tracking.noted", subject=track.parcel.order, by=by, shop=track.shop_id, change=change, at=at)
    return made[0]


def by_hand() -> dict[str, Said]:
    """What may be chosen by hand."""
    plain = {state: Said(state) for state in Track.State.values if state}
    return plain | {kind: Said(states.PROBLEM, kind) for kind in (states.REFUSED, states.UNDELIVERABLE)}


def note(parcel: Parcel, nodes: Sequence[Node], source: str, *, by: HasActor, at: datetime) -> list[Step]:
    """Keep what is new, and let it have its effects. The same again, in whatever order, changes nothing.

    Call it inside a transaction. Returns the new steps.
    """
    if not Track.objects.filter(pk=parcel.pk).exists():
        following.follow([parcel], at)
    track = Track.objects.select_for_update(of=("self",)).select_related("parcel__order__shop").get(pk=parcel.pk)
    fresh = _fresh(track, nodes, source, by, at)
    if not fresh:
        return []
    Step.objects.bulk_create(fresh)
    before = (track.state, track.trouble)
    _add_up(track, at)
    if (track.state, track.trouble) != before:
        _turned(track, at)
    trouble.moved(track, at)
    bell.parcel_changed(track.parcel)
    return fresh


def _fresh(track: Track, nodes: Sequence[Node], source: str, by: HasActor, at: datetime) -> list[Step]:
    rows: dict[str, Step] = {}
    for node in nodes:
        text = node.text.strip()[:300]
        if node.at > at + AHEAD or not is_storable(text):
            continue
        said = node.said or Said("")
        place = node.place.strip()[:60] if is_storable(node.place) else ""
        code = node.code[:20] if is_storable(node.code) else ""
        digest = _digest(node.at, text or said.state)
        rows.setdefault(
            digest,
            Step(
                track=track, at=node.at, state=said.state, trouble=said.trouble, code=code, text=text, place=place,
                source=source, by_name=by.actor.name if isinstance(by, Person) else "", noted_at=at, digest=digest,
            ),
        )  # fmt: skip
    known = set(Step.objects.filter(track=track, digest__in=list(rows)).values_list("digest", flat=True))
    return [step for digest, step in rows.items() if digest not in known]


def _digest(at: datetime, text: str) -> str:
    """Two services tell of one scan with the same minute and nearly the same words."""
    plain = "".join(char for char in text if char.isalnum())
    return hashlib.sha256(f"{at.timestamp() // 60:.0f} {plain}".encode()).hexdigest()[:40]


def _add_up(track: Track, at: datetime) -> None:
    """Where it is now: by the newest step that says so, whatever came in last."""
    steps = list(Step.objects.filter(track=track).order_by("at", "pk").values_list("at", "state", "trouble", "text"))
    now = rules.latest([(when, state, kind) for when, state, kind, _text in steps])
    track.moved_at = max(track.moved_at, steps[-1][0])
    track.last_text = steps[-1][3][:200]
    if now is not None:
        track.state, track.trouble = now[1], now[2]
        track.signed_at = now[0] if track.state == states.SIGNED else None
        track.ended_at = (track.ended_at or at) if rules.is_over(track.state) else None
    track.stalled_since = None
    track.stalls_at = None if track.ended_at else following.stalls_at(track, in_force(at))
    track.save()


def _turned(track: Track, at: datetime) -> None:
    """The parcel is in another state than before."""
    if track.state not in ("", states.WAITING, states.PROBLEM):
        pickups.moved(track.shop_id, [track.parcel.number])
    occasion = rules.TOLD_AT.get(track.state)
    if occasion and at - track.moved_at < rules.STALE:
        telling.plan(track, occasion, at, at)
    if track.signed_at is not None:
        _signed(track, at)


def _signed(track: Track, at: datetime) -> None:
    """When the last of an order's parcels is signed for, so is the order, if the platform has not said so yet."""
    order = Order.objects.select_for_update(of=("self",)).select_related("shop", "customer").get(pk=track.parcel.order_id)
    parcels = Track.objects.filter(parcel__order=order).values_list("state", "signed_at")
    if any(state != states.SIGNED for state, _signed_at in parcels):
        return
    last = max(signed_at for _state, signed_at in parcels if signed_at is not None)
    telling.plan_reminders(track, last, at)
    if order.status != Order.Status.SENT or order.parcels.count() != len(parcels):
        return
    order.status, order.signed_at = Order.Status.SIGNED, last
    order.version += 1
    order.save(update_fields=["status", "signed_at", "version"])
    change = {"status": [Order.Status.SENT.value, Order.Status.SIGNED.value], "number": track.parcel.number}
    record(following.SIGNED_BY_NEWS, subject=order, by=SYSTEM, shop=order.shop_id, change=change, at=at)
    orders_bell.order_changed(order)
