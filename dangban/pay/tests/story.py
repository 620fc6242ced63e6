"""October of the department: wages on file, final scorecards, attendance closed; worked out on the cast's November day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from dangban.attendance.models import Consequence, MonthClose
from dangban.handbook.actions import adopt_preset, forget
from dangban.pay import actions
from dangban.pay.models import PayLine, PayMonth, Payslip
from dangban.people.models import Person
from dangban.performance.models import Card
from dangban.staff.models import Terms
from dangban.testing import pages
from dangban.testing.cast import LONG_AGO, NOW, Cast

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
HIRED = date(2025, 3, 1)


def wage(person: Person, base_fen: int, since: date = HIRED, insurance_fen: int = 0) -> None:
    Terms.objects.create(person=person, since=since, level=person.level, base_fen=base_fen, insurance_fen=insurance_fen, reason="合同", at=LONG_AGO)


def card(person: Person, score: str, month: date = OCTOBER, **more: object) -> Card:
    made = Card.objects.create(
        person=person, month=month, code="F", name={"zh": "售后考核", "en": "After-sales card"}, work="aftersale", state=Card.State.FINAL,
        score=Decimal(score), source="own", provisional=False, drafted_at=NOW, **more,
    )  # fmt: skip
    return made


def consequence(person: Person, kind: str = "absence", **more: object) -> Consequence:
    given: dict[str, object] = {"month": OCTOBER, "day": date(2026, 10, 12), "way": "days", "days_pay": Decimal("0.5"), "absence_days": Decimal("0.5"), "state": "confirmed"}
    return Consequence.objects.create(person=person, kind=kind, proposed_at=NOW, **(given | more))


class PayCase(pages.CastCase):
    """Everybody has a wage; the agents have a final card of 90 points; October's attendance is closed."""

    @classmethod
    def set_up_story(cls) -> None:
        forget()
        adopt_preset("brand-group")
        set_up_wages(cls.cast)
        MonthClose.objects.create(month=OCTOBER, at=NOW, by=cls.cast.bao, by_name=cls.cast.bao.name)

    def opened(self, month: date = OCTOBER) -> PayMonth:
        return actions.open_month(month, by=self.cast.qian, at=NOW)

    def computed(self, month: date = OCTOBER) -> PayMonth:
        held = self.opened(month)
        actions.ask(held, by=self.cast.qian, at=NOW)
        actions.take_up(NOW)
        held.refresh_from_db()
        return held

    def released(self, month: date = OCTOBER) -> PayMonth:
        held = actions.check(self.computed(month), by=self.cast.qian, at=NOW)
        return actions.release(held, by=self.cast.bao, at=NOW)

    def slip_of(self, person: Person, month: date = OCTOBER) -> Payslip:
        return Payslip.objects.get(person=person, pay_month__month=month)

    def amounts(self, person: Person, month: date = OCTOBER) -> dict[str, int]:
        found: dict[str, int] = {}
        for line in PayLine.objects.filter(payslip=self.slip_of(person, month)):
            found[line.kind] = found.get(line.kind, 0) + line.amount_fen
        return found


def set_up_wages(cast: Cast) -> None:
    for person in (cast.lin, cast.mei, cast.ou, cast.ding, cast.qian, cast.shen):
        wage(person, 300_000)
        card(person, "90")
    for person, base in ((cast.zhou, 600_000), (cast.bao, 900_000), (cast.hu, 500_000)):
        wage(person, base)
        card(person, "90")
