"""Orders that are paid and can't be sent for lack of goods: the seller is told, the customer chooses, time mends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.backorders import access, bell, ports, rules
from dangban.backorders.models import Shortfall
from dangban.desk import actions as desk
from dangban.desk import house
from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.orders import actions as orders
from dangban.orders import exceptions, ticking
from dangban.orders.changing import asking
from dangban.orders.exceptions import kinds
from dangban.orders.models import Order, OrderLine
from dangban.orders.queries import marks
from dangban.people.models import Person
from dangban.shops.models import Sku
from dangban.stock import actions as stock
from dangban.stock import ledger
from dangban.stock import queries as stocked
from dangban.stock.models import Reservation
from dangban.workforce import queries as workforce

KIND = "out_of_stock"
# The seller is to know before their shift is over.
SELLER = "backorders.seller"
Choice = Shortfall.Choice
_ORDER = "orders.order"
_CAN_WAIT = (Order.Status.PAID, Order.Status.PART)
_AT_ONCE = 200
_END_OF_DAY = time(23, 59)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the customer chose; goods to exchange for, a day until which they wait, words to tell them."""

    choice: str
    other: str = ""
    until: date | None = None
    words: str = ""
    seen: int | None = None


def report_short(
    order: Order, sku: Sku, *, by: HasActor, quantity: int | None = None, expected_on: date | None = None, at: datetime | None = None
) -> Shortfall:
    """An order is paid and its goods are not there: an exception with flag and remark (缺货，货号，预计到货), the
    goods promised to it in its turn, the seller told. The same again is the same."""
    access.require(by, order.shop_id, "orders.flag")
    at = at or clock.now()
    with transaction.atomic():
        locked = asking.lock(order.pk)
        line = _lacking(locked, sku)
        found = Shortfall.objects.filter(order=locked, over_at=None).select_related("exception").first()
        if found is not None:
            return found
        wanted = quantity or line.quantity
        if not 1 <= wanted <= line.quantity:
            message = _("Between 1 and %(most)s pieces.") % {"most": line.quantity}
            raise BadInput(message, fields={"quantity": [message]})
        coming = stocked.next_arrivals([sku.pk]).get(sku.pk)
        expected = expected_on or (coming.expected_on if coming else None)
        seller = _seller(locked)
        facts = {"sku": sku.code, "quantity": wanted, "expected": expected.isoformat() if expected else ""}
        opened = exceptions.open_exception(locked, KIND, by=by, at=at, owner=seller, reason="short", facts=facts)
        made = Shortfall.objects.create(
            exception=opened, order=locked, shop_id=locked.shop_id, sku=sku, quantity=wanted, expected_on=expected, seller=seller
        )
        _mark(locked, made, by, at)
        _promise_in_turn(locked, sku, line.quantity, by, at)
        _tell_seller(made, at)
        _journal("short_reported", made, by, at, quantity=wanted)
    return made


def know(shortfall: Shortfall, *, by: Person, at: datetime | None = None) -> Shortfall:
    """The seller, or whoever settles it, has read that the order can't be sent."""
    access.require(by, shortfall.shop_id, "orders.flag")
    at = at or clock.now()
    with transaction.atomic():
        held = _locked(shortfall.pk)
        if held.known_at is None:
            held.known_at, held.known_by = at, by
            held.save(update_fields=["known_at", "known_by"])
            desk.meet_deadline(held, SELLER, by=by, at=at)
            _journal("seller_knows", held, by, at)
    return held


def choose(shortfall: Shortfall, chosen: Chosen, *, by: Person, at: datetime | None = None) -> Shortfall:
    """What was agreed with the customer: another style, waiting, the money back, waiting with a compensation by rule."""
    access.require(by, shortfall.shop_id, "orders.flag")
    at = at or clock.now()
    _check(chosen, at)
    with transaction.atomic():
        asking.lock(shortfall.order_id)
        held = _locked(shortfall.pk)
        if held.over_at is not None or held.exception.settled_at is not None:
            raise Conflict(_("This was settled meanwhile."))
        if chosen.seen is not None and chosen.seen != held.exception.version:
            raise Conflict(_("Somebody has worked on this meanwhile. Read what became of it first."))
        {"exchange": _exchange, "wait": _wait, "refund": _refund, "compensation": _compensate}[chosen.choice](held, chosen, by, at)
        held.choice, held.chosen_at, held.chosen_by = chosen.choice, at, by
        held.save()
        if held.known_at is None:
            know(held, by=by, at=at)
            held.refresh_from_db()
        _journal("customer_chose", held, by, at, choice=chosen.choice, amount_fen=held.compensation_fen or None)
    return held


def mend_shortfalls(now: datetime) -> int:
    """What lacks nothing any more, was settled, sent or given up is over."""
    return sum(_mend(pk, now) for pk in list(Shortfall.objects.filter(over_at=None).order_by("pk").values_list("pk", flat=True)[:_AT_ONCE]))


def compensation_of(shortfall: Shortfall, at: datetime) -> Decision:
    """What the customer gets by the rules in force: of what they paid for the order."""
    return rules.compensation(shortfall.order.paid_fen, in_force(at))


def _exchange(held: Shortfall, chosen: Chosen, by: Person, at: datetime) -> None:
    sku = Sku.objects.filter(shop=held.shop_id, code__iexact=chosen.other.strip()).select_related("product").first()
    if sku is None or sku.pk == held.sku_id:
        message = _("Type the code of other goods of this shop.")
        raise BadInput(message, fields={"other": [message]})
    line = _lacking(held.order, held.sku)
    asked = asking.Asked("item", {"line": str(line.position), "sku": sku.code}, cause="ours", note=_note(held, sku.code))
    asking.ask(held.order, asked, by=by, follower=by, at=at)
    ledger.lock(held.sku, sku)
    stock.release_all((_ORDER, held.order_id), by=by, why=sku.code, at=at)
    _promise_in_turn(held.order, sku, line.quantity, by, at)
    held.other = sku
    _settle(held, "substituted", sku.code, by, at)


def _wait(held: Shortfall, chosen: Chosen, by: Person, at: datetime) -> None:
    until = chosen.until or held.expected_on
    if until is None or until < clock.business_day(at):
        message = _("Choose the day until which the customer waits.")
        raise BadInput(message, fields={"until": [message]})
    promised = clock.at_local(until, _END_OF_DAY)
    exceptions.promise(held.exception, promised, by=by, text=chosen.words or _waiting_words(held, until), at=at)
    held.exception.refresh_from_db()


def _refund(held: Shortfall, chosen: Chosen, by: Person, at: datetime) -> None:
    asking.ask(held.order, asking.Asked("cancel", {"note": _note(held)}, cause="ours", note=_note(held)), by=by, follower=by, at=at)
    stock.release_all((_ORDER, held.order_id), by=by, why=str(Choice.REFUND.label), at=at)
    _settle(held, "refunded", "", by, at)


def _compensate(held: Shortfall, chosen: Chosen, by: Person, at: datetime) -> None:
    decision = compensation_of(held, at)
    if not decision.amount_fen:
        raise Refused(_("The handbook grants no compensation here."), decision=decision, code="none")
    held.compensation_fen = decision.amount_fen
    held.because = [reason.as_data() for reason in decision.because]
    keep(decision, subject=held, by=by, shop=held.shop_id, at=at)
    _wait(held, chosen, by, at)


def _mend(pk: int, now: datetime) -> int:
    order_id = Shortfall.objects.values_list("order", flat=True).get(pk=pk)
    with transaction.atomic():
        order = asking.lock(order_id)
        held = _locked(pk)
        if held.over_at is not None:
            return 0
        there = Reservation.objects.filter(subject_kind=_ORDER, subject_id=order.pk, sku=held.sku_id, outcome="").first()
        arrived = there is not None and not there.missing
        settled = held.exception.settled_at is not None
        if not settled and not arrived and order.status in _CAN_WAIT:
            return 0
        held.over_at = now
        held.save(update_fields=["over_at"])
        desk.cancel_deadlines(held, by=SYSTEM, kinds=(SELLER,), reason=str(order.get_status_display()), at=now)
        if not settled:
            exceptions.settle(held.exception, kinds.BY_ITSELF, by=SYSTEM, at=now)
        flag = marks.legend(now).serving("out_of_stock")
        if flag is not None and order.flag == flag.code:
            orders.set_flag(order, "", by=SYSTEM, at=now)
        if arrived and not settled:
            _tell_that_it_can_leave(held, now)
        _journal("short_over", held, SYSTEM, now)
    return 1


def _settle(held: Shortfall, outcome: str, answer: str, by: Person, at: datetime) -> None:
    exceptions.settle(held.exception, outcome, by=by, answer=answer, at=at)
    held.over_at = at
    desk.cancel_deadlines(held, by=by, kinds=(SELLER,), reason=outcome, at=at)


def _lacking(order: Order, sku: Sku) -> OrderLine:
    if order.status not in _CAN_WAIT:
        raise Refused(_("Only an order that awaits dispatch can lack goods: this one is %(status)s.") % {"status": order.get_status_display()})
    line = order.lines.filter(sku=sku).order_by("position").first()
    if line is None:
        message = _("The order has no line with these goods.")
        raise BadInput(message, fields={"sku": [message]})
    return line


def _seller(order: Order) -> Person | None:
    """Who sold it, as long as they still may look after orders of the shop."""
    seller = ports.seller_of(order)
    return seller if seller is not None and seller.is_active and seller.can("orders.flag", shop=order.shop_id) else None


def _mark(order: Order, made: Shortfall, by: HasActor, at: datetime) -> None:
    """Flag and remark as the legend has them, in the company's language: they go to the platform."""
    flag = marks.legend(at).serving("out_of_stock")
    with translation.override(settings.LANGUAGE_CODE):
        expected = made.expected_on.isoformat() if made.expected_on else pgettext("arrival", "no date yet")
        if flag is None:
            parts = {"other": _("Out of stock: %(sku)s × %(quantity)s, expected %(day)s") % {"sku": made.sku.code, "quantity": made.quantity, "day": expected}}
        else:
            parts = {"sku": made.sku.code, "quantity": str(made.quantity), "expected": expected}
    orders.add_remark(order, by=by, parts=parts, flag=flag.code if flag else "", at=at)


def _promise_in_turn(order: Order, sku: Sku, quantity: int, by: HasActor, at: datetime) -> None:
    """Whatever comes in is the order's in its turn, as for everybody who waits."""
    if not Reservation.objects.filter(subject_kind=_ORDER, subject_id=order.pk, sku=sku, outcome="").exists():
        url = reverse("orders:detail", args=[order.pk])
        stock.reserve(sku, quantity, subject=(_ORDER, order.pk), label=order.platform_id, url=url, by=by, at=at)


def _tell_seller(made: Shortfall, at: datetime) -> None:
    """At once by a notice; and a clock that runs out with their shift, until they have read it."""
    seller = made.seller or made.exception.owner
    duty = workforce.current_duty(seller, at)
    wall = clock.local(at)
    due = rules.seller_told_by(at, duty.ends_at if duty else None, rules.day_over(wall).astimezone(at.tzinfo), in_force(at))
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Can't be sent, out of stock: order %(number)s") % {"number": made.order.platform_id}
        body = _("%(sku)s × %(quantity)s. Ask the customer: another style, waiting, or the money back.") % {"sku": made.sku.code, "quantity": made.quantity}
    url = reverse("backorders:short", args=[made.pk])
    desk.notify(seller, title, body, by=SYSTEM, url=url, shop=made.order.shop, at=at)
    if due is None:
        return
    made.tell_by, decision = due
    made.save(update_fields=["tell_by"])
    desk.start_deadline(
        SELLER, made, rule=decision.because[0].path, allowed_seconds=max(1, int((made.tell_by - at).total_seconds())),
        because=[reason.as_data() for reason in decision.because], by=SYSTEM, owner=seller, team=ticking.team_of(made.shop_id, seller),
        shop=made.order.shop, label=title, url=url, warn_seconds=int(house.warn_before(at).total_seconds()), at=at,
    )  # fmt: skip


def _tell_that_it_can_leave(held: Shortfall, at: datetime) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Goods are there: order %(number)s can be sent") % {"number": held.order.platform_id}
    people = [one for one in {held.exception.owner, held.seller} if one is not None]
    desk.notify(people, title, held.sku.code, by=SYSTEM, url=reverse("orders:detail", args=[held.order_id]), shop=held.order.shop, at=at)


def _locked(pk: int) -> Shortfall:
    held = Shortfall.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "order__shop", "order__customer", "sku__product", "exception__owner", "exception__order__shop", "seller"
    )
    return held.get(pk=pk)


def _check(chosen: Chosen, at: datetime) -> None:
    if chosen.choice not in Choice.values or not chosen.choice:
        message = _("Choose what the customer wants.")
        raise BadInput(message, fields={"choice": [message]})


def _note(held: Shortfall, instead: str = "") -> str:
    with translation.override(settings.LANGUAGE_CODE):
        said = _("Out of stock: %(sku)s") % {"sku": held.sku.code}
    return f"{said} → {instead}" if instead else said


def _waiting_words(held: Shortfall, until: date) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        said = _("Thank you for waiting. %(goods)s is expected by %(day)s; your order is sent as soon as it is there.") % {
            "goods": held.sku.product.title, "day": f"{until.month}-{until.day}",
        }  # fmt: skip
        if held.compensation_fen:
            said += _(" For the delay you get %(amount)s.") % {"amount": f"¥{held.compensation_fen / 100:.2f}"}
    return said


def _journal(verb: str, held: Shortfall, by: HasActor, at: datetime, **change: object) -> None:
    said = {"sku": held.sku.code, **{name: value for name, value in change.items() if value is not None}}
    record(f"backorders.{verb}", subject=held.order, by=by, shop=held.shop_id, change=said, at=at)
    bell.short_changed(held)
