"""Parcels that go wrong become exceptions with an owner before the customer asks, and end when they move again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import Conflict, Refused
from dangban.orders import exceptions
from dangban.orders.exceptions.kinds import BY_ITSELF
from dangban.orders.models import OrderException
from dangban.tracking import bell, rules
from dangban.tracking.models import Track

STALLED = "stalled"
LABELS = {
    STALLED: _("Parcel stalled"),
    "problem": _("Problem parcel"),
    "refused": _("Parcel refused"),
    "undeliverable": _("Parcel can't be delivered"),
    "returning": _("Parcel on its way back"),
}
_AT_ONCE = 100


def register() -> None:
    outcomes = {
        "extended": pgettext_lazy("exception", "Time for receipt prolonged"),
        "forwarded": pgettext_lazy("exception", "Sent on by the courier"),
        "claimed": pgettext_lazy("exception", "Lost, claimed from the courier"),
        "returned": pgettext_lazy("exception", "Taken back into stock"),
    }
    for code, label in LABELS.items():
        exceptions.name_kind(code, label, outcomes=outcomes)


def moved(track: Track, at: datetime) -> None:
    """Open what its state calls for, close what it no longer is; call it on a locked row, in the transaction."""
    wanted = rules.trouble(track.state, track.trouble)
    open_ones = OrderException.objects.filter(parcel=track.parcel_id, settled_at=None, kind__in=list(LABELS))
    close([one for one in open_ones.select_related("order") if one.kind != wanted], at)
    if wanted:
        _open(track, wanted, at, ())


def close(over: Sequence[OrderException], at: datetime) -> None:
    for one in over:
        try:
            exceptions.settle(one, BY_ITSELF, by=SYSTEM, at=at)
        except Conflict:
            continue


def find_stalled(at: datetime) -> int:
    """Those that stand still for longer than they may; each is found once, until it moves."""
    late = Track.objects.filter(ended_at=None, stalls_at__lte=at).order_by("stalls_at")
    return sum(_stall(pk, at) for pk in list(late.values_list("pk", flat=True)[:_AT_ONCE]))


def _stall(pk: int, at: datetime) -> int:
    with transaction.atomic():
        held = Track.objects.select_for_update(of=("self",)).select_related("parcel__order__shop")
        track = held.get(pk=pk)
        if track.ended_at is not None or track.stalls_at is None or track.stalls_at > at:
            return 0
        track.stalled_since, track.stalls_at = track.stalls_at, None
        track.save(update_fields=["stalled_since", "stalls_at"])
        bell.parcel_changed(track.parcel)
        if rules.trouble(track.state, track.trouble):
            # Somebody sees to it already, under its own name.
            return 0
        patience = rules.patience(clock.local(track.moved_at), remote=track.remote, rules=in_force(at))
        return _open(track, STALLED, at, patience.because if patience else ())


def _open(track: Track, kind: str, at: datetime, because: Sequence[object]) -> int:
    parcel = track.parcel
    facts = {"number": parcel.number, "courier": parcel.courier}
    try:
        exceptions.open_exception(parcel.order, kind, by=SYSTEM, at=at, parcel=parcel, facts=facts, because=because, note=track.last_text)
    except Refused:
        # Nobody serves the shop; the parcel is on the list all the same.
        return 0
    return 1
