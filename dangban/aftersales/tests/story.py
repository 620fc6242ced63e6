"""An order of the cast that was signed for, and a case about it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from dangban.aftersales import actions
from dangban.aftersales.models import Case
from dangban.customers.models import Customer
from dangban.desk.models import Deadline
from dangban.journal.models import Entry
from dangban.orders.models import Order, OrderLine
from dangban.shops.models import Sku
from dangban.stock.tests.goods import Goods
from dangban.testing import pages
from dangban.testing.cast import NOW

SIGNED = NOW - timedelta(days=2)


class Returning:
    """What tests of after-sales do again and again."""

    def __init__(self, cast: Any) -> None:
        self.cast = cast
        self.goods = Goods(cast)
        self.blue, self.grey = self.goods.blue, self.goods.grey

    def order(self, *skus: Sku, number: str = "8899", quantity: int = 1, signed_at: datetime | None = SIGNED, customer: Customer | None = None, paid_fen: int = 19_900) -> Order:
        """Paid, sent and (by default two days ago) signed for; each line at `paid_fen` a piece."""
        skus = skus or (self.blue,)
        placed = NOW - timedelta(days=6)
        order = Order.objects.create(
            shop=skus[0].shop, platform_id=number, number_tail=number[-6:], customer=customer or self.cast.fang,
            status="signed" if signed_at else "sent", quantity=quantity * len(skus), total_fen=paid_fen * quantity * len(skus),
            paid_fen=paid_fen * quantity * len(skus), created_at=placed, paid_at=placed, dispatched_at=placed + timedelta(days=1),
            signed_at=signed_at, business_day=placed.date(), imported_at=placed, receiver="方静", phone="13800001234", phone_tail="1234",
            province="浙江", city="杭州", address="文三路 1 号", courier="中通", tracking_number=f"ZT{number}",
        )  # fmt: skip
        for position, sku in enumerate(skus, 1):
            OrderLine.objects.create(
                order=order, position=position, title=sku.product.title, sku=sku, sku_code=sku.code, quantity=quantity, price_fen=paid_fen
            )
        return order

    def case(self, kind: str = "return", reason: str = "quality", *, order: Order | None = None, at: datetime = NOW, by: Any = None, **given: Any) -> Case:
        order = order or self.order()
        lines = [actions.Wanted(line, line.quantity, (line.price_fen or 0) * line.quantity) for line in order.lines.all()]
        return actions.open_case(order.shop, kind, reason, by=by or self.cast.mei, source="order", order=order, lines=lines, at=at, **given)

    def move(self, case: Case, act: str, to: str, *, by: Any = None, at: datetime = NOW) -> Case:
        from django.db import transaction

        with transaction.atomic():
            return actions.move(actions.locked(case.pk), act, to, by=by or self.cast.mei, at=at)


class ReturningCase(pages.CastCase):
    story: ClassVar[Returning]

    @classmethod
    def set_up_story(cls) -> None:
        cls.story = Returning(cls.cast)

    def clock_of(self, case: Case) -> Deadline | None:
        return Deadline.objects.filter(subject_kind="aftersales.case", subject_id=case.pk, met_at=None, cancelled_at=None).exclude(kind="aftersales.solve").first()

    def verbs(self, case: Case) -> list[str]:
        return list(Entry.objects.filter(subject_kind="aftersales.case", subject_id=case.pk).order_by("pk").values_list("verb", flat=True))
