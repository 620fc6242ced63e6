"""The story, last part: who works when, who was away, late, reported; figures, scorecards, wages."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from dangban.attendance.models import (
    Consequence,
    DingTalkUser,
    Intake,
    LateNotice,
    Publication,
    PunchRepair,
    ShiftRecord,
)
from dangban.attendance.models import Dispute as AttendanceDispute
from dangban.desk.models import Approval
from dangban.leave.models import BalanceEntry, LeaveDate, LeaveRequest
from dangban.lib.sealed import seal
from dangban.pay.models import Computation, Correction, LineDispute, PayAccount, PayLine, PayMonth, Payslip
from dangban.performance.models import Card, CardLine, CoachingNote, FigureImport, Nick, Objection, Robot
from dangban.quality.models import Commendation, FundEntry, Offence
from dangban.staff.models import Attainment, Contract, Proposal, StaffFile, Terms
from dangban.testing.cast import NOW, TODAY, at
from dangban.workforce.models import (
    Cell,
    DutyPeriod,
    Generation,
    Plan,
    Published,
    Receipt,
    Swap,
    Training,
    Wish,
)
from tests.strangers.telling import Telling

MONDAY = date(2026, 11, 23)
OCTOBER = date(2026, 10, 1)


class Employed(Telling):
    """What Lin's work leaves in the rooms that keep it."""

    def _employed(self) -> None:
        self._file()
        self._roster()
        self._leave()
        self._attendance()
        self._conduct()
        self._figures()
        self._pay()

    def _file(self) -> None:
        lin, shen = self.cast.lin, self.cast.shen
        StaffFile.objects.create(person=lin, opened_at=NOW, confirmed_on=TODAY)
        Terms.objects.create(person=lin, since=date(2025, 3, 1), level=lin.level, base_fen=314_159, reason=self.secret("terms"), entered_by=shen, at=NOW)
        self.case.marks += ["3,141.59", "3141.59", "314159"]
        Contract.objects.create(person=lin, kind="open", number=self.secret("contract"), starts_on=TODAY, signed_on=TODAY, entered_by=shen, at=NOW)
        Attainment.objects.create(
            person=lin, kind="licence", code="kefu", on=TODAY, number=self.secret("licence"), note=self.secret("attained"), entered_by=shen, at=NOW
        )
        Proposal.objects.create(
            person=lin, kind="wage", level=lin.level, from_level=lin.level, base_fen=314_159, since=MONDAY, reason=self.secret("proposal"),
            asked_by=self.cast.zhou, asked_at=NOW,
        )  # fmt: skip

    def _roster(self) -> None:
        lin, mei, team = self.cast.lin, self.cast.mei, self.cast.team
        self.plan = Plan.objects.create(team=team, first_day=MONDAY, state=Plan.State.PUBLISHED, made_by=self.cast.zhou, made_at=NOW, published_at=NOW)
        Cell.objects.create(plan=self.plan, person=lin, day=MONDAY, shift=self.secret("shift")[-20:], hours="08:00-16:00")
        published = Published.objects.create(plan=self.plan, number=1, cells={}, by=self.cast.zhou, at=NOW)
        self.receipt = Receipt.objects.create(published=published, person=lin)
        self.generation = Generation.objects.create(plan=self.plan, state="failed", error=self.secret("generation"), asked_by=self.cast.zhou, asked_at=NOW)
        Wish.objects.create(person=lin, day=MONDAY, note=self.secret("wish"), made_at=NOW)
        self.swap = Swap.objects.create(
            team=team, asked_by=lin, day=MONDAY, shift=self.secret("swapped"), with_person=mei, reason=self.secret("swap"), asked_at=NOW
        )
        begins = at("11-24 14:00")
        self.training = Training.objects.create(
            team=team, title=self.secret("training"), note=self.secret("taught"), starts_at=begins, ends_at=begins + timedelta(hours=1),
            made_by=self.cast.zhou, made_at=NOW,
        )  # fmt: skip

    def _leave(self) -> None:
        lin = self.cast.lin
        self.leave = LeaveRequest.objects.create(
            person=lin, team=self.cast.team, kind="sick", first_day=MONDAY, last_day=MONDAY, days=1, reason=self.secret("leave"), asked_by=lin, asked_at=NOW
        )
        self.leave.approval = Approval.objects.create(
            kind="leave.request", subject_kind="leave.leaverequest", subject_id=self.leave.pk, title=self.secret("leaveasked"), needs="leave.approve",
            shop=self.cast.shop, asked_by=lin, asked_at=NOW,
        )  # fmt: skip
        self.leave.save()
        LeaveDate.objects.create(request=self.leave, person=lin, day=MONDAY)
        BalanceEntry.objects.create(person=lin, kind="annual", period="2026", what="granted", days=5, day=TODAY, note=self.secret("balance"), at=NOW)

    def _attendance(self) -> None:
        lin, team, begins = self.cast.lin, self.cast.team, at("11-10 08:00")
        duty = DutyPeriod.objects.create(person=lin, team=team, day=date(2026, 11, 10), name="白班", starts_at=begins, ends_at=begins + timedelta(hours=8))
        self.attended = ShiftRecord.objects.create(
            person=lin, team=team, duty=duty, day=duty.day, name=self.secret("attended"), starts_at=begins, ends_at=duty.ends_at,
            closes_at=duty.ends_at + timedelta(hours=6), state="judged", judged_at=NOW, missed_departure=True, late_minutes=9,
        )  # fmt: skip
        self.repair = PunchRepair.objects.create(record=self.attended, side="departure", at=duty.ends_at, reason=self.secret("repair"), asked_at=NOW)
        LateNotice.objects.create(person=lin, day=TODAY, said=self.secret("late"), at=NOW, by_id=lin.pk, by_name=lin.name)
        self.follow = Consequence.objects.create(
            person=lin, record=self.attended, month=date(2026, 11, 1), day=duty.day, kind="lateness", way="bonus", state="disputed", proposed_at=NOW
        )
        AttendanceDispute.objects.create(consequence=self.follow, said=self.secret("disputed"), at=NOW, due_at=NOW + timedelta(days=1))
        line = {"person": lin.pk, "name": lin.name, "follows": []} | dict.fromkeys(
            ("shifts", "late", "late_minutes", "announced", "early", "missed", "unjudged", "extension"), 1
        ) | {"absence": "0"}  # fmt: skip
        self.published = Publication.objects.create(team=team, first_day=date(2026, 11, 9), last_day=date(2026, 11, 15), at=NOW, by_name="x", lines=[line])
        self.intake = Intake.objects.create(kind="report", file_name=self.secret("intake"), sha256="0" * 64, dry_run=True, started_at=NOW, by_id=1, by_name="x")
        self.ding_user = DingTalkUser.objects.create(user_id="u1", name=self.secret("dinguser"), first_seen_at=NOW)

    def _conduct(self) -> None:
        lin, zhou, bao = self.cast.lin, self.cast.zhou, self.cast.bao
        self.offence = Offence.objects.create(
            person=lin, offence="games", shop=self.cast.shop, happened_on=TODAY, facts=self.secret("facts"), reported_by=zhou, reported_at=NOW, answer_by=NOW,
        )  # fmt: skip
        fined = Offence.objects.create(
            person=lin, offence="abuse", shop=self.cast.shop, happened_on=TODAY, facts=self.secret("fined"), reported_by=zhou, reported_at=NOW,
            answer_by=NOW, state="final", consequence="fine", amount_fen=5000, final_at=NOW,
        )  # fmt: skip
        FundEntry.objects.create(amount_fen=5000, what="罚款", offence=fined, day=TODAY, by=bao, at=NOW)
        # What was done well is for all to see, by whose name it was.
        self.commendation = Commendation.objects.create(person=zhou, kind="idea", words="好主意", day=TODAY, given_by=bao, given_at=NOW)

    def _figures(self) -> None:
        lin, zhou, shop = self.cast.lin, self.cast.zhou, self.cast.shop
        self.card = Card.objects.create(
            person=lin, month=OCTOBER, code="A", name={"zh": "x", "en": "x"}, work="presale", state="disputed", source="own", drafted_at=NOW,
        )  # fmt: skip
        CardLine.objects.create(card=self.card, position=0, measure="sales", weight=Decimal(100), source="own", definition=1, note=self.secret("cardline"))
        Objection.objects.create(card=self.card, text=self.secret("objection"), at=NOW)
        CoachingNote.objects.create(person=lin, month=OCTOBER, text=self.secret("coached"), by=zhou, at=NOW)
        self.figures = FigureImport.objects.create(
            file_name=self.secret("figures"), digest="0" * 64, tool="chitu", shop=shop, first=OCTOBER, last=OCTOBER, rows=1, by=zhou, at=NOW
        )
        Nick.objects.create(kind="account", name=self.secret("nick"), person=lin, since=OCTOBER)
        self.robot = Robot.objects.create(kind="dingtalk", name=self.secret("robot"), sealed_address=seal("https://oapi.dingtalk.com/x", "performance.robot.1"), kept_at=NOW, by_name="x")

    def _pay(self) -> None:
        lin, qian = self.cast.lin, self.cast.qian
        self.pay_month = PayMonth.objects.create(month=OCTOBER, state="computed", opened_at=NOW)
        self.computation = Computation.objects.create(pay_month=self.pay_month, asked_by=qian, asked_at=NOW, finished_at=NOW)
        self.pay_slip = Payslip.objects.create(pay_month=self.pay_month, person=lin, wage_fen=271_828, net_fen=271_828, computed_at=NOW)
        self.case.marks += ["2,718.28", "2718.28", "271828"]
        self.pay_line = PayLine.objects.create(payslip=self.pay_slip, position=0, kind="base", group="earned", amount_fen=271_828, ref="base:1", detail=self.secret("payline"))
        PayMonth.objects.filter(pk=self.pay_month.pk).update(
            state="released", checked_by=qian, checked_at=NOW, released_by=self.cast.bao, released_at=NOW, dispute_by=NOW + timedelta(days=3)
        )
        self.pay_dispute = LineDispute.objects.create(line=self.pay_line, person=lin, said=self.secret("paydispute"), at=NOW, due_at=NOW + timedelta(days=1))
        self.correction = Correction.objects.create(person=lin, concerns=OCTOBER, amount_fen=4711, reason=self.secret("correction"), by=qian, at=NOW)
        PayAccount.objects.create(person=lin, holder=self.secret("holder"), bank=self.secret("bank"), tail="4477", sealed_number=seal("6222000011114477", "pay.account"), by=qian, at=NOW)
