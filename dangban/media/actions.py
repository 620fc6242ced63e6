"""Taking files into the store, and clearing out what nothing uses any more."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from dangban.lib import clock
from dangban.lib.actor import Actor
from dangban.media.models import Blob, Use
from dangban.media.sorting import Sorted, draw_small, re_encode, sort_out, tidy_name
from dangban.media.storage import scratch, storage

# What arrived this long ago and still has no row never will.
UNUSED_FOR = timedelta(days=1)


def take(path: Path, name: str, *, subject: tuple[str, int], by: Actor, at: datetime | None = None) -> Use:
    """Sort out, clean and store an arrived file as a use by `subject`; raises `Unfit`.

    The file at `path` is gone afterwards, whatever happens.
    """
    clean = path.with_name(path.name + ".clean")
    try:
        about = sort_out(path, name)
        if about.kind == "image":
            about = re_encode(path, clean, about.mime)
            clean.replace(path)
        return keep(path, about, name, subject=subject, by=by, at=at)
    finally:
        for leftover in (path, clean):
            leftover.unlink(missing_ok=True)


def keep(
    path: Path, about: Sorted, name: str, *, subject: tuple[str, int], by: Actor, at: datetime | None = None
) -> Use:
    """Move finished bytes into the store and write down their use; of a picture also a small one for lists."""
    at = at or clock.now()
    small = _keep_small(path, about, at)
    blob = _stored(path, about, at, small)
    return Use.objects.create(
        blob=blob,
        subject_kind=subject[0],
        subject_id=subject[1],
        key=secrets.token_urlsafe(24),
        name=tidy_name(name),
        kind=about.kind,
        by_kind=by.kind,
        by_id=by.id,
        created_at=at,
    )


def use_again(use: Use, *, subject: tuple[str, int], by: Actor, at: datetime | None = None) -> Use:
    """The same bytes for another subject, as when a picture of a chat is filed elsewhere."""
    return Use.objects.create(
        blob_id=use.blob_id, subject_kind=subject[0], subject_id=subject[1], key=secrets.token_urlsafe(24),
        name=use.name, kind=use.kind, by_kind=by.kind, by_id=by.id, created_at=at or clock.now(),
    )  # fmt: skip


def _keep_small(path: Path, about: Sorted, at: datetime) -> Blob | None:
    if about.kind != "image":
        return None
    target = path.with_name(path.name + ".small")
    try:
        drawn = draw_small(path, target)
        return _stored(target, drawn, at) if drawn is not None else None
    finally:
        target.unlink(missing_ok=True)


def _stored(path: Path, about: Sorted, at: datetime, small: Blob | None = None) -> Blob:
    size = path.stat().st_size
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    storage().put(path, digest)
    blob, _made = Blob.objects.get_or_create(
        sha256=digest,
        defaults={
            "mime": about.mime, "size": size, "width": about.width, "height": about.height, "created_at": at, "small": small,
        },
    )  # fmt: skip
    return blob


def sweep_orphans(*, at: datetime | None = None) -> int:
    """Delete bytes that no use points to any more; returns how many files went."""
    limit = (at or clock.now()) - UNUSED_FOR
    Blob.objects.filter(uses=None, small_of=None, created_at__lt=limit).delete()
    store = storage()
    gone = 0
    old = [digest for digest, put_at in store.digests() if put_at < limit.timestamp()]
    for start in range(0, len(old), 500):
        part = old[start : start + 500]
        known = set(Blob.objects.filter(sha256__in=part).values_list("sha256", flat=True))
        for digest in set(part) - known:
            store.delete(digest)
            gone += 1
    for path in scratch().iterdir():
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < limit.timestamp():
                path.unlink()
    return gone
