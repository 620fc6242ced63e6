"""Beside a conversation: the customer's cases, a new one with one key, photos of the chat into it."""

from __future__ import annotations

from typing import ClassVar

from django.db import transaction

from dangban.aftersales.models import Case, Evidence
from dangban.aftersales.tests.story import Returning
from dangban.chat import actions as chat
from dangban.testing import pages
from dangban.testing.cast import NOW


class BesideChatTest(pages.CastCase):
    story: ClassVar[Returning]

    @classmethod
    def set_up_story(cls) -> None:
        cls.story = Returning(cls.cast)
        cls.order = cls.story.order()
        cls.thread = chat.open_thread(cls.cast.shop, customer=cls.cast.fang)
        with transaction.atomic():
            chat.post(cls.thread, author="customer", author_id=cls.cast.fang.pk, author_name="方静", body="开线了", client_id="1", at=NOW)

    def asked(self) -> dict[str, str]:
        return {"shop": str(self.cast.shop.pk), "customer": str(self.cast.fang.pk), "thread": str(self.thread.pk)}

    def test_one_key_opens_a_case_of_the_order(self) -> None:
        answer = self.as_person(self.cast.mei).post("/aftersales/chat/new/", {**self.asked(), "order": self.order.pk, "kind": "return", "reason": "quality"})
        made = Case.objects.get()
        assert answer.status_code == 200
        assert (made.source, made.thread_id, made.owner, made.lines.get().paid_fen) == ("chat", self.thread.pk, self.cast.mei, 19_900)
        assert made.number in answer.content.decode()

    def test_an_unknown_reason_opens_nothing(self) -> None:
        answer = self.as_person(self.cast.mei).post("/aftersales/chat/new/", {**self.asked(), "order": self.order.pk, "kind": "return", "reason": "x"})
        assert (answer.status_code, Case.objects.count()) == (422, 0)

    def test_somebody_elses_order_opens_nothing(self) -> None:
        other = self.story.order(number="7766", customer=self.cast.customer("hong", "洪", self.cast.shop))
        answer = self.as_person(self.cast.mei).post("/aftersales/chat/new/", {**self.asked(), "order": other.pk, "kind": "return", "reason": "quality"})
        assert (answer.status_code, Case.objects.count()) == (404, 0)

    def test_a_stranger_sees_no_panel(self) -> None:
        assert self.as_person(self.cast.hu).get("/aftersales/chat/", self.asked()).status_code == 404

    def test_words_are_no_photos(self) -> None:
        case = self.story.case(order=self.order)
        answer = self.as_person(self.cast.mei).post(f"/aftersales/{case.pk}/chat-photos/", self.asked())
        assert (answer.status_code, Evidence.objects.count()) == (200, 0)
