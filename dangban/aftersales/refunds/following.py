"""A refund of the platform becomes a case, or moves the one it is; the platform's clock runs beside ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales import bell, facts, inbound
from dangban.aftersales.actions import Wanted, locked, move, open_case
from dangban.aftersales.clauses.platform import (
    PLATFORM_CONFIRM,
    PLATFORM_RETURN,
    SHIPPED_AUTO,
    UNSHIPPED_AUTO,
)
from dangban.aftersales.models import Case
from dangban.aftersales.settling import by_platform
from dangban.desk import actions as desk
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.rulebook import Rules
from dangban.journal.actions import HasActor, record
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Refused
from dangban.orders.models import Order, OrderLine
from dangban.people.models import Shop

OVER = ("SUCCESS", "CLOSED")
# When the platform changed it last, as far as its files say; kept with the case.
_CHANGED = "platform_changed_at"
# The number of a return that the platform tells and that can't be announced.
_NO_PARCEL = "platform_number_refused"
# Where nothing has come back and nothing was paid by us: what the platform ends is over here too.
_NOTHING_YET = ("opened", "evidence", "assessed", "refused", "returning", "disputed", "ruling")


@dataclass(frozen=True, slots=True)
class Refund:
    """One row of a platform's file, read."""

    number: str
    order: str
    state: str
    kind: str = Case.Kind.REFUND
    reason: str = "dislike"
    note: str = ""
    asked_at: datetime | None = None
    asked_fen: int | None = None
    paid_fen: int | None = None
    line: str = ""
    code: str = ""
    title: str = ""
    quantity: int | None = None
    due_at: datetime | None = None
    changed_at: datetime | None = None
    courier: str = ""
    tracking: str = ""


def take(shop: Shop, refund: Refund, order: Order, *, by: HasActor, at: datetime) -> str:
    """``created``, ``updated``, ``unchanged``; ``over`` for what had ended before anybody here knew of it. In a transaction of its own."""
    with transaction.atomic():
        known = Case.objects.filter(shop=shop, platform_refund_id=refund.number).first()
        if known is None:
            if refund.state in OVER:
                return "over"
            made = _open(shop, refund, order, by=by, at=at)
            _follow(locked(made.pk), refund, by=by, at=at)
            return "created"
        by_platform.hold_approvals(known.pk)
        return "updated" if _follow(locked(known.pk), refund, by=by, at=at) else "unchanged"


def _open(shop: Shop, refund: Refund, order: Order, *, by: HasActor, at: datetime) -> Case:
    line = line_of(order, refund)
    shares = facts.paid_shares(order)
    goods = []
    for one in [line] if line is not None else list(order.lines.all()) if order.lines.count() == 1 else []:
        pieces = min(refund.quantity or one.quantity, one.quantity)
        goods.append(Wanted(one, max(1, pieces), facts.paid_for(one, max(1, pieces), shares), gift=not one.price_fen))
    return open_case(
        shop, refund.kind, refund.reason, by=by, source=Case.Source.PLATFORM, order=order, lines=goods, platform_refund_id=refund.number,
        asked_fen=refund.asked_fen, note=refund.note, asked_at=min(refund.asked_at or at, at), at=at,
    )  # fmt: skip


def line_of(order: Order, refund: Refund) -> OrderLine | None:
    """By the platform's number of the line, else by code, else by title."""
    lines = list(order.lines.order_by("position"))
    for name, value in (("platform_line_id", refund.line), ("sku_code", refund.code), ("title", refund.title)):
        found = [line for line in lines if value and getattr(line, name) == value]
        if found:
            return found[0]
    return None


def _follow(held: Case, refund: Refund, *, by: HasActor, at: datetime) -> bool:
    """Whether anything of it is new. An older file takes nothing back: what is over stays over."""
    rules = in_force(at)
    due = None if refund.state in OVER else refund.due_at or _decides_at(held, refund, rules, at)
    before = held.platform_state
    same_number = not _tells_number(held, refund)
    if _is_older(held, refund):
        return False
    asked = held.asked_fen if refund.asked_fen is None or held.closed_at is not None else refund.asked_fen
    if before == refund.state and (refund.due_at is None or held.platform_due_at == due) and same_number and asked == held.asked_fen:
        return False
    held.platform_state, held.asked_fen = refund.state, asked
    held.platform_due_at = held.platform_due_at if before == refund.state and refund.due_at is None else due
    if refund.changed_at is not None:
        held.facts = {**held.facts, _CHANGED: refund.changed_at.isoformat()}
    held.version += 1
    held.save(update_fields=["platform_state", "asked_fen", "platform_due_at", "facts", "version"])
    change = {"platform_state": [before, refund.state], "platform_due_at": str(held.platform_due_at or "")}
    record("aftersales.platform_changed", subject=held, by=by, shop=held.shop_id, change=change, at=at)
    bell.case_changed(held)
    _go_along(held, refund, by=by, at=at)
    return True


def _is_older(held: Case, refund: Refund) -> bool:
    """What is over stays over, and money that was paid stays paid; else by when the platform changed it."""
    if held.platform_state == "SUCCESS" or (held.platform_state in OVER and refund.state not in OVER):
        return held.platform_state != refund.state
    last = held.facts.get(_CHANGED)
    return refund.changed_at is not None and last is not None and refund.changed_at < datetime.fromisoformat(last)


def _decides_at(held: Case, refund: Refund, rules: Rules, at: datetime) -> datetime | None:
    """When the platform goes on by itself, by its rules as the handbook knows them."""
    sent = held.order is not None and held.order.dispatched_at is not None
    since = refund.changed_at or at
    if refund.state == "WAIT_SELLER_AGREE":
        since, rule = refund.asked_at or held.asked_at, SHIPPED_AUTO if sent else UNSHIPPED_AUTO
    elif refund.state == "WAIT_BUYER_RETURN_GOODS":
        rule = PLATFORM_RETURN
    elif refund.state == "WAIT_SELLER_CONFIRM_GOODS":
        rule = PLATFORM_CONFIRM
    else:
        return None
    within: timedelta | None = rules[rule] if rules.has(rule) else None
    return since + within if within is not None else None


def _go_along(held: Case, refund: Refund, *, by: HasActor, at: datetime) -> None:
    """Where the platform is further than we are, the case follows it as far as that leaves nothing undone."""
    if refund.state == "WAIT_BUYER_RETURN_GOODS" and held.state == "assessed":
        held = move(held, "agree_return", "returning", by=by, at=at, note=refund.number, due_at=held.platform_due_at)
    if _tells_number(held, refund):
        if held.state == "assessed":
            held = move(held, "agree_return", "returning", by=by, at=at, note=refund.number)
        held = _announced(held, refund, by=by, at=at)
    if refund.state == "SUCCESS":
        _refunded(held, refund, by=by, at=at)
    elif refund.state == "CLOSED":
        _closed(held, refund, by=by, at=at)


def _tells_number(held: Case, refund: Refund) -> bool:
    """A parcel that is not known of yet, and could be."""
    if not refund.tracking or held.closed_at is not None or held.facts.get(_NO_PARCEL) == refund.tracking:
        return False
    return not held.parcel_cases.filter(parcel__number=refund.tracking.upper()).exists()


def _announced(held: Case, refund: Refund, *, by: HasActor, at: datetime) -> Case:
    """A number that is of no use here holds up nothing else that the platform says: who sees to the case is told of it, once."""
    try:
        with transaction.atomic():
            inbound.announce(held, refund.courier or _("courier not named"), refund.tracking, by=by, at=at)
    except (Refused, BadInput) as why:
        held = locked(held.pk)
        held.facts = {**held.facts, _NO_PARCEL: refund.tracking}
        held.save(update_fields=["facts"])
        with translation.override(settings.LANGUAGE_CODE):
            title = _("%(case)s: the return's number of the platform can't be noted") % {"case": held.number}
        desk.notify(held.owner, title, f"{refund.tracking} · {why}", by=SYSTEM, url=reverse("aftersales:case", args=[held.pk]), shop=held.shop, at=at)
    return locked(held.pk)


def _refunded(held: Case, refund: Refund, *, by: HasActor, at: datetime) -> None:
    # Goods that are still to come are looked at all the same.
    by_platform.settle(held, refund.number, refund.asked_fen if refund.paid_fen is None else refund.paid_fen, by=by, at=at)
    held = locked(held.pk)
    open_payments = held.settlements.filter(state__in=("proposed", "ready")).exclude(kind="topup").exists()
    if not open_payments and held.state in (*_NOTHING_YET[:4], "inspected", "settling", "disputed", "ruling"):
        move(held, "platform_paid", "settled", by=by, at=at)


def _closed(held: Case, refund: Refund, *, by: HasActor, at: datetime) -> None:
    waits = held.state == "returning"
    if held.state in _NOTHING_YET and not waits:
        move(held, "platform_closed", "withdrawn", by=by, at=at, note=refund.number)
        return
    if held.closed_at is not None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        title = _("The platform has closed refund %(refund)s of %(case)s") % {"refund": refund.number, "case": held.number}
        body = _("The goods are still on their way or to be sent. Have the customer apply again, or ask the platform to open it again.")
    desk.write_task(
        title, body=body, by=SYSTEM, owner=held.owner, shop=held.shop, subject=held, url=reverse("aftersales:case", args=[held.pk]), at=at
    )
