"""Unpaid orders: who comes first, when a clock starts, what a contact leaves, what is refused."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from dangban.chat import actions as chat
from dangban.chat.models import Message
from dangban.desk.models import Deadline
from dangban.handbook.models import StoredDecision
from dangban.journal.models import Entry
from dangban.knowledge import actions as knowledge
from dangban.knowledge.models import ScriptUse
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.orders.models import Contact, FollowUp, Order
from dangban.orders.personal import OrderData
from dangban.orders.tests.stories import FILES, OrderCase
from dangban.orders.unpaid import contacts, following, listing
from dangban.orders.unpaid.contacts import Said
from dangban.people.models import Shop
from dangban.testing.cast import NOW, TODAY, at
from dangban.workforce.models import DutyPeriod

PHONE = Said("phone", "hesitating")


class UnpaidCase(OrderCase):
    """Lin is on duty from eight; orders of the night and of the morning wait."""

    def setUp(self) -> None:
        super().setUp()
        self.on_duty(self.cast.lin, "8:00", "16:00")

    def on_duty(self, person: Any, since: str, until: str) -> DutyPeriod:
        return DutyPeriod.objects.create(
            person=person, team=self.cast.team, day=TODAY, name="白班", starts_at=at(since), ends_at=at(until)
        )

    def unpaid(self, number: str, placed: str, shop: Shop | None = None, **given: Any) -> Order:
        placed_at = at(placed)
        values = {
            "platform_id": number, "number_tail": number[-6:], "status": "unpaid", "paid_fen": 0, "created_at": placed_at,
            "business_day": clock.business_day(placed_at), "shop": shop or self.cast.shop,
        }  # fmt: skip
        return self.order(**(values | given))

    def followed(self, number: str = "31", placed: str = "9:00", **given: Any) -> FollowUp:
        order = self.unpaid(number, placed, **given)
        following.follow([order])
        return FollowUp.objects.get(order=order)

    def pay(self, order: Order, when: str) -> None:
        order.status, order.paid_at, order.paid_fen = "paid", at(when), order.total_fen
        order.save()
        following.end([order], by=self.cast.ou, at=at(when))


class WhoComesFirst(UnpaidCase):
    def numbers(self, **given: Any) -> list[str]:
        return [row.order.platform_id for row in listing.untouched(self.cast.lin, **given).rows]

    def test_orders_placed_while_nobody_was_on_duty_come_before_older_ones_and_then_the_oldest(self):
        with clock.frozen(at("9:30")):
            self.on_duty(self.cast.mei, "0:00", "0:30")
            for number, placed in (("1", "0:10"), ("2", "3:00"), ("3", "2:00"), ("4", "9:00"), ("5", "8:30")):
                self.followed(number, placed)
        assert self.numbers() == ["3", "2", "1", "5", "4"]
        assert list(FollowUp.objects.filter(off_duty=True).order_by("order__platform_id").values_list("order__platform_id", flat=True)) == ["2", "3"]

    def test_pages_follow_one_another_through_both_lists_without_a_gap(self):
        for number, placed in (("1", "8:10"), ("2", "3:00"), ("3", "2:00"), ("4", "9:00"), ("5", "8:10")):
            self.followed(number, placed, shop=self.cast.second_shop if number == "5" else None)
        seen, after = [], ""
        while True:
            page = listing.untouched(self.cast.lin, after=after, size=2)
            seen += [row.order.platform_id for row in page.rows]
            after = page.next
            if not after:
                break
        assert seen == ["3", "2", "1", "5", "4"]

    def test_somebody_of_another_shop_sees_none_of_them(self):
        one = self.followed()
        assert listing.untouched(self.cast.hu).rows == []
        assert not listing.visible(self.cast.hu).filter(pk=one.pk).exists()

    def test_a_file_brings_unpaid_orders_to_the_list_and_a_later_one_takes_them_off(self):
        self.load(FILES / "tmall_report.utf8.csv", self.cast.shop, self.cast.ou)
        assert FollowUp.objects.count() == Order.objects.filter(status="unpaid").count() > 0

    def test_the_sweep_finds_orders_that_no_file_told_of_and_those_that_were_paid(self):
        order = self.unpaid("31", "9:00")
        following.sweep(NOW)
        assert FollowUp.objects.get().order == order
        Order.objects.update(status="paid", paid_at=NOW)
        following.sweep(NOW)
        assert FollowUp.objects.get().outcome == "paid"


class TheClock(UnpaidCase):
    def test_starts_twelve_hours_after_the_order_and_gives_two_hours_of_duty(self):
        one = self.followed("31", "11-18 21:30")
        following.call_due(at("9:29"))
        assert not Deadline.objects.exists()
        following.call_due(at("9:30"))
        following.call_due(at("9:31"))
        deadline = Deadline.objects.get()
        assert (deadline.kind, deadline.owner, deadline.due_at) == ("orders.unpaid_contact", self.cast.lin, at("11:30"))
        assert [reason["path"] for reason in deadline.because] == ["orders.unpaid_contact", "orders.unpaid_clock"]
        one.refresh_from_db()
        assert one.owner == self.cast.lin

    def test_is_met_by_a_contact_and_ended_by_a_payment(self):
        one, other = self.followed("31", "11-18 20:00"), self.followed("32", "11-18 20:00")
        following.call_due(at("9:00"))
        contacts.contact(one, PHONE, by=self.cast.lin, at=at("9:20"))
        self.pay(other.order, "9:40")
        ended = dict(Deadline.objects.values_list("subject_id", "met_at"))
        assert ended == {one.pk: at("9:20"), other.pk: None}
        assert Deadline.objects.get(subject_id=other.pk).cancelled_at == at("9:40")

    def test_does_not_start_for_orders_older_than_three_days(self):
        one = self.followed("31", "11-15 9:00")
        following.call_due(NOW)
        one.refresh_from_db()
        assert one.called_at == NOW
        assert not Deadline.objects.exists()

    def test_what_was_agreed_for_yesterday_goes_to_the_leader_today(self):
        one = self.followed("31", "11-17 9:00")
        contacts.contact(one, replace(PHONE, next_at=at("11-18 15:00")), by=self.cast.lin, at=at("11-17 10:00"))
        following.move_overdue(at("11-18 23:00"))
        one.refresh_from_db()
        assert one.owner == self.cast.lin
        following.move_overdue(NOW)
        one.refresh_from_db()
        assert one.owner == self.cast.zhou
        assert Deadline.objects.get(kind="orders.next_contact").owner == self.cast.zhou


class AContact(UnpaidCase):
    def test_leaves_who_how_why_and_when_again(self):
        one = self.followed()
        made = contacts.contact(
            one, Said("platform", "comparing", "还在比较", next_at=at("15:00")), by=self.cast.lin
        )
        assert (made.ordinal, made.person, made.way, made.reason) == (1, self.cast.lin, "platform", "comparing")
        one.refresh_from_db()
        assert (one.contacts, one.owner, one.next_at) == (1, self.cast.lin, at("15:00"))
        assert Deadline.objects.get().due_at == at("15:00")
        assert Entry.objects.get(verb="orders.buyer_contacted").change["reason"] == "comparing"
        assert StoredDecision.objects.get(kind="orders.contacting").outcome == "may"
        assert listing.untouched(self.cast.lin).rows == []

    def test_posts_the_script_into_the_buyers_thread_and_counts_its_use(self):
        thread = chat.open_thread(self.cast.shop, customer=self.cast.fang)
        script = knowledge.write_script(
            by=self.cast.zhou, scope="company", stage="payment", title="核对地址", body="请核对：{收货地址}，商品{商品}"
        )
        one = self.followed()
        [offered] = contacts.wordings(one.order, self.cast.lin)
        assert offered.text == "请核对：浙江省杭州市西湖区****，商品南风四件套 深蓝 1.8 米"
        assert contacts.wordings(one.order, self.cast.ou)[0].text == "请核对：浙江省杭州市西湖区示例路8号，商品南风四件套 深蓝 1.8 米"
        made = contacts.contact(
            one, Said("chat", "unknown", offered.text, script_id=script.pk), by=self.cast.lin
        )
        line = Message.objects.get(thread=thread, author="agent")
        assert (line.body, line.author_id, line.seq) == (offered.text, self.cast.lin.pk, made.message_seq)
        assert (made.script_id, made.script_title, ScriptUse.objects.count()) == (script.pk, "核对地址", 1)

    def test_in_the_chat_needs_a_thread_and_words(self):
        one = self.followed()
        for said in (Said("chat", text="在吗"), Said("chat"), Said("pigeon"), Said("phone", "moon"), replace(PHONE, next_at=at("9:00"))):
            with pytest.raises(BadInput):
                contacts.contact(one, said, by=self.cast.lin)
        assert not Contact.objects.exists()

    def test_a_third_prompt_is_refused_with_its_clause(self):
        one = self.followed()
        for seen in (0, 1):
            contacts.contact(one, replace(PHONE, seen=seen), by=self.cast.lin)
        with pytest.raises(Refused) as refusal:
            contacts.contact(one, replace(PHONE, seen=2), by=self.cast.lin)
        assert refusal.value.code == "often"
        assert [one.path for one in refusal.value.decision.because] == ["orders.unpaid_prompts", "orders.quiet_hours"]
        assert Contact.objects.count() == 2

    def test_nobody_is_contacted_in_the_quiet_hours(self):
        one = self.followed()
        for moment in ("22:00", "11-20 8:29"):
            with pytest.raises(Refused) as refusal:
                contacts.contact(one, PHONE, by=self.cast.lin, at=at(moment))
            assert refusal.value.code == "quiet"
        assert not Contact.objects.exists()

    def test_the_slower_of_two_is_told(self):
        one = self.followed()
        contacts.contact(one, PHONE, by=self.cast.lin)
        with pytest.raises(Conflict):
            contacts.contact(one, PHONE, by=self.cast.mei)
        assert Contact.objects.get().person == self.cast.lin

    def test_an_order_paid_meanwhile_is_left_alone(self):
        one = self.followed()
        self.pay(one.order, "9:50")
        with pytest.raises(Conflict):
            contacts.contact(one, PHONE, by=self.cast.lin)
        assert not Contact.objects.exists()

    def test_is_not_for_those_who_may_not_mark_orders(self):
        one = self.followed()
        for person in (self.cast.ding, self.cast.qian, self.cast.hu):
            with pytest.raises(NotAllowed):
                contacts.contact(one, PHONE, by=person)
        assert not Contact.objects.exists()

    def test_a_payment_belongs_to_the_last_contact_before_it(self):
        one = self.followed()
        first = contacts.contact(one, PHONE, by=self.cast.lin, at=at("9:10"))
        second = contacts.contact(one, replace(PHONE, seen=1), by=self.cast.mei, at=at("9:30"))
        self.pay(one.order, "9:20")
        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.paid_at, first.paid_fen, second.paid_at) == (at("9:20"), 39800, None)


class WhatWasSaidToABuyer(UnpaidCase):
    def test_is_in_the_copy_of_their_data_and_goes_when_they_are_erased(self):
        one = self.followed()
        contacts.contact(one, replace(PHONE, text="住西湖边"), by=self.cast.lin)
        data = OrderData()
        assert [said["text"] for said in data.collect("customers.customer", self.cast.fang.pk)["contacts"]] == ["住西湖边"]
        Order.objects.update(status="closed")
        data.erase("customers.customer", self.cast.fang.pk, by=self.cast.bao.actor, at=NOW)
        assert Contact.objects.get().text == ""


class ClosingAndHandingOn(UnpaidCase):
    def test_neither_an_agent_nor_a_leader_closes_an_unpaid_order(self):
        one = self.followed()
        for person in (self.cast.lin, self.cast.zhou):
            with pytest.raises(Refused) as refusal:
                contacts.close(one, by=person, reason="买家不要了")
            assert refusal.value.decision.because[0].path == "orders.unpaid_closed_by"
        one.refresh_from_db()
        assert (one.order.status, one.ended_at) == ("unpaid", None)

    def test_a_leader_hands_it_to_somebody_of_the_shop_with_its_clock(self):
        one = self.followed("31", "11-18 20:00")
        following.call_due(at("9:00"))
        contacts.hand_on(one, self.cast.mei, by=self.cast.zhou)
        one.refresh_from_db()
        assert (one.owner, Deadline.objects.get().owner) == (self.cast.mei, self.cast.mei)

    def test_agents_hand_nothing_on_and_nobody_gets_what_they_may_not_do(self):
        one = self.followed()
        with pytest.raises(NotAllowed):
            contacts.hand_on(one, self.cast.mei, by=self.cast.lin)
        with pytest.raises(BadInput):
            contacts.hand_on(one, self.cast.hu, by=self.cast.zhou)
        one.refresh_from_db()
        assert one.owner is None
