"""How fast orders and goods come in from files, and how long one transaction holds up the others.

    .venv/bin/python bench/import.py [--orders FILE] [--rows 15000] [--skus 100000] [--database URL]

Without a file it writes its own: orders in Taobao's layout, GBK, with buyers, addresses and
remarks. Then it searches the goods as an agent types. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import io
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._report import Report, postgres_version

COLOURS = ("深蓝", "浅蓝", "藏青", "墨绿", "米白", "浅灰", "深灰", "酒红", "卡其", "粉红")
WEIGHTS = ("加厚", "薄款", "常规", "春秋", "夏凉")
SIZES = ("150", "180", "200", "220")
KINDS = ("四件套", "被套", "床单", "枕套", "毛毯", "羽绒被", "窗帘", "浴巾")
KNACKS = ("全棉", "亚麻", "天丝", "水洗棉", "磨毛", "法兰绒", "北欧", "简约", "刺绣", "印花", "儿童", "酒店")
QUERIES = ("深", "深蓝", "深蓝 加厚", "深蓝 加厚 180", "加厚 18", "S500-3", "全棉四件套 酒红 220", "没有的东西")


def order_file(rows: int) -> bytes:
    chance = random.Random(1)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    headers = "订单编号 买家会员名 总金额 买家实际支付金额 订单状态 买家留言 收货人姓名 收货地址 联系手机 订单创建时间 订单付款时间 宝贝标题 宝贝种类 宝贝总数量 订单备注"
    writer.writerow([*headers.split()])
    for n in range(rows):
        day, second = 1 + n % 28, n % 86400
        wall = f"2026-10-{day:02d} {second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
        writer.writerow(
            [
                f'="22{n:017d}"',
                f"买家{n % (rows * 3 // 4)}",
                "199.00",
                "199.00",
                chance.choice(("买家已付款，等待卖家发货", "卖家已发货，等待买家确认", "交易成功")),
                "",
                "示例",
                f"浙江省 杭州市 西湖区 示例路{n}号(310012)",
                f"'1350{n:07d}",
                wall,
                wall,
                "南风四件套",
                1,
                1,
                "顺丰，周末送" if n % 5 == 0 else "",
            ]
        )
    return out.getvalue().encode("gbk")


def goods_file(skus: int) -> bytes:
    chance = random.Random(1)
    lines = ["商品编号,商品名称,商品编码,规格,颜色,尺寸,厚度,售价"]
    for product in range(1, skus // 10 + 1):
        title = f"南风{''.join(chance.sample(KNACKS, 4))}{chance.choice(KINDS)}款{product}"
        for variant in range(10):
            colour, weight, size = chance.choice(COLOURS), chance.choice(WEIGHTS), chance.choice(SIZES)
            named = f"{colour} {weight} {size}cm"
            lines.append(f"P{product},{title},S{product}-{variant},{named},{colour},{size}cm,{weight},199.00")
    return "\n".join(lines).encode()


def take_in(shop: Any, name: str, kind: str, data: bytes, make: Any, *, dry_run: bool = False) -> dict[str, Any]:
    from dangban.lib.actor import Actor
    from dangban.shops import runs

    started, cpu = time.perf_counter(), time.process_time()
    run = runs.begin(shop, kind, name, data, by=Actor("import", None, "bench"), dry_run=dry_run)
    work = make(run)
    work.go()
    seconds = time.perf_counter() - started
    return {
        "rows": run.rows,
        "created": run.created,
        "unchanged": run.unchanged,
        "refused": run.refused,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(time.process_time() - cpu, 2),
        "rows_per_second": round(run.rows / seconds),
        "longest_transaction_ms": round(work.pace.longest * 1000, 1),
        "transactions_over_20_ms": work.pace.over(0.020),
    }


def search(person: Any) -> dict[str, float]:
    from dangban.shops import queries

    slowest = {}
    for typed in QUERIES:
        took = []
        for _turn in range(5):
            started = time.perf_counter()
            queries.find_products(person, typed)
            took.append((time.perf_counter() - started) * 1000)
        slowest[typed] = round(max(took), 1)
    return slowest


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=Path)
    parser.add_argument("--rows", type=int, default=15_000)
    parser.add_argument("--skus", type=int, default=100_000)
    parser.add_argument("--database", default="")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dangban-bench-") as folder:
        os.environ["DANGBAN_DATA"] = folder
        os.environ["DANGBAN_DATABASE_URL"] = options.database
        os.environ["DJANGO_SETTINGS_MODULE"] = "dangban.project.settings"
        report = Report("import", postgres_version(options.database) if options.database else "")
        measure(options, report)
    sys.exit(report.end())


def measure(options: argparse.Namespace, report: Report) -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from dangban.handbook import actions as handbook
    from dangban.orders.imports import running as orders
    from dangban.shops import imports as goods
    from dangban.testing.cast import Cast

    cast = Cast()
    handbook.adopt_preset("default")
    data = options.orders.read_bytes() if options.orders else order_file(options.rows)
    name = options.orders.name if options.orders else "orders.csv"
    for label, title, dry in (
        ("orders_trial", "Orders, on trial", True),
        ("orders", "Orders", False),
        ("orders_again", "The same orders again", False),
    ):
        taken = take_in(cast.shop, name, "orders", data, orders.OrderImport, dry_run=dry)
        tell(report, title, label, taken)
    taken = take_in(cast.shop, "goods.csv", "catalogue", goods_file(options.skus), goods.CatalogueImport)
    tell(report, "Goods", "goods", taken)
    report.section("Goods found as an agent types, the slowest of five times")
    for typed, slowest in search(cast.lin).items():
        report.add(f"search {typed}, ms", slowest)


def tell(report: Report, title: str, label: str, figures: dict[str, Any]) -> None:
    report.section(title)
    for name, value in figures.items():
        report.add(f"{label}_{name}", value)


if __name__ == "__main__":
    main()
