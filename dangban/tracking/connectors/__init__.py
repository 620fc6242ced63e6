"""Services that follow parcels for us, behind one small interface: asked one parcel at a time, or pushing by themselves."""

from __future__ import annotations

from dangban.tracking.connectors.base import (
    Connector,
    Failed,
    Forged,
    News,
    Node,
    Unanswered,
    UnknownCourier,
    Unreadable,
    Wanted,
)
from dangban.tracking.connectors.kdniao import Kdniao
from dangban.tracking.connectors.kuaidi100 import Kuaidi100

CONNECTORS: dict[str, Connector] = {one.code: one for one in (Kuaidi100(), Kdniao())}

__all__ = ["CONNECTORS", "Connector", "Failed", "Forged", "News", "Node", "Unanswered", "UnknownCourier", "Unreadable", "Wanted"]
