"""Files from opening to promotion; who may, who may not, and what a refusal leaves alone."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from dangban.desk.actions import settle_approval
from dangban.desk.models import Approval, Deadline, Notice
from dangban.handbook.actions import adopt, adopt_preset, forget
from dangban.handbook.loader import preset
from dangban.journal.models import Entry
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.people.actions import off_board
from dangban.people.models import Person
from dangban.staff import actions, ports, queries, standing
from dangban.staff.models import Attainment, Contract, Proposal, StaffFile
from dangban.staff.models import Terms as TermsRow
from dangban.staff.rules.terms import months_later
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY, at


class StaffCase(pages.CastCase):
    @classmethod
    def set_up_story(cls) -> None:
        forget()
        adopt_preset("cosmetics-shop")

    def opened(self, person: Person | None = None, base: int = 220_000, **more: object) -> StaffFile:
        return actions.open_file(person or self.cast.lin, base, by=self.cast.shen, at=NOW, **more)  # type: ignore[arg-type]

    def decide(self, made: Proposal, by: Person, granted: bool = True, answer: str = "", when: object = NOW) -> Proposal:
        approval = Approval.objects.get(pk=made.approval_id)
        settle_approval(approval, granted, by=by, answer=answer, at=when)  # type: ignore[arg-type]
        return Proposal.objects.get(pk=made.pk)


class FirstHandbookTest(StaffCase):
    @classmethod
    def set_up_story(cls) -> None:
        forget()
        adopt(preset("cosmetics-shop"), by=SYSTEM, reason="test", effective_on=TODAY, backdating_confirmed=True)

    def test_who_was_hired_before_the_first_handbook_has_the_probation_and_the_shares_it_knows(self) -> None:
        Person.objects.filter(pk=self.cast.lin.pk).update(hired_on=TODAY - timedelta(days=6))
        self.cast.lin.refresh_from_db()
        kept = self.opened(insurance_fen=100_000, mentor=self.cast.zhou)
        assert (kept.probation_until, kept.confirmed_on) == (months_later(TODAY - timedelta(days=6), 2) - timedelta(days=1), None)
        found = queries.terms_on(self.cast.lin, TODAY - timedelta(days=3))
        assert found is not None
        assert (found.base_fen, found.insurance_company_fen, found.insurance_person_fen) == (176_000, 70_000, 30_000)


class FilingTest(StaffCase):
    def test_a_file_begins_with_the_terms_of_the_first_contract(self) -> None:
        self.opened(insurance_fen=100_000)
        found = queries.terms_on(self.cast.lin, TODAY)
        assert found is not None
        assert (found.level, found.base_fen, found.insurance_company_fen, found.insurance_person_fen) == ("junior", 220_000, 70_000, 30_000)
        entry = Entry.objects.get(verb="staff.opened")
        assert "base_fen" not in entry.change

    def test_only_personnel_opens_files_and_nobody_their_own(self) -> None:
        for by, person in ((self.cast.zhou, self.cast.lin), (self.cast.lin, self.cast.lin), (self.cast.shen, self.cast.shen)):
            with pytest.raises(NotAllowed):
                actions.open_file(person, 220_000, by=by, at=NOW)
        assert StaffFile.objects.count() == 0

    def test_a_level_is_paid_its_floor_at_least(self) -> None:
        with pytest.raises(Refused) as refused:
            self.opened(base=199_900)
        assert refused.value.decision.paths == ("people.levels",)
        assert (StaffFile.objects.count(), TermsRow.objects.count()) == (0, 0)

    def test_a_newcomer_has_a_mentor_and_a_reminder_of_the_end_of_probation(self) -> None:
        self.cast.lin.hired_on = TODAY
        self.cast.lin.save()
        with pytest.raises(BadInput):
            self.opened()
        kept = self.opened(mentor=self.cast.mei)
        assert kept.probation_until == date(2027, 1, 18)
        clock = Deadline.objects.get(kind="staff.probation_ends")
        assert (clock.owner, clock.due_at, clock.warn_seconds) == (self.cast.shen, at("11-19 23:59") + timedelta(days=60, seconds=59), 7 * 86_400)
        assert queries.terms_on(self.cast.lin, TODAY).base_fen == 176_000  # type: ignore[union-attr]

    def test_a_new_contract_ends_the_reminder_of_the_old_one(self) -> None:
        self.opened()
        first = actions.add_contract(self.cast.lin, "fixed", date(2025, 3, 1), date(2026, 12, 31), date(2025, 2, 20), by=self.cast.shen, at=NOW)
        assert Deadline.objects.get(kind="staff.contract_ends", subject_id=first.pk).warn_seconds == 30 * 86_400
        actions.add_contract(self.cast.lin, "open", date(2027, 1, 1), None, TODAY, by=self.cast.shen, at=NOW)
        assert Deadline.objects.get(kind="staff.contract_ends").cancelled_at == NOW
        assert Contract.objects.count() == 2
        with pytest.raises(BadInput):
            actions.add_contract(self.cast.lin, "fixed", date(2027, 1, 1), None, TODAY, by=self.cast.shen, at=NOW)

    def test_the_handbook_s_mark_says_who_passed(self) -> None:
        self.opened()
        found = [
            actions.add_attainment(self.cast.lin, "exam", "tools", TODAY, result=points, passed=True, by=self.cast.shen, at=NOW).passed
            for points in (79, 80)
        ]
        assert found == [False, True]

    def test_a_licence_that_ran_out_is_lapsed_until_renewed(self) -> None:
        self.opened()
        actions.add_attainment(self.cast.lin, "licence", "低压电工", date(2023, 11, 1), expires_on=date(2026, 11, 1), by=self.cast.shen, at=NOW)
        assert [one.code for one in queries.lapsed(self.cast.lin, TODAY)] == ["低压电工"]
        actions.add_attainment(self.cast.lin, "licence", "低压电工", date(2026, 11, 2), expires_on=date(2029, 11, 1), by=self.cast.shen, at=NOW)
        assert queries.lapsed(self.cast.lin, TODAY) == []

    def test_newcomers_lack_the_tools_exam_until_they_pass(self) -> None:
        self.opened()
        trainee = self.cast.mei
        trainee.level = Person.Level.TRAINEE
        people = [self.cast.lin, trainee]
        assert queries.without_tools_exam(people, TODAY) == {trainee.pk}
        Attainment.objects.create(person=trainee, kind="exam", code="tools", on=TODAY, at=NOW, passed=True, result=90)
        assert queries.without_tools_exam(people, TODAY) == set()

    def test_a_look_at_wages_says_what_for(self) -> None:
        with pytest.raises(BadInput):
            actions.log_look(self.cast.lin, "", by=self.cast.zhou, at=NOW)
        actions.log_look(self.cast.lin, "调薪面谈", by=self.cast.zhou, at=NOW)
        actions.log_look(self.cast.lin, "", by=self.cast.lin, at=NOW)
        assert [one.actor_name for one in Entry.objects.filter(verb="staff.wages_seen").order_by("pk")] == ["周敏", "林小雨"]


class ProposingTest(StaffCase):
    def promotion(self, **more: object) -> Proposal:
        given: dict[str, object] = {"level": "mid", "base_fen": 250_000, "since": TODAY, "reason": "考核优秀"} | more
        return actions.propose(self.cast.lin, "promotion", by=self.cast.zhou, at=NOW, **given)  # type: ignore[arg-type]

    def test_a_promotion_takes_two_and_changes_level_pay_and_tells(self) -> None:
        self.opened()
        made = self.promotion()
        assert made.judged[0]["what"] == "typing"
        with pytest.raises(NotAllowed):
            self.decide(made, self.cast.zhou)
        assert self.decide(made, self.cast.bao).state == "granted"
        lin = Person.objects.get(pk=self.cast.lin.pk)
        now = queries.terms_on(lin, TODAY)
        assert now is not None
        assert (lin.level, now.level, now.base_fen) == ("mid", "mid", 250_000)
        row = TermsRow.objects.order_by("-pk")[0]
        assert (row.entered_by, row.decided_by) == (self.cast.zhou, self.cast.bao)
        assert Notice.objects.filter(person=lin, title="晋升，2026-11-19 起").count() == 1
        assert Entry.objects.get(verb="staff.level_changed").change == {"level": ["junior", "mid"]}

    def test_refused_it_changes_nothing(self) -> None:
        self.opened()
        done = self.decide(self.promotion(), self.cast.bao, granted=False, answer="再看一季")
        assert done.state == "refused"
        assert (Person.objects.get(pk=self.cast.lin.pk).level, TermsRow.objects.count()) == ("junior", 1)

    def test_dated_ahead_it_begins_on_its_day_and_once(self) -> None:
        self.opened()
        self.decide(self.promotion(since=date(2026, 12, 1)), self.cast.bao)
        assert Person.objects.get(pk=self.cast.lin.pk).level == "junior"
        assert [actions.apply_due(when) for when in (at("11-30 23:00"), at("12-01 00:05"), at("12-01 00:10"))] == [0, 1, 0]
        assert Person.objects.get(pk=self.cast.lin.pk).level == "mid"

    def test_one_at_a_time(self) -> None:
        self.opened()
        self.promotion()
        with pytest.raises(Conflict):
            self.promotion()
        assert Proposal.objects.count() == 1

    def test_below_the_floor_of_the_new_level_it_is_refused(self) -> None:
        self.opened()
        with pytest.raises(Refused):
            self.promotion(level="leader", base_fen=299_900)
        assert Proposal.objects.count() == 0

    def test_others_than_the_line_and_personnel_propose_nothing(self) -> None:
        self.opened()
        for by in (self.cast.mei, self.cast.hu, self.cast.lin):
            with pytest.raises(NotAllowed):
                actions.propose(self.cast.lin, "wage", base_fen=300_000, since=TODAY, reason="加薪", by=by, at=NOW)
        assert Proposal.objects.count() == 0

    def test_a_demotion_leads_down(self) -> None:
        self.opened(self.cast.mei)
        with pytest.raises(BadInput):
            actions.propose(self.cast.mei, "demotion", level="senior", since=TODAY, reason="连续不达标", by=self.cast.zhou, at=NOW)
        made = actions.propose(self.cast.mei, "demotion", level="junior", since=TODAY, reason="连续不达标", by=self.cast.zhou, at=NOW)
        self.decide(made, self.cast.bao)
        assert Person.objects.get(pk=self.cast.mei.pk).level == "junior"

    def test_early_confirmation_waits_for_the_earliest_day_and_pays_the_whole(self) -> None:
        self.cast.lin.hired_on = date(2026, 10, 10)
        self.cast.lin.save()
        self.opened(mentor=self.cast.mei)
        with pytest.raises(Refused) as refused:
            actions.propose(self.cast.lin, "confirmation", since=date(2026, 11, 8), reason="上手快", by=self.cast.zhou, at=NOW)
        assert "2026-11-09" in refused.value.message
        made = actions.propose(self.cast.lin, "confirmation", since=TODAY, reason="上手快", by=self.cast.zhou, at=NOW)
        self.decide(made, self.cast.bao)
        found = [(first, last, terms.base_fen) for first, last, terms in queries.spans(self.cast.lin, date(2026, 11, 1), date(2026, 11, 30))]
        assert found == [(date(2026, 11, 1), date(2026, 11, 18), 176_000), (date(2026, 11, 19), date(2026, 11, 30), 220_000)]
        assert Deadline.objects.get(kind="staff.probation_ends").cancelled_at == NOW


    def test_a_trainee_who_is_confirmed_is_one_no_longer(self) -> None:
        Person.objects.filter(pk=self.cast.lin.pk).update(level="trainee", hired_on=date(2026, 10, 1))
        lin = Person.objects.get(pk=self.cast.lin.pk)
        self.opened(lin, mentor=self.cast.mei)
        self.decide(actions.propose(lin, "confirmation", since=TODAY, reason="试用合格", by=self.cast.zhou, at=NOW), self.cast.bao)
        now = queries.terms_on(lin, TODAY)
        assert now is not None
        assert (Person.objects.get(pk=lin.pk).level, now.level, now.on_probation) == ("junior", "junior", False)


class LeavingTest(StaffCase):
    def test_nothing_is_decided_applied_or_reminded_of_for_who_has_left(self) -> None:
        Person.objects.filter(pk=self.cast.lin.pk).update(hired_on=date(2026, 10, 1))
        lin = Person.objects.get(pk=self.cast.lin.pk)
        self.opened(lin, mentor=self.cast.mei)
        actions.add_contract(lin, "fixed", date(2026, 10, 1), date(2027, 9, 30), date(2026, 9, 28), by=self.cast.shen, at=NOW)
        ahead = actions.propose(lin, "promotion", level="mid", base_fen=260_000, since=date(2026, 12, 1), reason="成绩好", by=self.cast.zhou, at=NOW)
        self.decide(ahead, self.cast.bao)
        waits = actions.propose(lin, "wage", base_fen=300_000, since=TODAY, reason="留人", by=self.cast.zhou, at=NOW)
        off_board(lin, self.cast.mei, reason="回老家", by=self.cast.bao, at=NOW)
        waits.refresh_from_db()
        assert waits.approval is not None
        waits.approval.refresh_from_db()
        assert (waits.state, waits.approval.granted, waits.approval.settled_at) == ("refused", False, NOW)
        kinds = ("staff.probation_ends", "staff.contract_ends")
        assert [one.cancelled_at for one in Deadline.objects.filter(kind__in=kinds)] == [NOW, NOW]
        assert actions.apply_due(at("12-01 08:00")) == 0
        assert Person.objects.get(pk=lin.pk).level == "junior"


class SpansTest(StaffCase):
    def test_a_month_is_cut_where_terms_change(self) -> None:
        self.opened()
        TermsRow.objects.create(person=self.cast.lin, since=date(2026, 11, 11), level="mid", base_fen=250_000, reason="调薪", at=NOW)
        found = [(first.day, last.day, terms.base_fen) for first, last, terms in queries.spans(self.cast.lin, date(2026, 11, 1), date(2026, 11, 30))]
        assert found == [(1, 10, 220_000), (11, 30, 250_000)]

    def test_a_handbook_that_changes_within_the_month_cuts_it_too(self) -> None:
        self.opened(insurance_fen=100_000)
        adopt_preset("default", effective_on=date(2026, 11, 21), at=NOW)
        found = [(first.day, last.day) for first, last, _terms in queries.spans(self.cast.lin, date(2026, 11, 1), date(2026, 11, 30))]
        assert found == [(1, 30)], "both split insurance in the same way, so nothing is cut"

    def test_leavers_of_the_month_are_employed_in_it_and_not_after(self) -> None:
        off_board(self.cast.lin, self.cast.mei, reason="回老家", by=self.cast.bao, at=NOW)
        november, december = queries.employed(date(2026, 11, 1)), queries.employed(date(2026, 12, 1))
        assert (self.cast.lin in november, self.cast.lin in december) == (True, False)

    def test_joiners_are_employed_from_their_month_on(self) -> None:
        self.cast.lin.hired_on = date(2026, 12, 1)
        self.cast.lin.save()
        assert [self.cast.lin in queries.employed(date(2026, month, 1)) for month in (11, 12)] == [False, True]


class BoardTest(StaffCase):
    def test_the_score_comes_from_who_registered_it(self) -> None:
        before = dict(ports.registry.figures)
        self.addCleanup(lambda: (ports.registry.figures.clear(), ports.registry.figures.update(before)))
        self.opened(education="college")
        actions.add_attainment(self.cast.lin, "typing", "打字", TODAY, result=85, by=SYSTEM, at=NOW)
        ports.registry.figures.pop("score", None)
        assert [one.judged.decision.outcome for one in standing.board([self.cast.lin], TODAY)["nearly"]] == ["nearly"]
        ports.register_promotion_figure("score", "均分", lambda people, day: dict.fromkeys([one.pk for one in people], Decimal("88.5")))
        assert [one.level for one in standing.board([self.cast.lin], TODAY)["qualifies"]] == ["客服"]
