"""From rows of a table to orders; what a single cell says is read by `cells`.

Pure: no database, no clock. A row that can't be understood becomes a `RowRefusal` that says why;
what a file does not say about an order is absent from its `said`, which is not the same as empty.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from dangban.lib import addresses, tables, text

from .cells import NOTHING, READERS, Misread
from .formats import Format, Recognised

_PLATFORM_ID = re.compile(r"^[0-9A-Za-z][0-9A-Za-z_-]{0,63}$")
_LONGEST = {
    "receiver": 60, "phone": 40, "province": 30, "city": 40, "district": 40, "address": 200, "postcode": 10,
    "courier": 40, "tracking_number": 120, "close_reason": 80, "invoice_title": 120, "buyer": 120, "flag": 20,
}  # fmt: skip


@dataclass(slots=True)
class Line:
    """One item of an order."""

    title: str
    quantity: int
    variant: str = ""
    sku_code: str = ""
    platform_line_id: str = ""
    price_fen: int | None = None


@dataclass(slots=True)
class ReadOrder:
    """An order as the file tells it. `said` holds only what the file has a value for."""

    platform_id: str
    lines_from: list[int]
    said: dict[str, Any]
    lines: list[Line] = field(default_factory=list)
    # The file has no column for the stage; it was worked out from times and amounts.
    status_derived: bool = False

    @property
    def first_line(self) -> int:
        return self.lines_from[0]

    def digest(self) -> str:
        """What this file says, in 64 characters; the same again changes nothing."""
        items = [
            [x.title, x.quantity, x.variant, x.sku_code, x.platform_line_id, x.price_fen] for x in self.lines
        ]
        plain = json.dumps([self.said, items], ensure_ascii=False, sort_keys=True, default=str)
        return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class RowRefusal:
    """A row that was not understood."""

    line: int
    reference: str
    reason: str
    row: dict[str, str]


class Reader:
    """Reads one table of a recognised format; refusals gather while orders are read."""

    def __init__(self, table: tables.Table, recognised: Recognised) -> None:
        self.table = table
        self.format: Format = recognised.format
        self.refusals: list[RowRefusal] = []
        self.rows = 0
        index = {name: place for place, name in reversed(list(enumerate(table.headers))) if name}
        self._columns = [(index[name], fills, name) for name, fills in recognised.columns.items()]

    def orders(self) -> list[ReadOrder]:
        """All orders of the table, in the order of their first row."""
        found: dict[str, list[_Row]] = {}
        for line, cells in self._rows():
            try:
                row = self._read(line, cells)
            except Misread as wrong:
                self._refuse(line, cells, str(wrong))
                continue
            found.setdefault(row.platform_id, []).append(row)
        return [order for rows in found.values() if (order := self._assemble(rows)) is not None]

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        for row in self.table.rows():
            self.rows += 1
            yield row.line, row.cells

    def _read(self, line: int, cells: list[str]) -> _Row:
        values: dict[str, Any] = {}
        for place, fills, header in self._columns:
            written = cells[place]
            if written.lower() in NOTHING:
                continue
            if not text.is_storable(written):
                raise Misread(_("%(column)s holds a damaged character") % {"column": header})
            reader = READERS.get(fills)
            try:
                value = reader(written) if reader else written
            except Misread as wrong:
                raise Misread(f"{header}: {wrong}") from wrong
            if value is not None:
                values.setdefault(fills, value)
        return _Row(line, cells, _number(values), values)

    def _refuse(self, line: int, cells: list[str], reason: str) -> None:
        named = {name: cells[place] for place, fills, name in self._columns if cells[place]}
        reference = next(
            (cells[place] for place, fills, _name in self._columns if fills == "platform_id"), ""
        )
        self.refusals.append(RowRefusal(line, reference[:120], reason, named))

    def _assemble(self, rows: list[_Row]) -> ReadOrder | None:
        if len(rows) > 1 and not self.format.row_per_line:
            rows = self._without_repeats(rows)
        try:
            return assemble(rows, self.format)
        except Misread as wrong:
            for row in rows:
                self._refuse(row.line, row.cells, str(wrong))
            return None

    def _without_repeats(self, rows: list[_Row]) -> list[_Row]:
        first = rows[0]
        for row in rows[1:]:
            if row.values != first.values:
                reason = _(
                    "The order stands in this file twice with different content; line %(line)s was taken"
                )
                self._refuse(row.line, row.cells, reason % {"line": first.line})
        return [first]


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    cells: list[str]
    platform_id: str
    values: dict[str, Any]


def _number(values: Mapping[str, Any]) -> str:
    written = str(values.get("platform_id", "")).strip()
    if not written:
        raise Misread(_("The order number is missing"))
    if tables.is_lossy_number(written):
        raise Misread(
            _(
                "The order number was rounded by a spreadsheet (%(written)s); export the file again and load it without opening it first"
            )
            % {"written": written}
        )
    if not _PLATFORM_ID.match(written):
        raise Misread(_("“%(written)s” is not an order number") % {"written": text.one_line(written, 40)})
    return written


def assemble(rows: list[_Row], form: Format) -> ReadOrder:
    """One order from its rows: the order's own values once, one line for each item."""
    merged: dict[str, Any] = {}
    for row in rows:
        for fills, value in row.values.items():
            merged.setdefault(fills, value)
    said: dict[str, Any] = {}
    _say_money(said, merged, rows, form)
    _say_times(said, merged)
    _say_stage(said, merged, rows)
    _say_address(said, merged)
    for name in (
        "buyer",
        "receiver",
        "courier",
        "tracking_number",
        "buyer_message",
        "platform_remark",
        "flag",
    ):
        if name in merged:
            said[name] = merged[name][: _LONGEST.get(name, 2000)]
    for name in ("close_reason", "invoice_title"):
        if name in merged:
            said[name] = merged[name][: _LONGEST[name]]
    if said.get("close_reason") == "订单未关闭":
        del said["close_reason"]
    lines = _lines(rows, merged, form)
    said["quantity"] = (
        merged["quantity"] if form.joined_titles and "quantity" in merged else sum(x.quantity for x in lines)
    )
    if not lines and "quantity" not in merged:
        del said["quantity"]
    derived = not any("status" in row.values for row in rows)
    return ReadOrder(rows[0].platform_id, [row.line for row in rows], said, lines, derived)


def _say_money(said: dict[str, Any], merged: Mapping[str, Any], rows: Iterable[_Row], form: Format) -> None:
    for name in ("total_fen", "paid_fen", "freight_fen", "refunded_fen"):
        if form.amounts_per_line and any(name in row.values for row in rows):
            said[name] = sum(row.values.get(name, 0) for row in rows)
        elif name in merged:
            said[name] = merged[name]
    if "total_fen" not in said:
        goods = sum(row.values.get("goods_fen", 0) for row in rows)
        if goods or "goods_fen" in merged:
            said["total_fen"] = goods + (0 if form.amounts_per_line else said.get("freight_fen", 0))
        elif "paid_fen" in said or "received_fen" in merged:
            said["total_fen"] = said.get("paid_fen", merged.get("received_fen"))
    if "paid_fen" not in said and "received_fen" in merged:
        said["paid_fen"] = merged["received_fen"]
    if any(said.get(name, 0) < 0 for name in ("total_fen", "paid_fen", "freight_fen", "refunded_fen")):
        raise Misread(_("An amount is negative"))
    if "total_fen" not in said:
        raise Misread(_("No amount is given for this order"))


def _say_times(said: dict[str, Any], merged: Mapping[str, Any]) -> None:
    for name in ("created_at", "paid_at", "dispatched_at", "signed_at", "completed_at"):
        if name in merged:
            said[name] = merged[name]
    # Pinduoduo's file may hold only one of the two times; an order there is placed by paying.
    if "created_at" not in said and "paid_at" in said:
        said["created_at"] = said["paid_at"]
    if "created_at" not in said:
        raise Misread(_("The time at which the order was placed is missing"))
    if "paid_at" in said and said["paid_at"] < said["created_at"]:
        raise Misread(_("The order was paid before it was placed: one of the two times is wrong"))


def _say_stage(said: dict[str, Any], merged: Mapping[str, Any], rows: list[_Row]) -> None:
    stages = [tuple(row.values["status"].split("\n")) for row in rows if "status" in row.values]
    refund = ""
    if stages:
        said["status"] = whole_status([stage for stage, _refund in stages])
        refund = whole_refund([known for _stage, known in stages if known])
    else:
        said["status"] = status_from_facts(said)
    refunds = [row.values["refund"] for row in rows if "refund" in row.values]
    if refunds:
        refund = whole_refund(refunds + (["none"] * (len(rows) - len(refunds)))) or refund
    if not refund and "refunded_fen" in said:
        refund = refund_from_amounts(said)
    if refund == "full" and 0 < said.get("refunded_fen", 0) < said.get("paid_fen", 0):
        refund = "partial"
    if refund:
        said["refund"] = refund
    # Pinduoduo orders are placed by paying: what is past payment was paid when it was placed.
    if (
        said["status"] in ("paid", "part", "sent", "signed", "done")
        and "paid_at" not in said
        and "received_fen" in merged
    ):
        said["paid_at"] = said["created_at"]


def whole_status(stages: list[str]) -> str:
    """The stage of an order whose items are at these stages; closed items don't count beside open ones."""
    open_stages = [stage for stage in stages if stage != "closed"] or ["closed"]
    distinct = set(open_stages)
    if len(distinct) == 1:
        return open_stages[0]
    if "part" in distinct or (distinct & {"paid"} and distinct & {"sent", "signed", "done"}):
        return "part"
    ranks = ["unpaid", "paid", "part", "sent", "signed", "done"]
    return min(distinct, key=ranks.index)


def whole_refund(refunds: list[str]) -> str:
    """The refund state of an order from those of its items."""
    distinct = set(refunds)
    if not distinct:
        return ""
    if "asked" in distinct:
        return "asked"
    if "partial" in distinct or distinct == {"none", "full"}:
        return "partial"
    return refunds[0]


def refund_from_amounts(said: Mapping[str, Any]) -> str:
    back = said["refunded_fen"]
    if not back:
        # Nothing went back yet; whether somebody asks for it these files don't say.
        return ""
    # Exports lower what was paid by what went back, so that a whole refund shows as nothing paid.
    return "full" if back >= said.get("paid_fen", 0) and back >= said.get("total_fen", 0) else "partial"


def status_from_facts(said: Mapping[str, Any]) -> str:
    """The stage of an order in a file without statuses, from what it does tell."""
    if "completed_at" in said:
        return "done"
    if "signed_at" in said:
        return "signed"
    if "dispatched_at" in said or "tracking_number" in said:
        return "sent"
    if "paid_at" not in said:
        return "unpaid"
    whole = said.get("refunded_fen", 0) and refund_from_amounts(said) == "full"
    return "closed" if whole else "paid"


def _say_address(said: dict[str, Any], merged: Mapping[str, Any]) -> None:
    if "province" in merged:
        parsed = addresses.Address(
            addresses.province(merged["province"]) or merged["province"],
            merged.get("city", ""),
            merged.get("district", ""),
            " ".join(part for part in (merged.get("street", ""), merged.get("detail", "")) if part),
        )
    else:
        parsed = addresses.parse(
            merged.get("changed_address") or merged.get("address", "") or merged.get("detail", "")
        )
    parts = {
        "province": parsed.province,
        "city": parsed.city,
        "district": parsed.district,
        "address": parsed.rest,
        "postcode": parsed.postcode,
    }
    said |= {name: value[: _LONGEST[name]] for name, value in parts.items() if value}
    phone = merged.get("phone") or merged.get("landline") or merged.get("buyer_phone")
    if phone:
        said["phone"] = phone[: _LONGEST["phone"]]


def _lines(rows: list[_Row], merged: Mapping[str, Any], form: Format) -> list[Line]:
    if form.row_per_line:
        return [_line(row.values) for row in rows if _tells_an_item(row.values)]
    if "title" not in merged:
        return []
    titles = [title.strip() for title in re.split("[，]", merged["title"]) if title.strip()]
    pieces = merged.get("quantity", 1)
    # A comma may also stand in a title. Only where the count agrees with what the file says of
    # kinds and pieces is the cell taken apart; otherwise it stays one line, whole.
    if form.joined_titles and len(titles) > 1 and merged.get("kinds") == len(titles) == pieces:
        return [Line(title[:300], 1) for title in titles]
    return [Line(merged["title"][:300], pieces, merged.get("variant", "")[:120])]


def _tells_an_item(values: Mapping[str, Any]) -> bool:
    return any(name in values for name in ("title", "sku_code", "variant", "platform_line_id"))


def _line(values: Mapping[str, Any]) -> Line:
    code = values.get("sku_code") or values.get("product_code") or ""
    pieces = values.get("quantity", 1)
    price = values.get("price_fen")
    if price is None and pieces and "goods_fen" in values and values["goods_fen"] % pieces == 0:
        price = values["goods_fen"] // pieces
    return Line(
        title=str(values.get("title") or values.get("variant") or code or values.get("platform_line_id"))[
            :300
        ],
        quantity=pieces,
        variant=values.get("variant", "")[:120],
        sku_code=code[:64],
        platform_line_id=values.get("platform_line_id", "")[:64],
        price_fen=price,
    )
