"""Pay in the demonstration: one month paid and closed, a line of it disputed and corrected, the next one worked out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from dangban.attendance.models import MonthClose
from dangban.handbook.current import in_force
from dangban.lib import clock, days
from dangban.lib.actor import SYSTEM
from dangban.pay import actions
from dangban.pay.models import PayLine, PayMonth
from dangban.people.models import Person
from dangban.performance import working
from dangban.performance.models import Card
from dangban.performance.rules.scoring import card_for, grade_of
from dangban.staff import actions as staff
from dangban.staff.models import Terms

BANKS = ("中国工商银行", "招商银行", "中国建设银行")


class Paying:
    """Acts out two months of finance: what was paid, and what is to be paid next."""

    def __init__(self, people: Mapping[str, Person], now: datetime) -> None:
        self.people, self.now = people, now
        self.last = days.month_of(days.month_of(clock.business_day(now)) - timedelta(days=1))
        self.paid = days.month_of(self.last - timedelta(days=1))
        self.finance = next((one for one in people.values() if one.can("pay.accounts")), None)
        self.boss = next((one for one in people.values() if one.can("pay.release")), None)

    def act(self) -> None:
        if self.finance is None or self.boss is None or self.finance == self.boss:
            return
        self._settle_what_pay_rests_on()
        self._accounts(self.finance, self.boss)
        held = self._pay(self.finance, self.boss)
        self._disputed(held, self.finance)
        with clock.frozen(self.now):
            self._work_out(actions.open_month(self.last, by=self.finance), self.finance)

    def _settle_what_pay_rests_on(self) -> None:
        """Final scorecards and closed attendance of the month that was paid."""
        for person in self.people.values():
            if person.hired_on is not None and person != self.boss and not Terms.objects.filter(person=person).exists():
                staff.open_file(person, 310_000, insurance_fen=118_000, on_probation=False, by=self.boss or SYSTEM, at=self.now)
        at = self._day(self.last, 3)
        with clock.frozen(at):
            MonthClose.objects.get_or_create(month=self.paid, defaults={"at": at, "by": self.boss, "by_name": self.boss.name if self.boss else ""})
            rules = in_force(at)
            works = working.works(self.paid, days.last_of_month(self.paid))
            for place, person in enumerate(one for one in self.people.values() if one.pk in works):
                work = works[person.pk]
                row = card_for(work, rules)
                if row is None or Card.objects.filter(person=person, month=self.paid).exists():
                    continue
                score = Decimal(72 + place * 5 % 27)
                grade = grade_of(row, score)
                Card.objects.create(
                    person=person, month=self.paid, code=row.code, name=row.name.as_data(), work=work, state=Card.State.FINAL, score=score,
                    grade=grade.grade if grade else "", share_points=grade.share.basis_points if grade and grade.share else None,
                    bonus_fen=grade.bonus if grade else None, source="own", provisional=False, drafted_at=at, final_at=at, final_by=self.boss,
                )  # fmt: skip

    def _accounts(self, finance: Person, boss: Person) -> None:
        with clock.frozen(self._day(self.last, 2)):
            for place, person in enumerate(self.people.values()):
                if person in (finance, boss):
                    continue
                number = f"62220200{10_000_000 + person.pk * 7919:08d}{place:03d}"
                actions.keep_account(person, holder=person.name, bank=BANKS[place % 3], number=number, city="杭州", special_fen=100_000 * (place % 3), by=finance)

    def _pay(self, finance: Person, boss: Person) -> PayMonth:
        with clock.frozen(self._day(self.last, 4)):
            held = self._work_out(actions.open_month(self.paid, by=finance), finance)
        with clock.frozen(self._day(self.last, 8)):
            held = actions.check(held, by=finance)
        with clock.frozen(self._day(self.last, 9)):
            held = actions.release(held, by=boss)
            return actions.close(held, by=finance)

    def _disputed(self, held: PayMonth, finance: Person) -> None:
        line = PayLine.objects.filter(payslip__pay_month=held, payslip__person=self.people["lin"], kind="performance").first()
        if line is None:
            return
        with clock.frozen(self._day(self.last, 11)):
            made = actions.dispute(line, "十二号晚班的两笔好评没算进考核。", by=self.people["lin"])
        with clock.frozen(self._day(self.last, 12)):
            actions.answer(made, True, "核对后补两分，随下月补发。", amount_fen=2_000, by=finance)

    def _work_out(self, held: PayMonth, finance: Person) -> PayMonth:
        actions.ask(held, by=finance)
        actions.take_up()
        held.refresh_from_db()
        return held

    def _day(self, month: date, number: int) -> datetime:
        """Ten in the morning of a day, never later than now."""
        return min(clock.at_local(month.replace(day=number), datetime.min.time().replace(hour=10)), self.now)
