"""How long after-sales requests take to be judged, on one core.

    bin/bench assessment [--requests 100000] [--seed 1]

Requests are drawn as they come to a shop: most for what does not please or for quality, some missing, broken, lost
or late, a few odd in some way; each is judged by one of the handbooks that come with the program. The last line is
one JSON object.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._report import Report
from dangban.aftersales.rules.assessment import Facts, assess
from dangban.handbook.loader import preset

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
PRESETS = ("default", "growth-team", "returns-first", "brand-group", "taobao-shop")
REASONS = {
    "dislike": 22, "size": 20, "quality": 18, "mistaken": 8, "wrong": 7, "colour": 5, "described": 5, "missing": 5,
    "damaged": 4, "delay": 2, "late": 1, "lost": 1, "service": 1, "over": 1,
}  # fmt: skip
WANTED = {"return": 55, "exchange": 20, "refund": 8, "adjust": 8, "reship": 6, "repair": 3}
ODD = ("used", "washed", "tag_cut", "soiled", "packaging_missing", "proxy_signed", "collect", "misused", "insured_freight", "ship_first")
WITHIN_SECONDS = 10


def requests(count: int, chance: random.Random) -> Iterator[Facts]:
    for _ in range(count):
        signed = NOW - timedelta(minutes=int(chance.expovariate(1 / 5000)))
        odd: dict[str, Any] = {name: True for name in ODD if chance.random() < 0.05}
        yield Facts(
            asked_at=NOW,
            wanted=_one_of(WANTED, chance),
            reason=_one_of(REASONS, chance),
            sent_at=signed - timedelta(days=3),
            signed_at=signed if chance.random() < 0.93 else None,
            category=chance.choice(("clothing", "clothing", "cosmetics", "electronics", "other")),
            photos=chance.random() < 0.6,
            weights=chance.random() < 0.5,
            damage_found=chance.choice(("at_door", "after_signing")),
            courier_back=chance.choice(("顺丰速运", "圆通速递")),
            earlier_exchanges=int(chance.random() < 0.05),
            paid_fen=chance.randrange(1_000, 200_000),
            asked_fen=chance.randrange(100, 5_000) if chance.random() < 0.1 else None,
            freight_out_fen=800,
            freight_back_fen=chance.randrange(600, 2_000),
            freight_again_fen=800,
            free_shipping=chance.random() < 0.7,
            insurance_fen=900,
            **odd,
        )


def _one_of(weighed: dict[str, int], chance: random.Random) -> str:
    return chance.choices(list(weighed), list(weighed.values()))[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    drawn = list(requests(options.requests, chance))
    books = [preset(name).on(NOW.date()) for name in PRESETS]
    report = Report("assessment")
    report.section(f"{len(drawn):,} requests, {len(books)} handbooks")
    outcomes: Counter[str] = Counter()
    began, cpu = time.perf_counter(), time.process_time()
    for number, facts in enumerate(drawn):
        outcomes[assess(facts, books[number % len(books)]).outcome] += 1
    seconds, worked = time.perf_counter() - began, time.process_time() - cpu
    report.add("seconds", round(seconds, 2), "by the clock on the wall")
    report.add("core_seconds", round(worked, 2), "of one core")
    report.add("microseconds_each", round(worked / len(drawn) * 1e6, 1))
    for outcome in ("accepted", "approval", "evidence", "refused"):
        report.add(outcome, outcomes[outcome])
    per_hundred_thousand = round(worked / len(drawn) * 100_000, 2)
    report.add("core_seconds_per_100000", per_hundred_thousand)
    report.target("core_seconds_per_100000", at_most=WITHIN_SECONDS)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
