"""Two years of a department in a few minutes: the database makes the rows itself from a plan of the conversations.

One statement per table, the same for both databases but for how they write times; indexes are
taken away before and made again after. The rows are those that the rooms would have left; `check`
lets a line pass through the rooms to see that they fit.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

import psycopg

from bench.archive.plan import BODIES, PACE, Plan, bodies

LONGEST = 60

# `p` is the plan's row, `k` the number of a line in it, from 0; the customer writes the even ones. Of some
# conversations the last line is a note among colleagues.
HAS_NOTE = "(p.id % 20 = 0 AND p.lines > 2 AND p.lines % 2 = 1)"
NOTE = f"({HAS_NOTE} AND k.k = p.lines - 1)"
OURS = f"(k.k % 2 = 1 OR {NOTE})"
BODY = f"((p.id * 48271 + k.k * 16807) % {BODIES}) * 2 + k.k % 2"
LINES = "plan p {join} numbers k ON k.k < p.lines"
LAST = f"plan p {{join}} numbers k ON k.k = p.lines - 1 - CASE WHEN {HAS_NOTE} THEN 1 ELSE 0 END"
ANSWERED = "(k.k + 1 < p.lines)"


def at(k: str = "k.k") -> str:
    """When a line was said: whole seconds, as all times here."""
    return f"(p.opened + ({k}) * {PACE} + (p.id * 13 + ({k}) * 7) % 23)"


STATEMENTS = {
    "customers_customer": """
        INSERT INTO customers_customer (id, name, phone, phone_digest, phone_tail, credit, created_at)
        SELECT t.customer, '客' || t.customer, '', '', substr('' || (10000 + t.customer * 7919 % 10000), 2), 3, {started}
        FROM threads t WHERE t.id = t.customer ORDER BY t.customer""",
    "customers_customershop": """
        INSERT INTO customers_customershop (customer_id, shop_id, first_at, orders, spent_fen)
        SELECT t.customer, t.shop, {first_started}, 0, 0 FROM threads t GROUP BY t.customer, t.shop""",
    "customers_handle": """
        INSERT INTO customers_handle (customer_id, original_id, platform, handle)
        SELECT t.customer, t.customer, 'taobao', 'buyer' || (t.customer * 7919 % 1000003) || '_' || t.customer
        FROM threads t WHERE t.id = t.customer""",
    "customers_address": """
        INSERT INTO customers_address (customer_id, receiver, phone, province, city, district, detail, postcode, last_used_at)
        SELECT t.customer, '客' || t.customer, '', '浙江省', '杭州市', '西湖区', '某路' || t.customer || '号', '', {started}
        FROM threads t WHERE t.id = t.customer""",
    "chat_thread": """
        INSERT INTO chat_thread (id, shop_id, customer_id, channel, public_id, created_at)
        SELECT t.id, t.shop, t.customer, 'widget', 'bench' || t.id, {started} FROM threads t ORDER BY t.id""",
    "chat_threadsequence": "INSERT INTO chat_threadsequence (thread_id, last_seq) SELECT id, last_seq FROM threads ORDER BY id",
    "chat_threadprojection": "INSERT INTO chat_threadprojection (thread_id, seq) SELECT id, last_seq FROM threads ORDER BY id",
    "chat_message": f"""
        INSERT INTO chat_message (id, thread_id, seq, author, author_id, author_name, client_id, kind, internal, body, payload, at)
        SELECT p.before + k.k + 1, p.thread, p.first + k.k, CASE WHEN {OURS} THEN 'agent' ELSE 'customer' END, CASE WHEN {OURS} THEN p.person ELSE p.customer END,
          CASE WHEN {OURS} THEN s.service_name ELSE '客' || p.customer END, 'b' || (p.before + k.k),
          CASE WHEN {NOTE} THEN 'note' ELSE 'text' END, {NOTE}, b.body, {{empty}}, {{at}}
        FROM {LINES} {{join}} bodies b ON b.id = {BODY} {{join}} people_person s ON s.id = p.person
        ORDER BY p.id, k.k""",
    "conversations_conversation": f"""
        INSERT INTO conversations_conversation (id, thread_id, shop_id, customer_id, state, stage, team_id, assignee_id,
          opened_at, business_day, first_seq, queued_at, assigned_at, ended_at, transfers, promised_at, last_seq, last_at,
          last_author, preview, unread, waiting_since, version)
        SELECT p.id, p.thread, p.shop, p.customer, p.state, CASE WHEN p.id % 3 = 0 THEN 'aftersale' ELSE 'presale' END,
          p.team, CASE WHEN p.state IN ('serving', 'ended') THEN p.person END, {{opened}}, {{day}}, p.first,
          CASE WHEN p.state IN ('waiting', 'offline') THEN {{opened}} END,
          CASE WHEN p.state IN ('serving', 'ended') THEN {{opened}} END, CASE WHEN p.state = 'ended' THEN {{ended}} END,
          0, NULL, p.first + p.lines - 1, {{at}}, CASE WHEN {OURS} THEN 'agent' ELSE 'customer' END,
          b.body, CASE WHEN p.state = 'ended' OR {OURS} THEN 0 ELSE 1 END,
          CASE WHEN p.state = 'ended' OR {OURS} THEN NULL ELSE {{at}} END, p.lines
        FROM {LAST} {{join}} bodies b ON b.id = {BODY} ORDER BY p.id""",
    "conversations_assignment": """
        INSERT INTO conversations_assignment (conversation_id, person_id, team_id, how, because, started_at, ended_at, waited_ms,
          business_day)
        SELECT p.id, p.person, p.team, 'routed', {list}, {opened}, CASE WHEN p.state = 'ended' THEN {ended} END, p.id % 40 * 250,
          {day} FROM plan p WHERE p.state IN ('serving', 'ended') ORDER BY p.id""",
    "conversations_closure": f"""
        INSERT INTO conversations_closure (conversation_id, how, by_id, outcome, note, at, business_day, served_ms)
        SELECT p.id, 'resolved', p.person, '', '', {{ended}}, {{day}}, (p.lines + 2) * {PACE} * 1000
        FROM plan p WHERE p.state = 'ended' ORDER BY p.id""",
    "conversations_turn": f"""
        INSERT INTO conversations_turn (conversation_id, shop_id, customer_id, team_id, owner_id, answered_by_id, first,
          opened_seq, opened_at, business_day, minute, counted, left_message, answered_seq, answered_at, milliseconds,
          same_day, abandoned_at)
        SELECT p.id, p.shop, p.customer, p.team, CASE WHEN p.state IN ('serving', 'ended') THEN p.person END,
          CASE WHEN {ANSWERED} THEN p.person END, k.k = 0, p.first + k.k, {{at}}, {{day}}, {{minute}}, 1 = 1, p.state = 'offline',
          CASE WHEN {ANSWERED} THEN p.first + k.k + 1 END, CASE WHEN {ANSWERED} THEN {{answered}} END,
          CASE WHEN {ANSWERED} THEN ({at('k.k + 1')} - {at()}) * 1000 END, {ANSWERED},
          CASE WHEN p.state = 'ended' AND NOT {ANSWERED} THEN {{ended}} END
        FROM {LINES} AND k.k % 2 = 0 AND NOT {NOTE} ORDER BY p.id, k.k""",
    "conversations_reception": """
        INSERT INTO conversations_reception (conversation_id, person_id, shop_id, customer_id, business_day, lines, characters, mutual)
        SELECT p.id, p.person, p.shop, p.customer, {day}, p.lines / 2, p.lines / 2 * 18, 1 = 1
        FROM plan p WHERE p.lines > 1 ORDER BY p.id""",
    "orders_order": """
        INSERT INTO orders_order (shop_id, platform_id, number_tail, customer_id, status, refund, total_fen, paid_fen, freight_fen,
          refunded_fen, quantity, created_at, paid_at, business_day, receiver, phone, phone_tail, province, city, district,
          address, postcode, courier, tracking_number, buyer_message, platform_remark, close_reason, invoice_title, flag,
          imported_at, source_digest, version, purpose, settled_fen, settled_aside_fen)
        SELECT p.shop, 'B' || (10000000 + p.id), substr('' || (10000000 + p.id), 3), p.customer, CASE WHEN p.state = 'ended' THEN 'done' ELSE 'paid' END, 'none',
          19900, 19900, 0, 0, 1, {opened}, {opened}, {day}, '客' || p.customer, '', '', '浙江省', '杭州市', '西湖区', '', '', '', '',
          '', '', '', '', '', {opened}, '', 1, 'sale', 0, 0
        FROM plan p WHERE p.id % 5 = 0 ORDER BY p.id""",
    "orders_orderline": """
        INSERT INTO orders_orderline (order_id, position, platform_line_id, sku_id, sku_code, title, variant, quantity, price_fen)
        SELECT o.id, 1, '', NULL, '', '棉麻四件套', '米白', 1, 19900 FROM orders_order o""",
}
SEARCH = f"""
    SELECT p.before + k.k + 1 AS id, {{marks}} AS words
    FROM {LINES} {{join}} bodies b ON b.id = {BODY} ORDER BY p.id, k.k"""


class InSQLite:
    """On a connection of its own, which asks nobody whether what it writes will last."""

    times = {
        name: f"datetime({value}, 'unixepoch')"
        for name, value in {
            "opened": "p.opened", "at": at(), "ended": f"p.opened + (p.lines + 2) * {PACE}",
            "answered": at("k.k + 1"), "started": "t.started", "first_started": "MIN(t.started)",
        }.items()
    }  # fmt: skip
    words = times | {
        "day": "date(p.opened + 28800, 'unixepoch')", "minute": f"(({at()} + 28800) % 86400) / 60", "empty": "'{}'", "list": "'[]'",
        "join": "CROSS JOIN",
    }  # fmt: skip

    def __init__(self, path: str) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-3000000", "temp_store=MEMORY"):
            self.db.execute(f"PRAGMA {pragma}")

    def fill(self, plan: Plan) -> None:
        db = self.db
        db.execute("BEGIN")
        for table, columns in WORK.items():
            db.execute(f"CREATE TEMP TABLE {table} ({columns})")
        self._take("plan", plan.rows())
        self._take("threads", threads(plan))
        self._take("numbers", ((k,) for k in range(LONGEST)))
        self._take("bodies", bodies())
        for table, statement in STATEMENTS.items():
            indexes = self._without_indexes(table)
            db.execute(written(statement, self.words))
            for index in indexes:
                db.execute(index)
        self._index()
        db.execute("COMMIT")
        db.execute("PRAGMA journal_mode=WAL")
        db.close()

    def _index(self) -> None:
        """Large lots, as after years of merging; then as the program has it."""
        marks = (
            f"'§s' || p.shop || ' §m' || strftime('%Y%m', {at()} + 28800, 'unixepoch') || ' §t' || p.thread"
            f" || CASE WHEN {NOTE} THEN ' §knote' ELSE ' §ktext §open' END"
            f" || CASE WHEN {OURS} THEN ' §p' || p.person ELSE '' END || ' ' || b.words"
        )
        self.db.execute("INSERT INTO chat_search (chat_search, rank) VALUES ('hashsize', 134217728)")
        self.db.execute(f"INSERT INTO chat_search (rowid, words) {written(SEARCH, self.words | {'marks': marks})}")
        self.db.execute("INSERT INTO chat_search (chat_search, rank) VALUES ('hashsize', 1048576)")

    def _take(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        marks = ", ".join("?" for _column in WORK[table].split(","))
        self.db.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)

    def _without_indexes(self, table: str) -> list[str]:
        rows = self.db.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = ?", [table]
        ).fetchall()
        for name, _sql in rows:
            self.db.execute(f'DROP INDEX "{name}"')
        return [sql for _name, sql in rows]


class InPostgres:
    times = {name: re.sub(r"^datetime\((.*), 'unixepoch'\)$", r"to_timestamp(\1)", value) for name, value in InSQLite.times.items()}
    words = times | {
        "day": "(to_timestamp(p.opened + 28800) AT TIME ZONE 'UTC')::date", "minute": f"(({at()} + 28800) % 86400) / 60",
        "empty": "'{}'::jsonb", "list": "'[]'::jsonb", "join": "JOIN",
    }  # fmt: skip

    def __init__(self, url: str) -> None:
        self.db = psycopg.connect(url, autocommit=True)
        for name, value in {
            "session_replication_role": "replica", "maintenance_work_mem": "1GB", "work_mem": "512MB", "temp_buffers": "512MB",
            "synchronous_commit": "off",
        }.items():  # fmt: skip
            self.db.execute(f"SET {name} = '{value}'")

    def fill(self, plan: Plan) -> None:
        for table, columns in WORK.items():
            self.db.execute(f"CREATE TEMP TABLE {table} ({columns.replace('INTEGER', 'INT').replace('INT', 'BIGINT')})")
        self._take("plan", plan.rows())
        self._take("threads", threads(plan))
        self._take("numbers", ((k,) for k in range(LONGEST)))
        self._take("bodies", bodies())
        self.db.execute("ANALYZE plan, threads, numbers, bodies")
        for table, statement in STATEMENTS.items():
            again = self._without_indexes(table)
            self.db.execute(written(statement, self.words).encode())
            for index in again:
                self.db.execute(index.encode())
        self._index()
        self.db.execute("VACUUM ANALYZE")
        self.db.close()

    def _index(self) -> None:
        marks = (
            f"ARRAY['§s' || p.shop, '§m' || to_char(to_timestamp({at()} + 28800) AT TIME ZONE 'UTC', 'YYYYMM'), '§t' || p.thread]"
            f" || CASE WHEN {NOTE} THEN ARRAY['§knote'] ELSE ARRAY['§ktext', '§open'] END"
            f" || CASE WHEN {OURS} THEN ARRAY['§p' || p.person] ELSE ARRAY[]::text[] END || string_to_array(b.words, ' ')"
        )
        again = self._without_indexes("chat_search")
        self.db.execute(f"INSERT INTO chat_search (message_id, words) {written(SEARCH, self.words | {'marks': marks})}".encode())
        for index in again:
            self.db.execute(index.encode())

    def _take(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        with self.db.cursor().copy(f"COPY {table} FROM STDIN".encode()) as copy:
            for row in rows:
                copy.write_row(row)

    def _without_indexes(self, table: str) -> list[str]:
        """Take indexes and unique constraints away but the key; returns how to make them again."""
        constraints = self.db.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'u'"
            " AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.confrelid = pg_constraint.conrelid AND f.conindid = pg_constraint.conindid AND f.contype = 'f')",
            [table],
        ).fetchall()
        for name, _made in constraints:
            self.db.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"'.encode())
        indexes = self.db.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND NOT EXISTS"
            " (SELECT FROM pg_constraint WHERE conname = indexname)",
            [table],
        ).fetchall()
        for name, _made in indexes:
            self.db.execute(f'DROP INDEX "{name}"'.encode())
        return [
            *(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {made}' for name, made in constraints),
            *(made for _name, made in indexes),
        ]


WORK = {
    "plan": "id INTEGER PRIMARY KEY, thread INT, customer INT, shop INT, team INT, person INT, opened INT, lines INT, first INT,"
    " before INT, state TEXT",
    "threads": "id INTEGER PRIMARY KEY, customer INT, shop INT, started INT, last_seq INT",
    "numbers": "k INTEGER PRIMARY KEY",
    "bodies": "id INTEGER PRIMARY KEY, body TEXT, words TEXT",
}


def threads(plan: Plan) -> Iterable[tuple[int, int, int, int, int]]:
    """Once all conversations are planned."""
    for number in range(1, plan.size.threads + 1):
        shop = plan.houses[plan.house_of[number]].shop.pk
        yield number, plan.customer_of(number), shop, plan.started[number] or plan.now, plan.last_seq[number]


def written(statement: str, words: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: words[found[1]], statement)


def database(url: str) -> InSQLite | InPostgres:
    from django.db import connection

    return InPostgres(url) if url else InSQLite(str(connection.settings_dict["NAME"]))


def number_on() -> None:
    """New rows get numbers after those written with theirs."""
    from django.apps import apps
    from django.core.management.color import no_style
    from django.db import connection

    filled = [model for model in apps.get_models() if model._meta.db_table in STATEMENTS]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), filled):
            cursor.execute(statement)


def check() -> None:
    """A line through the rooms' own ways goes on with a session, is counted and is found."""
    from django.db import transaction

    from dangban.chat import actions, projection, search
    from dangban.conversations.models import Conversation
    from dangban.people.access import Scope

    session = Conversation.objects.filter(state="serving").select_related("thread").order_by("-pk")[0]
    before = (session.last_seq, session.turns.count())
    with transaction.atomic():
        actions.post(session.thread, author="agent", author_id=session.assignee_id, author_name="小客", body="镇纸已经寄出")
        actions.post(session.thread, author="customer", author_id=session.customer_id, author_name="客", body="好的谢谢")
    projection.run_pending()
    session.refresh_from_db()
    after = (session.last_seq, session.turns.count())
    found = search.search("镇纸已经", Scope(1, True, frozenset(), frozenset())).hits
    if after != (before[0] + 2, before[1] + 1) or len(found) != 1:
        raise RuntimeError(f"the rows don't fit what the rooms make of them: {before} → {after}, found {len(found)}")


def counted() -> list[tuple[str, int, str]]:
    from dangban.chat.models import Message, Thread
    from dangban.conversations.models import Conversation, Turn
    from dangban.customers.models import Customer
    from dangban.orders.models import Order
    from dangban.people.models import Person, Shop

    open_ones = Conversation.objects.exclude(state="ended").count()
    return [
        ("conversations", Conversation.objects.count(), f"{open_ones} of them open"),
        ("messages", Message.objects.count(), f"in {Thread.objects.count():,} threads"),
        ("questions", Turn.objects.count(), ""),
        ("customers", Customer.objects.count(), ""),
        ("orders", Order.objects.count(), ""),
        ("people", Person.objects.count(), f"for {Shop.objects.count()} shops"),
    ]
