"""A folder and a database made for one run and gone with it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator

from bench._report import Report, postgres_version
from dangban.testing.postgres import FASTER, start_cluster


@contextlib.contextmanager
def scratch(report: Report, named: str, **settings: str) -> Iterator[str]:
    """Let the program find both, and yield the address of the database: empty for SQLite in the folder.

    `named` is ``sqlite``, ``postgresql`` for a server made for this run (with these `settings`), or an address.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "dangban.project.settings"
    with tempfile.TemporaryDirectory(prefix=f"dangban-{report.title}-") as folder, _database(named, settings) as url:
        os.environ |= {"DANGBAN_DATA": folder, "DANGBAN_DATABASE_URL": url, "DANGBAN_SECRET_KEY": "only for a bench"}
        if url:
            report.database = postgres_version(url)
        yield url


@contextlib.contextmanager
def _database(named: str, settings: dict[str, str]) -> Iterator[str]:
    if named != "postgresql":
        yield "" if named == "sqlite" else named
        return
    # Only read once it is filled: nothing here has to outlive a power cut.
    cluster = start_cluster(options={**FASTER, "shared_buffers": "512MB", **settings})
    try:
        yield cluster.make("bench")
    finally:
        cluster.stop()
