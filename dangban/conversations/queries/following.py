"""Open sessions as the projector follows them, read and held for many threads in one statement."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from dangban.lib.many import among, as_instant


@dataclass(frozen=True, slots=True)
class Session:
    """What new lines of a thread have to know of its open session."""

    thread_id: int
    pk: int
    shop_id: int
    customer_id: int
    team_id: int | None
    assignee_id: int | None
    state: str
    stage: str
    is_queued: bool
    last_seq: int
    version: int
    customer: str
    opened_at: datetime


def open_sessions(thread_ids: Collection[int]) -> dict[int, Session]:
    """By thread; held until the end of the transaction. What somebody else holds just now is left out."""
    condition, ids = among(thread_ids)
    hold = " FOR NO KEY UPDATE OF c SKIP LOCKED" if connection.vendor == "postgresql" else ""
    sql = (
        "SELECT c.thread_id, c.id, c.shop_id, c.customer_id, c.team_id, c.assignee_id, c.state, c.stage,"
        " c.queued_at IS NOT NULL, c.last_seq, c.version, u.name, c.opened_at"
        " FROM conversations_conversation c JOIN customers_customer u ON u.id = c.customer_id"
        f" WHERE c.thread_id {condition} AND c.state <> 'ended'{hold}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [ids])
        rows = cursor.fetchall()
    return {row[0]: Session(*(*row[:-1], as_instant(row[-1]))) for row in rows}
