"""Conduct as people live it: reported, heard, decided, appealed against; thanks, bounties and the purse."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

import pytest

from dangban.desk.models import Deadline, Notice, Task
from dangban.handbook.actions import adopt, adopt_preset, lift_bound
from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.people.actions import off_board
from dangban.people.models import Person
from dangban.quality import actions, queries
from dangban.quality.models import Commendation, FundEntry, Offence
from dangban.staff import ports as staff
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY, at
from dangban.testing.handbooks import handbook_with

FACTS = "10:20 在接待台看到他在刷短视频"


class Conduct(pages.CastCase):
    preset: ClassVar[str] = "growth-team"

    @classmethod
    def set_up_story(cls) -> None:
        adopt_preset(cls.preset, effective_on=date(2025, 1, 1), by=cls.cast.bao)

    def reported(self, offence: str = "browsing", day: date = TODAY) -> Offence:
        return actions.report(self.cast.lin, offence, day, FACTS, by=self.cast.zhou, at=NOW)

    def decided(self, offence: str = "browsing", day: date = TODAY) -> Offence:
        held = actions.hear(self.reported(offence, day), "手机推送，没看", by=self.cast.lin, at=NOW)
        return actions.decide(held, "属实", by=self.cast.bao, at=NOW)


class ReportingTest(Conduct):
    def test_the_person_is_told_and_has_two_days_to_answer(self) -> None:
        held = self.reported()
        assert (held.state, held.answer_by) == ("hearing", NOW + timedelta(days=2))
        clock = Deadline.objects.get(kind="quality.hearing")
        assert (clock.owner, clock.rule, clock.due_at) == (self.cast.lin, "conduct.hearing", NOW + timedelta(days=2))
        assert Notice.objects.get(person=self.cast.lin).title == "请说明情况：浏览与工作无关的网页 · 林小雨"

    def test_what_was_said_of_somebody_can_be_erased_from_the_journal(self) -> None:
        self.reported()
        entry = Entry.objects.get(verb="quality.reported")
        assert FACTS not in str(entry.change)

    def test_who_decides_has_it_to_do_once_the_person_answered(self) -> None:
        held = self.reported()
        assert not Task.objects.filter(subject_kind="quality.offence").exists()
        actions.hear(held, "手机推送，没看", by=self.cast.lin, at=NOW)
        task = Task.objects.get(subject_kind="quality.offence", subject_id=held.pk)
        assert (task.owner, task.title, task.done_at) == (self.cast.bao, "请决定违纪处理：浏览与工作无关的网页 · 林小雨", None)
        actions.decide(held, "属实", by=self.cast.bao, at=NOW)
        task.refresh_from_db()
        assert task.done_by == self.cast.bao

    def test_who_decides_has_it_to_do_once_the_time_to_answer_is_over(self) -> None:
        held = self.reported()
        asked = [actions.ask_where_nobody_answered(NOW + timedelta(days=days)) for days in (1, 2, 3)]
        assert (asked, Task.objects.get(subject_id=held.pk).owner) == ([0, 1, 0], self.cast.bao)

    def test_the_same_of_one_day_is_reported_once(self) -> None:
        self.reported()
        with pytest.raises(Refused):
            self.reported()
        assert Offence.objects.count() == 1

    def test_only_of_people_one_leads_and_of_days_people_remember(self) -> None:
        for who, day, wrong in ((self.cast.hu, TODAY, NotAllowed), (self.cast.zhou, TODAY, NotAllowed), (self.cast.lin, TODAY + timedelta(days=1), BadInput), (self.cast.lin, TODAY - timedelta(days=61), BadInput)):
            with pytest.raises(wrong):
                actions.report(who, "browsing", day, FACTS, by=self.cast.zhou, at=NOW)
        with pytest.raises(NotAllowed):
            actions.report(self.cast.mei, "browsing", TODAY, FACTS, by=self.cast.lin, at=NOW)
        assert Offence.objects.count() == 0

    def test_what_the_handbook_does_not_name_is_none(self) -> None:
        with pytest.raises(BadInput):
            self.reported("abuse")


class LeavingTest(Conduct):
    def test_of_somebody_who_left_nobody_else_answers_and_it_can_be_decided_or_dropped(self) -> None:
        held = self.reported()
        off_board(self.cast.lin, self.cast.mei, reason="回老家", by=self.cast.bao, at=NOW)
        clock = Deadline.objects.get(kind="quality.hearing")
        assert (clock.owner, clock.met_at) == (self.cast.lin, NOW)
        held.refresh_from_db()
        assert (held.state, held.answer_by) == ("hearing", NOW)
        actions.drop(held, "人已离职", by=self.cast.bao, at=NOW)
        assert Offence.objects.get().state == "dropped"

    def test_an_appeal_of_somebody_who_left_is_still_answered(self) -> None:
        held = actions.hear(actions.report(self.cast.lin, "browsing", TODAY, FACTS, by=self.cast.bao, at=NOW), "查快递", by=self.cast.lin, at=NOW)
        held = actions.appeal(actions.decide(held, "属实", by=self.cast.zhou, at=NOW), "查快递", by=self.cast.lin, at=NOW)
        off_board(self.cast.lin, self.cast.mei, reason="回老家", by=self.cast.bao, at=NOW)
        second = self.cast._person("gao", "高经理", self.cast.bao.level, None, "manager")
        held = actions.answer(held, "lifted", "确实在查快递", by=second, at=NOW)
        assert (held.state, held.answered_by) == ("dropped", second)

    def test_nothing_new_is_reported_of_them(self) -> None:
        off_board(self.cast.lin, self.cast.mei, reason="回老家", by=self.cast.bao, at=NOW)
        with pytest.raises(NotAllowed):
            actions.report(self.cast.lin, "browsing", TODAY, FACTS, by=self.cast.bao, at=NOW)
        assert not Offence.objects.exists()


class HearingTest(Conduct):
    def test_no_handbook_does_away_with_the_hearing(self) -> None:
        handbook = handbook_with({"conduct.hearing": "is = 0", "conduct.offences": 'rows = [{offence = "browsing", first = "warning"}]'})
        adopt(handbook, by=self.cast.bao, reason="测试", effective_on=date(2025, 2, 1), acknowledged={"conduct.hearing": "包经理"}, backdating_confirmed=True)
        held = self.reported()
        assert held.answer_by == NOW + timedelta(days=1)
        assert Deadline.objects.get(kind="quality.hearing").due_at == NOW + timedelta(days=1)


class DecidingTest(Conduct):
    def test_nobody_is_sanctioned_unheard(self) -> None:
        held = self.reported()
        with pytest.raises(Refused) as refused:
            actions.decide(held, "属实", by=self.cast.bao, at=NOW)
        assert refused.value.decision.paths == ("conduct.hearing",)
        held.refresh_from_db()
        assert (held.state, held.consequence) == ("hearing", "")
        later = NOW + timedelta(days=2)
        assert actions.decide(held, "属实", by=self.cast.bao, at=later).consequence == "warning"

    def test_who_reported_does_not_decide(self) -> None:
        held = actions.hear(self.reported(), "没有", by=self.cast.lin, at=NOW)
        with pytest.raises(NotAllowed):
            actions.decide(held, "属实", by=self.cast.zhou, at=NOW)

    def test_only_the_person_answers_and_once(self) -> None:
        held = self.reported()
        with pytest.raises(NotAllowed):
            actions.hear(held, "不是我", by=self.cast.mei, at=NOW)
        actions.hear(held, "是我", by=self.cast.lin, at=NOW)
        with pytest.raises(Conflict):
            actions.hear(held, "又不是我", by=self.cast.lin, at=NOW)

    def test_each_time_is_a_step_further_and_an_expired_one_does_not_count(self) -> None:
        for day in (TODAY - timedelta(days=3), TODAY - timedelta(days=2)):
            actions.accept(self.decided(day=day), by=self.cast.lin, at=NOW)
        assert [one.consequence for one in Offence.objects.order_by("pk")] == ["warning", "talk"]
        Offence.objects.filter(consequence="warning").update(expires_on=TODAY)
        assert self.decided().consequence == "talk"

    def test_dismissal_is_the_managers(self) -> None:
        for day in (TODAY - timedelta(days=3), TODAY - timedelta(days=2)):
            actions.accept(self.decided(day=day), by=self.cast.lin, at=NOW)
        held = actions.report(self.cast.lin, "browsing", TODAY, FACTS, by=self.cast.bao, at=NOW)
        held = actions.hear(held, "是", by=self.cast.lin, at=NOW)
        with pytest.raises(Refused) as refused:
            actions.decide(held, "属实", by=self.cast.zhou, at=NOW)
        assert refused.value.decision.paths == ("conduct.decided_by",)

    def test_a_fine_is_a_warning_unless_the_bound_was_lifted_by_name(self) -> None:
        held = self.decided("private_account")
        assert (held.consequence, held.amount_fen) == ("warning", 0)
        assert held.because[0]["inputs"]["stated"] == "¥10.00"

    def test_lack_of_knowledge_brings_a_task_to_learn(self) -> None:
        self.decided("knowledge")
        assert Task.objects.get(owner=self.cast.lin).title == "补课：业务不熟导致差评或投诉 · 林小雨"

    def test_a_loss_is_refused_where_the_company_bears_it(self) -> None:
        held = actions.hear(self.reported(), "是", by=self.cast.lin, at=NOW)
        with pytest.raises(Refused) as refused:
            actions.decide(held, "属实", by=self.cast.bao, loss_fen=5000, at=NOW)
        assert refused.value.decision.paths == ("conduct.loss_is_paid",)


class AloneTest(Conduct):
    """A department with one manager: whoever took part answers where nobody else of rank is there, and that is written down."""

    def heavy(self) -> Offence:
        """The third time; only a manager decides on what follows. The manager himself has seen it."""
        for day in (TODAY - timedelta(days=3), TODAY - timedelta(days=2)):
            actions.accept(self.decided(day=day), by=self.cast.lin, at=NOW)
        return actions.hear(actions.report(self.cast.lin, "browsing", TODAY, FACTS, by=self.cast.bao, at=NOW), "是", by=self.cast.lin, at=NOW)

    def test_the_only_manager_decides_on_what_he_reported_and_it_says_so(self) -> None:
        held = self.heavy()
        assert Task.objects.get(subject_kind="quality.offence", subject_id=held.pk).owner == self.cast.bao
        page = self.as_person(self.cast.bao).get(f"/conduct/{held.pk}/").content.decode()
        assert "没有其他够级别的人" in page
        actions.decide(held, "属实", by=self.cast.bao, at=NOW)
        assert Entry.objects.filter(verb="quality.decided").latest("pk").change["nobody_else"] is True

    def test_where_there_is_a_second_manager_the_first_does_not(self) -> None:
        held = self.heavy()
        second = self.cast._person("gao", "高经理", self.cast.bao.level, None, "manager")
        with pytest.raises(NotAllowed):
            actions.decide(held, "属实", by=self.cast.bao, at=NOW)
        assert Offence.objects.get(pk=held.pk).state == "heard"
        actions.decide(held, "属实", by=second, at=NOW)
        assert "nobody_else" not in Entry.objects.filter(verb="quality.decided").latest("pk").change

    def test_an_appeal_against_the_only_manager_is_answered_by_him_openly(self) -> None:
        held = actions.decide(self.heavy(), "属实", by=self.cast.bao, at=NOW)
        held = actions.appeal(held, "我在查快递", by=self.cast.lin, at=NOW)
        assert Deadline.objects.get(kind="quality.answer", subject_id=held.pk).owner == self.cast.bao
        with pytest.raises(Refused):
            actions.answer(held, "upheld", "不成立", by=self.cast.zhou, at=NOW)
        assert Offence.objects.get(pk=held.pk).state == "appealed"
        held = actions.answer(held, "upheld", "看过记录，维持", by=self.cast.bao, at=NOW)
        assert (held.state, held.answered_by) == ("final", self.cast.bao)
        assert Entry.objects.get(verb="quality.upheld").change["nobody_else"] is True
        assert "没有其他够级别的人" in self.as_person(self.cast.lin).get(f"/conduct/{held.pk}/").content.decode()

    def test_nobody_ever_answers_their_own_appeal(self) -> None:
        held = actions.appeal(actions.decide(self.heavy(), "属实", by=self.cast.bao, at=NOW), "我在查快递", by=self.cast.lin, at=NOW)
        Person.objects.filter(pk=self.cast.lin.pk).update(level="manager")
        with pytest.raises(NotAllowed):
            actions.answer(held, "lifted", "没事", by=Person.objects.get(pk=self.cast.lin.pk), at=NOW)
        assert Offence.objects.get(pk=held.pk).state == "appealed"

    def test_with_nobody_of_rank_above_the_managers_of_the_company_have_it_to_do(self) -> None:
        Person.objects.filter(pk=self.cast.lin.pk).update(manager=None)
        held = actions.hear(self.reported(), "手机推送", by=self.cast.lin, at=NOW)
        assert Task.objects.get(subject_kind="quality.offence", subject_id=held.pk).owner == self.cast.bao

    def test_who_manages_the_company_ranks_whatever_the_level_on_the_account(self) -> None:
        held = self.heavy()
        Person.objects.filter(pk=self.cast.bao.pk).update(level="junior")
        assert actions.decide(held, "属实", by=Person.objects.get(pk=self.cast.bao.pk), at=NOW).state == "decided"


class AppealTest(Conduct):
    def test_it_becomes_final_when_nobody_appeals_in_time(self) -> None:
        held = self.decided()
        assert actions.lapse(NOW + timedelta(days=7, seconds=-1)) == 0
        assert actions.lapse(NOW + timedelta(days=7)) == 1
        assert actions.lapse(NOW + timedelta(days=7)) == 0
        held.refresh_from_db()
        assert (held.state, held.final_at) == ("final", NOW + timedelta(days=7))

    def test_an_appeal_comes_in_time_or_is_refused_with_its_clause(self) -> None:
        held = self.decided()
        with pytest.raises(Refused) as refused:
            actions.appeal(held, "不服", by=self.cast.lin, at=NOW + timedelta(days=8))
        assert refused.value.decision.paths == ("conduct.appeal",)

    def test_it_is_answered_by_somebody_who_was_not_part_of_it(self) -> None:
        held = actions.appeal(self.decided(), "当时在查快递", by=self.cast.lin, at=NOW)
        self.cast._person("gao", "高经理", self.cast.bao.level, None, "manager")
        for by in (self.cast.bao, self.cast.zhou):
            with pytest.raises(NotAllowed):
                actions.answer(held, "lifted", "有理", by=by, at=NOW)
        held.refresh_from_db()
        assert held.state == "appealed"

    def test_lifted_it_counts_for_nothing(self) -> None:
        held = actions.hear(actions.report(self.cast.lin, "browsing", TODAY, FACTS, by=self.cast.bao, at=NOW), "查快递", by=self.cast.lin, at=NOW)
        held = actions.appeal(actions.decide(held, "属实", by=self.cast.zhou, at=NOW), "查快递", by=self.cast.lin, at=NOW)
        second = self.cast._person("gao", "高经理", self.cast.bao.level, None, "manager")
        held = actions.answer(held, "lifted", "确实在查快递", by=second, at=NOW)
        assert (held.state, held.expires_on, queries.counts([self.cast.lin.pk], TODAY, TODAY)) == ("dropped", None, {self.cast.lin.pk: (0, 0)})
        assert not Deadline.objects.filter(kind__startswith="quality.", met_at=None, cancelled_at=None).exists()


class MoneyTest(Conduct):
    preset = "returns-first"

    def test_a_fine_goes_into_the_purse_once_and_is_never_overspent(self) -> None:
        lift_bound("conduct.offences", reason="公司已走民主程序，书面告知", by=self.cast.bao, at=NOW - timedelta(days=300))
        held = actions.accept(self.decided("games"), by=self.cast.lin, at=NOW)
        assert [(line.kind, line.amount_fen, line.ref) for line in queries.money_lines(self.cast.lin, TODAY)] == [("fine", -1000, f"offence:{held.pk}")]
        actions.receive(held, by=self.cast.qian, at=NOW)
        with pytest.raises(Conflict):
            actions.receive(held, by=self.cast.qian, at=NOW)
        with pytest.raises(BadInput):
            actions.spend(1001, "零食", by=self.cast.qian, at=NOW)
        actions.spend(600, "零食", by=self.cast.qian, at=NOW)
        assert (actions.purse.balance(), FundEntry.objects.count()) == (400, 2)
        with pytest.raises(NotAllowed):
            actions.spend(1, "零食", by=self.cast.lin, at=NOW)

    def test_sent_twice_by_an_impatient_hand_it_is_one_bounty_and_one_purchase(self) -> None:
        for seconds in (0, 5):
            actions.commend(self.cast.lin, "page_fault", "尺码表写错", by=self.cast.zhou, at=NOW + timedelta(seconds=seconds))
        assert Commendation.objects.count() == 1
        actions.commend(self.cast.lin, "page_fault", "尺码表写错", by=self.cast.zhou, at=NOW + timedelta(minutes=5))
        assert Commendation.objects.count() == 2
        FundEntry.objects.create(amount_fen=1000, what="罚款", day=TODAY, by=self.cast.qian, at=NOW)
        for seconds in (0, 5):
            actions.spend(400, "零食", by=self.cast.qian, at=NOW + timedelta(seconds=seconds))
        assert (actions.purse.balance(), FundEntry.objects.count()) == (600, 2)

    def test_a_bounty_is_paid_in_the_month_it_was_given_and_once_for_what_it_was_found_by(self) -> None:
        actions.commend(self.cast.lin, "page_fault", "尺码表写错", by=self.cast.zhou, source="request:7", at=at("11-30 23:59"))
        with pytest.raises(Conflict):
            actions.commend(self.cast.lin, "page_fault", "尺码表写错", by=self.cast.zhou, source="request:7", at=NOW)
        months = [date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)]
        assert [[line.amount_fen for line in queries.money_lines(self.cast.lin, month)] for month in months] == [[], [500], []]

    def test_taken_back_in_its_month_only(self) -> None:
        made = actions.commend(self.cast.lin, "idea", "话术分类", by=self.cast.zhou, at=NOW)
        with pytest.raises(Conflict):
            actions.withdraw_commendation(made, "弄错人", by=self.cast.zhou, at=NOW + timedelta(days=20))
        actions.withdraw_commendation(made, "弄错人", by=self.cast.zhou, at=NOW)
        assert queries.money_lines(self.cast.lin, TODAY) == []

    def test_what_stands_and_what_was_thanked_for_is_in_the_file(self) -> None:
        actions.accept(self.decided("games"), by=self.cast.lin, at=NOW)
        self.decided("films")
        actions.commend(self.cast.lin, "idea", "话术分类", by=self.cast.zhou, at=NOW)
        assert [(one.label, one.is_good, one.state) for one in staff.conduct(self.cast.lin)] == [
            ("玩游戏", False, "警告"), ("建议被采纳: 话术分类", True, ""),
        ]  # fmt: skip

    def test_nobody_commends_themselves_or_strangers(self) -> None:
        for by, whom in ((self.cast.zhou, self.cast.zhou), (self.cast.hu, self.cast.lin), (self.cast.lin, self.cast.mei)):
            with pytest.raises(NotAllowed):
                actions.commend(whom, "idea", "好", by=by, at=NOW)
        assert Commendation.objects.count() == 0
