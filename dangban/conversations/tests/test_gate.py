"""May a line be sent: whose conversation it is, and what must not be said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from dangban.chat import actions as chat
from dangban.chat.ports import Line, Sender, Verdict
from dangban.conversations import actions
from dangban.conversations.gate import Gate
from dangban.conversations.models import GuardHit, GuardOverride
from dangban.conversations.tests import floor
from dangban.desk import inbox as boxes
from dangban.handbook.actions import forget
from dangban.lib.errors import Conflict, NotAllowed, Refused
from dangban.people.models import Person
from dangban.testing import pages
from dangban.testing.cast import NOW

GATE = Gate()


def fetch(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


class GateCase(floor.FloorCase):
    def setUp(self) -> None:
        super().setUp()
        self.online(self.cast.lin)
        self.customer_says(when="10:00")

    def ask(self, person: Person, body: str = "在的", *, confirmed: bool = False, kind: str = "text", **more: Any) -> Verdict:
        self.sender = self.sender_of(person)
        self.line = Line(
            self.thread.pk, "agent", person.pk, person.service_name, "c-1", kind, body, {}, more.get("internal", False), NOW
        )
        with self.assertNumQueries(2):
            facts = GATE.facts([self.thread.pk], fetch)
        return GATE.decide(facts[self.thread.pk], self.sender, self.line, confirmed=confirmed)

    def sender_of(self, person: Person) -> Sender:
        held = frozenset(code for code in ("conversations.override_guard",) if person.can(code))
        return Sender("agent", person.pk, person.service_name, held, "zh-hans")

    def kept(self, verdict: Verdict, *, sent: bool) -> list[GuardHit]:
        GATE.kept(self.sender, self.line, verdict, sent=sent)
        return list(GuardHit.objects.order_by("pk"))


class WhoseConversation(GateCase):
    def test_who_serves_may_answer(self) -> None:
        assert self.ask(self.cast.lin).act == "send"

    def test_a_colleague_is_offered_to_step_in_or_take_over(self) -> None:
        verdict = self.ask(self.cast.mei)
        assert (verdict.act, verdict.code) == ("refuse", "taken")

    def test_a_colleague_who_stepped_in_may(self) -> None:
        actions.step_in(self.conversation(), by=self.cast.mei)
        assert self.ask(self.cast.mei).act == "send"

    def test_who_had_it_before_a_take_over_may_not(self) -> None:
        actions.take_over(self.conversation(), by=self.cast.mei)
        assert self.ask(self.cast.lin).code == "taken"

    def test_a_note_may_be_written_by_anybody(self) -> None:
        assert self.ask(self.cast.mei, "老顾客", internal=True, kind="note").act == "send"

    def test_a_waiting_customer_is_taken_first(self) -> None:
        actions.leave_to_next_shift(self.conversation(), by=self.cast.lin, note="明早")
        assert self.ask(self.cast.lin).code == "take"

    def test_an_ended_one_may_be_written_to_again(self) -> None:
        actions.resolve(self.conversation(), by=self.cast.lin)
        assert self.ask(self.cast.mei).act == "send"

    def test_a_customer_may_always_write(self) -> None:
        facts = GATE.facts([self.thread.pk], fetch)[self.thread.pk]
        line = Line(self.thread.pk, "customer", 1, "方", "c", "text", "加微信", {}, False, NOW)
        assert GATE.decide(facts, Sender("customer", 1, "方"), line, confirmed=False).act == "send"


class BeforeAnyHandbook(pages.CastCase):
    def test_customers_and_agents_can_write(self) -> None:
        forget()
        self.addCleanup(forget)
        thread = chat.open_thread(self.cast.shop, customer=self.cast.fang)
        facts = GATE.facts([thread.pk], fetch)[thread.pk]
        line = Line(thread.pk, "agent", self.cast.lin.pk, "林", "c", "text", "这是最好的", {}, False, NOW)
        assert GATE.decide(facts, Sender("agent", self.cast.lin.pk, "林"), line, confirmed=False).act == "send"


class WhatMustNotBeSaid(GateCase):
    def test_a_remark_goes_out_and_is_kept(self) -> None:
        verdict = self.ask(self.cast.lin, "这个我不知道")
        assert (verdict.act, verdict.offer) == ("send", "我核实一下，稍后马上回复您。")
        hit = self.kept(verdict, sent=True)[0]
        assert (hit.word, hit.act, hit.sent, hit.rule) == ("不知道", "remark", True, "conversations.guard.brush_off")

    def test_a_warning_goes_out_when_confirmed(self) -> None:
        verdict = self.ask(self.cast.lin, "明天一定到")
        assert (verdict.act, verdict.code) == ("warn", "guard")
        assert verdict.because[0]["path"] == "conversations.guard.promises"
        assert self.ask(self.cast.lin, "明天一定到", confirmed=True).act == "send"

    def test_what_was_kept_back_and_then_sent_is_one_finding(self) -> None:
        self.kept(self.ask(self.cast.lin, "明天一定到"), sent=False)
        hits = self.kept(self.ask(self.cast.lin, "明天一定到", confirmed=True), sent=True)
        assert [(hit.word, hit.act, hit.sent) for hit in hits] == [("一定到", "warn", True)]

    def test_a_blocked_line_does_not_go_out_even_confirmed(self) -> None:
        verdict = self.ask(self.cast.lin, "加我微信", confirmed=True)
        assert (verdict.act, verdict.code) == ("refuse", "guard_supervisor")

    def test_rude_words_pass_for_nobody(self) -> None:
        assert self.ask(self.cast.lin, "你有病吧").code == "guard_never"

    def test_repeating_the_customers_number_is_fine(self) -> None:
        self.cast.shop.orders.create(
            platform_id="88", customer=self.cast.fang, status="paid", total_fen=100, phone="13912345678",
            created_at=NOW, business_day="2026-11-19", imported_at=NOW,
        )  # fmt: skip
        assert self.ask(self.cast.lin, "电话是13912345678对吗").act == "send"
        assert self.ask(self.cast.lin, "电话是13912345679对吗").act == "warn"


class LettingABlockedLinePass(GateCase):
    body = "加我微信发您说明书"

    def asked(self) -> GuardOverride:
        return actions.ask_override(self.conversation(), by=self.cast.lin, body=self.body, note="顾客要说明书")

    def inbox(self, person: Person) -> list[str]:
        return [item.label for item in boxes.inbox(person, NOW).items]

    def test_asks_the_leader_once_and_stands_once_in_their_inbox(self) -> None:
        assert self.asked().pk == self.asked().pk
        assert self.inbox(self.cast.zhou) == ["林小雨 请求放行一句被拦截的话"]
        assert boxes.count(self.cast.zhou, NOW) == 1

    def test_says_whom_to_ask(self) -> None:
        assert "请主管放行" in self.ask(self.cast.lin, self.body).message
        assert self.ask(self.cast.lin, self.body).code == "guard_supervisor"
        held = self.as_person(self.cast.lin)
        address = f"/workspace/{self.conversation().pk}/overrides/"
        said = held.post(address, {"body": self.body}, content_type="application/json").json()
        assert said == {"text": "已请主管放行。"}

    def test_where_it_takes_a_supervisor_no_leader_is_asked(self) -> None:
        Person.objects.filter(pk=self.cast.zhou.pk).update(level=Person.Level.LEADER)
        self.cast.zhou.refresh_from_db()
        self.asked()
        assert self.inbox(self.cast.zhou) == []
        assert boxes.count(self.cast.zhou, NOW) == 0
        assert self.inbox(self.cast.bao) == ["林小雨 请求放行一句被拦截的话"]

    def test_is_refused_where_nobody_else_may_let_it_pass(self) -> None:
        Person.objects.exclude(pk=self.cast.lin.pk).update(level=Person.Level.MID)
        with pytest.raises(Refused):
            self.asked()
        assert not GuardOverride.objects.exists()

    def test_lets_exactly_that_line_pass_and_says_by_whom(self) -> None:
        actions.grant_override(self.asked(), by=self.cast.zhou)
        verdict = self.ask(self.cast.lin, self.body)
        assert verdict.act == "send"
        assert {hit.overridden_by for hit in self.kept(verdict, sent=True)} == {self.cast.zhou}
        assert self.ask(self.cast.lin, self.body + "，快").act == "refuse"

    def test_refused_stays_blocked(self) -> None:
        actions.refuse_override(self.asked(), by=self.cast.zhou)
        assert self.ask(self.cast.lin, self.body).act == "refuse"

    def test_is_not_for_an_agent_to_grant(self) -> None:
        with pytest.raises(NotAllowed):
            actions.grant_override(self.asked(), by=self.cast.mei)

    def test_is_not_for_a_leader_where_it_takes_a_supervisor(self) -> None:
        Person.objects.filter(pk=self.cast.zhou.pk).update(level=Person.Level.LEADER)
        self.cast.zhou.refresh_from_db()
        row = self.asked()
        with pytest.raises(NotAllowed):
            actions.grant_override(row, by=self.cast.zhou)
        client = Client()
        client.force_login(self.cast.zhou, backend="django.contrib.auth.backends.ModelBackend")
        page = client.get("/speech-guard/").content.decode()
        assert "只有主管可以放行" in page
        assert f"/speech-guard/{row.pk}/grant/" not in page
        assert f"/speech-guard/{row.pk}/refusal/" in page

    def test_is_answered_once(self) -> None:
        row = self.asked()
        actions.refuse_override(row, by=self.cast.zhou)
        with pytest.raises(Conflict):
            actions.grant_override(row, by=self.cast.bao)

    def test_is_not_asked_for_what_nobody_may_say(self) -> None:
        with pytest.raises(Refused) as refusal:
            actions.ask_override(self.conversation(), by=self.cast.lin, body="你有病吧")
        assert refusal.value.code == "never"
