"""How fast the work lists of the order desk are at a size of your choice, and how long a bulk audit takes.

    bin/bench orders [--orders 300000] [--skus 10000] [--audit 2000] [--database sqlite|postgresql] [--only NAME] [--explain]

Fills a scratch database by a few statements, each multiplying one row that the rooms themselves wrote,
and asks for the pages as the server would: through the bridge's handler, signed in, with all middleware.
For each: wall time of page and queries (p50, p95), CPU of this process, statements.
"""

from __future__ import annotations

import argparse
import gc
import io
import statistics
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._report import Report
from bench._scratch import scratch

BUYERS = 20_000
TARGET = 100
PAGES = {
    "orders": ("ou", ["/orders/"]),
    "orders_awaiting_dispatch": ("ou", ["/orders/?status=paid"]),
    "flag": ("ou", ["/orders/?flag=1", "/orders/?flag=2"]),
    "flag_unused": ("ou", ["/orders/?flag=5"]),
    "flag_unpaid": ("ou", ["/orders/?flag=1&status=unpaid"]),
    "remark_common": ("ou", [f"/orders/?q={quote('周末送')}"]),
    "remark_rare": ("ou", [f"/orders/?q={quote('生日贺卡')}"]),
    "number_tail": ("ou", [f"/orders/?q={n:06d}" for n in range(1, 3000, 200)]),
    "unpaid": ("lin", ["/orders/unpaid/"]),
    "follow_up": ("zhou", ["/orders/unpaid/board/"]),
    "exceptions": ("zhou", ["/orders/exceptions/"]),
    "exceptions_mine": ("lin", ["/orders/exceptions/?kind=urgent&due=today"]),
    "parcels": ("lin", ["/parcels/"]),
    "parcels_delivering": ("lin", ["/parcels/?state=delivering"]),
    "parcels_stalled": ("lin", ["/parcels/?which=stalled"]),
    "parcels_trouble": ("lin", ["/parcels/?which=trouble"]),
    "parcels_arrived": ("lin", ["/parcels/?which=over"]),
    "parcel_search": ("lin", [f"/parcels/?q=YT{n:09d}" for n in range(1, 3000, 200)] + ["/parcels/?q=000123"]),
    "changes": ("zhou", ["/orders/changes/"]),
    "prices": ("zhou", ["/orders/prices/"]),
    "stock": ("ding", ["/stock/"]),
    "stock_search": ("ding", [f"/stock/?q={quote('商品 77')}", "/stock/?q=SKU-01234"]),
    "out_of_stock": ("ding", ["/stock/out/"]),
    "alerts": ("ding", ["/stock/alerts/"]),
    "arrivals": ("ding", ["/stock/arrivals/"]),
    "campaigns": ("zhou", ["/campaigns/"]),
    "backorders": ("zhou", ["/backorders/"]),
    "dispatch": ("ou", ["/dispatch/"]),
    "cut_off": ("ou", ["/dispatch/cut-off/"]),
    "page_feedback": ("zhou", ["/catalogue/feedback/"]),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=300_000)
    parser.add_argument("--skus", type=int, default=10_000)
    parser.add_argument("--audit", type=int, default=2_000)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--only", default="")
    parser.add_argument("--explain", action="store_true", help="print the slowest statement of each page")
    parser.add_argument("--database", default="sqlite")
    options = parser.parse_args()
    report = Report("orders")
    with scratch(report, options.database):
        _run(options, report)
    return report.end()


def _run(options: argparse.Namespace, report: Report) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from dangban.testing.cast import Cast

    cast = Cast()
    began = time.perf_counter()
    Filling(cast, options).fill()
    report.section(f"{options.orders:,} orders, {options.skus:,} SKUs: page and queries in milliseconds, p95")
    report.add("fill_seconds", round(time.perf_counter() - began, 1))
    asking = Asking(cast, options, report)
    # As a server does once everything is loaded: a look through the whole program would stand in some page's way.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    for name, (reader, addresses) in PAGES.items():
        if name.startswith(options.only):
            asking.take(name, reader, addresses)
    if options.audit:
        _audit(cast, options, report)


class Filling:
    """One row of each kind by the rooms' own code, the rest as copies of it that differ where they must."""

    def __init__(self, cast: Any, options: argparse.Namespace) -> None:
        from django.db import connection

        from dangban.lib import clock

        self.cast, self.options, self.connection = cast, options, connection
        self.now = clock.now()
        self.epoch = int(self.now.timestamp())

    def fill(self) -> None:
        from dangban.stock.tests.goods import Goods

        goods = Goods(self.cast)
        self._goods(goods)
        self._orders(goods.blue)
        self._marks()
        self._campaigns()
        self._parcels()
        with self.connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _goods(self, goods: Any) -> None:
        from dangban.lib import clock
        from dangban.stock.models import Alert, Balance, Expected, Level, Movement, Shortage, ShortageList

        goods.receive(50)
        skus, sku = self.options.skus, goods.blue
        by = {"by_kind": "person", "by_id": self.cast.ding.pk, "by_name": "丁大力"}
        first = self._copies(sku, skus, {"code": self._text("'SKU-'", 5), "name": "'商品 ' || i", "search": "'商品 ' || i || ' sku'"})
        of = f"{first} + i"
        self.first_sku = first
        self._copies(Level.objects.get(sku=sku), skus, {"sku_id": of, "good": "i % 40", "reserved": "CASE WHEN i % 40 > 20 THEN 5 ELSE 0 END"})
        self._copies(Balance.objects.get(sku=sku), skus, {"sku_id": of, "quantity": "i % 40"})
        self._copies(Movement.objects.get(sku=sku), skus * 3, {"sku_id": f"{first} + i % {skus}", "key": "'m' || i", "at": self._at("i % 700 * 3600")})
        today = clock.business_day(self.now)
        listed = ShortageList.objects.create(warehouse=goods.warehouse, day=today, published_at=self.now, **by)
        shortage = Shortage.objects.create(list=listed, sku=sku, shop=sku.shop, expected_on=today)
        self._copies(shortage, skus // 40, {"sku_id": f"{first} + i * 40"})
        arriving = Expected.objects.create(
            warehouse=goods.warehouse, sku=sku, shop=sku.shop, quantity=5, expected_on=today, first_expected_on=today,
            noted_at=self.now, **by,
        )  # fmt: skip
        self._copies(arriving, skus // 20, {"sku_id": f"{first} + i * 20"})
        alert = Alert.objects.create(kind="reorder", sku=sku, shop=sku.shop, amount=2, since=self.now)
        self._copies(alert, skus // 10, {"sku_id": f"{first} + i * 10"})

    def _orders(self, sku: Any) -> None:
        from dangban.orders.models import FollowUp, Order

        count = self.options.orders
        order = Order.objects.create(
            shop=self.cast.shop, platform_id="B0", number_tail="000000", customer=self.cast.fang, status="done", total_fen=9900,
            paid_fen=9900, quantity=1, created_at=self.now, paid_at=self.now, business_day=self.now.date(), receiver="收件人",
            phone="13500000005", phone_tail="0005", province="浙江省", city="杭州市", district="西湖区", address="示例路1号", imported_at=self.now,
        )  # fmt: skip
        line = order.lines.create(position=1, title="商品", variant="标准", quantity=1, sku=sku, sku_code=sku.code, price_fen=9900)
        buyers = self._copies(self.cast.fang, BUYERS, {})
        unpaid, self.audited = count // 100, self.options.audit
        stage = f"CASE WHEN i > {count - unpaid} THEN 'unpaid' WHEN i > {count - unpaid - self.audited} THEN 'paid' ELSE 'done' END"
        age = f"({count} - i) * 100"
        first = self._copies(order, count, {
            "platform_id": self._text("'B'", 12), "number_tail": self._text("''", 6), "status": stage, "created_at": self._at(age),
            "paid_at": f"CASE WHEN i > {count - unpaid} THEN NULL ELSE {self._at(age)} END",
            "paid_fen": f"CASE WHEN i > {count - unpaid} THEN 0 ELSE 9900 END", "business_day": self._day(age),
            "shop_id": f"CASE WHEN i % 3 = 0 AND i <= {count - unpaid - self.audited} THEN {self.cast.second_shop.pk} ELSE {self.cast.shop.pk} END",
            "customer_id": f"{buyers} + 1 + i % {BUYERS}",
            "flag": "CASE WHEN i % 20 = 0 THEN '1' WHEN i % 33 = 0 THEN '2' ELSE '' END", "address": "'示例路' || i || '号'",
        })  # fmt: skip
        self.first = first
        self._copies(line, count, {"order_id": f"{first} + i", "sku_id": f"{self.first_sku} + 1 + i % {self.options.skus}"})
        last = Order.objects.get(pk=first + count)
        follow = FollowUp.objects.create(order=last, shop=last.shop, placed_at=last.created_at, owner=self.cast.lin)
        start = first + count - unpaid
        self._copies(follow, unpaid - 1, {"order_id": f"{start} + i", "placed_at": self._at(f"({unpaid} - i) * 100"), "contacts": "i % 3"})

    def _marks(self) -> None:
        from dangban.orders.models import Order, OrderException, OrderWord, Remark

        order = Order.objects.get(pk=self.first + 20)
        remark = Remark.objects.create(order=order, flag="1", text="周末送，林小雨，11.19 10:00", parts={"other": "周末送"}, by_kind="system", by_name="–", at=self.now)
        often = self.options.orders // 20 - 1
        self._copies(remark, often, {"order_id": f"{self.first + 20} + i * 20"})
        for word, every in (("周末", 20), ("末送", 20), ("生日", 5000), ("日贺", 5000), ("贺卡", 5000)):
            row = OrderWord.objects.create(order=order, word=word)
            self._copies(row, self.options.orders // every - 1, {"order_id": f"{self.first + 20} + i * {every}"})
        problem = OrderException.objects.create(
            order=order, shop=order.shop, kind="urgent", reason="complaint", owner=self.cast.lin, opened_at=self.now,
            due_at=self.now + timedelta(hours=4),
        )  # fmt: skip
        self._copies(problem, 600, {"order_id": f"{self.first} + 20 + i * 11"})

    def _parcels(self) -> None:
        """One for each order, most of them arrived; a tenth is on its way, some of that stalled or in trouble."""
        from dangban.orders.models import Order, Parcel
        from dangban.tracking.models import Step, Track

        count = self.options.orders
        order = Order.objects.get(pk=self.first + 1)
        parcel = Parcel.objects.create(order=order, shop=order.shop, courier="圆通速递", number="YT0", sent_at=self.now)
        track = Track.objects.create(parcel=parcel, shop=order.shop, moved_at=self.now, last_text="离开转运中心")
        age, moving = f"({count} - i) * 100", count - count // 10
        shop = f"CASE WHEN i % 3 = 0 THEN {self.cast.second_shop.pk} ELSE {self.cast.shop.pk} END"
        first = self._copies(parcel, count, {"order_id": f"{self.first} + i", "shop_id": shop, "number": self._text("'YT'", 9), "sent_at": self._at(age)})
        ended = f"CASE WHEN i > {moving} THEN NULL ELSE {self._at(age)} END"
        self._copies(track, count, {
            "shop_id": shop, "moved_at": self._at(age), "ended_at": ended, "signed_at": ended,
            "state": f"CASE WHEN i <= {moving} THEN 'signed' WHEN i % 50 = 0 THEN 'problem' WHEN i % 7 = 0 THEN 'delivering' ELSE 'moving' END",
            "stalled_since": f"CASE WHEN i > {moving} AND i % 40 = 0 THEN {self._at(age)} ELSE NULL END",
        })  # fmt: skip
        step = Step.objects.create(track=track, at=self.now, state="moving", text="离开转运中心", source="file", noted_at=self.now, digest="0")
        self._copies(step, count * 2, {"track_id": f"{first} + 1 + i % {count}", "digest": "'d' || i", "at": self._at("i")})

    def _campaigns(self) -> None:
        from dangban.campaigns.models import Campaign, CampaignShop

        plan = Campaign.objects.create(
            name="满减", kind="gift", gift="小样", tiers=[[0, 0]], starts_at=self.now - timedelta(days=9),
            ends_at=self.now + timedelta(days=9), made_at=self.now, by_kind="system", by_name="–", start_told_at=self.now,
        )  # fmt: skip
        first = self._copies(plan, 300, {"name": "'满减 ' || i", "starts_at": self._at("400 * 86400"), "ends_at": self._at("(i % 200 - 20) * 86400")})
        held = CampaignShop.objects.create(campaign=plan, shop=self.cast.shop)
        self._copies(held, 300, {"campaign_id": f"{first} + i"})

    def _copies(self, row: Any, count: int, differ: Mapping[str, str]) -> int:
        """`count` copies of a row, numbered by `i` from 1, keyed behind the last; tells the key before the first."""
        model, quote_name = type(row), self.connection.ops.quote_name
        key = model._meta.pk.column
        first = model.objects.order_by("-pk").values_list("pk", flat=True)[0]
        names = [field.column for field in model._meta.concrete_fields]
        given = {key: f"{first} + i"} | dict(differ)
        said = ", ".join(given.get(name, f"t.{quote_name(name)}") for name in names)
        with self.connection.cursor() as cursor:
            cursor.execute(
                f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})"
                f" INSERT INTO {quote_name(model._meta.db_table)} ({', '.join(map(quote_name, names))})"
                f" SELECT {said} FROM n CROSS JOIN {quote_name(model._meta.db_table)} t WHERE t.{key} = {row.pk}"
            )
            if key == "id" and self.connection.vendor == "postgresql":
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', 'id'), {first + count})")
        return int(first)

    def _at(self, ago: str) -> str:
        if self.connection.vendor == "postgresql":
            return f"to_timestamp({self.epoch} - ({ago}))"
        return f"datetime({self.epoch} - ({ago}), 'unixepoch')"

    def _day(self, ago: str) -> str:
        return f"({self._at(ago)})::date" if self.connection.vendor == "postgresql" else f"date({self._at(ago)})"

    @staticmethod
    def _text(head: str, digits: int) -> str:
        return f"{head} || substr('' || ({10**digits} + i), 2)"


class Asking:
    def __init__(self, cast: Any, options: argparse.Namespace, report: Report) -> None:
        from dangban.project.bridge import SyncHandler

        self.handler, self.options, self.report = SyncHandler(), options, report
        self.cookies = {name: _signed_in(getattr(cast, name)) for name in ("lin", "ou", "ding", "zhou")}

    def take(self, name: str, reader: str, addresses: list[str]) -> None:
        from bench.inbox import _p95

        self._ask(reader, addresses[0])
        walls, cpus, statements = [], [], []
        for turn in range(self.options.times):
            began, cpu = time.perf_counter(), time.thread_time()
            statements = self._ask(reader, addresses[turn % len(addresses)])
            walls.append((time.perf_counter() - began) * 1000)
            cpus.append((time.thread_time() - cpu) * 1000)
        kept = self.report.figures
        kept[f"{name}_p50_ms"], kept[f"{name}_cpu_p50_ms"] = round(statistics.median(walls), 1), round(statistics.median(cpus), 1)
        slowest = max(statements, default=(0.0, ""))
        said = f"p50 {statistics.median(walls):.0f}, CPU {statistics.median(cpus):.0f}; {len(statements)} statements, slowest {slowest[0] * 1000:.0f}"
        self.report.add(f"{name}_p95_ms", round(_p95(walls), 1), said)
        self.report.target(f"{name}_p95_ms", at_most=TARGET)
        if self.options.explain:
            print("   ", slowest[1][:600], file=sys.stderr)

    def _ask(self, reader: str, address: str) -> list[tuple[float, str]]:
        from django.db import connection

        from bench.inbox import _scope

        statements: list[tuple[float, str]] = []

        def timed(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            began = time.perf_counter()
            try:
                return execute(sql, params, many, context)
            finally:
                statements.append((time.perf_counter() - began, sql))

        with connection.execute_wrapper(timed):
            response: Any = self.handler.answer(_scope(address, self.cookies[reader], {}), io.BytesIO())
            _body = response.content
        response.close()
        if response.status_code != 200:
            self.report.void(f"{address} answered {response.status_code}")
        return statements


def _signed_in(person: Any) -> str:
    from bench.inbox import _signed_in as signed_in

    return str(signed_in(person))


def _audit(cast: Any, options: argparse.Namespace, report: Report) -> None:
    from dangban.dispatch import jobs, keeping
    from dangban.lib import clock

    for _more in range(options.audit // 500 + 1):
        keeping.sweep(clock.now())
    run = jobs.begin(cast.ou)
    began = time.perf_counter()
    done = jobs.carry_on(run.pk)
    report.section(f"Bulk audit of {options.audit:,} orders")
    report.add("audit_seconds", round(time.perf_counter() - began, 2), f"{done.passed} passed, {done.held} held")
    report.target("audit_seconds", at_most=20)


if __name__ == "__main__":
    sys.exit(main())
