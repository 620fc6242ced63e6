"""Stored pictures, videos and files on their way out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import quote

from django.utils.translation import gettext as _

from dangban.chat import tokens
from dangban.chat.lane import accounts, agent, uploads
from dangban.chat.lane.http import Problem, Request
from dangban.media.links import is_signed
from dangban.media.models import Blob, Use
from dangban.media.queries import find_use
from dangban.media.storage import storage

if TYPE_CHECKING:
    from dangban.chat.lane.lane import Lane

CHUNK = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})$")


async def signed(lane: Lane, request: Request) -> None:
    """An address that was handed out with a line is enough, as long as it is good."""
    key = request.path.removeprefix("/media/")
    if not is_signed(key, request.query.get("e", ""), request.query.get("s", "")):
        raise request.problem(
            404, "expired", lambda: _("This address is no longer good; load the conversation again.")
        )
    await _send(lane, request, await _use(lane, request, key))


async def customers(lane: Lane, request: Request) -> None:
    """A file of the customer's own thread."""
    try:
        claims = tokens.read(tokens.from_header(request.header(b"authorization")), tokens.Visitor)
    except tokens.Forged as error:
        raise request.problem(
            401, "token", lambda: _("This chat has to be opened anew; what you wrote is kept.")
        ) from error
    use = await _use(lane, request, request.path.rsplit("/", 1)[-1])
    if (use.subject_kind, use.subject_id) != (uploads.SUBJECT, claims.thread_id):
        raise _nothing(request)
    await _send(lane, request, use)


async def agents(lane: Lane, request: Request) -> None:
    """A file of a thread that the person may see; asked by an `<img>`, so the log-in has to do."""
    if request.header(b"authorization"):
        claims = await agent.by_token(lane, request)
    else:
        found = await lane.django(accounts.claims_of_session, accounts.session_key(request.header(b"cookie")))
        if found is None:
            raise request.problem(401, "token", lambda: _("Please sign in again; what you typed is kept."))
        claims = found
    use = await _use(lane, request, request.path.rsplit("/", 1)[-1])
    about = await lane.thread(use.subject_id) if use.subject_kind == uploads.SUBJECT else None
    if about is None or not claims.sees(about[0]) or not claims.permissions(about[0]):
        raise _nothing(request)
    await _send(lane, request, use)


async def _use(lane: Lane, request: Request, key: str) -> Use:
    use = await lane.django(find_use, key)
    if use is None:
        raise _nothing(request)
    return use


def _nothing(request: Request) -> Problem:
    return request.problem(404, "not-here", lambda: _("There is nothing here, or it is not yours to see."))


async def _send(lane: Lane, request: Request, use: Use) -> None:
    # Only an address that asks for it; the small one of a picture is no larger than a list needs.
    blob = use.blob.small if request.query.get("small") and use.blob.small is not None else use.blob
    size = blob.size
    part = _part(request.header(b"range"), size)
    if part is None:
        await request.reply(416, b"", "text/plain", {"content-range": f"bytes */{size}"})
        return
    start, end = part
    partial = (start, end) != (0, size)
    head = [*_headers(use, blob), (b"content-length", str(end - start).encode())]
    if partial:
        head.append((b"content-range", f"bytes {start}-{end - 1}/{size}".encode()))
    try:
        file = await lane.media(storage().open, blob.sha256)
    except FileNotFoundError as error:
        raise _nothing(request) from error
    with file:
        await request.send(
            {"type": "http.response.start", "status": 206 if partial else 200, "headers": head}
        )
        if request.method == "HEAD":
            await request.send({"type": "http.response.body", "body": b""})
        else:
            await _pour(lane, request, file, start, end)


async def _pour(lane: Lane, request: Request, file: BinaryIO, start: int, end: int) -> None:
    file.seek(start)
    while start < end:
        data = await lane.media(file.read, min(CHUNK, end - start))
        if not data:
            break
        start += len(data)
        await request.send({"type": "http.response.body", "body": data, "more_body": start < end})
    if start < end or end == 0:
        await request.send({"type": "http.response.body", "body": b"", "more_body": False})


def _headers(use: Use, blob: Blob) -> list[tuple[bytes, bytes]]:
    shown = use.kind in ("image", "video")
    place = "inline" if shown else f"attachment; filename*=UTF-8''{quote(use.name)}"
    mime = blob.mime if shown else "application/octet-stream"
    return [
        (b"content-type", mime.encode()),
        (b"content-disposition", place.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; sandbox"),
        (b"cross-origin-resource-policy", b"same-origin"),
        (b"accept-ranges", b"bytes"),
        (b"cache-control", b"private, max-age=86400, immutable"),
    ]


def _part(header: str, size: int) -> tuple[int, int] | None:
    """The half-open part of a file that was asked for: all of it, or None where it lies outside."""
    match = _RANGE.match(header)
    if not match or match.groups() == ("", ""):
        return 0, size
    first, last = match.groups()
    if first == "":
        return max(0, size - int(last)), size
    start = int(first)
    end = min(size, int(last) + 1) if last else size
    return (start, end) if start < end else None
