"""Reaching customers whose goods are there: words that were left are no contact until the customer answers."""

from __future__ import annotations

import pytest

from dangban.backorders import actions
from dangban.backorders.actions import Said
from dangban.backorders.models import Attempt
from dangban.backorders.tests.story import WaitingCase
from dangban.chat.models import Message
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.testing.cast import NOW, at


class TellingTest(WaitingCase):
    def setUp(self) -> None:
        super().setUp()
        self.thread = self.story.thread(self.cast.fang)
        self.wait = self.story.wait()

    def arrive(self) -> None:
        self.story.goods.receive(1)
        self.story.sweep(NOW)
        self.wait.refresh_from_db()

    def test_who_answers_the_message_has_been_reached(self) -> None:
        self.arrive()
        assert self.wait.state == "told"
        self.story.says(self.thread, "好的我来拍", at("10:20"))
        self.story.sweep(at("10:21"))
        assert self.held(self.wait) == ("reached", 1)
        assert self.wait.kept_until == at("11-21 10:21")
        clock = self.clock_of(self.wait)
        assert clock is not None
        assert clock.met_at == at("10:21")

    def test_a_call_reaches_who_answers_it_and_no_other(self) -> None:
        self.arrive()
        missed = actions.contact(self.wait, Said("phone", answered=False, text="没人接"), by=self.cast.lin, at=at("10:10"))
        assert (missed.reached, self.held(self.wait)) == (False, ("told", 1))
        called = actions.contact(self.wait, Said("phone", answered=True, text="今晚拍"), by=self.cast.lin, at=at("10:30"))
        assert (called.reached, called.ordinal, self.held(self.wait)) == (True, 3, ("reached", 1))
        clock = self.clock_of(self.wait)
        assert clock is not None
        assert (clock.met_at, clock.ended_by_id) == (at("10:30"), self.cast.lin.pk)

    def test_words_in_the_chat_are_left_until_the_customer_answers(self) -> None:
        self.arrive()
        left = actions.contact(self.wait, Said("chat", answered=True, text="货到了，给您留着"), by=self.cast.lin, at=at("10:10"))
        assert (left.reached, self.held(self.wait)) == (False, ("told", 1))
        assert Message.objects.filter(thread=self.thread, author="agent", body="货到了，给您留着").exists()
        self.story.says(self.thread, "收到", at("10:20"))
        second = actions.contact(self.wait, Said("chat", text="留到后天"), by=self.cast.lin, at=at("10:25"))
        assert (second.reached, self.held(self.wait)) == (True, ("reached", 1))

    def test_in_quiet_hours_nobody_is_disturbed_but_who_talks_to_us(self) -> None:
        self.arrive()
        with pytest.raises(Refused) as refused:
            actions.contact(self.wait, Said("phone", answered=True), by=self.cast.lin, at=at("22:30"))
        assert refused.value.code == "quiet"
        assert Attempt.objects.filter(person=self.cast.lin).count() == 0
        self.story.says(self.thread, "还在吗", at("22:31"))
        assert actions.contact(self.wait, Said("chat", text="在的"), by=self.cast.lin, at=at("22:32")).reached

    def test_before_the_goods_are_there_there_is_nothing_to_tell(self) -> None:
        with pytest.raises(Conflict):
            actions.contact(self.wait, Said("phone", answered=True), by=self.cast.lin)
        assert not Attempt.objects.exists()

    def test_a_contact_needs_words_a_way_and_the_right(self) -> None:
        self.arrive()
        for said, field in ((Said("pigeon"), "way"), (Said("chat"), "text"), (Said("phone", text="字" * 501), "text")):
            with pytest.raises(BadInput) as wrong:
                actions.contact(self.wait, said, by=self.cast.lin)
            assert list(wrong.value.fields) == [field]
        with pytest.raises(NotAllowed):
            actions.contact(self.wait, Said("phone", answered=True), by=self.cast.ding)
        assert Attempt.objects.filter(person__isnull=False).count() == 0

    def test_the_slower_of_two_who_call_is_told(self) -> None:
        self.arrive()
        seen = self.wait.version
        actions.contact(self.wait, Said("phone", answered=True, seen=seen), by=self.cast.lin)
        with pytest.raises(Conflict):
            actions.contact(self.wait, Said("phone", answered=False, seen=seen), by=self.cast.mei)
        assert self.held(self.wait) == ("reached", 1)
