"""A PostgreSQL server of our own for tests: made in a scratch folder, gone afterwards.

initdb refuses to run as root; then everything runs as the user `postgres` that Debian's package made.
"""

from __future__ import annotations

import atexit
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from dangban.testing.scratch import free_port

FASTER = {
    # Nothing here outlives the test run; what needs durability asks for it.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
}
# Tables that were never analysed look large: to compile a plan takes far longer than the few rows that it reads.
FEW_ROWS = {"jit": "off"}
DURABLE: dict[str, str] = {}


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, or None where PostgreSQL is not installed."""
    found = shutil.which("initdb")
    if found:
        return Path(found).parent
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4])
    )
    return installed[-1].parent if installed else None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running server. `url(name)` is what DANGBAN_DATABASE_URL wants."""

    folder: Path
    port: int

    def url(self, database: str) -> str:
        return f"postgresql://dangban@127.0.0.1:{self.port}/{database}"

    def make(self, database: str, *, template: str = "template0", tablespace: str = "pg_default") -> str:
        """Make a database (anew, if it is there) and return its address."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as db:
            db.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
            db.execute(
                f"CREATE DATABASE \"{database}\" TEMPLATE \"{template}\" ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'"
                f' TABLESPACE "{tablespace}"'
            )
        return self.url(database)

    @contextmanager
    def tablespace(self, name: str, folder: Path) -> Iterator[None]:
        """A place of its own for databases; those that were made there have to be gone at the end of the block."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as db:
            db.execute(f"CREATE TABLESPACE \"{name}\" LOCATION '{folder}'")
        try:
            yield
        finally:
            with psycopg.connect(self.url("postgres"), autocommit=True) as db:
                db.execute(f'DROP TABLESPACE "{name}"')

    def drop(self, database: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as db:
            db.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def stop(self, *, keep: bool = False) -> None:
        """At once, as a power cut of this server alone would; what was committed is found again."""
        _control(self.folder, "stop", "-m", "immediate")
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> None:
        _control(self.folder, "start", "-w", "-l", str(self.folder / "log"))


def start_cluster(
    folder: Path | None = None, *, port: int = 0, options: dict[str, str] | None = None
) -> Cluster:
    """Make and start a server on a local port; the role `dangban` may do everything and needs no password."""
    bin_folder = programs()
    if bin_folder is None:
        raise RuntimeError("PostgreSQL is not installed")
    folder = folder or Path(tempfile.mkdtemp(prefix="dangban-pg-"))
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    if os.geteuid() == 0:
        account = pwd.getpwnam("postgres")
        os.chown(folder, account.pw_uid, account.pw_gid)
    _run(
        [
            str(bin_folder / "initdb"),
            "-D",
            str(folder),
            "-U",
            "dangban",
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        ]
    )
    settings = {
        "port": str(port),
        "listen_addresses": "'127.0.0.1'",
        "unix_socket_directories": f"'{folder}'",
        "max_connections": "200",
        **(FASTER | FEW_ROWS if options is None else options),
    }
    with (folder / "postgresql.conf").open("a") as file:
        file.writelines(f"{name} = {value}\n" for name, value in settings.items())
    cluster = Cluster(folder, port)
    cluster.start()
    return cluster


@cache
def shared_cluster() -> Cluster | None:
    """The server that tests run on, or one that lives as long as this process; None where there is none."""
    if url := os.environ.get("DANGBAN_TEST_DATABASE_URL"):
        return Cluster(Path("/nonexistent"), urlsplit(url).port or 5432)
    if programs() is None:
        return None
    cluster = start_cluster()
    atexit.register(cluster.stop)
    return cluster


def _control(folder: Path, *arguments: str) -> None:
    bin_folder = programs()
    assert bin_folder is not None
    _run([str(bin_folder / "pg_ctl"), "-D", str(folder), *arguments])


def _run(command: list[str]) -> None:
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/tmp", timeout=120)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}\n{done.stdout}\n{done.stderr}")
