"""The figures, on small stories whose sums can be done by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dangban.conversations import queries
from dangban.conversations.actions import recall, sweep_queue, transfer
from dangban.conversations.tests import floor
from dangban.lib import clock
from dangban.lib.errors import NotAllowed
from dangban.people.models import Person
from dangban.testing.cast import TODAY, at


class NumbersCase(floor.FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin)

    def numbers(self, since: date = TODAY, until: date = TODAY, **more: object) -> queries.Numbers:
        return queries.numbers(self.cast.zhou, since, until, **more)  # type: ignore[arg-type]

    def made_of(self, name: str, **more: object) -> tuple[int, int | None]:
        figure = self.numbers(**more)[name]  # type: ignore[arg-type]
        return figure.numerator, figure.denominator


class ThePlatformsRate(NumbersCase):
    def test_counts_a_round_answered_after_three_minutes_against_it(self) -> None:
        self.customer_says(when="10:10:15")
        self.customer_says(when="10:15:20")
        self.agent_says(self.cast.lin, when="10:18:10")
        assert self.made_of("platform_rate") == (0, 1)

    def test_counts_the_next_round_for_itself(self) -> None:
        self.customer_says(when="10:10:15")
        self.customer_says(when="10:15:20")
        self.agent_says(self.cast.lin, when="10:18:10")
        self.customer_says(when="10:18:30")
        self.agent_says(self.cast.lin, when="10:19:00")
        assert self.made_of("platform_rate") == (1, 2)

    def test_counts_ten_questions_nobody_answered_as_one_round(self) -> None:
        for minute in range(10):
            self.customer_says(when=f"10:{minute:02}:00")
        assert self.made_of("platform_rate") == (0, 1)

    def test_looks_at_the_platforms_hours_only(self) -> None:
        self.customer_says(when="07:59:59")
        self.agent_says(self.cast.lin, when="08:30:00")
        self.customer_says(when="22:59:59")
        self.agent_says(self.cast.lin, when="23:00:05")
        assert self.made_of("platform_rate") == (1, 1)


class ResponseTimes(NumbersCase):
    def setUp(self) -> None:
        super().setUp()
        self.customer_says(when="10:00:00")
        self.agent_says(self.cast.lin, when="10:00:10")
        self.customer_says(when="10:05:00")
        self.agent_says(self.cast.lin, when="10:06:00")

    def test_are_sums_over_counts(self) -> None:
        assert self.made_of("first_response") == (10_000, 1)
        assert self.made_of("response") == (70_000, 2)
        assert self.numbers()["response"].value == 35.0

    def test_are_kept_per_person(self) -> None:
        other = self.another("小王")
        self.online(self.cast.mei)
        self.customer_says(thread=other, when="10:10:00")
        transfer(self.conversation(other), by=self.cast.zhou, to_person=self.cast.mei, note="售后问题", at=at("10:10:05"))
        self.agent_says(self.cast.mei, thread=other, when="10:10:20")
        together, by_person = queries.numbers_with_people(self.cast.zhou, TODAY, TODAY)
        assert by_person[self.cast.lin.pk]["response"].numerator == 70_000
        assert by_person[self.cast.mei.pk]["response"].numerator == 20_000
        assert by_person[self.cast.lin.pk]["transferred_out"].numerator == 1
        assert together == self.numbers()

    def test_are_kept_per_day(self) -> None:
        yesterday = TODAY - timedelta(days=1)
        by_day = queries.numbers_by_day(self.cast.zhou, yesterday, TODAY, who=self.cast.lin)
        assert list(by_day) == [TODAY, yesterday]
        assert by_day[TODAY] == queries.numbers(self.cast.zhou, TODAY, TODAY, who=self.cast.lin)
        assert by_day[TODAY]["response"].numerator == 70_000
        assert by_day[yesterday]["response"].denominator == 0

    def test_of_all_shops_are_those_of_each_shop(self) -> None:
        """Whoever sees everything is not asked shop by shop, and reads the same."""
        assert queries.numbers(self.cast.bao, TODAY, TODAY) == self.numbers()

    def test_know_which_were_within_our_own_clock(self) -> None:
        assert self.made_of("house_rate") == (2, 2)
        self.customer_says(when="10:10:00")
        self.agent_says(self.cast.lin, when="10:11:01")
        assert self.made_of("house_rate") == (2, 3)

    def test_lead_to_the_conversations_behind_them(self) -> None:
        page = queries.behind(self.cast.zhou, "response", TODAY, TODAY)
        assert [row.pk for row in page.rows] == [self.conversation().pk]
        assert page.next == ""


class TheReplyRate(NumbersCase):
    def test_counts_customers_not_conversations(self) -> None:
        self.customer_says(when="10:00")
        self.agent_says(self.cast.lin, when="10:01")
        self.customer_says(when="10:02")
        self.customer_says(thread=self.another("小王"), when="10:03")
        assert self.made_of("reply_rate") == (1, 2)

    def test_does_not_take_the_next_days_answer(self) -> None:
        self.customer_says(when="11-19 23:58")
        self.agent_says(self.cast.lin, when="11-20 08:02")
        assert self.made_of("reply_rate") == (0, 1)

    def test_takes_it_within_one_night_shift(self) -> None:
        self.on_duty(self.cast.lin, "11-19 17:00", "11-20 01:00")
        self.customer_says(when="11-19 23:58")
        self.agent_says(self.cast.lin, when="11-20 00:02")
        assert self.made_of("reply_rate") == (1, 1)


class LeftMessages(NumbersCase):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin, state="offline")
        self.customer_says(when="05:00")
        self.online(self.cast.lin)
        sweep_queue(at=at("08:00"))

    def test_count_by_the_promised_time_and_in_no_response_time(self) -> None:
        assert self.conversation().promised_at == at("08:30")
        self.agent_says(self.cast.lin, when="08:20")
        assert (self.made_of("message_rate"), self.made_of("response")) == ((1, 1), (0, 0))

    def test_answered_too_late_count_against_it(self) -> None:
        self.agent_says(self.cast.lin, when="08:31")
        assert self.made_of("message_rate") == (0, 1)


class CustomersServed(NumbersCase):
    def test_are_those_who_wrote_and_were_written_to(self) -> None:
        self.agent_says(self.cast.lin, "您的订单还没付款", when="10:00")
        assert self.made_of("handled") == (0, None)
        self.customer_says("好的", when="10:05")
        assert self.made_of("handled") == (1, None)

    def test_count_once_a_day_however_often_they_come(self) -> None:
        for minute in (0, 10):
            self.customer_says(when=f"10:{minute:02}:00")
            self.agent_says(self.cast.lin, when=f"10:{minute:02}:05")
        assert self.made_of("handled") == (1, None)


class AnAnswerTakenBack(NumbersCase):
    def test_does_not_stop_the_clock(self) -> None:
        self.customer_says(when="10:00:00")
        stopped = self.agent_says(self.cast.lin, "稍等", when="10:00:05")
        with clock.frozen(at("10:00:10")):
            recall(self.conversation(), by=self.cast.lin, seq=stopped.seq)
            floor.run_pending()
        assert self.made_of("response") == (0, 0)
        self.agent_says(self.cast.lin, when="10:02:00")
        assert self.made_of("response") == (120_000, 1)


class ARuleThatChangesWithinTheRange(NumbersCase):
    handbook = {"first_reply": 'is = 30\n[[first_reply.value]]\nsince = 2026-11-20\nclause = "practice: faster"\nis = 15'}

    def test_holds_each_day_to_its_own(self) -> None:
        self.customer_says(when="11-19 10:00:00")
        self.agent_says(self.cast.lin, when="11-19 10:00:20")
        other = self.another("小王")
        self.customer_says(thread=other, when="11-20 10:00:00")
        self.agent_says(self.cast.lin, thread=other, when="11-20 10:00:20")
        assert self.made_of("house_rate", until=date(2026, 11, 20)) == (1, 2)


class Figures(NumbersCase):
    def test_of_others_are_for_those_who_supervise(self) -> None:
        with pytest.raises(NotAllowed):
            queries.numbers(self.cast.lin, TODAY, TODAY)
        assert queries.numbers(self.cast.lin, TODAY, TODAY, who=self.cast.lin)["asked"].numerator == 0

    def test_of_another_shop_are_not_seen(self) -> None:
        self.customer_says(when="10:00")
        assert queries.numbers(self.cast.hu, TODAY, TODAY)["asked"].numerator == 0
        assert queries.behind(self.cast.hu, "asked", TODAY, TODAY).rows == []

    def test_of_today_are_provisional(self) -> None:
        assert self.numbers().provisional
        assert not self.numbers(date(2026, 11, 17), date(2026, 11, 18)).provisional

    def test_without_anything_to_measure_have_no_value(self) -> None:
        assert self.numbers()["response"].value is None


class TakingFiguresOut(NumbersCase):
    def sheet(self, person: Person) -> int:
        return self.as_person(person).get("/numbers/?format=xlsx").status_code

    def test_of_others_takes_a_right(self) -> None:
        assert (self.sheet(self.cast.zhou), self.sheet(self.cast.hu)) == (200, 403)

    def test_of_ones_own_does_not(self) -> None:
        assert self.sheet(self.cast.lin) == 200
