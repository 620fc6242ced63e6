"""The flags of the handbook, the buyer's handle, and how a remark begins."""

from __future__ import annotations

from datetime import datetime

from dangban.customers import identity
from dangban.customers.models import Handle
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.shapes import Flag, Legend
from dangban.lib import masks
from dangban.orders import clauses, remarks
from dangban.orders.models import Order


def legend(at: datetime | None = None) -> Legend:
    """The flags of the handbook in force; none where it has no legend."""
    rulebook = in_force(at)
    return rulebook[clauses.FLAGS] if rulebook.has(clauses.FLAGS) else Legend([])


def handle_of(order: Order) -> str:
    """The name its buyer goes by on the order's platform."""
    if order.customer_id is None:
        return ""
    platform = identity.namespace(order.shop.platform)
    handles = Handle.objects.filter(customer=order.customer_id)
    own = handles.filter(platform=platform).values_list("handle", flat=True).first()
    return own or handles.values_list("handle", flat=True).first() or ""


def remark_start(order: Order, flag: Flag | None, *, whole: bool) -> dict[str, str]:
    """What a new remark of this flag begins with: the parts of the last one in the same format.

    Unless `whole`, parts with something personal in them are left out: masked they would be kept so.

    Remarks of the house know their parts; one that came from the platform is taken apart.
    """
    parts = _last_parts(order, flag) if flag is not None else {}
    return {name: part for name, part in parts.items() if whole or masks.scrub(part) == part}


def _last_parts(order: Order, flag: Flag) -> dict[str, str]:
    last = order.remarks.order_by("-pk").first()
    if last is not None:
        return dict(last.parts) if last.flag == flag.code else {}
    if order.flag != flag.code:
        return {}
    found = remarks.read(remarks.format_of(flag, in_force()), order.platform_remark)
    return found[-1].parts if found else {}
