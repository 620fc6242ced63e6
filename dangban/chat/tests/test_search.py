"""Messages are found by any part of what was said, by those who may see them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from dangban.chat import projection
from dangban.chat.actions import open_thread, post
from dangban.chat.search import Filters, search
from dangban.chat.tests.alone import alone
from dangban.lib import clock
from dangban.people.access import scope
from dangban.testing import cast, pages


class SearchCase(pages.CastCase):
    @classmethod
    def set_up_story(cls) -> None:
        cls.thread = open_thread(cls.cast.shop, customer=cls.cast.fang)
        cls.theirs = open_thread(cls.cast.other_shop, name="别家顾客")

    def setUp(self) -> None:
        super().setUp()
        self.enterContext(alone())

    def say(self, body: str, thread: Any = None, **more: Any) -> Any:
        about = {
            "author": "customer",
            "author_id": self.cast.fang.pk,
            "author_name": "方静",
            "body": body,
        } | more
        with transaction.atomic():
            message = post(thread or self.thread, **about)
        projection.run_pending()
        return message

    def found(self, text: str, who: str = "zhou", **narrow: Any) -> list[str]:
        return [hit.body for hit in search(text, scope(getattr(self.cast, who)), Filters(**narrow)).hits]


class Finding(SearchCase):
    def test_two_characters_find_what_contains_them(self) -> None:
        self.say("我想退货，运费谁出？")
        self.say("货退了吗")
        assert self.found("退货") == ["我想退货，运费谁出？"]

    def test_all_parts_have_to_be_there(self) -> None:
        self.say("我想退货，运费谁出？")
        self.say("我想退货")
        assert self.found("运费 退货") == ["我想退货，运费谁出？"]

    def test_pairs_that_lie_apart_are_no_hit(self) -> None:
        self.say("退货单和货单")
        assert self.found("退货单号") == []

    def test_newest_come_first_and_pages_follow(self) -> None:
        for number in range(5):
            self.say(f"快递到哪了 {number}")
        first = search("快递", scope(self.cast.zhou), limit=2)
        second = search("快递", scope(self.cast.zhou), limit=2, before=first.before)
        assert [hit.body[-1] for hit in (*first.hits, *second.hits)] == ["4", "3", "2", "1"]

    def test_a_number_is_found_whole_and_by_its_end(self) -> None:
        self.say("订单号 4215873690012345678")
        assert self.found("4215873690012345678") == self.found("5678") == ["订单号 4215873690012345678"]

    def test_traditional_and_full_width_forms_are_the_same(self) -> None:
        self.say("請問這個Ｔ恤有貨嗎")
        assert self.found("有货") == self.found("t恤") == ["請問這個Ｔ恤有貨嗎"]

    def test_rare_characters_are_found(self) -> None:
        self.say("收件人𠮷田")
        assert self.found("𠮷田") == ["收件人𠮷田"]

    def test_one_character_is_found(self) -> None:
        self.say("能退吗")
        assert self.found("退") == ["能退吗"]

    def test_what_was_taken_back_is_not_found(self) -> None:
        line = self.say("打错了的话", author="agent", author_id=self.cast.lin.pk)
        self.say("", author="agent", author_id=self.cast.lin.pk, kind="recall", payload={"seq": line.seq})
        assert self.found("打错") == []

    def test_signs_of_the_index_language_are_harmless(self) -> None:
        self.say('100% "好" OR AND *')
        assert self.found('"好" OR') == ['100% "好" OR AND *']


class Narrowing(SearchCase):
    def test_nobody_finds_what_was_said_in_a_shop_they_do_not_see(self) -> None:
        self.say("退货地址", thread=self.theirs)
        self.say("退货流程")
        assert self.found("退货", who="lin") == ["退货流程"]
        assert self.found("退货", who="hu") == ["退货地址"]
        assert self.found("退", who="hu") == ["退货地址"]
        assert self.found("退货", who="lin", shop=self.cast.other_shop.pk) == []

    def test_by_person(self) -> None:
        self.say("亲，马上发货", author="agent", author_id=self.cast.lin.pk, author_name="林客服")
        self.say("什么时候发货")
        assert self.found("发货", person=self.cast.lin.pk) == ["亲，马上发货"]

    def test_by_customer(self) -> None:
        self.say("发货了吗")
        assert self.found("发货", customer=self.cast.fang.pk) == ["发货了吗"]
        assert self.found("发货", customer=self.theirs.customer_id) == []

    def test_by_day_of_the_company(self) -> None:
        # 23:30 in London is already the next day in Shanghai.
        with clock.frozen(cast.at("11-18 00:30")):
            self.say("发货早")
        self.say("发货晚")
        assert self.found("发货", since=date(2026, 11, 18), until=date(2026, 11, 18)) == ["发货早"]

    def test_notes_can_be_left_out(self) -> None:
        self.say("客户要投诉", kind="note", internal=True, author="agent", author_id=self.cast.lin.pk)
        assert self.found("投诉") == ["客户要投诉"]
        assert self.found("投诉", internal=False) == []
