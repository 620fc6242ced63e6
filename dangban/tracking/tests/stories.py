"""Parcels that several tests of this room begin with."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from dangban.lib.actor import SYSTEM
from dangban.orders.models import Order, Parcel
from dangban.orders.tests.stories import OrderCase
from dangban.testing.cast import NOW, at
from dangban.tracking import following, noting
from dangban.tracking.connectors import Node
from dangban.tracking.models import Step, Track
from dangban.tracking.rules import states

WORDS = {
    "picked": "快件已被揽收", "moving": "离开【杭州转运中心】", "delivering": "快递员正在派送", "signed": "已签收", "problem": "疑难件",
    "returning": "退回途中", "refused": "客户拒收", "undeliverable": "联系不上收件人",
}  # fmt: skip


class ParcelCase(OrderCase):
    """Fang's order has left with one parcel yesterday evening."""

    def setUp(self) -> None:
        super().setUp()
        self.sent = self.order(status="sent", dispatched_at=at("11-18 18:00"), paid_at=at("11-18 9:00"))
        self.parcel = self.carry("YT1001")

    def carry(self, number: str, order: Order | None = None, sent: str = "11-18 18:00") -> Parcel:
        order = order or self.sent
        parcel = Parcel.objects.create(order=order, shop=order.shop, courier="圆通速递", number=number, sent_at=at(sent))
        following.follow([parcel], NOW)
        return parcel

    def says(self, state: str, when: str, parcel: Parcel | None = None, text: str = "", now: str = "") -> list[Step]:
        words = text or WORDS[state]
        node = Node(at(when), words, states.of_words(words))
        with transaction.atomic():
            return noting.note(parcel or self.parcel, [node], "kuaidi100", by=SYSTEM, at=at(now or when))

    def track(self, parcel: Parcel | None = None) -> Track:
        return Track.objects.get(pk=(parcel or self.parcel).pk)

    def kinds(self, **given: Any) -> list[str]:
        rows = self.sent.exceptions.filter(settled_at=None, **given)
        return sorted(rows.values_list("kind", flat=True))
