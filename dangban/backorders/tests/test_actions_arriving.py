"""Goods come, in part or in full, and go again: who waited longest is served first, and hears of it when awake."""

from __future__ import annotations

from datetime import timedelta

from dangban.backorders import actions
from dangban.backorders.models import Wait
from dangban.backorders.tests.story import WaitingCase
from dangban.lib import clock
from dangban.stock import actions as stock
from dangban.testing.cast import NOW, at


class ArrivingTest(WaitingCase):
    def test_who_came_first_gets_what_is_there(self) -> None:
        first, second = self.story.wait(), self.story.wait(self.story.customer("yu"), at=at("10:05"))
        self.story.goods.receive(1)
        assert (self.held(first), self.held(second)) == (("ready", 1), ("waiting", 0))
        assert self.promised(second) == [("SJT-180-BL", 1, 0)]
        self.story.goods.receive(1)
        assert self.held(second) == ("ready", 1)
        assert self.story.goods.figures() == (2, 2, 0)

    def test_the_customer_reads_it_in_their_chat_and_the_agent_has_a_clock(self) -> None:
        self.story.on_duty()
        thread = self.story.thread(self.cast.fang)
        wait = self.story.wait(quantity=2, thread_id=thread.pk)
        self.story.goods.receive(5)
        assert self.lines(thread) == []
        self.story.sweep(NOW)
        assert self.lines(thread) == [
            "方静您好，您登记的加厚四件套 深蓝 1.8 米到货了，给您留了 2 件，留到 11-21 10:00。需要的话直接拍下就可以，有问题随时找我们。"
        ]
        assert self.held(wait) == ("told", 2)
        running = self.clock_of(wait)
        assert running is not None
        assert (running.kind, running.owner, running.allowed_seconds, running.met_at) == ("backorders.reach", self.cast.lin, 7200, None)
        assert running.label == "加厚四件套 深蓝 1.8 米到货了：联系登记等货的顾客"
        self.story.sweep(NOW + timedelta(minutes=1))
        assert len(self.lines(thread)) == 1

    def test_in_the_night_the_message_waits_for_the_morning(self) -> None:
        thread = self.story.thread(self.cast.fang)
        wait = self.story.wait()
        with clock.frozen(at("23:10")):
            self.story.goods.receive(1)
        self.story.sweep(at("23:11"))
        assert (self.held(wait), self.lines(thread)) == (("ready", 1), [])
        assert wait.tell_at == at("11-20 08:30")
        assert wait.kept_until == at("11-22 08:30")
        self.story.sweep(at("11-20 08:30"))
        assert (self.held(wait), len(self.lines(thread))) == (("told", 1), 1)

    def test_a_part_is_kept_and_the_agent_asks(self) -> None:
        thread = self.story.thread(self.cast.fang)
        wait = self.story.wait(quantity=3)
        self.story.goods.receive(2)
        self.story.sweep(NOW)
        assert (self.held(wait), self.lines(thread)) == (("waiting", 2), [])
        assert self.heard(self.cast.lin) == ["只到了一部分"]
        self.story.goods.receive(1)
        assert self.held(wait) == ("ready", 3)

    def test_who_does_with_fewer_knows_already(self) -> None:
        wait, second = self.story.wait(quantity=3), self.story.wait(self.story.customer("yu"), at=at("10:05"))
        self.story.goods.receive(2)
        actions.take_fewer(wait, 1, by=self.cast.lin, at=at("10:30"))
        assert (self.held(wait), self.held(second)) == (("reached", 1), ("ready", 1))
        assert wait.kept_until == at("11-21 10:30")
        assert self.promised(wait) == [("SJT-180-BL", 1, 1)]

    def test_what_a_count_does_not_find_is_waited_for_again_and_the_customer_is_told(self) -> None:
        thread = self.story.thread(self.cast.fang)
        first, wait = self.story.wait(self.story.customer("yu")), self.story.wait(at=at("10:05"))
        self.story.goods.receive(2)
        self.story.sweep(NOW)
        stock.count(self.story.blue, self.story.goods.good, 1, by=self.cast.ding, key="count-1", at=at("11:00"))
        assert (self.held(first), self.held(wait)) == (("ready", 1), ("waiting", 0))
        self.story.sweep(at("11:00"))
        assert self.lines(thread)[1:] == [
            "方静您好，实在抱歉，刚才说给您留的加厚四件套 深蓝 1.8 米清点时发现数量不够，暂时又没有了。我们继续为您留意，一到货马上告诉您。"
        ]
        running = self.clock_of(wait)
        assert running is not None
        assert running.cancelled_at == at("11:00")
        assert self.heard(self.cast.lin) == ["留好的货又没有了"]
        self.story.goods.receive(1)
        self.story.sweep(at("11:05"))
        assert (self.held(wait), len(self.lines(thread))) == (("told", 1), 3)
        assert self.verbs(wait) == ["registered", "arrived", "told", "lost_again", "told", "arrived", "told"]

    def test_who_was_not_told_yet_is_not_told_of_the_loss(self) -> None:
        thread = self.story.thread(self.cast.fang)
        wait = self.story.wait()
        self.story.goods.receive(1)
        stock.count(self.story.blue, self.story.goods.good, 0, by=self.cast.ding, key="count-1", at=NOW)
        self.story.sweep(NOW)
        assert (self.held(wait), self.lines(thread)) == (("waiting", 0), [])

    def test_without_a_chat_the_agent_has_the_clock_and_no_line_is_written(self) -> None:
        wait = self.story.wait()
        self.story.goods.receive(1)
        self.story.sweep(NOW)
        assert (self.held(wait), wait.to_tell) == (("ready", 1), "")
        assert self.clock_of(wait) is not None

    def test_another_customers_goods_are_not_touched(self) -> None:
        wait = self.story.wait(sku=self.story.grey)
        self.story.goods.receive(1)
        assert self.held(wait) == ("waiting", 0)
        assert Wait.objects.filter(state="ready").count() == 0
