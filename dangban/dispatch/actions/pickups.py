"""A courier is asked to come (约取件): booked, confirmed by the courier, collected; or called off."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk import actions as desk
from dangban.desk import house
from dangban.dispatch import access, bell, collecting, rules
from dangban.dispatch.clauses import PICKUP_LEAD
from dangban.dispatch.models import Pickup, Slip
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.lib.text import one_line, refuse_unstorable
from dangban.orders import parcels
from dangban.people.models import Person, Shop
from dangban.stock.models import Warehouse

CLOCK = "dispatch.pickup"
LONGEST = timedelta(days=7)
MOST = 100_000
State = Pickup.State


def book(warehouse: Warehouse, courier: str, count: int, comes_at: datetime, *, by: Person, at: datetime | None = None) -> Pickup:
    """Ask a courier to come for so many parcels; the courier is to say yes before the cut-off."""
    at = at or clock.now()
    shop = _shop_of(warehouse, by)
    courier = parcels.clean_courier(courier)
    _check(count, comes_at, at)
    due, because = _due(warehouse, comes_at, at)
    try:
        with transaction.atomic():
            made = Pickup.objects.create(
                warehouse=warehouse, courier=courier, parcels=count, comes_at=comes_at, due_at=due, because=because, by=by, at=at
            )
            change = {"courier": courier, "parcels": count, "comes_at": comes_at.isoformat(timespec="minutes")}
            _told("booked", made, shop, by, at, change)
            _start_clock(made, shop, by, at)
    except IntegrityError:
        raise Conflict(_("%(courier)s has been asked to come already. Change that booking instead.") % {"courier": courier}) from None
    return made


def alter(pickup: Pickup, count: int, comes_at: datetime, *, by: Person, at: datetime | None = None) -> Pickup:
    """More parcels, fewer, another time: the courier is to say yes to it anew."""
    at = at or clock.now()
    shop = _shop_of(pickup.warehouse, by)
    _check(count, comes_at, at)
    with transaction.atomic():
        held = _held(pickup)
        if (held.parcels, held.comes_at) == (count, comes_at):
            return held
        change = {"parcels": [held.parcels, count], "comes_at": [one.isoformat(timespec="minutes") for one in (held.comes_at, comes_at)]}
        held.parcels, held.comes_at, held.state, held.confirmed_at = count, comes_at, State.BOOKED, None
        held.due_at, held.because = _due(held.warehouse, comes_at, at)
        held.save()
        desk.cancel_deadlines(held, by=SYSTEM, kinds=(CLOCK,), reason="pickup_changed", at=at)
        _start_clock(held, shop, by, at)
        _told("changed", held, shop, by, at, change)
    return held


def confirm(
    pickup: Pickup, *, comes_at: datetime, by: Person, number: str = "", driver: str = "", phone: str = "", at: datetime | None = None
) -> Pickup:
    """The courier says yes: under which number, who comes, when. Said again it corrects what was noted."""
    at = at or clock.now()
    shop = _shop_of(pickup.warehouse, by)
    number, driver, phone = _said(number, "number"), _said(driver, "driver"), _said(phone, "phone")
    if not (number or driver):
        message = _("Note the courier's number of the booking, or who comes.")
        raise BadInput(message, fields={"number": [message]})
    if phone and not re.fullmatch(r"[\d+ -]{5,20}", phone):
        message = _("This is not a phone number.")
        raise BadInput(message, fields={"phone": [message]})
    with transaction.atomic():
        held = _held(pickup)
        if comes_at != held.comes_at:
            _check(held.parcels, comes_at, at)
        held.number, held.driver, held.phone, held.comes_at = number, driver, phone, comes_at
        held.state, held.confirmed_at = State.CONFIRMED, held.confirmed_at or at
        held.save()
        desk.meet_deadline(held, CLOCK, by=by, at=at)
        change = {"number": number, "comes_at": comes_at.isoformat(timespec="minutes")}
        _told("confirmed", held, shop, by, at, change)
    return held


def collect(pickup: Pickup, *, by: Person, left_behind: str = "", at: datetime | None = None) -> Pickup:
    """The courier has taken what stood ready; parcels that stayed are named by their numbers."""
    at = at or clock.now()
    shop = _shop_of(pickup.warehouse, by)
    with transaction.atomic():
        held = _held(pickup)
        taken = _taken(held, left_behind)
        _hand_over(held, taken, by, at)
        desk.meet_deadline(held, CLOCK, by=by, at=at)
        _told("collected", held, shop, by, at, {"courier": held.courier, "parcels": held.parcels})
    return held


def collect_unasked(warehouse: Warehouse, courier: str, *, by: Person, left_behind: str = "", at: datetime | None = None) -> Pickup:
    """The courier came on the daily round, without having been asked."""
    at = at or clock.now()
    shop = _shop_of(warehouse, by)
    courier = parcels.clean_courier(courier)
    with transaction.atomic():
        Warehouse.objects.select_for_update(no_key=True).get(pk=warehouse.pk)
        if Pickup.objects.filter(warehouse=warehouse, courier=courier, closed_at=None).exists():
            raise Conflict(_("%(courier)s was asked to come: note there that the parcels were collected.") % {"courier": courier})
        made = Pickup(warehouse=warehouse, courier=courier, comes_at=at, by=by, at=at)
        taken = _taken(made, left_behind)
        _hand_over(made, taken, by, at)
        _told("collected", made, shop, by, at, {"courier": courier, "parcels": made.parcels})
    return made


def call_off(pickup: Pickup, why: str, *, by: Person, at: datetime | None = None) -> Pickup:
    """Nobody is to come any more; the parcels stand without a pick-up again."""
    at = at or clock.now()
    shop = _shop_of(pickup.warehouse, by)
    why = refuse_unstorable(why.strip(), "why")[:200]
    if not why:
        raise BadInput(_("Say why."), fields={"why": [_("Say why.")]})
    with transaction.atomic():
        held = _held(pickup)
        held.state, held.note, held.closed_at, held.closed_by = State.CANCELLED, why, at, by
        held.save()
        desk.cancel_deadlines(held, by=by, kinds=(CLOCK,), reason=why, at=at)
        _told("cancelled", held, shop, by, at, {"courier": held.courier, "reason": why})
    return held


def moved(shop_id: int, numbers: Sequence[str]) -> None:
    """The courier tells where these parcels are: they stand here no longer, whether or not anybody noted it."""
    if Slip.objects.filter(shop=shop_id, stands=True, tracking_number__in=numbers).update(stands=False):
        bell.desk_changed(shop_id)


def _shop_of(warehouse: Warehouse, by: Person) -> Shop:
    """One of the warehouse's shops that this person may pack for."""
    shops = collecting.shops_of(warehouse)
    mine = [one for one in shops if by.can(access.PACK, shop=one.pk)]
    if not mine:
        raise NotAllowed(_("Couriers are asked to come by the warehouse, or by whoever stands in for its keeper."))
    return mine[0]


def _check(count: int, comes_at: datetime, at: datetime) -> None:
    faults: dict[str, list[str]] = {}
    if not 1 <= count <= MOST:
        faults["parcels"] = [_("Say how many parcels, at least one.")]
    if not at < comes_at <= at + LONGEST:
        faults["comes_at"] = [_("Choose a time within the next seven days.")]
    if faults:
        raise BadInput(next(iter(faults.values()))[0], fields=faults)


def _said(text: str, name: str) -> str:
    return refuse_unstorable(" ".join(text.split()), name)[:40]


def _due(warehouse: Warehouse, comes_at: datetime, at: datetime) -> tuple[datetime, list[object]]:
    """Before the cut-off of the day on which the courier comes; where that is past, before the courier comes."""
    booking = collecting.booking_of(warehouse, comes_at)
    if booking is None or booking.by <= at:
        return comes_at, []
    return min(booking.by, comes_at), [one.as_data() for one in booking.because]


def _start_clock(held: Pickup, shop: Shop, by: Person, at: datetime) -> None:
    due = held.due_at or held.comes_at
    with translation.override(settings.LANGUAGE_CODE):
        label = _("%(courier)s is to confirm the pick-up at %(warehouse)s") % {"courier": held.courier, "warehouse": held.warehouse.name}
    desk.start_deadline(
        CLOCK, held, rule=PICKUP_LEAD.path, allowed_seconds=max(1, int((due - at).total_seconds())), because=held.because, by=SYSTEM,
        owner=by, shop=shop, label=label, url=reverse("dispatch:pickups"), warn_seconds=int(house.warn_before(at).total_seconds()), at=at,
    )  # fmt: skip


def _held(pickup: Pickup) -> Pickup:
    held = Pickup.objects.select_for_update(of=("self",)).select_related("warehouse").get(pk=pickup.pk)
    if not held.is_open:
        raise Conflict(_("This pick-up is over already. Load the page again."))
    return held


def _taken(held: Pickup, left_behind: str) -> list[Slip]:
    ready = collecting.ready_slips(held.warehouse, held.courier)
    named = {one.upper() for one in re.split(r"[\s,，、;；]+", left_behind) if one}
    known = {one.tracking_number.upper() for one in ready}
    if named - known:
        message = _("These numbers do not stand ready for %(courier)s: %(numbers)s.") % {
            "courier": held.courier, "numbers": one_line("、".join(sorted(named - known)), 120),
        }  # fmt: skip
        raise BadInput(message, fields={"left_behind": [message]})
    taken = [one for one in ready if one.tracking_number.upper() not in named]
    if not taken:
        raise Refused(_("No parcel stands ready for %(courier)s. Pack and send first; then note what was collected.") % {"courier": held.courier})
    return taken


def _hand_over(held: Pickup, taken: list[Slip], by: Person, at: datetime) -> None:
    held.state, held.parcels, held.closed_at, held.closed_by = State.COLLECTED, len(taken), at, by
    held.save()
    Slip.objects.filter(pk__in=[one.pk for one in taken], stands=True).update(stands=False, pickup=held)


def _told(what: str, held: Pickup, shop: Shop, by: Person, at: datetime, change: Mapping[str, object]) -> None:
    record(f"dispatch.pickup_{what}", subject=held, by=by, shop=shop.pk, change=dict(change), because=held.because, at=at)
    bell.desks_changed(one.pk for one in collecting.shops_of(held.warehouse))


def earliest(booking: rules.Booking | None, at: datetime) -> datetime:
    """What a form for a new booking says first: the time it is to be settled by, or in an hour."""
    return booking.by if booking is not None and booking.by > at else at + timedelta(hours=1)
