"""Remarks that came in from the platform, taken apart with what is known of the shop, its people and the order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.shapes import Flag, Legend
from dangban.lib import masks
from dangban.orders import clauses, remarks
from dangban.orders.models import Order
from dangban.people.models import Person
from dangban.shops import rules as shop_rules
from dangban.shops.models import Courier

# What people call a part on the platform, beside its own names.
_CALLED = {
    "快递": "courier", "物流": "courier", "发": "courier", "赠品": "gift", "礼物": "gift", "备注": "other",
    "款号": "sku", "编码": "sku", "件数": "quantity", "预计": "expected", "到货": "expected", "单号": "tracking",
    "改地址": "address", "下次": "next_contact",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """One remark as a page shows it: its parts by their names, by whom and when."""

    parts: list[tuple[str, str]]
    who: str
    when: str


def of_order(order: Order, *, whole: bool) -> list[Shown]:
    """The remarks in what the platform holds; what is personal in them is masked unless `whole`."""
    if not order.platform_remark:
        return []
    return [_shown(one, whole=whole) for one in read(order.flag, order.platform_remark, known_of(order))]


def of_text(flag: str, written: str, known: remarks.Known) -> list[Shown]:
    """The same of a file's cell, masked."""
    return [_shown(one, whole=False) for one in read(flag, written, known)]


def read(flag: str, written: str, known: remarks.Known) -> list[remarks.RemarkParts]:
    """A text taken apart in the format of its flag; where that fits none of it, in any of the legend's."""
    rulebook = in_force()
    legend: Legend = rulebook[clauses.FLAGS] if rulebook.has(clauses.FLAGS) else Legend([])
    own = legend.of(flag)
    rest = [one for one in legend if one is not own] if own is None else []
    formats: list[Flag | None] = [own, *rest]
    tries = [remarks.read(remarks.format_of(one, rulebook), written, known) for one in formats]
    return max(tries, key=lambda found: sum(bool(one.when) + len(one.parts.keys() - {"other"}) for one in found))


def known_in(shop_id: int) -> remarks.Known:
    """Couriers of the shop, names of colleagues, and what parts are called."""
    couriers = Courier.objects.filter(shop=shop_id).values_list("name", flat=True)
    people = Person.objects.values_list("name", "service_name")
    return remarks.Known(
        couriers=frozenset(name for one in couriers for name in (one, shop_rules.short_name(one)) if name),
        people=frozenset(name for pair in people for name in pair if name),
        labels=_labels(),
    )


def known_of(order: Order) -> remarks.Known:
    """The same, with the order's SKUs and what the house itself wrote on it."""
    shop = known_in(order.shop_id)
    ours = {
        one.text: remarks.RemarkParts(one.parts, one.by_name, one.text.rpartition(one.by_name)[2].strip("，/；+ \u00a0"))
        for one in order.remarks.all()
    }
    skus = frozenset(code for code in order.lines.values_list("sku_code", flat=True) if code)
    return remarks.Known(shop.couriers, shop.people, skus, shop.labels, ours)


def _labels() -> Mapping[str, str]:
    named = {name: part for part, both in clauses.PARTS.options.items() for name in (both.zh, both.en.lower())}
    return named | _CALLED


def _shown(one: remarks.RemarkParts, *, whole: bool) -> Shown:
    parts = [
        (str(clauses.PARTS.options[name]), value if whole else masks.scrub(value)) for name, value in one.parts.items()
    ]
    return Shown(parts, one.who, one.when)
