"""Real clients: a customer with the widget's doors, an agent with the workspace's, as their pages use them."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import re
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
from django.urls import reverse
from python_calamine import CalamineWorkbook

from dangban.conversations.queries import MEASURES
from dangban.lib import clock
from dangban.replay.compare import Sent
from dangban.replay.figures import Seen

PATIENCE = 30.0
LOOKS_EVERY = 0.4
ROW = re.compile(r'data-id="(\d+)" data-thread="(\d+)"')
TAG = re.compile(r"<[^>]*>")
MORE = re.compile(r'class="list-more" href="([^"]+)"')


class Stuck(Exception):
    """Something that a page would have waited for did not happen."""


class Refused(Exception):
    """The server will not send this line, whatever is confirmed."""


@dataclass(slots=True)
class Tally:
    """What happened on the way, beside the lines themselves."""

    customer_lines: int = 0
    agent_lines: int = 0
    confirmed: int = 0
    reworded: int = 0
    refused: int = 0
    retried: int = 0
    taken_from_queue: int = 0
    resolved: int = 0


@dataclass(slots=True)
class Heard:
    """What one stream brought of one thread; a waiter is woken by each line."""

    lines: list[Seen] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, line: Seen) -> None:
        self.lines.append(line)
        self.news.set()

    async def until(self, seq: int) -> None:
        """Wait until this line is on screen."""
        async with asyncio.timeout(PATIENCE):
            while not any(line.seq >= seq for line in reversed(self.lines)):
                self.news.clear()
                await self.news.wait()


class Wire:
    """One server, many connections."""

    def __init__(self, base: str) -> None:
        self.base = base.rstrip("/")
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=500)
        self.http = httpx.AsyncClient(base_url=self.base, limits=limits, timeout=httpx.Timeout(PATIENCE, pool=None))

    async def post(self, url: str, body: Any, token: str, tally: Tally) -> httpx.Response:
        """Post as pages do: the same again when the server says to come back later."""
        for _try in range(40):
            answer = await self.http.post(url, json=body, headers={"Authorization": f"Bearer {token}"})
            if answer.status_code not in (429, 503):
                return answer
            tally.retried += 1
            await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))
        raise Stuck(f"{url} was told to come back later 40 times")

    async def events(
        self, url: str, body: Callable[[], Any], headers: Callable[[], dict[str, str]]
    ) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Server-sent events for good: when the stream ends it is opened again from the cursors in `body`."""
        quiet = httpx.Timeout(PATIENCE, read=45.0)
        while True:
            with contextlib.suppress(httpx.TransportError):
                async with self.http.stream("POST", url, json=body(), headers=headers(), timeout=quiet) as answer:
                    if answer.status_code != 200:
                        await answer.aread()
                        raise Stuck(f"{url} answers {answer.status_code}: {answer.text[:200]}")
                    async for event in _events(answer):
                        yield event
            await asyncio.sleep(0.3)


async def _events(answer: httpx.Response) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    name, data = "message", ""
    async for row in answer.aiter_lines():
        if row.startswith("event: "):
            name = row[7:]
        elif row.startswith("data: "):
            data += row[6:]
        elif not row and data:
            yield name, json.loads(data)
            name, data = "message", ""


class Customer:
    """A visitor of a shop's chat page."""

    def __init__(self, wire: Wire, shop: str, tally: Tally) -> None:
        self.wire, self.shop, self.tally = wire, shop, tally
        self.heard = Heard()
        self.thread = 0
        self.token = ""
        self._opened = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None

    async def come(self) -> None:
        answer = await self.wire.http.post(reverse("widget_session", args=[self.shop]))
        if answer.status_code != 200:
            raise Stuck(f"no session: {answer.status_code} {answer.text[:200]}")
        self.token = answer.json()["token"]
        self._listening = asyncio.create_task(self._listen())
        async with asyncio.timeout(PATIENCE):
            await self._opened.wait()

    async def _listen(self) -> None:
        async for name, data in self.wire.events("/lane/customer/stream", self._cursor, self._headers):
            if name == "hello":
                self.thread = data["thread"]
                self._opened.set()
            elif name == "message":
                self.heard.take(seen(data))

    def _cursor(self) -> dict[str, int]:
        return {"since": self.heard.lines[-1].seq if self.heard.lines else 0}

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    async def say(self, text: str) -> Sent:
        client_id = uuid.uuid4().hex
        body = {"client_id": client_id, "kind": "text", "body": text}
        answer = await self.wire.post("/lane/customer/messages", body, self.token, self.tally)
        if answer.status_code not in (200, 201):
            raise Stuck(f"the customer's line was answered with {answer.status_code}: {answer.text[:200]}")
        self.tally.customer_lines += 1
        return Sent(self.thread, answer.json()["seq"], client_id, "customer", text)

    async def history(self) -> list[Seen]:
        return await history(self.wire, "/lane/customer/messages", self.token)

    async def leave(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)


class Agent:
    """Somebody at the workspace: signed in, online, following what the rules give them."""

    def __init__(self, wire: Wire, username: str, password: str, tally: Tally) -> None:
        self.wire = Wire(wire.base)
        self.username, self.password, self.tally = username, password, tally
        self.heard: dict[int, Heard] = {}
        self.conversations: dict[int, int] = {}
        self.person = 0
        self.token = ""
        self._stream = ""
        self._hello = asyncio.Event()
        self._changed = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def come(self) -> None:
        await self._sign_in()
        self._tasks.append(asyncio.create_task(self._listen()))
        async with asyncio.timeout(PATIENCE):
            await self._hello.wait()
        await self._be("online")
        self._tasks.append(asyncio.create_task(self._look()))

    async def go(self) -> None:
        """Go off line, which is refused while customers are open."""
        try:
            await self._be("offline")
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await self.wire.http.aclose()

    async def _sign_in(self) -> None:
        login = reverse("account_login")
        await self.wire.http.get(login)
        form = {"login": self.username, "password": self.password}
        answer = await self.wire.http.post(login, data=form, headers=self._page_headers())
        if answer.status_code != 302:
            raise Stuck(f"{self.username} could not sign in: {answer.status_code}")

    def _page_headers(self) -> dict[str, str]:
        token = self.wire.http.cookies.get("dangban_csrf") or ""
        return {"X-CSRFToken": token, "Origin": self.wire.base, "Referer": f"{self.wire.base}/", "HX-Request": "true"}

    async def _be(self, state: str) -> None:
        form = {"state": state, "reason": ""}
        answer = await self.wire.http.post(reverse("workspace_state"), data=form, headers=self._page_headers())
        if answer.status_code != 200:
            raise Stuck(f"{self.username} could not be {state}: {answer.status_code} {answer.text[:300]}")

    async def _listen(self) -> None:
        async for name, data in self.wire.events("/lane/agent/stream", self._cursors, self._page_headers):
            if name in ("hello", "token"):
                self.token, self.person = data["token"], data["person"]["id"]
                self._stream = data.get("stream", self._stream)
                self._hello.set()
            elif name == "message":
                self.heard.setdefault(data["thread"], Heard()).take(seen(data))
            elif name == "changed":
                self._changed.set()

    def _cursors(self) -> dict[str, Any]:
        return {"threads": {str(thread): heard.lines[-1].seq for thread, heard in self.heard.items() if heard.lines}}

    async def _look(self) -> None:
        """Fetch the list again when something has changed, as the page does, and now and then without."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(5):
                    await self._changed.wait()
            self._changed.clear()
            with contextlib.suppress(httpx.TransportError):
                await self._fetch_list()
            await asyncio.sleep(LOOKS_EVERY)

    async def _fetch_list(self) -> None:
        url: str | None = reverse("workspace_list") + "?tab=mine"
        while url:
            answer = await self.wire.http.get(url, headers={"HX-Request": "true"})
            if answer.status_code != 200:
                raise Stuck(f"{self.username}'s list answers {answer.status_code}")
            for conversation, thread in ROW.findall(answer.text):
                await self._take_on(int(thread), int(conversation))
            more = MORE.search(answer.text)
            url = more[1].replace("&amp;", "&") if more else None

    async def _take_on(self, thread: int, conversation: int) -> None:
        if thread in self.conversations:
            return
        body = {"stream": self._stream, "thread": thread, "since": 0}
        answer = await self.wire.post("/lane/agent/follow", body, self.token, self.tally)
        if answer.status_code == 410:
            return
        _expect(answer, 200)
        heard = self.heard.setdefault(thread, Heard())
        for line in answer.json()["messages"]:
            heard.take(seen(line))
        self.conversations[thread] = conversation

    async def answer(self, thread: int, text: str) -> Sent:
        """Say it; where the guard warns, mean it; where it blocks, take the wording it offers, or give up."""
        url = f"/lane/agent/threads/{thread}/messages"
        body: dict[str, Any] = {"client_id": uuid.uuid4().hex, "kind": "text", "body": text}
        answer = await self.wire.post(url, body, self.token, self.tally)
        if answer.status_code == 428:
            self.tally.confirmed += 1
            answer = await self.wire.post(url, {**body, "confirmed": True}, self.token, self.tally)
        if answer.status_code == 409:
            offer = answer.json().get("offer")
            if not offer or offer == text:
                self.tally.refused += 1
                raise Refused(answer.json().get("detail", ""))
            self.tally.reworded += 1
            body |= {"client_id": uuid.uuid4().hex, "body": offer, "confirmed": True}
            answer = await self.wire.post(url, body, self.token, self.tally)
            if answer.status_code == 409:
                self.tally.refused += 1
                raise Refused(answer.json().get("detail", ""))
        _expect(answer, 200, 201)
        self.tally.agent_lines += 1
        return Sent(thread, answer.json()["seq"], body["client_id"], "agent", body["body"])

    async def resolve(self, thread: int, seq: int) -> None:
        _expect(await self.wire.post(f"/lane/agent/threads/{thread}/read", {"seq": seq}, self.token, self.tally), 204)
        url = reverse("conversation_closure", args=[self.conversations[thread]])
        for _try in range(round(PATIENCE / LOOKS_EVERY)):
            answer = await self.wire.http.post(url, data={"outcome": "answered", "note": ""}, headers=self._page_headers())
            if answer.status_code != 422:
                break
            # The customer's last line came a moment ago: the dialog asks to read it first.
            await asyncio.sleep(LOOKS_EVERY)
        _expect(answer, 204)
        self.tally.resolved += 1

    async def figures(self) -> dict[str, int]:
        """One's own figures of today and yesterday, from the sheet that the page of figures offers."""
        today = clock.business_day(clock.now())
        query = {"format": "xlsx", "since": str(today - timedelta(days=1)), "until": str(today)}
        answer = await self.wire.http.get(reverse("numbers"), params=query)
        _expect(answer, 200)
        return sheet_of_figures(answer.content)

    async def history(self, thread: int) -> list[Seen]:
        return await history(self.wire, f"/lane/agent/threads/{thread}/messages", self.token)


async def history(wire: Wire, url: str, token: str) -> list[Seen]:
    """The whole thread by the history door, page by page."""
    found: list[Seen] = []
    since, more = 0, True
    while more:
        query = {"since": since, "limit": 200}
        answer = await wire.http.get(url, params=query, headers={"Authorization": f"Bearer {token}"})
        if answer.status_code == 429:
            await asyncio.sleep(float(answer.headers.get("Retry-After", "1")))
            continue
        _expect(answer, 200)
        page = answer.json()
        found += (seen(line) for line in page["messages"])
        more, since = page["more"], page["upto_seq"] or since
    return found


def sheet_of_figures(content: bytes) -> dict[str, int]:
    """The sums of the sheet's last row, by their names: a measure's own cell, then what it was made of."""
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    last: list[Any] = workbook.get_sheet_by_index(0).to_python()[-1]
    found: dict[str, int] = {}
    cell = 1
    for measure in MEASURES.values():
        if measure.denominator:
            found[measure.numerator], found[measure.denominator] = int(last[cell + 1]), int(last[cell + 2])
            cell += 3
        else:
            found[measure.numerator] = int(last[cell])
            cell += 1
    return found


def seen(line: dict[str, Any]) -> Seen:
    return Seen(
        line["seq"], line["author"], line.get("author_id", 0), line["kind"], line["at"], line["client_id"], line["body"]
    )


def _expect(answer: httpx.Response, *statuses: int) -> None:
    if answer.status_code not in statuses:
        request = answer.request
        raise Stuck(f"{request.method} {request.url.path} answers {answer.status_code}: {_words(answer.text)[:200]}")


def _words(page: str) -> str:
    """What a page says, without its markup."""
    return " ".join(TAG.sub(" ", page).split())
