"""Doors for customers: a bearer token names the thread, and there is nothing else they can reach."""

from __future__ import annotations

import msgspec
from django.utils.translation import gettext as _

from dangban.chat import hub, tokens
from dangban.chat.lane import posting, uploads
from dangban.chat.lane.http import Request
from dangban.chat.lane.lane import Lane
from dangban.chat.lane.limits import ADDRESS_SHARE, is_this_machine
from dangban.chat.lane.store import Store
from dangban.chat.lane.streams import Stream, frame
from dangban.chat.lane.writer import Mark
from dangban.chat.ports import Sender
from dangban.lib import clock


class StreamFrom(msgspec.Struct, frozen=True):
    since: posting.Seq | None = None
    cursors: dict[str, posting.Seq] = {}


def visitor(lane: Lane, request: Request, *, cost: float = 1.0) -> tokens.Visitor:
    """Whose token this is; refuses forged and expired ones, and those who send too much."""
    try:
        claims = tokens.read(tokens.from_header(request.header(b"authorization")), tokens.Visitor)
    except tokens.Forged as error:
        raise request.problem(
            401,
            "token",
            lambda: _("This chat has to be opened anew; what you wrote is kept."),
            headers={"www-authenticate": "Bearer"},
        ) from error
    wait = lane.customers.wait(claims.thread_id, cost)
    if not wait and not is_this_machine(request.address):
        wait = lane.addresses.wait(request.address, cost / ADDRESS_SHARE)
    if wait:
        seconds = str(int(wait) + 1)
        raise request.problem(
            429,
            "too-many",
            lambda: (
                _("That was a lot at once. Please wait %(seconds)s seconds and send it again.")
                % {"seconds": seconds}
            ),
            headers={"retry-after": seconds},
        )
    return claims


async def post(lane: Lane, request: Request) -> None:
    claims = visitor(lane, request)
    sender = Sender("customer", claims.customer_id, claims.name, language=claims.language)
    await posting.take(lane, request, claims.thread_id, sender, posting.CustomerLine)


async def history(lane: Lane, request: Request) -> None:
    claims = visitor(lane, request, cost=0.1)
    await posting.give_history(lane, request, claims.thread_id, customer=True)


async def stream(lane: Lane, request: Request) -> None:
    """Server-sent events of this thread, from the line after `since`."""
    claims = visitor(lane, request, cost=0.2)
    if lane.stopping:
        raise posting.stopping(request)
    wanted = await request.json(StreamFrom)
    thread_id = claims.thread_id
    since = wanted.cursors.get(f"thread:{thread_id}", wanted.since)
    last = (await lane.read(Store.last_seqs, [thread_id])).get(thread_id, 0)
    opened = Stream(claims)
    hello = {"stream": opened.id, "thread": thread_id, "last_seq": last, "now": clock.to_ms(clock.now())}
    opened.push(frame("hello", hello))
    lane.board.follow(opened, thread_id, last if since is None else since)
    await posting.run_stream(lane, request, opened)


async def typing(lane: Lane, request: Request) -> None:
    claims = visitor(lane, request, cost=0.1)
    told = await request.json(posting.TypingNow)
    hub.ring(hub.Typing(claims.thread_id, "customer", claims.customer_id, claims.name, told.text))
    await request.answer(204)


async def read(lane: Lane, request: Request) -> None:
    claims = visitor(lane, request, cost=0.1)
    told = await request.json(posting.ReadTo)
    lane.mark_read(Mark(claims.thread_id, "customer", claims.customer_id, told.seq, clock.now()))
    await request.answer(204)


async def upload(lane: Lane, request: Request) -> None:
    claims = visitor(lane, request, cost=3)
    await uploads.take(lane, request, claims.thread_id, ("customer", claims.customer_id))
