"""How fast the desk of after-sales is at a size of your choice.

    bin/bench aftersales [--cases 100000] [--database sqlite|postgresql] [--only NAME] [--explain]

Fills a scratch database by a few statements, each multiplying one row that the rooms themselves wrote,
and asks for the pages as the server would: through the bridge's handler, signed in, with all middleware.
For each: wall time of page and queries (p50, p95), CPU of this process, statements.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._report import Report
from bench._scratch import scratch
from bench.orders import Asking, Filling, _signed_in

# One in eight is open, as after a busy month.
OPEN_EVERY = 8
PAGES = {
    "mine": ("mei", ["/aftersales/"]),
    "agent": ("zhou", ["/aftersales/?which=agent"]),
    "customer": ("zhou", ["/aftersales/?which=customer"]),
    "warehouse": ("ding", ["/aftersales/?which=warehouse"]),
    "finance": ("qian", ["/aftersales/?which=finance"]),
    "late": ("zhou", ["/aftersales/?which=late"]),
    "all": ("zhou", ["/aftersales/?which=all"]),
    "over": ("zhou", ["/aftersales/?which=over"]),
    "kind_rare": ("zhou", ["/aftersales/?which=all&kind=repair", "/aftersales/?which=over&kind=repair"]),
    "reason": ("zhou", ["/aftersales/?which=over&reason=lost"]),
    "owner": ("zhou", ["/aftersales/?which=all&owner={lin}"]),
    "search_number": ("mei", [f"/aftersales/?q=SH{n:06d}" for n in range(1, 3000, 200)]),
    "search_order": ("mei", [f"/aftersales/?q=B{n:012d}" for n in range(1, 3000, 200)]),
    "search_tail": ("mei", ["/aftersales/?q=0005", "/aftersales/?q=000123"]),
    "receiving": ("ding", ["/aftersales/receiving/", "/aftersales/receiving/?which=inspect"]),
    "received": ("ding", ["/aftersales/receiving/?which=done", "/aftersales/receiving/?q=ZTB000000008"]),
    "shelf": ("ding", ["/aftersales/shelf/"]),
    "unclaimed": ("ding", ["/aftersales/parcels/{shelf}/"]),
    "expected": ("ding", ["/aftersales/expected/", "/aftersales/expected/?which=late"]),
    "case": ("mei", ["/aftersales/{case}/"]),
    "chat_panel": ("mei", ["/aftersales/chat/?shop={shop}&customer={customer}"]),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--only", default="")
    parser.add_argument("--explain", action="store_true", help="print the slowest statement of each page")
    parser.add_argument("--database", default="sqlite")
    options = parser.parse_args()
    # What the orders' filling wants to know.
    options.orders, options.skus, options.audit = options.cases, 1_000, 0
    report = Report("aftersales")
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
    filling = CaseFilling(cast, options)
    filling.fill()
    report.section(f"{options.cases:,} cases: page and queries in milliseconds, p95")
    report.add("fill_seconds", round(time.perf_counter() - began, 1))
    asking = Asking(cast, options, report)
    asking.cookies |= {name: _signed_in(getattr(cast, name)) for name in ("mei", "qian")}
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    known = {"lin": cast.lin.pk, "case": filling.first_case + 8, "shop": cast.shop.pk, "customer": cast.fang.pk, "shelf": filling.on_shelf}
    for name, (reader, addresses) in PAGES.items():
        if name.startswith(options.only):
            asking.take(name, reader, [address.format(**known) for address in addresses])


class CaseFilling(Filling):
    """An order for each case, the case with a line, its steps, its assessment, what was told."""

    def fill(self) -> None:
        from dangban.stock.tests.goods import Goods

        goods = Goods(self.cast)
        self._goods(goods)
        self._orders(goods.blue)
        self._cases(goods)
        with self.connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _cases(self, goods: Any) -> None:
        from dangban.aftersales import actions
        from dangban.aftersales.actions import deciding
        from dangban.aftersales.models import Assessment, CaseStep
        from dangban.orders.models import Order

        count = self.options.cases
        order = Order.objects.get(pk=self.first + 1)
        line = order.lines.get()
        wanted = actions.Wanted(line, 1, 9900)
        case = actions.open_case(order.shop, "return", "quality", by=self.cast.mei, source="order", order=order, lines=[wanted], at=self.now)
        deciding.assess(case, {"photos": True}, by=self.cast.mei, at=self.now)
        case.refresh_from_db()
        age = f"({count} - i) * 60"
        is_open = f"i % {OPEN_EVERY} = 0"
        states = ("assessed", "agent"), ("returning", "customer"), ("received", "warehouse"), ("settling", "finance"), ("opened", "agent"), ("on_way", "courier")
        turn = f"(i / {OPEN_EVERY}) % {len(states)}"
        state = " ".join(f"WHEN {turn} = {place} THEN '{code}'" for place, (code, _party) in enumerate(states))
        party = " ".join(f"WHEN {turn} = {place} THEN '{who}'" for place, (_code, who) in enumerate(states))
        first = self._copies(case, count, {
            "order_id": f"{self.first} + i", "platform_refund_id": self._text("'TK'", 9), "opened_at": self._at(age), "asked_at": self._at(age),
            "shop_id": f"CASE WHEN i % 3 = 0 THEN {self.cast.second_shop.pk} ELSE {self.cast.shop.pk} END",
            "owner_id": f"CASE WHEN i % 5 = 0 THEN {self.cast.lin.pk} ELSE {self.cast.mei.pk} END",
            "kind": "CASE WHEN i % 97 = 0 THEN 'repair' WHEN i % 4 = 0 THEN 'refund' ELSE 'return' END",
            "reason": "CASE WHEN i % 50 = 0 THEN 'lost' WHEN i % 3 = 0 THEN 'dislike' ELSE 'quality' END",
            "state": f"CASE WHEN {is_open} THEN CASE {state} END ELSE 'closed' END",
            "waits_for": f"CASE WHEN {is_open} THEN CASE {party} END ELSE '' END",
            "due_at": f"CASE WHEN {is_open} THEN {self._at(f'{age} / 400 - 86400')} ELSE NULL END",
            "closed_at": f"CASE WHEN {is_open} THEN NULL ELSE {self._at(age)} END",
            "approval_id": "NULL",
        })  # fmt: skip
        self.first_case = first
        of = f"{first} + i"
        self._copies(case.lines.get(), count, {"case_id": of, "order_line_id": "NULL"})
        for step in CaseStep.objects.filter(case=case):
            self._copies(step, count, {"case_id": of})
        self._copies(Assessment.objects.get(case=case), count, {"case_id": of})
        self._parcels(case, goods)
        later = self.now + timedelta(days=2)
        case.due_at = later
        case.save(update_fields=["due_at"])

    def _parcels(self, case: Any, goods: Any) -> None:
        """A parcel for each case: of the last ones some are expected, come, counted, or nobody's."""
        from dangban.aftersales import inbound
        from dangban.aftersales.models import ParcelCase

        count = self.options.cases
        parcel = inbound.announce(case, "中通", "ZTB000000000", by=self.cast.mei, at=self.now)
        age = f"({count} - i) * 60"
        recent = f"i > {count} - 8000"
        states = ("expected", "expected", "expected", "arrived", "counted", "inspected", "inspected", "shelf")
        state = " ".join(f"WHEN i % {len(states)} = {place} THEN '{code}'" for place, code in enumerate(states))
        nobodys = f"{recent} AND i % {len(states)} = {states.index('shelf')}"
        came = f"CASE WHEN {recent} AND i % {len(states)} < 3 THEN NULL ELSE {self._at(age)} END"
        first = self._copies(parcel, count, {
            "number": self._text("'ZTB'", 9), "announced_at": self._at(age), "arrived_at": came, "signed_over_at": came,
            "state": f"CASE WHEN {recent} THEN CASE {state} END ELSE 'inspected' END",
            "shop_id": f"CASE WHEN {nobodys} THEN NULL ELSE {self.cast.shop.pk} END", "phone_tail": "'0005'",
        })  # fmt: skip
        self._copies(ParcelCase.objects.get(parcel=parcel), count, {"case_id": f"{self.first_case} + i", "parcel_id": f"{first} + i"})
        self._copies(parcel.items.get(), count, {"line_id": "NULL", "parcel_id": f"{first} + i"})
        lying = inbound.arrive("SF1", by=self.cast.ding, warehouse=goods.warehouse, seen=inbound.AtTheDoor("顺丰", phone_tail="0005"))
        inbound.describe(
            lying, sender="方静", phone_tail="0005", label_text="000123", goods=[goods.blue.code], weight_g=900, shelf="A-1", by=self.cast.ding
        )
        self.on_shelf = lying.pk


if __name__ == "__main__":
    sys.exit(main())
