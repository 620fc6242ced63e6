"""Installations to break: made ready once, copied for each test."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dangban.testing.live import LiveServer, free_port, make_migrated
from dangban.testing.postgres import Cluster

SETTINGS = {"DJANGO_SETTINGS_MODULE": "dangban.testing.crash.settings"}
DEPARTMENT = "dangban.testing.crash.stories:department"
CHECKPOINT = "dangban.testing.live:checkpoint_story"
BOOKS = "dangban.testing.crash.stories:books"


@dataclass(frozen=True)
class Ready:
    """A department with its books still empty, and how to get in. `cluster` is None on SQLite."""

    told: Mapping[str, Any]
    file: Path
    cluster: Cluster | None
    name: str

    @contextlib.contextmanager
    def copy(
        self,
        *,
        workers: int = 1,
        environment: Mapping[str, str] | None = None,
        data: Path | None = None,
        tablespace: str = "pg_default",
    ) -> Iterator[LiveServer]:
        """A server on a fresh copy; not yet running."""
        folder = data or Path(tempfile.mkdtemp(prefix="dangban-crash-"))
        url = ""
        if self.cluster is None:
            shutil.copy(self.file, folder / "dangban.sqlite3")
        else:
            url = self.cluster.make(f"{self.name}_copy", template=self.name, tablespace=tablespace)
        server = LiveServer(folder, free_port(), url, {**SETTINGS, **(environment or {})}, workers, self.told)
        try:
            yield server
        finally:
            server.kill()
            if self.cluster is not None:
                self.cluster.drop(f"{self.name}_copy")
            shutil.rmtree(folder, ignore_errors=True)

    @contextlib.contextmanager
    def serving(self, **more: Any) -> Iterator[LiveServer]:
        with self.copy(**more) as server:
            server.run()
            yield server


def make_ready(cluster: Cluster | None = None, name: str = "crash", **department: Any) -> Ready:
    """Prepare a department to copy from; on PostgreSQL in a database of this name."""
    data = Path(tempfile.mkdtemp(prefix="dangban-crash-"))
    url = make_migrated(cluster, name, SETTINGS) if cluster else ""
    server = LiveServer(data, 0, url, dict(SETTINGS))
    server.prepare()
    told = server.tell(DEPARTMENT, **department)
    if cluster is None:
        server.tell(CHECKPOINT)
    return Ready(told, data / "dangban.sqlite3", cluster, name)
