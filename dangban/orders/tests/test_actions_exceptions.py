"""Exceptions: who owns one and by when, what a promise does, who may settle it, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from dangban.chat import actions as chat
from dangban.chat.models import Message
from dangban.desk.actions import delegate
from dangban.desk.models import Deadline, Task
from dangban.journal.models import Entry
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, NotAllowed
from dangban.orders import exceptions
from dangban.orders.models import FollowUp, OrderException, Parcel
from dangban.orders.tests.stories import OrderCase
from dangban.testing.cast import NOW, TODAY, at
from dangban.workforce.models import DutyPeriod


class ExceptionCase(OrderCase):
    def setUp(self) -> None:
        super().setUp()
        self.paid = self.order()

    def opened(self, kind: str = "urgent", **given: Any) -> OrderException:
        return exceptions.open_exception(self.paid, kind, **({"by": SYSTEM, "at": NOW} | given))

    def deadline(self) -> Deadline:
        return Deadline.objects.get(kind="orders.exception", cancelled_at=None)


class Opening(ExceptionCase):
    def test_gives_it_an_owner_and_the_time_of_the_rule(self):
        DutyPeriod.objects.create(
            person=self.cast.ou, team=self.cast.team, day=TODAY, name="白班", starts_at=at("8:00"), ends_at=at("16:00")
        )
        made = self.opened("late", reason="out_of_stock")
        assert (made.owner, made.due_at, made.reason) == (self.cast.ou, at("11-20 10:00"), "out_of_stock")
        assert [reason["path"] for reason in made.because] == ["orders.exception_within"]
        clock = self.deadline()
        assert (clock.owner, clock.due_at, clock.label) == (self.cast.ou, made.due_at, "未按时发货 2209000000000000009")

    def test_urgent_ones_have_two_hours(self):
        assert self.opened(reason="complaint").due_at == at("12:00")

    def test_who_followed_the_order_before_owns_it(self):
        FollowUp.objects.create(order=self.paid, shop=self.cast.shop, placed_at=NOW, owner=self.cast.mei)
        assert self.opened().owner == self.cast.mei

    def test_again_while_it_is_open_changes_nothing(self):
        made = self.opened(note="少了一个枕套")
        assert self.opened(note="另一句", owner=self.cast.mei) == made
        assert OrderException.objects.get().note == "少了一个枕套"
        assert Entry.objects.filter(verb="orders.exception_opened").count() == 1

    def test_two_parcels_of_an_order_have_one_each(self):
        parcels = [Parcel.objects.create(order=self.paid, shop=self.cast.shop, courier="圆通", number=n, sent_at=NOW) for n in "12"]
        for parcel in parcels:
            self.opened("late", parcel=parcel)
            self.opened("late", parcel=parcel)
        self.opened("late")
        assert OrderException.objects.count() == 3

    def test_by_somebody_of_another_shop_is_refused(self):
        with pytest.raises(NotAllowed):
            self.opened(by=self.cast.hu)
        assert not OrderException.objects.exists()

    def test_for_an_owner_who_does_not_serve_the_shop_is_refused(self):
        with pytest.raises(BadInput):
            self.opened(owner=self.cast.hu)
        assert not OrderException.objects.exists()


class APromise(ExceptionCase):
    def promise(self, made: OrderException, **given: Any) -> OrderException:
        words = {"by": self.cast.lin, "text": "亲，明天上午补发", "at": at("10:30")}
        return exceptions.promise(made, at("11-20 12:00"), **(words | given))

    def test_is_told_in_the_chat_and_moves_the_deadline(self):
        thread = chat.open_thread(self.cast.shop, customer=self.cast.fang)
        held = self.promise(self.opened())
        line = Message.objects.get(thread=thread)
        assert (line.body, line.author) == ("亲，明天上午补发", "agent")
        assert (held.promised_for, held.due_at, held.told_at) == (at("11-20 12:00"), at("11-20 12:00"), at("10:30"))
        assert self.deadline().due_at == at("11-20 12:00")

    def test_is_a_task_for_the_owner_where_there_is_no_chat(self):
        held = self.promise(self.opened(owner=self.cast.mei))
        task = Task.objects.get()
        assert (task.owner, task.body) == (self.cast.mei, "亲，明天上午补发")
        assert held.told_at is None

    def test_is_not_said_in_the_night(self):
        chat.open_thread(self.cast.shop, customer=self.cast.fang)
        self.promise(self.opened(), at=at("11-20 1:00"), by=SYSTEM)
        assert not Message.objects.exists()
        assert Task.objects.get().body == "亲，明天上午补发"

    def test_for_a_time_gone_by_is_refused_and_nothing_is_said(self):
        made = self.opened()
        with pytest.raises(BadInput):
            exceptions.promise(made, at("9:00"), by=self.cast.lin, text="好", at=NOW)
        made.refresh_from_db()
        assert (made.promised_for, made.version) == (None, 1)

    def test_of_the_slower_of_two_is_a_conflict(self):
        made = self.opened()
        self.promise(made, seen=1)
        with pytest.raises(Conflict):
            self.promise(made, seen=1, by=self.cast.mei, text="下周")
        assert Task.objects.count() == 1


class GivingItOn(ExceptionCase):
    def test_takes_the_clock_along(self):
        made = self.opened(owner=self.cast.lin)
        exceptions.reassign(made, self.cast.mei, by=self.cast.lin, at=NOW)
        made.refresh_from_db()
        assert (made.owner, self.deadline().owner) == (self.cast.mei, self.cast.mei)
        assert Entry.objects.get(verb="orders.exception_reassigned").actor_name == "林小雨"

    def test_in_the_inbox_takes_the_exception_along(self):
        made = self.opened(owner=self.cast.lin)
        delegate(f"deadline:{self.deadline().pk}", self.cast.mei, by=self.cast.lin, at=NOW)
        made.refresh_from_db()
        assert made.owner == self.cast.mei

    def test_of_somebody_elses_takes_a_leader(self):
        made = self.opened(owner=self.cast.lin)
        with pytest.raises(NotAllowed):
            exceptions.reassign(made, self.cast.mei, by=self.cast.mei)
        assert exceptions.reassign(made, self.cast.mei, by=self.cast.zhou).owner == self.cast.mei


class Settling(ExceptionCase):
    def test_ends_the_clock_and_says_how(self):
        made = self.opened()
        exceptions.settle(made, "reshipped", by=self.cast.lin, answer="补发顺丰", at=at("11:00"))
        made.refresh_from_db()
        assert (made.outcome, made.answer, made.settled_by_name) == ("reshipped", "补发顺丰", "林小雨")
        assert (self.deadline().met_at, self.deadline().missed_at) == (at("11:00"), None)

    def test_twice_is_a_conflict(self):
        made = self.opened()
        exceptions.settle(made, "told", by=self.cast.lin, at=NOW)
        with pytest.raises(Conflict):
            exceptions.settle(made, "refunded", by=self.cast.mei, at=NOW)
        assert OrderException.objects.get().outcome == "told"

    def test_lets_the_same_be_opened_anew(self):
        exceptions.settle(self.opened(), "told", by=self.cast.lin, at=NOW)
        self.opened()
        assert OrderException.objects.filter(settled_at=None).count() == 1

    def test_in_a_way_nobody_knows_is_refused(self):
        made = self.opened()
        for outcome in ("whatever", "by_itself"):
            with pytest.raises(BadInput):
                exceptions.settle(made, outcome, by=self.cast.lin)
        assert OrderException.objects.get().settled_at is None
