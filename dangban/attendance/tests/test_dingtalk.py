"""DingTalk's files as they are exported: read, held against our judgement, taken in once."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal
from functools import cache, cached_property
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest

from dangban.attendance import judging, queries
from dangban.attendance.dingtalk import asking, cells, comparing, intake, overtime, reading, taking
from dangban.attendance.dingtalk.client import DingTalk, Failed, Key
from dangban.attendance.models import DingTalkApp, DingTalkUser, Intake, Overtime, Punch, ShiftRecord
from dangban.attendance.tests import dingtalk_files as files
from dangban.attendance.tests import story
from dangban.handbook.loader import preset
from dangban.handbook.shapes import ClockSpan
from dangban.journal.models import Entry
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.testing import pages
from dangban.testing.cast import TODAY, at
from dangban.testing.datasets import dataset

LIN = "0116400852840-1508"


def test_days_are_written_with_two_digits_of_their_year() -> None:
    assert cells.day("26-05-01 星期五") == date(2026, 5, 1)
    assert cells.day("2026/5/1") == date(2026, 5, 1)
    assert cells.day("26-13-01") is None
    assert cells.work_date("1777564800000") == date(2026, 5, 1)


def test_a_shift_past_midnight_is_read_from_its_name() -> None:
    spans = cells.hours_on(date(2026, 5, 1), "4班次17点 17:00-次日01:30")
    assert [f"{one:%m-%d %H:%M}" for one in spans[0]] == ["05-01 17:00", "05-02 01:30"]
    assert cells.hours_on(date(2026, 5, 1), "自由工时") == []
    assert len(cells.hours_on(date(2026, 5, 1), "两头班 09:00-12:00 18:00-22:00")) == 2


def test_a_time_of_the_next_day_lies_on_it() -> None:
    found = cells.wall_on(date(2026, 5, 31), "次日 00:57")
    assert found is not None
    assert f"{found:%m-%d %H:%M}" == "06-01 00:57"


def test_approvals_are_joined_with_full_width_commas_and_name_no_year() -> None:
    found = cells.approvals("事假12-31 22:00到01-01 02:00 4小时，补卡申请12-31 08:30到12-31 08:30", date(2026, 12, 1))
    assert [(one.kind, one.is_leave, f"{one.starts_at:%Y-%m-%d}", f"{one.ends_at:%Y-%m-%d}") for one in found] == [
        ("事假", True, "2026-12-31", "2027-01-01"),
        ("补卡申请", False, "2026-12-31", "2026-12-31"),
    ]


def test_what_is_no_report_is_refused() -> None:
    with pytest.raises(BadInput):
        reading.read(files.workbook(Sheet1=[("姓名", "工号"), ("林小雨", "1")]), "x.xlsx")


def test_rows_without_user_or_day_are_refused_one_by_one() -> None:
    data = files.report([files.day("林小雨", "", "26-11-16 星期一", "白班 08:30-17:30", "08:25", "17:31"), files.day("梅芳", "m", "哪天", "", "", "")], [])
    report = reading.read(data, "x.xlsx")
    assert [(fault.line, fault.reference) for fault in report.faults] == [(5, "林小雨"), (6, "梅芳")]
    assert report.days == []


def csv_of(*rows: tuple[str, ...]) -> bytes:
    return "\r\n".join(",".join(row) for row in rows).encode("gbk")


def test_punches_saved_as_gbk_text_are_read_with_or_without_their_title() -> None:
    punches = [files.raw("林小雨", LIN, "26-11-16 星期一", "2026-11-16 16:58"), files.raw("林小雨", LIN, "26-11-17 星期二", "2026-11-17 17:12")]
    titled = csv_of((f"原始记录 {files.TITLE}",), ("报表生成时间",), files.RAW, *punches)
    bare = csv_of(files.RAW, *punches)
    for data, days in ((titled, ("2026-11-16", "2026-11-18")), (bare, ("2026-11-16", "2026-11-17"))):
        report = reading.read(data, "打卡.csv")
        assert (report.first.isoformat(), report.last.isoformat(), report.faults) == (*days, [])
        assert [(one.who.user_id, one.at) for one in report.punches] == [(LIN, at("11-16 16:58")), (LIN, at("11-17 17:12"))]


def test_times_without_a_day_lie_on_the_shifts_or_behind_its_midnight() -> None:
    rows = [(*files.who("林小雨", LIN), "2026-11-16", "17:00:00", "16:58:10"), (*files.who("林小雨", LIN), "2026-11-16", "17:00:00", "01:04:00")]
    report = reading.read(csv_of((*files.ID, "考勤日期", "考勤时间", "打卡时间"), *rows), "明细.csv")
    assert [one.at for one in report.punches] == [at("11-16 16:58"), at("11-17 01:04")]


def test_who_is_named_without_a_userid_or_with_a_rounded_one_is_not_guessed() -> None:
    with pytest.raises(BadInput, match="UserId"):
        reading.read(csv_of(("姓名", "考勤日期", "打卡时间"), ("林小雨", "2026-11-16", "2026-11-16 16:58")), "明细.csv")
    report = reading.read(csv_of(files.RAW, files.raw("林小雨", "1.16401E+15", "26-11-16 星期一", "2026-11-16 16:58")), "打卡.csv")
    assert (report.punches, [(fault.line, fault.reference) for fault in report.faults]) == ([], [(2, "林小雨")])


APPROVALS = ("审批编号", "发起人UserID", "发起人姓名", "审批状态", "审批结果", "开始时间", "结束时间", "时长")
GRANTED = ("A1", LIN, "林小雨", "完成", "同意", "2026-11-16 18:00", "2026-11-16 20:00", "2")


def test_approvals_of_leave_are_never_taken_for_overtime() -> None:
    data = files.workbook(**{"202611": [(*APPROVALS, "请假类型"), (*GRANTED, "事假")]})
    with pytest.raises(BadInput, match="加班原因"):
        overtime.read(data, "审批导出_请假.xlsx")


def test_overtime_that_somebody_filed_for_somebody_else_is_refused_on_its_line() -> None:
    data = files.workbook(**{"202611": [(*APPROVALS, "加班人"), (*GRANTED, "林小雨"), ("A2", *GRANTED[1:], "梅芳")]})
    read = overtime.read(data, "审批导出_加班.xlsx")
    assert read is not None
    assert ([one.number for one in read[0]], [fault.line for fault in read[1]]) == (["A1"], [3])


def test_minutes_within_the_grace_are_named_as_the_handbooks_doing() -> None:
    day = files.day("林小雨", LIN, "26-11-16 星期一", "白班 08:30-17:30", "08:31", "17:31", late="1", late_minutes="1")
    report = reading.read(files.report([day], [files.raw("林小雨", LIN, "26-11-16 星期一", f"2026-11-16 {wall}") for wall in ("08:31", "17:31")]), "x.xlsx")
    assert comparing.compare(report, preset("default").on(report.first)).reasons == Counter({"grace": 2})
    assert comparing.compare(report, preset("brand-group").on(report.first)).mismatches == []


@cache
def _real_report() -> reading.Report:
    place = dataset("dingtalk_attendance") / "考勤报表_20260501-20260531.xlsx"
    return reading.read(place.read_bytes(), place.name)


@pytest.mark.data
class TestTheRealReport:
    """One company's May, pseudonymised: exact counts, and what remains different has its reason."""

    @cached_property
    def report(self) -> reading.Report:
        return _real_report()

    def test_every_row_is_read(self) -> None:
        report = self.report
        assert (len(report.days), len(report.punches), len(report.totals), len(report.people)) == (6169, 7060, 197, 199)
        assert report.faults == []
        assert (sum(not one.counts for one in report.punches), sum(one.base_at is None for one in report.punches)) == (234, 48)
        assert sum(clock.business_day(one.at) != one.day for one in report.punches) == 134
        assert sum(len(times) for times in report.times.values()) == 7060
        assert (report.first, report.last) == (date(2026, 5, 1), date(2026, 5, 31))

    def test_day_by_day_we_say_the_same_or_know_why_not(self) -> None:
        found = comparing.compare(self.report, preset("brand-group").on(self.report.first))
        assert (found.judged, found.agreeing, found.days_off) == (3613, 3528, 85)
        assert found.reasons == Counter({"beside_leave": 52, "night": 37, "exempt": 19, "other_shift": 9, "single": 8, "away": 5})
        assert dict(found.without_hours) == {"休息": 2201, "–": 353, "自由工时": 2}
        assert found.totals_off == []

    def test_knowing_the_midday_break_most_minutes_beside_leave_agree(self) -> None:
        found = comparing.compare(self.report, preset("brand-group").on(self.report.first), ClockSpan(time(12), time(13, 30)))
        assert (found.agreeing, found.days_off, found.reasons["beside_leave"]) == (3548, 65, 12)

    def test_overtime_approvals_repeat_their_row_for_each_stretch(self) -> None:
        place = dataset("dingtalk_attendance") / "审批导出_加班_202605.xlsx"
        read = overtime.read(place.read_bytes(), place.name)
        assert read is not None
        stretches, faults = read
        assert (len(stretches), len({one.number for one in stretches}), [fault.line for fault in faults]) == (746, 723, [161, 332, 337, 552])
        assert overtime.total(stretches) == Decimal("2369.5")
        assert Counter(one.state for one in stretches) == {"granted": 711, "refused": 15, "withdrawn": 14, "waiting": 6}
        many = [one for one in stretches if one.number == "202605111339832805563"]
        assert [(one.day.isoformat(), one.minutes) for one in many] == [("2026-05-06", 60), ("2026-05-07", 60), ("2026-05-08", 120), ("2026-05-09", 90)]


class TakingIn(pages.CastCase):
    def setUp(self) -> None:
        super().setUp()
        story.adopt_preset("brand-group")
        self.data = files.report(
            [
                files.day("林小雨", LIN, "26-11-16 星期一", "晚班 17:00-次日01:00", "16:58", "次日 01:04"),
                files.day("林小雨", LIN, "26-11-17 星期二", "晚班 17:00-次日01:00", "17:12", "次日 01:01", late="1", late_minutes="12"),
                files.day("林小雨", LIN, "26-11-18 星期三", "白班 08:30-17:30", "", "17:33", "补卡申请11-18 08:30到11-18 08:30"),
                files.day("外人甲", "x-1", "26-11-16 星期一", "白班 08:30-17:30", "08:20", "17:33"),
            ],
            [
                files.raw("林小雨", LIN, "26-11-16 星期一", "2026-11-16 16:58"),
                files.raw("林小雨", LIN, "26-11-16 星期一", "2026-11-17 01:04"),
                files.raw("林小雨", LIN, "26-11-17 星期二", "2026-11-17 17:12", "迟到"),
                files.raw("林小雨", LIN, "26-11-17 星期二", "2026-11-17 18:00", "打卡无效:此记录已被更新"),
                files.raw("林小雨", LIN, "26-11-17 星期二", "2026-11-18 01:01"),
                files.raw("林小雨", LIN, "26-11-18 星期三", "2026-11-18 17:33"),
                files.raw("林小雨", LIN, "26-11-18 星期三", "2026-11-18 08:30", "补卡审批通过", "补卡审批"),
                files.raw("外人甲", "x-1", "26-11-16 星期一", "2026-11-16 08:20"),
            ],
        )

    def test_a_trial_writes_nothing_but_who_is_to_be_matched(self) -> None:
        run = intake.try_out("考勤报表.xlsx", self.data, by=self.cast.bao, at=at("10:00"))
        assert (run.counts["people"], run.counts["matched"], run.counts["compared"], run.counts["agreeing"]) == (2, 0, 4, 3)
        assert (Punch.objects.count(), ShiftRecord.objects.count()) == (0, 0)
        assert sorted(DingTalkUser.objects.values_list("name", flat=True)) == ["外人甲", "林小雨"]
        assert run.refusals.count() == 2
        assert [(one.name, one.what) for one in run.differences.all()] == [("外人甲", "missed_departure")]

    def test_taken_in_it_judges_our_people_and_the_same_again_changes_nothing(self) -> None:
        bao, lin = self.cast.bao, self.cast.lin
        intake.try_out("考勤报表.xlsx", self.data, by=bao, at=at("10:00"))
        assert intake.match_by_name(by=bao, at=at("10:01")) == 1
        run = intake.confirm(intake.try_out("考勤报表.xlsx", self.data, by=bao, at=at("10:02")), by=bao, at=at("10:03"))
        assert (run.counts["punches"], run.counts["shifts"], run.counts["repairs"]) == (6, 3, 1)
        sheet = queries.month_sheet(lin, TODAY)
        assert (sheet.days_worked, [late.minutes for late in sheet.late], sheet.repairs, sheet.unjudged) == (3, [12], 1, [])
        assert sheet.minutes == 480 + 468 + 540
        entries = Entry.objects.filter(verb="attendance.rejudged").count()
        again = intake.confirm(intake.try_out("考勤报表.xlsx", self.data, by=bao, at=at("11:00")), by=bao, at=at("11:01"))
        assert (again.counts["punches"], again.counts["shifts"], again.counts["repairs"]) == (0, 0, 0)
        assert Entry.objects.filter(verb="attendance.rejudged").count() == entries

    def test_a_trial_is_confirmed_once_and_only_by_who_may(self) -> None:
        bao = self.cast.bao
        run = intake.try_out("考勤报表.xlsx", self.data, by=bao, at=at("10:00"))
        with pytest.raises(NotAllowed):
            intake.confirm(run, by=self.cast.zhou)
        intake.match_by_name(by=bao, at=at("10:01"))
        intake.confirm(run, by=bao, at=at("10:01"))
        with pytest.raises(Conflict):
            intake.confirm(run, by=bao, at=at("10:02"))
        assert Intake.objects.filter(dry_run=False).count() == 1

    def test_while_nobody_is_matched_nothing_is_taken_in_and_the_file_stays(self) -> None:
        bao = self.cast.bao
        run = intake.try_out("考勤报表.xlsx", self.data, by=bao, at=at("10:00"))
        with pytest.raises(Refused, match="都没有对应"):
            intake.confirm(run, by=bao, at=at("10:01"))
        assert (Intake.objects.count(), Punch.objects.count()) == (1, 0)
        run.refresh_from_db()
        assert intake.as_matched_now(run) == (run.counts, set())
        intake.match_by_name(by=bao, at=at("10:02"))
        counts, settled = intake.as_matched_now(run)
        assert (counts["people"], counts["matched"], len(settled)) == (2, 1, 1)
        assert intake.confirm(run, by=bao, at=at("10:03")).counts == {"people": 2, "matched": 1, "punches": 6, "shifts": 3, "repairs": 1, "judged": 3}

    def test_one_person_is_one_user(self) -> None:
        bao = self.cast.bao
        intake.try_out("考勤报表.xlsx", self.data, by=bao, at=at("10:00"))
        one, other = DingTalkUser.objects.order_by("pk")
        intake.match(one, self.cast.mei, by=bao)
        with pytest.raises(BadInput):
            intake.match(other, self.cast.mei, by=bao)
        assert DingTalkUser.objects.filter(person=self.cast.mei).count() == 1

    def test_overtime_counts_once_it_was_granted(self) -> None:
        heads = ("审批编号", "发起人UserID", "发起人姓名", "审批状态", "审批结果", "开始时间", "结束时间", "时长", "加班核算方式", "是否法定假日", "加班原因")
        rows = [
            ("A1", LIN, "林小雨", "完成", "同意", "2026-11-16 18:00", "2026-11-16 20:00", "2", "申请加班费", "否", "大促"),
            ("A2", LIN, "林小雨", "完成", "拒绝", "2026-11-17 18:00", "2026-11-17 21:00", "3", "", "否", "大促"),
        ]
        data = files.workbook(**{"202611": [heads, *rows]})
        intake.try_out("加班.xlsx", data, by=self.cast.bao, at=at("10:00"))
        intake.match_by_name(by=self.cast.bao)
        intake.confirm(intake.try_out("加班.xlsx", data, by=self.cast.bao, at=at("10:02")), by=self.cast.bao, at=at("10:03"))
        assert Overtime.objects.count() == 2
        assert queries.month_sheet(self.cast.lin, TODAY).overtime_minutes == 120


class Asking(pages.CastCase):
    """DingTalk's interface, played by a server of our own."""

    def setUp(self) -> None:
        super().setUp()
        story.adopt_preset("brand-group")
        DingTalkUser.objects.create(user_id=LIN, name="林小雨", person=self.cast.lin, first_seen_at=at("10:00"))
        self.app = asking.keep("key", "secret", asks=True, by=self.cast.bao, at=at("10:00"))

    def test_two_rows_are_a_shift_and_its_punches(self) -> None:
        with _server(_rows()) as (base, asked), httpx.Client() as client:
            new = asking.ask_with(self.app, DingTalk(base), at("11-19 12:00"), client)
        assert new is not None
        assert (new["punches"], new["shifts"], new["judged"]) == (2, 1, 1)
        with _server(_rows()) as (base, _again), httpx.Client() as client:
            assert asking.ask_with(self.app, DingTalk(base), at("11-19 12:15"), client) == {"punches": 0, "shifts": 0, "repairs": 0, "judged": 0}
        held = story.record_of(self.cast.lin, "11-18")
        assert (held.name, held.late_minutes, held.minutes) == ("08:30-17:30", 9, 531)
        assert asked[0]["userIdList"] == [LIN]
        assert (asked[0]["workDateFrom"], asked[0]["workDateTo"], asked[0]["offset"], asked[1]["offset"]) == ("2026-11-16 00:00:00", "2026-11-19 00:00:00", 0, 50)
        self.app.refresh_from_db()
        assert (self.app.asked_until, self.app.failed) == (TODAY, "")

    def test_a_punch_declared_void_afterwards_counts_no_more_until_that_is_taken_back(self) -> None:
        story.shift(self.cast.lin, self.cast.team, "11-17 08:30", "11-17 17:30")
        people = taking.people_of([LIN])

        def taken(counts: bool, minute: int) -> dict[str, int]:
            punches = [
                taking.TakenPunch(LIN, at("11-17 08:20"), counts, "" if counts else "地点不符", "手机"),
                taking.TakenPunch(LIN, at("11-17 17:31"), True, "", "手机"),
            ]
            return taking.write(taking.Taken(punches=punches), people, by=self.cast.bao, at=at(f"11-18 10:{minute}"))

        taken(True, 10)
        judging.open_records(at("11-17 00:00"), at("11-17 23:00"))
        judging.judge_record(story.record_of(self.cast.lin, "11-17").pk, at=at("11-18 10:11"))
        assert story.record_of(self.cast.lin, "11-17").state == "judged"
        assert taken(False, 12)["judged"] == 1
        held = story.record_of(self.cast.lin, "11-17")
        assert (held.state, held.why, held.missed_arrival) == ("unjudged", "one_punch", True)
        assert (taken(False, 13)["judged"], taken(True, 14)["judged"]) == (0, 1)
        assert (story.record_of(self.cast.lin, "11-17").state, Punch.objects.get(at=at("11-17 08:20")).said) == ("judged", "")

    def test_no_more_than_fifty_people_and_seven_days_are_asked_for_at_once(self) -> None:
        with _server([]) as (base, asked), httpx.Client() as client:
            DingTalk(base).fetch([f"u{n}" for n in range(120)], date(2026, 11, 1), date(2026, 11, 15), Key("k", "s"), client)
        assert [len(one["userIdList"]) for one in asked] == [50, 50, 50, 50, 50, 50, 20, 20, 20]
        assert {(one["workDateFrom"][:10], one["workDateTo"][:10]) for one in asked} == {
            ("2026-11-01", "2026-11-07"), ("2026-11-08", "2026-11-14"), ("2026-11-15", "2026-11-15"),
        }  # fmt: skip

    def test_what_fails_is_kept_to_be_seen_and_nothing_changes(self) -> None:
        with _server([], errcode=60011) as (base, _asked), httpx.Client() as client:
            assert asking.ask_with(self.app, DingTalk(base), at("11-19 12:00"), client) is None
            with pytest.raises(Failed, match="60011"):
                DingTalk(base).fetch([LIN], TODAY, TODAY, Key("k", "s"), client)
        app = DingTalkApp.objects.get()
        assert "60011" in app.failed
        assert not Punch.objects.exists()

    def test_the_secret_is_sealed_and_never_in_the_journal(self) -> None:
        assert "secret" not in self.app.sealed_secret
        assert "secret" not in json.dumps(Entry.objects.get(verb="attendance.app_kept").change).replace("secret_changed", "")
        with pytest.raises(NotAllowed):
            asking.keep("key", "other", asks=True, by=self.cast.zhou)


def _ms(text: str) -> int:
    return clock.to_ms(at(text))


def _rows() -> list[dict[str, Any]]:
    shared = {"userId": LIN, "workDate": _ms("11-18 00:00"), "sourceType": "ATM", "locationResult": "Normal"}
    return [
        {**shared, "checkType": "OnDuty", "timeResult": "Late", "baseCheckTime": _ms("11-18 08:30"), "userCheckTime": _ms("11-18 08:39"), "planId": 1},
        {**shared, "checkType": "OffDuty", "timeResult": "Normal", "baseCheckTime": _ms("11-18 17:30"), "userCheckTime": _ms("11-18 17:31"), "planId": 2},
    ]


@contextmanager
def _server(rows: list[dict[str, Any]], errcode: int = 0) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Gives its rows one a page."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer({"errcode": 0, "access_token": "t", "expires_in": 7200})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append(body)
            page = body["offset"] // 50
            answer = {"errcode": errcode, "errmsg": "no permission", "recordresult": rows[page : page + 1], "hasMore": page + 1 < len(rows)}
            self._answer(answer)

        def _answer(self, answer: dict[str, Any]) -> None:
            data = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Quiet."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


