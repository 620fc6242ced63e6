"""How fast the pages of the department are at a size of your choice: lists, threads, search, floor, figures.

    bin/bench inbox [--conversations 1000000] [--messages 5000000] [--database sqlite|postgresql] [--nice -20]

Fills a scratch database with two years of a department (12 shops, 60 people), a few thousand sessions
of it open, and asks for the pages as the server would: through the bridge's handler, signed in, with
all middleware, in this process. For each page: wall time (p50, p95, slowest), CPU of this process
and of the database's, number of statements, size. `--only` takes the pages whose name begins so.
`--explain` prints the slowest statement of each page and how the database goes about it.
"""

from __future__ import annotations

import argparse
import io
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._report import Report
from bench._scratch import scratch
from bench.lane import cores
from bench.lane.watching import cpu_of, postmaster

TARGET = 100
TARGETED = ("list", "thread", "search")


def main() -> int:
    options = _options()
    report = Report("inbox")
    cores.prefer(os.getpid(), options.nice)
    with scratch(report, options.database, max_wal_size="8GB") as url:
        if url and (server := postmaster(url)) is not None:
            cores.prefer(server, options.nice)
        Bench(options, report, url).run()
    return report.end()


@dataclass
class Page:
    """One kind of page: who asks, and for what; the addresses are asked for in turn."""

    name: str
    reader: str
    addresses: Sequence[str]
    headers: dict[str, str] = field(default_factory=dict)
    said: str = ""


@dataclass
class Taken:
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    database_cpu: float = 0.0
    statements: list[int] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    slowest: tuple[float, str, Any] = (0.0, "", None)


class Bench:
    def __init__(self, options: argparse.Namespace, report: Report, url: str) -> None:
        self.options, self.report, self.url = options, report, url
        self.random = Random(3)

    def run(self) -> None:
        import django

        django.setup()
        self._fill()
        from dangban.project.bridge import SyncHandler

        self.handler = SyncHandler()
        self.cookies = {name: _signed_in(person) for name, person in self._readers().items()}
        section = ""
        for page in pages(self.staff, self.random):
            if not page.name.startswith(self.options.only):
                continue
            if (kind := page.name.partition("_")[0]) != section:
                section = kind
                self.report.section(f"{kind.capitalize()}, p95 in milliseconds")
            self._take(page)

    def _fill(self) -> None:
        from django.core.management import call_command
        from django.db import connection

        from bench.archive import fill, staff
        from bench.archive.plan import Plan, Size
        from dangban.lib import clock

        call_command("migrate", verbosity=0)
        began, now = time.perf_counter(), clock.now()
        size = Size(self.options.conversations, self.options.messages)
        self.staff = staff.make(now)
        connection.close()
        fill.database(self.url).fill(Plan(size, self.staff, now))
        fill.number_on()
        took = time.perf_counter() - began
        fill.check()
        self.report.section("The department")
        for name, value, said in fill.counted():
            self.report.add(name, value, said)
        self.report.add("fill_seconds", round(took, 1))

    def _readers(self) -> dict[str, Any]:
        return {"agent": self.staff.agent, "leader": self.staff.leader, "supervisor": self.staff.supervisor}

    def _take(self, page: Page) -> None:
        taken = Taken()
        for address in page.addresses[:2]:
            self._ask(page, address)
        backend = _backend()
        before = cpu_of(backend) if backend else 0.0
        asked = 0
        while asked < max(self.options.times, len(page.addresses)):
            self._ask(page, page.addresses[asked % len(page.addresses)], taken)
            asked += 1
        if backend:
            taken.database_cpu = (cpu_of(backend) - before) * 1000 / asked
        self._tell(page, taken)

    def _ask(self, page: Page, address: str, taken: Taken | None = None) -> None:
        from django.db import connection

        statements: list[tuple[float, str, Any]] = []

        def timed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
            began = time.perf_counter()
            try:
                return execute(sql, params, many, context)
            finally:
                statements.append((time.perf_counter() - began, sql, params))

        began, cpu = time.perf_counter(), time.thread_time()
        with connection.execute_wrapper(timed):
            response: Any = self.handler.answer(_scope(address, self.cookies[page.reader], page.headers), io.BytesIO())
            body = response.content
        wall, cpu = (time.perf_counter() - began) * 1000, (time.thread_time() - cpu) * 1000
        response.close()
        if response.status_code != 200:
            self.report.void(f"{page.name}: {address} answered {response.status_code}")
        if taken is None:
            return
        taken.wall.append(wall)
        taken.cpu.append(cpu)
        taken.statements.append(len(statements))
        taken.sizes.append(len(body))
        taken.slowest = max(taken.slowest, *statements, key=lambda one: one[0])

    def _tell(self, page: Page, taken: Taken) -> None:
        name, kept = page.name, self.report.figures
        kept[f"{name}_p50_ms"] = round(statistics.median(taken.wall), 1)
        kept[f"{name}_max_ms"] = round(max(taken.wall), 1)
        kept[f"{name}_cpu_p50_ms"] = round(statistics.median(taken.cpu), 1)
        kept[f"{name}_cpu_p95_ms"] = round(_p95(taken.cpu), 1)
        kept[f"{name}_database_cpu_ms"] = round(taken.database_cpu, 1)
        kept[f"{name}_statements"] = max(taken.statements)
        kept[f"{name}_kb"] = round(max(taken.sizes) / 1024)
        database = f" + {taken.database_cpu:.1f}" if self.url else ""
        said = (
            f"p50 {statistics.median(taken.wall):.0f}, slowest {max(taken.wall):.0f}; CPU {statistics.median(taken.cpu):.0f}"
            f"{database}, p95 {_p95(taken.cpu):.0f}; {max(taken.statements)} statements; {max(taken.sizes) / 1024:.0f} kB"
        )
        self.report.add(f"{name}_p95_ms", round(_p95(taken.wall), 1), said + (f"  {page.said}" if page.said else ""))
        if name.startswith(TARGETED):
            self.report.target(f"{name}_p95_ms", at_most=TARGET)
        if self.options.explain:
            _explain(*taken.slowest)


def pages(staff: Any, draw: Random) -> Iterator[Page]:
    """What is asked for, in the order in which it is told."""
    yield from _lists(draw)
    yield from _threads(staff, draw)
    yield from _search(staff, draw)
    yield from _others(staff, draw)


def _lists(draw: Random) -> Iterator[Page]:
    from dangban.conversations.models import Conversation

    for reader in ("agent", "leader", "supervisor"):
        yield Page(f"list_{reader}_opened", reader, ["/workspace/"], said="the whole page")
        for tab in ("mine", "waiting", "offline", "team", "ended"):
            yield Page(f"list_{reader}_{tab}", reader, [f"/workspace/list/?tab={tab}"])
    newest = Conversation.objects.order_by("-pk").values_list("pk", flat=True)[0]
    far = [f"/workspace/list/?tab=ended&cursor={draw.randint(newest // 10, newest)}" for _ in range(20)]
    yield Page("list_agent_ended_far_back", "agent", far)
    yield Page("list_supervisor_ended_far_back", "supervisor", far)


def _threads(staff: Any, draw: Random) -> Iterator[Page]:
    from django.db.models import Count

    from dangban.conversations.models import Conversation

    shops = [house.shop.pk for house in staff.houses[:3]]
    own = Conversation.objects.filter(shop__in=shops)
    mine = list(own.filter(assignee=staff.agent, state="serving").values_list("pk", flat=True)[:40])
    count = Conversation.objects.count()
    past = list(own.filter(pk__in=draw.sample(range(1, count), min(400, count - 1))).values_list("pk", "first_seq")[:60])
    busiest = own.values("thread").annotate(held=Count("pk")).order_by("-held").values_list("thread", flat=True)[:10]
    long = [
        list(own.filter(thread=thread).order_by("first_seq").values_list("pk", "first_seq")) for thread in list(busiest)
    ]
    work = {"hx-request": "true", "hx-target": "work"}
    yield Page("thread_mine", "agent", [f"/workspace/{pk}/" for pk in mine], work)
    yield Page("thread_past", "agent", [f"/workspace/{pk}/" for pk, _seq in past], work)
    yield Page("thread_past_at_line", "agent", [f"/workspace/{pk}/?line={seq}" for pk, seq in past], work)
    yield Page("thread_longest_end", "agent", [f"/workspace/{one[-1][0]}/" for one in long], work, f"{len(long[0])} sessions")
    middles = [one[len(one) // 2] for one in long]
    yield Page("thread_longest_middle", "agent", [f"/workspace/{pk}/?line={seq}" for pk, seq in middles], work)
    yield Page("thread_page", "agent", [f"/workspace/{pk}/" for pk in mine], said="list, thread and frame")
    every = [*mine, *(one[-1][0] for one in long)]
    for name in ("customer", "orders", "tasks", "say"):
        yield Page(f"thread_beside_{name}", "agent", [f"/workspace/{pk}/context/{name}/" for pk in every], work)
    yield Page("thread_page_supervisor", "supervisor", [f"/workspace/{pk}/" for pk, _seq in past])


def _search(staff: Any, draw: Random) -> Iterator[Page]:
    from bench.archive.plan import ASKED, COMMON
    from dangban.lib import clock

    words = {
        "common_2": [phrase[2:4] for phrase in ASKED],
        "common_4": [phrase[2:6] for phrase in ASKED],
        "rare_2": ["".join(draw.choices(COMMON, k=2)) for _ in range(40)],
        "rare_4": ["".join(draw.choices(COMMON, k=4)) for _ in range(40)],
    }
    today = clock.business_day(clock.now())
    year = {"since": today - timedelta(days=365), "until": today}
    small = staff.houses[-1].shop.pk
    asked: dict[str, tuple[str, dict[str, Any], Sequence[str]]] = {}
    for kind, texts in words.items():
        asked[f"all_{kind}"] = ("supervisor", {}, texts)
        asked[f"team_{kind}"] = ("agent", {}, texts)
        asked[f"year_{kind}"] = ("supervisor", year, texts)
        asked[f"year_one_shop_{kind}"] = ("supervisor", year | {"shop": small}, texts)
    ours = ["现货", "备注", "物流", "通用", "发票", "抱歉", "退款", "原件", "面料", "活动"]
    asked["year_one_person_common_2"] = ("supervisor", year | {"who": staff.agent.pk}, ours)
    asked["year_one_person_rare_2"] = ("supervisor", year | {"who": staff.agent.pk}, words["rare_2"])
    day = today - timedelta(days=200)
    asked["one_day_common_2"] = ("supervisor", {"since": day, "until": day}, words["common_2"])
    asked["one_day_shop_person_common_2"] = (
        "supervisor", {"since": day, "until": day, "shop": staff.houses[0].shop.pk, "who": staff.agent.pk}, ours,
    )  # fmt: skip
    one = ["货", "快", "票", "退"]
    asked["one_character"] = ("agent", {}, one)
    asked["year_one_person_one_character"] = ("supervisor", year | {"shop": small, "who": staff.agent.pk}, one)
    asked["notes_common_2"] = ("supervisor", year | {"kind": "note"}, words["common_2"])
    for name, (reader, filters, texts) in asked.items():
        yield Page(f"search_{name}", reader, [f"/search/?{urlencode({'q': text} | filters)}" for text in texts])
    json = {"accept": "application/json"}
    numbers = [draw.randint(1, 1000) for _ in range(20)]
    names = [f"/search/?q={quote(f'客{number}')}" for number in numbers]
    yield Page("search_palette_name", "agent", names, json)
    yield Page("search_palette_name_supervisor", "supervisor", names, json)
    yield Page("search_palette_digits", "agent", [f"/search/?q={1000 + number}" for number in numbers], json)


def _others(staff: Any, draw: Random) -> Iterator[Page]:
    from dangban.customers.models import CustomerShop
    from dangban.lib import clock

    for reader in ("leader", "supervisor"):
        yield Page(f"floor_{reader}", reader, ["/floor/"])
    customers = list(CustomerShop.objects.filter(shop=staff.houses[0].shop).values_list("customer", flat=True)[:40])
    yield Page("customers_list", "agent", ["/customers/"])
    yield Page("customers_list_supervisor", "supervisor", ["/customers/"])
    yield Page("customers_found", "agent", [f"/customers/?q={quote(f'客{pk}')}" for pk in customers])
    yield Page("customers_one", "agent", [f"/customers/{pk}/" for pk in customers])
    for reader in ("agent", "supervisor"):
        yield Page(f"inbox_{reader}", reader, ["/inbox/"])
    today = clock.business_day(clock.now())
    day = {"since": today - timedelta(days=1), "until": today - timedelta(days=1)}
    month = {"since": today - timedelta(days=30), "until": today - timedelta(days=1)}
    for reader in ("agent", "leader", "supervisor"):
        yield Page(f"numbers_{reader}_day", reader, [f"/numbers/?{urlencode(day)}"])
        yield Page(f"numbers_{reader}_month", reader, [f"/numbers/?{urlencode(month)}"])
    yield Page("numbers_supervisor_month_by_day", "supervisor", [f"/numbers/?{urlencode(month | {'by': 'day'})}"])
    yield Page("numbers_behind_month", "supervisor", [f"/numbers/response/?{urlencode(month)}"])


def _signed_in(person: Any) -> str:
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def _scope(address: str, cookie: str, headers: dict[str, str]) -> dict[str, Any]:
    path, _question, query = address.partition("?")
    given = {"host": "localhost", "cookie": cookie, "accept-language": "zh-CN"} | headers
    return {
        "type": "http", "method": "GET", "path": path, "query_string": query.encode(), "scheme": "http",
        "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "http_version": "1.1",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
    }  # fmt: skip


def _backend() -> int | None:
    """The process of the database that works for us."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def _explain(seconds: float, sql: str, params: Any) -> None:
    from django.db import connection

    print(f"      {seconds * 1000:.1f} ms: {sql % tuple(map(repr, params)) if isinstance(params, tuple | list) else sql}")
    with connection.cursor() as cursor:
        cursor.execute(("EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN (ANALYZE, BUFFERS) ") + sql, params)
        for row in cursor.fetchall():
            print(f"        {row[-1]}")


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[18] if len(values) > 1 else values[0]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--conversations", type=int, default=1_000_000)
    parser.add_argument("--messages", type=int, default=5_000_000)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql, or the address of an empty database")
    parser.add_argument("--times", type=int, default=40, help="how often each page is asked for")
    parser.add_argument("--only", default="", help="pages whose name begins so")
    parser.add_argument("--nice", type=int, default=0, help="priority; negative on a busy machine (root)")
    parser.add_argument("--explain", action="store_true", help="the slowest statement of each page, and its plan")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
