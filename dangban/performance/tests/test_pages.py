"""Pages of figures: who sees them, and that they can be used."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dangban.handbook.actions import adopt
from dangban.handbook.loader import PRESETS
from dangban.handbook.models import Version
from dangban.lib.actor import SYSTEM
from dangban.performance import actions, charts, queries, showing
from dangban.performance.facts import build
from dangban.performance.measures import MEASURES
from dangban.performance.models import Card, CoachingNote
from dangban.performance.robots import keeping
from dangban.performance.tests.story import StoryCase
from dangban.performance.tests.test_facts import on
from dangban.performance.views import figures
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY
from dangban.testing.handbooks import adopt_with, handbook_with

MONTH = TODAY.replace(day=1)


class FiguresPage(pages.PageCase):
    """The parts that every page of this room shares."""

    @classmethod
    def set_up_story(cls) -> None:
        adopt_with({})
        StoryCase.cast = cls.cast
        StoryCase.talk(cls.cast.lin, [(on("10:00"), on("10:00:30"))], cls.cast.fang)
        StoryCase.order("A1", cls.cast.fang, on("10:30"), on("10:35"), 300)
        build(MONTH, TODAY, NOW)
        actions.draft(MONTH, by=cls.cast.zhou, at=NOW)
        actions.set_target(cls.cast.lin, "sales", MONTH, 500_000, by=cls.cast.zhou, at=NOW)

    def address(self) -> str:
        return reverse("performance:mine")

    def card(self) -> Card:
        return Card.objects.get(person=self.cast.lin)


def test_few_bars_tell_all_values_many_the_highest() -> None:
    few = charts.bars([charts.Point("26-09", Decimal(77), "77"), charts.Point("26-10", Decimal("72.2"), "72.20", provisional=True)])
    assert few is not None
    assert [(bar.width, bar.valued, bar.provisional) for bar in few.bars] == [(64.0, True, False), (64.0, True, True)]
    assert (few.is_open, few.line, few.bars[0].height) == (True, None, 150.0)
    many = charts.bars([charts.Point(str(day), Decimal(day % 9), str(day % 9)) for day in range(30)], charts.Target(Decimal(4), "¥4.00", 10))
    assert many is not None
    assert [place for place, bar in enumerate(many.bars) if bar.valued] == [26]
    assert (many.line, many.line_from, [bar.label for bar in many.bars if bar.named][:3]) == (103.0, 213.3, ["0", "4", "8"])
    assert charts.bars([charts.Point("1", None, "–"), charts.Point("2", Decimal(0), "0")]) is None


class MinePage(FiguresPage):
    chinese, english = "我的数据", "My figures"

    def test_the_target_is_broken_down(self) -> None:
        body = self._get("lin").content.decode()
        assert "¥300.00" in body
        assert "¥5,000.00" in body


class PersonPage(FiguresPage):
    reader, strangers = "zhou", ("mei", "hu", "ding")
    chinese = "林小雨"

    def address(self) -> str:
        return reverse("performance:person", args=[self.cast.lin.pk])

    def test_finance_reads_and_notes_nothing(self) -> None:
        assert self._get("qian").status_code == 200
        response = self.as_person(self.cast.qian).post(self.address(), {"text": "x"})
        assert response.status_code == 403
        assert not CoachingNote.objects.exists()

    def test_a_leader_notes_what_was_agreed_and_both_see_it(self) -> None:
        self.as_person(self.cast.zhou).post(self.address(), {"text": "多练搭配推荐"})
        assert "多练搭配推荐" in self.as_person(self.cast.lin).get(reverse("performance:mine")).content.decode()


class TeamPage(FiguresPage):
    reader, strangers, stranger_status = "zhou", ("lin", "ding"), 403
    chinese = "林小雨"
    queries = 40

    def address(self) -> str:
        return reverse("performance:team")

    def test_hu_sees_none_of_these_people(self) -> None:
        assert "林小雨" not in self._get("hu").content.decode()

    def test_it_is_sorted_and_taken_out(self) -> None:
        assert self.as_person(self.cast.zhou).get(self.address(), {"sort": "-sales"}).status_code == 200
        assert "林小雨,¥300.00" in self.as_person(self.cast.zhou).get(self.address(), {"as": "csv"}).content.decode("utf-8-sig")


class ShopsPage(FiguresPage):
    reader, strangers, stranger_status = "zhou", ("lin",), 403
    chinese = "静默销售额"

    def address(self) -> str:
        return reverse("performance:shops")

    def test_what_a_manager_sold_is_not_silent_and_another_tools_figures_leave_none_to_reckon(self) -> None:
        late = self.cast.customer("late", "迟来", self.cast.shop)
        StoryCase.talk(self.cast.bao, [(on("11:00"), on("11:00:30"))], late)
        StoryCase.order("A2", late, on("11:30"), on("11:35"), 70)
        StoryCase.order("A3", self.cast.customer("none", "无人", self.cast.shop), on("12:00"), on("12:05"), 40)
        build(MONTH, TODAY, NOW)
        span = (MONTH, TODAY)
        total = queries.shop_values(["sales"], *span, [self.cast.shop.pk])["sales"]
        assert (showing.shown(total), figures._silent(total, self.cast.shop.pk, span)) == ("¥410.00", "¥40.00")
        adopt_with({"pay.figures_from": 'is = "chitu"'})
        assert figures._silent(total, self.cast.shop.pk, span) == "–"


class FigurePage(FiguresPage):
    reader, strangers = "zhou", ("mei", "hu")
    chinese = "A1"

    def address(self) -> str:
        return reverse("performance:figure", args=["sales"], query={"who": self.cast.lin.pk})

    def test_every_measure_opens_for_a_person_and_for_the_shops(self) -> None:
        client = self.as_person(self.cast.zhou)
        for code, one in MEASURES.items():
            expected = 404 if one.source in ("given", "targets") else 200
            for query in ({"who": self.cast.lin.pk}, {"shop": self.cast.shop.pk}):
                assert client.get(reverse("performance:figure", args=[code], query=query)).status_code == expected, code

    def test_it_says_whose_it_is_and_tells_money_and_time_as_people_read_them(self) -> None:
        client = self.as_person(self.cast.zhou)

        def page(code: str, **query: object) -> str:
            return str(client.get(reverse("performance:figure", args=[code], query=query)).content.decode())

        assert "¥300.00 ÷ 1" in page("basket", who=self.cast.lin.pk)
        assert "30.0 秒 ÷ 1" in page("first_response", who=self.cast.lin.pk)
        assert "南风家居旗舰店" in page("sales", shop=self.cast.shop.pk)
        assert "依据</th>" not in page("first_response", who=self.cast.lin.pk)

    def test_a_day_outside_the_calendar_is_passed_over(self) -> None:
        assert self.as_person(self.cast.zhou).get(self.address() + "&first=9999-99-99&last=0001-01-01").status_code == 200


class DefinitionsPage(FiguresPage):
    chinese = "询单最终付款转化率"

    def address(self) -> str:
        return reverse("performance:definitions")


class CardsPage(FiguresPage):
    reader, strangers, stranger_status = "zhou", ("lin",), 403
    chinese = "林小雨"

    def address(self) -> str:
        return reverse("performance:cards", query={"month": f"{MONTH:%Y-%m}"})

    def test_drafting_takes_the_right_and_a_month(self) -> None:
        assert self.as_person(self.cast.lin).post(reverse("performance:drafting"), {"month": "2026-10"}).status_code == 403
        assert self.as_person(self.cast.zhou).post(reverse("performance:drafting"), {"month": "x"}).status_code in (400, 422)
        assert self.as_person(self.cast.zhou).post(reverse("performance:drafting"), {"month": "2026-10"}).status_code == 302

    def test_making_all_final_says_what_holds_the_others_back(self) -> None:
        response = self.as_person(self.cast.bao).post(reverse("performance:finishing"), {"month": f"{MONTH:%Y-%m}"}, follow=True)
        assert "林小雨" in response.content.decode()
        assert not Card.objects.filter(state="final").exists()


class CardPage(FiguresPage):
    reader, strangers = "lin", ("mei", "hu", "ding")
    chinese = "售前考核"

    def address(self) -> str:
        return reverse("performance:card", args=[self.card().pk])

    def test_points_are_given_disputed_and_answered_on_the_page(self) -> None:
        pk = self.card().pk
        zhou, lin = self.as_person(self.cast.zhou), self.as_person(self.cast.lin)
        assert zhou.post(reverse("performance:giving", args=[pk, "daily_work"]), {"points": "88"}).status_code == 302
        assert lin.post(reverse("performance:giving", args=[pk, "daily_work"]), {"points": "100"}).status_code == 403
        assert zhou.post(reverse("performance:giving", args=[pk, "daily_work"]), {"points": "101"}).status_code in (400, 422)
        assert lin.post(reverse("performance:disputing", args=[pk]), {"text": "客单价不对", "measure": "basket_ratio"}).status_code == 302
        assert "客单价不对" in self._get("zhou").content.decode()
        assert zhou.post(reverse("performance:answering", args=[pk]), {"upheld": "no", "words": "核过了"}).status_code == 302
        assert "核过了" in self._get("lin").content.decode()
        assert lin.post(reverse("performance:confirming", args=[pk])).status_code == 302
        assert self.card().state == "confirmed"

    def test_strangers_act_on_nothing(self) -> None:
        pk = self.card().pk
        for name in ("hu", "mei"):
            for act in ("confirming", "disputing", "answering", "finishing-one"):
                assert self.as_person(getattr(self.cast, name)).post(reverse(f"performance:{act}", args=[pk]), {"text": "x"}).status_code == 404
        assert self.card().version == 1


class ChangedCardPage(FiguresPage):
    """The weights changed on the tenth."""

    reader, strangers = "lin", ("mei", "hu", "ding")
    chinese = "售前考核"
    version: Version

    def address(self) -> str:
        return reverse("performance:card", args=[self.card().pk])

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        written = (PRESETS / "default" / "performance.toml").read_text(encoding="utf-8")
        cards = written.split("[[cards.value]]")[1].split("\n[")[0]
        lines = cards[cards.index("clause") :].split("\n", 1)[1].replace("weight = 40", "weight = 45", 1).replace("weight = 25", "weight = 20", 1)
        cls.version = adopt(handbook_with({"performance.cards": lines}, since="2026-11-10"), by=SYSTEM, reason="重转化", effective_on=date(2026, 11, 10), backdating_confirmed=True)
        actions.draft(MONTH, by=cls.cast.zhou, at=NOW)

    def test_it_says_by_which_version_the_whole_month_counts(self) -> None:
        page = self.as_person(self.cast.lin).get(self.address()).content.decode()
        assert f"考核项或权重从 2026-11-10 起有变，整月按 2026-11-19 有效的第 {self.version.pk} 版制度计分。" in page
        line = self.card().lines.get(measure="conversion")
        assert (line.weight, self.card().because[0]["version"]) == (Decimal(45), self.version.pk)


class TargetsPage(FiguresPage):
    reader, strangers, stranger_status = "zhou", ("lin", "qian"), 403
    chinese = "林小雨"

    def address(self) -> str:
        return reverse("performance:targets")


    def test_a_team_and_a_shop_have_targets_too_but_one_at_a_time(self) -> None:
        zhou = self.as_person(self.cast.zhou)
        given = {"measure": "sales", "amount": "9000"}
        assert zhou.post(self.address(), given | {"team": self.cast.team.pk}).status_code == 302
        assert zhou.post(self.address(), given | {"shop": self.cast.shop.pk, "team": self.cast.team.pk}).status_code == 422
        assert zhou.post(self.address(), given | {"shop": self.cast.other_shop.pk}).status_code == 422
        assert zhou.post(self.address(), given | {"shop": self.cast.shop.pk}).status_code == 302
        body = self._get("zhou").content.decode()
        assert "¥9,000.00" in body
        assert "家居组" in body


class ImportsPage(FiguresPage):
    reader, strangers, stranger_status = "zhou", ("lin", "qian"), 403
    chinese = "其他工具的数据"

    def address(self) -> str:
        return reverse("performance:imports")

    def test_a_file_is_tried_matched_and_taken(self) -> None:
        zhou = self.as_person(self.cast.zhou)
        file = SimpleUploadedFile("r_2026-10-01至2026-10-31.csv", "旺旺昵称,咨询人数,接待人数\n小雨,12,11\n".encode())
        response = zhou.post(self.address(), {"file": file, "shop": self.cast.shop.pk})
        assert response.status_code == 302, response.content.decode()[:2000]
        trial = response["Location"]
        assert "小雨" in zhou.get(trial).content.decode()
        assert self.as_person(self.cast.hu).get(trial).status_code == 404
        pk = int(trial.rstrip("/").rsplit("/", 1)[1])
        zhou.post(reverse("performance:nick"), {"run": pk, "name": "小雨", "kind": "account", "person": self.cast.lin.pk, "since": "2026-10-01"})
        assert zhou.post(reverse("performance:taking", args=[pk])).status_code == 302
        assert "林小雨" in zhou.get(trial).content.decode()
        assert zhou.post(reverse("performance:undoing", args=[pk])).status_code == 302


class RobotsPage(FiguresPage):
    reader, strangers, stranger_status = "bao", ("lin", "zhou", "qian"), 403
    chinese = "机器人"

    def address(self) -> str:
        return reverse("performance:robots")

    def test_a_robot_is_kept_tested_and_given_up(self) -> None:
        bao = self.as_person(self.cast.bao)
        given = {"kind": "wecom", "name": "客服群", "address": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k", "is_active": "on"}
        assert bao.post(self.address(), given).status_code == 302
        robot = keeping.Robot.objects.get()
        page = bao.get(reverse("performance:robot", args=[robot.pk])).content.decode()
        assert "key=k" not in page
        assert bao.post(reverse("performance:robot-test", args=[robot.pk])).status_code == 302
        assert self.as_person(self.cast.zhou).post(reverse("performance:robot-drop", args=[robot.pk])).status_code == 403
        assert bao.post(reverse("performance:robot-drop", args=[robot.pk])).status_code == 302
        assert not keeping.Robot.objects.exists()

    def test_a_strange_address_is_refused_at_its_field(self) -> None:
        response = self.as_person(self.cast.bao).post(self.address(), {"kind": "wecom", "name": "x", "address": "https://evil.example/"})
        assert response.status_code == 422
