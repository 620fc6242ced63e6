"""What happened to an order, and how its fields are called and shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.handbook.shapes import Flag, Legend
from dangban.lib import masks, money
from dangban.orders import rules
from dangban.orders.models import Order
from dangban.orders.queries.marks import legend


@dataclass(frozen=True, slots=True)
class Event:
    """One line of an order's history."""

    at: datetime
    kind: str
    who: str
    text: str
    flag: Flag | None = None
    because: list[Any] = field(default_factory=list)


def history(order: Order, *, whole: bool) -> list[Event]:
    """Flags, remarks and changes on the platform, newest first. `whole`: nothing personal is masked."""
    flags = legend()
    events = [
        Event(
            change.at,
            "flag",
            change.by_name,
            _flag_words(flags, change.flag),
            flags.of(change.flag),
            change.because,
        )
        for change in order.flag_changes.all()
    ]
    events += [
        Event(one.at, "remark", one.by_name, one.text if whole else masks.scrub(one.text), flags.of(one.flag))
        for one in order.remarks.all()
    ]
    events += [
        Event(one.at, "change", "", change_words(one.field, one.before, one.after, whole=whole))
        for one in order.changes.all()
    ]
    return sorted(events, key=lambda event: event.at, reverse=True)


def _flag_words(flags: Legend, code: str) -> str:
    flag = flags.of(code)
    if flag is not None:
        return str(flag.meaning)
    return code or _("no flag")


def change_words(name: str, before: str, after: str, *, whole: bool) -> str:
    """“Status: Awaiting dispatch → Dispatched”."""
    label = field_label(name)
    if name == "lines":
        return _("%(label)s changed") % {"label": label}
    shown = [shown_value(name, value, whole=whole) or "–" for value in (before, after)]
    return f"{label}: {shown[0]} → {shown[1]}"


def shown_value(name: str, value: str, *, whole: bool = False) -> str:
    """A stored value of a field in words; masked unless `whole`."""
    if name.endswith("_fen") and value:
        return money.show(int(value))
    if name == "status" and value in Order.Status.values:
        return str(Order.Status(value).label)
    if name == "refund" and value in Order.Refund.values:
        return str(Order.Refund(value).label)
    return value if whole else rules.masked(name, value)


def field_label(name: str) -> str:
    """What a field is called on the pages."""
    return str(_LABELS.get(name, name))
_LABELS = {
    "status": gettext_lazy("Status"),
    "refund": gettext_lazy("Refund"),
    "total_fen": gettext_lazy("Total"),
    "paid_fen": gettext_lazy("Paid"),
    "freight_fen": gettext_lazy("Freight"),
    "refunded_fen": gettext_lazy("Refunded amount"),
    "quantity": gettext_lazy("Pieces"),
    "created_at": gettext_lazy("Placed"),
    "paid_at": gettext_lazy("Paid at"),
    "dispatched_at": gettext_lazy("Dispatched at"),
    "signed_at": gettext_lazy("Signed at"),
    "completed_at": gettext_lazy("Completed at"),
    "receiver": gettext_lazy("Receiver"),
    "phone": gettext_lazy("Phone"),
    "province": gettext_lazy("Province"),
    "city": gettext_lazy("City"),
    "district": gettext_lazy("District"),
    "address": gettext_lazy("Address"),
    "postcode": gettext_lazy("Postcode"),
    "courier": gettext_lazy("Courier"),
    "tracking_number": gettext_lazy("Tracking number"),
    "buyer_message": gettext_lazy("Buyer's message"),
    "platform_remark": gettext_lazy("Remark on the platform"),
    "close_reason": gettext_lazy("Why it was closed"),
    "invoice_title": gettext_lazy("Invoice title"),
    "lines": gettext_lazy("Items"),
}
