"""The register as a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.backorders import holding
from dangban.backorders.models import Wait
from dangban.lib.excel import Column

MOST_ROWS = 50_000


def columns() -> list[Column]:
    return [
        Column(_("Shop"), width=20), Column(_("Customer"), width=16), Column(_("Code of the goods"), width=20), Column(_("Goods"), width=36),
        Column(pgettext("back-order", "Pieces"), "number", 8), Column(pgettext("back-order", "Ready"), "number", 8),
        Column(pgettext("back-order", "State"), width=14), Column(_("Would take instead"), width=20), Column(_("Waits until"), "day", 12),
        Column(_("Registered"), "when", 20), Column(_("Registered by"), width=12), Column(_("Seen to by"), width=12),
        Column(_("Told"), "when", 20), Column(_("Reached"), "when", 20), Column(_("Over since"), "when", 20), Column(pgettext("back-order", "Why"), width=24),
        Column(_("Order"), width=22), Column(_("Recovered"), "money", 12), Column(_("Note"), width=24),
    ]  # fmt: skip


def rows(waits: Iterable[Wait]) -> Iterable[Sequence[Any]]:
    for wait in waits:
        other = wait.gets.code if wait.substituted else wait.other.code if wait.other else (pgettext("back-order", "yes") if wait.takes_other else "")
        yield [
            wait.shop.name, wait.customer.name, wait.sku.code, holding.goods_name(wait.sku), wait.quantity, wait.ready,
            str(wait.get_state_display()), other, wait.wait_until, wait.registered_at, wait.registered_by.name, wait.owner.name,
            wait.told_at, wait.reached_at, wait.closed_at, wait.why, wait.bought.platform_id if wait.bought else "",
            wait.recovered_fen if wait.bought else None, wait.note,
        ]  # fmt: skip
