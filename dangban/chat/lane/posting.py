"""What both sides' doors have in common: taking a line in, answering for it, sending a stream."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Literal

import msgspec
from django.utils.translation import gettext as _

from dangban.chat.bubbles import bubble
from dangban.chat.lane import uploads
from dangban.chat.lane.http import Gone, Problem, Request
from dangban.chat.lane.lane import Lane, sender_line
from dangban.chat.lane.store import Store
from dangban.chat.lane.streams import Stream
from dangban.chat.lane.writer import Clash, Kept, NoThread, Outcome, Said
from dangban.chat.ports import Sender, Verdict
from dangban.lib import clock
from dangban.lib.text import is_storable

ClientId = Annotated[str, msgspec.Meta(min_length=8, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")]
Seq = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
PAYLOAD_LIMIT = 16 * 1024
HISTORY = 50
MOST_HISTORY = 200


class CustomerLine(msgspec.Struct, frozen=True):
    client_id: ClientId
    kind: Literal["text", "image", "video", "file", "card"] = "text"
    body: str = ""
    payload: dict[str, Any] = {}
    internal = False
    confirmed = False


class AgentLine(msgspec.Struct, frozen=True):
    client_id: ClientId
    kind: Literal["text", "image", "video", "file", "card", "note", "whisper", "recall"] = "text"
    body: str = ""
    payload: dict[str, Any] = {}
    internal: bool = False
    confirmed: bool = False


class ReadTo(msgspec.Struct, frozen=True):
    seq: Seq


class TypingNow(msgspec.Struct, frozen=True):
    text: bool = True


async def take(
    lane: Lane, request: Request, thread_id: int, sender: Sender, kind: type[CustomerLine | AgentLine]
) -> None:
    """Read a line, have it written, answer for it."""
    sent = await request.json(kind)
    _check_text(lane, request, sent)
    payload = sent.payload
    if sent.kind in uploads.KINDS:
        payload = await uploads.payload_of(lane, request, thread_id, sent.kind, payload)
    line = sender_line(
        thread_id,
        sender,
        client_id=sent.client_id,
        kind=sent.kind,
        body=sent.body,
        payload=payload,
        internal=sent.internal or sent.kind in ("note", "whisper"),
    )
    outcome = await lane.post(sender, line, confirmed=sent.confirmed)
    if not isinstance(outcome, Kept):
        raise _refusal(request, outcome)
    kept = outcome.line
    answer = {"seq": kept.seq, "at": clock.to_ms(kept.at), "client_id": kept.client_id}
    await request.answer(200 if outcome.again else 201, answer)


def _check_text(lane: Lane, request: Request, sent: CustomerLine | AgentLine) -> None:
    longest = lane.bounds.message_length
    if len(sent.body) > longest:
        raise request.problem(
            413,
            "too-long",
            lambda: (
                _("This message has %(length)s characters; up to %(longest)s can be sent at once.")
                % {"length": len(sent.body), "longest": longest}
            ),
            limit=longest,
        )
    payload = msgspec.json.encode(sent.payload).decode() if sent.payload else ""
    if len(payload) > PAYLOAD_LIMIT:
        raise request.too_large(PAYLOAD_LIMIT)
    if not is_storable(sent.body) or "\\u0000" in payload:
        raise request.problem(
            422,
            "damaged",
            lambda: _("This text contains a damaged character that can't be stored. Please type it again."),
        )
    if sent.kind in ("text", "note", "whisper") and not sent.body.strip():
        raise request.problem(422, "empty", lambda: _("The message is empty."))


def _refusal(request: Request, outcome: Outcome) -> Exception:
    match outcome:
        case Said(verdict):
            return _said(verdict)
        case Clash():
            return request.problem(
                409,
                "client-id-used",
                lambda: _("Another message was already sent under this number; send it under a new one."),
            )
        case NoThread():
            return request.problem(
                404, "not-here", lambda: _("There is nothing here, or it is not yours to see.")
            )
        case Exception():
            return outcome
    raise TypeError(outcome)


def _said(verdict: Verdict) -> Problem:
    more: dict[str, Any] = {
        "act": verdict.act,
        "because": list(verdict.because),
        "offer": verdict.offer,
        "remarks": list(verdict.remarks),
    }
    if verdict.act == "warn":
        return Problem(428, "confirm", verdict.message, rule=verdict.code, **more)
    return Problem(409, verdict.code or "refused", verdict.message, **more)


async def give_history(lane: Lane, request: Request, thread_id: int, *, customer: bool) -> None:
    """Lines after `since`, before `before`, or the newest ones; always oldest first."""
    limit = min(request.number("limit") or HISTORY, MOST_HISTORY)
    where = {"since": request.number("since"), "before": request.number("before"), "limit": limit}
    # Colleagues may read what was taken back; the customer may not.
    lines = await (lane.lines_to_show(thread_id, **where) if customer else lane.read(Store.lines, thread_id, **where))
    last = await lane.read(Store.last_seqs, [thread_id])
    drawn = [shown for line in lines if (shown := bubble(line, customer=customer))]
    await request.answer(
        200,
        {
            "messages": drawn,
            "last_seq": last.get(thread_id, 0),
            "more": len(lines) == limit,
            "first_seq": lines[0].seq if lines else None,
            "upto_seq": lines[-1].seq if lines else None,
        },
    )


SSE_HEAD = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]


async def run_stream(lane: Lane, request: Request, stream: Stream) -> None:
    """Send what the stream has until one side hangs up."""
    await request.send({"type": "http.response.start", "status": 200, "headers": SSE_HEAD})
    await lane.open(stream)
    watch = asyncio.create_task(_watch(request, stream))
    try:
        while data := await stream.next():
            await request.send({"type": "http.response.body", "body": data, "more_body": True})
        await request.send({"type": "http.response.body", "body": b"", "more_body": False})
    except asyncio.CancelledError:
        if not stream.why:
            raise
        # Cut off in the middle of a piece that nobody reads.
        raise Gone from None
    finally:
        watch.cancel()
        lane.shut(stream)


async def _watch(request: Request, stream: Stream) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    stream.close("left")


def stopping(request: Request) -> Problem:
    return request.problem(
        503,
        "restarting",
        lambda: _("The server is restarting; the page comes back by itself."),
        headers={"retry-after": "1"},
    )
