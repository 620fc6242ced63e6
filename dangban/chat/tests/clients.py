"""A customer's and an agent's page as a test sees them: they post, and remember what their stream brings."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

import httpx

from dangban.testing.crash.load import PLAIN


class Page:
    """One open page with its stream; `events` grow as they arrive."""

    def __init__(self, base: str, path: str, headers: dict[str, str], body: Any) -> None:
        self.events: list[tuple[str, Any]] = []
        self.status = 0
        self._socket: socket.socket | None = None
        self.ended = threading.Event()
        self._arrived = threading.Condition()
        self._client = httpx.Client(base_url=base, timeout=httpx.Timeout(20, read=60), verify=PLAIN)
        self._thread = threading.Thread(target=self._listen, args=(path, headers, body), daemon=True)
        self._thread.start()

    def __enter__(self) -> Page:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up, as a browser does that is closed."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)
        self.ended.wait(30)

    def of(self, name: str) -> list[Any]:
        return [data for kind, data in list(self.events) if kind == name]

    @property
    def seqs(self) -> list[int]:
        return [message["seq"] for message in self.of("message")]

    def wait(self, holds: Callable[[Page], Any], seconds: float = 30.0) -> Any:
        """Wait until something holds of this page; fails with what there is instead. The seconds are patience, not expectation."""
        end = time.monotonic() + seconds
        with self._arrived:
            while not (result := holds(self)):
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"status {self.status}, events {self.events[-5:]}")
                self._arrived.wait(left)
        return result

    def hello(self) -> Any:
        return self.wait(lambda page: page.of("hello"))[0]

    def _listen(self, path: str, headers: dict[str, str], body: Any) -> None:
        with (
            contextlib.suppress(httpx.HTTPError, RuntimeError),
            self._client.stream("POST", path, headers=headers, json=body) as response,
        ):
            self.status = response.status_code
            self._socket = response.extensions["network_stream"].get_extra_info("socket")
            self._read(response)
        self.ended.set()
        with self._arrived:
            self._arrived.notify_all()

    def _read(self, response: httpx.Response) -> None:
        name = ""
        for line in response.iter_lines():
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                with self._arrived:
                    self.events.append((name, json.loads(line[6:])))
                    self._arrived.notify_all()


class Customer:
    def __init__(self, base: str, token: str) -> None:
        self.base = base
        self.headers = {"Authorization": f"Bearer {token}"}
        self.http = httpx.Client(base_url=base, headers=self.headers, timeout=30, verify=PLAIN)

    def say(self, body: str, client_id: str = "", **more: Any) -> httpx.Response:
        line = {"client_id": client_id or uuid.uuid4().hex, "body": body, **more}
        return self.http.post("/lane/customer/messages", json=line)

    def page(self, since: int | None = 0) -> Page:
        return Page(self.base, "/lane/customer/stream", self.headers, {"since": since})

    def history(self, **query: int) -> list[dict[str, Any]]:
        return self.http.get("/lane/customer/messages", params=query).json()["messages"]


class Agent:
    def __init__(self, base: str, token: str) -> None:
        self.base = base
        self.headers = {"Authorization": f"Bearer {token}"}
        self.http = httpx.Client(base_url=base, headers=self.headers, timeout=30, verify=PLAIN)

    def say(self, thread: int, body: str, client_id: str = "", **more: Any) -> httpx.Response:
        line = {"client_id": client_id or uuid.uuid4().hex, "body": body, **more}
        return self.http.post(f"/lane/agent/threads/{thread}/messages", json=line)

    def page(self, **threads: int | None) -> Page:
        """``page(t12=0)`` follows thread 12 from its beginning."""
        wanted = {name[1:]: since for name, since in threads.items()}
        return Page(self.base, "/lane/agent/stream", self.headers, {"threads": wanted})

    def history(self, thread: int, **query: int) -> list[dict[str, Any]]:
        return self.http.get(f"/lane/agent/threads/{thread}/messages", params=query).json()["messages"]
