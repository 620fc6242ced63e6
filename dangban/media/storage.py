"""Where the bytes lie. A store knows content by its digest and nothing about who may see it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings


class Storage(Protocol):
    def put(self, source: Path, digest: str) -> None:
        """Move a finished file into the store; what is there already stays."""

    def open(self, digest: str) -> BinaryIO: ...
    def exists(self, digest: str) -> bool: ...
    def delete(self, digest: str) -> None: ...
    def digests(self) -> Iterator[tuple[str, float]]:
        """Everything stored, with the time (seconds since 1970) it was put there."""


class FolderStorage:
    """Files in a folder, spread by the first two letters of their digest."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, source: Path, digest: str) -> None:
        target = self._path(digest)
        if target.exists():
            # Used again: young once more, so that the sweep leaves it until its row is committed.
            os.utime(target)
            source.unlink()
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with source.open("rb") as file:
            os.fsync(file.fileno())
        shutil.move(source, target)
        _sync_folder(target.parent)

    def open(self, digest: str) -> BinaryIO:
        return self._path(digest).open("rb")

    def exists(self, digest: str) -> bool:
        return self._path(digest).exists()

    def delete(self, digest: str) -> None:
        self._path(digest).unlink(missing_ok=True)

    def digests(self) -> Iterator[tuple[str, float]]:
        for path in self._root.glob("??/*"):
            yield path.name, path.stat().st_mtime

    def _path(self, digest: str) -> Path:
        return self._root / digest[:2] / digest


@cache
def storage() -> Storage:
    return FolderStorage(settings.MEDIA_DIR)


def scratch() -> Path:
    """A folder on the same disk for what is still arriving."""
    folder = settings.MEDIA_DIR / ".arriving"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
