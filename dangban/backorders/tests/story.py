"""Customers of the cast who wait for goods that its warehouse does not have."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from dangban.backorders import actions, jobs
from dangban.backorders.actions import Wish
from dangban.backorders.models import Wait
from dangban.chat import actions as chat
from dangban.chat.models import Message, Thread
from dangban.customers.models import Customer
from dangban.desk.models import Deadline, Notice
from dangban.journal.models import Entry
from dangban.orders import events
from dangban.orders.models import Order
from dangban.shops.models import Sku
from dangban.stock.models import Reservation
from dangban.stock.tests.goods import Goods
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY
from dangban.workforce.models import DutyPeriod

WEEK = TODAY + timedelta(days=7)


class Waiting:
    """What tests of the register do again and again."""

    def __init__(self, cast: Any) -> None:
        self.cast = cast
        self.goods = Goods(cast)
        self.blue, self.grey = self.goods.blue, self.goods.grey

    def customer(self, name: str) -> Customer:
        return self.cast.customer(name, name, self.cast.shop)

    def thread(self, customer: Customer) -> Thread:
        return chat.open_thread(self.cast.shop, customer=customer)

    def on_duty(self) -> None:
        for person in (self.cast.lin, self.cast.mei):
            DutyPeriod.objects.create(
                person=person, team=self.cast.team, day=TODAY, name="早班", starts_at=NOW - timedelta(hours=2), ends_at=NOW + timedelta(hours=8)
            )

    def wait(self, customer: Customer | None = None, quantity: int = 1, sku: Sku | None = None, until: date | None = WEEK, at: datetime = NOW, **given: Any) -> Wait:
        wish = Wish(sku or self.blue, quantity, until=until, **{k: given.pop(k) for k in ("other", "takes_other", "note") if k in given})
        return actions.register(customer or self.cast.fang, wish, by=given.pop("by", self.cast.lin), at=at, **given)

    def says(self, thread: Thread, text: str, at: datetime) -> None:
        from django.db import transaction

        with transaction.atomic():
            chat.post(thread, author=Message.Author.CUSTOMER, author_id=thread.customer_id or 0, author_name="顾客", body=text, at=at)

    def order(self, customer: Customer, sku: Sku, quantity: int = 1, *, at: datetime, status: str = "paid", number: str = "8899", price_fen: int | None = 19_900) -> Order:
        order = Order.objects.create(
            shop=sku.shop, platform_id=number, number_tail=number[-6:], customer=customer, status=status, quantity=quantity,
            total_fen=19_900 * quantity, paid_fen=19_900 * quantity if status != "unpaid" else 0, created_at=at,
            paid_at=at if status != "unpaid" else None, business_day=TODAY, imported_at=at,
        )  # fmt: skip
        order.lines.create(position=1, title=sku.product.title, sku=sku, sku_code=sku.code, quantity=quantity, price_fen=price_fen)
        self.came(order, at)
        return order

    def came(self, order: Order, at: datetime) -> None:
        from django.db import transaction

        with transaction.atomic():
            events.came([order], at)

    def sweep(self, at: datetime) -> None:
        jobs.sweep(at)


class WaitingCase(pages.CastCase):
    story: ClassVar[Waiting]

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        cls.story = Waiting(cls.cast)

    def held(self, wait: Wait) -> tuple[str, int]:
        wait.refresh_from_db()
        return wait.state, wait.ready

    def promised(self, wait: Wait) -> list[tuple[str, int, int]]:
        """Code, wanted and held of what the stock has promised to a wait."""
        rows = Reservation.objects.filter(subject_kind="backorders.wait", subject_id=wait.pk, outcome="")
        return list(rows.values_list("sku__code", "wanted", "held"))

    def lines(self, thread: Thread) -> list[str]:
        return list(Message.objects.filter(thread=thread, author="auto").order_by("seq").values_list("body", flat=True))

    def clock_of(self, wait: Wait) -> Deadline | None:
        return Deadline.objects.filter(subject_kind="backorders.wait", subject_id=wait.pk).order_by("-pk").first()

    def heard(self, person: Any) -> list[str]:
        return list(Notice.objects.filter(person=person).order_by("pk").values_list("title", flat=True))

    def verbs(self, wait: Wait) -> list[str]:
        rows = Entry.objects.filter(subject_kind="backorders.wait", subject_id=wait.pk, verb__startswith="backorders.").order_by("pk")
        return [verb.removeprefix("backorders.") for verb in rows.values_list("verb", flat=True)]
