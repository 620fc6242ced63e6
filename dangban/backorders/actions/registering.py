"""Customers come onto the register, change their mind, take something else, and leave it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from dangban.backorders import access, holding, rules
from dangban.backorders.models import Wait
from dangban.customers.models import Customer
from dangban.desk import actions as desk
from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.orders.models import Order
from dangban.people.models import Person
from dangban.shops.models import Sku
from dangban.stock import actions as stock
from dangban.stock import ledger
from dangban.stock.models import Level

State = Wait.State
MOST_PIECES = 999


@dataclass(frozen=True, slots=True)
class Wish:
    """What a customer waits for, and what else would do."""

    sku: Sku
    quantity: int = 1
    takes_other: bool = False
    other: Sku | None = None
    until: date | None = None
    note: str = ""


def register(
    customer: Customer,
    wish: Wish,
    *,
    by: Person,
    thread_id: int | None = None,
    order: Order | None = None,
    at: datetime | None = None,
) -> Wait:
    """Put a customer on the register (缺货登记); what comes in is promised to them behind those before.

    Refused where enough is free: then it can be sold. Conflict if they wait for it already.
    """
    sku = wish.sku
    access.require(by, sku.shop_id)
    at = at or clock.now()
    today = clock.business_day(at)
    _check(wish, order, today)
    until, decision = rules.waiting(today, wish.until, in_force(at))
    with transaction.atomic():
        ledger.lock(sku)
        _refuse_what_is_there(sku, wish.quantity)
        before = Wait.objects.filter(customer=customer, sku=sku, state__in=Wait.OPEN).select_related("registered_by").first()
        if before is not None:
            raise Conflict(
                _("This customer waits for it already: %(quantity)s, noted by %(name)s.")
                % {"quantity": before.quantity, "name": before.registered_by}
            )
        wait = Wait.objects.create(
            shop_id=sku.shop_id, customer=customer, sku=sku, gets=sku, quantity=wish.quantity,
            takes_other=wish.takes_other or wish.other is not None, other=wish.other, wait_until=until,
            note=wish.note.strip()[:200], thread_id=thread_id, order=order, registered_by=by, registered_at=at,
            business_day=today, owner=by,
        )  # fmt: skip
        holding.promise(wait, by=by, at=at)
        if decision.because:
            keep(decision, subject=wait, by=by, shop=wait.shop_id, at=at)
        holding.journal("registered", wait, by=by, at=at, quantity=wait.quantity, wait_until=until.isoformat())
        holding.store(wait)
    return wait


def withdraw(wait: Wait, *, by: Person, why: str, seen: int | None = None, at: datetime | None = None) -> Wait:
    """The customer no longer wants it; what was kept for them goes to the next."""
    access.require(by, wait.shop_id)
    at = at or clock.now()
    why = refuse_unstorable(why.strip(), "why")[:200]
    if not why:
        message = _("Say why the customer no longer waits.")
        raise BadInput(message, fields={"why": [message]})
    with transaction.atomic():
        held = holding.locked_open(wait.pk, seen)
        holding.let_go(held, by=by, why=why, at=at)
        holding.close(held, State.WITHDRAWN, by=by, why=why, at=at)
        holding.journal("withdrawn", held, by=by, at=at, reason=why)
        holding.store(held)
    return held


def take_fewer(wait: Wait, quantity: int, *, by: Person, seen: int | None = None, at: datetime | None = None) -> Wait:
    """The customer does with fewer pieces. Where those lie ready they are kept from now on: the customer knows."""
    access.require(by, wait.shop_id)
    at = at or clock.now()
    with transaction.atomic():
        held = holding.locked_open(wait.pk, seen)
        if not 0 < quantity < held.quantity:
            message = _("Fewer than %(quantity)s, and at least one.") % {"quantity": held.quantity}
            raise BadInput(message, fields={"quantity": [message]})
        before, held.quantity = held.quantity, quantity
        reservation = holding.reservation_of(held)
        if reservation is not None:
            held.ready = stock.lessen(reservation, quantity, by=by, at=at).held
        _known_if_there(held, by, at)
        holding.journal("lessened", held, by=by, at=at, quantity=[before, quantity])
        holding.store(held)
    return held


def accept_substitute(wait: Wait, sku: Sku, *, by: Person, seen: int | None = None, at: datetime | None = None) -> Wait:
    """The customer takes other goods: those are reserved and the first let go. What isn't there is waited for."""
    access.require(by, wait.shop_id)
    at = at or clock.now()
    if sku.shop_id != wait.shop_id:
        message = _("A substitute is goods of the same shop.")
        raise BadInput(message, fields={"sku": [message]})
    with transaction.atomic():
        held = holding.locked_open(wait.pk, seen, sku)
        if held.gets_id == sku.pk:
            return held
        before = held.gets.code
        holding.let_go(held, by=by, why=_("Takes %(sku)s instead") % {"sku": sku.code}, at=at)
        held.gets, held.takes_other, held.other = sku, True, held.other or sku
        holding.end_clock(held, by=by, why=sku.code, at=at)
        held.state, held.to_tell, held.tell_at, held.kept_until = State.WAITING, "", None, None
        held.told_at = held.told_seq = held.reached_at = held.ready_at = None
        holding.promise(held, by=by, at=at)
        _known_if_there(held, by, at)
        holding.journal("substituted", held, by=by, at=at, instead_of=before)
        holding.store(held)
    return held


def wait_longer(wait: Wait, until: date, *, by: Person, seen: int | None = None, at: datetime | None = None) -> Wait:
    """Another day was agreed until which the customer waits."""
    access.require(by, wait.shop_id)
    at = at or clock.now()
    today = clock.business_day(at)
    if until < today:
        message = _("Choose today or a day to come.")
        raise BadInput(message, fields={"until": [message]})
    with transaction.atomic():
        held = holding.locked_open(wait.pk, seen)
        before = held.wait_until
        held.wait_until, decision = rules.waiting(today, until, in_force(at))
        if decision.because:
            keep(decision, subject=held, by=by, shop=held.shop_id, at=at)
        holding.journal("until_changed", held, by=by, at=at, wait_until=[before.isoformat(), held.wait_until.isoformat()])
        holding.store(held)
    return held


def hand_on(wait: Wait, to: Person, *, by: Person, at: datetime | None = None) -> Wait:
    """Somebody else sees to this customer from now on; the sale stays with who registered them."""
    access.require(by, wait.shop_id)
    at = at or clock.now()
    if not to.is_active or not to.can("backorders.register", shop=wait.shop_id):
        message = _("%(name)s does not look after back-orders of this shop.") % {"name": to.name}
        raise BadInput(message, fields={"to": [message]})
    with transaction.atomic():
        held = holding.locked_open(wait.pk, None)
        give_to(held, to, by=by, at=at)
    return held


def give_to(held: Wait, to: Person, *, by: Person, at: datetime) -> None:
    """The same on a wait that is held, inside the caller's transaction."""
    before, held.owner = held.owner, to
    desk.reassign_deadline(held, owner=to, by=by, kinds=(holding.REACH,), at=at)
    holding.journal("handed_on", held, by=by, at=at, owner=[before.name, to.name])
    holding.store(held)


def _known_if_there(held: Wait, by: Person, at: datetime) -> None:
    """After words with the customer: what lies ready in full is kept, and need not be told again."""
    if held.missing:
        return
    held.state, held.reached_at, held.ready_at = State.REACHED, at, held.ready_at or at
    held.to_tell, held.tell_at = Wait.Tell.NOTHING, None
    desk.meet_deadline(held, holding.REACH, by=by, at=at)
    holding.keep_goods(held, at)


def _check(wish: Wish, order: Order | None, today: date) -> None:
    faults: dict[str, list[str]] = {}
    if not 1 <= wish.quantity <= MOST_PIECES:
        faults["quantity"] = [_("Between 1 and %(most)s pieces.") % {"most": MOST_PIECES}]
    if wish.other is not None and (wish.other.shop_id != wish.sku.shop_id or wish.other.pk == wish.sku.pk):
        faults["other"] = [_("A substitute is other goods of the same shop.")]
    if wish.until is not None and wish.until < today:
        faults["until"] = [_("Choose today or a day to come.")]
    if order is not None and order.shop_id != wish.sku.shop_id:
        faults["order"] = [_("This order belongs to another shop.")]
    refuse_unstorable(wish.note, "note")
    if faults:
        raise BadInput(next(iter(faults.values()))[0], fields=faults)


def _refuse_what_is_there(sku: Sku, quantity: int) -> None:
    free = Level.objects.filter(sku=sku).aggregate(free=Sum(F("good") - F("reserved")))["free"] or 0
    if free >= quantity:
        raise Refused(
            _("%(free)s of %(sku)s are free: it can be ordered now. If that is wrong, ask the warehouse to count.")
            % {"free": free, "sku": sku.code},
            code="in-stock",
        )
