"""What a payslip is made from, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from dangban.handbook.rulebook import Rules

# The rules of a day: the handbook in force, or one that is only tried.
RulesOf = Callable[[date], Rules]
Reasons = Sequence[Any]
NOTHING = Decimal(0)

EARNED, UNPAID, INSURANCE, TAX, TAKEN, CARRIED = "earned", "unpaid", "insurance", "tax", "taken", "carried"
# What becomes of a part of a deduction that the law does not leave to this month.
KEPT, DROPPED = "carried", "dropped"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days with the same base wage, both with it."""

    first: date
    last: date
    base_fen: int
    because: Reasons = ()

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class LeaveDay:
    """A day, or half of one, of approved leave that is not paid in full."""

    request_id: int
    kind: str
    label: str
    day: date
    share: Decimal
    paid_points: int
    url: str = ""


@dataclass(frozen=True, slots=True)
class Absence:
    """Days of wage that absence costs; `missed` of them were really not worked."""

    ref: str
    day: date
    days: Decimal
    missed: Decimal
    url: str = ""
    because: Reasons = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """Something to be deducted: a fine, a loss, a wage paid too much. Its amount is positive."""

    kind: str
    label: str
    amount_fen: int
    ref: str
    url: str = ""
    because: Reasons = ()


@dataclass(frozen=True, slots=True)
class Given:
    """Something that is added: a bounty, a correction, what was kept back wrongly."""

    kind: str
    label: str
    amount_fen: int
    ref: str
    url: str = ""
    because: Reasons = ()


@dataclass(frozen=True, slots=True)
class Overtime:
    ref: str
    day: date
    minutes: int
    day_kind: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A final scorecard."""

    pk: int
    score: Decimal | None
    grade: str = ""
    share_points: int | None = None
    bonus_fen: int | None = None
    url: str = ""
    because: Reasons = ()


@dataclass(frozen=True, slots=True)
class Sales:
    """Net sales of the month, and what refunds have taken since from sales that commission was paid on."""

    net_fen: int
    later_fen: int = 0
    is_champion: bool = False
    pool_fen: int = 0
    sharing: int = 0
    url: str = ""


@dataclass(frozen=True, slots=True)
class Attendance:
    bonus_fen: int = 0
    is_full: bool = False
    url: str = ""
    because: Reasons = ()


@dataclass(frozen=True, slots=True)
class Rest:
    """Rest days not taken that the handbook pays for."""

    days: Decimal
    because: Reasons = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class Annual:
    """Annual leave not taken by who leaves in the month; a month's wage is the average of the last ones, 0 where none is known."""

    days: Decimal
    month_fen: int = 0
    because: Reasons = ()
    url: str = ""


@dataclass(frozen=True, slots=True)
class YearSoFar:
    """The months of the tax year that were paid before this one."""

    income_fen: int = 0
    insurance_fen: int = 0
    special_fen: int = 0
    withheld_fen: int = 0
    months: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of a person's month."""

    person_id: int
    month: date
    stretches: Sequence[Stretch] = ()
    insurance_fen: int = 0
    insurance_company_fen: int = 0
    insurance_because: Reasons = ()
    card: Card | None = None
    sales: Sales | None = None
    attendance: Attendance = Attendance()
    rest: Rest | None = None
    annual: Annual | None = None
    leave: Sequence[LeaveDay] = ()
    absences: Sequence[Absence] = ()
    asked: Sequence[Asked] = ()
    given: Sequence[Given] = ()
    overtime: Sequence[Overtime] = ()
    year: YearSoFar = YearSoFar()
    special_fen: int = 0
    city: str = ""
    floor_fen: int = 0
    # Left in an earlier month: no month of employment is added to the tax year.
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a payslip. `ref` names its source, once over all months; `detail` is data, not words of ours."""

    kind: str
    group: str
    amount_fen: int
    ref: str
    detail: str = ""
    quantity: str = ""
    rate: str = ""
    url: str = ""
    because: Reasons = ()
    # What was asked, where the law left less; and what of it waits for the next month.
    asked_fen: int | None = None
    carried_fen: int = 0
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Warned:
    """Something the law or the handbook has a word on, as a code with its figures."""

    code: str
    source: str = ""
    figures: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Slip:
    person_id: int
    month: date
    lines: tuple[Line, ...] = ()
    wage_fen: int = 0
    taxable_fen: int = 0
    insurance_company_fen: int = 0
    special_fen: int = 0
    sales_fen: int | None = None
    warnings: tuple[Warned, ...] = ()

    @property
    def net_fen(self) -> int:
        return sum(line.amount_fen for line in self.lines)

    def total(self, group: str) -> int:
        return sum(line.amount_fen for line in self.lines if line.group == group)
