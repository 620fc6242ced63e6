"""The sums of a day, one text for each kind of row; SQLite, PostgreSQL and DuckDB run them unchanged.

Each gives day, shop, person and its columns. The person is an expression put in: whose row it is,
or 0 for the shop as a whole, in which a customer whom two people served is one customer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dangban.handbook.shapes import ClockSpan
from dangban.performance.measures import columns as kept

_KEPT = "t.answered_at IS NOT NULL AND t.milliseconds <= CASE WHEN t.first THEN {first_ms} ELSE {turn_ms} END"
_TIMED = "t.counted AND t.answered_at IS NOT NULL"
_TURN_WHO = "COALESCE(t.answered_by_id, t.owner_id)"


@dataclass(frozen=True, slots=True)
class Family:
    """`people` and `shops` are what stands for the person and what else must hold in either case."""

    columns: tuple[str, ...]
    sql: str
    who: str
    day: str
    shop: str
    person_holds: str = ""
    shop_holds: str = ""

    def text(self, first: date, last: date, values: Mapping[str, int | str], *, of_shops: bool) -> str:
        holds = self.shop_holds if of_shops else (self.person_holds or f"{self.who} IS NOT NULL")
        where = f"{self.day} >= '{first.isoformat()}' AND {self.day} <= '{last.isoformat()}'" + (f" AND {holds}" if holds else "")
        return self.sql.format(who="0" if of_shops else self.who, where=where, day=self.day, shop=self.shop, **values)


def _count(condition: str) -> str:
    return f"SUM(CASE WHEN {condition} THEN 1 ELSE 0 END)"


ROUNDS = Family(
    kept.ROUNDS,
    f"""SELECT t.business_day, t.shop_id, {{who}},
  COUNT(*), {_count(_TIMED)}, SUM(CASE WHEN {_TIMED} THEN t.milliseconds ELSE 0 END),
  {_count(f"t.first AND {_TIMED}")}, SUM(CASE WHEN t.first AND {_TIMED} THEN t.milliseconds ELSE 0 END),
  {_count("{taobao}")}, {_count("{taobao} AND t.answered_at IS NOT NULL AND t.milliseconds <= {taobao_ms}")},
  {_count("t.first AND NOT t.left_message AND {jd}")},
  {_count("t.first AND NOT t.left_message AND {jd} AND t.answered_at IS NOT NULL AND t.milliseconds <= {jd_ms}")},
  {_count("{pdd}")}, {_count("{pdd} AND t.answered_at IS NOT NULL AND t.milliseconds <= {pdd_ms}")},
  {_count("t.counted AND {house}")}, {_count("t.counted AND {house} AND " + _KEPT)},
  {_count(_TIMED + " AND t.milliseconds >= {slow_ms}")},
  {_count("t.left_message")},
  {_count("t.left_message AND t.answered_at IS NOT NULL AND t.answered_at <= c.promised_at")}
FROM conversations_turn t JOIN conversations_conversation c ON c.id = t.conversation_id
WHERE {{where}} GROUP BY 1, 2, 3""",  # noqa: S608  our own pieces
    _TURN_WHO, "t.business_day", "t.shop_id",
)  # fmt: skip
ASKERS = Family(
    kept.ASKERS,
    """SELECT a.business_day, a.shop_id, a.who, COUNT(*), SUM(a.replied), SUM(1 - a.replied), SUM(a.asked_pdd), SUM(a.asked_pdd * (1 - a.void_pdd))
FROM (
  SELECT {who} AS who, t.shop_id, t.customer_id, t.business_day,
    MAX(CASE WHEN t.same_day THEN 1 ELSE 0 END) AS replied,
    MAX(CASE WHEN {pdd} THEN 1 ELSE 0 END) AS asked_pdd,
    MAX(CASE WHEN {pdd} AND (t.answered_at IS NULL OR t.milliseconds > {pdd_void_ms}) THEN 1 ELSE 0 END) AS void_pdd
  FROM conversations_turn t WHERE {where} GROUP BY 1, 2, 3, 4
) a GROUP BY 1, 2, 3""",
    _TURN_WHO, "t.business_day", "t.shop_id",
)  # fmt: skip
TALKS = Family(
    ("handled", "lines", "characters"),
    """SELECT a.business_day, a.shop_id, a.who, COUNT(*), SUM(a.said), SUM(a.typed)
FROM (
  SELECT {who} AS who, r.shop_id, r.customer_id, r.business_day, SUM(r.lines) AS said, SUM(r.characters) AS typed
  FROM conversations_reception r WHERE {where} AND r.mutual AND r.lines > 0 GROUP BY 1, 2, 3, 4
) a GROUP BY 1, 2, 3""",
    "r.person_id", "r.business_day", "r.shop_id",
)  # fmt: skip
CUSTOMER_LINES = Family(
    ("customer_lines",),
    """SELECT t.business_day, t.shop_id, {who}, COUNT(*)
FROM conversations_turn t
JOIN conversations_conversation c ON c.id = t.conversation_id
JOIN chat_message m ON m.thread_id = c.thread_id AND m.seq >= t.opened_seq AND m.seq < COALESCE(t.answered_seq, c.last_seq + 1)
WHERE {where} AND m.author = 'customer' AND m.kind NOT IN ('event', 'recall') GROUP BY 1, 2, 3""",
    _TURN_WHO, "t.business_day", "t.shop_id",
)  # fmt: skip
CHATTED = Family(
    kept.CHATTED,
    """SELECT a.business_day, a.shop_id, a.who, COUNT(*)
FROM (
  SELECT {who} AS who, t.shop_id, t.customer_id, t.business_day FROM conversations_turn t WHERE {where} GROUP BY 1, 2, 3, 4
) a GROUP BY 1, 2, 3""",
    _TURN_WHO, "t.business_day", "t.shop_id",
)  # fmt: skip
COMING = Family(
    kept.COMING,
    """SELECT a.business_day, c.shop_id, {who},
  COUNT(DISTINCT CASE WHEN a.how IN ('routed', 'taken') THEN c.customer_id END),
  COUNT(DISTINCT CASE WHEN a.how = 'transferred' THEN c.customer_id END)
FROM conversations_assignment a JOIN conversations_conversation c ON c.id = a.conversation_id
WHERE {where} GROUP BY 1, 2, 3""",
    "a.person_id", "a.business_day", "c.shop_id",
)  # fmt: skip
PASSING = Family(
    kept.PASSING,
    """SELECT f.business_day, c.shop_id, {who}, COUNT(DISTINCT c.customer_id)
FROM conversations_transfer f JOIN conversations_conversation c ON c.id = f.conversation_id
WHERE {where} AND f.state <> 'withdrawn' GROUP BY 1, 2, 3""",
    "f.from_person_id", "f.business_day", "c.shop_id",
)  # fmt: skip
SILENT = Family(
    kept.SILENT,
    """SELECT q.business_day, c.shop_id, {who}, COUNT(*)
FROM conversations_requeue q JOIN conversations_conversation c ON c.id = q.conversation_id
WHERE {where} AND q.why = 'silence' GROUP BY 1, 2, 3""",
    "q.person_id", "q.business_day", "c.shop_id",
)  # fmt: skip
ENDED = Family(
    kept.ENDED,
    """SELECT e.business_day, c.shop_id, {who}, COUNT(*), SUM(e.served_ms), SUM(CASE WHEN e.served_ms > {long_ms} THEN 1 ELSE 0 END),
  COUNT(i.id)
FROM conversations_closure e JOIN conversations_conversation c ON c.id = e.conversation_id
LEFT JOIN conversations_invitation i ON i.conversation_id = e.conversation_id
WHERE {where} GROUP BY 1, 2, 3""",
    "c.assignee_id", "e.business_day", "c.shop_id",
)  # fmt: skip
RATED = Family(
    kept.RATED,
    """SELECT e.business_day, c.shop_id, {who}, COUNT(*), SUM(CASE WHEN s.stars >= 4 THEN 1 ELSE 0 END),
  SUM(CASE WHEN s.stars = 5 THEN 1 ELSE 0 END), SUM(CASE WHEN s.stars <= 2 THEN 1 ELSE 0 END)
FROM conversations_closure e JOIN conversations_conversation c ON c.id = e.conversation_id
JOIN conversations_invitation i ON i.conversation_id = e.conversation_id
JOIN conversations_rating s ON s.invitation_id = i.id
WHERE {where} GROUP BY 1, 2, 3""",
    "i.person_id", "e.business_day", "c.shop_id",
)  # fmt: skip
ENQUIRIES = Family(
    kept.ENQUIRIES,
    """SELECT q.day, q.shop_id, {who}, COUNT(*), SUM(q.ordered_same), SUM(q.ordered_final), SUM(q.paid_same), SUM(q.paid_next), SUM(q.paid_final),
  SUM(CASE WHEN q.settled = 1 AND q.ordered_final = 0 AND q.paid_final = 0 THEN 1 ELSE 0 END), SUM(q.paid_fen)
FROM performance_asking q WHERE {where} GROUP BY 1, 2, 3""",
    "q.person_id", "q.day", "q.shop_id", shop_holds="q.person_id IS NULL",
)  # fmt: skip


def _deals(by: str, who: str, day: str, amount: str) -> Family:
    return Family(
        tuple(f"{by}_{name}" for name in ("orders", "buyers", "quantity", "fen", "net_fen", "refunds", "refunded_fen")),
        f"""SELECT {day}, d.shop_id, {{who}}, COUNT(*), COUNT(DISTINCT d.customer_id), SUM(d.quantity), SUM({amount}),
  SUM({amount} - d.refunded_fen), SUM(CASE WHEN d.refunded_fen > 0 THEN 1 ELSE 0 END), SUM(d.refunded_fen)
FROM performance_deal d WHERE {{where}} GROUP BY 1, 2, 3""",  # noqa: S608  our own pieces
        who, day, "d.shop_id", f"{who} IS NOT NULL AND d.void = ''", "d.void IN ('', 'flag')",
    )  # fmt: skip


_COUNTED = "CASE WHEN d.paid_day IS NULL THEN d.total_fen ELSE d.paid_fen END"
DEALS = (
    _deals("r", "d.person_id", "d.counted_day", _COUNTED),
    _deals("o", "d.by_order_id", "d.created_day", _COUNTED),
    _deals("p", "d.by_payment_id", "d.paid_day", "d.paid_fen"),
    _deals("f", "d.by_first_id", "d.paid_day", "d.paid_fen"),
)
PLACED = Family(
    kept.PLACED,
    """SELECT d.created_day, d.shop_id, {who}, COUNT(*), SUM(CASE WHEN d.paid_day IS NOT NULL THEN 1 ELSE 0 END)
FROM performance_deal d WHERE {where} GROUP BY 1, 2, 3""",
    "d.by_order_id", "d.created_day", "d.shop_id", "d.by_order_id IS NOT NULL AND d.void <> 'brushed'", "d.void <> 'brushed'",
)  # fmt: skip


def _sums(columns: tuple[str, ...], who: str, holds: str = "", amount: str = "d.paid_fen") -> Family:
    more = f" AND {holds}" if holds else ""
    return Family(
        columns,
        f"SELECT d.paid_day, d.shop_id, {{who}}, COUNT(*), SUM({amount}) FROM performance_deal d WHERE {{where}} GROUP BY 1, 2, 3",  # noqa: S608  our own pieces
        who, "d.paid_day", "d.shop_id", f"{who} IS NOT NULL AND d.void = ''{more}", f"{who} IS NOT NULL AND d.void = ''{more}",
    )  # fmt: skip


HELP = _sums(kept.HELP, "d.by_payment_id", "d.person_id IS NOT NULL AND d.by_payment_id <> d.person_id")
CHASED = _sums(kept.CHASED, "d.chased_by_id")
TAGGED = _sums(kept.TAGGED, "d.tagged_by_id", amount="d.paid_fen - d.refunded_fen")
RECOVERED = Family(
    kept.RECOVERED,
    """SELECT d.created_day, d.shop_id, {who}, COUNT(*), SUM(w.recovered_fen)
FROM backorders_wait w JOIN performance_deal d ON d.order_id = w.bought_id
WHERE {where} AND w.state = 'bought' AND d.void = '' GROUP BY 1, 2, 3""",
    "w.registered_by_id", "d.created_day", "d.shop_id",
)  # fmt: skip
CASES = Family(
    kept.CASES,
    """SELECT k.day, k.shop_id, {who}, COUNT(*), SUM(k.answered_in_time), SUM(k.solved_in_time), SUM(k.refunded), SUM(k.refund_seconds),
  SUM(k.disputed), SUM(k.lost), SUM(k.refunded_fen)
FROM performance_casefact k WHERE {where} GROUP BY 1, 2, 3""",
    "k.person_id", "k.day", "k.shop_id",
)  # fmt: skip
SAVED = Family(
    kept.SAVED,
    "SELECT k.day, k.shop_id, {who}, COUNT(*), SUM(k.saved_fen) FROM performance_casefact k WHERE {where} GROUP BY 1, 2, 3",
    "k.saved_by_id", "k.day", "k.shop_id", shop_holds="k.saved_by_id IS NOT NULL",
)  # fmt: skip

FAMILIES: tuple[Family, ...] = (
    ROUNDS, ASKERS, TALKS, CUSTOMER_LINES, CHATTED, COMING, PASSING, SILENT, ENDED, RATED, ENQUIRIES, *DEALS, PLACED, HELP,
    CHASED, TAGGED, RECOVERED, CASES, SAVED,
)  # fmt: skip


def within(window: ClockSpan) -> str:
    """Minutes of the day inside a window; whole numbers of our own making."""
    start = window.start.hour * 60 + window.start.minute
    end = window.end.hour * 60 + window.end.minute or 24 * 60
    return f"(t.minute >= {start} {'AND' if start < end else 'OR'} t.minute < {end})"
