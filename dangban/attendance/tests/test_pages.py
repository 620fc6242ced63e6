"""The pages of attendance: everybody their own, leaders their people, personnel DingTalk."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Any, ClassVar

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from dangban.attendance import adherence, judging, publishing
from dangban.attendance.models import Consequence, Intake, Publication, Punch, PunchRepair, ShiftRecord
from dangban.attendance.tests import dingtalk_files as files
from dangban.attendance.tests import story
from dangban.chat.models import Presence
from dangban.lib import clock
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY, at
from dangban.workforce.actions import set_duty
from dangban.workforce.shifts import Shift


class Told(pages.CastCase):
    """Lin was late on Wednesday and forgot to punch on Tuesday; the week before is out."""

    @classmethod
    def set_up_story(cls) -> None:
        story.adopt_preset("default")
        cast = cls.cast
        story.shift(cast.lin, cast.team, "11-10 08:00", "11-10 16:00")
        story.shift(cast.lin, cast.team, "11-17 08:00", "11-17 16:00")
        story.shift(cast.lin, cast.team, "11-18 08:00", "11-18 16:00")
        story.punches(cast.lin, "11-10 07:58", "11-10 16:01", "11-17 07:58", "11-18 08:12", "11-18 16:01")
        judging.open_records(at("11-09 00:00"), at("11-19 09:00"))
        judging.sweep(at("11-19 09:00"))
        publishing.publish(cast.team, TODAY.replace(day=9), TODAY.replace(day=15), by=cast.zhou, at=at("11-16 09:00"))


class OwnPage(Told, pages.PageCase):
    chinese, english = "考勤", "Attendance"
    queries: ClassVar[int | None] = 32

    def address(self) -> str:
        return reverse("attendance:own")

    def test_it_shows_what_follows_and_why(self) -> None:
        page = self._get("lin").content.decode()
        assert "迟到 12 分" in page
        assert "缺下班卡" in page
        assert "¥100.00" in page

    def test_punching_leaves_a_punch(self) -> None:
        response = self.as_person(self.cast.mei).post(reverse("attendance:punch"))
        assert response.status_code == 302
        assert Punch.objects.filter(person=self.cast.mei, place="127.0.0.1").count() == 1

    def test_what_was_announced_wrongly_stays_in_the_form(self) -> None:
        url = reverse("attendance:late", args=[self.cast.lin.pk])
        answer = self.as_person(self.cast.lin).post(url, {"day": "2026-11-10", "minutes": "15", "said": "早上看牙"})
        assert (answer.status_code, 'value="早上看牙"' in answer.content.decode()) == (422, True)
        assert not self.cast.lin.late_notices.exists()

    def test_lateness_is_announced_for_tomorrow(self) -> None:
        client = self.as_person(self.cast.lin)
        client.post(reverse("attendance:late", args=[self.cast.lin.pk]), {"day": "2026-11-20", "minutes": "15", "said": "早上看牙"})
        notice = self.cast.lin.late_notices.get()
        assert (notice.said, notice.expected_minutes, notice.at) == ("早上看牙", 15, at("10:00"))


class PersonPage(Told, pages.PageCase):
    reader, strangers = "zhou", ("mei", "hu", "qian")
    chinese = "林小雨"

    def address(self) -> str:
        return reverse("attendance:person", args=[self.cast.lin.pk])


class RecordPage(Told, pages.PageCase):
    reader, strangers = "lin", ("mei", "hu")
    chinese, english = "申请补卡", "Ask for a punch to be repaired"

    def held(self) -> ShiftRecord:
        return story.record_of(self.cast.lin, "11-17")

    def address(self) -> str:
        return reverse("attendance:record", args=[self.held().pk])

    def test_a_repair_is_asked_for_vouched_for_and_judges_the_shift(self) -> None:
        held = self.held()
        client = self.as_person(self.cast.lin)
        wrong = client.post(reverse("attendance:repair", args=[held.pk]), {"side": "departure", "at": "16:02", "reason": ""})
        assert wrong.status_code == 422
        client.post(reverse("attendance:repair", args=[held.pk]), {"side": "departure", "at": "16:02", "reason": "忘了"})
        asked = PunchRepair.objects.get()
        assert asked.at == at("11-17 16:02")
        assert self.as_person(self.cast.mei).post(reverse("attendance:vouch", args=[asked.pk]), {"granted": "yes", "word": "在"}).status_code == 404
        self.as_person(self.cast.zhou).post(reverse("attendance:vouch", args=[asked.pk]), {"granted": "yes", "word": "在岗"})
        assert self.held().state == ShiftRecord.State.JUDGED


class ConsequencePage(Told, pages.PageCase):
    reader, strangers = "lin", ("mei", "hu")
    chinese, english = "申诉", "Dispute"

    def address(self) -> str:
        return reverse("attendance:consequence", args=[Consequence.objects.get().pk])

    def act(self, who: str, verb: str, **data: str) -> int:
        url = reverse("attendance:consequence-act", args=[Consequence.objects.get().pk, verb])
        return self.as_person(getattr(self.cast, who)).post(url, data).status_code

    def test_disputed_and_withdrawn_it_takes_nothing(self) -> None:
        assert self.act("lin", "confirmation") == 403
        assert self.act("zhou", "confirmation") == 302
        assert self.act("lin", "dispute", said="") == 422
        assert self.act("lin", "dispute", said="地铁停运") == 302
        assert self.act("zhou", "answer", outcome="withdrawn", words="属实") == 403
        assert self.act("bao", "answer", outcome="withdrawn", words="属实") == 302
        assert Consequence.objects.get().state == "withdrawn"
        assert self.act("hu", "dispute", said="x") == 404
        assert self.act("lin", "nonsense") == 404

    def test_a_correction_says_what_is_given_back_and_of_which_line(self) -> None:
        wrong = Consequence.objects.get()
        given: dict[str, Any] = {"person": self.cast.lin, "month": TODAY.replace(day=1), "day": wrong.day, "proposed_at": wrong.proposed_at, "corrects": wrong}
        days = Consequence.objects.create(kind="absence", way="days", days_pay=Decimal(-1), **given)
        money = Consequence.objects.create(kind="lateness", way="fine", amount_fen=-5000, **given)
        for made, words in ((days, "补发 1 天工资"), (money, "罚款：退回 ¥50.00")):
            page = self.as_person(self.cast.lin).get(reverse("attendance:consequence", args=[made.pk])).content.decode()
            assert words in page
            assert f'href="{reverse("attendance:consequence", args=[wrong.pk])}">2026-11' in page
            assert "制度写的超过了" not in page

    def test_what_was_typed_stays_and_the_fault_stands_beside_it(self) -> None:
        url = reverse("attendance:consequence-act", args=[Consequence.objects.get().pk, "dispute"])
        answer = self.as_person(self.cast.lin).post(url, {"said": "地铁" * 1001})
        page = answer.content.decode()
        assert (answer.status_code, page.count("地铁" * 1001), 'id="id_said_error"' in page) == (422, 1, True)
        assert Consequence.objects.get().state == "proposed"

    def test_confirmed_from_the_list_one_comes_back_to_it_as_it_was_narrowed(self) -> None:
        held = Consequence.objects.get()
        url = reverse("attendance:consequence-act", args=[held.pk, "confirmation"])
        listed = f"{reverse('attendance:follows')}?state=proposed"
        assert f'name="back" value="{listed}"' in self.as_person(self.cast.zhou).get(listed).content.decode()
        assert self.as_person(self.cast.zhou).post(url, {"back": listed})["Location"] == f"{listed}#list"

    def test_nobody_is_led_away_by_where_they_say_they_came_from(self) -> None:
        held = Consequence.objects.get()
        url = reverse("attendance:consequence-act", args=[held.pk, "confirmation"])
        to = self.as_person(self.cast.zhou).post(url, {"back": "//evil.example/attendance/consequences/"})["Location"]
        assert to == reverse("attendance:consequence", args=[held.pk])


class TeamPages(Told):
    def test_leaders_see_the_week_the_lists_and_months_and_agents_do_not(self) -> None:
        names = ("team", "follows", "unjudged", "adherence", "months")
        for name in names:
            url = reverse(f"attendance:{name}")
            assert self.as_person(self.cast.zhou).get(url).status_code == 200, name
            assert self.as_person(self.cast.lin).get(url).status_code == 403, name

    def test_the_week_is_that_of_the_team_and_hu_finds_no_other(self) -> None:
        assert "林小雨" in self.as_person(self.cast.zhou).get(reverse("attendance:team")).content.decode()
        page = self.as_person(self.cast.hu).get(reverse("attendance:team"))
        assert "林小雨" not in page.content.decode()
        other = f"{reverse('attendance:team')}?team={self.cast.team.pk}"
        assert self.as_person(self.cast.hu).get(other).status_code == 404

    def test_a_shift_that_is_still_to_come_today_is_no_rest(self) -> None:
        url = reverse("attendance:team")
        before = self.as_person(self.cast.zhou).get(url).content.decode()
        tonight = Shift("夜巡", time(22), time(2))
        set_duty(self.cast.ou, self.cast.team, TODAY, tonight, by=self.cast.zhou, at=NOW)
        page = self.as_person(self.cast.zhou).get(url).content.decode()
        assert (before.count("夜巡"), page.count("夜巡")) == (0, 1)
        assert before.count(">休<") - page.count(">休<") == 1

    def test_a_shift_runs_until_its_end_and_waits_then_until_nobody_may_punch_for_it_any_more(self) -> None:
        story.shift(self.cast.mei, self.cast.team, "11-19 01:00", "11-19 09:00")
        judging.open_records(at("11-19 00:00"), at("11-19 02:00"))
        told = {}
        for moment in ("08:59", "09:00"):
            with clock.frozen(at(moment)):
                told[moment] = self.as_person(self.cast.zhou).get(reverse("attendance:team")).content.decode()
        assert [("进行中" in page, "待判定" in page) for page in told.values()] == [(True, False), (False, True)]
        closes = clock.local(story.record_of(self.cast.mei, "11-19").closes_at)
        assert f"{closes:%H:%M} 打卡截止后判定" in told["09:00"]

    def test_members_see_their_own_line_of_the_sheet(self) -> None:
        url = reverse("attendance:published", args=[Publication.objects.get().pk])
        assert self.as_person(self.cast.lin).get(url).status_code == 200
        assert self.as_person(self.cast.mei).get(url).status_code == 404
        assert self.as_person(self.cast.hu).get(url).status_code == 404

    def test_a_week_that_is_over_is_published_once(self) -> None:
        url = reverse("attendance:publish", args=[self.cast.team.pk, "2026-11-09"])
        assert self.as_person(self.cast.zhou).post(url).status_code == 409
        assert self.as_person(self.cast.hu).post(url).status_code == 404
        assert Publication.objects.count() == 1

    def test_months_as_a_workbook_and_closed_by_who_may(self) -> None:
        page = self.as_person(self.cast.zhou).get(f"{reverse('attendance:months')}?as=xlsx")
        assert page["Content-Type"].startswith("application/vnd.openxml")
        close = reverse("attendance:close", args=["2026-10"])
        assert self.as_person(self.cast.zhou).post(close).status_code == 403
        assert self.as_person(self.cast.bao).post(close).status_code == 302

    def test_adherence_says_who_was_planned_and_not_there(self) -> None:
        story.shift(self.cast.lin, self.cast.team, "11-19 08:00", "11-19 16:00")
        story.shift(self.cast.mei, self.cast.team, "11-19 08:00", "11-19 16:00")
        Presence.objects.create(person=self.cast.lin, state="online", started_at=at("08:00"), ended_at=at("08:30"))
        Presence.objects.create(person=self.cast.lin, state="away", reason="meal", started_at=at("08:30"), ended_at=at("09:30"))
        Presence.objects.create(person=self.cast.lin, state="online", started_at=at("09:30"))
        assert self.as_person(self.cast.zhou).get(reverse("attendance:adherence")).status_code == 200
        known = adherence.team_day(self.cast.team, TODAY, at("10:00"))
        lin, mei = known.people
        assert (lin.planned, lin.present, lin.away, lin.adherence, list(lin.cells)) == (120, 60, 60, 0.5, ["ready", "away", "away", "ready"])
        assert [(one.reason, one.minutes, one.allowed) for one in lin.overruns] == [("meal", 60, 45)]
        assert (mei.present, list(mei.cells)) == (0, ["missing"] * 4)
        assert [(one.planned, one.present) for one in known.intervals] == [(2.0, 1.0), (2.0, 0.0), (2.0, 0.0), (2.0, 1.0)]


class DingTalkPages(Told):
    def test_a_file_is_tried_matched_and_taken_in(self) -> None:
        data = files.report(
            [files.day("梅芳", "m-1", "26-11-16 星期一", "白班 08:00-16:00", "07:55", "16:03")],
            [files.raw("梅芳", "m-1", "26-11-16 星期一", "2026-11-16 07:55"), files.raw("梅芳", "m-1", "26-11-16 星期一", "2026-11-16 16:03")],
        )
        client = self.as_person(self.cast.bao)
        to = client.post(reverse("attendance:dingtalk"), {"file": SimpleUploadedFile("考勤报表.xlsx", data)})
        run = Intake.objects.get()
        assert to["Location"] == reverse("attendance:intake", args=[run.pk])
        page = client.get(to["Location"]).content.decode()
        assert ("两边一致" in page, "确认导入</button>" in page) == (True, False)
        assert client.post(reverse("attendance:match-all")).status_code == 302
        assert "确认导入</button>" in client.get(to["Location"]).content.decode()
        assert client.post(reverse("attendance:intake-confirmation", args=[run.pk])).status_code == 302
        assert story.record_of(self.cast.mei, "11-16").state == ShiftRecord.State.JUDGED
        assert client.post(reverse("attendance:intake-confirmation", args=[run.pk])).status_code == 409

    def test_what_is_no_report_is_told_on_its_page(self) -> None:
        client = self.as_person(self.cast.bao)
        to = client.post(reverse("attendance:dingtalk"), {"file": SimpleUploadedFile("x.xlsx", files.workbook(A=[("a", "b")]))})
        assert "文件没有读成" in client.get(to["Location"]).content.decode()

    def test_only_who_keeps_attendance_for_the_company_sees_it(self) -> None:
        for name in ("dingtalk", "users", "app"):
            assert self.as_person(self.cast.bao).get(reverse(f"attendance:{name}")).status_code == 200, name
            assert self.as_person(self.cast.shen).get(reverse(f"attendance:{name}")).status_code == 200, name
            assert self.as_person(self.cast.zhou).get(reverse(f"attendance:{name}")).status_code == 403, name

    def test_the_secret_goes_in_and_never_comes_out(self) -> None:
        client = self.as_person(self.cast.bao)
        client.post(reverse("attendance:app"), {"app_key": "ding123", "secret": "s3cr3t-words", "asks": "on"})
        page = client.get(reverse("attendance:app")).content.decode()
        assert "ding123" in page
        assert "s3cr3t-words" not in page
        assert client.post(reverse("attendance:app-removal")).status_code == 302
