"""Each statement is one text, and every engine gives the same numbers for it, to the fen."""

from __future__ import annotations

import random
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.db.models import Sum

from dangban.backorders.models import Wait
from dangban.conversations.models import (
    Assignment,
    Closure,
    Conversation,
    Invitation,
    Rating,
    Requeue,
    Transfer,
    Turn,
)
from dangban.orders.models import Contact, FollowUp, Order
from dangban.performance.facts import build, clocks
from dangban.performance.facts.families import FAMILIES
from dangban.performance.measures import MEASURES, columns, statement
from dangban.performance.models import CaseFact, Nick, PersonDay
from dangban.performance.parquet import EXPORTED, export, opened
from dangban.performance.queries.values import run
from dangban.performance.tests.story import StoryCase
from dangban.performance.tests.test_facts import on
from dangban.shops.models import Sku
from dangban.stock.tests.goods import sku_of
from dangban.testing.cast import TODAY

FIRST = TODAY - timedelta(days=4)


class EnginesCase(StoryCase):
    rules = {
        "performance.sales_flag": 'is = "s"', "performance.void_flags": 'list = ["v"]', "performance.brushed_flags": 'list = ["b"]',
    }  # fmt: skip
    sku: Sku

    @classmethod
    def set_up_facts(cls) -> None:
        dice = random.Random(7)
        cls.sku = sku_of(cls.cast.shop, "SJT-180-BL")
        people = [cls.cast.lin, cls.cast.mei, cls.cast.ou]
        for place in range(60):
            day = FIRST + timedelta(days=dice.randrange(5))
            customer = cls.customer(f"c{place}")
            rounds = []
            begun = on("07:30", day) + timedelta(minutes=dice.randrange(900))
            for step in range(dice.randrange(1, 4)):
                asked = begun + timedelta(minutes=step * 20)
                waits = timedelta(seconds=dice.choice([7, 28, 95, 181, 4000]))
                rounds.append((asked, asked + waits if dice.random() < 0.85 else None))
            held = cls.talk(dice.choice(people), rounds, customer, stage=dice.choice(["presale", "presale", "aftersale"]), lines=dice.randrange(1, 9))
            if dice.random() < 0.5:
                asked_for = Invitation.objects.create(conversation=held, person=held.assignee, at=begun)
                Rating.objects.create(invitation=asked_for, stars=dice.randrange(1, 6), at=begun)
            if dice.random() < 0.7:
                paid = begun + timedelta(hours=dice.choice([1, 26])) if dice.random() < 0.8 else None
                cls.order(f"N{place}", customer, begun + timedelta(minutes=30), paid, dice.randrange(10, 900), refunded_fen=dice.choice([0, 0, 700]))
        cls._further(dice)
        build(FIRST, TODAY)
        cls._cases_and_work(dice)

    @classmethod
    def _further(cls, dice: random.Random) -> None:
        """What comes seldom: passed on, taken away, left messages, long talks, reminders, staff numbers, goods waited for."""
        talks = list(Conversation.objects.order_by("pk"))
        for place, held in enumerate(talks[:24]):
            to, day = (cls.cast.lin, cls.cast.mei)[place % 2], held.business_day
            Assignment.objects.create(conversation=held, person=to, how="transferred", started_at=held.opened_at, ended_at=held.ended_at, business_day=day)
            Transfer.objects.create(
                conversation=held, ordinal=1, from_person=cls.cast.ou, to_person=to, note="x", at=held.opened_at, business_day=day,
                state=("accepted", "returned", "withdrawn")[place % 3],
            )  # fmt: skip
            Requeue.objects.create(conversation=held, person=to, why=("silence", "left")[place % 2], at=held.opened_at, business_day=day)
            Turn.objects.filter(conversation=held, first=True).update(left_message=True, counted=False)
            Conversation.objects.filter(pk=held.pk).update(promised_at=held.opened_at + timedelta(minutes=dice.choice([1, 90])))
            Closure.objects.filter(conversation=held).update(served_ms=dice.randrange(7_200_000))
        Nick.objects.create(kind="number", name="08", person=cls.cast.mei, since=FIRST)
        for place, order in enumerate(Order.objects.order_by("pk")):
            if place % 2:
                Order.objects.filter(pk=order.pk).update(flag=("s", "v", "b")[place % 3], platform_remark="08")
            if order.paid_at is not None and place % 3 == 0:
                cls.talk(cls.cast.mei, [(order.paid_at - timedelta(minutes=5), order.paid_at - timedelta(minutes=4))], order.customer)
                kept = FollowUp.objects.create(order=order, shop=cls.cast.shop, placed_at=order.created_at, contacts=1)
                Contact.objects.create(
                    follow_up=kept, shop=cls.cast.shop, ordinal=1, person=cls.cast.lin, way="phone", reason="unknown", at=order.created_at,
                    paid_at=order.paid_at, paid_fen=order.paid_fen,
                )  # fmt: skip
            if place % 4 == 0:
                goods = Wait.objects.create(
                    shop=cls.cast.shop, customer=order.customer, sku=cls.sku, gets=cls.sku, quantity=1, wait_until=TODAY, registered_by=cls.cast.ou,
                    registered_at=order.created_at, business_day=FIRST, owner=cls.cast.ou,
                )  # fmt: skip
                Wait.objects.filter(pk=goods.pk).update(state="bought", bought=order, recovered_fen=dice.randrange(9_000))

    @classmethod
    def _cases_and_work(cls, dice: random.Random) -> None:
        """Rows that other rooms leave, written as they are: the statements only sum them."""
        for place in range(40):
            CaseFact.objects.create(
                case_id=place, day=FIRST + timedelta(days=place % 5), shop=cls.cast.shop, person=(cls.cast.mei, cls.cast.ou)[place % 2], answered_in_time=place % 2,
                solved_in_time=place % 3 % 2, refunded=place % 2, refund_seconds=dice.randrange(90_000), refunded_fen=dice.randrange(9_000), disputed=place % 5 % 2,
                lost=place % 7 % 2, saved_by=cls.cast.lin if place % 4 == 0 else None, saved_fen=dice.randrange(9_000),
            )  # fmt: skip
        for row in PersonDay.objects.filter(person_id__gt=0):
            for name in (*columns.CASES, *columns.SAVED, *columns.WORK):
                setattr(row, name, dice.randrange(9))
            row.save()

    def test_nothing_that_is_compared_is_empty(self) -> None:
        sums = PersonDay.objects.filter(person_id__gt=0).aggregate(**{name: Sum(name) for name in columns.COLUMNS})
        assert [name for name, amount in sums.items() if not amount] == []
        (since, until, values), *_rest = clocks.stretches(FIRST, TODAY)
        for family in FAMILIES:
            for row in (run(family.text(since, until, values, of_shops=False)), run(family.text(since, until, values, of_shops=True))):
                assert row, family.columns
                assert [name for place, name in enumerate(family.columns, 3) if not any(one[place] for one in row)] == []

    def test_every_figure_and_every_sum_is_the_same_everywhere(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            counts = export(Path(folder), FIRST, TODAY)
            assert counts["conversations_turn"] > 60
            engine = opened(Path(folder))
            texts = {code: statement(one, FIRST, TODAY) for code, one in MEASURES.items() if one.columns}
            for since, until, values in clocks.stretches(FIRST, TODAY):
                for place, family in enumerate(FAMILIES):
                    for shops in (False, True):
                        texts[f"family {place} {shops} {since}"] = family.text(since, until, values, of_shops=shops)
            for name, text in texts.items():
                assert self.numbers(run(text)) == self.numbers(engine.execute(text).fetchall()), name

    def test_no_words_of_customers_leave(self) -> None:
        leaving = {column for one in EXPORTED for column in one.columns}
        assert not leaving & {"body", "payload", "text", "name", "phone", "address", "receiver", "note", "author_name"}

    def numbers(self, rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        def plain(cell: Any) -> Any:
            if cell is None:
                return None
            return str(cell)[:10] if isinstance(cell, (date, str)) else int(cell)

        return sorted([tuple(plain(cell) for cell in row) for row in rows], key=str)
