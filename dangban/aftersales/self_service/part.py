"""What after-sales shows on the customer's own page of an order."""

from __future__ import annotations

from datetime import datetime

from dangban.aftersales.self_service import asking, progress
from dangban.orders import ports
from dangban.orders.models import Order


def own_part(order: Order, token: str, seen: bool, at: datetime) -> ports.OwnPart | None:
    """The requests there are, and the way to a new one."""
    cases = asking.own_cases(order)
    may_ask = bool(asking.askable(order))
    if not cases and not may_ask:
        return None
    rows = [{"case": case, "head": progress.head(case)} for case in cases]
    return ports.OwnPart("aftersales/own/_part.html", {"token": token, "rows": rows, "may_ask": may_ask, "seen": seen})
