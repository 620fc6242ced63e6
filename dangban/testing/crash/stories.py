"""The department that is broken, and its books as they stand in the database."""

from __future__ import annotations

import time as waiting
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.test import Client

from dangban.chat import tokens
from dangban.chat.actions import open_thread, post
from dangban.chat.models import Lease, Message, ThreadProjection, ThreadSequence
from dangban.chat.presence import keep_seen, record_presence
from dangban.conversations.models import Assignment, Conversation, Reception, Requeue, Turn
from dangban.conversations.reminders import LEFT_MESSAGE, REPLY
from dangban.desk import actions as desk
from dangban.desk.models import Deadline, Notice
from dangban.journal import sealing
from dangban.journal.models import Entry
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.people.models import Person, Shop
from dangban.replay.department import KEY, open_department

CLOCK, LABEL = "crash.clock", "会走完的钟"
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


def department(agents: int = 4, customers: int = 40, online: bool = True) -> dict[str, Any]:
    """One shop, agents who are there, customers who have not written yet; all keys to get in."""
    now = clock.now()
    told = open_department(agents, at=now - timedelta(minutes=1))
    shop = Shop.objects.get(code=KEY)
    people = [Person.objects.get(username=username) for username, _password in told["log_ins"]]
    if online:
        come(person.pk for person in people)
    threads = [open_thread(shop, name=f"顾客{number}") for number in range(customers)]
    return {
        "shop": shop.pk,
        "agents": [{"id": person.pk, "session": _session(person)} for person in people],
        "threads": [thread.pk for thread in threads],
        "visitors": {str(thread.pk): tokens.visitor_token(thread, name="顾客") for thread in threads},
    }


@transaction.atomic
def come(people: Iterable[int]) -> None:
    """They go online at one moment, so that nobody is given what waits for all of them, and are heard of."""
    now = clock.now()
    for pk in people:
        person = Person.objects.get(pk=pk)
        record_presence(person, "online", by=person.actor, at=now)
        keep_seen((pk,), (pk,), now)


def go(people: Iterable[int]) -> None:
    """They are off line, without a goodbye to anybody."""
    for pk in people:
        person = Person.objects.get(pk=pk)
        record_presence(person, "offline", by=person.actor, at=clock.now())


def fall_silent(threads: Iterable[int], seconds: float) -> None:
    """So long ago their customers wrote and were given to somebody, who has not said a word since."""
    since = clock.now() - timedelta(seconds=seconds)
    Conversation.objects.filter(thread__in=threads).update(waiting_since=since, assigned_at=since)


def start_clocks(count: int, seconds: int, first: int = 0) -> int:
    """So many clocks that run out together."""
    owner = Person.objects.get(username="agent1")
    for number in range(first, first + count):
        desk.start_deadline(
            CLOCK, ("orders.order", number), rule=CLOCK, allowed_seconds=seconds, owner=owner, label=f"{LABEL} {number}",
            by=SYSTEM,
        )  # fmt: skip
    return count


def missed() -> dict[str, int]:
    """Clocks that have run out, how often the journal says so, and how many notices their owner got."""
    return {
        "missed": Deadline.objects.filter(kind=CLOCK, missed_at__isnull=False).count(),
        "noted": Entry.objects.filter(verb="desk.deadline_missed", subject_kind="orders.order").count(),
        "told": Notice.objects.filter(person__username="agent1", title__contains=LABEL).count(),
    }


def _session(person: Person) -> str:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["dangban_session"].value


def hold(thread: int, seconds: float, times: int = 1, rest: float = 0.0) -> list[int]:
    """Post as a long action does: the thread's number is taken, and much else is done before the commit."""
    given = []
    for number in range(times):
        with transaction.atomic():
            given.append(post(thread, author="auto", body=f"动作 {number}").seq)
            waiting.sleep(seconds)
        waiting.sleep(rest)
    return given


def hold_until_let_go(thread: int) -> int:
    """Post as a long action does, and be done with the rest when nobody holds PostgreSQL's advisory lock `thread`."""
    with transaction.atomic(), connection.cursor() as cursor:
        given = post(thread, author="auto", body="动作").seq
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [thread])
    return given


# --- what stands in the database


def books(patience: float = 20.0) -> dict[str, Any]:
    """The log and everything that hangs on it, as plain rows, once all of it has followed (or has had its time)."""
    give_up = clock.monotonic() + patience
    while not _has_followed() and clock.monotonic() < give_up:
        waiting.sleep(0.2)
    verdict = sealing.verify()
    return {
        "log": _log(),
        "sequences": _pairs(ThreadSequence.objects.filter(last_seq__gt=0).values_list("thread_id", "last_seq")),
        "projected": _pairs(ThreadProjection.objects.filter(seq__gt=0).values_list("thread_id", "seq")),
        "conversations": _conversations(),
        "turns": _turns(),
        "receptions": _receptions(),
        "indexed": _indexed(),
        "assignments": list(
            Assignment.objects.order_by("pk").values_list("conversation__thread_id", "person_id", "ended_at")
        ),
        "requeued": list(Requeue.objects.order_by("pk").values_list("conversation__thread_id", "why")),
        "clocks": list(
            Deadline.objects.filter(kind__in=(REPLY, LEFT_MESSAGE)).values_list("subject_id", "met_at", "cancelled_at")
        ),
        "journal": list(Entry.objects.order_by("pk").values_list("verb", "subject_id")),
        "chain": {"broken": None if verdict.broken is None else verdict.broken.position, "unsealed": verdict.unsealed},
        "deadlocks": deadlocks(),
    }


def _has_followed() -> bool:
    sequences = dict(ThreadSequence.objects.filter(last_seq__gt=0).values_list("thread_id", "last_seq"))
    projected = dict(ThreadProjection.objects.filter(seq__gt=0).values_list("thread_id", "seq"))
    return sequences == projected and not Entry.objects.filter(position=None).exists()


def deadlocks() -> int:
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(DEADLOCKS)
        return int(cursor.fetchone()[0])


def holder() -> str:
    """Which process sweeps."""
    return Lease.objects.values_list("holder", flat=True).filter(name="sweeps").first() or ""


def _log() -> list[list[Any]]:
    rows = Message.objects.order_by("thread_id", "seq")
    return [
        [
            row.thread_id, row.seq, row.author, row.author_id, row.kind, row.internal, row.client_id, row.body,
            clock.to_ms(row.at), row.pk, row.payload.get("auto", ""),
        ]
        for row in rows
    ]  # fmt: skip


def _conversations() -> list[dict[str, Any]]:
    return [
        {
            "id": row.pk, "thread": row.thread_id, "state": row.state, "assignee": row.assignee_id,
            "first_seq": row.first_seq, "last_seq": row.last_seq, "unread": row.unread, "preview": row.preview,
            "last_author": row.last_author, "last_at": _ms(row.last_at), "waiting_since": _ms(row.waiting_since),
        }
        for row in Conversation.objects.order_by("pk")
    ]  # fmt: skip


def _turns() -> list[list[Any]]:
    rows = Turn.objects.order_by("conversation__thread_id", "opened_seq").select_related("conversation")
    return [
        [
            row.conversation.thread_id, row.opened_seq, row.answered_seq, row.answered_by_id, row.milliseconds,
            row.first, row.counted,
        ]
        for row in rows
    ]  # fmt: skip


def _receptions() -> list[list[Any]]:
    rows = Reception.objects.select_related("conversation").order_by("pk")
    return [[row.conversation.thread_id, row.person_id, row.lines, row.characters] for row in rows]


def _indexed() -> list[int]:
    column = "rowid" if connection.vendor == "sqlite" else "message_id"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM chat_search ORDER BY {column}")
        return [row[0] for row in cursor.fetchall()]


def _pairs(rows: Iterable[tuple[int, int]]) -> dict[str, int]:
    return {str(key): value for key, value in rows}


def _ms(at: datetime | None) -> int | None:
    return None if at is None else clock.to_ms(at)
