"""Pictures, videos and files on their way in: measured while they arrive, looked into before they are kept."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.translation import gettext as _

from dangban.chat.lane.http import Gone, Problem, Request
from dangban.lib.actor import Actor
from dangban.lib.actor import Kind as ActorKind
from dangban.media.actions import take as keep_file
from dangban.media.models import Use
from dangban.media.queries import as_payload, find_use
from dangban.media.sorting import Unfit, sort_out
from dangban.media.storage import scratch

if TYPE_CHECKING:
    from dangban.chat.lane.lane import Lane

SUBJECT = "chat.thread"
KINDS = frozenset({"image", "video", "file"})
# A sender who is silent for this long has gone; a whole upload may take as long as a slow phone needs.
SILENCE = 20.0
LONGEST = 300.0
AT_ONCE = asyncio.Semaphore(16)


async def take(lane: Lane, request: Request, thread_id: int, by: tuple[ActorKind, int]) -> None:
    """Store the body (raw, or the file of a form) as a use by this thread; answer with what a message needs."""
    async with AT_ONCE:
        path = await _receive(lane, request)
        try:
            path, name = await _unpacked(lane, request, path)
            use = await lane.media(_keep, lane, path, name, thread_id, by)
        except Unfit as error:
            raise _unfit(request, error, lane) from error
        finally:
            path.unlink(missing_ok=True)
    await request.answer(201, as_payload(use))


def _keep(lane: Lane, path: Path, name: str, thread_id: int, by: tuple[ActorKind, int]) -> Use:
    kind = sort_out(path, name).kind
    if kind not in lane.bounds.uploads:
        raise Unfit("not-wanted")
    if path.stat().st_size > lane.bounds.size_of(kind):
        raise Unfit(f"too-large:{kind}")
    return keep_file(path, name, subject=(SUBJECT, thread_id), by=Actor(by[0], by[1], ""))


async def _receive(lane: Lane, request: Request) -> Path:
    """Write the body to a scratch file, stopping at the limit."""
    limit = lane.bounds.largest + 64 * 1024
    if int(request.header(b"content-length") or 0) > limit:
        raise request.too_large(lane.bounds.largest)
    handle, name = tempfile.mkstemp(dir=scratch())
    path = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            async with asyncio.timeout(LONGEST):
                await _copy(request, file, limit, lane.bounds.largest)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, TimeoutError):
            raise request.too_slow() from error
        raise
    return path


async def _copy(request: Request, file: Any, limit: int, said: int) -> None:
    size = 0
    more = True
    while more:
        async with asyncio.timeout(SILENCE):
            message = await request.receive()
        if message["type"] == "http.disconnect":
            raise Gone
        data = message.get("body", b"")
        more = message.get("more_body", False)
        size += len(data)
        if size > limit:
            raise request.too_large(said)
        file.write(data)


async def _unpacked(lane: Lane, request: Request, path: Path) -> tuple[Path, str]:
    """The file itself and its name, taken out of a form if it came in one."""
    content_type = request.header(b"content-type")
    if not content_type.startswith("multipart/form-data"):
        return path, unquote(request.header(b"x-file-name")) or "file"
    try:
        return await lane.media(_from_form, path, content_type)
    except MultiPartParserError as error:
        raise request.problem(422, "form", lambda: _("The form with the file could not be read.")) from error


def _from_form(path: Path, content_type: str) -> tuple[Path, str]:
    meta = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(path.stat().st_size)}
    with path.open("rb") as form:
        _fields, files = MultiPartParser(meta, form, [TemporaryFileUploadHandler()]).parse()
    sent: Any = next(iter(files.values()), None)
    if sent is None:
        raise MultiPartParserError("no file")
    target = path.with_name(path.name + ".file")
    with target.open("wb") as file:
        for chunk in sent.chunks():
            file.write(chunk)
    path.unlink()
    return target, sent.name or "file"


async def payload_of(
    lane: Lane, request: Request, thread_id: int, kind: str, payload: dict[str, Any]
) -> dict[str, Any]:
    """What is known of the file a line shows; what the sender claims of it is not taken over."""
    use = await lane.django(find_use, str(payload.get("key", "")))
    known = as_payload(use) if use else {}
    if use is None or (use.subject_kind, use.subject_id) != (SUBJECT, thread_id) or known["kind"] != kind:
        raise request.problem(
            422, "no-file", lambda: _("The file of this message is not there; please send it again.")
        )
    return known


def _unfit(request: Request, error: Unfit, lane: Lane) -> Problem:
    code, _colon, kind = error.code.partition(":")
    if code == "too-large":
        return request.too_large(lane.bounds.size_of(kind))
    words = {
        "not-a-picture": lambda: _("This is not a picture, whatever its name says."),
        "not-a-video": lambda: _("This is not a video, whatever its name says."),
        "not-a-pdf": lambda: _("This is not a PDF, whatever its name says."),
        "broken-picture": lambda: _("The picture is damaged; please take or save it again."),
        "too-many-pixels": lambda: _("The picture has too many pixels; please send a smaller one."),
        "runs": lambda: _("Programs and web pages can't be sent here."),
        "not-wanted": lambda: _("This kind of file can't be sent here."),
    }
    return request.problem(422, code, words[code])
