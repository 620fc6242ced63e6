"""Goods that go back to suppliers: how often purchasing is reminded of what waits."""

from __future__ import annotations

from dangban.handbook.shapes import Duration, declare

SUPPLIER_REMINDER = declare(
    "inbound.supplier_reminder", Duration("days", minimum=1, maximum=90),
    "不良品待退厂，每隔几天催采购一次", "Every how many days purchasing is reminded of goods that wait to go back to the supplier",
)
