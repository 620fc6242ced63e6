"""What users of other systems complain about, held by a test each."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dangban.chat.models import Message, Presence
from dangban.conversations import access, actions, jobs, queries
from dangban.conversations.models import Assignment, Conversation, Invitation, Requeue, Transfer, Turn
from dangban.conversations.tests import floor
from dangban.desk.models import Deadline, Notice, Task
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.orders.models import Order
from dangban.testing.cast import TODAY, at


class ReturningChats(floor.FloorCase):
    def set_off(self) -> None:
        self.online(self.cast.lin)
        self.customer_says(when="10:00")
        self.agent_says(self.cast.lin, when="10:01")
        with clock.frozen(at("10:05")):
            actions.resolve(self.conversation(), by=self.cast.lin)

    def test_go_to_the_same_agent_while_they_are_on_duty(self) -> None:
        self.set_off()
        self.online(self.cast.hu, self.cast.mei)
        self.customer_says(when="11:00")
        assert self.conversation().assignee == self.cast.lin
        assert [one["path"] for one in Assignment.objects.last().because] == ["conversations.same_agent"]  # type: ignore[union-attr]

    def test_never_land_on_an_agent_who_has_logged_off(self) -> None:
        self.set_off()
        actions.change_presence(self.cast.lin, "offline", by=self.cast.lin)
        self.online(self.cast.mei)
        self.customer_says(when="11:00")
        assert self.conversation().assignee == self.cast.mei

    def test_never_land_on_an_agent_whose_shift_is_over(self) -> None:
        self.on_duty(self.cast.lin, "08:00", "10:30")
        self.on_duty(self.cast.mei, "08:00", "18:00")
        self.set_off()
        self.online(self.cast.mei)
        self.customer_says(when="11:00")
        assert self.conversation().assignee == self.cast.mei

    def test_wait_for_after_sale_once_their_order_has_left(self) -> None:
        self.online(self.cast.lin)
        self.customer_says(when="10:00")
        Order.objects.create(
            shop=self.cast.shop, platform_id="88", customer=self.cast.fang, status="sent", total_fen=1,
            created_at=at("10:01"), dispatched_at=at("10:02"), business_day=TODAY, imported_at=at("10:02"),
        )  # fmt: skip
        actions.leave_to_next_shift(self.conversation(), by=self.cast.lin, note="查物流")
        assert self.conversation().stage == "aftersale"

    def test_leave_an_agent_who_logged_off_since(self) -> None:
        self.online(self.cast.lin)
        self.customer_says(when="10:00")
        self.online(self.cast.lin, state=Presence.State.OFFLINE)
        self.online(self.cast.mei)
        jobs.requeue_absent(at("10:02"))
        assert self.conversation().assignee == self.cast.mei
        assert Requeue.objects.get().why == "off_duty"


class SilentAgents(floor.FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin)
        self.customer_says(when="10:00")
        self.online(self.cast.mei)

    def test_lose_the_customer_after_the_handbooks_time(self) -> None:
        assert jobs.requeue_silent(at("10:04:59")) == 0
        assert jobs.requeue_silent(at("10:05:00")) == 1
        assert self.conversation().assignee == self.cast.mei
        requeue = Requeue.objects.get()
        assert (requeue.person, requeue.why, requeue.because[0]["path"]) == (
            self.cast.lin, "silence", "conversations.silence",
        )  # fmt: skip

    def test_have_it_counted_against_them(self) -> None:
        jobs.requeue_silent(at("10:05"))
        figures = queries.numbers_with_people(self.cast.zhou, TODAY, TODAY)[1]
        assert figures[self.cast.lin.pk]["silent"].numerator == 1

    def test_do_not_get_the_same_customer_back_by_the_rules(self) -> None:
        self.online(self.cast.mei, state=Presence.State.OFFLINE)
        jobs.requeue_silent(at("10:05"))
        actions.sweep_queue(at=at("10:06"))
        assert (self.conversation().state, self.conversation().assignee) == ("waiting", None)

    def test_who_answered_are_not_silent(self) -> None:
        self.agent_says(self.cast.lin, when="10:00:20")
        assert jobs.requeue_silent(at("11:00")) == 0


class TheNightsBacklog(floor.FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.customer_says("发什么快递", when="11-19 03:00")

    def test_is_registered_with_a_task_and_a_promised_time(self) -> None:
        conversation = self.conversation()
        assert conversation.state == "offline"
        assert self.said_automatically() == ["closed"]
        task = Task.objects.get()
        assert (task.team, task.due_at) == (self.cast.team, conversation.promised_at)
        assert Deadline.objects.get(kind="conversations.left_message").due_at == conversation.promised_at

    def test_is_given_out_when_somebody_comes_online(self) -> None:
        with clock.frozen(at("08:00")):
            actions.change_presence(self.cast.lin, "online", by=self.cast.lin)
        assert self.conversation().assignee == self.cast.lin
        assert Task.objects.filter(done_at=None).count() == 0

    def test_is_given_out_when_a_shift_begins(self) -> None:
        self.online(self.cast.lin)
        self.on_duty(self.cast.lin, "08:00", "16:00")
        actions.sweep_queue(at=at("07:59:59"))
        assert self.conversation().assignee is None
        actions.sweep_queue(at=at("08:00"))
        assert self.conversation().assignee == self.cast.lin

    def test_comes_before_those_who_wait_now(self) -> None:
        self.online(self.cast.lin, state=Presence.State.BUSY)
        waiting = self.another("小王")
        self.customer_says(thread=waiting, when="07:00")
        self.cast.lin.chat_capacity = 1
        self.cast.lin.save()
        with clock.frozen(at("08:00")):
            actions.change_presence(self.cast.lin, "online", by=self.cast.lin)
        assert self.conversation().assignee == self.cast.lin
        assert self.conversation(waiting).assignee is None


    def test_is_kept_as_the_reason_for_the_assignment(self) -> None:
        self.test_comes_before_those_who_wait_now()
        first = Assignment.objects.get().because[0]
        assert (first["path"], first["inputs"]) == (
            "conversations.left_messages_first", {"left_messages": 1, "waiting": 1},
        )  # fmt: skip

    def test_is_taken_first_by_who_takes_the_next_one(self) -> None:
        self.online(self.cast.lin, state=Presence.State.BUSY)
        waiting = self.another("小王")
        self.customer_says(thread=waiting, when="02:00")
        Conversation.objects.filter(thread=waiting).update(state="waiting")
        assert actions.take_next(by=self.cast.lin) == self.conversation()
        assert [one["path"] for one in Assignment.objects.get().because] == ["conversations.left_messages_first"]

    def test_stands_before_those_who_are_told_their_place(self) -> None:
        self.online(self.cast.lin, state=Presence.State.SUSPENDED)
        waiting = self.another("小王")
        self.customer_says(thread=waiting, when="07:00")
        assert queries.waiting_position(self.conversation(waiting)) == 2
        told = Message.objects.get(thread=waiting, author="auto", payload__auto="queue")
        assert told.payload["position"] == 2


class MessagesThatTakeTheirTurn(floor.FloorCase):
    """Where the handbook gives left messages no precedence."""

    handbook = {"left_messages_first": "is = false"}

    def setUp(self) -> None:
        super().setUp()
        self.customer_says("发什么快递", when="11-19 03:00")
        self.online(self.cast.lin, state=Presence.State.SUSPENDED)
        self.waiting = self.another("小王")
        self.customer_says(thread=self.waiting, when="07:00")
        # They came before the message was left.
        Conversation.objects.filter(thread=self.waiting).update(queued_at=at("02:00"))

    def test_wait_until_those_before_them_are_served(self) -> None:
        self.cast.lin.chat_capacity = 1
        self.cast.lin.save()
        with clock.frozen(at("08:00")):
            actions.change_presence(self.cast.lin, "online", by=self.cast.lin)
        assert self.conversation(self.waiting).assignee == self.cast.lin
        assert self.conversation().state == "offline"
        assert Assignment.objects.get().because[0]["value"]["zh"] == "否"

    def test_are_not_taken_before_them(self) -> None:
        assert actions.take_next(by=self.cast.lin) == self.conversation(self.waiting)

    def test_are_not_counted_before_them(self) -> None:
        assert queries.waiting_position(self.conversation(self.waiting)) == 1


class TheSweepOfTheQueue(floor.FloorCase):
    def test_changes_nothing_while_nobody_has_room(self) -> None:
        self.online(self.cast.lin, state=Presence.State.SUSPENDED)
        self.customer_says(when="10:00")
        before = Conversation.objects.values().get()
        actions.sweep_queue(at=at("10:01"))
        assert Conversation.objects.values().get() == before
        assert self.said_automatically() == ["greeting", "queue"]

    def test_leaves_a_message_a_message_until_somebody_has_room(self) -> None:
        self.customer_says(when="05:00")
        self.online(self.cast.lin, state=Presence.State.SUSPENDED)
        actions.sweep_queue(at=at("08:00"))
        assert (self.conversation().state, self.said_automatically()) == ("offline", ["closed"])

    def test_goes_on_to_other_shops_when_one_has_nobody(self) -> None:
        self.customer_says(when="05:00")
        elsewhere = self.another("零食客", self.cast.other_shop)
        self.customer_says(thread=elsewhere, when="05:01")
        self.online(self.cast.hu)
        assert actions.sweep_queue(at=at("08:00")) == 1
        assert self.conversation(elsewhere).assignee == self.cast.hu


class Metrics(floor.FloorCase):
    def test_never_count_what_a_machine_said(self) -> None:
        self.online(self.cast.lin)
        self.customer_says(when="10:00:00")
        assert self.said_automatically() == ["greeting"]
        assert queries.numbers(self.cast.zhou, TODAY, TODAY)["response"].denominator == 0

    def test_carry_their_definitions(self) -> None:
        figures = queries.numbers(self.cast.zhou, TODAY, TODAY).figures
        assert all(str(one.measure.definition) not in ("", str(one.measure.label)) for one in figures.values())


class Stretches(floor.FloorCase):
    def test_of_presence_are_kept_with_their_reasons(self) -> None:
        for moment, state, reason in (("08:00", "online", ""), ("12:00", "away", "meal"), ("12:30", "online", "")):
            actions.change_presence(self.cast.lin, state, reason=reason, by=self.cast.lin, at=at(moment))
        rows = Presence.objects.filter(person=self.cast.lin).order_by("started_at")
        assert [(row.state, row.reason, row.ended_at) for row in rows] == [
            ("online", "", at("12:00")), ("away", "meal", at("12:30")), ("online", "", None),
        ]  # fmt: skip


class Strangers(floor.FloorCase):
    def test_see_nothing(self) -> None:
        self.customer_says()
        assert access.visible_conversations(self.cast.hu).count() == 0
        assert access.visible_conversations(self.cast.lin).count() == 1

    def test_who_only_keep_the_warehouse_read_no_chats(self) -> None:
        self.customer_says()
        assert access.visible_conversations(self.cast.ding).count() == 0

    def test_everywhere_is_seen_by_the_manager(self) -> None:
        self.customer_says()
        assert access.visible_conversations(self.cast.bao).count() == 1


class Surveys(floor.FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin)
        self.customer_says(when="10:00")
        self.agent_says(self.cast.lin, when="10:01")

    def test_are_sent_once_per_closing_and_not_too_often(self) -> None:
        actions.resolve(self.conversation(), by=self.cast.lin, at=at("10:02"))
        self.customer_says(when="10:30")
        actions.resolve(self.conversation(), by=self.cast.lin, at=at("10:31"))
        assert Invitation.objects.count() == 1
        self.customer_says(when="11-20 10:40")
        actions.resolve(self.conversation(), by=self.cast.lin, at=at("11-20 10:45"))
        assert Invitation.objects.count() == 2

    def test_are_not_sent_when_a_chat_closes_by_itself(self) -> None:
        assert jobs.close_quiet(at("12:00")) == 0
        assert jobs.close_quiet(at("12:01")) == 1
        assert self.conversation().state == "ended"
        assert Invitation.objects.count() == 0


class WhatMustBeSaid(floor.FloorCase):
    """Asked for by the act itself, so that no door and no bulk act gets round it; the field that is missing is named."""

    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin, self.cast.mei)
        self.customer_says(when="10:00")
        self.served = self.conversation()

    def missing(self, act: Callable[[], object]) -> list[str]:
        before = Conversation.objects.values().get()
        with pytest.raises(BadInput) as refusal:
            act()
        assert Conversation.objects.values().get() == before
        return list(refusal.value.fields)

    def test_when_passing_on(self) -> None:
        assert self.missing(
            lambda: actions.transfer(self.served, by=self.cast.lin, to_person=self.cast.mei, note="")
        ) == ["note"]

    def test_when_leaving_to_the_next_shift(self) -> None:
        assert self.missing(lambda: actions.leave_to_next_shift(self.served, by=self.cast.lin, note="")) == ["note"]

    def test_in_letters_that_can_be_kept(self) -> None:
        assert self.missing(lambda: actions.resolve(self.served, by=self.cast.lin, note="\ud800")) == ["note"]

    def test_in_rare_characters_too(self) -> None:
        actions.leave_to_next_shift(self.served, by=self.cast.lin, note="𠮷先生要发票 🧾")
        assert self.conversation().left_over.get().note == "𠮷先生要发票 🧾"


class Clocks(floor.FloorCase):
    def test_do_not_fire_after_the_agent_has_answered(self) -> None:
        self.online(self.cast.lin)
        self.customer_says(when="10:00:00")
        self.agent_says(self.cast.lin, when="10:00:10")
        assert Deadline.objects.filter(met_at=None, cancelled_at=None).count() == 0
        assert Deadline.objects.get().missed_at is None

    def test_do_not_let_a_later_question_move_the_first_ones_due_time(self) -> None:
        self.online(self.cast.lin)
        self.customer_says(when="10:00:00")
        self.customer_says(when="10:00:25")
        assert Deadline.objects.get().due_at == at("10:00:30")

    def test_end_with_the_conversation(self) -> None:
        self.online(self.cast.lin)
        self.customer_says(when="10:00")
        actions.resolve(self.conversation(), by=self.cast.lin, at=at("10:01"))
        assert Deadline.objects.get().cancelled_at == at("10:01")
        assert Turn.objects.get().abandoned_at == at("10:01")


class ChatsAreNotLost(floor.FloorCase):
    def test_an_ended_one_is_kept_and_a_new_one_opens_on_the_same_thread(self) -> None:
        self.online(self.cast.lin)
        self.customer_says(when="10:00")
        actions.resolve(self.conversation(), by=self.cast.lin, at=at("10:05"))
        self.customer_says("还有个问题", when="10:10")
        states = Conversation.objects.filter(thread=self.thread).order_by("pk").values_list("state", flat=True)
        assert list(states) == ["ended", "serving"]

    def test_a_visitor_is_never_accepted_and_left_alone(self) -> None:
        self.customer_says(when="03:00")
        assert self.conversation().promised_at is not None
        assert Message.objects.filter(author="auto").count() == 1


class OnHold(floor.FloorCase):
    """挂起: keeps the customers one has, takes no new ones."""

    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin)
        self.customer_says(when="10:00")
        actions.change_presence(self.cast.lin, "suspended", by=self.cast.lin, at=at("10:01"))

    def test_keeps_the_customers_one_has(self) -> None:
        self.customer_says("在吗", when="10:02")
        jobs.requeue_absent(at("10:02"))
        assert self.conversation().assignee == self.cast.lin

    def test_takes_no_new_ones(self) -> None:
        other = self.another("小王")
        self.customer_says(thread=other, when="10:02")
        assert (self.conversation(other).state, self.conversation(other).assignee) == ("waiting", None)


class SlowReplyAlarm(floor.FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin)
        self.other = self.another("小王")
        self.customer_says(when="10:00:00")
        self.customer_says(thread=self.other, when="10:00:30")

    def alarm_at(self, moment: str) -> queries.Alarm:
        with clock.frozen(at(moment)):
            return queries.alarm(self.cast.lin)

    def test_is_silent_before_a_hundred_seconds(self) -> None:
        assert self.alarm_at("10:01:39").count == 0

    def test_merges_all_and_leads_to_the_longest_wait(self) -> None:
        alarm = self.alarm_at("10:02:10")
        assert (alarm.count, alarm.seconds, alarm.conversation_id) == (2, 130, self.conversation().pk)

    def test_closes_at_zero(self) -> None:
        self.agent_says(self.cast.lin, when="10:02:00")
        self.agent_says(self.cast.lin, thread=self.other, when="10:02:05")
        assert self.alarm_at("10:02:10").count == 0


class SecondTransfers(floor.FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin, self.cast.mei, self.cast.ou)
        self.customer_says(when="10:00")
        self.conversation_of_lin = self.conversation()

    def test_need_a_reason_and_tell_the_leader(self) -> None:
        first = actions.transfer(self.conversation(), by=self.cast.lin, to_person=self.cast.mei, note="问退货")
        actions.accept_transfer(first, by=self.cast.mei)
        with pytest.raises(Refused) as refusal:
            actions.transfer(self.conversation(), by=self.cast.mei, to_person=self.cast.ou, note="问发货")
        assert refusal.value.code == "needs_reason"
        assert [reason.path for reason in refusal.value.decision.because] == [
            "conversations.second_transfer_tells_leader"
        ]
        assert Transfer.objects.count() == 1
        actions.transfer(
            self.conversation(), by=self.cast.mei, to_person=self.cast.ou, note="问发货", reason="订单客服才知道"
        )
        assert Notice.objects.filter(person=self.cast.zhou).count() == 1

    def test_two_cannot_be_offered_at_once(self) -> None:
        actions.transfer(self.conversation(), by=self.cast.lin, to_person=self.cast.mei, note="问退货")
        with pytest.raises(Conflict):
            actions.transfer(self.conversation(), by=self.cast.lin, to_person=self.cast.ou, note="问发货")


class ManyOpenChats(floor.FloorCase):
    """A refresh must not read every open conversation again, however many one person has."""

    def statements(self) -> int:
        client = self.as_person(self.cast.lin)
        client.get("/workspace/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/workspace/").status_code == 200
        return len(captured)

    def test_cost_the_page_no_more_statements_than_one(self) -> None:
        self.cast.lin.chat_capacity = 50
        self.cast.lin.save()
        self.online(self.cast.lin)
        self.customer_says(thread=self.another("小王"), when="10:00")
        one = self.statements()
        for index in range(20):
            self.customer_says(thread=self.another(f"顾客{index}"), when="10:01")
        assert Conversation.objects.filter(assignee=self.cast.lin).count() == 21
        assert self.statements() == one
