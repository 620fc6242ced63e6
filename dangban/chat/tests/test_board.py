"""What a stream is given: in order, once, never too much; told by lines, rings and the log together."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime

from dangban.chat import hub
from dangban.chat.lane.limits import Buckets
from dangban.chat.lane.streams import LONGEST_BACKLOG, Board, Stream
from dangban.chat.ports import Line
from dangban.chat.tokens import Agent, Visitor

AT = datetime(2026, 11, 19, 2, 0, tzinfo=UTC)
LIN = Agent(3, "林客服", 1, 9_999_999_999, "zh-hans", frozenset({1}), {})
HU = Agent(8, "胡客服", 1, 9_999_999_999, "zh-hans", frozenset({3}), {})
FANG = Visitor(12, 5, 1, "方静", 9_999_999_999)


def line(seq: int, body: str = "话", *, internal: bool = False) -> Line:
    return Line(12, "agent", 3, "林客服", f"id-{seq:06}", "text", body, {}, internal, AT, seq)


class Log:
    """A log that may be read, and that may grow while it is."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.reads = 0
        self.meanwhile: Callable[[], None] = lambda: None

    async def read(self, thread_id: int, since: int, limit: int) -> list[Line]:
        self.reads += 1
        found = [line for line in self.lines if line.seq > since][:limit]
        await asyncio.sleep(0)
        self.meanwhile()
        return found


def seqs(data: bytes) -> list[int]:
    return [int(part.split(b"\n")[0].rsplit(b":", 1)[1]) for part in data.split(b"id: ")[1:]]


def run(story: Callable[[Board, Log], Awaitable[None]]) -> None:
    async def main() -> None:
        log = Log()
        await story(Board(log.read), log)

    asyncio.run(main())


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def followed(board: Board, claims: Agent | Visitor, since: int = 0) -> Stream:
    stream = Stream(claims)
    board.add(stream)
    board.follow(stream, 12, since)
    return stream


def keep(board: Board, log: Log, lines: Iterable[Line]) -> None:
    for new in lines:
        log.lines.append(new)
        board.publish([new])


def test_a_line_that_comes_while_the_log_is_read_comes_once() -> None:
    async def story(board: Board, log: Log) -> None:
        log.lines = [line(1), line(2)]
        log.meanwhile = lambda: keep(board, log, [line(3)]) if len(log.lines) == 2 else None
        stream = followed(board, LIN)
        await settle()
        assert seqs(await stream.next()) == [1, 2, 3]

    run(story)


def test_a_gap_is_filled_from_the_log() -> None:
    async def story(board: Board, log: Log) -> None:
        stream = followed(board, LIN)
        await settle()
        log.lines = [line(1), line(2), line(3)]
        board.publish([line(3)])
        await settle()
        assert seqs(await stream.next()) == [1, 2, 3]

    run(story)


def test_a_ring_that_comes_twice_or_late_changes_nothing() -> None:
    async def story(board: Board, log: Log) -> None:
        stream = followed(board, LIN)
        await settle()
        keep(board, log, [line(1)])
        board.rung(hub.Lines([(12, 1)]))
        board.rung(hub.Lines([(12, 1), (99, 4)]))
        await settle()
        assert seqs(await stream.next()) == [1]

    run(story)


def test_a_customer_is_not_given_what_is_internal_and_still_moves_on() -> None:
    async def story(board: Board, log: Log) -> None:
        stream = followed(board, FANG)
        await settle()
        reads = log.reads
        keep(board, log, [line(1, internal=True), line(2)])
        assert seqs(await stream.next()) == [2]
        assert log.reads == reads

    run(story)


def test_a_reader_who_does_not_read_is_closed() -> None:
    async def story(board: Board, log: Log) -> None:
        stream = followed(board, LIN)
        await settle()
        keep(board, log, (line(seq, "长" * 2000) for seq in range(1, LONGEST_BACKLOG // 6000 + 5)))
        assert stream.why == "slow"
        assert await stream.next() == b""

    run(story)


def test_changes_reach_whoever_sees_the_shop_and_only_the_newest() -> None:
    async def story(board: Board, _log: Log) -> None:
        lin, hu, fang = followed(board, LIN), followed(board, HU), followed(board, FANG)
        for version in (4, 6, 5):
            board.rung(hub.Changed("conversation", 7, version, shop=1))
        await asyncio.sleep(0.15)
        assert await lin.next() == b'event: changed\ndata: {"changes":[["conversation",7,6]]}\n\n'
        board.heartbeat()
        assert await hu.next() == await fang.next() == b": still here\n\n"

    run(story)


def test_what_changes_together_is_told_together_and_once() -> None:
    async def story(board: Board, _log: Log) -> None:
        lin = followed(board, LIN)
        board.rung(hub.Changed("conversation", 7, 1, shop=1, persons=(LIN.person_id,)))
        board.rung(hub.Changed("conversation", 8, 1, shop=1))
        await asyncio.sleep(0.15)
        assert await lin.next() == b'event: changed\ndata: {"changes":[["conversation",7,1],["conversation",8,1]]}\n\n'

    run(story)


def test_a_named_person_hears_of_a_change_in_a_shop_they_do_not_see() -> None:
    async def story(board: Board, _log: Log) -> None:
        hu = followed(board, HU)
        board.rung(hub.Changed("task", 1, 1, persons=(8,)))
        await asyncio.sleep(0.15)
        assert b'["task",1,1]' in await hu.next()

    run(story)


def test_presence_is_for_those_who_share_a_shop() -> None:
    async def story(board: Board, _log: Log) -> None:
        lin, hu = followed(board, LIN), followed(board, HU)
        board.rung(hub.PresenceTold(3, "away", "meal", 1, (1, 2)))
        board.heartbeat()
        assert b'"reason":"meal"' in await lin.next()
        assert await hu.next() == b": still here\n\n"

    run(story)


def test_revoked_rights_close_the_persons_streams_and_no_others() -> None:
    async def story(board: Board, _log: Log) -> None:
        lin, hu = followed(board, LIN), followed(board, HU)
        board.rung(hub.Revoked(3))
        assert (lin.why, hu.why) == ("revoked", "")

    run(story)


def test_nothing_is_kept_of_a_stream_that_left() -> None:
    async def story(board: Board, _log: Log) -> None:
        stream = followed(board, LIN)
        board.remove(stream)
        assert (board.threads, board.person_ids, board.get(stream.id)) == ([], [], None)

    run(story)


def test_a_bucket_holds_a_minutes_share_and_refills_evenly() -> None:
    buckets = Buckets(60)
    waits = [buckets.wait("fang") for _ in range(61)]
    assert waits[:60] == [0.0] * 60
    assert 0.9 < waits[60] <= 1.0
    assert buckets.wait("somebody else") == 0.0
