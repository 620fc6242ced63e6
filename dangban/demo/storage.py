"""The demonstration's warehouse: goods received and sent, some gone, some late, one list published this morning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from dangban.demo.sales import Shelf
from dangban.lib import clock
from dangban.people.models import Person, Shop
from dangban.shops.models import Sku
from dangban.stock import actions
from dangban.stock.actions.shortages import Missing
from dangban.stock.models import Warehouse, Zone

_FIRST = timedelta(days=25)
_OUT_OF_STOCK = 5


class Storage:
    """Acts out what the keeper did; the same random numbers give the same warehouse."""

    def __init__(self, random: Random, shelves: Sequence[Shelf], people: Mapping[str, Person], *, now: datetime) -> None:
        self.random, self.shelves, self.now = random, shelves, now
        self.keeper, self.manager = people["ding"], people["shen"]

    def fill(self) -> None:
        shops: list[Shop] = [shelf.shop for shelf in self.shelves]
        with clock.frozen(self.now - _FIRST):
            warehouse = actions.open_warehouse("main", "主仓", shops, by=self.manager)
        zones = {zone.status: zone for zone in Zone.objects.filter(warehouse=warehouse)}
        skus = [sku for shelf in self.shelves for sku in shelf.skus]
        gone = self.random.sample(skus, _OUT_OF_STOCK)
        for number, sku in enumerate(skus):
            self._stock(sku, zones, number, is_gone=sku in gone)
        self._today(warehouse, gone, zones)

    def _stock(self, sku: Sku, zones: Mapping[str, Zone], number: int, *, is_gone: bool) -> None:
        pieces = self.random.randrange(60, 240, 10)
        by, key = self.keeper, f"demo:{number}"
        came = self.now - _FIRST + timedelta(hours=self.random.randrange(30))
        with clock.frozen(came):
            actions.receive(sku, zones["good"], pieces, by=by, key=f"{key}:in", reference=f"RK{came:%m%d}-{number:03d}")
        sent = pieces if is_gone else self.random.randrange(pieces // 4)
        if is_gone or number % 4 == 0:
            with clock.frozen(self.now - timedelta(days=self.random.randrange(1, 12))):
                actions.take_out(sku, max(sent, 1), by=by, key=f"{key}:out", reason="每日发货合计")
        if number % 17 == 0:
            with clock.frozen(self.now - timedelta(days=2)):
                actions.return_in(sku, zones["returns"], 1, by=by, key=f"{key}:back", reason="七天无理由，待验货")

    def _today(self, warehouse: Warehouse, gone: Sequence[Sku], zones: Mapping[str, Zone]) -> None:
        today = clock.business_day(self.now)
        late, soon, *_others = gone
        with clock.frozen(self.now - timedelta(days=9)):
            expected = actions.expect(
                late, warehouse, 80, today - timedelta(days=2), by=self.keeper, supplier="通州织造", reference="CG-1107"
            )
            actions.expect(soon, warehouse, 120, today + timedelta(days=3), by=self.keeper, supplier="海安羽绒", reference="CG-1112")
        with clock.frozen(self.now - timedelta(hours=2)):
            actions.receive(late, zones["pending"], 30, by=self.keeper, key="demo:part", expected=expected, reference="CG-1107")
            lines = [
                Missing(late, today + timedelta(days=1), "先到一部分，正在验货"),
                Missing(soon, today + timedelta(days=3)),
                Missing(gone[2], None, "厂家排期未定"),
            ]
            actions.publish(warehouse, lines, by=self.keeper)
