"""How long the order desk waits: auditing 2,000 orders, its work lists among 300,000 orders, a wave's labels.

    bin/bench dispatch [--orders 300000] [--audit 2000] [--slips 200] [--database sqlite|postgresql]

Fills a scratch database, audits with the run that the page begins, asks for the pages signed in and
through all middleware, and typesets the labels of one wave.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._report import Report
from bench._scratch import scratch

PAGES = {
    "audit": "/dispatch/",
    "held": "/dispatch/?stage=held",
    "to_print": "/dispatch/?stage=passed",
    "waves": "/dispatch/waves/",
    "void": "/dispatch/void/",
    "cut_off": "/dispatch/cut-off/",
    "counts": "/dispatch/counts/",
    "pack": "/dispatch/pack/",
}
ASKED = 15


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", type=int, default=300_000)
    parser.add_argument("--audit", type=int, default=2_000)
    parser.add_argument("--slips", type=int, default=200)
    parser.add_argument("--database", default="sqlite")
    options = parser.parse_args()
    report = Report("dispatch")
    with scratch(report, options.database):
        _run(options, report)
    return report.end()


def _run(options: argparse.Namespace, report: Report) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    # The client of tests asks for it by this name.
    settings.ALLOWED_HOSTS = ["*"]
    call_command("migrate", verbosity=0)
    from dangban.dispatch import jobs, keeping
    from dangban.lib import clock
    from dangban.testing.cast import Cast

    cast = Cast()
    desk = _fill(cast, options)
    report.section(f"{options.orders:,} orders, {options.audit:,} of them to audit")
    now = clock.now()
    started = time.perf_counter()
    keeping.sweep(now)
    for _more in range(options.audit // 500):
        keeping.sweep(now)
    report.add("taken_up_s", round(time.perf_counter() - started, 2))
    run = jobs.begin(cast.ou)
    started = time.perf_counter()
    done = jobs.carry_on(run.pk)
    report.add("audit_s", round(time.perf_counter() - started, 2), f"{done.passed} passed, {done.held} held")
    report.target("audit_s", at_most=20)
    _pages(cast, report)
    _labels(cast, desk, options, report)


def _fill(cast: Any, options: argparse.Namespace) -> Any:
    from dangban.dispatch.models import Preparation
    from dangban.dispatch.tests.warehouse import Desk
    from dangban.lib import clock
    from dangban.orders.models import Order, OrderLine
    from dangban.stock import actions as stock
    from dangban.stock.tests.goods import sku_of

    desk = Desk(cast)
    skus = [sku_of(cast.shop, f"SKU-{number:03d}", title=f"商品 {number}") for number in range(100)]
    for sku in skus:
        stock.receive(sku, desk.goods.good, 10_000, by=cast.ding, key=f"fill:{sku.pk}")
    now, past = clock.now(), options.orders - options.audit
    for start in range(0, options.orders, 5_000):
        numbers = range(start, min(start + 5_000, options.orders))
        orders = Order.objects.bulk_create(_order(cast, number, past, now) for number in numbers)
        OrderLine.objects.bulk_create(
            OrderLine(
                order=order, position=1, title="商品", variant="标准", quantity=1 + order.pk % 3, sku=skus[order.pk % 100],
                sku_code=skus[order.pk % 100].code, price_fen=9900,
            )
            for order in orders
        )  # fmt: skip
        Preparation.objects.bulk_create(
            Preparation(order=one, shop_id=one.shop_id, stage="sent", came_at=one.created_at, due_at=one.created_at, closed_at=one.created_at)
            for one in orders
            if one.status == "sent"
        )
    return desk


def _order(cast: Any, number: int, past: int, now: Any) -> Any:
    from dangban.orders.models import Order

    sent = number < past
    at = now - timedelta(minutes=_minutes_ago(number, past)) if sent else now - timedelta(seconds=number - past + 60)
    shop = cast.shop if number % 3 else cast.second_shop
    return Order(
        shop=shop if sent else cast.shop, platform_id=f"B{number:012d}", number_tail=f"{number % 1_000_000:06d}",
        status="sent" if sent else "paid", total_fen=9900, paid_fen=9900, quantity=1, created_at=at, paid_at=at,
        dispatched_at=at if sent else None, business_day=at.date(), receiver="收件人", phone="13500000005", phone_tail="0005",
        province="浙江省", city="杭州市", district="西湖区", address=f"示例路{number}号", imported_at=at,
        buyer_message="请尽快" if not sent and number % 10 == 0 else "",
    )  # fmt: skip


def _minutes_ago(number: int, past: int) -> int:
    """Spread over two years."""
    return 60 + (past - number) * 1_000_000 // max(past, 1)


def _pages(cast: Any, report: Report) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    report.section("Pages: wall time of page and queries, ms (p50 of 15, slowest)")
    clients = {}
    for name in ("ou", "ding"):
        clients[name] = Client()
        clients[name].force_login(getattr(cast, name), backend="django.contrib.auth.backends.ModelBackend")
    for name, address in PAGES.items():
        client = clients["ding" if name == "pack" else "ou"]
        client.get(address)
        taken = []
        for _time in range(ASKED):
            started = time.perf_counter()
            assert client.get(address).status_code == 200
            taken.append((time.perf_counter() - started) * 1000)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        report.add(f"page_{name}_ms", round(statistics.median(taken), 1), f"slowest {max(taken):.1f}, {len(captured)} queries")
        report.target(f"page_{name}_ms", at_most=100)


def _labels(cast: Any, desk: Any, options: argparse.Namespace, report: Report) -> None:
    from dangban.dispatch import printing
    from dangban.dispatch.actions import waves
    from dangban.dispatch.models import Preparation

    report.section(f"A wave of {options.slips}")
    passed = Preparation.objects.filter(shop=cast.shop, stage="passed").order_by("pk")
    started = time.perf_counter()
    wave = waves.make_wave(cast.shop, list(passed.values_list("pk", flat=True)[: options.slips]), by=cast.ou)
    report.add("wave_s", round(time.perf_counter() - started, 2))
    for sheet in ("labels", "slips", "pick"):
        started = time.perf_counter()
        made = printing.make(wave, sheet, by=cast.ou)
        report.add(f"{sheet}_s", round(time.perf_counter() - started, 2), f"{len(made) // 1024} KB")


if __name__ == "__main__":
    sys.exit(main())
