"""A person's open pages, the stream they share, and what a page does with what it is told."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.test import Client

from dangban.chat import hub
from dangban.chat.lane.streams import Board, Stream
from dangban.chat.models import Message
from dangban.chat.ports import Line
from dangban.chat.rows import as_line
from dangban.chat.tokens import agent_claims
from dangban.people.models import Person
from tests.live_pages import parts

MESSAGES = re.compile(r'<script type="application/json" data-messages>(.*?)</script>', re.S)
THREAD = re.compile(r'data-thread-view="(\d+)"')
Event = tuple[str, Any]


class Hasty(asyncio.SelectorEventLoop):
    """A loop whose timers need not be waited for."""

    ahead = 0.0

    def time(self) -> float:
        return super().time() + self.ahead


@dataclass(slots=True)
class Fragment:
    """As the page has it now."""

    address: str
    id: str
    shows: list[str]
    version: int | None
    swap: str
    html: str

    def is_older(self, changes: Iterable[Sequence[Any]]) -> bool:
        """As static/js/fragment.js decides it."""
        for subject, number, version in changes:
            named = f"{subject}:{number}"
            if named == self.shows[0]:
                if self.version is None or self.version < version:
                    return True
            elif subject in self.shows or named in self.shows:
                return True
        return False


class Browser:
    """What one person has open: pages as they were loaded, with what was fetched into them since.

    What several pages show (my state, how much waits) is kept once.
    """

    def __init__(self, client: Client, addresses: Sequence[str]) -> None:
        self.client = client
        self.addresses = addresses
        self.fragments: dict[str, Fragment] = {}
        self.talks: dict[int, list[dict[str, Any]]] = {}
        self.fetched = 0
        for address in addresses:
            self._open(address)

    def _open(self, address: str) -> None:
        response = self.client.get(address)
        assert response.status_code == 200, (address, response.status_code)
        text = response.content.decode()
        self._take_in(text)
        drawn = MESSAGES.search(text)
        if drawn:
            self.talks[int(THREAD.findall(text)[0])] = json.loads(drawn[1])

    def last_seq(self, thread: int) -> int:
        return max((line["seq"] for line in self.talks[thread]), default=0)

    def hear(self, events: Sequence[Event]) -> None:
        """Append what was said, fetch again what is announced to be newer, each fragment once."""
        changes: list[Sequence[Any]] = []
        for name, data in events:
            if name == "changed":
                changes += data["changes"]
            elif name == "presence":
                changes.append(("presence", data["person"], data["since"]))
            elif name == "message" and data["seq"] > self.last_seq(data["thread"]):
                self.talks[data["thread"]].append(data)
        for fragment in [one for one in self.fragments.values() if one.is_older(changes)]:
            self._fetch(fragment)

    def _fetch(self, fragment: Fragment) -> None:
        self.fetched += 1
        text = self._get(fragment.address, fragment.id)
        if text is None:
            return
        if fragment.swap == "innerHTML":
            opened = fragment.html[: fragment.html.index(">") + 1]
            text = f"{opened}{text}{fragment.html[fragment.html.rindex('</') :]}"
        self._take_in(text)

    def _take_in(self, text: str) -> None:
        found = parts.elements(text)
        for element in found:
            if element.is_live:
                self._keep(element, parts.cut(text, element, found))
        for element in found:
            if not element.is_live and element.source not in self.fragments:
                loaded = self._get(element.source, element.attributes.get("id", ""))
                if loaded is not None:
                    self._take_in(loaded)

    def _keep(self, element: parts.Element, cut: str) -> None:
        given = element.attributes
        version = given.get("data-live-version")
        self.fragments[element.source] = Fragment(
            address=element.source,
            id=given.get("id", ""),
            shows=given["data-live"].split(),
            version=int(version) if version else None,
            swap=given.get("data-live-swap", "outerHTML"),
            html=cut,
        )

    def _get(self, address: str, target: str) -> str | None:
        response = self.client.get(address, headers={"HX-Request": "true", "HX-Target": target, "X-Background": "1"})
        return response.content.decode() if response.status_code == 200 else None

    def differences(self) -> list[str]:
        """What the same pages show otherwise when they are loaded just now."""
        fresh = Browser(self.client, self.addresses)
        said = []
        for address, fragment in fresh.fragments.items():
            old = self.fragments.get(address)
            if old is None or old.html != fragment.html:
                said.append(f"{address}\n  old   {_apart(old.html if old else '', fragment.html)}")
        for thread, lines in fresh.talks.items():
            newest = self.talks[thread][-len(lines) :] if lines else []
            if newest != lines:
                said.append(f"thread {thread}\n  old   {newest}\n  fresh {lines}")
        return said


def _apart(old: str, fresh: str) -> str:
    """The first place where two drawings part, with what stands around it."""
    at = next((place for place, (a, b) in enumerate(zip(old, fresh, strict=False)) if a != b), min(len(old), len(fresh)))
    since = max(0, at - 60)
    return f"…{old[since : at + 160]!r}\n  fresh …{fresh[since : at + 160]!r}"


class Watcher:
    """A person at their browser, and the one stream that its pages share."""

    def __init__(self, person: Person, client: Client, addresses: Sequence[str]) -> None:
        self.person = person
        self.stream = Stream(agent_claims(person))
        self.browser = Browser(client, addresses)
        self._heard: list[bytes] = []

    @property
    def threads(self) -> dict[int, int]:
        """Each open thread and its last line."""
        return {thread: self.browser.last_seq(thread) for thread in self.browser.talks}

    async def listen(self) -> None:
        while data := await self.stream.next():
            self._heard.append(data)

    def hear(self) -> None:
        events = list(_events(b"".join(self._heard).decode()))
        self._heard.clear()
        self.browser.hear(events)

    def differences(self) -> list[str]:
        return [f"{self.person.username} {one}" for one in self.browser.differences()]


def _events(text: str) -> Iterable[Event]:
    for frame in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in frame.split("\n") if ": " in line and not line.startswith(":"))
        if "data" in fields:
            yield fields["event"], json.loads(fields["data"])


class Office:
    """Everybody's browsers on one board, as a server process has them."""

    def __init__(self, watchers: Sequence[Watcher]) -> None:
        self.watchers = watchers
        self.loop = Hasty()
        self.rings: list[hub.Ring] = []
        self.board = Board(self._read)
        self._log: dict[int, list[Line]] = {}
        self._stop = hub.listen(self.rings.append)
        self._look_up()
        self.loop.run_until_complete(self._connect())

    def close(self) -> None:
        self._stop()
        self.board.close_all("stopped")
        self.loop.run_until_complete(_let_run())
        self.loop.close()

    async def _connect(self) -> None:
        self._tasks = []
        for watcher in self.watchers:
            self.board.add(watcher.stream)
            for thread, seq in watcher.threads.items():
                self.board.follow(watcher.stream, thread, seq)
            self._tasks.append(asyncio.ensure_future(watcher.listen()))
        await _let_run()

    def deliver(self) -> None:
        """Everything that has rung since reaches whoever may hear of it, and their pages act on it."""
        self._look_up()
        rings = [*self.rings]
        self.rings.clear()
        self.loop.run_until_complete(self._ring(rings))
        for watcher in self.watchers:
            watcher.hear()

    async def _ring(self, rings: Sequence[hub.Ring]) -> None:
        for one in rings:
            self.board.rung(one)
        await _let_run()
        self.loop.ahead += 1
        await _let_run()

    def _look_up(self) -> None:
        # The loop must not ask the database: what it may read is read before.
        threads = {thread for watcher in self.watchers for thread in watcher.threads}
        self._log = {thread: [] for thread in threads}
        for message in Message.objects.filter(thread__in=threads).order_by("thread", "seq"):
            self._log[message.thread_id].append(as_line(message))

    async def _read(self, thread_id: int, since: int, limit: int) -> list[Line]:
        return [line for line in self._log[thread_id] if line.seq > since][:limit]


async def _let_run() -> None:
    for _turn in range(30):
        await asyncio.sleep(0)
