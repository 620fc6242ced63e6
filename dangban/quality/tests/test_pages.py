"""The pages of conduct: who sees what, what may be done, what strangers get."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.core.cache import cache

from dangban.desk.models import Notice
from dangban.handbook.actions import adopt_preset
from dangban.people.models import Person
from dangban.quality import actions
from dangban.quality.models import Commendation, Offence
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY

FACTS = "10:20 在接待台看到在刷短视频"


class Conduct(pages.CastCase):
    held: ClassVar[Offence]

    @classmethod
    def set_up_story(cls) -> None:
        cache.clear()
        adopt_preset("growth-team", effective_on=date(2025, 1, 1), by=cls.cast.bao)
        cls.held = actions.report(cls.cast.lin, "browsing", TODAY, FACTS, by=cls.cast.zhou, at=NOW)
        actions.commend(cls.cast.mei, "idea", "把尺码话术按体重分组", by=cls.cast.zhou, at=NOW)


class ListTest(Conduct, pages.PageCase):
    reader, chinese, english, queries = "zhou", "浏览与工作无关的网页", "browsing what is not work", 16

    def address(self) -> str:
        return "/conduct/"

    def test_everybody_sees_their_own_and_leaders_those_they_lead(self) -> None:
        seen = {name: "林小雨" in self._get(name).content.decode() for name in ("lin", "mei", "zhou", "hu", "qian", "bao")}
        assert seen == {"lin": True, "mei": False, "zhou": True, "hu": False, "qian": False, "bao": True}

    def test_only_who_leads_people_reports(self) -> None:
        statuses = {name: self.as_person(getattr(self.cast, name)).get("/conduct/new/").status_code for name in ("lin", "ding", "zhou")}
        assert statuses == {"lin": 403, "ding": 403, "zhou": 200}


class OffenceTest(Conduct, pages.PageCase):
    reader, strangers, chinese, english, queries = "lin", ("mei", "hu", "qian"), "请说明情况", "How was it?", 16

    def address(self) -> str:
        return f"/conduct/{self.held.pk}/"

    def test_from_the_answer_to_the_appeal(self) -> None:
        lin, bao = self.as_person(self.cast.lin), self.as_person(self.cast.bao)
        assert lin.post(f"{self.address()}hearing/", {"words": "手机推送", "seen": self.held.version}).status_code == 302
        page = bao.get(self.address()).content.decode()
        assert ("按手册：" in page, "警告" in page, "手机推送" in page) == (True, True, True)
        assert bao.post(f"{self.address()}decision/", {"words": "下不为例"}).status_code == 302
        assert lin.post(f"{self.address()}appeal/", {"words": "没有看"}).status_code == 302
        self.held.refresh_from_db()
        assert (self.held.state, self.held.consequence) == ("appealed", "warning")

    def test_a_decision_is_offered_only_where_it_would_not_be_refused(self) -> None:
        bao = self.as_person(self.cast.bao)
        before = bao.get(self.address()).content.decode()
        assert ("先听本人陈述" in before, 'name="words"' in before, "决定并告知本人" in before) == (True, True, False)
        actions.hear(self.held, "手机推送", by=self.cast.lin, at=NOW)
        assert "决定并告知本人" in bao.get(self.address()).content.decode()
        Person.objects.filter(pk=self.cast.bao.pk).update(level="mid")
        beneath = bao.get(self.address()).content.decode()
        assert ("须由组长及以上决定" in beneath, "决定并告知本人" in beneath) == (True, False)

    def test_who_appeals_reads_by_when_it_is_answered(self) -> None:
        actions.hear(self.held, "手机推送", by=self.cast.lin, at=NOW)
        actions.decide(self.held, "属实", by=self.cast.bao, at=NOW)
        actions.appeal(self.held, "没有看", by=self.cast.lin, at=NOW)
        assert "答复期限" in self._get("lin").content.decode()

    def test_empty_words_stand_beside_their_field_and_change_nothing(self) -> None:
        answer = self.as_person(self.cast.lin).post(f"{self.address()}hearing/", {"words": "  "})
        self.held.refresh_from_db()
        assert (answer.status_code, self.held.state) == (422, "hearing")

    def test_strangers_change_nothing(self) -> None:
        for name in ("mei", "hu", "qian"):
            for act in ("hearing", "decision", "dropping", "acceptance", "appeal", "answer"):
                answer = self.as_person(getattr(self.cast, name)).post(f"{self.address()}{act}/", {"words": "x", "outcome": "lifted"})
                assert answer.status_code == 404, (name, act)
        self.held.refresh_from_db()
        assert (self.held.state, self.held.version) == ("hearing", 2)


class ReportTest(Conduct, pages.PageCase):
    reader, strangers, stranger_status, chinese, english, queries = "zhou", ("lin", "qian"), 403, "登记违纪", "Report an offence", 14

    def address(self) -> str:
        return "/conduct/new/"

    def test_an_address_that_leads_away_is_refused(self) -> None:
        given = {"person": self.cast.mei.pk, "offence": "browsing", "happened_on": TODAY.isoformat(), "facts": FACTS, "url": "//evil.example/x"}
        answer = self.as_person(self.cast.zhou).post("/conduct/new/", given)
        assert (answer.status_code, Offence.objects.count()) == (422, 1)
        for url in ("https://evil.example/", "https://evil.example/conversations/1/", "http://[", "javascript://testserver/x", "/\\evil.example"):
            answer = self.as_person(self.cast.zhou).post("/conduct/new/", given | {"url": url})
            assert (answer.status_code, Offence.objects.count()) == (422, 1), url
        own = given | {"url": "http://testserver/conversations/1/?from=report"}
        assert self.as_person(self.cast.zhou).post("/conduct/new/", own).status_code == 302
        assert Offence.objects.get(person=self.cast.mei).url == "/conversations/1/?from=report"
        Offence.objects.filter(person=self.cast.mei).delete()
        assert self.as_person(self.cast.zhou).post("/conduct/new/", given | {"url": ""}).status_code == 302
        assert Offence.objects.filter(person=self.cast.mei).count() == 1

    def test_people_of_other_teams_can_not_be_chosen(self) -> None:
        given = {"person": self.cast.hu.pk, "offence": "browsing", "happened_on": TODAY.isoformat(), "facts": FACTS}
        assert (self.as_person(self.cast.zhou).post("/conduct/new/", given).status_code, Offence.objects.count()) == (422, 1)


class CommendationsTest(Conduct, pages.PageCase):
    reader, chinese, english, queries = "lin", "建议被采纳", "Idea taken up", 16

    def address(self) -> str:
        return "/conduct/commendations/"

    def test_who_leads_commends_and_takes_back(self) -> None:
        zhou = self.as_person(self.cast.zhou)
        assert zhou.post(self.address(), {"person": self.cast.lin.pk, "kind": "praise", "words": "顾客点名感谢"}).status_code == 302
        made = Commendation.objects.get(person=self.cast.lin)
        assert self.as_person(self.cast.lin).post(f"{self.address()}{made.pk}/withdrawal/", {"why": "x"}).status_code == 403
        assert zhou.post(f"{self.address()}{made.pk}/withdrawal/", {"why": "重复"}).status_code == 302
        assert "顾客点名感谢" not in self._get("lin").content.decode()

    def test_who_is_commended_is_led_to_the_page(self) -> None:
        assert Notice.objects.get(person=self.cast.mei).url == self.address()

    def test_others_may_not(self) -> None:
        answer = self.as_person(self.cast.lin).post(self.address(), {"person": self.cast.mei.pk, "kind": "praise", "words": "好"})
        assert (answer.status_code, Commendation.objects.count()) == (403, 1)


class PurseTest(Conduct, pages.PageCase):
    reader, chinese, english, queries = "lin", "零食、纸巾", "snacks and tissues", 14

    def address(self) -> str:
        return "/conduct/purse/"

    def test_only_its_keepers_spend(self) -> None:
        statuses = {name: self.as_person(getattr(self.cast, name)).post(self.address(), {"what": "零食", "amount": "5"}).status_code for name in ("lin", "qian")}
        assert statuses == {"lin": 403, "qian": 422}

    def test_nothing_is_received_for_what_is_not_final(self) -> None:
        statuses = {name: self.as_person(getattr(self.cast, name)).post(f"/conduct/{self.held.pk}/receipt/").status_code for name in ("lin", "qian")}
        assert statuses == {"lin": 403, "qian": 409}


class RulesTest(Conduct, pages.PageCase):
    reader, chinese, english, queries = "hu", "依法不执行，按警告处理", "counts as a warning", 12

    def address(self) -> str:
        return "/conduct/rules/"
