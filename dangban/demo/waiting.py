"""Who waits for goods in the demonstration: some for days, some whose goods have come this morning."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from dangban.backorders import actions
from dangban.backorders.actions import Wish
from dangban.backorders.models import Wait
from dangban.customers.models import CustomerShop
from dangban.lib import clock
from dangban.lib.errors import Said
from dangban.orders.models import Order
from dangban.people.access import people_who_may
from dangban.people.models import Person
from dangban.shops.models import Sku
from dangban.stock import actions as stock
from dangban.stock.models import Level, Zone

_NOTES = ("换季要用，月底前到就行", "送人，颜色不能换", "", "说好到货打电话", "")


class Waiting:
    def __init__(self, random: Random, people: Mapping[str, Person], now: datetime) -> None:
        self.random, self.now = random, now
        self.keeper = people["ding"]

    def act(self) -> None:
        """After the warehouse is filled: what is out there is what customers wait for."""
        out = [level.sku for level in Level.objects.filter(good__lte=0).select_related("sku__product", "sku__shop").order_by("pk")]
        registered = [wait for sku in out[:4] for wait in self._wait_for(sku)]
        if registered:
            self._arrive(registered[0].gets)
            self._lack(registered[-1].gets)

    def _wait_for(self, sku: Sku) -> list[Wait]:
        known = CustomerShop.objects.filter(shop=sku.shop_id).select_related("customer").order_by("-pk")[:200]
        who = self.random.sample([one.customer for one in known], 3) if len(known) >= 3 else []
        agents = list(people_who_may("backorders.register", sku.shop_id).filter(level__in=("junior", "mid")).order_by("pk"))
        made = []
        for number, customer in enumerate(who):
            at = self.now - timedelta(days=self.random.randrange(1, 9), minutes=self.random.randrange(500))
            wish = Wish(sku, self.random.choice((1, 1, 2)), takes_other=number == 1, note=_NOTES[(number + sku.pk) % len(_NOTES)])
            with contextlib.suppress(Said), clock.frozen(at):
                made.append(actions.register(customer, wish, by=self.random.choice(agents), at=at))
        return made

    def _arrive(self, sku: Sku) -> None:
        """Enough for the first two came this morning."""
        zone = Zone.objects.filter(warehouse__code="main", status=Zone.Status.GOOD).first()
        if zone is None:
            return
        came = self.now - timedelta(hours=1)
        with clock.frozen(came):
            stock.receive(sku, zone, 3, by=self.keeper, key="demo:waited-for", reference="CG-1121")
            actions.tell_due(came)

    def _lack(self, sku: Sku) -> None:
        """One paid order can't be sent either."""
        order = Order.objects.filter(lines__sku=sku, status=Order.Status.PAID).order_by("pk").first()
        desk = people_who_may("orders.settle", sku.shop_id).filter(pk__in=people_who_may("orders.flag", sku.shop_id)).order_by("pk").first()
        if order is not None and desk is not None:
            with contextlib.suppress(Said), clock.frozen(self.now - timedelta(minutes=50)):
                actions.report_short(order, sku, by=desk)
