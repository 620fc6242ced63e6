"""What the customer pays: freight and differences by a link, cash in a parcel, credit kept from another time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _

from dangban.aftersales import access, bell
from dangban.aftersales.actions.moving import locked, move
from dangban.aftersales.models import Case, CaseOrder, LedgerEntry, Settlement
from dangban.aftersales.settling import ledger, ordering, proposing
from dangban.aftersales.settling.proposing import bumped, propose
from dangban.customers.models import Customer
from dangban.journal.actions import record
from dangban.lib import clock, money, text
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.orders.models import Order
from dangban.people.models import Person

Kind, Way, State = Settlement.Kind, Settlement.Way, Settlement.State
Account = LedgerEntry.Account
_AGAINST = ":against"


def ask_topup(case: Case, amount_fen: int, *, by: Person, key: str, at: datetime | None = None) -> Settlement:
    """The customer is to pay so much; it is matched by the reference with the case's number."""
    return propose(case, Kind.TOPUP, amount_fen, Way.PLATFORM, by=by, key=key, at=at, note=ordering.REFERENCE % case.number)


def paid_up(
    case: Case, amount_fen: int, way: str, *, by: Person, key: str, reference: str = "", at: datetime | None = None
) -> Settlement:
    """The customer has paid; a payment that was asked for is it. With the last of it the goods are let go.

    The same key again is the same payment. Credit is used only as far as it goes.
    """
    at = at or clock.now()
    access.require(by, "aftersales.handle" if not by.can("aftersales.pay", shop=case.shop_id) else "aftersales.pay", case.shop_id)
    if way not in Way.values or way == Way.COUPON:
        raise BadInput(_("Choose how it was paid."), fields={"way": [_("Choose how it was paid.")]})
    if amount_fen <= 0:
        raise BadInput(_("An amount above 0."), fields={"amount": [_("An amount above 0.")]})
    reference = text.refuse_unstorable(" ".join(reference.split()), "reference")[:80]
    with transaction.atomic():
        # Orders of ours first, as whoever packs them begins with that.
        list(Order.objects.select_for_update(of=("self",)).filter(case_order__case=case).order_by("pk"))
        held = locked(case.pk)
        known = LedgerEntry.objects.filter(key=key).select_related("settlement").first()
        if known is not None and known.settlement is not None:
            return _same(known.settlement, held, amount_fen)
        if way == Way.CREDIT:
            _enough_credit(held, amount_fen)
        row = _asked(held, amount_fen)
        if row is None:
            _asked_less(held, amount_fen, by, at)
            row = Settlement(case=held, shop_id=held.shop_id, kind=Kind.TOPUP, amount_fen=amount_fen, key=key, proposed_by=by, proposed_at=at)
        row.case, row.way, row.state, row.paid_by, row.paid_at, row.reference = held, way, State.PAID, by, at, reference
        row.version = (row.version or 0) + 1
        row.save()
        gives = Account.CREDIT if way == Way.CREDIT else Account.BUYER
        ledger.post(held, Kind.TOPUP, {gives: -amount_fen, Account.SELLER: amount_fen}, key=key, by=by, at=at, settlement=row, memo=reference)
        change = {"way": way, "amount_fen": amount_fen, "reference": reference}
        record("aftersales.topped_up", subject=held, by=by, shop=held.shop_id, change=change, at=at)
        _let_go(held, by, at)
    return row


def use_credit(case: Case, amount_fen: int, order: Order, *, by: Person, key: str, at: datetime | None = None) -> list[LedgerEntry]:
    """The customer uses credit on another order of the shop, never more than the order costs: it is entered where it was kept, with the order's number."""
    at = at or clock.now()
    access.require(by, "aftersales.handle", case.shop_id)
    if amount_fen <= 0:
        raise BadInput(_("An amount above 0."), fields={"amount": [_("An amount above 0.")]})
    with transaction.atomic():
        held = locked(case.pk)
        if order.customer_id is None or order.customer_id != held.customer_id or order.shop_id != held.shop_id:
            raise Refused(_("This order is another customer's, or of another shop."), code="not-theirs")
        known = list(LedgerEntry.objects.filter(key=key))
        if known:
            if any(one.case_id != held.pk or abs(one.amount_fen) != amount_fen for one in known):
                raise Conflict(_("Another payment was entered from this page already. Load it again."))
            return known
        _enough_credit(held, amount_fen)
        _costs_so_much(held, order, amount_fen)
        memo = order.platform_id
        made = ledger.post(held, "credit", {Account.CREDIT: -amount_fen, Account.SELLER: amount_fen}, key=key, by=by, at=at, memo=memo)
        change = {"order": order.platform_id, "amount_fen": amount_fen}
        record("aftersales.credit_used", subject=held, by=by, shop=held.shop_id, change=change, at=at)
        bell.case_changed(bumped(held))
    return made


def not_used(entry: LedgerEntry, why: str, *, by: Person, at: datetime | None = None) -> list[LedgerEntry]:
    """Credit that was noted as used by mistake is the customer's again: the same entries the other way round, with the reason. Once."""
    at = at or clock.now()
    access.require(by, "aftersales.pay", entry.shop_id)
    why = proposing.words(why)
    with transaction.atomic():
        held = locked(entry.case_id)
        used = list(LedgerEntry.objects.filter(case=held, key=entry.key, kind="credit"))
        if not used or entry.key.endswith(_AGAINST):
            raise Conflict(_("Only credit that was used can be entered against."))
        key = against_key(entry.key)
        known = list(LedgerEntry.objects.filter(key=key))
        if known:
            return known
        parts = {one.account: -one.amount_fen for one in used}
        made = ledger.post(held, "credit", parts, key=key, by=by, at=at, memo=f"{entry.memo} {why}")
        change = {"order": entry.memo, "amount_fen": abs(entry.amount_fen), "reason": why}
        record("aftersales.credit_not_used", subject=held, by=by, shop=held.shop_id, change=change, at=at)
        bell.case_changed(bumped(held))
    return made


@dataclass(frozen=True, slots=True)
class Use:
    """Credit used on an order, or, below zero, entered against."""

    entry: LedgerEntry
    amount_fen: int
    stands: bool


def credit_uses(case: Case) -> list[Use]:
    """Each entry that used credit kept in this case, and each against it; ``stands`` for those nothing was entered against."""
    rows = list(LedgerEntry.objects.filter(case=case, kind="credit", account=Account.CREDIT).order_by("pk"))
    keys = {one.key for one in rows}
    return [Use(one, -one.amount_fen, not one.key.endswith(_AGAINST) and against_key(one.key) not in keys) for one in rows]


def against_key(key: str) -> str:
    return key[: 80 - len(_AGAINST)] + _AGAINST


def credit_fen(customer_id: int | None, shop_id: int) -> int:
    """What this customer has left of what was kept as credit in the shop."""
    if customer_id is None:
        return 0
    rows = LedgerEntry.objects.filter(case__customer=customer_id, shop=shop_id, account=Account.CREDIT)
    return rows.aggregate(fen=Sum("amount_fen"))["fen"] or 0


def asked_fen(case: Case) -> int:
    rows = Settlement.objects.filter(case=case, kind=Kind.TOPUP, state=State.READY)
    return rows.aggregate(fen=Sum("amount_fen"))["fen"] or 0


# ---- Parts --------------------------------------------------------------------------------------


def _same(known: Settlement, held: Case, amount_fen: int) -> Settlement:
    if (known.case_id, known.kind, known.amount_fen) != (held.pk, Kind.TOPUP, amount_fen):
        raise Conflict(_("Another payment was entered from this page already. Load it again."))
    return known


def _asked(held: Case, amount_fen: int) -> Settlement | None:
    """The oldest payment of this amount that the customer was asked for."""
    return _waiting(held).filter(amount_fen=amount_fen).first()


def _asked_less(held: Case, amount_fen: int, by: Person, at: datetime) -> None:
    """Another amount came than was asked for: so much less is asked for still, the oldest first."""
    for row in _waiting(held):
        if amount_fen >= row.amount_fen:
            amount_fen -= row.amount_fen
            proposing.end(row, State.CANCELLED, _("paid together with something else"), by, at)
        elif amount_fen:
            row.amount_fen -= amount_fen
            row.version += 1
            row.save(update_fields=["amount_fen", "version"])
            return


def _waiting(held: Case) -> QuerySet[Settlement]:
    rows = Settlement.objects.select_for_update(of=("self",)).filter(case=held, kind=Kind.TOPUP, state=State.READY)
    return rows.order_by("pk")


def _enough_credit(held: Case, amount_fen: int) -> None:
    if held.customer_id is None:
        raise Refused(_("Nobody knows who the customer is: there is nobody to keep credit for."), code="nobody")
    # Two cases of one customer never use the same credit.
    Customer.objects.select_for_update(no_key=True).get(pk=held.customer_id)
    left = credit_fen(held.customer_id, held.shop_id)
    if left < amount_fen:
        raise Refused(_("The customer has %(left)s of credit left.") % {"left": money.show(left)}, code="too-little")


def _costs_so_much(held: Case, order: Order, amount_fen: int) -> None:
    """What the order costs bounds all credit used on it. Its customer is locked, so that two uses follow each other."""
    if order.status == Order.Status.CLOSED or not order.is_sale:
        raise Refused(_("Credit is used on an order that was bought and is not closed."), code="no-sale")
    uses = LedgerEntry.objects.filter(case__customer=held.customer_id, shop=held.shop_id, kind="credit", account=Account.CREDIT, memo=order.platform_id)
    fens = {against_key(key): -fen for key, fen in uses.values_list("key", "amount_fen")}
    used = sum(fens.values()) - sum(fens[key] for key in set(LedgerEntry.objects.filter(key__in=fens).values_list("key", flat=True)))
    goods = sum((line.price_fen or 0) * line.quantity for line in order.lines.all())
    # A price that was lowered on the platform for this very credit does not make the order cost less.
    left = max(0, max(order.total_fen, goods + order.freight_fen) - used)
    if amount_fen > left:
        raise Refused(
            _("Order %(order)s costs %(left)s beyond the credit already used on it.") % {"order": order.platform_id, "left": money.show(left)}, code="beyond-order"
        )


def _let_go(held: Case, by: Person, at: datetime) -> None:
    """When nothing is owed any more: goods that waited for it leave, and the case with them."""
    if ordering.owed_fen(held):
        bell.case_changed(bumped(held))
        return
    for made in CaseOrder.objects.select_related("order__shop").filter(case=held, order__status=Order.Status.UNPAID).order_by("pk"):
        made.case = held
        paid = made.order.total_fen
        made.order.paid_fen = paid
        made.order.save(update_fields=["paid_fen"])
        ordering.let_leave(made, by=by, at=at)
    if held.state == "topup":
        move(held, "paid_up", "sending", by=by, at=at)
    else:
        bell.case_changed(bumped(held))
