"""Who may be put on the register, with what, until when; and how customers change their mind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dangban.backorders import actions
from dangban.backorders.models import Wait
from dangban.backorders.tests.story import WEEK, WaitingCase
from dangban.customers import actions as customers
from dangban.desk.models import Deadline
from dangban.handbook.models import StoredDecision
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.stock.tests.goods import sku_of
from dangban.testing.cast import NOW, TODAY, at


class RegisteringTest(WaitingCase):
    def test_who_what_how_many_until_when_and_by_whom_is_kept(self) -> None:
        wait = self.story.wait(quantity=2, other=self.story.grey, note="送人，月底前要")
        assert (wait.customer, wait.sku, wait.gets, wait.quantity, wait.state) == (self.cast.fang, self.story.blue, self.story.blue, 2, "waiting")
        assert (wait.takes_other, wait.other, wait.wait_until, wait.registered_by, wait.owner) == (True, self.story.grey, WEEK, self.cast.lin, self.cast.lin)
        assert self.promised(wait) == [("SJT-180-BL", 2, 0)]
        assert self.verbs(wait) == ["registered"]

    def test_nobody_waits_longer_than_the_handbook_says(self) -> None:
        wait = self.story.wait(until=TODAY + timedelta(days=90))
        assert wait.wait_until == TODAY + timedelta(days=30)
        kept = StoredDecision.objects.get(subject_kind="backorders.wait", subject_id=wait.pk)
        assert (kept.kind, kept.outcome) == ("backorders.waiting", "longest")
        assert self.story.wait(self.story.customer("yu"), until=None).wait_until == TODAY + timedelta(days=30)

    def test_what_is_there_can_be_ordered_and_is_not_registered(self) -> None:
        self.story.goods.receive(2)
        with pytest.raises(Refused) as refused:
            self.story.wait(quantity=2)
        assert refused.value.code == "in-stock"
        assert not Wait.objects.exists()
        more = self.story.wait(quantity=3)
        assert self.held(more) == ("waiting", 2)

    def test_the_same_wish_twice_is_one(self) -> None:
        self.story.wait()
        with pytest.raises(Conflict, match="林小雨"):
            self.story.wait(by=self.cast.mei)
        assert Wait.objects.count() == 1

    def test_who_does_not_sell_for_the_shop_registers_nobody(self) -> None:
        for stranger in (self.cast.hu, self.cast.ding, self.cast.qian):
            with pytest.raises(NotAllowed):
                self.story.wait(by=stranger)
        assert not Wait.objects.exists()

    def test_what_makes_no_sense_is_named(self) -> None:
        foreign = sku_of(self.cast.other_shop, "JG-01")
        for given, field in (
            ({"quantity": 0}, "quantity"),
            ({"quantity": 1000}, "quantity"),
            ({"until": TODAY - timedelta(days=1)}, "until"),
            ({"other": foreign}, "other"),
            ({"other": self.story.blue}, "other"),
        ):
            with pytest.raises(BadInput) as wrong:
                self.story.wait(**given)
            assert list(wrong.value.fields) == [field]
        assert not Wait.objects.exists()

    def test_who_no_longer_wants_it_leaves_and_the_next_gets_the_goods(self) -> None:
        first, second = self.story.wait(), self.story.wait(self.story.customer("yu"), at=at("10:05"))
        self.story.goods.receive(1)
        with pytest.raises(BadInput):
            actions.withdraw(first, by=self.cast.lin, why=" ")
        actions.withdraw(first, by=self.cast.lin, why="别处买了", at=at("10:30"))
        assert (self.held(first), self.held(second)) == (("withdrawn", 0), ("ready", 1))
        assert (first.why, first.closed_at, self.promised(first)) == ("别处买了", at("10:30"), [])
        clock = self.clock_of(first)
        assert clock is not None
        assert clock.cancelled_at == at("10:30")
        with pytest.raises(Conflict):
            actions.withdraw(first, by=self.cast.lin, why="再来一次")

    def test_the_slower_of_two_is_told(self) -> None:
        wait = self.story.wait()
        seen = wait.version
        actions.wait_longer(wait, WEEK + timedelta(days=3), by=self.cast.mei, seen=seen)
        with pytest.raises(Conflict):
            actions.withdraw(wait, by=self.cast.lin, why="不要了", seen=seen)
        assert self.held(wait) == ("waiting", 0)
        assert wait.wait_until == WEEK + timedelta(days=3)

    def test_a_substitute_is_kept_and_the_first_goods_go_to_the_next(self) -> None:
        first, second = self.story.wait(), self.story.wait(self.story.customer("yu"), at=at("10:05"))
        self.story.goods.receive(1)
        self.story.goods.receive(3, sku=self.story.grey)
        actions.accept_substitute(first, self.story.grey, by=self.cast.lin, at=at("10:40"))
        assert (self.held(first), self.held(second)) == (("reached", 1), ("ready", 1))
        assert (first.sku, first.gets, first.substituted) == (self.story.blue, self.story.grey, True)
        assert self.promised(first) == [("SJT-180-GR", 1, 1)]
        assert self.story.goods.figures(self.story.grey) == (3, 1, 0)
        assert first.kept_until == at("11-21 10:40")

    def test_a_substitute_that_is_not_there_is_waited_for(self) -> None:
        wait = self.story.wait(quantity=2)
        actions.accept_substitute(wait, self.story.grey, by=self.cast.lin)
        assert self.held(wait) == ("waiting", 0)
        self.story.goods.receive(5)
        assert self.held(wait) == ("waiting", 0)
        self.story.goods.receive(2, sku=self.story.grey)
        assert self.held(wait) == ("ready", 2)

    def test_goods_of_another_shop_are_no_substitute(self) -> None:
        wait = self.story.wait()
        with pytest.raises(BadInput):
            actions.accept_substitute(wait, sku_of(self.cast.other_shop, "JG-01"), by=self.cast.lin)
        assert self.promised(wait) == [("SJT-180-BL", 1, 0)]

    def test_somebody_else_sees_to_it_and_the_clock_goes_along(self) -> None:
        wait = self.story.wait()
        self.story.goods.receive(1)
        actions.hand_on(wait, self.cast.mei, by=self.cast.zhou)
        wait.refresh_from_db()
        assert (wait.owner, wait.registered_by) == (self.cast.mei, self.cast.lin)
        assert Deadline.objects.get(subject_kind="backorders.wait", subject_id=wait.pk).owner == self.cast.mei
        with pytest.raises(BadInput):
            actions.hand_on(wait, self.cast.hu, by=self.cast.zhou)

    def test_two_customers_who_are_one_wait_as_one_and_may_be_parted_again(self) -> None:
        twin = self.story.customer("yu")
        wait = self.story.wait(twin)
        merge = customers.merge(self.cast.fang, twin, by=self.cast.zhou, reason="同一个人", at=NOW)
        wait.refresh_from_db()
        assert wait.customer == self.cast.fang
        self.story.goods.receive(1)
        assert self.held(wait) == ("ready", 1)
        customers.unmerge(merge, by=self.cast.zhou, at=NOW)
        wait.refresh_from_db()
        assert wait.customer == twin
