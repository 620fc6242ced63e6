"""Files that arrive in a form: their size and kind are looked at before anything is kept of them."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from dangban.chat.lane.bounds import MEGABYTE, read_bounds
from dangban.lib.errors import BadInput
from dangban.media.sorting import Unfit, sort_out, tidy_name
from dangban.media.storage import scratch

# More in one form is a mistake.
MOST_AT_ONCE = 12
SHOWN = ("image", "video", "pdf")
ACCEPT = "image/jpeg,image/png,image/webp,image/gif,video/mp4,video/quicktime,video/webm,application/pdf"


@dataclass(frozen=True, slots=True)
class Arrived:
    path: Path
    name: str


@contextlib.contextmanager
def taken_in(sent: Sequence[UploadedFile]) -> Iterator[list[Arrived]]:
    """The files of a form on the store's disk; BadInput for what is too large or no proof. What is left of them goes at the end."""
    if len(sent) > MOST_AT_ONCE:
        raise _wrong(_("At most %(most)s files at once.") % {"most": MOST_AT_ONCE})
    kept: list[Arrived] = []
    try:
        for one in sent:
            kept.append(_kept(one))
            _check(kept[-1])
        yield kept
    finally:
        for arrived in kept:
            arrived.path.unlink(missing_ok=True)


def _kept(sent: UploadedFile) -> Arrived:
    name = tidy_name(sent.name or "")
    largest = read_bounds().largest
    if (sent.size or 0) > largest:
        raise _wrong(_("“%(name)s” is too large: up to %(most)s MB can be sent.") % {"name": name, "most": largest // MEGABYTE})
    with tempfile.NamedTemporaryFile(dir=scratch(), delete=False) as file:
        for chunk in sent.chunks():
            file.write(chunk)
    return Arrived(Path(file.name), name)


def _check(one: Arrived) -> None:
    try:
        kind = sort_out(one.path, one.name).kind
    except Unfit as unfit:
        raise _unfit(one.name) from unfit
    if kind not in SHOWN:
        raise _unfit(one.name)
    most = read_bounds().size_of(kind)
    if one.path.stat().st_size > most:
        raise _wrong(_("“%(name)s” is too large: up to %(most)s MB can be sent.") % {"name": one.name, "most": most // MEGABYTE})


def _unfit(name: str) -> BadInput:
    return _wrong(_("“%(name)s” can't be kept: send photos, films or PDF files.") % {"name": name})


def _wrong(message: str) -> BadInput:
    return BadInput(message, fields={"files": [message]})
