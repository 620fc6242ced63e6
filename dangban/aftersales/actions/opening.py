"""A case is opened: from a chat, an order, a platform's refund, the customer's page, a parcel that came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dangban.aftersales import access, bell
from dangban.aftersales.actions import moving
from dangban.aftersales.models import Case, CaseLine
from dangban.aftersales.rules import flow
from dangban.customers.models import Customer
from dangban.journal.actions import HasActor, record
from dangban.lib import clock, text
from dangban.lib.errors import BadInput
from dangban.orders.models import Order, OrderLine
from dangban.people.models import Person, Shop
from dangban.shops.models import Sku


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many of a line of the order; for an exchange, what is sent instead."""

    line: OrderLine
    quantity: int
    paid_fen: int
    instead: Sku | None = None
    gift: bool = False


def open_case(
    shop: Shop,
    kind: str,
    reason: str,
    *,
    by: HasActor,
    source: str,
    order: Order | None = None,
    customer: Customer | None = None,
    lines: Sequence[Wanted] = (),
    platform_refund_id: str | None = None,
    asked_fen: int | None = None,
    note: str = "",
    facts: Mapping[str, Any] | None = None,
    thread_id: int | None = None,
    owner: Person | None = None,
    severe: bool = False,
    asked_at: datetime | None = None,
    at: datetime | None = None,
) -> Case:
    """Open a case with its first clock. One that has this platform's refund number already is returned unchanged.

    Without an owner it goes to who opened it, or else to somebody on duty who handles the shop's cases.
    BadInput where a line is not of the order or more is asked back than was bought.
    """
    at = at or clock.now()
    access.require(by, "aftersales.handle" if source != Case.Source.PARCEL else "aftersales.receive", shop.pk)
    _check_lines(order, lines)
    refund_id = (platform_refund_id or "").strip() or None
    with transaction.atomic():
        known = _known(shop, refund_id)
        if known is not None:
            return known
        actor = by.actor
        made = Case(
            shop=shop, platform_refund_id=refund_id, order=order, customer=customer or (order.customer if order else None),
            thread_id=thread_id, kind=kind, source=source, reason=reason, note=text.refuse_unstorable(note.strip(), "note"),
            facts=dict(facts or {}), asked_fen=asked_fen, severe=severe, state="opened", waits_for=flow.STATES["opened"].waits_for,
            owner=owner or _owner(by, shop.pk, at), opened_by_kind=actor.kind, opened_by_id=actor.id, opened_by_name=actor.name,
            opened_at=at, asked_at=asked_at or at, state_since=at,
        )  # fmt: skip
        try:
            with transaction.atomic():
                made.save()
        except IntegrityError:
            # The same refund came twice in this very moment: the first is the one.
            faster = _known(shop, refund_id)
            if faster is None:
                raise
            return faster
        CaseLine.objects.bulk_create(_lines(made, lines))
        moving.start(made, by=by, at=at)
        change = {"kind": kind, "reason": reason, "source": str(source), "order": order.platform_id if order else ""}
        record("aftersales.opened", subject=made, by=by, shop=shop.pk, change=change, at=at)
        bell.case_changed(made)
    return made


def _known(shop: Shop, refund_id: str | None) -> Case | None:
    return Case.objects.filter(shop=shop, platform_refund_id=refund_id).first() if refund_id else None


def _owner(by: HasActor, shop_id: int, at: datetime) -> Person:
    if isinstance(by, Person) and by.can("aftersales.handle", shop=shop_id):
        return by
    return moving.who_handles(shop_id, at)


def _check_lines(order: Order | None, lines: Sequence[Wanted]) -> None:
    for wanted in lines:
        if order is None or wanted.line.order_id != order.pk:
            raise BadInput(_("These goods are not of this order."), fields={"lines": [_("Choose goods of the order.")]})
        if not 1 <= wanted.quantity <= wanted.line.quantity:
            message = _("Between 1 and %(most)s of %(title)s.") % {"most": wanted.line.quantity, "title": wanted.line.title}
            raise BadInput(message, fields={"lines": [message]})
    if len({wanted.line.pk for wanted in lines}) < len(lines):
        raise BadInput(_("The same goods are named twice."), fields={"lines": [_("The same goods are named twice.")]})


def _lines(case: Case, lines: Sequence[Wanted]) -> list[CaseLine]:
    return [
        CaseLine(
            case=case, order_line=wanted.line, sku=wanted.line.sku, title=wanted.line.title, variant=wanted.line.variant,
            quantity=wanted.quantity, paid_fen=wanted.paid_fen, gift=wanted.gift, wanted_sku=wanted.instead,
        )
        for wanted in lines
    ]  # fmt: skip
