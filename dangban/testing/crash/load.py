"""Customers and agents at work while servers die: each line is kept at until it is acknowledged, each page comes back."""

from __future__ import annotations

import json
import random
import ssl
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from dangban.testing.live import LiveServer

SAID = ("在吗", "这款还有货吗", "什么时候能发货呀", "尺寸怎么选", "我再看看", "谢谢", "好的好的")
ANSWERED = ("您好，请问有什么可以帮您", "有货的哦", "今天下单的话明天出库", "您报一下身高体重", "稍等，我看一下")
LATER = 0.1
# Nobody here speaks TLS, and reading the machine's certificates would take longer than a whole test's lines.
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass(frozen=True, slots=True)
class Acknowledged:
    thread: int
    author: str
    client_id: str
    seq: int
    body: str


@dataclass
class Wire:
    """One server through its deaths: whoever finds the line dead tries again."""

    url: str
    told: Mapping[str, Any]
    going: threading.Event = field(default_factory=threading.Event)
    # What the server answered that was neither kept, limited, refused nor “later”.
    strange: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def client(self, read: float = 20) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=httpx.Timeout(20, read=read), verify=PLAIN)

    def agent_token(self, number: int, http: httpx.Client) -> str:
        """A fresh token through the log-in, as pages fetch theirs."""
        head = {"Cookie": f"dangban_session={self.told['agents'][number]['session']}", "Origin": self.url}
        while True:
            try:
                answer = http.post("/lane/agent/token", headers=head)
                if answer.status_code == 200:
                    return str(answer.json()["token"])
            except httpx.HTTPError:
                pass
            time.sleep(LATER)


class Speaker:
    """Writes line after line; gives one up only where the server refuses it."""

    author = ""

    def __init__(self, wire: Wire, seed: int) -> None:
        self.acknowledged: list[Acknowledged] = []
        self._wire = wire
        self._random = random.Random(seed)
        self._http = wire.client()
        self.start()

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def join(self) -> None:
        self._thread.join(120)
        assert not self._thread.is_alive(), "a line was never acknowledged"

    def _run(self) -> None:
        while self._wire.going.is_set():
            self._say()
            # People do not write as fast as machines take it in.
            time.sleep(self._random.uniform(0, 0.01))

    def _say(self) -> None:
        raise NotImplementedError

    def _keep_at(self, url: str, thread: int, line: dict[str, Any]) -> int:
        """Post until it is known what became of the line: 200 or 201 if it is kept, else why it was not taken."""
        began, unknown = time.monotonic(), False
        while True:
            try:
                answer = self._http.post(url, json=line, headers={"Authorization": f"Bearer {self._token(thread)}"})
            except httpx.HTTPError:
                unknown = True
                time.sleep(LATER)
                continue
            if answer.status_code in (200, 201):
                seq = answer.json()["seq"]
                self.acknowledged.append(Acknowledged(thread, self.author, line["client_id"], seq, line["body"]))
                self._wire.waits.append(time.monotonic() - began)
                return answer.status_code
            if answer.status_code == 503:
                unknown = True
            elif answer.status_code == 401:
                self._renew()
            elif answer.status_code != 429 or not unknown:
                # Once a try was cut off, only the line's own answer tells; a limit says nothing of it.
                if answer.status_code not in (409, 429):
                    self._wire.strange.append(f"{answer.status_code} {answer.text[:200]}")
                return answer.status_code
            time.sleep(LATER)

    def _token(self, thread: int) -> str:
        raise NotImplementedError

    def _renew(self) -> None:
        raise NotImplementedError


class Customers(Speaker):
    """Several customers, one of whom writes at a time; now and then a finger slips and the same is sent twice."""

    author = "customer"

    def __init__(self, wire: Wire, seed: int, threads: list[int]) -> None:
        self._threads = threads
        super().__init__(wire, seed)

    def _say(self) -> None:
        thread = self._random.choice(self._threads)
        line = {"client_id": uuid.uuid4().hex, "body": f"{self._random.choice(SAID)} {len(self.acknowledged)}"}
        status = self._keep_at("/lane/customer/messages", thread, line)
        if status in (200, 201) and self._random.random() < 0.1:
            self._again(thread, line)

    def _again(self, thread: int, line: dict[str, Any]) -> None:
        first = self.acknowledged[-1]
        status = self._keep_at("/lane/customer/messages", thread, line)
        if status in (200, 201) and (status, self.acknowledged.pop().seq) != (200, first.seq):
            self._wire.strange.append(f"the same line again was answered {status}")

    def _token(self, thread: int) -> str:
        return str(self._wire.told["visitors"][str(thread)])

    def _renew(self) -> None:
        self._wire.strange.append("a customer's token was refused")


class Agents(Speaker):
    """One of the department's people, who answers in whatever is theirs."""

    author = "agent"

    def __init__(self, wire: Wire, seed: int, number: int) -> None:
        self._number = number
        self._own = ""
        self._not_mine: set[int] = set()
        super().__init__(wire, seed)

    def _say(self) -> None:
        threads = [thread for thread in self._wire.told["threads"] if thread not in self._not_mine]
        if not threads:
            self._not_mine.clear()
            return
        thread = self._random.choice(threads)
        body = f"{self._random.choice(ANSWERED)} {len(self.acknowledged)}"
        line: dict[str, Any] = {"client_id": uuid.uuid4().hex, "body": body}
        if self._random.random() < 0.15:
            line["kind"] = "note"
        if self._keep_at(f"/lane/agent/threads/{thread}/messages", thread, line) == 409:
            self._not_mine.add(thread)

    def _token(self, thread: int) -> str:
        if not self._own:
            self._renew()
        return self._own

    def _renew(self) -> None:
        self._own = self._wire.agent_token(self._number, self._http)


class Watcher:
    """A page whose stream is opened again from its cursors whenever it ends."""

    def __init__(self, wire: Wire, *, visitor: str = "", agent: int | None = None, threads: list[int]) -> None:
        self.lines: dict[int, list[dict[str, Any]]] = {thread: [] for thread in threads}
        self.opened = 0
        self.ended: list[float] = []
        self._wire, self._agent = wire, agent
        self._closed = False
        self._client = wire.client(read=40)
        self._token = visitor
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def seqs(self) -> dict[int, list[int]]:
        return {thread: [line["seq"] for line in lines] for thread, lines in self.lines.items()}

    def close(self) -> None:
        self._closed = True

    def _run(self) -> None:
        while not self._closed:
            with suppress(httpx.HTTPError):
                self._listen()
            self.ended.append(time.monotonic())
            time.sleep(LATER)

    def _listen(self) -> None:
        cursors = {str(thread): lines[-1]["seq"] if lines else 0 for thread, lines in self.lines.items()}
        body: dict[str, Any]
        if self._agent is None:
            path, body = "/lane/customer/stream", {"since": next(iter(cursors.values()))}
        else:
            path, body = "/lane/agent/stream", {"threads": cursors}
            self._token = self._token or self._wire.agent_token(self._agent, self._client)
        head = {"Authorization": f"Bearer {self._token}"}
        with self._client.stream("POST", path, headers=head, json=body) as answer:
            if answer.status_code == 401 and self._agent is not None:
                self._token = ""
            if answer.status_code == 200:
                for name, data in _events(answer):
                    self._take(name, data)
                    if self._closed:
                        return

    def _take(self, name: str, data: dict[str, Any]) -> None:
        if name == "hello":
            self.opened += 1
        elif name == "message":
            self.lines[data["thread"]].append(data)


def _events(answer: httpx.Response) -> Iterator[tuple[str, dict[str, Any]]]:
    name = ""
    for row in answer.iter_lines():
        if row.startswith("event: "):
            name = row[7:]
        elif row.startswith("data: "):
            yield name, json.loads(row[6:])


@dataclass
class Floor:
    """Everybody who writes and everybody who watches."""

    wire: Wire
    speakers: list[Speaker]
    watchers: list[Watcher]
    # What a test itself was acknowledged beside them.
    besides: list[Acknowledged] = field(default_factory=list)

    def wait_for(self, lines: int, seconds: float = 90.0) -> None:
        """Until so many more lines were acknowledged; however busy the machine is, something happens in between."""
        goal, give_up = len(self.acknowledged) + lines, time.monotonic() + seconds
        while len(self.acknowledged) < goal:
            if time.monotonic() > give_up:
                raise AssertionError(f"{goal - len(self.acknowledged)} of {lines} lines were not acknowledged")
            time.sleep(0.005)

    def stop_speaking(self) -> None:
        """Nobody begins another line; each finishes the one they have."""
        self.wire.going.clear()
        for speaker in self.speakers:
            speaker.join()

    def speak_again(self) -> None:
        self.wire.going.set()
        for speaker in self.speakers:
            speaker.start()

    @property
    def acknowledged(self) -> list[Acknowledged]:
        return [*self.besides, *(one for speaker in self.speakers for one in list(speaker.acknowledged))]

    def differences(self, books: Mapping[str, Any], *, patience: float = 30.0) -> list[str]:
        """What was acknowledged against what is kept, and what pages show against both."""
        return [*self._kept(books), *self.not_shown(books, patience), *self.wire.strange]

    def _kept(self, books: Mapping[str, Any]) -> Iterator[str]:
        kept = {(row[0], row[6]): (row[1], row[2], row[7]) for row in books["log"]}
        told = self.acknowledged
        for one in told:
            if kept.get((one.thread, one.client_id)) != (one.seq, one.author, one.body):
                yield f"thread {one.thread}: line {one.seq} was acknowledged and is not there as it was"
        if len({(one.thread, one.client_id) for one in told}) != len(told):
            yield "a line was acknowledged twice"
        by_people = {key for key, row in kept.items() if row[1] in ("customer", "agent")}
        if unknown := by_people - {(one.thread, one.client_id) for one in told}:
            yield f"{len(unknown)} lines stand in the log that nobody was told of"

    def not_shown(self, books: Mapping[str, Any], patience: float = 30.0) -> Iterator[str]:
        """Each page has every line that it may see, once and in order."""
        give_up = time.monotonic() + patience
        for watcher in self.watchers:
            for thread in watcher.lines:
                there = [row[1] for row in books["log"] if row[0] == thread and (watcher._agent is not None or not row[5])]
                while watcher.seqs[thread] != there and time.monotonic() < give_up:
                    time.sleep(0.05)
                if watcher.seqs[thread] != there:
                    yield f"a page of thread {thread} shows {len(watcher.seqs[thread])} of {len(there)} lines, or not in order"


@contextmanager
def at_work(server: LiveServer, *, customers: int = 4, agents: int = 2, pages: int = 3, seed: int = 1) -> Iterator[Floor]:
    """So many customers' hands and agents, and as many pages of each; everybody until the end of the block."""
    told = server.told
    wire = Wire(server.url, told)
    wire.going.set()
    threads = list(told["threads"])
    share = len(threads) // customers
    speakers: list[Speaker] = [
        Customers(wire, seed + number, threads[number * share : (number + 1) * share]) for number in range(customers)
    ]
    speakers += [Agents(wire, seed + 100 + number, number) for number in range(agents)]
    watchers = [
        Watcher(wire, visitor=told["visitors"][str(thread)], threads=[thread]) for thread in threads[:pages]
    ]
    watchers += [Watcher(wire, agent=number, threads=threads) for number in range(len(told["agents"]))]
    floor = Floor(wire, speakers, watchers)
    try:
        yield floor
    finally:
        wire.going.clear()
        for watcher in watchers:
            watcher.close()
