"""What customers wished for an order: compared with what was ordered, with its clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from dangban.desk.models import Deadline
from dangban.lib import masks
from dangban.orders import rules
from dangban.orders.models import Order, Requirement


def items(order: Order) -> list[rules.Item]:
    """What was ordered, as far as a wish may be compared with it."""
    lines = order.lines.order_by("position").values_list("title", "variant", "sku_code", "quantity")
    return [rules.Item(*line) for line in lines]


def warning_words(warnings: Iterable[Mapping[str, Any]]) -> list[str]:
    """Stored warnings in the reader's language."""
    return [_warning(one["code"], one.get("facts", {})) for one in warnings]


def _warning(code: str, facts: Mapping[str, Any]) -> str:
    match code:
        case "quantity-differs":
            return _("The customer speaks of %(wanted)s pieces; %(ordered)s were ordered.") % facts
        case "colour-differs":
            return _("The customer names %(wanted)s; ordered was %(ordered)s.") % facts
        case "remote":
            return _("Remote address. Couriers that go there: %(couriers)s.") % facts
        case "courier-unreachable":
            return _("%(courier)s does not go to this address. Couriers that do: %(couriers)s.") % facts
        case "dispatched":
            return _("The order has already left (%(status)s).") % facts
    return code


@dataclass(frozen=True, slots=True)
class RequirementRow:
    """A wish on an order with what is to be looked at, in the reader's language."""

    pk: int
    kind: str
    text: str
    by: str
    at: datetime
    settled_at: datetime | None
    settled_by: str
    fulfilled: bool | None
    answer: str
    warnings: list[str]
    by_id: int
    clock: Deadline | None


def requirement_rows(order: Order, *, whole: bool) -> list[RequirementRow]:
    """The wishes on an order, open ones first, each with its clock. `whole`: nothing personal is masked."""
    found = list(order.requirements.select_related("by", "settled_by").order_by("-pk"))
    clocks = clocks_of(found)
    rows = [
        RequirementRow(
            one.pk,
            str(one.get_kind_display()),
            one.text if whole else masks.scrub(one.text),
            _("the customer") if one.by_customer else one.by.name,
            one.at,
            one.settled_at,
            one.settled_by.name if one.settled_by else "",
            one.fulfilled,
            one.answer,
            warning_words(one.warnings),
            one.by_id,
            clocks.get(one.pk),
        )
        for one in found
    ]
    return sorted(rows, key=lambda row: row.settled_at is not None)


def clocks_of(requirements: Sequence[Requirement]) -> dict[int, Deadline]:
    """The clock of each of these wishes with its owner, running or met; one query, none without wishes."""
    if not requirements:
        return {}
    found = Deadline.objects.filter(
        subject_kind=Requirement._meta.label_lower,
        subject_id__in=[one.pk for one in requirements],
        cancelled_at=None,
    )
    return {one.subject_id: one for one in found.select_related("owner").order_by("pk")}


def waiting_wishes(order: Order) -> list[Requirement]:
    """Wishes of the order's buyer that hang on no order yet."""
    if order.customer_id is None:
        return []
    waiting = Requirement.objects.filter(
        order=None, settled_at=None, shop=order.shop_id, customer=order.customer_id
    )
    return list(waiting.select_related("by").order_by("pk"))
