"""The lane's doors: which address leads where, and what every door does first and last."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Awaitable, Callable

import structlog
from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext as _

from dangban.chat.lane import agent, customer, files
from dangban.chat.lane.http import Gone, Problem, Receive, Request, Scope, Send
from dangban.chat.lane.lane import Lane
from dangban.chat.lane.store import Unavailable
from dangban.chat.lane.writer import Full

log = structlog.get_logger(__name__)

Door = Callable[[Lane, Request], Awaitable[None]]

DOORS: dict[tuple[str, str], Door] = {
    ("POST", "/lane/customer/messages"): customer.post,
    ("GET", "/lane/customer/messages"): customer.history,
    ("POST", "/lane/customer/stream"): customer.stream,
    ("POST", "/lane/customer/typing"): customer.typing,
    ("POST", "/lane/customer/read"): customer.read,
    ("POST", "/lane/customer/media"): customer.upload,
    ("POST", "/lane/agent/token"): agent.token,
    ("POST", "/lane/agent/stream"): agent.stream,
    ("POST", "/lane/agent/follow"): agent.follow,
    ("POST", "/lane/agent/unfollow"): agent.unfollow,
    ("POST", "/lane/agent/active"): agent.active,
}
# Below a thread: POST or GET /lane/agent/threads/<id>/<door>.
THREAD_DOORS: dict[tuple[str, str], Callable[[Lane, Request, int], Awaitable[None]]] = {
    ("POST", "messages"): agent.post,
    ("GET", "messages"): agent.history,
    ("POST", "typing"): agent.typing,
    ("POST", "read"): agent.read,
    ("POST", "media"): agent.upload,
}
THREADS = "/lane/agent/threads/"
FILES = ("/lane/customer/media/", "/lane/agent/media/")
NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
PATHS = {path for _method, path in DOORS}


def is_ours(path: str) -> bool:
    return path.startswith(("/lane/", "/media/"))


async def enter(lane: Lane, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request; whatever goes wrong is said in a problem document."""
    request = Request(scope, receive, send)
    try:
        try:
            await _lead(lane, request)
        except (Unavailable, Full, OperationalError, InterfaceError) as error:
            raise _busy(request) from error
        except (Gone, asyncio.CancelledError, Problem):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno in NO_ROOM:
                log.error("lane.disk_full", path=request.path)
                raise _busy(request) from error
            log.exception("lane.failed", path=request.path)
            raise request.problem(
                500,
                "our-fault",
                lambda: _("Something went wrong on our side. Nothing was half done; please try again."),
            ) from error
    except Problem as problem:
        await request.refuse(problem)
    except Gone:
        return


async def _lead(lane: Lane, request: Request) -> None:
    door = DOORS.get((request.method, request.path))
    if door is not None:
        await door(lane, request)
    elif request.path.startswith(THREADS):
        await _below_thread(lane, request)
    elif request.path.startswith("/media/"):
        await files.signed(lane, request)
    elif request.path.startswith(FILES[0]):
        await files.customers(lane, request)
    elif request.path.startswith(FILES[1]):
        await files.agents(lane, request)
    elif request.path in PATHS:
        raise _wrong_method(request)
    else:
        raise nothing_here(request)


async def _below_thread(lane: Lane, request: Request) -> None:
    number, _slash, rest = request.path.removeprefix(THREADS).partition("/")
    door = THREAD_DOORS.get((request.method, rest))
    if not number.isascii() or not number.isdecimal() or len(number) > 18:
        raise nothing_here(request)
    if door is None:
        known = any(rest == name for _method, name in THREAD_DOORS)
        raise _wrong_method(request) if known else nothing_here(request)
    await door(lane, request, int(number))


def nothing_here(request: Request) -> Problem:
    return request.problem(404, "not-here", lambda: _("There is nothing here, or it is not yours to see."))


def _wrong_method(request: Request) -> Problem:
    return request.problem(
        405, "wrong-method", lambda: _("This address does not answer that kind of request.")
    )


def _busy(request: Request) -> Problem:
    return request.problem(
        503,
        "not-now",
        lambda: _("Messages can't be stored or fetched at the moment. Please try again in a few seconds; nothing is sent twice."),
        headers={"retry-after": "2"},
    )
