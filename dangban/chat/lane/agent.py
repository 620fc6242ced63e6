"""Doors for the department's people: a short-lived token says which shops they see and what they may do."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from dangban.chat import hub, tokens
from dangban.chat.bubbles import bubble
from dangban.chat.lane import accounts, posting, uploads
from dangban.chat.lane.http import Problem, Request
from dangban.chat.lane.lane import Lane
from dangban.chat.lane.store import Store
from dangban.chat.lane.streams import Stream, frame
from dangban.chat.lane.writer import Mark
from dangban.chat.ports import Sender
from dangban.lib import clock
from dangban.lib.text import whole

MOST_FOLLOWED = 200
SERVE = "conversations.serve"


class StreamFrom(msgspec.Struct, frozen=True):
    # Thread → last line known; `cursors` is the same by feed, ``thread:12``.
    threads: dict[posting.Seq, posting.Seq | None] = {}
    cursors: dict[str, posting.Seq] = {}

    def wanted(self) -> dict[int, int | None]:
        by_feed: dict[int, int | None] = {}
        for feed, since in self.cursors.items():
            thread_id = whole(feed.removeprefix("thread:")) if feed.startswith("thread:") else None
            if thread_id is not None:
                by_feed[thread_id] = since
        return by_feed | self.threads


class Follow(msgspec.Struct, frozen=True):
    stream: str
    thread: posting.Seq
    since: posting.Seq | None = None


class Unfollow(msgspec.Struct, frozen=True):
    stream: str
    thread: posting.Seq


# --- who is asking


async def by_token(lane: Lane, request: Request) -> tokens.Agent:
    """Whose token this is, if their rights still are what it says."""
    try:
        claims = tokens.read(tokens.from_header(request.header(b"authorization")), tokens.Agent)
    except tokens.Forged as error:
        raise _sign_in(request) from error
    if not await lane.rights.hold(claims):
        raise _sign_in(request)
    return claims


async def by_session(lane: Lane, request: Request) -> tokens.Agent:
    """Whose log-in this is; asked through Django, once per stream or token."""
    if not _is_same_origin(request):
        raise request.problem(403, "origin", lambda: _("This request came from another site."))
    claims = await lane.django(accounts.claims_of_session, accounts.session_key(request.header(b"cookie")))
    if claims is None:
        raise _sign_in(request)
    lane.rights.forget(claims.person_id)
    return claims


async def by_either(lane: Lane, request: Request) -> tokens.Agent:
    has_token = bool(request.header(b"authorization"))
    return await (by_token(lane, request) if has_token else by_session(lane, request))


def _is_same_origin(request: Request) -> bool:
    """A page of ours names its origin, or sends a header that no foreign form can."""
    origin = request.header(b"origin")
    if not origin:
        return bool(request.header(b"x-csrftoken"))
    return urlsplit(origin).netloc == request.header(b"host") or origin in settings.CSRF_TRUSTED_ORIGINS


def _sign_in(request: Request) -> Problem:
    return request.problem(
        401,
        "token",
        lambda: _("Please sign in again; what you typed is kept."),
        headers={"www-authenticate": "Bearer"},
    )


async def _shop_of(lane: Lane, request: Request, claims: tokens.Agent, thread_id: int) -> int:
    """The thread's shop; what a person may not see is not there."""
    about = await lane.thread(thread_id)
    if about is None or not claims.sees(about[0]) or not claims.permissions(about[0]):
        raise request.problem(404, "not-here", lambda: _("There is nothing here, or it is not yours to see."))
    return about[0]


# --- streams


async def token(lane: Lane, request: Request) -> None:
    claims = await by_session(lane, request)
    await request.answer(200, accounts.handed_out(claims))


async def stream(lane: Lane, request: Request) -> None:
    """Server-sent events for one browser of one person: the threads it follows and whatever changes in its shops."""
    if lane.stopping:
        raise posting.stopping(request)
    claims = await by_either(lane, request)
    wanted = (await request.json(StreamFrom)).wanted()
    visible = await _visible(lane, claims, list(wanted)[:MOST_FOLLOWED])
    opened = Stream(claims, accounts.session_key(request.header(b"cookie")))
    hello = {
        "stream": opened.id,
        "now": clock.to_ms(clock.now()),
        "threads": visible,
        **accounts.handed_out(claims),
    }
    opened.push(frame("hello", hello))
    for thread_id, last in visible.items():
        since = wanted[thread_id]
        lane.board.follow(opened, thread_id, last if since is None else since)
    await posting.run_stream(lane, request, opened)


async def _visible(lane: Lane, claims: tokens.Agent, thread_ids: list[int]) -> dict[int, int]:
    """Of these threads, the ones this person may see, with their last lines."""
    known = [(thread_id, await lane.thread(thread_id)) for thread_id in thread_ids]
    seen = [
        thread_id
        for thread_id, about in known
        if about and claims.sees(about[0]) and claims.permissions(about[0])
    ]
    return await lane.read(Store.last_seqs, seen) if seen else {}


async def follow(lane: Lane, request: Request) -> None:
    """The lines after `since`; from there on the stream brings them."""
    claims = await by_token(lane, request)
    wanted = await request.json(Follow)
    await _shop_of(lane, request, claims, wanted.thread)
    opened = _own_stream(lane, request, claims, wanted.stream)
    if len(opened.follows) >= MOST_FOLLOWED and wanted.thread not in opened.follows:
        lane.board.unfollow(opened, next(iter(opened.follows)))
    since = wanted.since
    lines = await lane.read(Store.lines, wanted.thread, since=since, limit=posting.MOST_HISTORY)
    reached = lines[-1].seq if lines else since or 0
    lane.board.follow(opened, wanted.thread, reached)
    await request.answer(200, {"messages": [bubble(line) for line in lines], "last_seq": reached})


async def unfollow(lane: Lane, request: Request) -> None:
    claims = await by_token(lane, request)
    wanted = await request.json(Unfollow)
    opened = _own_stream(lane, request, claims, wanted.stream)
    lane.board.unfollow(opened, wanted.thread)
    await request.answer(204)


def _own_stream(lane: Lane, request: Request, claims: tokens.Agent, stream_id: str) -> Stream:
    opened = lane.board.get(stream_id)
    if (
        opened is None
        or not isinstance(opened.claims, tokens.Agent)
        or opened.claims.person_id != claims.person_id
    ):
        raise request.problem(
            410, "stream", lambda: _("The connection was renewed in the meantime; it comes back by itself.")
        )
    return opened


async def active(lane: Lane, request: Request) -> None:
    """Something was touched in the page; tells at work from away from the desk."""
    claims = await by_token(lane, request)
    lane.active(claims.person_id)
    await request.answer(204)


# --- one thread


async def post(lane: Lane, request: Request, thread_id: int) -> None:
    claims = await by_token(lane, request)
    shop_id = await _shop_of(lane, request, claims, thread_id)
    permissions = claims.permissions(shop_id)
    if SERVE not in permissions:
        raise request.problem(403, "not-allowed", lambda: _("You may not answer customers of this shop."))
    lane.active(claims.person_id)
    sender = Sender("agent", claims.person_id, claims.name, permissions, claims.language)
    await posting.take(lane, request, thread_id, sender, posting.AgentLine)


async def history(lane: Lane, request: Request, thread_id: int) -> None:
    claims = await by_token(lane, request)
    await _shop_of(lane, request, claims, thread_id)
    await posting.give_history(lane, request, thread_id, customer=False)


async def typing(lane: Lane, request: Request, thread_id: int) -> None:
    claims = await by_token(lane, request)
    await _shop_of(lane, request, claims, thread_id)
    told = await request.json(posting.TypingNow)
    hub.ring(hub.Typing(thread_id, "agent", claims.person_id, claims.name, told.text))
    await request.answer(204)


async def read(lane: Lane, request: Request, thread_id: int) -> None:
    claims = await by_token(lane, request)
    await _shop_of(lane, request, claims, thread_id)
    told = await request.json(posting.ReadTo)
    lane.mark_read(Mark(thread_id, "agent", claims.person_id, told.seq, clock.now()))
    await request.answer(204)


async def upload(lane: Lane, request: Request, thread_id: int) -> None:
    claims = await by_token(lane, request)
    shop_id = await _shop_of(lane, request, claims, thread_id)
    if SERVE not in claims.permissions(shop_id):
        raise request.problem(403, "not-allowed", lambda: _("You may not answer customers of this shop."))
    await uploads.take(lane, request, thread_id, ("person", claims.person_id))
