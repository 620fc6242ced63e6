"""A change comes true: the order's columns and lines, what hangs on them, and who hears of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from dangban.customers import recognising
from dangban.journal.actions import HasActor, record
from dangban.lib import money, text
from dangban.lib.errors import Conflict
from dangban.orders import bell, events, ticking
from dangban.orders.changing import wanted
from dangban.orders.models import ChangeRequest, Order, OrderLine
from dangban.orders.queries import history
from dangban.orders.unpaid import following

PERSONAL = frozenset({*wanted.RECEIVING, "invoice_title"})


def apply(request: ChangeRequest, order: Order, *, by: HasActor, at: datetime) -> None:
    """Write it on the locked order, once. Conflict if what it was to replace is no longer there."""
    if request.applied_at is not None:
        return
    if wanted.as_it_is(order, request.field) != request.before:
        raise Conflict(_("The order became another meanwhile. Withdraw this change and ask for it anew."), code="meanwhile")
    fields = [name for name in request.after if name != "lines" and request.after[name] != request.before.get(name)]
    for name in fields:
        setattr(order, name, request.after[name])
    if "phone" in fields:
        order.phone_tail = text.tail(order.phone)
    order.version += 1
    order.save(update_fields=[*fields, "phone_tail", "version"])
    changed = list(fields)
    if request.before.get("lines") != request.after.get("lines"):
        _write_lines(order, request.after["lines"])
        changed.append("lines")
    request.applied_at = at
    request.version += 1
    request.save(update_fields=["applied_at", "version"])
    _follow(request, order, by=by, at=at)
    told = {name: [request.before[name], request.after[name]] for name in fields if name not in PERSONAL}
    record(
        "orders.order_changed", subject=order, by=by, shop=order.shop_id, change={"field": request.field, **told},
        because=request.because, personal=personal_part(request), at=at,
    )  # fmt: skip
    events.changed(order, changed, at)
    bell.order_changed(order)


def _write_lines(order: Order, lines: list[list[Any]]) -> None:
    for line in lines:
        values = dict(zip(wanted.LINE, line, strict=True))
        OrderLine.objects.filter(order=order, position=values.pop("position")).update(**values)


def _follow(request: ChangeRequest, order: Order, *, by: HasActor, at: datetime) -> None:
    if request.field == ChangeRequest.Field.CANCEL:
        ticking.end_with([order], by=by, at=at)
        following.end([order], by=by, at=at)
        events.came([order], at)
    if request.field == ChangeRequest.Field.ADDRESS and order.customer_id is not None:
        recognising.remember_addresses(
            [
                recognising.Delivery(
                    customer_id=order.customer_id, receiver=order.receiver, phone=order.phone, province=order.province,
                    city=order.city, district=order.district, detail=order.address, postcode=order.postcode, at=at,
                )
            ]
        )  # fmt: skip


def personal_part(request: ChangeRequest) -> dict[str, Any] | None:
    """What of it is the customer's own: kept where it can be erased."""
    found = {
        name: [request.before.get(name), after]
        for name, after in request.after.items()
        if name in PERSONAL and after != request.before.get(name)
    }
    return found or None


def summary(request: ChangeRequest) -> str:
    """What it is to become, in a few words for the remark."""
    after, before = request.after, request.before
    match request.field:
        case "address":
            where = "".join(str(after[name]) for name in ("province", "city", "district", "address"))
            return " ".join(part for part in (after["receiver"], after["phone"], where) if part)
        case "item" | "quantity":
            return "、".join(_line_words(line) for line in after["lines"] if line not in before["lines"])
        case "courier":
            return str(after["courier"])
        case "invoice":
            return str(after["invoice_title"])
        case "price":
            return money.show(-request.money_fen)
    return request.note or str(after.get("close_reason", ""))


def _line_words(line: list[Any]) -> str:
    values = dict(zip(wanted.LINE, line, strict=True))
    return f"{values['variant'] or values['title']} ×{values['quantity']}"


def shown_changes(request: ChangeRequest, *, whole: bool) -> list[tuple[str, str, str]]:
    """(label, before, after) of what becomes another; masked unless `whole`."""
    rows = []
    for name, after in request.after.items():
        before = request.before.get(name)
        if name == "lines":
            old, new = request.before["lines"], after
            pairs = [(one, other) for one, other in zip(old, new, strict=False) if one != other]
            rows += [(history.field_label("lines"), _line_words(one), _line_words(other)) for one, other in pairs]
        elif before != after:
            shown = [history.shown_value(name, "" if value is None else str(value), whole=whole) or "–" for value in (before, after)]
            rows.append((history.field_label(name), shown[0], shown[1]))
    return rows
