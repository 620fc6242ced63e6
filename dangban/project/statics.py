"""Styles and scripts under names that carry the hash of their content, so that browsers keep them for good."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.templatetags import static as templates
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Lies with what was collected, and goes with it.
STAMP = "collected.txt"


class HashedStatics(CompressedManifestStaticFilesStorage):
    """Collected when the server starts. A process that never served (a command, a shell) uses plain names."""

    manifest_strict = False

    def stored_name(self, name: str) -> str:
        try:
            return super().stored_name(name)
        except ValueError:
            return name


@cache
def static(path: str) -> str:
    """The address of a style, script or icon, worked out once: a page has a hundred of them."""
    return templates.static(path)


def collect() -> bool:
    """Bring the folder of collected files up to date; False where it holds what was collected from the same files before."""
    folder = Path(settings.STATIC_ROOT)
    stamp = folder / STAMP
    if stamp.exists() and stamp.read_text() == _stamp(folder):
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(_stamp(folder))
    return True


def _stamp(folder: Path) -> str:
    """One line for all files that are collected and all that were; a file cut short by a power cut is another one, too."""
    sources = sorted(
        (path, there.st_size, there.st_mtime_ns)
        for finder in finders.get_finders()
        for path, storage in finder.list(None)
        for there in [Path(storage.path(path)).stat()]
    )
    collected = sorted(
        (str(path.relative_to(folder)), path.stat().st_size)
        for path in folder.rglob("*")
        if path.name != STAMP and path.is_file()
    )
    return hashlib.sha256(repr((sources, collected)).encode()).hexdigest()
