"""Files and orders that several tests of this room begin with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dangban.handbook import actions as handbook
from dangban.orders.imports import running as imports
from dangban.orders.models import Order
from dangban.people.models import Person, Shop
from dangban.shops import runs
from dangban.shops.models import ImportRun
from dangban.testing import pages

FILES = Path(__file__).parent / "files"
TAOBAO = FILES / "taobao.gbk.csv"


class OrderCase(pages.CastCase):
    """The cast with the default handbook in force."""

    @classmethod
    def set_up_story(cls) -> None:
        handbook.adopt_preset("default")

    @classmethod
    def load(cls, path: Path, shop: Shop, by: Person, *, dry_run: bool = False) -> ImportRun:
        return cls.load_bytes(path.read_bytes(), path.name, shop, by, dry_run=dry_run)

    @classmethod
    def load_bytes(
        cls, data: bytes, name: str, shop: Shop, by: Person, *, dry_run: bool = False
    ) -> ImportRun:
        run = runs.begin(shop, ImportRun.Kind.ORDERS, name, data, by=by, dry_run=dry_run)
        runs.carry_out(run, imports.take_in)
        return run

    @classmethod
    def order(cls, **given: Any) -> Order:
        """One order of Fang's in the cast's shop, not through a file."""
        values = {
            "shop": cls.cast.shop,
            "platform_id": "2209000000000000009",
            "number_tail": "000009",
            "customer": cls.cast.fang,
            "status": Order.Status.PAID,
            "total_fen": 39800,
            "paid_fen": 39800,
            "quantity": 2,
            "created_at": pages.NOW,
            "business_day": "2026-11-19",
            "receiver": "方静",
            "phone": "13500000005",
            "phone_tail": "0005",
            "province": "浙江省",
            "city": "杭州市",
            "district": "西湖区",
            "address": "示例路8号",
            "imported_at": pages.NOW,
        }
        order = Order.objects.create(**(values | given))
        order.lines.create(
            position=1, title="南风四件套", variant="深蓝 1.8 米", quantity=2, sku_code="NF-BLUE"
        )
        # The day as a date, as every other reader has it.
        order.refresh_from_db()
        return order


def counts(run: ImportRun) -> dict[str, int]:
    return {name: getattr(run, name) for name in ("rows", "created", "updated", "unchanged", "refused")}
