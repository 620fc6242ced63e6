"""Talks and orders as the rooms leave them, for the tests of figures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from dangban.chat.models import Message, Thread
from dangban.conversations.models import Assignment, Closure, Conversation, Reception, Turn
from dangban.customers.models import Customer
from dangban.handbook.loader import preset
from dangban.lib import clock
from dangban.orders.models import Order
from dangban.people.models import Person, Shop
from dangban.testing import pages
from dangban.testing.handbooks import adopt_with

# When somebody asked, and when they were answered.
Round = tuple[datetime, datetime | None]


class StoryCase(pages.CastCase):
    """The cast with the default handbook, and hands to write down what happened."""

    rules: dict[str, str] = {}

    @classmethod
    def set_up_story(cls) -> None:
        assert preset("default")
        adopt_with(cls.rules)
        cls.set_up_facts()

    @classmethod
    def set_up_facts(cls) -> None:
        """What the class's tests count."""

    @classmethod
    def customer(cls, name: str, shop: Shop | None = None) -> Customer:
        return cls.cast.customer(name, name, shop or cls.cast.shop)

    @classmethod
    def talk(
        cls, person: Person, rounds: Sequence[Round], customer: Customer, *, shop: Shop | None = None, stage: str = "presale", lines: int = 4
    ) -> Conversation:
        """One session of one person with its questions, as the projector would have left it."""
        shop = shop or cls.cast.shop
        begun = rounds[0][0]
        day = clock.business_day(begun)
        thread = Thread.objects.create(shop=shop, customer=customer, channel="platform", public_id=f"t{Thread.objects.count()}", created_at=begun)
        held = Conversation.objects.create(
            thread=thread, shop=shop, customer=customer, team=cls.cast.team, state="ended", stage=stage, assignee=person, opened_at=begun,
            business_day=day, first_seq=1, last_seq=len(rounds) * 2, last_at=begun, assigned_at=begun, ended_at=begun + timedelta(hours=1),
        )  # fmt: skip
        Assignment.objects.create(
            conversation=held, person=person, team=cls.cast.team, how="routed", started_at=begun, ended_at=held.ended_at, waited_ms=0, business_day=day
        )
        for place, (asked, answered) in enumerate(rounds):
            cls._round(held, place, person, asked, answered)
        if any(answered for _asked, answered in rounds):
            Reception.objects.create(
                conversation=held, person=person, shop=shop, customer=customer, business_day=day, lines=lines, characters=lines * 10, mutual=True
            )
        Closure.objects.create(conversation=held, how="resolved", by=person, at=held.ended_at, business_day=day, served_ms=600_000)
        return held

    @classmethod
    def _round(cls, held: Conversation, place: int, person: Person, asked: datetime, answered: datetime | None) -> None:
        seq = place * 2 + 1
        Message.objects.create(thread=held.thread, seq=seq, author="customer", author_id=held.customer_id, author_name="c", client_id=f"c{seq}", body="?", at=asked)
        if answered is not None:
            Message.objects.create(thread=held.thread, seq=seq + 1, author="agent", author_id=person.pk, author_name="a", client_id=f"a{seq}", body="!", at=answered)
        local = clock.local(asked)
        Turn.objects.create(
            conversation=held, shop=held.shop, customer=held.customer, team=held.team, owner=person,
            answered_by=person if answered else None, first=place == 0, opened_seq=seq, opened_at=asked,
            business_day=clock.business_day(asked), minute=local.hour * 60 + local.minute, answered_seq=seq + 1 if answered else None,
            answered_at=answered, milliseconds=int((answered - asked).total_seconds() * 1000) if answered else None,
            same_day=answered is not None and clock.business_day(answered) == clock.business_day(asked),
            abandoned_at=None if answered else asked + timedelta(hours=1),
        )  # fmt: skip

    @classmethod
    def order(cls, number: str, customer: Customer | None, placed: datetime, paid: datetime | None, yuan: int = 100, **more: Any) -> Order:
        fields = {
            "shop": cls.cast.shop, "status": "paid" if paid else "unpaid", "total_fen": yuan * 100, "paid_fen": yuan * 100 if paid else 0,
            "quantity": 2, "business_day": clock.business_day(placed), "imported_at": placed,
        } | more  # fmt: skip
        return Order.objects.create(platform_id=number, customer=customer, created_at=placed, paid_at=paid, **fields)
