"""Pages of the desk: the list by whom it waits for, the case, a new one."""

from __future__ import annotations

from typing import ClassVar

from dangban.aftersales.actions import deciding
from dangban.aftersales.models import Case
from dangban.aftersales.tests.story import Returning
from dangban.testing import pages
from dangban.testing.cast import NOW


class CaseListPage(pages.PageCase):
    reader = "mei"
    english = "Cases"
    queries = 26
    story: ClassVar[Returning]

    @classmethod
    def set_up_story(cls) -> None:
        cls.story = Returning(cls.cast)
        cls.case = cls.story.case()

    def address(self) -> str:
        return "/aftersales/"

    def test_it_shows_what_waits_for_me(self) -> None:
        page = self.as_person(self.cast.mei).get("/aftersales/").content.decode()
        assert self.case.number in page
        assert self.case.number not in self.as_person(self.cast.lin).get("/aftersales/").content.decode()

    def test_a_search_finds_by_every_number(self) -> None:
        for typed in (self.case.number, "8899", "1234", "ZT8899"):
            assert self.case.number in self.as_person(self.cast.lin).get("/aftersales/", {"q": typed}).content.decode(), typed

    def test_a_stranger_finds_nothing(self) -> None:
        page = self.as_person(self.cast.hu).get("/aftersales/", {"q": self.case.number}).content.decode()
        assert f"/aftersales/{self.case.pk}/" not in page


class CasePage(pages.PageCase):
    reader = "mei"
    strangers = ("hu",)
    queries = 56
    story: ClassVar[Returning]

    @classmethod
    def set_up_story(cls) -> None:
        cls.story = Returning(cls.cast)
        cls.case = cls.story.case(reason="dislike")

    def address(self) -> str:
        return f"/aftersales/{self.case.pk}/"

    def test_worn_goods_are_refused_with_words_to_send(self) -> None:
        deciding.assess(self.case, {"washed": True, "category": "clothing"}, by=self.cast.mei, at=NOW)
        page = self.as_person(self.cast.mei).get(self.address()).content.decode()
        assert "非常理解您的心情" in page
        assert f"/aftersales/{self.case.pk}/refusal/" in page

    def test_what_one_may_not_do_is_not_offered(self) -> None:
        page = self.as_person(self.cast.ding).get(self.address()).content.decode()
        assert "assessment/" not in page


class NewCasePage(pages.PageCase):
    reader = "mei"
    strangers = ("hu",)
    story: ClassVar[Returning]

    @classmethod
    def set_up_story(cls) -> None:
        cls.story = Returning(cls.cast)
        cls.order = cls.story.order()

    def address(self) -> str:
        return f"/aftersales/orders/{self.order.pk}/"

    def test_a_case_is_opened_with_what_was_paid_for_its_goods(self) -> None:
        line = self.order.lines.get()
        answer = self.as_person(self.cast.mei).post(self.address(), {"kind": "return", "reason": "quality", f"line_{line.pk}": "1"})
        made = Case.objects.get()
        assert (answer.status_code, made.kind, made.source, made.lines.get().paid_fen) == (302, "return", "order", 19_900)
