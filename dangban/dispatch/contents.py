"""What a parcel's slip says: to whom, what, by whom, what was promised; and its digest, by which it is known to hold."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from dangban.dispatch import facts
from dangban.dispatch.models import Preparation
from dangban.orders.models import Order, OrderLine, Remark, Requirement

_TO = ("receiver", "phone", "province", "city", "district", "address", "postcode")


@dataclass(slots=True)
class Content:
    """One parcel: the order it is named by first, then those that go with it."""

    main: Preparation
    orders: list[Order]
    courier: str
    lines: list[OrderLine] = field(default_factory=list)
    wishes: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def order(self) -> Order:
        return self.orders[0]

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def digest(self) -> str:
        to = [getattr(self.order, name) for name in _TO]
        lines = [[line.order_id, line.sku_code, line.title, line.variant, line.quantity] for line in self.lines]
        said = [to, self.courier, [order.platform_id for order in self.orders], lines, self.wishes, self.remarks]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def of(mains: Sequence[Preparation]) -> dict[int, Content]:
    """Main preparation → what is to go in its parcel, as the orders stand now. Four queries."""
    pks = [main.pk for main in mains]
    rows = Preparation.objects.filter(pk__in=pks) | Preparation.objects.filter(joined_to__in=pks, closed_at=None)
    found: dict[int, Content] = {}
    rows = rows.select_related("order__shop", "order__customer", "shop")
    for one in sorted(rows, key=lambda one: (one.joined_to_id is not None, one.pk)):
        if one.joined_to_id is None:
            found[one.pk] = Content(one, [one.order], one.courier)
        elif one.joined_to_id in found:
            found[one.joined_to_id].orders.append(one.order)
    _fill(found)
    return found


def _fill(found: dict[int, Content]) -> None:
    pks = [order.pk for content in found.values() for order in content.orders]
    lines = facts.lines_to_go(pks)
    wishes: dict[int, list[str]] = defaultdict(list)
    done = Requirement.objects.filter(order__in=pks, fulfilled=True).order_by("pk")
    for one in done:
        wishes[one.order_id or 0].append(f"{one.get_kind_display()}：{one.text}")
    remarks: dict[int, list[str]] = defaultdict(list)
    of_wishes = [one.remark_id for one in done if one.remark_id]
    for remark in Remark.objects.filter(order__in=pks).exclude(pk__in=of_wishes).order_by("pk"):
        remarks[remark.order_id].append(remark.text)
    for content in found.values():
        for order in content.orders:
            content.lines += lines[order.pk]
            content.wishes += wishes[order.pk]
            said = remarks[order.pk] or ([order.platform_remark] if order.platform_remark.strip() else [])
            content.remarks += said[-1:]
