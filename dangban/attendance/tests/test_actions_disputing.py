"""Everybody may dispute their own; another than who confirmed it answers, in time. Sheets come out on Monday."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dangban.attendance import access, disputing, judging, publishing, queries, repairing, settling
from dangban.attendance.models import Consequence, Dispute, Publication
from dangban.attendance.tests import story
from dangban.desk.models import Deadline, Notice, Task
from dangban.journal.models import Entry
from dangban.lib.errors import Conflict, NotAllowed, Refused
from dangban.people.models import Person
from dangban.testing import pages
from dangban.testing.cast import TODAY, at


class Disputing(pages.CastCase):
    def setUp(self) -> None:
        super().setUp()
        story.adopt_preset("default")
        self.lin, self.zhou, self.bao = self.cast.lin, self.cast.zhou, self.cast.bao
        story.shift(self.lin, self.cast.team, "11-18 08:00", "11-18 16:00")
        story.punches(self.lin, "11-18 08:07", "11-18 16:02")
        judging.sweep(at("11-19 09:00"))
        self.row = Consequence.objects.get()

    def test_a_dispute_is_answered_by_somebody_else_and_what_is_withdrawn_takes_nothing(self) -> None:
        settling.confirm(self.row, by=self.zhou, at=at("09:30"))
        made = disputing.dispute(self.row, "地铁故障，有证明", by=self.lin, at=at("10:00"))
        assert Consequence.objects.get().state == "disputed"
        clock = Deadline.objects.get(kind="attendance.dispute")
        assert (clock.due_at, clock.owner_id) == (at("11-21 10:00"), self.bao.pk)
        with pytest.raises(NotAllowed):
            disputing.answer(made, "withdrawn", "属实", by=self.zhou, at=at("11:00"))
        disputing.answer(made, "withdrawn", "属实，不扣", by=self.bao, at=at("11:00"))
        row = Consequence.objects.get()
        assert (row.state, row.withdrawn_because) == ("withdrawn", "属实，不扣")
        assert Deadline.objects.get(kind="attendance.dispute").met_at == at("11:00")
        assert queries.month_sheet(self.lin, TODAY).consequences[0].state == "withdrawn"

    def test_a_superior_who_may_not_judge_is_passed_over(self) -> None:
        Person.objects.filter(pk=self.lin.pk).update(manager=self.cast.mei)
        Person.objects.filter(pk=self.cast.mei.pk).update(manager=self.zhou)
        self.lin.refresh_from_db()
        disputing.dispute(self.row, "地铁故障，有证明", by=self.lin, at=at("10:00"))
        assert Deadline.objects.get(kind="attendance.dispute").owner_id == self.zhou.pk

    def test_a_repair_is_asked_of_who_may_vouch_for_it(self) -> None:
        Person.objects.filter(pk=self.lin.pk).update(manager=self.cast.mei)
        Person.objects.filter(pk=self.cast.mei.pk).update(manager=self.zhou)
        self.lin.refresh_from_db()
        story.shift(self.lin, self.cast.team, "11-17 08:00", "11-17 16:00")
        story.punches(self.lin, "11-17 07:58")
        judging.sweep(at("11-19 09:00"))
        repairing.ask(story.record_of(self.lin, "11-17"), "departure", at("11-17 16:03"), "忘打了", by=self.lin, at=at("10:00"))
        assert Task.objects.get(title="补卡证明：林小雨，2026-11-17").owner == self.zhou

    def test_where_nobody_above_may_judge_whoever_may_is_asked(self) -> None:
        Person.objects.filter(pk=self.lin.pk).update(manager=None)
        self.lin.refresh_from_db()
        settling.confirm(self.row, by=self.bao, at=at("09:30"))
        disputing.dispute(self.row, "地铁故障，有证明", by=self.lin, at=at("10:00"))
        owner = Deadline.objects.get(kind="attendance.dispute").owner
        assert owner is not None
        assert (owner != self.bao, access.may(owner, "attendance.judge", self.lin)) == (True, True)

    def test_with_nobody_else_who_may_whoever_confirmed_it_answers_openly(self) -> None:
        settling.confirm(self.row, by=self.bao, at=at("09:30"))
        Person.objects.filter(username__in=("zhou", "shen")).update(is_active=False)
        made = disputing.dispute(self.row, "地铁故障，有证明", by=self.lin, at=at("10:00"))
        assert Deadline.objects.get(kind="attendance.dispute").owner == self.bao
        assert "answer" in self.as_person(self.bao).get(f"/attendance/consequences/{self.row.pk}/").content.decode()
        disputing.answer(made, "withdrawn", "属实，不扣", by=self.bao, at=at("11:00"))
        assert Consequence.objects.get().state == "withdrawn"
        assert Entry.objects.get(verb="attendance.dispute_answered").change["nobody_else"] is True

    def test_what_is_upheld_stays_and_is_not_disputed_twice(self) -> None:
        settling.confirm(self.row, by=self.zhou, at=at("09:30"))
        made = disputing.dispute(self.row, "我没迟到", by=self.lin, at=at("10:00"))
        disputing.answer(made, "upheld", "打卡记录清楚", by=self.bao, at=at("11:00"))
        assert Consequence.objects.get().state == "confirmed"
        with pytest.raises(Refused):
            disputing.dispute(self.row, "再说一次", by=self.lin, at=at("11:30"))
        with pytest.raises(Conflict):
            disputing.answer(made, "withdrawn", "改主意了", by=self.bao, at=at("12:00"))

    def test_only_ones_own_and_only_in_time(self) -> None:
        with pytest.raises(NotAllowed):
            disputing.dispute(self.row, "替她说", by=self.zhou, at=at("10:00"))
        with pytest.raises(Refused) as refused:
            disputing.dispute(self.row, "太晚了", by=self.lin, at=at("11-27 00:00"))
        assert refused.value.decision.paths == ("attendance.disputed_within",)
        assert not Dispute.objects.exists()

    def test_the_days_for_a_dispute_run_from_publication(self) -> None:
        publishing.publish_due(at("11-23 09:00"))
        disputing.dispute(self.row, "地铁故障", by=self.lin, at=at("11-26 23:00"))
        assert Consequence.objects.get().state == "disputed"

    def test_before_its_sheet_is_out_it_may_be_disputed_all_the_time(self) -> None:
        assert disputing.last_moment(self.row) == at("11-26 23:59") + timedelta(seconds=59)
        disputing.dispute(self.row, "地铁故障", by=self.lin, at=at("11-23 00:00"))
        assert Consequence.objects.get().state == "disputed"

    def test_where_nothing_ran_on_monday_the_sheet_comes_out_later(self) -> None:
        assert publishing.publish_due(at("11-24 07:00")) == 1
        assert publishing.publish_due(at("11-29 23:00")) == 0
        sheet = Publication.objects.get()
        assert (sheet.first_day.isoformat(), sheet.last_day.isoformat()) == ("2026-11-16", "2026-11-22")

    def test_sheets_come_out_on_monday_at_nine_once_and_everybody_on_them_is_told(self) -> None:
        assert publishing.publish_due(at("11-22 12:00")) == 0
        assert publishing.publish_due(at("11-23 08:59")) == 0
        assert publishing.publish_due(at("11-23 09:00")) == 1
        assert publishing.publish_due(at("11-23 09:01")) == 0
        sheet = Publication.objects.get()
        assert (sheet.first_day.isoformat(), sheet.last_day.isoformat()) == ("2026-11-16", "2026-11-22")
        line = sheet.lines[0]
        assert (line["name"], line["late"], line["late_minutes"], line["follows"][0]["fen"]) == ("林小雨", 1, 7, 5000)
        assert Notice.objects.filter(person=self.lin, url=f"/attendance/published/{sheet.pk}/").count() == 1

    def test_days_that_are_not_over_are_not_published(self) -> None:
        with pytest.raises(Refused):
            publishing.publish(self.cast.team, TODAY, TODAY.replace(day=25), by=self.zhou, at=at("12:00"))
        with pytest.raises(NotAllowed):
            publishing.publish(self.cast.team, TODAY.replace(day=16), TODAY.replace(day=18), by=self.lin, at=at("12:00"))
        assert not Publication.objects.exists()
