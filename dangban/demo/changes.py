"""Changes and discounts of the demonstration: what is under way, what waits for an answer, what was given."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta

from dangban.desk import actions as desk
from dangban.lib.errors import Said
from dangban.orders.changing import asking, steps
from dangban.orders.changing.asking import Asked
from dangban.orders.models import ChangeRequest, Order, PriceOffer
from dangban.orders.pricing import actions as pricing
from dangban.orders.pricing.actions import Ask
from dangban.orders.unpaid import following
from dangban.people.access import people_who_may
from dangban.people.models import Person

_STREETS = ("文三路 188 号 3 幢 602", "中山北路 77 号", "滨江花园 5 幢 1101")


class Changes:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def act(self) -> None:
        # What the rules refuse on some days is left out: a department has such days, too.
        for what in (self._redirected, self._other_address, self._withdrawn, self._given, self._asked):
            with contextlib.suppress(Said):
                what()

    def _redirected(self) -> None:
        """A parcel under way is to be stopped: a step of the order desk."""
        order = self._one(status=Order.Status.SENT)
        if order is not None:
            self._ask(order, "address", {"address": f"浙江省杭州市西湖区{_STREETS[0]}"}, minutes=12)

    def _other_address(self) -> None:
        """Changed here; the agent has still to change it on the platform."""
        order = self._one(status=Order.Status.PAID)
        if order is not None:
            self._ask(order, "address", {"address": f"江苏省南京市鼓楼区{_STREETS[1]}"}, minutes=8)

    def _withdrawn(self) -> None:
        """Paid, not wanted any more: half of its steps are done."""
        order = self._one(status=Order.Status.PAID)
        request = self._ask(order, "cancel", {"note": "拍错颜色，重新拍"}, minutes=25) if order is not None else None
        if request is not None and request.follower is not None:
            step = request.steps.order_by("position")[0]
            steps.tick(step, by=request.follower, note="顾客已申请退款", at=self.now - timedelta(minutes=15))

    def _given(self) -> None:
        """Within the agent's own limit."""
        order = self._one(status=Order.Status.UNPAID)
        by = self._agent(order)
        if order is not None and by is not None:
            pricing.discount(order, Ask(off_fen=300, reason="老顾客第三次来"), by=by, at=self.now - timedelta(minutes=40))

    def _asked(self) -> None:
        """Granted by the leader some time ago; and one that waits for the answer just now."""
        order = self._one(status=Order.Status.UNPAID)
        by = self._agent(order)
        if order is not None and by is not None:
            made = pricing.discount(order, Ask(freight_free=True, off_fen=1200, reason="两件一起拍"), by=by, at=self.now - timedelta(minutes=70))
            above = [one for one in people_who_may("orders.discount", order.shop_id).order_by("pk") if one.pk != by.pk]
            if made.approval is not None and above:
                desk.settle_approval(made.approval, True, by=above[0], answer="可以，到此为止", at=self.now - timedelta(minutes=66))
        order = self._one(status=Order.Status.UNPAID)
        by = self._agent(order)
        if order is not None and by is not None:
            off = min(2000, max(400, order.total_fen // 8))
            pricing.discount(order, Ask(off_fen=off, reason="同款别家更便宜，顾客在等"), by=by, at=self.now)

    def _ask(self, order: Order, field: str, typed: dict[str, str], *, minutes: int) -> ChangeRequest | None:
        by = self._agent(order)
        if by is None:
            return None
        return asking.ask(order, Asked(field, typed), by=by, at=self.now - timedelta(minutes=minutes))

    def _one(self, **state: str) -> Order | None:
        """The newest of them that nobody has touched yet."""
        taken = [*ChangeRequest.objects.values_list("order", flat=True), *PriceOffer.objects.exclude(order=None).values_list("order", flat=True)]
        found = Order.objects.filter(**state, refund="none", customer__isnull=False, total_fen__gt=3000, lines__isnull=False)
        return found.exclude(pk__in=taken).order_by("-created_at", "-pk").first()

    def _agent(self, order: Order | None) -> Person | None:
        may = following.people_for(order.shop_id) if order is not None else []
        return next((one for one in may if one.level not in following.LEADS), None)
