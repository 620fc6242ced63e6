"""A real server in a process of its own, on a scratch database, for tests that need the whole thing.

    with LiveServer.start(story="dangban.testing.live:cast_story") as server:
        httpx.get(server.url + "/login/")
        server.told          # what the story returned

A story is a function `module:name` that prepares the database through models and actions, run in a
process of its own; it returns plain data. It may take keyword arguments that travel as JSON.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

from dangban.testing.scratch import free_port

if TYPE_CHECKING:
    from dangban.testing.postgres import Cluster

ROOT = Path(__file__).resolve().parent.parent.parent
SECRET = "only for tests"


@dataclass
class LiveServer:
    """One scratch installation and its server process, which may be killed and started again."""

    data: Path
    port: int
    database_url: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    workers: int = 1
    told: Any = None
    process: subprocess.Popen[bytes] | None = None

    @classmethod
    @contextlib.contextmanager
    def start(
        cls,
        *,
        story: str = "",
        database_url: str = "",
        environment: Mapping[str, str] | None = None,
        workers: int = 1,
        **arguments: Any,
    ) -> Iterator[LiveServer]:
        """A migrated database prepared by `story`, and a server on it that answers."""
        data = Path(tempfile.mkdtemp(prefix="dangban-live-"))
        server = cls(data, free_port(), database_url, dict(environment or {}), workers)
        try:
            server.prepare()
            if story:
                server.told = server.tell(story, **arguments)
            server.run()
            yield server
        finally:
            server.kill()
            shutil.rmtree(data, ignore_errors=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.data / "log").read_text() if (self.data / "log").exists() else ""

    def prepare(self) -> None:
        """Bring the database up to date; an SQLite file is copied from one made once per version of the migrations."""
        if self.database_url:
            self.command("init")
        else:
            shutil.copy(empty_database(self.environment), self.data / "dangban.sqlite3")

    def tell(self, story: str, **arguments: Any) -> Any:
        """Run a story against this installation; returns what it returns."""
        done = subprocess.run(
            [sys.executable, "-m", "dangban.testing.live", story, json.dumps(arguments)],
            env=self._env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{story} failed:\n{done.stderr}")
        return json.loads(done.stdout.splitlines()[-1])

    def command(self, *arguments: str) -> str:
        """Run `dangban …` against this installation."""
        done = subprocess.run(
            [sys.executable, "-m", "dangban.project.cli", *arguments],
            env=self._env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"dangban {' '.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def run(self) -> None:
        """Start the server and wait until it can serve."""
        made = _made("static", self.environment)
        if made.exists() and not (self.data / "static").exists():
            shutil.copytree(made, self.data / "static")
        with (self.data / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable, "-m", "dangban.project.cli", "serve",
                    "--port", str(self.port), "--workers", str(self.workers),
                ],
                env=self._env,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self._wait()
        if not made.exists():
            _share(self.data / "static", made)

    def kill(self) -> None:
        """As a power cut would: no goodbye (kill -9 for it and its workers)."""
        self._signal(signal.SIGKILL)

    def stop(self) -> int | None:
        """Ask it to end, as an operator would; returns its exit status."""
        self._signal(signal.SIGTERM)
        return self.process.returncode if self.process else None

    def wait_for_end(self, seconds: float) -> int:
        """Its exit status, once it ends by itself."""
        assert self.process is not None
        return self.process.wait(timeout=seconds)

    def _signal(self, number: int) -> None:
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)
        self.process.wait(timeout=120)

    def _wait(self) -> None:
        end = time.monotonic() + 180
        while time.monotonic() < end:
            if self.process is not None and self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/ready", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise RuntimeError(f"the server did not start:\n{self.log}")

    @property
    def _env(self) -> dict[str, str]:
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "dangban.project.settings",
            "PYTHONPATH": str(ROOT),
            "DANGBAN_DATA": str(self.data),
            "DANGBAN_DATABASE_URL": self.database_url,
            "DANGBAN_SECRET_KEY": SECRET,
            **self.environment,
        }


# What all test processes share instead of making it each for itself, and the files that it is made from.
SHARED = Path(tempfile.gettempdir()) / f"dangban-empty-{os.getuid()}"
# Settings whose installation has the same tables and the same files as the whole program.
AS_A_WHOLE = ("dangban.project.settings", "dangban.testing.crash.settings")
SOURCES = {
    "dangban.sqlite3": ("dangban/*/migrations/*.py", "dangban/workforce/state_calendar.py"),
    "static": ("static/**/*.*",),
}


def empty_database(environment: Mapping[str, str] | None = None) -> Path:
    """A migrated SQLite file, made once for all test processes and made anew when a migration changes."""
    made = _made("dangban.sqlite3", environment or {})
    with (SHARED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _make_empty(made, environment or {})
    return made


def _make_empty(made: Path, environment: Mapping[str, str]) -> None:
    with tempfile.TemporaryDirectory(prefix="dangban-live-") as data:
        server = LiveServer(Path(data), 0, environment=dict(environment))
        server.command("init")
        server.tell("dangban.testing.live:checkpoint_story")
        shutil.copy(Path(data) / "dangban.sqlite3", made.with_suffix(".new"))
        made.with_suffix(".new").rename(made)


def make_migrated(cluster: Cluster, database: str, environment: Mapping[str, str] | None = None) -> str:
    """Make a database that has all tables (anew, if it is there) and return its address."""
    return cluster.make(database, template=empty_template(cluster, environment))


def empty_template(cluster: Cluster, environment: Mapping[str, str] | None = None) -> str:
    """A migrated database to copy from, made once on a server of tests and made anew when a migration changes."""
    environment = environment or {}
    name = f"empty-{_stamp('dangban.sqlite3')}-{_kind(environment)}"
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as db, tempfile.TemporaryDirectory(prefix="dangban-live-") as data:
        db.execute("SELECT pg_advisory_lock(1)")
        if db.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            draft = LiveServer(Path(data), 0, cluster.make("draft"), dict(environment))
            draft.command("init")
            db.execute(f'ALTER DATABASE draft RENAME TO "{name}"')
    return name


def _made(name: str, environment: Mapping[str, str]) -> Path:
    """Where servers with these settings share something; elsewhere once what it is made from has changed."""
    SHARED.mkdir(exist_ok=True)
    return SHARED / f"{_stamp(name)}-{_kind(environment)}-{name}"


def _stamp(name: str) -> str:
    stamps = [path.stat().st_mtime_ns for pattern in SOURCES[name] for path in ROOT.glob(pattern)]
    return f"{max(stamps)}-{len(stamps)}"


def _kind(environment: Mapping[str, str]) -> str:
    settings = environment.get("DJANGO_SETTINGS_MODULE", AS_A_WHOLE[0])
    return "whole" if settings in AS_A_WHOLE else settings.replace(".", "_")


def _share(collected: Path, made: Path) -> None:
    """Keep what this server collected, unless another was faster; the next server finds that nothing is to be done."""
    draft = Path(tempfile.mkdtemp(dir=SHARED))
    shutil.copytree(collected, draft / "static")
    with contextlib.suppress(OSError):
        (draft / "static").rename(made)
    shutil.rmtree(draft, ignore_errors=True)


def checkpoint_story() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def cast_story(*, handbook: bool = True) -> dict[str, Any]:
    """The cast, and the default handbook unless it is not wanted; names to ids."""
    from dangban.handbook.actions import adopt_preset
    from dangban.lib import clock
    from dangban.testing.cast import NOW, Cast

    with clock.frozen(NOW):
        cast = Cast()
        if handbook:
            adopt_preset()
    return {name: value.pk for name, value in vars(cast).items() if hasattr(value, "pk")}


def main() -> None:
    import django

    django.setup()
    module, _colon, name = sys.argv[1].partition(":")
    told = getattr(importlib.import_module(module), name)(**json.loads(sys.argv[2]))
    sys.stdout.write(json.dumps(told, ensure_ascii=False, default=str) + "\n")


if __name__ == "__main__":
    main()
