"""Unpaid orders of the demonstration: what was contacted and paid these two weeks, and what waits today."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from random import Random

from django.db.models import F

from dangban.knowledge.models import Script
from dangban.lib.errors import Said
from dangban.orders.models import Contact, FollowUp, Order
from dangban.orders.unpaid import contacts, following
from dangban.people.models import Person

_PAST = 60
_REASONS = ("hesitating", "comparing", "cannot_pay", "friend_pays", "unknown")
_TODAY = (
    ("hesitating", "顾客说晚上再决定", 3),
    ("comparing", "在比价，已说明包邮和退换", 5),
    ("friend_pays", "要发代付链接给家人", 2),
)


class Unpaid:
    def __init__(self, random: Random, now: datetime) -> None:
        self.random, self.now = random, now

    def act(self) -> None:
        self._past()
        following.sweep(self.now)
        waiting = FollowUp.objects.filter(ended_at=None, contacts=0).select_related("order").order_by("placed_at")
        for one, (reason, words, hours) in zip(waiting[: len(_TODAY)], _TODAY, strict=False):
            said = contacts.Said("platform", reason, words, next_at=self.now + timedelta(hours=hours))
            by = one.owner or self._somebody(one.shop_id)
            # In the night nobody is contacted here either.
            with contextlib.suppress(Said):
                if by is not None:
                    contacts.contact(one, said, by=by, at=self.now - timedelta(minutes=20 - hours))

    def _past(self) -> None:
        """Orders of these two weeks that were contacted, most of them paid soon after."""
        since = self.now - timedelta(days=14)
        slow = Order.objects.filter(created_at__gte=since, paid_at__gte=F("created_at") + timedelta(minutes=30))
        closed = Order.objects.filter(created_at__gte=since, status=Order.Status.CLOSED, paid_at=None)
        found = [*slow.order_by("pk")[: _PAST * 2 // 3], *closed.order_by("pk")[: _PAST // 3]]
        scripts = list(Script.objects.filter(stage=Script.Stage.PAYMENT, retired_at=None).order_by("pk"))
        for order in found:
            self._contacted(order, self.random.choice(scripts) if scripts else None)

    def _contacted(self, order: Order, script: Script | None) -> None:
        by = self._somebody(order.shop_id)
        if by is None:
            return
        paid = order.paid_at is not None
        at = order.created_at + timedelta(minutes=15)
        ended = order.paid_at or order.created_at + timedelta(hours=24)
        one = FollowUp.objects.create(
            order=order, shop_id=order.shop_id, placed_at=order.created_at, owner=by, contacts=1, last_contact_at=at,
            called_at=at, ended_at=ended, outcome="paid" if paid else "closed",
        )  # fmt: skip
        Contact.objects.create(
            follow_up=one, shop_id=order.shop_id, ordinal=1, person=by, way="platform", reason=self.random.choice(_REASONS),
            script_id=script.pk if script else None, script_title=script.title if script else "", at=at,
            paid_at=order.paid_at, paid_fen=order.paid_fen,
        )  # fmt: skip

    def _somebody(self, shop_id: int) -> Person | None:
        may = [one for one in following.people_for(shop_id) if one.level not in following.LEADS]
        return self.random.choice(may) if may else None
