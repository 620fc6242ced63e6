from datetime import date

from dangban.handbook import actions, current
from dangban.handbook.decisions import Decision
from dangban.handbook.loader import preset
from dangban.handbook.shapes import discover
from dangban.handbook.shapes.labels import CHAPTERS
from dangban.lib.actor import Actor
from dangban.orders.clauses import CUT_OFF
from dangban.testing import pages
from dangban.testing.cast import NOW, at

BAO = Actor("person", None, "包国强")


class HandbookStory:
    """Two versions: the brand group's, then the default from the middle of the cast's month on."""

    wrong_methods = ("post", "put", "delete")

    @classmethod
    def set_up_story(cls):
        current.forget()
        group = preset("brand-group")
        names = {warning.path: "包国强" for warning in group.warnings}
        cls.first = actions.adopt(
            group, by=BAO, reason="试行", effective_on=date(2026, 1, 1), acknowledged=names, backdating_confirmed=True
        )
        cls.second = actions.adopt(
            preset("taobao-shop"), by=BAO, reason="合法化", effective_on=date(2026, 11, 19),
            acknowledged={"shifts.weekly_hours": "包国强"},
        )  # fmt: skip
        rules = actions.in_force(NOW)
        cls.decision = Decision("orders.dispatch", "late", 500, (rules.because(CUT_OFF, placed_at=at("15:00")),))
        actions.keep(cls.decision, subject=("orders.order", 1), by=BAO, shop=cls.cast.shop.pk, at=NOW)
        current.forget()


class InForce(HandbookStory, pages.PageCase):
    chinese = "首次响应时限"
    english = "Time to the first answer"
    queries = 12

    def address(self):
        return "/handbook/"

    def test_every_chapter_is_drawn_with_its_tables(self):
        for chapter in CHAPTERS:
            response = self.as_person(self.cast.lin).get("/handbook/", {"chapter": chapter})
            assert response.status_code == 200
        page = self.as_person(self.cast.lin).get("/handbook/", {"chapter": "orders"}).content.decode()
        assert "rule-grid" in page
        assert "16:30" in page

    def test_a_rule_is_found_by_a_word(self):
        page = self.as_person(self.cast.lin).get("/handbook/", {"q": "截单"}).content.decode()
        assert "截单时间" in page
        assert "首次响应时限" not in page

    def test_a_rule_that_nothing_goes_by_yet_says_so(self):
        client = self.as_person(self.cast.lin)
        page = client.get("/handbook/", {"chapter": "aftersales"}).content.decode()
        assert page.count("尚未启用</span>") == 1
        page = client.get("/handbook/", {"chapter": "pay"}).content.decode()
        assert "尚未启用</span>" not in page

    def test_the_rules_that_nothing_goes_by_yet_are_listed_together(self):
        waiting = [clause for clause in discover() if not clause.applied]
        page = self.as_person(self.cast.lin).get("/handbook/", {"which": "waiting"}).content.decode()
        assert "首次响应时限" not in page
        assert page.count("尚未启用</span>") == page.count('id="rule-') == len(waiting) == 1

    def test_what_is_beyond_the_law_is_said(self):
        page = self.as_person(self.cast.lin).get("/handbook/", {"chapter": "shifts"}).content.decode()
        assert "超出法律" in page

    def test_the_handbook_of_an_earlier_day_can_be_read(self):
        page = self.as_person(self.cast.lin).get("/handbook/", {"chapter": "pay", "on": "2026-02-01"})
        assert "¥2,200.00" in page.content.decode()


class Assumptions(HandbookStory, pages.PageCase):
    chinese = "假定"
    english = "Assumption"

    def address(self):
        return "/handbook/assumptions/"


class Versions(HandbookStory, pages.PageCase):
    chinese = "淘宝店手册"
    english = "Taobao shop handbook"
    queries = 12

    def address(self):
        return "/handbook/versions/"


class OneVersion(HandbookStory, pages.PageCase):
    chinese = "与第"
    english = "Changes since version"

    def address(self):
        return f"/handbook/versions/{self.second.pk}/"

    def test_it_shows_before_and_after_of_what_changed(self):
        page = self.as_person(self.cast.lin).get(self.address()).content.decode()
        assert "<del>¥2,200.00</del>" in page
        assert "<ins>¥2,800.00</ins>" in page

    def test_there_is_no_version_that_was_never_adopted(self):
        assert self.as_person(self.cast.lin).get("/handbook/versions/987654/").status_code == 404


class OneRule(HandbookStory, pages.PageCase):
    reader = "zhou"
    chinese = "当天订单最迟几点前发出"
    english = "By when the day&#39;s orders must have left"

    def address(self):
        return "/handbook/rules/orders.cut_off/"

    def test_it_lists_what_was_decided_by_it_with_the_reasons(self):
        page = self.as_person(self.cast.zhou).get(self.address()).content.decode()
        assert "orders.dispatch" in page
        assert "下单时间" in page
        assert "2026-11-19 15:00:00" in page

    def test_the_page_of_a_rule_that_nothing_goes_by_yet_says_what_that_means(self):
        page = self.as_person(self.cast.zhou).get("/handbook/rules/aftersales.reviews_checked/").content.decode()
        assert "程序里还没有哪一步按它执行" in page
        page = self.as_person(self.cast.zhou).get("/handbook/rules/conversations.silence/").content.decode()
        assert "程序里还没有哪一步按它执行" not in page

    def test_decisions_are_for_those_who_may_read_them(self):
        page = self.as_person(self.cast.lin).get(self.address()).content.decode()
        assert "orders.dispatch" not in page

    def test_another_shops_leader_sees_no_decision_of_this_one(self):
        page = self.as_person(self.cast.hu).get(self.address()).content.decode()
        assert "orders.dispatch" not in page

    def test_every_rule_has_its_page(self):
        client = self.as_person(self.cast.lin)
        for path in ("orders.flags", "attendance.absence", "aftersales.freight", "conversations.guard.rude"):
            assert client.get(f"/handbook/rules/{path}/").status_code == 200

    def test_there_is_no_page_of_a_rule_that_does_not_exist(self):
        assert self.as_person(self.cast.lin).get("/handbook/rules/orders.nothing/").status_code == 404
