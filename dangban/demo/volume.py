"""Many days of work, written by the short path: bulk inserts instead of actions.

The demonstration and the benchmarks share it. It leaves what the rooms themselves would have left
(sequences, turns read off the log by the rooms' own rules, closures), except for the journal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.db import transaction

from dangban.chat import search
from dangban.chat.models import Message, Presence, Thread, ThreadProjection, ThreadSequence
from dangban.chat.ports import Line
from dangban.chat.rows import as_line
from dangban.conversations import models as conversations
from dangban.customers.models import Address, Customer, CustomerShop, Handle
from dangban.demo.buyers import Buyer, Buyers
from dangban.demo.chats import Chats
from dangban.demo.content import Content
from dangban.demo.pictures import Album
from dangban.demo.roster import Roster
from dangban.demo.rows import Rows
from dangban.demo.sales import Sales, Shelf
from dangban.demo.talk import moment
from dangban.lib import clock
from dangban.orders.models import FlagChange, Order, OrderLine, OrderWord, Remark
from dangban.shops.models import Sku
from dangban.workforce.models import DutyPeriod, ShiftExtension

# Media name their thread by its number, so threads are there first.
FIRST = (
    Customer,
    CustomerShop,
    Handle,
    Address,
    DutyPeriod,
    ShiftExtension,
    Presence,
    Order,
    OrderLine,
    OrderWord,
    Remark,
    FlagChange,
    Thread,
    ThreadSequence,
    ThreadProjection,
)
THEN = (
    Message,
    conversations.Conversation,
    conversations.Assignment,
    conversations.Transfer,
    conversations.Closure,
    conversations.Turn,
    conversations.Reception,
    conversations.Invitation,
    conversations.Rating,
    conversations.Enquiry,
    conversations.Promise,
    conversations.GuardHit,
)
INDEXED_AT_ONCE = 500
# Orders and conversations that a day's business needs to look back on.
LOOKS_BACK = timedelta(days=16)


@dataclass(frozen=True, slots=True)
class Span:
    """Which days, and how busy: 1 is the three shops as described, 10 is ten times that."""

    first: date
    last: date
    busy: float = 1.0


class History:
    """The past of a department, day by day."""

    def __init__(
        self, random: Random, content: Content, shelves: list[Shelf], roster: Roster, rows: Rows,
        *, now: datetime, day_ends: time,
    ) -> None:  # fmt: skip
        self.random, self.content, self.shelves = random, content, shelves
        self.roster, self.rows, self.now = roster, rows, now
        self.buyers = Buyers(random, content, rows)
        staff = [person for person, one in roster.people.values() if one.stages or one.role == "order-agent"]
        self.sales = Sales(random, content, rows, self.buyers, now=now, staff=staff)
        self.chats = Chats(random, content, rows, self.buyers, roster, now=now, day_ends=day_ends)

    def make(self, span: Span) -> None:
        day = span.first
        while day <= span.last:
            for shelf in self.shelves:
                self._day(shelf, day, span.busy)
            day += timedelta(days=1)

    def write(self) -> dict[str, int]:
        for talk in self.buyers.talks():
            self.rows.add(
                ThreadSequence(thread=talk.thread, last_seq=talk.seq), ThreadProjection(thread=talk.thread, seq=talk.seq)
            )
        # Searches and lists show the newest first by id: ids follow time, as they would have.
        for kind, key in ((Message, "at"), (Order, "created_at"), (conversations.Conversation, "opened_at")):
            self.rows.of(kind).sort(key=lambda row, key=key: getattr(row, key))  # type: ignore[misc]
        messages = self.rows.of(Message)
        written = self.rows.write(FIRST)
        Album(self.random).show(self.chats.pictured)
        written |= self.rows.write(THEN)
        _make_searchable(messages)
        return written

    def _day(self, shelf: Shelf, day: date, busy: float) -> None:
        midnight = clock.at_local(day, time(0))
        shelf.recent = [one for one in shelf.recent if one[0].created_at > midnight - LOOKS_BACK]
        lively = busy * (1.15 if day.weekday() >= 5 else 1.0) * self.random.uniform(0.85, 1.15)
        chats, orders = round(shelf.chats_a_day * lively), round(shelf.orders_a_day * lively)
        for at in sorted(moment(self.random, midnight) for _ in range(chats)):
            if at < self.now:
                orders -= self._visit(shelf, at)
        for _ in range(max(0, orders)):
            at = moment(self.random, midnight)
            if at < self.now:
                self.sales.order(shelf, self.buyers.someone(shelf.shop, at), self._sku(shelf), at)

    def _visit(self, shelf: Shelf, at: datetime) -> int:
        """A customer writes, before or after buying; returns how many orders came of it."""
        about_one = self._recent_order(shelf, at) if self.random.random() < 0.55 else None
        if about_one is not None:
            order, buyer, sku = about_one
            stage = "presale" if order.dispatched_at is None or order.dispatched_at > at else "aftersale"
            # What an order is now is not what it was then: only its own past may be talked of.
            about = order if self.now - at < timedelta(days=1) or stage == "aftersale" else None
            self.chats.hold(shelf, buyer, sku, self.chats.scenario(stage, sku.product.category, about), at, order=order)
            return 0
        return self._ask(shelf, self.buyers.someone(shelf.shop, at), self._sku(shelf), at)

    def _recent_order(self, shelf: Shelf, at: datetime) -> tuple[Order, Buyer, Sku] | None:
        for _ in range(4):
            if shelf.recent and (one := self.random.choice(shelf.recent))[0].created_at < at - timedelta(minutes=30):
                return one
        return None

    def _ask(self, shelf: Shelf, buyer: Buyer, sku: Sku, at: datetime) -> int:
        scenario = self.chats.scenario("presale", sku.product.category)
        row = self.chats.hold(shelf, buyer, sku, scenario, at)
        if row is None or self.random.random() > 0.6:
            return 0
        bought_at = row.last_at + timedelta(minutes=self.random.uniform(1, 50))
        if bought_at >= self.now:
            return 0
        self.sales.order(shelf, buyer, sku, bought_at)
        return 1

    def _sku(self, shelf: Shelf) -> Sku:
        """Some sell much better than others."""
        return shelf.skus[min(int(self.random.expovariate(4.5 / len(shelf.skus))), len(shelf.skus) - 1)]


def _make_searchable(messages: Sequence[Message]) -> None:
    """Enter the lines into the index, oldest first, many threads at once."""
    index = search.Index()
    for start in range(0, len(messages), INDEXED_AT_ONCE):
        by_thread: dict[int, list[Line]] = {}
        for message in messages[start : start + INDEXED_AT_ONCE]:
            by_thread.setdefault(message.thread_id, []).append(as_line(message))
        prepared = index.prepare(by_thread)
        with transaction.atomic():
            index.keep(list(prepared.values()))
