"""Notes, whispers, lines taken back, drafts; promises, wishes, enquiries; automatic words and ratings."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.http import Http404

from dangban.chat.models import Message, ReadMark
from dangban.chat.tokens import visitor_token
from dangban.conversations import access, actions, jobs, queries
from dangban.conversations.invitations import token_of
from dangban.conversations.models import AutoReply, Draft, Enquiry, Invitation, Promise, Rating
from dangban.conversations.tests import floor
from dangban.desk.models import Deadline, Notice
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.orders.models import Order, OrderLine, Requirement
from dangban.people.models import Shop
from dangban.shops.models import Courier, CourierArea
from dangban.testing.cast import TODAY, at


class ServedCase(floor.FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin)
        self.customer_says("要两个，周五送到", when="10:00")
        self.served = self.conversation()

    def order(self, shop: Shop | None = None, **more: object) -> Order:
        given = {
            "shop": shop or self.cast.shop, "platform_id": "88", "customer": self.cast.fang, "status": "unpaid",
            "total_fen": 9900, "created_at": at("10:20"), "business_day": TODAY, "imported_at": at("10:20"),
        }  # fmt: skip
        return Order.objects.create(**(given | more))


class ANote(ServedCase):
    def test_stays_in_the_department_and_tells_who_is_mentioned(self) -> None:
        line = actions.add_note(self.served, by=self.cast.lin, text="老顾客，慢慢说", mentions=[self.cast.zhou.pk])
        assert (line.internal, line.kind, line.payload) == (True, "note", {"mentions": [self.cast.zhou.pk]})
        assert Notice.objects.get().person == self.cast.zhou

    def test_mentions_nobody_who_cannot_see_the_shop(self) -> None:
        with pytest.raises(BadInput) as refusal:
            actions.add_note(self.served, by=self.cast.lin, text="看看", mentions=[self.cast.hu.pk])
        assert list(refusal.value.fields) == ["mentions"]
        assert Message.objects.filter(kind="note").count() == 0


class AWhisper(ServedCase):
    def test_goes_to_who_serves(self) -> None:
        line = actions.whisper(self.served, by=self.cast.zhou, text="可以送运费险")
        assert (line.internal, line.kind, line.payload["to"]) == (True, "whisper", self.cast.lin.pk)

    def test_is_for_leaders(self) -> None:
        with pytest.raises(NotAllowed):
            actions.whisper(self.served, by=self.cast.mei, text="可以送运费险")


class ALineTakenBack(ServedCase):
    def setUp(self) -> None:
        super().setUp()
        self.said = self.agent_says(self.cast.lin, "没有货", when="10:01:00")

    def test_stays_in_the_log_beside_the_line_that_takes_it_back(self) -> None:
        line = actions.recall(self.served, by=self.cast.lin, seq=self.said.seq, at=at("10:02"))
        assert (line.kind, line.payload) == ("recall", {"seq": self.said.seq})
        assert Message.objects.get(pk=self.said.pk).body == "没有货"

    def test_twice_is_once(self) -> None:
        for _ in range(2):
            actions.recall(self.served, by=self.cast.lin, seq=self.said.seq, at=at("10:02"))
        assert Message.objects.filter(kind="recall").count() == 1

    def test_can_be_too_late(self) -> None:
        with pytest.raises(Refused) as refusal:
            actions.recall(self.served, by=self.cast.lin, seq=self.said.seq, at=at("10:03:01"))
        assert [reason.path for reason in refusal.value.decision.because] == ["chat.recall_within"]

    def test_is_ones_own(self) -> None:
        with pytest.raises(NotAllowed):
            actions.recall(self.served, by=self.cast.zhou, seq=self.said.seq, at=at("10:02"))

    def test_stays_where_the_channel_cannot(self) -> None:
        self.thread.channel = "platform"
        self.thread.save()
        with pytest.raises(Refused) as refusal:
            actions.recall(self.conversation(), by=self.cast.lin, seq=self.said.seq, at=at("10:02"))
        assert refusal.value.code == "not_here"


class Reading(ServedCase):
    def test_clears_the_count_of_who_serves(self) -> None:
        actions.mark_read(self.served, by=self.cast.lin, seq=9)
        assert self.conversation().unread == 0
        assert ReadMark.objects.get(reader_id=self.cast.lin.pk).seq == self.conversation().last_seq

    def test_by_another_leaves_it(self) -> None:
        actions.mark_read(self.served, by=self.cast.zhou, seq=9)
        assert self.conversation().unread == 1


class ADraft(ServedCase):
    def test_is_kept_per_person_and_forgotten_when_empty(self) -> None:
        actions.save_draft(self.thread, by=self.cast.lin, text="您好")
        assert Draft.objects.get().text == "您好"
        actions.save_draft(self.thread, by=self.cast.lin, text=" ")
        assert Draft.objects.count() == 0


class APromise(ServedCase):
    def promise(self) -> Promise:
        return actions.promise(
            self.served, by=self.cast.lin, text="今天发出", due_at=at("16:30"), seq=1, at=at("10:05")
        )

    def test_has_a_clock(self) -> None:
        promise = self.promise()
        deadline = Deadline.objects.get(kind="conversations.promise")
        assert (deadline.subject_id, deadline.due_at, deadline.owner) == (promise.pk, at("16:30"), self.cast.lin)

    def test_is_kept(self) -> None:
        actions.keep_promise(self.promise(), by=self.cast.lin, at=at("15:00"))
        assert Promise.objects.get().kept_at == at("15:00")
        assert Deadline.objects.get(kind="conversations.promise").met_at == at("15:00")

    def test_is_withdrawn_only_with_a_reason(self) -> None:
        promise = self.promise()
        with pytest.raises(BadInput):
            actions.withdraw_promise(promise, by=self.cast.lin, why="")
        actions.withdraw_promise(promise, by=self.cast.lin, why="仓库停电，已告知顾客", at=at("15:00"))
        assert Deadline.objects.get(kind="conversations.promise").cancelled_at == at("15:00")

    def test_is_settled_once(self) -> None:
        promise = self.promise()
        actions.keep_promise(promise, by=self.cast.lin)
        with pytest.raises(Conflict):
            actions.withdraw_promise(promise, by=self.cast.lin, why="x")

    def test_is_for_later(self) -> None:
        with pytest.raises(BadInput):
            actions.promise(self.served, by=self.cast.lin, text="现在", due_at=at("10:00"), at=at("10:05"))
        assert Promise.objects.count() == 0


class ARequirement(ServedCase):
    def test_hangs_on_the_order_with_the_line_it_came_from(self) -> None:
        order = self.order()
        kept = actions.require(self.served, by=self.cast.lin, kind="day", text="周五送到", seq=1, order=order)
        assert (kept.order, kept.kind, kept.message_seq, kept.thread_id) == (order, "day", 1, self.thread.pk)

    def test_without_an_order_waits_with_the_customer(self) -> None:
        actions.require(self.served, by=self.cast.lin, kind="gift", text="送个小礼物")
        assert (Requirement.objects.get().order, Requirement.objects.get().customer) == (None, self.cast.fang)

    def test_never_goes_to_another_shops_order(self) -> None:
        with pytest.raises(BadInput):
            actions.require(
                self.served, by=self.cast.lin, kind="gift", text="x", order=self.order(self.cast.other_shop)
            )
        assert Requirement.objects.count() == 0

    def test_is_read_off_the_line_and_compared_with_the_order(self) -> None:
        order = self.order(created_at=at("09:00"))
        OrderLine.objects.create(order=order, position=1, title="收纳盒", quantity=1)
        found = {one.kind: one for one in queries.suggestions(self.served, 1)}
        assert (found["quantity"].fields, found["quantity"].warnings) == (
            {"quantity": 2, "ordered": 1}, ("differs_from_order",),
        )  # fmt: skip
        assert found["day"].fields == {"day": "2026-11-20"}

    def test_offers_couriers_that_reach_a_far_address(self) -> None:
        post = Courier.objects.create(shop=self.cast.shop, name="中国邮政", position=2)
        other = Courier.objects.create(shop=self.cast.shop, name="申通快递", position=1)
        CourierArea.objects.create(courier=other, province="新疆", reaches=False)
        CourierArea.objects.create(courier=post, province="新疆", first_fen=1500)
        self.order(created_at=at("09:00"), province="新疆维吾尔自治区")
        line = self.customer_says("发申通吧", when="10:03")
        found = queries.suggestions(self.served, line.seq)[0]
        assert (found.warnings, found.fields["instead"]) == (("does_not_reach",), ["中国邮政"])


class AnEnquiry(ServedCase):
    def setUp(self) -> None:
        super().setUp()
        self.agent_says(self.cast.lin, when="10:00:20")

    def test_begins_with_the_first_answer_before_the_sale(self) -> None:
        enquiry = Enquiry.objects.get()
        assert (enquiry.owner, enquiry.outcome, enquiry.at) == (self.cast.lin, "open", at("10:00"))

    def test_says_why_not_yet_and_when_to_ask_again(self) -> None:
        actions.record_enquiry(self.served, by=self.cast.lin, reason="price", next_contact_at=at("11-20 10:00"))
        with clock.frozen(at("11-20 09:00")):
            due = queries.intending_customers(self.cast.lin, date(2026, 11, 20))
        assert [row.reason for row in due] == ["price"]
        assert queries.intending_customers(self.cast.hu).count() == 0

    def test_ends_with_the_order_and_then_its_payment(self) -> None:
        order = self.order()
        jobs.settle_enquiries(at("10:30"))
        assert (Enquiry.objects.get().outcome, Enquiry.objects.get().order) == ("ordered", order)
        Order.objects.update(paid_at=at("10:40"), status="paid")
        jobs.settle_enquiries(at("10:50"))
        assert (Enquiry.objects.get().outcome, Enquiry.objects.get().outcome_at) == ("paid", at("10:40"))

    def test_is_lost_when_its_days_are_over(self) -> None:
        jobs.settle_enquiries(at("11-20 23:59"))
        assert Enquiry.objects.get().outcome == "open"
        jobs.settle_enquiries(at("11-21 00:00"))
        assert Enquiry.objects.get().outcome == "lost"

    def test_stays_open_while_the_customer_is_to_be_asked_again(self) -> None:
        actions.record_enquiry(self.served, by=self.cast.lin, next_contact_at=at("11-28 10:00"))
        jobs.settle_enquiries(at("11-22 10:00"))
        assert Enquiry.objects.get().outcome == "open"

    def test_is_given_up_by_hand_once(self) -> None:
        actions.lose_enquiry(Enquiry.objects.get(), by=self.cast.lin, reason="price")
        with pytest.raises(Conflict):
            actions.lose_enquiry(Enquiry.objects.get(), by=self.cast.lin)


class ARating(ServedCase):
    def setUp(self) -> None:
        super().setUp()
        self.agent_says(self.cast.lin, when="10:00:20")
        actions.resolve(self.served, by=self.cast.lin, at=at("10:05"))
        self.invitation = Invitation.objects.get()

    def test_is_asked_for_in_the_shops_name(self) -> None:
        card = Message.objects.get(kind=Message.Kind.CARD)
        assert card.author_name == self.cast.shop.name

    def test_is_given_with_the_customers_own_token(self) -> None:
        actions.rate(token_of(self.invitation), stars=5, reasons=["quick", "made up"], text="很好", at=at("10:06"))
        rating = Rating.objects.get()
        assert (rating.stars, rating.reasons, rating.text) == (5, ["quick"], "很好")

    def test_is_given_from_the_chat_window_too(self) -> None:
        actions.rate(visitor_token(self.thread), stars=4)
        assert Rating.objects.get().invitation == self.invitation

    def test_is_given_once(self) -> None:
        actions.rate(token_of(self.invitation), stars=5)
        with pytest.raises(Conflict):
            actions.rate(token_of(self.invitation), stars=1)
        assert Rating.objects.get().stars == 5

    def test_is_not_given_with_a_made_up_token(self) -> None:
        with pytest.raises(Http404):
            actions.rate("1", stars=5)

    def test_is_one_to_five_stars(self) -> None:
        with pytest.raises(BadInput):
            actions.rate(token_of(self.invitation), stars=6)

    def test_is_summed_up_as_counts(self) -> None:
        actions.rate(token_of(self.invitation), stars=4)
        summed = queries.satisfaction(self.cast.zhou, TODAY, TODAY)
        assert (summed.served, summed.invited, summed.rated, summed.content, summed.stars) == (1, 1, 1, 1, 4)

    def test_of_others_is_not_for_an_agent(self) -> None:
        assert queries.satisfaction(self.cast.mei, TODAY, TODAY, who=self.cast.lin).invited == 0


class AutomaticWords(floor.FloorCase):
    def test_of_the_shop_go_before_the_handbooks(self) -> None:
        actions.set_auto_reply(self.cast.shop, "greeting", "南风家居欢迎您", by=self.cast.zhou)
        self.online(self.cast.lin)
        self.customer_says()
        assert Message.objects.get(author="auto").body == "南风家居欢迎您"

    def test_of_the_time_of_day_go_before_those_of_the_whole_day(self) -> None:
        actions.set_auto_reply(self.cast.shop, "greeting", "晚上好", by=self.cast.zhou, starts=time(18), ends=time(2))
        actions.set_auto_reply(self.cast.shop, "greeting", "您好", by=self.cast.zhou)
        self.online(self.cast.lin)
        self.customer_says(when="11-20 01:00")
        self.customer_says(thread=self.another("小王"), when="11-20 10:00")
        assert list(Message.objects.filter(author="auto").order_by("pk").values_list("body", flat=True)) == ["晚上好", "您好"]

    def test_tell_the_place_in_the_queue(self) -> None:
        self.online(self.cast.lin, state="suspended")
        self.customer_says(when="10:00")
        self.customer_says(thread=self.another("小王"), when="10:01")
        queued = Message.objects.filter(author="auto", payload__auto="queue").order_by("pk")
        assert [line.payload["position"] for line in queued] == [1, 2]
        assert "第 2 位" in queued[1].body

    def test_tell_until_when_a_left_message_is_answered(self) -> None:
        self.on_duty(self.cast.lin, "11-19 08:00", "11-19 16:00")
        self.customer_says(when="11-19 03:00")
        assert self.conversation().promised_at == at("08:30")
        assert "预计 08:30 前回复您" in Message.objects.get(author="auto").body

    def test_that_replace_others_retire_them(self) -> None:
        for text in ("您好", "欢迎"):
            actions.set_auto_reply(self.cast.shop, "greeting", text, by=self.cast.zhou)
        assert list(AutoReply.objects.filter(retired_at=None).values_list("text", flat=True)) == ["欢迎"]

    def test_are_set_by_who_may(self) -> None:
        with pytest.raises(NotAllowed):
            actions.set_auto_reply(self.cast.shop, "greeting", "您好", by=self.cast.lin)


class Seats(floor.FloorCase):
    def test_bring_their_customers_to_who_holds_them(self) -> None:
        seat = actions.open_seat(self.cast.shop, "南风家居:小雨", by=self.cast.zhou)
        actions.assign_seat(seat, self.cast.mei, by=self.cast.zhou)
        self.online(self.cast.lin, self.cast.mei)
        self.customer_says(payload={"seat": "南风家居:小雨"})
        assert self.conversation().assignee == self.cast.mei

    def test_of_the_main_account_pass_arrivals_on(self) -> None:
        seat = actions.open_seat(self.cast.shop, "南风家居", by=self.cast.zhou, receives=False)
        actions.assign_seat(seat, self.cast.lin, by=self.cast.zhou)
        self.online(self.cast.lin, self.cast.mei)
        self.customer_says(payload={"seat": "南风家居"})
        assert self.conversation().assignee == self.cast.mei

    def test_have_one_holder_who_may_hold_several(self) -> None:
        first = actions.open_seat(self.cast.shop, "一号", by=self.cast.zhou)
        second = actions.open_seat(self.cast.shop, "二号", by=self.cast.zhou)
        for seat in (first, second):
            actions.assign_seat(seat, self.cast.lin, by=self.cast.zhou)
        actions.assign_seat(first, self.cast.mei, by=self.cast.zhou)
        held = access.get_seat(self.cast.zhou, first.pk).holdings.filter(ended_at=None)
        assert [row.person for row in held] == [self.cast.mei]
        assert self.cast.lin.seats.filter(ended_at=None).count() == 1
