"""Open sessions as the projector follows them, many in one statement."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from dangban.lib.many import among, as_day, as_instant


@dataclass(frozen=True, slots=True)
class LastTurn:
    """The newest question of a session."""

    pk: int
    opened_at: datetime
    business_day: date
    is_open: bool


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
    has_enquiry: bool
    # How the assignee is present; empty for who never was here.
    presence: str
    presence_reason: str
    opened_at: datetime
    turn: LastTurn | None


# One row a session: the newest question by the index that keeps each opening once, the present
# stretch of the assignee by the one that keeps it single.
_SESSIONS = (
    "SELECT c.thread_id, c.id, c.shop_id, c.customer_id, c.team_id, c.assignee_id, c.state, c.stage,"
    " c.queued_at IS NOT NULL, c.last_seq, c.version, u.name,"
    " EXISTS (SELECT 1 FROM conversations_enquiry e WHERE e.conversation_id = c.id),"
    " COALESCE(p.state, ''), COALESCE(p.reason, ''), c.opened_at,"
    " t.id, t.opened_at, t.business_day, t.answered_at IS NULL AND t.abandoned_at IS NULL"
    " FROM conversations_conversation c JOIN customers_customer u ON u.id = c.customer_id"
    " LEFT JOIN chat_presence p ON p.person_id = c.assignee_id AND p.ended_at IS NULL"
    " LEFT JOIN conversations_turn t ON t.conversation_id = c.id AND t.opened_seq ="
    " (SELECT MAX(n.opened_seq) FROM conversations_turn n WHERE n.conversation_id = c.id)"
    " WHERE c.thread_id {condition} AND c.state <> 'ended'"
)


def open_sessions(thread_ids: Collection[int]) -> dict[int, Session]:
    """The open session of each thread that has one."""
    condition, ids = among(thread_ids)
    with connection.cursor() as cursor:
        cursor.execute(_SESSIONS.format(condition=condition), [ids])
        rows = cursor.fetchall()
    return {row[0]: Session(*(*row[:15], as_instant(row[15]), _last_turn(*row[16:]))) for row in rows}


def held_versions(pks: Collection[int]) -> dict[int, int]:
    """The version of each session, held until the end of the transaction; what somebody else holds is left out."""
    condition, ids = among(pks)
    hold = " FOR NO KEY UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, version FROM conversations_conversation WHERE id {condition} AND state <> 'ended'"
            f" ORDER BY id{hold}",
            [ids],
        )
        return dict(cursor.fetchall())


def _last_turn(pk: int | None, opened_at: datetime | str, day: date | str, is_open: bool) -> LastTurn | None:
    return None if pk is None else LastTurn(pk, as_instant(opened_at), as_day(day), bool(is_open))
