"""Invented orders: what was bought, when it was paid, sent and signed for, and what is marked on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random

from dangban.demo.buyers import Buyer, Buyers
from dangban.demo.content import Content
from dangban.demo.rows import Rows
from dangban.lib import clock, text
from dangban.orders.models import FlagChange, Order, OrderLine, OrderWord, Remark
from dangban.people.models import Person, Shop
from dangban.shops.models import Courier, Sku


@dataclass(slots=True)
class Shelf:
    """A shop as the history sees it."""

    shop: Shop
    orders_a_day: float
    chats_a_day: float
    cut_off: time
    skus: list[Sku]
    couriers: list[Courier]
    team_id: int
    # What people call each listing.
    names: dict[int, str]
    # Orders of the last weeks, with their buyers, for conversations to be about.
    recent: list[tuple[Order, Buyer, Sku]] = field(default_factory=list)


class Sales:
    def __init__(
        self, random: Random, content: Content, rows: Rows, buyers: Buyers, *, now: datetime, staff: list[Person]
    ) -> None:
        self.random, self.content, self.rows, self.buyers = random, content, rows, buyers
        self.now, self.staff = now, staff
        self._number = 0

    def order(self, shelf: Shelf, buyer: Buyer, sku: Sku, at: datetime) -> Order:
        """One order at this moment, as far along by now as its age makes likely."""
        quantity = self.random.choices((1, 2, 3, 5), (78, 15, 5, 2))[0]
        lines = [(sku, quantity)]
        if self.random.random() < 0.18:
            lines.append((self.random.choice(shelf.skus), 1))
        order = self._placed(shelf, buyer, lines, at)
        self._go_on(order, shelf)
        self._refund(order)
        self._keep(order, shelf, buyer, lines)
        shelf.recent.append((order, buyer, sku))
        return order

    def bound_to_be(self, shelf: Shelf, buyer: Buyer, sku: Sku, status: str) -> Order:
        """An order that the present needs: paid, sent or signed for by now, whatever the odds."""
        ago = {"paid": timedelta(hours=3), "sent": timedelta(days=2), "signed": timedelta(days=5)}[status]
        lines = [(sku, 1)]
        order = self._placed(shelf, buyer, lines, self.now - ago)
        order.status = status
        order.paid_at, order.paid_fen = order.created_at + timedelta(seconds=48), order.total_fen
        if status in ("sent", "signed"):
            self._send(order, shelf, order.created_at + timedelta(hours=6))
        if status == "signed":
            order.signed_at = self.now - timedelta(hours=21)
        self._keep(order, shelf, buyer, lines)
        return order

    def _placed(self, shelf: Shelf, buyer: Buyer, lines: list[tuple[Sku, int]], at: datetime) -> Order:
        total = sum((one.price_fen or 0) * count for one, count in lines)
        order = Order(
            shop=shelf.shop, platform_id=self._platform_id(shelf.shop, at), customer=buyer.customer,
            status=Order.Status.UNPAID, total_fen=total, quantity=sum(count for _, count in lines), created_at=at,
            business_day=clock.business_day(at), receiver=buyer.receiver, phone=buyer.phone,
            phone_tail=text.tail(buyer.phone), province=buyer.place["province"], city=buyer.place["city"],
            district=buyer.place["district"], address=buyer.street, imported_at=at,
            buyer_message=self.random.choice(self.content.words["buyers"]["notes"]),
        )  # fmt: skip
        order.number_tail = order.platform_id[-6:]
        return order

    def _keep(self, order: Order, shelf: Shelf, buyer: Buyer, lines: list[tuple[Sku, int]]) -> None:
        self.rows.add(order)
        for position, (one, count) in enumerate(lines, 1):
            self.rows.add(_line(order, position, one, count))
        self._mark(order, shelf)
        self._count(order, buyer, shelf)

    def _go_on(self, order: Order, shelf: Shelf) -> None:
        random, now = self.random, self.now
        if random.random() < 0.09:
            if now - order.created_at > timedelta(hours=24):
                order.status, order.close_reason = Order.Status.CLOSED, "买家未付款"
            return
        paid_at = order.created_at + timedelta(seconds=random.choice((20, 45, 90, 400, 2400)) * random.uniform(0.5, 1.6))
        if paid_at > now:
            return
        order.paid_at, order.paid_fen, order.status = paid_at, order.total_fen, Order.Status.PAID
        sent_at = _leaves(paid_at, shelf.cut_off) + timedelta(minutes=random.uniform(20, 200))
        if random.random() < 0.06:
            sent_at += timedelta(days=random.choice((1, 2)))
        if sent_at > now:
            return
        order.status = Order.Status.SENT
        self._send(order, shelf, sent_at)
        signed_at = sent_at + timedelta(hours=random.uniform(44, 120))
        if signed_at > now:
            return
        order.signed_at, order.status = signed_at, Order.Status.SIGNED
        if signed_at + timedelta(days=10) <= now:
            order.completed_at, order.status = signed_at + timedelta(days=10), Order.Status.DONE

    def _send(self, order: Order, shelf: Shelf, at: datetime) -> None:
        courier = self.random.choices(shelf.couriers, [8, 4, 2, 1][: len(shelf.couriers)])[0]
        order.dispatched_at, order.courier = at, courier.name
        order.tracking_number = f"{courier.code[:2].upper()}{self.random.randrange(10**11, 10**12)}"

    def _refund(self, order: Order) -> None:
        if order.paid_at is None:
            return
        chance = self.random.random()
        if chance < 0.035 and order.signed_at is not None:
            order.refund, order.refunded_fen, order.status = Order.Refund.FULL, order.paid_fen, Order.Status.CLOSED
            order.close_reason = "退货退款"
        elif chance < 0.06:
            order.refund, order.refunded_fen = Order.Refund.PARTIAL, min(order.paid_fen, self.random.choice((500, 1000, 2000)))
        elif chance < 0.07:
            order.refund = Order.Refund.ASKED

    def _mark(self, order: Order, shelf: Shelf) -> None:
        written = order.buyer_message
        if self.random.random() < 0.14 and order.paid_at is not None:
            written = f"{written} {self._remark(order, shelf)}"
        if written.strip():
            self.rows.add(*(OrderWord(word=word[:64], order=order) for word in text.bigrams(written)))

    def _remark(self, order: Order, shelf: Shelf) -> str:
        by = self.random.choice(self.staff)
        at = min(self.now, order.created_at + timedelta(minutes=self.random.uniform(3, 300)))
        words = self.random.choice(self.content.words["remarks"]["texts"]).format(courier=shelf.couriers[-1].name)
        order.flag = self.random.choices(("1", "2", "3", "5"), (40, 20, 25, 15))[0]
        said = f"{words}，{by.name}，{clock.local(at):%m-%d %H:%M}"
        order.platform_remark = said
        who = {"by_kind": "person", "by_id": by.pk, "by_name": by.name, "at": at}
        self.rows.add(
            Remark(order=order, flag=order.flag, text=said, parts={"other": words, "who": by.name}, **who),
            FlagChange(order=order, flag=order.flag, **who),
        )
        return said

    def _count(self, order: Order, buyer: Buyer, shelf: Shelf) -> None:
        relation = self.buyers.relation(buyer, shelf.shop, order.created_at)
        relation.orders += 1
        relation.spent_fen += order.paid_fen
        relation.last_order_at = max(filter(None, (relation.last_order_at, order.created_at)))

    def _platform_id(self, shop: Shop, at: datetime) -> str:
        self._number += 1
        wall = clock.local(at)
        if shop.platform == "jd":
            return f"{30_000_000_0000 + self._number * 7919}"
        if shop.platform == "pdd":
            return f"{wall:%y%m%d}-{self._number * 104729 % 10**9:09d}{self._number % 1000:03d}"
        return f"{wall:%y%m%d}{self._number * 15485863 % 10**9:09d}{self._number % 10**4:04d}"


def _line(order: Order, position: int, sku: Sku, quantity: int) -> OrderLine:
    return OrderLine(
        order=order, position=position, sku=sku, sku_code=sku.code, title=sku.product.title, variant=sku.name,
        quantity=quantity, price_fen=sku.price_fen, platform_line_id=f"{order.platform_id}-{position}",
    )  # fmt: skip


def _leaves(paid_at: datetime, cut_off: time) -> datetime:
    """Paid before the cut-off leaves at the cut-off, later on the next day's."""
    day = clock.local(paid_at).date()
    leaves = clock.at_local(day, cut_off)
    return leaves if paid_at < leaves else leaves + timedelta(days=1)
