"""What live tests of the lane begin with."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Any

from django.contrib.auth.signals import user_logged_out
from django.db import connection, transaction
from django.test import Client

from dangban.chat import hub, tokens
from dangban.chat.actions import open_thread, post
from dangban.chat.lane.store import open_store
from dangban.chat.lane.writer import Mark, Post, write
from dangban.chat.models import Message, ReadMark, ThreadProjection, ThreadSequence
from dangban.chat.ports import Line, Sender
from dangban.people.models import Person, Role, RoleGrant, Shop
from dangban.testing import cast
from dangban.testing.live import cast_story


def threads(count: int = 1) -> dict[str, Any]:
    """The cast; threads of Fang in the shop of Lin, one thread in the shop of Hu; tokens and log-ins."""
    told = cast_story(handbook=False)
    shop, other = Shop.objects.get(pk=told["shop"]), Shop.objects.get(pk=told["other_shop"])
    mine = [open_thread(shop, name=f"方{number}") for number in range(count)]
    theirs = open_thread(other, name="别人")
    return told | {
        "threads": [thread.pk for thread in mine],
        "visitors": [tokens.visitor_token(thread, name="方静") for thread in mine],
        "other_thread": theirs.pk,
        "other_visitor": tokens.visitor_token(theirs),
        "tokens": {
            name: tokens.agent_token(Person.objects.get(username=name))
            for name in ("lin", "zhou", "hu", "ding")
        },
        "sessions": {name: _session(name) for name in ("lin", "hu")},
    }


def _session(name: str) -> str:
    client = Client()
    client.force_login(Person.objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["dangban_session"].value


def say_much(thread: int, count: int) -> None:
    with transaction.atomic():
        for number in range(count):
            post(thread, author="auto", body=f"第 {number} 条")


def change(shop: int | None = None, thread: int | None = None) -> None:
    hub.changed("conversation", 7, 3, shop_id=shop, thread_id=thread)


def newcomer(name: str) -> dict[str, Any]:
    """Somebody who serves every shop, with a token."""
    person = Person.objects.create(username=name, name=name, service_name=name)
    role = Role.objects.get(code="agent")
    RoleGrant.objects.create(person=person, role=role, since=cast.LONG_AGO)
    return {"person": person.pk, "token": tokens.agent_token(person)}


def sign_out(person: int) -> None:
    user_logged_out.send(sender=Person, request=None, user=Person.objects.get(pk=person))


def leave(person: int) -> None:
    """As a console or another program would do it, without ringing."""
    Person.objects.filter(pk=person).update(is_active=False)


# --- the same lines through the lane's statements and through the models


def both_ways(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """The rows of the log and the sequence, written once by the lane and once by the models."""
    shop = Shop.objects.first() or Shop.objects.create(
        code="a", name="甲", platform="own", opened_on=date(2024, 1, 1)
    )
    by_lane, by_models = open_thread(shop, name="一"), open_thread(shop, name="二")
    store = open_store()
    at = datetime(2026, 11, 19, 2, 0, 0, 123000, tzinfo=UTC)
    posts = [
        Post(Sender(line["author"], line["author_id"], line["author_name"]), Line(thread_id=by_lane.pk, at=at, **line), False, None)
        for line in lines
    ]  # fmt: skip
    write(store, posts, [Mark(by_lane.pk, "agent", 3, 2, at), Mark(by_lane.pk, "agent", 3, 1, at)])
    store.close()
    with transaction.atomic():
        for line in lines:
            post(by_models, at=at, **line)
    ReadMark.objects.create(thread=by_models, reader="agent", reader_id=3, seq=2, at=at)
    return {name: _rows(thread.pk) for name, thread in (("lane", by_lane), ("models", by_models))}


def _rows(thread_id: int) -> list[list[str]]:
    """Everything of a thread as the database holds it, without the thread itself and row numbers."""
    shown: list[list[str]] = []
    for table, order in (
        ("chat_message", "seq"),
        ("chat_threadsequence", "last_seq"),
        ("chat_readmark", "seq"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {table} WHERE thread_id = %s ORDER BY {order}", [thread_id])
            names = [column[0] for column in cursor.description]
            shown += [
                [
                    f"{name}={value!r}"
                    for name, value in zip(names, row, strict=True)
                    if name not in ("id", "thread_id")
                ]
                for row in cursor.fetchall()
            ]
    return shown


# --- other processes at work


def act(thread: int, count: int, hold: float = 0.0) -> list[int]:
    """Post as actions do, each in a transaction that also does other things for a while; the numbers given."""
    seqs = []
    for number in range(count):
        with transaction.atomic():
            seqs.append(post(thread, author="auto", body=f"动作 {number}").seq)
            if hold:
                time.sleep(hold)
    return seqs


def log_of(thread: int) -> list[list[Any]]:
    rows = Message.objects.filter(thread=thread).order_by("seq")
    return [[row.seq, row.author, row.client_id, row.body] for row in rows]


def whole_log() -> dict[str, Any]:
    """Every thread's numbers and ids, and what its sequence and its projection say."""
    threads: dict[str, Any] = {}
    for row in Message.objects.order_by("thread", "seq").values_list("thread_id", "seq", "client_id"):
        threads.setdefault(str(row[0]), []).append([row[1], row[2]])
    sequences = dict(ThreadSequence.objects.values_list("thread_id", "last_seq"))
    projected = dict(ThreadProjection.objects.values_list("thread_id", "seq"))
    return {
        "threads": threads,
        "sequences": {str(key): value for key, value in sequences.items() if value},
        "projected": {str(key): value for key, value in projected.items()},
        "indexed": _indexed(),
    }


def _indexed() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM chat_search")
        return int(cursor.fetchone()[0])
