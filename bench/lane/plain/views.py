"""What one would write with Django alone: the same token, the same rows, the same events.

A message is one transaction through the ORM (the thread's number, the line, what the list shows of
the session) and is pushed into open streams of the same process. No guard, no clocks, no search.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from asgiref.sync import sync_to_async
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt

from dangban.chat import tokens
from dangban.chat.bubbles import bubble
from dangban.chat.models import Message, Thread, ThreadSequence
from dangban.chat.rows import as_line
from dangban.conversations.models import Conversation
from dangban.lib import clock

_listening: dict[int, set[asyncio.Queue[bytes]]] = {}
_loops: list[asyncio.AbstractEventLoop] = []


@csrf_exempt
def post(request: HttpRequest) -> HttpResponse:
    try:
        claims = tokens.read(tokens.from_header(request.headers.get("Authorization", "")), tokens.Visitor)
    except tokens.Forged:
        return JsonResponse({"code": "token"}, status=401)
    sent = json.loads(request.body)
    message = _keep(claims, sent["client_id"], sent["body"])
    shown = json.dumps(bubble(as_line(message)), ensure_ascii=False)
    event = f"event: message\nid: thread:{message.thread_id}:{message.seq}\ndata: {shown}\n\n"
    _loops[0].call_soon_threadsafe(
        _push, message.thread_id, event.replace('"client_id": ', '"client_id":').encode()
    )
    answer = {"seq": message.seq, "at": clock.to_ms(message.at), "client_id": message.client_id}
    return JsonResponse(answer, status=201)


@transaction.atomic
def _keep(claims: tokens.Visitor, client_id: str, body: str) -> Message:
    now = clock.now()
    ThreadSequence.objects.filter(pk=claims.thread_id).update(last_seq=F("last_seq") + 1)
    seq = ThreadSequence.objects.values_list("last_seq", flat=True).get(pk=claims.thread_id)
    message = Message.objects.create(
        thread_id=claims.thread_id, seq=seq, author="customer", author_id=claims.customer_id,
        author_name=claims.name, client_id=client_id, body=body, at=now,
    )  # fmt: skip
    Conversation.objects.filter(thread=claims.thread_id).exclude(state="ended").update(
        last_seq=seq, last_at=now, last_author="customer", preview=body[:80], unread=F("unread") + 1,
        waiting_since=Coalesce("waiting_since", now), version=F("version") + 1,
    )  # fmt: skip
    return message


def _push(thread_id: int, event: bytes) -> None:
    for queue in _listening.get(thread_id, ()):
        queue.put_nowait(event)


@csrf_exempt
async def stream(request: HttpRequest) -> HttpResponse:
    claims = tokens.read(tokens.from_header(request.headers.get("Authorization", "")), tokens.Agent)
    wanted = [int(thread) for thread in json.loads(request.body)["threads"]]
    seen = await sync_to_async(_visible)(claims, wanted)
    _loops[:] = [asyncio.get_running_loop()]
    return StreamingHttpResponse(_events(seen), content_type="text/event-stream")


def _visible(claims: tokens.Agent, wanted: list[int]) -> list[int]:
    threads = Thread.objects.filter(pk__in=wanted).values_list("pk", "shop_id")
    seen = [pk for pk, shop in threads if claims.sees(shop)]
    # The request lasts as long as the stream, and would keep its connection as long.
    connection.close()
    return seen


async def _events(threads: list[int]) -> AsyncIterator[bytes]:
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    for thread in threads:
        _listening.setdefault(thread, set()).add(queue)
    try:
        yield _hello(threads)
        while True:
            events = [await queue.get()]
            while not queue.empty():
                events.append(queue.get_nowait())
            yield b"".join(events)
    finally:
        for thread in threads:
            _listening[thread].discard(queue)


def _hello(threads: list[int]) -> bytes:
    told: dict[str, Any] = {"threads": len(threads)}
    return f"event: hello\ndata: {json.dumps(told)}\n\n".encode()
