"""The conversations behind a figure, so that nobody has to take it on trust."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from dangban.conversations.models import Conversation
from dangban.conversations.queries import numbers as figures
from dangban.lib.text import whole
from dangban.people.models import Person, Shop, Team

PAGE = 50


@dataclass(frozen=True, slots=True)
class Page:
    """Conversations, newest first; `next` continues, empty at the end."""

    rows: Sequence[Conversation]
    next: str


# Which rows a figure counts: the kind of row, and what else must hold.
_TURN, _ASKED, _HANDLED, _ASSIGNED, _PASSED_ON, _SILENT, _ENDED = figures.KINDS
_CONDITIONS: dict[str, tuple[figures.Kind, str]] = {
    "first_response": (_TURN, "t.first AND t.counted AND t.answered_at IS NOT NULL"),
    "response": (_TURN, "t.counted AND t.answered_at IS NOT NULL"),
    "reply_rate": (_ASKED, "1 = 1"),
    "platform_rate": (_TURN, "1 = 1"),
    "house_rate": (_TURN, "t.counted"),
    "message_rate": (_TURN, "t.left_message"),
    "queued": (_ASSIGNED, "a.waited_ms IS NOT NULL"),
    "handled": (_HANDLED, "r.mutual AND r.lines > 0"),
    "asked": (_TURN, "1 = 1"),
    "slow": (_TURN, "t.counted AND t.answered_at IS NOT NULL"),
    "routed": (_ASSIGNED, "a.how = 'routed'"),
    "taken_over": (_ASSIGNED, "a.how = 'taken_over'"),
    "transferred_in": (_ASSIGNED, "a.how = 'transferred'"),
    "transferred_out": (_PASSED_ON, "f.state <> 'withdrawn'"),
    "silent": (_SILENT, "q.why = 'silence'"),
    "ended": (_ENDED, "1 = 1"),
    "long": (_ENDED, "1 = 1"),
    "lines": (_HANDLED, "r.mutual AND r.lines > 0"),
}
_TABLES = {
    "t": "conversations_turn",
    "r": "conversations_reception",
    "a": "conversations_assignment",
    "f": "conversations_transfer",
    "q": "conversations_requeue",
    "e": "conversations_closure",
}


def behind(
    person: Person,
    measure: str,
    since: date,
    until: date,
    who: Person | None = None,
    team: Team | None = None,
    shop: Shop | None = None,
    cursor: str = "",
) -> Page:
    """The conversations that a figure of this range was counted from, a page at a time."""
    of = figures.seen_by(person, who, team, shop)
    ids: set[int] = set()
    for first, last, rules in figures.stretches(since, until):
        ids |= set(_ids(measure, of, first, last, figures.limits(measure, rules), cursor))
    newest = sorted(ids, reverse=True)[: PAGE + 1]
    rows = Conversation.objects.filter(pk__in=newest[:PAGE]).select_related("customer", "shop", "assignee")
    return Page(list(rows.order_by("-pk")), str(newest[PAGE - 1]) if len(newest) > PAGE else "")


def _ids(
    measure: str, of: figures.Of, since: date, until: date, limits: tuple[str, dict[str, int]], cursor: str
) -> list[int]:
    kind, holds = _CONDITIONS[measure]
    where, parameters = figures.condition(kind, of, since, until)
    more, values = limits
    parts: dict[str, Any] = {**parameters, **values, "limit": PAGE + 1}
    if (last := whole(cursor)) is not None:
        where += f" AND {kind.alias}.conversation_id < %(cursor)s"
        parts["cursor"] = last
    table = _TABLES[kind.alias]
    sql = (
        f"SELECT DISTINCT {kind.alias}.conversation_id FROM {table} {kind.alias} {figures.joined(kind, of)}"  # noqa: S608  our own names
        f" WHERE {where} AND {holds} AND {more} ORDER BY 1 DESC LIMIT %(limit)s"
    )
    with connection.cursor() as query:
        query.execute(sql, parts)
        return [row[0] for row in query.fetchall()]
