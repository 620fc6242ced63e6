"""Shifts are judged when their window is closed, and again when a punch is put right."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from dangban.attendance import judging, publishing, punching, queries, repairing, settling
from dangban.attendance.models import Consequence, LateNotice, Punch, PunchRepair, Rejudgement, ShiftRecord
from dangban.attendance.tests import story
from dangban.journal.models import Entry
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.people.models import OffBoarding, Person
from dangban.testing import pages
from dangban.testing.cast import TODAY, at
from dangban.testing.handbooks import adopt_with
from dangban.workforce.models import ShiftExtension

LIFTED = ("attendance.lateness_mode", "attendance.absence", "attendance.punch_beyond.departure")
DINGTALK = Punch.Source.DINGTALK


class Judging(pages.CastCase):
    def setUp(self) -> None:
        super().setUp()
        story.adopt_preset("default")
        self.lin, self.mei, self.team = self.cast.lin, self.cast.mei, self.cast.team

    def test_a_shift_is_not_judged_before_its_window_is_closed(self) -> None:
        story.shift(self.lin, self.team, "11-19 00:00", "11-19 08:00")
        story.punches(self.lin, "11-18 23:50")
        assert judging.sweep(at("11-19 13:59")) == 0
        assert story.record_of(self.lin, "11-19").state == ShiftRecord.State.OPEN
        assert judging.sweep(at("11-19 14:00")) == 1
        held = story.record_of(self.lin, "11-19")
        assert (held.state, held.why, held.missed_departure) == ("unjudged", "one_punch", True)

    def test_late_under_the_default_handbook_takes_fifty_yuan_of_the_bonus(self) -> None:
        story.shift(self.lin, self.team, "11-18 08:00", "11-18 16:00")
        story.punches(self.lin, "11-18 08:07", "11-18 16:02")
        judging.sweep(at("11-19 10:00"))
        held = story.record_of(self.lin, "11-18")
        assert (held.state, held.late_minutes, held.minutes) == ("judged", 7, 473)
        row = Consequence.objects.get()
        assert (row.kind, row.way, row.amount_fen, row.state) == ("lateness", "bonus", 5000, "proposed")
        sheet = queries.month_sheet(self.lin, TODAY)
        assert (sheet.days_worked, sheet.minutes, sheet.full_attendance, sheet.bonus_fen) == (1, 473, False, 15000)
        assert [(line.kind, line.amount_fen, line.state) for line in sheet.consequences] == [("lateness", 5000, "proposed")]

    def test_judged_again_without_news_changes_nothing(self) -> None:
        story.shift(self.lin, self.team, "11-18 08:00", "11-18 16:00")
        story.punches(self.lin, "11-18 08:07", "11-18 16:02")
        judging.sweep(at("11-19 10:00"))
        entries = Entry.objects.count()
        judging.judge_record(story.record_of(self.lin, "11-18").pk, at=at("11-19 11:00"))
        assert (Consequence.objects.count(), Rejudgement.objects.count(), Entry.objects.count()) == (1, 0, entries)

    def test_a_night_shift_over_the_end_of_the_month_counts_in_the_month_it_began(self) -> None:
        story.shift(self.lin, self.team, "10-31 17:00", "11-01 01:00", "晚班")
        story.punches(self.lin, "10-31 16:58", "11-01 01:02")
        judging.open_records(at("10-30 00:00"), at("11-02 00:00"))
        judging.sweep(at("11-19 10:00"))
        october = queries.month_sheet(self.lin, TODAY.replace(month=10))
        assert (october.days_worked, october.minutes) == (1, 480)
        assert queries.month_sheet(self.lin, TODAY).days_worked == 0

    def test_a_split_shift_is_two_records_of_one_day(self) -> None:
        story.shift(self.lin, self.team, "11-18 09:00", "11-18 12:00", "早")
        story.shift(self.lin, self.team, "11-18 18:00", "11-18 22:00", "晚")
        story.punches(self.lin, "11-18 08:55", "11-18 12:01", "11-18 17:59", "11-18 22:03")
        judging.sweep(at("11-19 10:00"))
        records = ShiftRecord.objects.filter(person=self.lin).order_by("starts_at")
        assert [(one.late_minutes, one.early_minutes, one.minutes) for one in records] == [(0, 0, 180), (0, 0, 240)]
        assert queries.month_sheet(self.lin, TODAY).days_worked == 1

    def test_staying_for_a_customer_is_work_and_never_leaving_early(self) -> None:
        duty = story.shift(self.lin, self.team, "11-18 16:00", "11-19 00:00", "晚班")
        ShiftExtension.objects.create(duty=duty, started_at=at("11-19 00:00"), ended_at=at("11-19 00:20"))
        story.punches(self.lin, "11-18 15:55", "11-18 23:58")
        judging.sweep(at("11-19 10:00"))
        held = story.record_of(self.lin, "11-18")
        assert (held.early_minutes, held.extension_minutes, held.minutes) == (0, 20, 498)

    def test_a_plan_that_changes_before_it_is_judged_takes_its_record_along(self) -> None:
        duty = story.shift(self.lin, self.team, "11-19 16:00", "11-20 00:00")
        judging.open_records(at("11-19 00:00"), at("11-19 23:00"))
        duty.delete()
        story.shift(self.lin, self.team, "11-19 17:00", "11-20 01:00")
        judging.open_records(at("11-19 00:00"), at("11-19 23:00"))
        assert [clock.local(one.starts_at).hour for one in ShiftRecord.objects.all()] == [17]

    def test_lateness_announced_before_the_shift_is_excused_by_the_default_handbook(self) -> None:
        story.shift(self.lin, self.team, "11-19 12:00", "11-19 20:00")
        punching.announce(self.lin, TODAY, "地铁停了", minutes=20, by=self.lin, at=at("11:40"))
        story.punches(self.lin, "11-19 12:18", "11-19 20:00")
        judging.open_records(at("11-19 00:00"), at("11-19 23:00"))
        judging.sweep(at("11-20 10:00"))
        held = story.record_of(self.lin, "11-19")
        assert (held.late_minutes, held.excused, Consequence.objects.count()) == (18, True, 0)
        assert queries.month_sheet(self.lin, TODAY).full_attendance is True

    def test_once_the_shift_has_begun_nothing_can_be_announced(self) -> None:
        story.shift(self.lin, self.team, "11-19 08:00", "11-19 16:00")
        with pytest.raises(Refused) as refused:
            punching.announce(self.lin, TODAY, "堵车", by=self.lin, at=at("08:10"))
        assert refused.value.decision.paths == ("attendance.lateness_announced_free",)
        assert not self.lin.late_notices.exists()

    def test_lateness_is_announced_for_days_from_today_to_a_month_ahead(self) -> None:
        for day, words in ((date(2026, 11, 18), "已经开始的班次不能再报备"), (date(2026, 12, 21), "最多提前 31 天报备迟到，今天最晚可报到 2026-12-20")):
            with pytest.raises(BadInput) as refused:
                punching.announce(self.lin, day, "堵车", by=self.lin, at=at("10:00"))
            assert words in refused.value.fields["day"][0]
        assert not LateNotice.objects.exists()
        punching.announce(self.lin, date(2026, 12, 20), "堵车", by=self.lin, at=at("10:00"))
        assert LateNotice.objects.get().day == date(2026, 12, 20)

    def test_a_whole_shift_without_a_punch_is_a_day_of_absence(self) -> None:
        story.shift(self.lin, self.team, "11-18 08:00", "11-18 16:00")
        assert judging.sweep(at("11-19 10:00")) == 0
        story.punches(self.mei, "11-17 07:58")
        assert judging.sweep(at("11-19 10:00")) == 1
        row = Consequence.objects.get()
        assert (row.kind, row.way, row.absence_days, row.days_pay) == ("absence", "days", Decimal(1), Decimal(1))
        sheet = queries.month_sheet(self.lin, TODAY)
        assert (sheet.absence_days, sheet.bonus_fen) == (Decimal(1), 0)

    def test_punches_may_be_bound_to_a_network(self) -> None:
        adopt_with({"attendance.networks": 'list = ["10.1.0.0/16"]'})
        with pytest.raises(Refused) as refused:
            punching.punch(self.lin, address="203.0.113.5", at=at("08:00"))
        assert refused.value.code == "network"
        assert not Punch.objects.exists()
        assert punching.punch(self.lin, address="10.1.2.3", at=at("08:00")).source == "web"

    def test_pressed_twice_is_punched_once(self) -> None:
        first = punching.punch(self.lin, address="10.1.2.3", at=at("08:00"))
        assert punching.punch(self.lin, address="10.1.2.3", at=at("08:00")).pk == first.pk
        assert Punch.objects.count() == 1

    def test_who_joined_or_left_within_the_month_has_no_bonus_and_reads_why(self) -> None:
        mei, ou = self.cast.mei, self.cast.ou
        Person.objects.filter(pk=self.lin.pk).update(hired_on=date(2026, 11, 2))
        OffBoarding.objects.create(person=mei, at=at("11-18 18:00"), by=self.cast.bao, reason="x")
        for one in (self.lin, mei, ou):
            story.shift(one, self.team, "11-18 08:00", "11-18 16:00")
            story.punches(one, "11-18 07:57", "11-18 16:02")
        judging.sweep(at("11-19 10:00"))
        sheets = queries.month_sheets([self.lin.pk, mei.pk, ou.pk], TODAY)
        assert [(one.full_attendance, one.bonus_fen) for one in sheets.values()] == [(False, 0), (False, 0), (True, 20000)]
        missing = [[(line.code, line.counted) for line in one.bonus_lines if not line.kept] for one in sheets.values()]
        assert missing == [[("whole_month", Decimal(29))], [("whole_month", Decimal(18))], []]
        assert [one.because[-1].path for one in sheets.values()] == ["pay.full_attendance_whole_month"] * 2 + ["attendance.full_bonus"]

    def test_months_are_read_for_many_in_few_queries(self) -> None:
        people = [self.lin, self.cast.mei, self.cast.ou]
        for one in people:
            story.shift(one, self.team, "11-18 08:00", "11-18 16:00")
            story.punches(one, "11-18 08:07", "11-18 16:02")
        judging.sweep(at("11-19 10:00"))
        with self.assertNumQueries(9):
            sheets = queries.month_sheets([one.pk for one in people], TODAY)
        assert [sheet.bonus_fen for sheet in sheets.values()] == [15000, 15000, 15000]


class UnderD(pages.CastCase):
    """Red packets, the ladder and repairs as the group's handbook has them, the law's bounds lifted."""

    def setUp(self) -> None:
        super().setUp()
        story.adopt_preset("brand-group", *LIFTED)
        self.lin, self.mei, self.team = self.cast.lin, self.cast.mei, self.cast.team

    def judged(self, day: str, *walls: str) -> ShiftRecord:
        story.shift(self.lin, self.team, f"{day} 08:30", f"{day} 17:30")
        story.punches(self.lin, *(f"{day} {wall}" for wall in walls), source=DINGTALK)
        # The day's punches are there once later ones have come.
        story.punches(self.mei, f"{day} 22:00", source=DINGTALK)
        judging.open_records(at(f"{day} 00:00"), at(f"{day} 23:00"))
        judging.sweep(at("11-19 10:00"))
        return story.record_of(self.lin, day)

    def test_web_punches_are_refused_where_those_of_dingtalk_count(self) -> None:
        with pytest.raises(Refused) as refused:
            punching.punch(self.lin, address="10.0.0.1", at=at("08:00"))
        assert refused.value.decision.paths == ("attendance.punches_from",)

    def test_packets_are_confirmed_by_a_second_person_sent_and_settled(self) -> None:
        self.judged("11-16", "08:52", "17:30")
        row = Consequence.objects.get()
        assert (row.way, row.amount_fen, row.packets) == ("packets", 5000, 5)
        with pytest.raises(NotAllowed):
            settling.confirm(row, by=self.lin)
        with pytest.raises(NotAllowed):
            settling.confirm(row, by=self.mei)
        row = settling.confirm(row, by=self.cast.zhou, at=at("11-19 10:00"))
        assert (row.state, row.due_at) == ("confirmed", at("11-23 09:00"))
        with pytest.raises(Refused) as refused:
            settling.packets_sent(row, own_taken=True, by=self.cast.zhou, at=at("11-20 10:00"))
        assert refused.value.decision.paths == ("attendance.own_packet_taken",)
        row = settling.packets_sent(row, own_taken=False, by=self.cast.zhou, at=at("11-20 10:00"))
        assert (row.state, row.sent_at) == ("settled", at("11-20 10:00"))

    def test_packets_not_sent_by_monday_double_once(self) -> None:
        self.judged("11-16", "08:52", "17:30")
        settling.confirm(Consequence.objects.get(), by=self.cast.zhou, at=at("11-19 10:00"))
        assert settling.double_unpaid(at("11-23 08:59")) == 0
        assert settling.double_unpaid(at("11-23 09:00")) == 1
        assert settling.double_unpaid(at("11-24 09:00")) == 0
        assert settling.double_unpaid(at("11-30 09:00")) == 0
        row = Consequence.objects.get()
        assert (row.amount_fen, row.stated_fen) == (10000, 5000)
        assert row.because[-1]["path"] == "attendance.unpaid_doubles"

    def test_half_an_hour_late_is_half_a_day_of_absence_on_the_ladder(self) -> None:
        self.judged("11-16", "09:01", "17:30")
        rows = {row.kind: row for row in Consequence.objects.all()}
        assert (rows["lateness"].way, rows["lateness"].absence_days) == ("days", Decimal("0.5"))
        assert (rows["absence"].days_pay, rows["absence"].stated_days) == (Decimal(3), Decimal(3))
        self.judged("11-17", "09:05", "17:30")
        row = Consequence.objects.get(kind="absence", state="proposed")
        assert (row.absence_days, row.days_pay) == (Decimal(1), Decimal(5))
        settling.withdraw(Consequence.objects.get(day="2026-11-17", kind="lateness"), "地铁故障", by=self.cast.zhou, at=at("11-19 10:00"))
        row = Consequence.objects.get(kind="absence", state="proposed")
        assert (row.absence_days, row.days_pay) == (Decimal("0.5"), Decimal(3))
        assert queries.month_sheet(self.lin, TODAY).absence_days == Decimal("0.5")

    def test_the_fourth_repair_of_a_departure_costs_packets_and_the_first_three_do_not(self) -> None:
        zhou = self.cast.zhou
        for nth, day in enumerate(("11-12", "11-13", "11-16", "11-17"), 1):
            held = self.judged(day, "08:25")
            assert (held.state, held.missed_departure) == ("unjudged", True)
            asked = repairing.ask(held, "departure", at(f"{day} 17:31"), "忘打了", by=self.lin, at=at("11-19 10:00"))
            answered = repairing.vouch(asked, granted=True, word="在岗", by=zhou, at=at("11-19 10:05"))
            assert (answered.nth, answered.voucher_id, answered.voucher_answers) == (nth, zhou.pk, True)
            assert story.record_of(self.lin, day).state == ShiftRecord.State.JUDGED
        row = Consequence.objects.get()
        assert (row.kind, row.way, row.amount_fen, row.packets, row.day.isoformat()) == ("missed", "packets", 1000, 5, "2026-11-17")
        sheet = queries.month_sheet(self.lin, TODAY)
        assert (sheet.repairs, sheet.missed, sheet.full_attendance) == (4, 4, True)

    def test_the_fourth_repair_of_an_arrival_is_judged_by_its_time(self) -> None:
        for day in ("11-12", "11-13", "11-16", "11-17"):
            held = self.judged(day, "17:35")
            asked = repairing.ask(held, "arrival", at(f"{day} 08:41"), "忘打了", by=self.lin, at=at("11-19 10:00"))
            repairing.vouch(asked, granted=True, word="在岗", by=self.cast.zhou, at=at("11-19 10:05"))
        row = Consequence.objects.get()
        assert (row.kind, row.minutes, row.amount_fen, row.day.isoformat()) == ("lateness", 11, 2000, "2026-11-17")

    def test_a_repair_that_is_refused_leaves_the_shift_as_it_was(self) -> None:
        held = self.judged("11-17", "08:25")
        asked = repairing.ask(held, "departure", at("11-17 17:31"), "忘打了", by=self.lin, at=at("11-19 10:00"))
        repairing.vouch(asked, granted=False, word="没看到", by=self.cast.zhou, at=at("11-19 10:05"))
        assert story.record_of(self.lin, "11-17").state == ShiftRecord.State.UNJUDGED
        assert not Punch.objects.filter(source="repair").exists()
        with pytest.raises(Conflict):
            repairing.vouch(asked, granted=True, word="算了", by=self.cast.zhou, at=at("11-19 10:06"))

    def test_nobody_vouches_for_themselves_and_a_time_outside_the_shift_is_refused(self) -> None:
        held = self.judged("11-17", "08:25")
        with pytest.raises(BadInput):
            repairing.ask(held, "departure", at("11-16 17:31"), "忘打了", by=self.lin, at=at("11-19 10:00"))
        asked = repairing.ask(held, "departure", at("11-17 17:31"), "忘打了", by=self.lin, at=at("11-19 10:00"))
        with pytest.raises(NotAllowed):
            repairing.vouch(asked, granted=True, word="在", by=self.lin)
        assert PunchRepair.objects.get().state == "asked"

    def test_nobody_leaves_before_they_came_or_comes_after_they_left(self) -> None:
        for day, punch, side, wrong in (("11-16", "08:25", "departure", "08:25"), ("11-17", "17:31", "arrival", "17:40")):
            held = self.judged(day, punch)
            with pytest.raises(BadInput) as refused:
                repairing.ask(held, side, at(f"{day} {wrong}"), "忘打了", by=self.lin, at=at("11-19 10:00"))
            assert list(refused.value.fields or {}) == ["at"]
        assert not PunchRepair.objects.exists()

    def test_a_punch_that_comes_after_publication_is_judged_anew_and_leaves_a_trace(self) -> None:
        self.judged("11-16", "08:40", "17:30")
        publishing.publish(self.team, TODAY.replace(day=9), TODAY.replace(day=15), by=self.cast.zhou, at=at("11-19 10:00"))
        publishing.publish(self.team, TODAY.replace(day=16), TODAY.replace(day=18), by=self.cast.zhou, at=at("11-19 10:00"))
        story.punches(self.lin, "11-16 08:28", source=DINGTALK)
        judging.rejudge([story.record_of(self.lin, "11-16")], by=self.cast.zhou, why="补传", at=at("11-19 12:00"))
        trace = Rejudgement.objects.get()
        assert (trace.before["late_minutes"], trace.after["late_minutes"], trace.after_publication) == (10, 0, True)
        assert Consequence.objects.get().state == "withdrawn"

    def test_a_closed_month_is_corrected_in_the_next(self) -> None:
        self.judged("10-20", "08:40", "17:30")
        settling.confirm(Consequence.objects.get(), by=self.cast.zhou, at=at("11-02 10:00"))
        settling.packets_sent(Consequence.objects.get(), own_taken=False, by=self.cast.zhou, at=at("11-02 11:00"))
        settling.close_month(TODAY.replace(month=10), by=self.cast.bao, at=at("11-03 10:00"))
        story.punches(self.lin, "10-20 08:28", source=DINGTALK)
        judging.rejudge([story.record_of(self.lin, "10-20")], by=self.cast.zhou, why="补传", at=at("11-19 12:00"))
        correction = Consequence.objects.get(corrects__isnull=False)
        assert (correction.amount_fen, f"{correction.month:%Y-%m}", correction.state) == (-1000, "2026-11", "proposed")
        assert Consequence.objects.get(corrects=None).state == "settled"
        judging.rejudge([story.record_of(self.lin, "10-20")], by=self.cast.zhou, why="再算", at=at("11-19 12:30"))
        assert Consequence.objects.filter(corrects__isnull=False).count() == 1
        assert queries.month_sheet(self.lin, TODAY.replace(month=10)).final is True

    def test_a_month_with_something_open_is_not_closed(self) -> None:
        self.judged("10-20", "08:40", "17:30")
        with pytest.raises(Refused) as refused:
            settling.close_month(TODAY.replace(month=10), by=self.cast.bao, at=at("11-03 10:00"))
        assert len(refused.value.details) == 1
        with pytest.raises(NotAllowed):
            settling.close_month(TODAY.replace(month=10), by=self.cast.zhou, at=at("11-03 10:00"))
        assert not queries.is_closed(TODAY.replace(month=10))
