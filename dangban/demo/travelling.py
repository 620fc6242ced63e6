"""Parcels of the demonstration: those of these days on their way, one stuck, one refused, one urgent order."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from dangban.lib.actor import SYSTEM
from dangban.orders import exceptions, parcels
from dangban.orders.models import Order, Parcel
from dangban.tracking import following, noting, trouble
from dangban.tracking.connectors import Node
from dangban.tracking.models import Step
from dangban.tracking.rules import states

_MOST = 40
_WAY = (
    (2, "商家已发货，快件已被揽收", "杭州市"),
    (9, "快件离开【杭州转运中心】，已发往【上海转运中心】", "杭州市"),
    (20, "快件到达【上海转运中心】", "上海市"),
    (28, "快件到达派件网点，快递员正在派送", "上海市"),
    (32, "已签收，签收人：本人", "上海市"),
)
_STUCK = (30, "收件人电话无人接听，联系不上，已留仓", "上海市")
_REFUSED = (31, "收件人拒收，等待发件人确认", "上海市")


class Travelling:
    def __init__(self, random: Random, now: datetime) -> None:
        self.random, self.now = random, now

    def act(self) -> None:
        sent = Order.objects.filter(status=Order.Status.SENT, dispatched_at__gte=self.now - timedelta(days=6))
        known = list(sent.select_related("shop").order_by("-dispatched_at", "pk"))
        # Some of each day, so that each stands at another point of its way.
        for number, order in enumerate(known[:: max(1, len(known) // _MOST)][:_MOST]):
            parcel = self._parcel(order, number)
            way = self._way(number, self.now - parcel.sent_at)
            steps = [Node(parcel.sent_at + timedelta(hours=after), text, states.of_words(text), place=place) for after, text, place in way]
            with transaction.atomic():
                noting.note(parcel, [one for one in steps if one.at <= self.now], Step.Source.FILE, by=SYSTEM, at=self.now)
        trouble.find_stalled(self.now)
        self._urgent()

    def _parcel(self, order: Order, number: int) -> Parcel:
        known = order.parcels.order_by("pk").first()
        if known is None:
            at = order.dispatched_at or self.now
            with transaction.atomic():
                known = parcels.note(order, order.courier or "圆通速递", order.tracking_number or f"YT88{number:08d}", at=at)
        following.follow([known], self.now)
        return known

    def _way(self, number: int, since: timedelta) -> list[tuple[int, str, str]]:
        if since > timedelta(hours=40) and number % 6 == 1:
            return [*_WAY[:4], _STUCK]
        if since > timedelta(hours=40) and number % 6 == 3:
            return [*_WAY[:4], _REFUSED]
        if since > timedelta(days=4) and number % 6 == 5:
            # Left one hub and never came to the next.
            return list(_WAY[:2])
        # Most arrive in a day and a half; some still have a stretch to go.
        return list(_WAY[: self.random.choice((2, 3, 4, 4, 5))])

    def _urgent(self) -> None:
        order = Order.objects.filter(status__in=(Order.Status.SENT, Order.Status.SIGNED)).order_by("-created_at", "pk").first()
        if order is not None:
            exceptions.open_exception(
                order, "urgent", by=SYSTEM, at=self.now - timedelta(minutes=25), reason="wrong_goods", note="顾客反馈少了一只枕套，已要照片"
            )
