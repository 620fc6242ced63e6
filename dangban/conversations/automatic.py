"""What is said without anybody saying it: greeting, queue, away, out of hours. Never an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from dangban.chat import actions as chat
from dangban.chat.models import Message
from dangban.conversations.clauses import AUTO_REPLIES
from dangban.conversations.models import AutoReply, Conversation
from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.shops.models import Profile

Kind = AutoReply.Kind


def say(
    conversation: Conversation,
    kind: str,
    *,
    once: str,
    rules: Rules,
    at: datetime,
    reason: str = "",
    facts: Mapping[str, Any] | None = None,
) -> Message | None:
    """Post the automatic reply of this kind, once per `once`; nothing if none is set."""
    text = wording(conversation.shop_id, kind, reason=reason, rules=rules, at=at)
    if not text:
        return None
    values = dict(facts or {})
    return chat.post(
        conversation.thread_id,
        author=Message.Author.AUTO,
        # Customers know the shop, not the program behind it.
        author_name=conversation.shop.name,
        kind=Message.Kind.TEXT,
        body=filled(text, kind, values),
        payload={"auto": kind, "reason": reason, **values},
        client_id=f"{kind}-{conversation.pk}-{once}",
        at=at,
    )


def greet(conversation: Conversation, *, rules: Rules, at: datetime) -> None:
    """The greeting, once a session; names the agent where there is one already."""
    agent = conversation.assignee
    facts = {"agent": agent.service_name} if agent else {}
    say(conversation, Kind.GREETING, once="opening", rules=rules, at=at, facts=facts)


def wording(shop_id: int, kind: str, *, reason: str, rules: Rules, at: datetime) -> str:
    """The shop's own words for this time of day, else everybody's, else the handbook's."""
    rows = AutoReply.objects.filter(Q(shop=shop_id) | Q(shop=None), kind=kind, retired_at=None)
    fitting = [row for row in rows if row.reason in ("", reason) and _is_time_for(row, at)]
    if fitting:
        # The narrower wins: for this shop, for this reason, for this part of the day; then the newest.
        best = max(
            fitting, key=lambda row: (row.shop_id is not None, row.reason != "", row.starts is not None, row.pk)
        )
        return best.text
    if kind == Kind.GREETING:
        welcome = Profile.objects.filter(shop=shop_id).values_list("welcome", flat=True).first()
        if welcome:
            return welcome
    row = rules[AUTO_REPLIES].get(kind)
    return str(row.text) if row else ""


def filled(text: str, kind: str, values: Mapping[str, Any]) -> str:
    """Put position and time in where the wording has room for them, behind it where it has none."""
    said = text
    for name, value in values.items():
        said = said.replace(f"{{{name}}}", str(value))
    position, until = values.get("position"), values.get("until")
    # Customers are spoken to in the company's language.
    if kind == Kind.QUEUE and position and "{position}" not in text:
        said = f"{said.rstrip()} 您现在排在第 {position} 位。"
    if kind == Kind.CLOSED and until and "{until}" not in text:
        said = f"{said.rstrip()} 预计 {until} 前回复您。"
    return said


def shown_time(due: datetime, now: datetime) -> str:
    """An instant as a customer reads it: with the day, unless it is today."""
    wall, today = clock.local(due), clock.local(now).date()
    return f"{wall:%H:%M}" if wall.date() == today else f"{wall.month}月{wall.day}日 {wall:%H:%M}"


def _is_time_for(row: AutoReply, at: datetime) -> bool:
    if row.starts is None or row.ends is None:
        return True
    wall = clock.local(at).time()
    if row.starts < row.ends:
        return row.starts <= wall < row.ends
    return wall >= row.starts or wall < row.ends
