"""The ledger of settlements: every cent of a case, each act once by its key, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.utils import translation

from dangban.aftersales import access
from dangban.aftersales.models import Case, LedgerEntry, Settlement
from dangban.aftersales.rules import settling as rules
from dangban.aftersales.rules.assessment.results import BEARERS, LEGS
from dangban.handbook.decisions import Because
from dangban.journal.actions import HasActor, record
from dangban.lib import clock, text
from dangban.lib.errors import BadInput, Conflict
from dangban.orders import bell as order_bell
from dangban.orders import events
from dangban.orders.figures import keep_figures
from dangban.orders.models import Order
from dangban.people.models import Person

Account = LedgerEntry.Account
# What a case costs the shop, beside what it pays back for goods.
COSTS = (rules.FREIGHT, *rules.GIVEN, "leg", "charge", "claim")
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


def pay_back(order: Order, kind: str, fen: int, *, by_platform: bool, at: datetime) -> None:
    """What a case paid back (or, below zero, entered against) also stands on its order: never lowered by a file.

    What went by the platform may stand there already; freight is no part of what was bought. The order is locked here.
    """
    if kind not in rules.TO_BUYER or kind == rules.FREIGHT:
        return
    held = Order.objects.select_for_update(of=("self",)).select_related("shop").get(pk=order.pk)
    held.settled_fen += fen
    if by_platform:
        held.refunded_fen = max(held.refunded_fen, held.settled_fen)
    else:
        held.settled_aside_fen += fen
        held.refunded_fen = max(0, held.refunded_fen + fen, held.settled_fen)
    held.refund = refund_of(held)
    held.version += 1
    held.save(update_fields=["settled_fen", "settled_aside_fen", "refunded_fen", "refund", "version"])
    if held.customer_id is not None:
        keep_figures(held.shop, {held.customer_id}, at=at)
    events.came([held], at)
    order_bell.order_changed(held)


def refund_of(order: Order) -> str:
    if order.refunded_fen <= 0:
        return Order.Refund.ASKED if order.refund == Order.Refund.ASKED else Order.Refund.NONE
    return Order.Refund.FULL if order.refunded_fen >= order.paid_fen else Order.Refund.PARTIAL


def post_legs(held: Case, *, by: HasActor, at: datetime) -> None:
    """Each freight leg of the assessment, once: the courier got it from whoever paid first."""
    from dangban.aftersales.settling import knowing

    for number, leg in enumerate(knowing.legs_of(knowing.newest(held))):
        key = f"case:{held.pk}:leg:{leg.leg}:{number}"
        if leg.fen and not LedgerEntry.objects.filter(key=key).exists():
            account = _PARTIES.get(leg.advanced_by, Account.SELLER)
            with translation.override(settings.LANGUAGE_CODE):
                memo = f"{LEGS[leg.leg]} · {BEARERS[leg.borne_by]}"
            post(held, "leg", {account: -leg.fen, Account.COURIER: leg.fen}, key=key, by=by, at=at, memo=memo)


def charge(case: Case, account: str, fen: int, *, key: str, by: HasActor, at: datetime, memo: str = "", because: tuple[Because, ...] = ()) -> list[LedgerEntry]:
    """The agent, the warehouse or the courier bears what the shop paid. Call it on a locked case."""
    if isinstance(by, Person):
        access.require(by, "aftersales.handle", case.shop_id)
    if account not in (Account.AGENT, Account.WAREHOUSE, Account.COURIER) or fen <= 0:
        raise BadInput("who bears how much?")
    made = post(case, "charge", {account: -fen, Account.SELLER: fen}, key=key, by=by, at=at, memo=text.refuse_unstorable(memo, "memo"))
    change = {"account": account, "amount_fen": fen}
    record("aftersales.charged", subject=case, by=by, shop=case.shop_id, change=change, because=[one.as_data() for one in because], at=at)
    return made


def balances(case: Case) -> dict[str, int]:
    """Account → what it has got (above zero) or borne in this case."""
    rows = LedgerEntry.objects.filter(case=case).order_by().values_list("account").annotate(Sum("amount_fen"))
    return dict(rows)
