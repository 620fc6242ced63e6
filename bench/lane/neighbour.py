"""People at work in the same server while messages are measured: they sign in and write through Django.

Drafts, notes, read marks and promises, by turns, each through its own page's address.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import time
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from bench.lane.wire import Asker, Wire

PEOPLE = 4
COMPANY = ZoneInfo("Asia/Shanghai")


class Person:
    """Somebody who has signed in as everybody does."""

    def __init__(self, port: int, username: str, password: str) -> None:
        self._cookies: dict[str, str] = {}
        page = self._ask(port, "GET", "/login/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if token is None:
            raise RuntimeError("the page to sign in has no form")
        form = {"csrfmiddlewaretoken": token.group(1), "login": username, "password": password}
        self._ask(port, "POST", "/login/", urlencode(form))
        if "dangban_session" not in self._cookies:
            raise RuntimeError(f"{username} could not sign in")

    def _ask(self, port: int, method: str, path: str, body: str = "") -> str:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        headers = {"Cookie": self.cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request(method, path, body or None, headers)
        response = connection.getresponse()
        for value in response.headers.get_all("Set-Cookie") or ():
            name, _, rest = value.partition("=")
            self._cookies[name] = rest.partition(";")[0]
        text = response.read().decode()
        connection.close()
        return text

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._cookies.items())

    def request(self, path: str, body: str, kind: str) -> bytes:
        data = body.encode()
        return (
            f"POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: {self.cookie}\r\n"
            f"X-CSRFToken: {self._cookies['dangban_csrf']}\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(data)}\r\n\r\n"
        ).encode() + data


class Neighbour:
    """Writing actions at random moments, `rate` a second, and how long each took."""

    def __init__(self, wire: Wire, told: dict[str, Any], rate: float) -> None:
        names = told["usernames"][:PEOPLE]
        self._people = [Person(wire.port, name, told["password"]) for name in names]
        self._idle = [Asker(wire, self._answered) for _ in range(8)]
        # Only conversations of their own shops: those of the agents are dealt round.
        self._own: list[list[int]] = [[] for _ in self._people]
        shops = len({*told["shop_of"]})
        for conversation, shop in zip(told["conversations"], told["shop_of"], strict=True):
            for number in range(PEOPLE):
                if number % shops == shop:
                    self._own[number].append(conversation)
        self._rate = rate
        self._due = 0.0
        self._count = 0
        self.took: list[float] = []
        self.failures: dict[str, int] = {}

    def begin(self) -> None:
        self.took, self.failures = [], {}
        self._due = time.perf_counter()

    def turn(self, now: float) -> None:
        while self._due <= now and self._idle:
            self._idle.pop().ask(self._action(), self._due)
            self._due += random.expovariate(self._rate)

    def _action(self) -> bytes:
        self._count += 1
        number = self._count % len(self._people)
        person, conversation = self._people[number], random.choice(self._own[number])
        match self._count // len(self._people) % 5:
            case 0 | 1:
                text = {"text": f"亲，这边帮您看一下 {self._count}"}
                return person.request(
                    f"/workspace/{conversation}/draft/", json.dumps(text), "application/json"
                )
            case 2:
                note = {"text": f"客人要深蓝色，等仓库回复 {self._count}"}
                return person.request(
                    f"/workspace/{conversation}/notes/", json.dumps(note), "application/json"
                )
            case 3:
                return person.request(f"/workspace/{conversation}/reading/", '{"seq": 2}', "application/json")
            case _:
                due = datetime.now(COMPANY) + timedelta(hours=2)
                form = {"text": f"明天上午回复 {self._count}", "due_at": f"{due:%Y-%m-%dT%H:%M}"}
                kind = "application/x-www-form-urlencoded"
                return person.request(f"/workspace/{conversation}/promise/", urlencode(form), kind)

    def _answered(self, asker: Asker, data: bytes) -> None:
        self._idle.append(asker)
        self.took.append(time.perf_counter() - asker.what)
        if data[9:12] not in (b"200", b"201", b"204"):
            why = data.split(b"\r\n", 1)[0].decode()
            self.failures[why] = self.failures.get(why, 0) + 1

    def close(self) -> None:
        for asker in self._idle:
            asker.close()
