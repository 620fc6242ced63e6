"""Questions and answers: when a clock opens, closes, and whose it is."""

from __future__ import annotations

from dangban.chat.models import Presence
from dangban.conversations.models import Requeue, Turn
from dangban.conversations.tests import floor
from dangban.desk.models import Deadline
from dangban.testing.cast import at


class AQuestion(floor.FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin)

    def test_opens_at_the_first_line_and_closes_at_the_first_human_answer(self) -> None:
        self.customer_says("在吗", when="10:10:15")
        self.customer_says("有货吗", when="10:15:20")
        self.agent_says(self.cast.lin, when="10:18:10")
        self.customer_says("好的", when="10:18:30")
        self.agent_says(self.cast.lin, when="10:19:00")
        assert self.turns() == [(1, 475), (5, 30)]

    def test_is_not_answered_by_an_automatic_line(self) -> None:
        self.customer_says(when="10:00:00")
        self.say(self.thread, "auto", 0, "当班", "您好", "10:00:01")
        assert self.turns() == [(1, None)]

    def test_is_not_answered_by_an_internal_note(self) -> None:
        self.customer_says(when="10:00:00")
        self.agent_says(self.cast.lin, "这位是老顾客", when="10:00:05", internal=True, kind="note")
        assert self.turns() == [(1, None)]
        assert self.conversation().unread == 1

    def test_belongs_to_who_answered_it_in_the_end(self) -> None:
        self.customer_says(when="10:00:00")
        self.agent_says(self.cast.mei, when="10:00:20")
        turn = Turn.objects.get()
        assert (turn.owner, turn.answered_by) == (self.cast.lin, self.cast.mei)

    def test_starts_the_first_clock_and_then_the_shorter_ones(self) -> None:
        self.customer_says(when="10:00:00")
        first = Deadline.objects.get()
        assert (first.rule, first.due_at, first.owner) == ("conversations.first_reply", at("10:00:30"), self.cast.lin)
        self.agent_says(self.cast.lin, when="10:00:20")
        self.customer_says("多少钱", when="10:01:00")
        first.refresh_from_db()
        assert first.met_at == at("10:00:20")
        assert Deadline.objects.get(met_at=None).due_at == at("10:02:00")

    def test_shows_how_long_the_customer_has_waited(self) -> None:
        self.customer_says(when="10:00:00")
        self.customer_says(when="10:00:40")
        assert self.conversation().waiting_since == at("10:00:00")
        self.agent_says(self.cast.lin, when="10:00:50")
        assert (self.conversation().waiting_since, self.conversation().unread) == (None, 0)


class AnAnswerTakenBack(floor.FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin)
        self.customer_says(when="10:00:00")
        self.answer = self.agent_says(self.cast.lin, "稍等", when="10:00:10")

    def test_answered_nothing(self) -> None:
        self.agent_says(self.cast.lin, "", when="10:00:20", kind="recall", payload={"seq": self.answer.seq})
        assert self.turns() == [(1, None)]
        assert self.conversation().waiting_since == at("10:00:00")

    def test_leaves_the_question_to_the_next_answer(self) -> None:
        self.agent_says(self.cast.lin, "", when="10:00:20", kind="recall", payload={"seq": self.answer.seq})
        self.agent_says(self.cast.lin, "有货的", when="10:01:00")
        assert self.turns() == [(1, 60)]

    def test_joins_what_was_asked_since(self) -> None:
        self.customer_says("到底有没有", when="10:00:30")
        self.agent_says(self.cast.lin, "", when="10:00:40", kind="recall", payload={"seq": self.answer.seq})
        assert self.turns() == [(1, None)]


class ANightShift(floor.FloorCase):
    def test_keeps_its_questions_on_the_day_it_began(self) -> None:
        self.on_duty(self.cast.lin, "11-19 17:00", "11-20 01:00")
        self.online(self.cast.lin)
        self.customer_says(when="11-20 00:30:00")
        self.agent_says(self.cast.lin, when="11-20 00:30:20")
        turn = Turn.objects.get()
        assert (turn.business_day.isoformat(), turn.minute) == ("2026-11-19", 30)

    def test_that_begins_on_the_last_of_a_month_stays_in_that_month(self) -> None:
        self.on_duty(self.cast.lin, "11-30 17:00", "12-01 01:00")
        self.online(self.cast.lin)
        self.customer_says(when="12-01 00:05")
        assert Turn.objects.get().business_day.isoformat() == "2026-11-30"

    def test_takes_over_a_question_that_fell_in_it_while_it_waited(self) -> None:
        self.on_duty(self.cast.lin, "11-19 17:00", "11-20 01:00")
        self.online(self.cast.lin, state=Presence.State.BUSY)
        self.customer_says(when="11-20 00:10")
        self.agent_says(self.cast.lin, when="11-20 00:12")
        assert Turn.objects.get().business_day.isoformat() == "2026-11-19"


class TheHandbookChangesInTheMiddleOfAMonth(floor.FloorCase):
    handbook = {"first_reply": 'is = 30\n[[first_reply.value]]\nsince = 2026-11-20\nclause = "practice: faster"\nis = 15'}

    def test_each_question_has_the_clock_of_its_day(self) -> None:
        self.online(self.cast.lin)
        other = self.another("小王")
        self.customer_says(when="11-19 23:59:50")
        self.customer_says(thread=other, when="11-20 00:00:10")
        assert list(Deadline.objects.order_by("started_at").values_list("allowed_seconds", flat=True)) == [30, 15]


class AChatThatComesBack(floor.FloorCase):
    def test_is_routed_anew_when_its_agent_has_gone_off_line(self) -> None:
        self.online(self.cast.lin)
        self.customer_says(when="10:00")
        self.agent_says(self.cast.lin, when="10:01")
        self.online(self.cast.lin, state=Presence.State.OFFLINE)
        self.online(self.cast.mei)
        self.customer_says("还在吗", when="10:30")
        assert self.conversation().assignee == self.cast.mei
        assert Requeue.objects.get().why == "off_duty"
        assert Turn.objects.get(first=False).owner == self.cast.mei
