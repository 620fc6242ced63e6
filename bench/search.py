"""How soon messages are found, at a size of your choice.

    bin/bench search [--messages 300000] [--database postgresql://…]

Fills a scratch database with lines of ten phrases around random common characters, through the same
index as the running program, and asks for common and rare words as somebody who sees everything and
as somebody who sees one shop of five. Wall times in milliseconds; the last line is one JSON object.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._report import Report, postgres_version

PHRASES = (
    "请问什么时候发货", "这款还有现货吗", "我想换一个颜色", "快递到哪里了", "可以便宜一点吗",
    "收到了质量很好", "怎么还没有收到", "尺寸是多少厘米", "能开发票吗谢谢", "帮我改一下地址",
)  # fmt: skip
COMMON = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
LOT = 5000
THREADS = 3000


def main() -> None:
    options = _options()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dangban.project.settings")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DANGBAN_DATA"] = folder
        if options.database:
            os.environ["DANGBAN_DATABASE_URL"] = options.database
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        report = Report("search", postgres_version(options.database) if options.database else "")
        report.section("Filling")
        report.add("messages", options.messages)
        report.add("fill_seconds", fill(options.messages))
        report.section("Finding, the newest 20, in milliseconds")
        for name, value in ask().items():
            report.add(name, value)
    sys.exit(report.end())


def fill(messages: int) -> float:
    from django.db import transaction

    from dangban.chat import search
    from dangban.chat.models import Message, Thread
    from dangban.chat.rows import as_line
    from dangban.customers.models import Customer
    from dangban.lib import clock
    from dangban.people.models import Shop

    draw, now, began = random.Random(7), clock.now(), time.perf_counter()
    shops = Shop.objects.bulk_create(
        Shop(code=f"s{n}", name=f"店{n}", platform="tmall", opened_on=now.date()) for n in range(5)
    )
    customer = Customer.objects.create(name="客", created_at=now)
    threads = Thread.objects.bulk_create(
        Thread(shop=draw.choice(shops), customer=customer, public_id=f"t{n}", created_at=now) for n in range(THREADS)
    )
    index, seqs = search.Index(), dict.fromkeys((thread.pk for thread in threads), 0)
    for start in range(0, messages, LOT):
        rows = []
        for number in range(start, min(start + LOT, messages)):
            thread = draw.choice(threads)
            seqs[thread.pk] += 1
            around = "".join(draw.choices(COMMON, k=6))
            rows.append(
                Message(
                    thread=thread, seq=seqs[thread.pk], author="customer", author_id=customer.pk, author_name="客",
                    client_id=f"b{number}", body=around[:3] + draw.choice(PHRASES) + around[3:],
                    at=now - timedelta(minutes=(messages - number) // 10),
                )
            )  # fmt: skip
        with transaction.atomic():
            by_thread: dict[int, list[Any]] = {}
            for message in Message.objects.bulk_create(rows):
                by_thread.setdefault(message.thread_id, []).append(as_line(message))
            index.keep(list(index.prepare(by_thread).values()))
    return round(time.perf_counter() - began, 1)


def ask() -> dict[str, float]:
    from dangban.chat import search
    from dangban.people.access import Scope
    from dangban.people.models import Shop

    first = Shop.objects.order_by("pk").values_list("pk", flat=True)[0]
    everything = Scope(1, True, frozenset(), frozenset())
    one_shop = Scope(1, False, frozenset({first}), frozenset())
    draw = random.Random(11)
    words = {
        "common_2": [phrase[2:4] for phrase in PHRASES],
        "common_4": [phrase[2:6] for phrase in PHRASES],
        "rare_2": ["".join(draw.choices(COMMON, k=2)) for _ in range(40)],
        "rare_4": ["".join(draw.choices(COMMON, k=4)) for _ in range(40)],
    }
    figures: dict[str, float] = {}
    for scope_name, scope in (("all", everything), ("one_shop", one_shop)):
        for kind, asked in words.items():
            times = []
            for word in asked * 3:
                began = time.perf_counter()
                search.search(word, scope)
                times.append((time.perf_counter() - began) * 1000)
            figures[f"{scope_name}_{kind}_p50_ms"] = round(statistics.median(times), 2)
            figures[f"{scope_name}_{kind}_p95_ms"] = round(statistics.quantiles(times, n=20)[18], 2)
    return figures


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=300_000)
    parser.add_argument("--database", default="")
    return parser.parse_args()


if __name__ == "__main__":
    main()
