"""The ledger of settlements: every cent of a case, each act once by its key, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.utils import translation

from dangban.aftersales.models import Case, LedgerEntry, Settlement
from dangban.aftersales.rules import settling as rules
from dangban.aftersales.rules.assessment.results import BEARERS, LEGS
from dangban.journal.actions import HasActor
from dangban.lib import clock
from dangban.lib.errors import Conflict
from dangban.orders import bell as order_bell
from dangban.orders import events
from dangban.orders.figures import keep_figures
from dangban.orders.models import Order

Account = LedgerEntry.Account
# What a case costs the shop, beside what it pays back for goods.
COSTS = (rules.FREIGHT, *rules.GIVEN, "leg", "claim")
# Kept with a case whose order waits for what becomes of a refund that was entered against.
ASKS_AGAIN = "refund_asked_again"
_TO_GO = (Order.Status.PAID, Order.Status.PART)
_PARTIES = {"seller": Account.SELLER, "buyer": Account.BUYER, "insurance": Account.BUYER}


def post(
    held: Case, kind: str, parts: Mapping[str, int], *, key: str, by: HasActor, at: datetime, settlement: Settlement | None = None, memo: str = ""
) -> list[LedgerEntry]:
    """Enter what moved between accounts; the parts add up to zero. The same key again is the same act.

    Call it on a locked case, in the transaction of what it tells of: the sums of the case go with it.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("money is entered in a transaction")
    parts = {str(account): fen for account, fen in parts.items() if fen}
    if sum(parts.values()):
        raise ValueError("what is entered adds up to zero")
    known = list(LedgerEntry.objects.filter(key=key).order_by("pk"))
    if known:
        if {one.account: one.amount_fen for one in known} != parts:
            raise Conflict(f"another amount was entered as {key}")
        return known
    actor = by.actor
    made = LedgerEntry.objects.bulk_create(
        LedgerEntry(
            case=held, settlement=settlement, shop_id=held.shop_id, account=account, amount_fen=fen, kind=kind, memo=memo[:200], key=key,
            business_day=clock.business_day(at), at=at, by_kind=actor.kind, by_id=actor.id, by_name=actor.name,
        )
        for account, fen in parts.items()
    )  # fmt: skip
    if kind in rules.TO_BUYER:
        held.refunded_fen += parts.get(Account.BUYER, 0) + parts.get(Account.CREDIT, 0)
    if kind in COSTS:
        held.cost_fen -= parts.get(Account.SELLER, 0)
    held.save(update_fields=["refunded_fen", "cost_fen"])
    return made


def pay_back(order: Order, kind: str, fen: int, *, by_platform: bool, at: datetime, asks: bool = False) -> bool:
    """What a case paid back (or, below zero, entered against) also stands on its order: never lowered by a file.

    What went by the platform may stand there already; freight is no part of what was bought. The order is locked here.
    `asks`: what is entered against is still asked for; goods that have not left then wait, which the answer says.
    """
    if kind not in rules.TO_BUYER or kind == rules.FREIGHT:
        return False
    held = Order.objects.select_for_update(of=("self",)).select_related("shop").get(pk=order.pk)
    if not held.settled_fen or held.refunded_fen > held.settled_fen:
        # More than cases here paid back is what the platform said; the same, it may have said or not.
        held.platform_refunded_fen = held.refunded_fen - held.settled_aside_fen
    held.settled_fen += fen
    held.settled_aside_fen += 0 if by_platform else fen
    held.refunded_fen = max(0, held.platform_refunded_fen + held.settled_aside_fen, held.settled_fen)
    waits = asks and held.refunded_fen == 0 and held.status in _TO_GO
    held.refund = Order.Refund.ASKED if waits else refund_of(held)
    _keep(held, at, "settled_fen", "settled_aside_fen", "platform_refunded_fen", "refunded_fen")
    return waits


def asks_no_more(order: Order, at: datetime) -> None:
    """A case is over whose payment was entered against: goods that waited for what becomes of it may leave.

    Unless another case of the order waits for the same. The order is locked here, before that is looked at.
    """
    held = Order.objects.select_for_update(of=("self",)).select_related("shop").get(pk=order.pk)
    others = Case.objects.filter(order=held, closed_at=None, facts__has_key=ASKS_AGAIN)
    if held.refund == Order.Refund.ASKED and not others.exists():
        held.refund = Order.Refund.NONE
        _keep(held, at)


def _keep(held: Order, at: datetime, *fields: str) -> None:
    held.version += 1
    held.save(update_fields=[*fields, "refund", "version"])
    if held.customer_id is not None:
        keep_figures(held.shop, {held.customer_id}, at=at)
    events.came([held], at)
    order_bell.order_changed(held)


def refund_of(order: Order) -> str:
    if order.refunded_fen <= 0:
        return Order.Refund.ASKED if order.refund == Order.Refund.ASKED else Order.Refund.NONE
    return Order.Refund.FULL if order.refunded_fen >= order.paid_fen else Order.Refund.PARTIAL


def post_legs(held: Case, *, by: HasActor, at: datetime) -> None:
    """Freight by the newest assessment: the courier got it from whoever paid first. What an earlier one said is brought to it."""
    from dangban.aftersales.settling import knowing

    made = knowing.newest(held)
    if made is None:
        return
    legs = knowing.legs_of(made)
    entered = _entered_legs(held)
    for name in dict.fromkeys([*(one.leg for one in legs), *entered]):
        mine = [one for one in legs if one.leg == name and one.fen]
        parts = {account: -fen for account, fen in entered.get(name, {}).items()}
        for one in mine:
            for account, fen in ((str(_PARTIES.get(one.advanced_by, Account.SELLER)), -one.fen), (str(Account.COURIER), one.fen)):
                parts[account] = parts.get(account, 0) + fen
        if any(parts.values()):
            with translation.override(settings.LANGUAGE_CODE):
                memo = " · ".join([str(LEGS[name]), *dict.fromkeys(str(BEARERS[one.borne_by]) for one in mine)])
            post(held, "leg", parts, key=f"case:{held.pk}:leg:{name}:by-{made.pk}", by=by, at=at, memo=memo)


def _entered_legs(held: Case) -> dict[str, dict[str, int]]:
    """Way → account → what stands in the ledger for it."""
    found: dict[str, dict[str, int]] = {}
    for key, account, fen in LedgerEntry.objects.filter(case=held, kind="leg").values_list("key", "account", "amount_fen"):
        sums = found.setdefault(key.split(":")[3], {})
        sums[account] = sums.get(account, 0) + fen
    return found


def balances(case: Case) -> dict[str, int]:
    """Account → what it has got (above zero) or borne in this case."""
    rows = LedgerEntry.objects.filter(case=case).order_by().values_list("account").annotate(Sum("amount_fen"))
    return dict(rows)
