"""An installation for the length of one replay: a data folder, a department, a server process."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dangban.lib import clock

ROOT = Path(__file__).resolve().parents[2]


class Installation:
    """`database_url` empty means SQLite in the scratch folder; otherwise an empty database of that address."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder, self._held = folder, _free_port()
        self.port: int = self._held.getsockname()[1]
        self._environment = {
            **os.environ,
            "DANGBAN_DATA": str(folder),
            "DANGBAN_DATABASE_URL": database_url,
            "DANGBAN_SECRET_KEY": secrets.token_urlsafe(32),
            "DJANGO_SETTINGS_MODULE": "dangban.project.settings",
            "PYTHONPATH": str(ROOT),
        }
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def open(self, agents: int) -> dict[str, Any]:
        self._run("dangban.project.cli", "init")
        told: dict[str, Any] = json.loads(self._run("dangban.replay.department", "open", "--agents", str(agents)))
        return told

    def books(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self._run("dangban.replay.department", "books"))
        return told

    def serve(self) -> None:
        command = [sys.executable, "-m", "dangban.project.cli", "serve", "--port", str(self.port)]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(command, env=self._environment, cwd=ROOT, stdout=log, stderr=log)  # noqa: S603
        give_up = clock.monotonic() + 120
        while clock.monotonic() < give_up and self._server.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.url}/ready", timeout=2):  # noqa: S310
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise RuntimeError(f"the server did not start:\n{(self.folder / 'log').read_text()[-2000:]}")

    def stop(self) -> None:
        if self._server is not None:
            self._server.terminate()
            self._server.wait(60)
        self._held.close()

    def _run(self, module: str, *arguments: str) -> str:
        command = [sys.executable, "-m", module, *arguments]
        done = subprocess.run(  # noqa: S603
            command, env=self._environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise RuntimeError(f"{module} {' '.join(arguments)}:\n{done.stderr[-3000:]}")
        return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""


@contextmanager
def installation(database_url: str = "") -> Iterator[Installation]:
    folder = Path(tempfile.mkdtemp(prefix="dangban-replay-"))
    made = Installation(folder, database_url)
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> socket.socket:
    """Bound and not listening: as long as it is open the port is given to nobody else, and our server may listen there."""
    held = socket.socket()
    held.bind(("127.0.0.1", 0))
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return held
