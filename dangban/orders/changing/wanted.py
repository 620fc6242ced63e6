"""What an order is to become: read from what was typed, compared with what it is."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from dangban.lib import addresses, text
from dangban.lib.errors import BadInput
from dangban.orders.models import Order, OrderLine
from dangban.shops.models import Courier, Sku

RECEIVING = ("receiver", "phone", "province", "city", "district", "address", "postcode")
COLUMNS = {
    "address": RECEIVING,
    "courier": ("courier",),
    "invoice": ("invoice_title",),
    "price": ("total_fen", "freight_fen", "refunded_fen", "refund"),
    "cancel": ("status", "refund", "refunded_fen", "close_reason"),
}
OF_LINES = ("total_fen", "quantity", "refunded_fen", "refund")
LINE = ("position", "sku_id", "sku_code", "title", "variant", "quantity", "price_fen")
_PHONE = re.compile(r"1\d{10}|0\d{2,3}-?\d{7,8}(?:-\d{1,6})?")
_MOST_PIECES = 9999


@dataclass(frozen=True, slots=True)
class Wanted:
    """Columns and lines before and after; what the customer still pays, or gets back below zero."""

    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    money_fen: int = 0


def as_it_is(order: Order, field: str) -> dict[str, Any]:
    """The part of an order that a change of this kind is about, as plain data."""
    if field in ("item", "quantity"):
        return {"lines": lines_of(order)} | {name: getattr(order, name) for name in OF_LINES}
    return {name: getattr(order, name) for name in COLUMNS[field]}


def lines_of(order: Order) -> list[list[Any]]:
    return [list(line) for line in order.lines.order_by("position").values_list(*LINE)]


def seen(order: Order, field: str) -> str:
    """A short name for what a page showed of it: another one means that somebody changed it meanwhile."""
    told = json.dumps(as_it_is(order, field), ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def work_out(order: Order, field: str, typed: Mapping[str, str], *, stage: str) -> Wanted:
    """What was typed, in the order's columns. BadInput where it makes no sense or changes nothing."""
    wanted = {
        "address": _address, "item": _item, "quantity": _quantity, "courier": _courier, "invoice": _invoice,
        "price": _price, "cancel": _cancel,
    }[field](order, typed, stage)  # fmt: skip
    if wanted.before == wanted.after:
        raise BadInput(_("That is what the order says already."), fields={_FIRST[field]: [_("Nothing would change.")]})
    return wanted


_FIRST = {
    "address": "address", "item": "sku", "quantity": "quantity", "courier": "courier", "invoice": "invoice_title",
    "price": "off", "cancel": "note",
}  # fmt: skip


def _address(order: Order, typed: Mapping[str, str], stage: str) -> Wanted:
    """A whole new address in one line; receiver and phone stay where nothing is typed."""
    before, after = as_it_is(order, "address"), as_it_is(order, "address")
    faults: dict[str, list[str]] = {}
    receiver, phone = (_clean(typed, name, 60) for name in ("receiver", "phone"))
    whole = _clean(typed, "address", 200)
    if phone and not _PHONE.fullmatch(phone.replace(" ", "")):
        faults["phone"] = [_("Write the whole phone number.")]
    if whole:
        parsed = addresses.parse(whole)
        if not parsed.province or not parsed.rest:
            faults["address"] = [_("Write the whole address: province, city, district, street and number.")]
        after |= {
            "province": parsed.province, "city": parsed.city, "district": parsed.district, "address": parsed.rest[:200],
            "postcode": parsed.postcode,
        }  # fmt: skip
    _raise(faults)
    after |= {name: value for name, value in (("receiver", receiver), ("phone", phone.replace(" ", ""))) if value}
    return Wanted(before, after)


def _item(order: Order, typed: Mapping[str, str], stage: str) -> Wanted:
    line = _line(order, typed)
    code = _clean(typed, "sku", 64)
    sku = Sku.objects.select_related("product").filter(shop=order.shop_id, code=code).first() if code else None
    if sku is None:
        raise BadInput(_("This shop has no such SKU."), fields={"sku": [_("Type the SKU's code as the catalogue has it.")]})
    price = sku.product.price_fen if sku.price_fen is None else sku.price_fen
    after = {"sku_id": sku.pk, "sku_code": sku.code, "title": sku.product.title, "variant": sku.name, "price_fen": price}
    return _with_line(order, line, after, stage)


def _quantity(order: Order, typed: Mapping[str, str], stage: str) -> Wanted:
    line = _line(order, typed)
    pieces = text.whole(typed.get("quantity", ""))
    if pieces is None or not 0 < pieces <= _MOST_PIECES:
        message = _("A number of pieces from 1. For none at all, cancel the order.")
        raise BadInput(message, fields={"quantity": [message]})
    return _with_line(order, line, {"quantity": pieces}, stage)


def _with_line(order: Order, line: OrderLine, becomes: Mapping[str, Any], stage: str) -> Wanted:
    """The lines with one of them changed; where both prices are known, the difference is the customer's."""
    before = as_it_is(order, "item")
    plain = {name: getattr(line, name) for name in LINE}
    new = {**plain, **becomes}
    lines = [[new[name] for name in LINE] if one[0] == line.position else one for one in before["lines"]]
    more = 0
    if plain["price_fen"] is not None and new["price_fen"] is not None:
        more = new["price_fen"] * new["quantity"] - plain["price_fen"] * plain["quantity"]
    after = before | {"lines": lines, "quantity": order.quantity - line.quantity + new["quantity"]}
    if more < 0 and stage != "unpaid":
        # What was paid stays paid; the difference goes back, so that a cancellation does not pay it back again.
        more = -min(-more, max(0, order.paid_fen - order.refunded_fen))
        back = {"refunded_fen": order.refunded_fen - more, "refund": str(Order.Refund.PARTIAL)} if more else {}
        return Wanted(before, after | back, more)
    # Goods may have been ordered below their price: the order's total never falls below nothing.
    more = max(more, -order.total_fen)
    return Wanted(before, after | {"total_fen": order.total_fen + more}, more)


def _line(order: Order, typed: Mapping[str, str]) -> OrderLine:
    position = text.whole(typed.get("line", ""))
    line = order.lines.filter(position=position).first() if position is not None else None
    if line is None:
        raise BadInput(_("Choose an item of this order."), fields={"line": [_("Choose an item of this order.")]})
    return line


def _courier(order: Order, typed: Mapping[str, str], stage: str) -> Wanted:
    name = _clean(typed, "courier", 40)
    known = list(Courier.objects.filter(shop=order.shop_id, stopped_on=None).values_list("name", flat=True))
    if not name or (known and name not in known):
        raise BadInput(_("Choose a courier of this shop."), fields={"courier": [_("Choose a courier of this shop.")]})
    return Wanted(as_it_is(order, "courier"), {"courier": name})


def _invoice(order: Order, typed: Mapping[str, str], stage: str) -> Wanted:
    title = _clean(typed, "invoice_title", 120)
    _raise({} if title else {"invoice_title": [_("Write whom the invoice is for.")]})
    return Wanted(as_it_is(order, "invoice"), {"invoice_title": title})


def _price(order: Order, typed: Mapping[str, str], stage: str) -> Wanted:
    """So much less (in fen, as the discount decided), freight free or not. What was paid is paid back."""
    off, freight = int(typed.get("off_fen", "0")), order.freight_fen if typed.get("freight_free") == "yes" else 0
    less = min(off + freight, order.total_fen)
    before = as_it_is(order, "price")
    if stage == "unpaid":
        after = before | {"total_fen": order.total_fen - less, "freight_fen": order.freight_fen - freight}
        return Wanted(before, after, -less)
    less = min(less, order.paid_fen - order.refunded_fen)
    refund = Order.Refund.FULL if order.refunded_fen + less >= order.paid_fen else Order.Refund.PARTIAL
    after = before | {"refunded_fen": order.refunded_fen + less, "refund": str(refund)} if less > 0 else before
    return Wanted(before, after, -less)


def _cancel(order: Order, typed: Mapping[str, str], stage: str) -> Wanted:
    """Closed; what was paid goes back once its steps are done."""
    reason = _clean(typed, "note", 80)
    _raise({} if reason else {"note": [_("Say why the order is cancelled.")]})
    before = as_it_is(order, "cancel")
    back = max(0, order.paid_fen - order.refunded_fen) if stage != "unpaid" else 0
    after = before | {"status": str(Order.Status.CLOSED), "close_reason": reason}
    if back:
        after |= {"refunded_fen": order.paid_fen, "refund": str(Order.Refund.FULL)}
    return Wanted(before, after, -back)


def _clean(typed: Mapping[str, str], name: str, most: int) -> str:
    value = text.refuse_unstorable(" ".join(typed.get(name, "").split()), name)
    if len(value) > most:
        message = _("At most %(most)s characters.") % {"most": most}
        raise BadInput(message, fields={name: [message]})
    return value


def _raise(faults: dict[str, list[str]]) -> None:
    if faults:
        raise BadInput(next(iter(faults.values()))[0], fields=faults)
