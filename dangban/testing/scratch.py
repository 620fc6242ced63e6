"""Servers for the length of a test run: PostgreSQL and Redis in folders of their own, on free ports."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def postgres_programs() -> Path | None:
    """The folder with initdb and pg_ctl: Debian keeps them off the PATH, by version."""
    debian = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: float(path.parts[-3]), reverse=True
    )
    on_path = shutil.which("pg_ctl")
    for found in (*debian, *([Path(on_path)] if on_path else [])):
        folder = found.resolve().parent
        if (folder / "initdb").exists():
            return folder
    return None


def chromium() -> str | None:
    """A Chromium to drive; DANGBAN_CHROMIUM names one that is elsewhere."""
    named = os.environ.get("DANGBAN_CHROMIUM")
    if named:
        return named if Path(named).exists() else None
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def postgres() -> Iterator[str]:
    """A scratch cluster; gives the URL of its database. Root may not run PostgreSQL: `postgres` does."""
    programs = postgres_programs()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed")
    folder = Path(tempfile.mkdtemp(prefix="dangban-pg-"))
    user = _unprivileged(folder)
    data, port = folder / "data", free_port()
    try:
        _run(user, programs / "initdb", "-D", data, "-U", "dangban", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        options = f"-c port={port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c max_connections=200"
        _run(user, programs / "pg_ctl", "-D", data, "-l", folder / "log", "-o", options, "-w", "-t", "60", "start")
        try:
            _run(user, programs / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "dangban", "dangban")
            yield f"postgresql://dangban@127.0.0.1:{port}/dangban"
        finally:
            _run(user, programs / "pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def redis() -> Iterator[str]:
    """A scratch Redis that keeps nothing; gives its URL."""
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError("Redis is not installed")
    port = free_port()
    command = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for_port(port)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for_port(port: int, *, seconds: float = 20) -> None:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"nothing answers on port {port} after {seconds:.0f} s")


def _unprivileged(folder: Path) -> str | None:
    if os.geteuid() != 0:
        return None
    owner = pwd.getpwnam("postgres")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return owner.pw_name


def _run(user: str | None, *command: str | Path) -> None:
    words = [str(word) for word in command]
    if user is not None:
        words = ["runuser", "-u", user, "--", *words]
    # A file, not a pipe: the server that pg_ctl leaves running would hold a pipe open for ever.
    with tempfile.TemporaryFile("w+") as said:
        status = subprocess.run(words, stdout=said, stderr=subprocess.STDOUT, cwd="/", check=False).returncode
        if status != 0:
            said.seek(0)
            raise RuntimeError(f"{' '.join(words)} ended with {status}:\n{said.read()}")
