"""How long the end of a month takes: questions and answers read off the messages, figures, scorecards, pay.

    bin/bench month_end [--people 1000] [--messages 30000000] [--orders 2000000] [--days 30] [--memory 2GB] [--threads 2]

The rows are made first and are not timed: messages day by day, orders with whose they are, enquiries. Then, as at the
end of a month whose figures have all to be made again: rounds from the messages by a window over each conversation,
the sums of each day by the statements of `dangban.performance`, the figures of each scorecard by the statement of
each measure, points and grades by the default handbook, and a payslip for each person. The last line is one JSON
object.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import duckdb

from bench._report import Report

MONTH = date(2026, 10, 1)
PER_TALK = 10
WITHIN_SECONDS = 60
WITHIN_MIB = 4096

# A round opens at the customer's first line after the last human answer and closes at the first human answer.
ROUNDS = """
INSERT INTO conversations_turn
WITH spoken AS (
  SELECT m.thread_id, m.seq, m.author, m.author_id, m.at AS said_at, LAG(m.author) OVER talk AS before
  FROM chat_message m WHERE m.author IN ('customer', 'agent') AND NOT m.internal AND m.kind = 'text'
  WINDOW talk AS (PARTITION BY m.thread_id ORDER BY m.seq)
), edges AS (
  SELECT thread_id, seq, author, said_at,
    LEAD(seq) OVER talk AS answered_seq, LEAD(author_id) OVER talk AS answered_by_id, LEAD(said_at) OVER talk AS answered_at
  FROM spoken WHERE author <> before OR (before IS NULL AND author = 'customer')
  WINDOW talk AS (PARTITION BY thread_id ORDER BY seq)
)
SELECT e.thread_id * 1000 + e.seq, c.id, c.shop_id, c.customer_id, c.assignee_id, e.answered_by_id, e.seq = 1, e.seq, e.answered_seq,
  e.answered_at, CAST(e.said_at + INTERVAL 8 HOUR AS DATE), date_part('hour', e.said_at + INTERVAL 8 HOUR) * 60 + date_part('minute', e.said_at), true, false,
  date_diff('millisecond', e.said_at, e.answered_at), CAST(e.answered_at + INTERVAL 8 HOUR AS DATE) = CAST(e.said_at + INTERVAL 8 HOUR AS DATE)
FROM edges e JOIN conversations_conversation c ON c.thread_id = e.thread_id WHERE e.author = 'customer'
"""
RECEPTIONS = """
INSERT INTO conversations_reception
SELECT c.id, c.id, m.author_id, c.shop_id, c.customer_id, CAST(MIN(m.at) + INTERVAL 8 HOUR AS DATE), COUNT(*), COUNT(*) * 20, true
FROM chat_message m JOIN conversations_conversation c ON c.thread_id = m.thread_id
WHERE m.author = 'agent' GROUP BY c.id, c.shop_id, c.customer_id, m.author_id
"""


@contextmanager
def timed(report: Report, name: str, explained: str = "") -> Iterator[None]:
    begun = time.perf_counter()
    yield
    report.add(name, round(time.perf_counter() - begun, 2), explained)


def main() -> int:
    options = _options()
    folder = Path(tempfile.mkdtemp(prefix="month-end-", dir=options.folder))
    try:
        return _run(options, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=1000)
    parser.add_argument("--messages", type=int, default=30_000_000)
    parser.add_argument("--orders", type=int, default=2_000_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--memory", default="2GB", help="what the engine may use; the rest of the process comes on top")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="where the rows are kept meanwhile")
    return parser.parse_args()


def _run(options: argparse.Namespace, folder: Path) -> int:
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dangban.project.settings")
    import django

    django.setup()
    report = Report("month_end", f"DuckDB {duckdb.__version__}")
    report.section(f"{options.people:,} people, {options.messages:,} messages, {options.orders:,} orders")
    with timed(report, "made_seconds", "rows made, not part of the month's end"):
        _make(options, folder)
    engine = _engine(options, folder)
    begun = time.perf_counter()
    with timed(report, "figures_seconds", "rounds from messages, the sums of each day"):
        turns = _figures(options, engine, folder)
    with timed(report, "cards_seconds", "each measure by its statement; points and grades"):
        cards, net = _cards(options, engine)
    with timed(report, "pay_seconds", "payslips from cards and sales"):
        paid = _pay(cards, net)
    report.add("seconds", round(time.perf_counter() - begun, 2), "the month's end")
    report.add("peak_mib", round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), "of the whole process")
    report.add("rounds", turns)
    report.add("cards", len(cards))
    report.add("paid_yuan", round(paid / 100))
    report.add("messages_a_second", round(options.messages / max(0.01, report.figures["figures_seconds"])))
    report.target("seconds", at_most=WITHIN_SECONDS)
    report.target("peak_mib", at_most=WITHIN_MIB)
    if not cards or any(one.score is None for one in cards.values()):
        report.void("somebody has no score")
    return report.end()


def _engine(options: argparse.Namespace, folder: Path) -> duckdb.DuckDBPyConnection:
    engine = duckdb.connect()
    engine.execute(f"SET memory_limit = '{options.memory}'; SET threads = {options.threads}; SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
    engine.execute(f"SET temp_directory = '{folder / 'spill'}'")
    return engine


# ---- Rows, made before anything is timed --------------------------------------------------------------


def _make(options: argparse.Namespace, folder: Path) -> None:
    engine = _engine(options, folder)
    talks = max(1, options.messages // PER_TALK // options.days)
    for step in range(options.days):
        first = step * talks
        day = MONTH + timedelta(days=step)
        engine.execute(f"COPY ({_messages(first, talks, day, options.people)}) TO '{folder}/chat_message-{step:02}.parquet' (FORMAT parquet)")
        engine.execute(f"COPY ({_conversations(first, talks, options.people)}) TO '{folder}/conversation-{step:02}.parquet' (FORMAT parquet)")
    orders = max(1, options.orders // options.days)
    customers = talks * options.days
    engine.execute(f"COPY ({_deals(orders * options.days, options.days, customers, options.people)}) TO '{folder}/performance_deal.parquet' (FORMAT parquet)")
    engine.execute(f"COPY ({_askings(talks, options.days, options.people)}) TO '{folder}/performance_asking.parquet' (FORMAT parquet)")
    engine.close()


def _messages(first: int, talks: int, day: date, people: int) -> str:
    """Customer and agent in turns, now and then two lines of one; answers after 5 to 200 seconds; from 8 to 23 o'clock."""
    begun = f"{day} 00:00:00"
    return f"""
    SELECT id, thread_id, seq, author, CASE WHEN author = 'agent' THEN CAST(1 + hash(thread_id, 7) % {people} AS BIGINT) ELSE thread_id END AS author_id, kind, internal, "at"
    FROM (SELECT t * {PER_TALK} + s AS id, t AS thread_id, s AS seq, CASE WHEN s % 2 = 1 OR hash(t, s) % 9 = 0 THEN 'customer' ELSE 'agent' END AS author, 'text' AS kind, false AS internal,
      TIMESTAMP '{begun}' + to_seconds(CAST(hash(t) % 50000 AS INTEGER) + s * 60 + CAST(hash(t, s) % 50 AS INTEGER)) AS "at"
    FROM range({first}, {first + talks}) r(t), range(1, {PER_TALK + 1}) q(s))"""


def _conversations(first: int, talks: int, people: int) -> str:
    return f"""
    SELECT t AS id, t AS thread_id, CAST(1 + hash(t) % 20 AS BIGINT) AS shop_id, t AS customer_id, CAST(1 + hash(t, 7) % {people} AS BIGINT) AS assignee_id,
      CAST(NULL AS TIMESTAMP) AS promised_at, {PER_TALK} AS last_seq FROM range({first}, {first + talks}) r(t)"""


def _deals(orders: int, days: int, customers: int, people: int) -> str:
    return f"""
    SELECT o AS id, o AS order_id, CAST(1 + hash(o % {customers}) % 20 AS BIGINT) AS shop_id, o % {customers} AS customer_id,
      DATE '{MONTH}' + CAST(o % {days} AS INTEGER) AS created_day,
      CASE WHEN hash(o) % 10 = 0 THEN NULL ELSE DATE '{MONTH}' + CAST(o % {days} AS INTEGER) END AS paid_day,
      CASE WHEN hash(o) % 10 = 0 THEN NULL ELSE DATE '{MONTH}' + CAST(o % {days} AS INTEGER) END AS counted_day,
      CASE WHEN hash(o, 1) % 3 = 0 THEN NULL ELSE CAST(1 + hash(o, 2) % {people} AS BIGINT) END AS by_order_id,
      CAST(1 + hash(o, 3) % {people} AS BIGINT) AS by_payment_id,
      CAST(1 + hash(o, 2) % {people} AS BIGINT) AS by_first_id, CAST(1 + hash(o, 2) % {people} AS BIGINT) AS person_id,
      CAST(NULL AS BIGINT) AS chased_by_id, CAST(NULL AS BIGINT) AS tagged_by_id, '' AS void,
      CAST(5000 + hash(o, 4) % 40000 AS BIGINT) AS total_fen, CAST(5000 + hash(o, 4) % 40000 AS BIGINT) AS paid_fen,
      CASE WHEN hash(o, 5) % 20 = 0 THEN 3000 ELSE 0 END AS refunded_fen, CAST(1 + hash(o, 6) % 3 AS BIGINT) AS quantity
    FROM range({orders}) r(o)"""


def _askings(talks: int, days: int, people: int) -> str:
    return f"""
    SELECT t AS id, DATE '{MONTH}' + CAST(t // {talks} AS INTEGER) AS day, CAST(1 + hash(t) % 20 AS BIGINT) AS shop_id,
      CASE WHEN who = 0 THEN NULL ELSE CAST(1 + hash(t, 7) % {people} AS BIGINT) END AS person_id, t AS customer_id, t AS conversation_id,
      CAST(hash(t, 8) % 10 < 5 AS INTEGER) AS ordered_same, CAST(hash(t, 8) % 10 < 6 AS INTEGER) AS ordered_final, CAST(hash(t, 8) % 10 < 5 AS INTEGER) AS paid_same,
      CAST(hash(t, 8) % 10 < 6 AS INTEGER) AS paid_next, CAST(hash(t, 8) % 10 < 6 AS INTEGER) AS paid_final,
      CASE WHEN hash(t, 8) % 10 < 6 THEN 20000 ELSE 0 END AS paid_fen, 1 AS settled
    FROM range({talks * days}) r(t), range(2) q(who)"""


# ---- The month's end ----------------------------------------------------------------------------------


def _figures(options: argparse.Namespace, engine: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """What is said is gone through a day at a time, as the days are made in the product: memory holds one day of it."""
    from dangban.performance.facts.families import FAMILIES

    _tables(engine, folder)
    values = _clocks()
    for place, family in enumerate(FAMILIES):
        columns = ", ".join(f"{name} BIGINT" for name in family.columns)
        engine.execute(f"CREATE TABLE part_{place} (day DATE, shop_id BIGINT, person_id BIGINT, {columns})")
    turns = 0
    for step in range(options.days):
        day = MONTH + timedelta(days=step)
        for name, file in (("chat_message", "chat_message"), ("conversations_conversation", "conversation")):
            engine.execute(f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM read_parquet('{folder}/{file}-{step:02}.parquet')")
        engine.execute("TRUNCATE conversations_turn; TRUNCATE conversations_reception")
        engine.execute(ROUNDS)
        engine.execute(RECEPTIONS)
        turns += engine.execute("SELECT COUNT(*) FROM conversations_turn").fetchall()[0][0]
        _sum_up(engine, day, day, values, said=True)
    _sum_up(engine, MONTH, MONTH + timedelta(days=options.days - 1), values, said=False)
    _join(engine)
    return turns


def _tables(engine: duckdb.DuckDBPyConnection, folder: Path) -> None:
    from dangban.performance.parquet import EXPORTED

    for one in EXPORTED:
        columns = ", ".join(f'"{name}" {one.type_of(name)}' for name in one.columns)
        if one.table in ("performance_deal", "performance_asking"):
            engine.execute(f"CREATE VIEW {one.table} AS SELECT * FROM read_parquet('{folder}/{one.table}.parquet')")
        elif one.table not in ("chat_message", "conversations_conversation"):
            engine.execute(f"CREATE TABLE {one.table} ({columns})")


def _sum_up(engine: duckdb.DuckDBPyConnection, first: date, last: date, values: dict[str, Any], *, said: bool) -> None:
    """The statements of the families as they stand: those of what was said, or all others."""
    from dangban.performance.facts.families import FAMILIES

    for place, family in enumerate(FAMILIES):
        if ("conversations_" in family.sql) is said:
            for of_shops in (False, True):
                engine.execute(f"INSERT INTO part_{place} {family.text(first, last, values, of_shops=of_shops)}")


def _join(engine: duckdb.DuckDBPyConnection) -> None:
    """One row for each day, shop and person."""
    from dangban.performance.facts.families import FAMILIES
    from dangban.performance.measures import VERSION

    together = " UNION ALL BY NAME ".join(f"SELECT * FROM part_{place}" for place in range(len(FAMILIES)))
    sums = ", ".join(f"COALESCE(SUM({name}), 0) AS {name}" for family in FAMILIES for name in family.columns)
    engine.execute(
        f"INSERT INTO performance_personday BY NAME SELECT 'own' AS source, day, shop_id, person_id, {VERSION} AS version,"
        f" 1 AS service_final, 1 AS sales_final, 1 AS refunds_final, {sums} FROM ({together}) GROUP BY day, shop_id, person_id"
    )


def _clocks() -> dict[str, Any]:
    from dangban.performance.facts import clocks

    return clocks.values(_rules())


def _rules() -> Any:
    from dangban.handbook.loader import preset
    from dangban.handbook.rulebook import Rules
    from dangban.lib import clock

    return Rules(preset("default").table(MONTH), clock.day_span(MONTH)[0])


def _cards(options: argparse.Namespace, engine: duckdb.DuckDBPyConnection) -> tuple[dict[int, Any], dict[int, int]]:
    from dangban.performance.measures import MEASURES, statement
    from dangban.performance.rules import scoring

    rules = _rules()
    card = scoring.card_for("presale", rules)
    assert card is not None
    last = MONTH + timedelta(days=options.days - 1)
    found: dict[int, dict[str, Decimal | None]] = {who: {"daily_work": Decimal(90)} for who in range(1, options.people + 1)}
    for item in card["items"]:
        measure = MEASURES[item.measure]
        for row in engine.execute(statement(measure, MONTH, last)).fetchall() if measure.columns else []:
            if row[0]:
                found[row[0]][measure.code] = measure.value(int(row[1]), None if row[2] is None else int(row[2]))
    net = {row[0]: int(row[1]) for row in engine.execute(statement(MEASURES["net_sales"], MONTH, last)).fetchall()}
    return {who: scoring.score(card, values, rules) for who, values in found.items()}, net


def _pay(cards: dict[int, Any], net: dict[int, int]) -> int:
    from dangban.pay.rules import facts as known
    from dangban.pay.rules.slip import slip

    rules = _rules()
    last = (MONTH + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    total = 0
    for who, result in cards.items():
        grade = result.grade
        card = known.Card(who, result.score, grade.grade if grade else "", result.share_points, grade.bonus if grade else None)
        facts = known.Facts(who, MONTH, (known.Stretch(MONTH, last, 280_000),), card=card, sales=known.Sales(net.get(who, 0)))
        total += slip(facts, lambda _day: rules).net_fen
    return total


if __name__ == "__main__":
    sys.exit(main())
