"""The pages of rosters, demand, the day, one's own roster and the holidays: who sees them, who may change what."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from io import BytesIO

import openpyxl
from icalendar import Calendar

from dangban.handbook.actions import adopt_preset
from dangban.lib.actor import SYSTEM
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY
from dangban.workforce import actions, feeds, holidays
from dangban.workforce.models import (
    Arrivals,
    Cell,
    DutyPeriod,
    Generation,
    Holiday,
    Plan,
    Receipt,
    Swap,
    Wish,
)
from dangban.workforce.shifts import Shift

MONDAY = date(2026, 11, 23)
DAY, LATE = Shift("白班", time(8), time(16)), Shift("晚班", time(16), time(0))


class Story(pages.PageCase):
    """A draft of two weeks in which Lin works five days."""

    __test__ = False
    reader = "zhou"
    plan: Plan

    @classmethod
    def set_up_story(cls) -> None:
        adopt_preset("default", by=SYSTEM, at=NOW)
        holidays.fill_missing()
        cls.plan = actions.make_plan(cls.cast.team, MONDAY, 2, by=cls.cast.zhou, at=NOW)
        places = [(cls.cast.lin.pk, MONDAY + timedelta(days=offset)) for offset in range(5)]
        actions.set_cells(cls.plan, places, DAY, by=cls.cast.zhou, at=NOW)

    def post(self, as_who: str, path: str, **data: object):
        return self.as_person(getattr(self.cast, as_who)).post(path, data)

    def read(self, who: str, path: str) -> str:
        answer = self.as_person(getattr(self.cast, who)).get(path)
        assert answer.status_code == 200, answer.status_code
        return answer.content.decode()


class RostersPage(Story):
    __test__ = True
    queries = 22
    chinese = "排班表"
    english = "Rosters"

    def address(self) -> str:
        return "/rosters/"

    def test_an_agent_sees_no_draft_and_no_form(self) -> None:
        page = self.read("lin", "/rosters/")
        assert "2026-11-23" not in page
        assert "roster-new" not in page

    def test_a_roster_is_begun(self) -> None:
        self.post("zhou", f"/rosters/make/{self.cast.team.pk}/", first_day="2026-12-07", weeks="1")
        assert Plan.objects.filter(first_day=date(2026, 12, 7)).exists()
        assert self.post("lin", f"/rosters/make/{self.cast.team.pk}/", first_day="2026-12-21", weeks="1").status_code == 403
        assert self.post("hu", f"/rosters/make/{self.cast.team.pk}/", first_day="2026-12-21", weeks="1").status_code == 404
        assert Plan.objects.count() == 2

    def test_a_roster_without_a_day_is_asked_for_one(self):
        before = Plan.objects.count()
        for typed in ("", "2026-02-30"):
            answer = self.post("zhou", f"/rosters/make/{self.cast.team.pk}/", first_day=typed, weeks="2")
            assert answer.status_code == 422
            assert "请选择第一天" in answer.content.decode()
        assert Plan.objects.count() == before


class RosterPage(Story):
    __test__ = True
    strangers = ("hu", "lin")
    queries = 40
    chinese = "排班"
    english = "Roster of"

    def address(self) -> str:
        return f"/rosters/{self.plan.pk}/"

    def test_a_cell_is_written_and_the_row_comes_back_with_what_is_wrong(self) -> None:
        client = self.as_person(self.cast.zhou)
        data = {"shift": "白班", "cell": [f"{self.cast.lin.pk}:2026-11-28"]}
        answer = client.post(f"{self.address()}cells/", data, HTTP_HX_REQUEST="true").content.decode()
        assert f'id="roster-row-{self.cast.lin.pk}"' in answer
        assert f'id="roster-row-{self.cast.mei.pk}"' not in answer
        assert "roster__cell--bad" in answer
        assert Cell.objects.filter(plan=self.plan, day=date(2026, 11, 28), shift="白班").count() == 1

    def test_the_slower_of_two_leaders_sees_what_the_other_wrote_and_writes_over_nothing(self) -> None:
        data = {"cell": [f"{self.cast.lin.pk}:2026-11-28"], "was": [""], "version": str(self.plan.version)}
        address = f"{self.address()}cells/"
        self.as_person(self.cast.bao).post(address, {**data, "shift": "晚班"}, HTTP_HX_REQUEST="true")
        answer = self.as_person(self.cast.zhou).post(address, {**data, "shift": "白班"}, HTTP_HX_REQUEST="true")
        assert (answer.status_code, "11-28" in answer["HX-Trigger"]) == (200, True)
        assert 'data-was="晚班"' in answer.content.decode()
        assert Cell.objects.get(plan=self.plan, day=date(2026, 11, 28)).shift == "晚班"

    def test_where_another_has_written_meanwhile_all_rows_come_anew(self) -> None:
        address, version = f"{self.address()}cells/", str(Plan.objects.get(pk=self.plan.pk).version)
        assert f'id="roster-version" name="version" value="{version}"' in self.read("zhou", self.address())
        self.as_person(self.cast.bao).post(address, {"cell": f"{self.cast.mei.pk}:2026-11-28", "shift": "晚班"})
        data = {"cell": f"{self.cast.lin.pk}:2026-11-28", "was": "", "version": version, "shift": "白班"}
        assert f'id="roster-version" name="version" value="{version}"' not in self.read("zhou", self.address())
        page = self.as_person(self.cast.zhou).post(address, data, HTTP_HX_REQUEST="true").content.decode()
        assert f'id="roster-row-{self.cast.mei.pk}"' in page
        assert f'id="roster-version" name="version" value="{int(version) + 2}"' in page

    def test_how_many_a_shift_needs_also_of_a_skill(self) -> None:
        needs = f"{self.address()}cover/"
        self.post("zhou", needs, shift="白班", people="3")
        self.post("zhou", needs, day="2026-11-23", shift="白班", people="1", skill="stage:aftersale")
        plan = Plan.objects.get(pk=self.plan.pk)
        assert (len(plan.cover), plan.cover["2026-11-29"]) == (14, {"白班": 3})
        assert plan.skilled == {"2026-11-23": {"白班": {"stage:aftersale": 1}}}
        page = self.read("zhou", self.address())
        assert "11-23 白班 售后缺 1 人" in page
        for wrong in ({"shift": "午班"}, {"skill": "stage:cooking"}, {"people": "501"}, {"people": "-1"}):
            assert self.post("zhou", needs, **{"shift": "白班", "people": "2", **wrong}).status_code == 422
        assert Plan.objects.get(pk=self.plan.pk).cover == plan.cover
        self.post("zhou", needs, shift="白班", people="0", skill="stage:aftersale")
        assert "售后缺" not in self.read("zhou", self.address())

    def test_rest_is_promised_and_a_cell_is_left_to_the_computer(self) -> None:
        place = f"{self.cast.lin.pk}:2026-11-23"
        self.post("zhou", f"{self.address()}cells/", shift="rest", cell=place)
        assert Cell.objects.get(plan=self.plan, day=MONDAY).shift == ""
        self.post("zhou", f"{self.address()}cells/", shift="clear", cell=place)
        assert not Cell.objects.filter(plan=self.plan, day=MONDAY).exists()

    def test_nonsense_changes_nothing(self) -> None:
        for data in ({"shift": "午班", "cell": f"{self.cast.lin.pk}:2026-11-23"}, {"shift": "白班"}, {"shift": "白班", "cell": "0:2026-11-23"}):
            assert self.post("zhou", f"{self.address()}cells/", **data).status_code == 422
        assert self.post("zhou", f"{self.address()}cells/", shift="白班", cell="x").status_code == 404
        assert Cell.objects.filter(plan=self.plan).count() == 5

    def test_others_change_nothing(self) -> None:
        for who, status in (("lin", 404), ("hu", 404), ("shen", 404)):
            place = f"{self.cast.lin.pk}:2026-11-28"
            assert self.post(who, f"{self.address()}cells/", shift="白班", cell=place).status_code == status
            assert self.post(who, f"{self.address()}publish/", in_spite_of="x").status_code == status
        assert Cell.objects.filter(plan=self.plan).count() == 5

    def test_it_is_published_in_spite_and_then_seen_by_who_works_by_it(self) -> None:
        assert self.post("zhou", f"{self.address()}publish/").status_code == 409
        assert not DutyPeriod.objects.exists()
        assert self.post("zhou", f"{self.address()}publish/", in_spite_of="人手不足").status_code == 302
        assert DutyPeriod.objects.count() == 5
        page = self.read("lin", self.address())
        assert "data-roster" not in page
        assert self.post("lin", f"{self.address()}cells/", shift="白班", cell="1:2026-11-28").status_code == 403

    def test_a_refused_form_stays_as_it_was_typed_and_a_done_one_leads_on(self) -> None:
        client = self.as_person(self.cast.zhou)
        by_htmx = {"HTTP_HX_REQUEST": "true", "HTTP_X_KEPT": "1"}
        refused = client.post(f"{self.address()}publish/", {}, **by_htmx)
        assert (refused.status_code, refused["HX-Retarget"]) == (409, "#messages")
        assert not DutyPeriod.objects.exists()
        done = client.post(f"{self.address()}publish/", {"in_spite_of": "人手不足"}, **by_htmx)
        assert (done.status_code, done["HX-Redirect"], "Location" in done) == (204, self.address(), False)
        assert DutyPeriod.objects.count() == 5

    def test_what_is_wrong_and_wished_is_read_by_who_plans_and_by_the_person(self) -> None:
        actions.set_cells(self.plan, [(self.cast.lin.pk, date(2026, 11, 28))], DAY, by=self.cast.zhou, at=NOW)
        actions.set_wish(date(2026, 11, 25), "", "搬家", by=self.cast.lin, at=NOW)
        self.post("zhou", f"{self.address()}publish/", in_spite_of="人手不足")
        for who, seen in (("zhou", True), ("lin", True), ("mei", False)):
            page = self.read(who, self.address())
            assert ("roster__cell--bad" in page, "最多" in page, "roster__wish" in page) == (seen, seen, seen), who

    def test_how_many_a_shift_needs(self) -> None:
        self.post("zhou", f"{self.address()}cover/", day="2026-11-24", shift="白班", people="4")
        self.plan.refresh_from_db()
        assert self.plan.cover == {"2026-11-24": {"白班": 4}}

    def test_computing_is_asked_for_shown_and_called_off(self) -> None:
        self.post("zhou", f"{self.address()}compute/", seconds="20", absent=self.cast.mei.pk, absent_first="2026-11-23", absent_last="2026-11-24")
        found = Generation.objects.get()
        assert (found.seconds, found.absent) == (20, [[self.cast.mei.pk, "2026-11-23", "2026-11-24"]])
        assert "梅芳" in self.read("zhou", f"/rosters/computed/{found.pk}/")
        assert self.as_person(self.cast.hu).get(f"/rosters/computed/{found.pk}/").status_code == 404
        assert self.post("zhou", f"/rosters/computed/{found.pk}/take/").status_code == 409
        self.post("zhou", f"/rosters/computed/{found.pk}/cancel/")
        found.refresh_from_db()
        assert found.state == Generation.State.CANCELLED

    def test_what_was_taken_over_is_not_offered_again(self) -> None:
        cells = {str(self.cast.lin.pk): ["", *["白班"] * 5, *[""] * 8], str(self.cast.mei.pk): ["晚班", *[""] * 13]}
        result = {"cells": cells, "unmet": [], "objective": 8, "bound": 8, "seconds": 1}
        found = Generation.objects.create(plan=self.plan, state="done", result=result, asked_by=self.cast.zhou, asked_at=NOW)
        take = f"/rosters/computed/{found.pk}/take/"
        assert take in self.read("zhou", self.address())
        self.post("zhou", take)
        assert Cell.objects.filter(plan=self.plan, shift="晚班").count() == 1
        assert take not in self.read("zhou", self.address())
        actions.set_cells(self.plan, [(self.cast.mei.pk, MONDAY)], None, by=self.cast.zhou, at=NOW, fixed=False)
        assert take in self.read("zhou", self.address())

    def test_it_goes_into_a_workbook_and_on_paper(self) -> None:
        answer = self.as_person(self.cast.zhou).get(f"{self.address()}table/")
        sheet = openpyxl.load_workbook(BytesIO(answer.content)).active
        rows = {row[0]: row for row in sheet.iter_rows(values_only=True)}
        assert rows["林小雨"][1:7] == ("白班", "白班", "白班", "白班", "白班", None)
        assert "roster-print" in self.read("zhou", f"{self.address()}?print=1")


class OwnRosterPage(Story):
    __test__ = True
    reader = "lin"
    queries = 22
    chinese = "我的排班"
    english = "My roster"

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        actions.publish(cls.plan, by=cls.cast.zhou, at=NOW, in_spite_of="人手不足")

    def address(self) -> str:
        return "/duty/mine/"

    def test_one_says_that_one_knows_it(self) -> None:
        receipt = Receipt.objects.get(person=self.cast.lin)
        assert self.post("mei", f"/duty/mine/know/{receipt.pk}/").status_code == 404
        self.post("lin", f"/duty/mine/know/{receipt.pk}/")
        receipt.refresh_from_db()
        assert receipt.acknowledged_at == NOW
        assert f"know/{receipt.pk}" not in self.read("lin", "/duty/mine/")

    def test_a_day_nobody_planned_yet_is_no_rest(self) -> None:
        page = self.read("lin", "/duty/mine/?day=2026-11-30")
        shown = {day: page.split(f'data-day="{day}"')[1].split("</div>")[0] for day in ("2026-12-06", "2026-12-07")}
        assert (">休<" in shown["2026-12-06"], ">未排<" in shown["2026-12-06"]) == (True, False)
        assert (">休<" in shown["2026-12-07"], ">未排<" in shown["2026-12-07"]) == (False, True)

    def test_who_is_asked_for_a_swap_reads_it_first(self) -> None:
        self.post("lin", "/duty/swaps/", day="2026-11-24", **{"with": self.cast.mei.pk, "reason": "看病"})
        asked, other = self.read("mei", "/duty/mine/"), self.read("lin", "/duty/mine/")
        assert 0 < asked.index("同事想和您换班") < asked.index("看病") < asked.index("own-roster")
        assert "同事想和您换班" not in other
        assert other.index("own-roster") < other.index("看病")

    def test_a_wish_is_entered_changed_and_taken_back(self) -> None:
        self.post("lin", "/duty/mine/wish/", day="2026-12-01", wish="rest", note="搬家")
        self.post("lin", "/duty/mine/wish/", day="2026-12-01", wish="晚班")
        assert [(one.day, one.shift) for one in Wish.objects.all()] == [(date(2026, 12, 1), "晚班")]
        assert self.post("lin", "/duty/mine/wish/", day="2026-11-19", wish="rest").status_code == 409
        self.post("lin", "/duty/mine/wish/", day="2026-12-01", wish="none")
        assert not Wish.objects.exists()

    def test_who_asks_for_a_swap_sees_what_the_colleague_has(self) -> None:
        for day, shift in ((date(2026, 11, 24), LATE), (date(2026, 11, 28), DAY)):
            actions.set_duty(self.cast.mei, self.cast.team, day, shift, by=self.cast.zhou, at=NOW)
        page = self.read("lin", f"/duty/mine/?with={self.cast.mei.pk}")
        shown = page.split('id="swap-theirs"')[1].split("</div>")[0]
        assert re.findall(r'value="([^"]*)">([^<]*)', shown) == [
            ("", "不换，请对方替我上"), ("2026-11-24", "11-24 晚班 16:00-24:00"), ("2026-11-28", "11-28 白班 08:00-16:00"),
        ]  # fmt: skip
        assert "我上班的日子里，梅芳没有班的是：11-23、11-25、11-26、11-27" in shown
        other = self.read("lin", f"/duty/mine/?with={self.cast.ou.pk}").split('id="swap-theirs"')[1].split("</div>")[0]
        assert "11-24 晚班" not in other
        assert self.cast.hu.name not in page

    def test_a_swap_is_asked_and_declined(self) -> None:
        data = {"day": "2026-11-24", "with": self.cast.mei.pk, "reason": "看病"}
        self.post("lin", "/duty/swaps/", **data)
        swap = Swap.objects.get()
        assert self.post("ou", f"/duty/swaps/{swap.pk}/", answer="agree").status_code == 404
        self.post("mei", f"/duty/swaps/{swap.pk}/", answer="decline", why="也有事")
        swap.refresh_from_db()
        assert (swap.state, swap.answer) == (Swap.State.DECLINED, "也有事")
        assert self.post("lin", "/duty/swaps/", day="2026-11-24", **{"with": self.cast.hu.pk, "reason": "x"}).status_code == 404

    def test_the_calendar_is_read_without_signing_in_until_the_address_is_renewed(self) -> None:
        address = feeds.address(self.cast.lin)
        answer = self.as_person(None).get(address)
        events = list(Calendar.from_ical(answer.content).walk("VEVENT"))
        assert (len(events), str(events[0]["SUMMARY"])) == (5, "白班 · 家居组")
        assert events[0].decoded("DTSTART") == DAY.on(MONDAY)[0]
        self.post("lin", "/duty/mine/feed/")
        assert self.as_person(None).get(address).status_code == 404
        assert self.as_person(None).get("/duty/feeds/nonsense.ics").status_code == 404


class DemandPage(Story):
    __test__ = True
    queries = 40
    chinese = "咨询量"
    english = "Demand"

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        talks = [0] * 16 + [20] * 28 + [4] * 4
        for back in range(1, 29):
            Arrivals.objects.create(
                shop=cls.cast.shop, day=TODAY - timedelta(days=back), talks=talks, lines=talks,
                seconds=[one * 240 for one in talks], total=sum(talks),
            )  # fmt: skip

    def address(self) -> str:
        return f"/demand/?team={self.cast.team.pk}&day=2026-11-23"

    def test_the_curve_takes_people_and_says_how_wrong_it_was(self) -> None:
        page = self.read("zhou", self.address())
        assert "576" in page
        assert "240" in page
        assert "demand-chart__line" in page

    def test_another_target_takes_other_people(self) -> None:
        stated, tried = self.read("zhou", self.address()), self.read("zhou", self.address() + "&chats=1")
        assert stated != tried
        assert "badge--warn" in tried

    def test_its_figures_are_written_into_the_roster(self) -> None:
        self.post("zhou", f"/demand/{self.plan.pk}/propose/")
        self.plan.refresh_from_db()
        assert len(self.plan.cover) == 14
        assert self.plan.cover["2026-11-24"]["白班"] >= 2
        assert self.post("lin", f"/demand/{self.plan.pk}/propose/").status_code == 404

    def test_who_plans_nothing_sees_no_team(self) -> None:
        assert "demand-chart" not in self.read("lin", "/demand/")
        assert self.as_person(self.cast.lin).get(self.address()).status_code == 404


class DaySheetPage(Story):
    __test__ = True
    reader = "lin"
    queries = 22
    chinese = "当日"
    english = "Day sheet"

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        for who in ("lin", "mei", "ou"):
            actions.set_duty(getattr(cls.cast, who), cls.cast.team, TODAY, DAY, by=cls.cast.zhou, at=NOW)

    def address(self) -> str:
        return "/duty/day/"

    def test_meals_are_taken_in_turns(self) -> None:
        page = self.read("lin", "/duty/day/?day=2026-11-19")
        assert page.count("林小雨") >= 2
        assert "11:30" in page
        assert "12:00" in page


class HolidaysPage(Story):
    __test__ = True
    reader = "shen"
    queries = 14
    chinese = "节假日"
    english = "Holidays"

    def address(self) -> str:
        return "/holidays/"

    def test_personnel_enters_a_day_and_others_do_not(self) -> None:
        self.post("shen", "/holidays/set/", day="2027-01-01", kind="statutory", name="元旦")
        assert holidays.kind_of(date(2027, 1, 1)) == "statutory"
        assert holidays.missing_years(date(2026, 12, 1), date(2028, 1, 1)) == [2028]
        assert self.post("lin", "/holidays/set/", day="2027-01-02", kind="off").status_code == 403
        assert self.post("shen", "/holidays/set/", day="2027-01-02", kind="festival").status_code == 422
        assert Holiday.objects.filter(day__year=2027).count() == 1

    def test_a_year_nobody_entered_is_said_to_be(self) -> None:
        assert "notice--warn" in self.read("shen", "/holidays/?year=2031")
        assert "notice--warn" not in self.read("shen", "/holidays/?year=2026")

    def test_the_state_calendar_fills_what_is_missing(self) -> None:
        Holiday.objects.filter(day__year=2026).delete()
        assert self.post("lin", "/holidays/fill/").status_code == 403
        self.post("shen", "/holidays/fill/")
        assert Holiday.objects.filter(day__year=2026).count() == 39
        assert holidays.kind_of(date(2026, 2, 17)) == "statutory"
        assert holidays.kind_of(date(2026, 2, 14)) == "workday"
        assert holidays.kind_of(date(2026, 2, 20)) == "off"
