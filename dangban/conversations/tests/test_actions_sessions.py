"""Taking, taking over, stepping in, leaving, resolving."""

from __future__ import annotations

import pytest
from django.http import Http404

from dangban.chat.models import Message, Presence
from dangban.conversations import access, actions
from dangban.conversations.models import (
    Assignment,
    Closure,
    Conversation,
    LeftOver,
    StepIn,
    Turn,
)
from dangban.conversations.tests import floor
from dangban.desk.models import Notice
from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.testing.cast import at


class SessionCase(floor.FloorCase):
    def waiting(self) -> Conversation:
        """A customer in the queue: somebody is there, but on hold."""
        self.online(self.cast.lin, state=Presence.State.SUSPENDED)
        self.customer_says(when="10:00")
        return self.conversation()

    def served_by_lin(self) -> Conversation:
        self.online(self.cast.lin)
        self.customer_says(when="10:00")
        return self.conversation()

    def state(self) -> tuple[object, ...]:
        return tuple(Conversation.objects.order_by("pk").values_list("state", "assignee", "version"))


class Taking(SessionCase):
    def test_makes_a_waiting_customer_ones_own(self) -> None:
        taken = actions.take(self.waiting(), by=self.cast.lin, at=at("10:00:40"))
        assert (taken.state, taken.assignee, taken.queued_at) == ("serving", self.cast.lin, None)
        assignment = Assignment.objects.get()
        assert (assignment.how, assignment.waited_ms) == ("taken", 40_000)

    def test_is_for_the_first_who_does_it(self) -> None:
        waiting = self.waiting()
        self.online(self.cast.mei)
        actions.take(waiting, by=self.cast.mei)
        before = self.state()
        with pytest.raises(Conflict) as conflict:
            actions.take(waiting, by=self.cast.lin)
        assert conflict.value.code == "taken"
        assert self.state() == before
        assert Assignment.objects.count() == 1

    def test_twice_is_once(self) -> None:
        waiting = self.waiting()
        actions.take(waiting, by=self.cast.lin)
        actions.take(waiting, by=self.cast.lin)
        assert Assignment.objects.count() == 1

    def test_is_not_for_who_is_off_line(self) -> None:
        waiting = self.waiting()
        with pytest.raises(Refused) as refusal:
            actions.take(waiting, by=self.cast.mei)
        assert refusal.value.code == "offline"

    def test_is_not_for_a_stranger(self) -> None:
        waiting = self.waiting()
        self.online(self.cast.hu)
        with pytest.raises(Http404):
            access.get_conversation(self.cast.hu, waiting.pk)
        with pytest.raises(NotAllowed):
            actions.take(waiting, by=self.cast.hu)

    def test_the_next_one_takes_who_waits_longest(self) -> None:
        first = self.waiting()
        second = self.another("小王")
        self.customer_says(thread=second, when="10:01")
        taken = actions.take_next(by=self.cast.lin)
        assert taken is not None
        assert taken.pk == first.pk

    def test_the_next_one_is_nobody_when_nobody_waits(self) -> None:
        self.online(self.cast.lin)
        assert actions.take_next(by=self.cast.lin) is None


class TakingOver(SessionCase):
    def test_moves_the_customer_and_tells_who_had_them(self) -> None:
        served = self.served_by_lin()
        actions.take_over(served, by=self.cast.zhou, reason="客户要求主管", at=at("10:05"))
        assert self.conversation().assignee == self.cast.zhou
        assert list(Assignment.objects.order_by("pk").values_list("person", "how", "ended_at")) == [
            (self.cast.lin.pk, "routed", at("10:05")), (self.cast.zhou.pk, "taken_over", None),
        ]  # fmt: skip
        assert Notice.objects.get().person == self.cast.lin

    def test_is_in_the_log_and_in_the_journal(self) -> None:
        actions.take_over(self.served_by_lin(), by=self.cast.zhou)
        line = Message.objects.get(kind="event")
        assert (line.internal, line.payload["event"], line.payload["before"]) == (True, "taken_over", "林小雨")
        entry = Entry.objects.filter(verb="conversations.conversation_assigned").last()
        assert entry is not None
        assert (entry.actor_id, entry.change["how"]) == (self.cast.zhou.pk, "taken_over")

    def test_keeps_the_customers_clock_running(self) -> None:
        served = self.served_by_lin()
        actions.take_over(served, by=self.cast.zhou)
        self.agent_says(self.cast.zhou, when="10:06")
        turn = Turn.objects.get()
        assert (turn.owner, turn.answered_by, turn.milliseconds) == (self.cast.lin, self.cast.zhou, 360_000)


class SteppingIn(SessionCase):
    def test_leaves_the_customer_with_the_colleague(self) -> None:
        served = self.served_by_lin()
        actions.step_in(served, by=self.cast.zhou)
        assert self.conversation().assignee == self.cast.lin
        assert StepIn.objects.get().ended_at is None

    def test_ends_when_the_conversation_does(self) -> None:
        served = self.served_by_lin()
        actions.step_in(served, by=self.cast.zhou)
        actions.resolve(self.conversation(), by=self.cast.lin, at=at("10:05"))
        assert StepIn.objects.get().ended_at == at("10:05")


class Resolving(SessionCase):
    def test_ends_the_conversation_with_how_and_by_whom(self) -> None:
        self.served_by_lin()
        self.agent_says(self.cast.lin, when="10:01")
        actions.resolve(self.conversation(), by=self.cast.lin, outcome="answered", note="已解答", at=at("10:05"))
        closure = Closure.objects.get()
        assert (closure.how, closure.by, closure.outcome, closure.served_ms) == (
            "resolved", self.cast.lin, "answered", 300_000,
        )  # fmt: skip
        assert (self.conversation().state, self.conversation().ended_at) == ("ended", at("10:05"))

    def test_waits_for_a_line_that_has_not_been_seen(self) -> None:
        served = self.served_by_lin()
        with floor.transaction.atomic():
            floor.chat.post(self.thread, author="customer", author_id=self.cast.fang.pk, body="等一下", at=at("10:04"))
        with pytest.raises(Conflict):
            actions.resolve(served, by=self.cast.lin)
        assert Closure.objects.count() == 0

    def test_is_for_who_serves_or_leads(self) -> None:
        served = self.served_by_lin()
        with pytest.raises(Conflict) as conflict:
            actions.resolve(served, by=self.cast.mei)
        assert conflict.value.code == "taken"
        actions.resolve(served, by=self.cast.zhou)
        assert self.conversation().state == "ended"

    def test_makes_room_for_who_waits(self) -> None:
        self.cast.lin.chat_capacity = 1
        self.cast.lin.save()
        served = self.served_by_lin()
        other = self.another("小王")
        self.customer_says(thread=other, when="10:01")
        assert self.conversation(other).assignee is None
        actions.resolve(served, by=self.cast.lin, at=at("10:02"))
        assert self.conversation(other).assignee == self.cast.lin


class LeavingToTheNextShift(SessionCase):
    def test_gives_it_to_who_is_there_with_the_note(self) -> None:
        served = self.served_by_lin()
        self.online(self.cast.mei)
        actions.leave_to_next_shift(served, by=self.cast.lin, note="等仓库回复尺寸", at=at("10:30"))
        assert self.conversation().assignee == self.cast.mei
        assert Assignment.objects.latest("pk").how == "handed_over"
        assert LeftOver.objects.get().taken_up_at == at("10:30")

    def test_waits_for_the_next_shift_if_nobody_else_is_there(self) -> None:
        served = self.served_by_lin()
        actions.leave_to_next_shift(served, by=self.cast.lin, note="等仓库回复尺寸", at=at("10:30"))
        assert (self.conversation().assignee, LeftOver.objects.get().taken_up_at) == (None, None)

    def test_needs_to_say_what_is_still_to_do(self) -> None:
        with pytest.raises(BadInput) as refusal:
            actions.leave_to_next_shift(self.served_by_lin(), by=self.cast.lin, note=" ")
        assert list(refusal.value.fields) == ["note"]
        assert LeftOver.objects.count() == 0


class WritingFirst(SessionCase):
    def test_opens_a_conversation_of_ones_own(self) -> None:
        self.online(self.cast.lin)
        opened = actions.begin(self.thread, by=self.cast.lin)
        self.agent_says(self.cast.lin, "您的订单还没付款")
        assert self.conversation().pk == opened.pk
        assert (opened.assignee, Turn.objects.count()) == (self.cast.lin, 0)
