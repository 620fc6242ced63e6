"""What happens on the back-order register on a day of open pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from dangban.backorders import actions, jobs
from dangban.backorders.actions import Chosen, Said, Wish
from dangban.backorders.models import Shortfall, Wait
from dangban.chat.models import Thread
from dangban.lib import clock
from dangban.orders.models import Order
from dangban.shops.models import Sku
from dangban.testing.cast import Cast


def keep_register(cast: Cast, thread: Thread, goods: Sku) -> tuple[Wait, Shortfall]:
    """Somebody who waits, and an order that lacks goods, on pages that people have open."""
    Sku.objects.create(product=goods.product, shop=goods.shop, code="SJT-180-GR", name="浅灰 1.8 米")
    assert thread.customer is not None
    wait = actions.register(thread.customer, Wish(goods, 2), by=cast.lin, thread_id=thread.pk)
    order = Order.objects.filter(customer=thread.customer, shop=goods.shop, status="paid").earliest("pk")
    order.lines.update(sku=goods)
    return wait, actions.report_short(order, goods, by=cast.ou)


class WaitingActs:
    """Mixed into the story of a department at work."""

    cast: Cast
    chance: Random
    now: datetime
    goods: Sku
    one: Callable[[Any], Any]

    def do_register_wait(self) -> None:
        thread = self.one(Thread.objects.filter(shop=self.goods.shop))
        actions.register(thread.customer, Wish(self._some_goods(), self.chance.randint(1, 4)), by=self._agent(), thread_id=thread.pk)

    def do_contact_who_waits(self) -> None:
        wait = self.one(Wait.objects.filter(state__in=Wait.HELD))
        actions.contact(wait, Said("phone", answered=self.chance.random() < 0.5, text="没人接"), by=self._agent())

    def do_take_fewer(self) -> None:
        wait = self.one(Wait.objects.filter(state__in=Wait.OPEN, quantity__gt=1))
        actions.take_fewer(wait, wait.quantity - 1, by=self._agent())

    def do_take_other_goods(self) -> None:
        actions.accept_substitute(self.one(Wait.objects.filter(state__in=Wait.OPEN)), self._some_goods(), by=self._agent())

    def do_wait_longer(self) -> None:
        until = clock.business_day(self.now) + timedelta(days=self.chance.randint(1, 9))
        actions.wait_longer(self.one(Wait.objects.filter(state__in=Wait.OPEN)), until, by=self._agent())

    def do_hand_on_wait(self) -> None:
        actions.hand_on(self.one(Wait.objects.filter(state__in=Wait.OPEN)), self._agent(), by=self.cast.zhou)

    def do_withdraw_wait(self) -> None:
        if self.chance.random() < 0.3:
            actions.withdraw(self.one(Wait.objects.filter(state__in=Wait.OPEN)), by=self._agent(), why="别处买了")

    def do_report_short(self) -> None:
        actions.report_short(self.one(Order.objects.filter(lines__sku=self.goods)), self.goods, by=self.cast.ou)

    def do_know_short(self) -> None:
        actions.know(self.one(Shortfall.objects.filter(known_at=None)), by=self._agent())

    def do_choose_for_short(self) -> None:
        choice = self.chance.choice(("wait", "compensation"))
        until = clock.business_day(self.now) + timedelta(days=2)
        actions.choose(self.one(Shortfall.objects.filter(over_at=None)), Chosen(choice, until=until), by=self._agent())

    def do_look_at_the_register(self) -> None:
        jobs.sweep(self.now)

    def _agent(self) -> Any:
        return self.chance.choice((self.cast.lin, self.cast.mei, self.cast.zhou))

    def _some_goods(self) -> Sku:
        found: Sku = self.one(Sku.objects.filter(product=self.goods.product))
        return found
