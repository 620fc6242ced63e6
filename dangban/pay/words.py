"""What lines, limits and warnings are called; how journal and desk tell of pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from dangban.desk import ports as desk
from dangban.journal import ports
from dangban.pay.models import PayLine

KINDS = {
    "base": pgettext_lazy("pay line", "Base wage"),
    "performance": pgettext_lazy("pay line", "Performance"),
    "commission": pgettext_lazy("pay line", "Commission"),
    "full_attendance": pgettext_lazy("pay line", "Full attendance"),
    "outstanding": pgettext_lazy("pay line", "Outstanding results"),
    "champion": pgettext_lazy("pay line", "Champion of the month"),
    "pool": pgettext_lazy("pay line", "Team's pool"),
    "rest": pgettext_lazy("pay line", "Rest days not taken"),
    "annual": pgettext_lazy("pay line", "Annual leave not taken"),
    "overtime": pgettext_lazy("pay line", "Overtime"),
    "bounty": pgettext_lazy("pay line", "Bounty"),
    "returned": pgettext_lazy("pay line", "Given back"),
    "correction": pgettext_lazy("pay line", "Correction"),
    "leave": pgettext_lazy("pay line", "Leave not paid"),
    "absence": pgettext_lazy("pay line", "Absence"),
    "attended": pgettext_lazy("pay line", "Not absent after all"),
    "insurance": pgettext_lazy("pay line", "Insurance, own share"),
    "tax": pgettext_lazy("pay line", "Income tax"),
    "fine": pgettext_lazy("pay line", "Fine"),
    "loss": pgettext_lazy("pay line", "Loss made good"),
    "overpaid": pgettext_lazy("pay line", "Paid too much before"),
    "advance": pgettext_lazy("pay line", "Laid out by the company"),
}
GROUPS = {
    "earned": pgettext_lazy("pay group", "Earned"),
    "unpaid": pgettext_lazy("pay group", "Not worked"),
    "insurance": pgettext_lazy("pay group", "Insurance"),
    "tax": pgettext_lazy("pay group", "Tax"),
    "taken": pgettext_lazy("pay group", "Deducted"),
    "carried": pgettext_lazy("pay group", "Laid out"),
}
# Where quantity times rate is not the amount, or the quantity needs its unit.
HOW = {
    "performance": _("score %(quantity)s, in full %(rate)s"),
    "outstanding": _("score %(quantity)s"),
    "champion": _("net sales %(quantity)s"),
    "pool": _("%(quantity)s of %(rate)s of the public sales"),
    "rest": _("%(quantity)s days × %(rate)s"),
    "annual": _("%(quantity)s days × %(rate)s"),
    "leave": _("%(quantity)s days × %(rate)s"),
    "absence": _("%(quantity)s days × %(rate)s"),
    "attended": _("%(quantity)s days × %(rate)s"),
    "overtime": _("%(quantity)s h × %(rate)s"),
    "insurance": _("of %(rate)s in all"),
    "tax": _("taxable so far this year %(quantity)s"),
}
LIMITS = {
    "cap": _("The law allows no more than a share of the month's wage"),
    "minimum": _("The minimum wage must be left"),
    "earned": _("No more than was earned"),
}
WARNINGS = {
    "overtime": _("%(hours)s hours of overtime; more than %(most)s a month are not allowed"),
    "minimum": _("The wage of %(wage)s is below the minimum wage of %(minimum)s"),
    "floor": _("The base of %(base)s is below the level's floor of %(floor)s"),
    "clamped": _("Deductions were held back at the law's limit"),
    "fines": _("There are fines: an employer has no power to fine; prefer a bonus that is not earned"),
    "no_wage": _("There is no wage for this month"),
}
MISSING = {
    "no_wage": _("No wage on file"),
    "card": _("No final scorecard"),
    "unjudged": _("Shifts not judged"),
    "proposed": _("Consequences not settled"),
    "attendance": _("Attendance of the month not closed"),
    "sales": _("Sales may still change"),
    "undecided": _("Leave not answered"),
}
# These don't keep a month from being checked: sales settle weeks later, an answer may never come, and a correction follows.
ONLY_SAID = frozenset({"sales", "undecided"})
# Where it is settled, and the right that opens the page.
PAGES = {
    "no_wage": ("staff:files", "staff.files"), "card": ("performance:cards", "performance.view"), "unjudged": ("attendance:unjudged", "attendance.view"),
    "proposed": ("attendance:follows", "attendance.view"), "attendance": ("attendance:months", "attendance.view"),
    "undecided": ("attendance:unjudged", "attendance.view"),
}  # fmt: skip
VERBS = {
    "pay.opened": _("opened the wages of"),
    "pay.computed": _("worked out the wages of"),
    "pay.checked": _("checked the wages of"),
    "pay.taken_back": _("took back the check of"),
    "pay.released": _("released the wages of"),
    "pay.closed": _("closed the wages of"),
    "pay.exported": _("took out a file of wages of"),
    "pay.corrected": _("corrected the wages of"),
    "pay.correction_withdrawn": _("withdrew a correction of the wages of"),
    "pay.disputed": _("disputed a payslip:"),
    "pay.answered": _("answered a dispute of"),
    "pay.looked": _("looked at the payslip of"),
    "pay.account_kept": _("entered the account of"),
    "pay.account_shown": _("looked at the account number of"),
    "pay.simulated": _("tried other rules on the wages of"),
}
FIELDS = {
    "month": pgettext_lazy("journal", "month"),
    "people": pgettext_lazy("journal", "people"),
    "changed": pgettext_lazy("journal", "payslips changed"),
    "amount_fen": pgettext_lazy("journal", "amount"),
    "reason": pgettext_lazy("journal", "reason"),
    "kind": pgettext_lazy("journal", "kind"),
    "said": pgettext_lazy("journal", "said"),
    "upheld": pgettext_lazy("journal", "upheld"),
    "number_changed": pgettext_lazy("journal", "number changed"),
    "city": pgettext_lazy("journal", "city"),
    "handbook": pgettext_lazy("journal", "handbook"),
}
CLOCKS = {
    "pay.sheet": _("score sheet handed in"),
    "pay.paid": _("wages paid"),
    "pay.dispute": _("answer to a disputed payslip"),
}


def kind_name(code: str) -> str:
    return str(KINDS.get(code, code))


def group_name(code: str) -> str:
    return str(GROUPS.get(code, code))


def limit_said(code: str) -> str:
    return str(LIMITS.get(code, ""))


def how_said(line: PayLine) -> str:
    """How a line's amount came about, in figures with their units."""
    quantity, rate = line.quantity, line.rate
    if line.kind in HOW and (quantity or rate):
        return str(HOW[line.kind]) % {"quantity": quantity, "rate": rate}
    return f"{quantity} × {rate}" if quantity and rate else quantity or rate


def missing_name(code: str) -> str:
    return str(MISSING.get(code, code))


def undecided_said(missing: Sequence[Sequence[str]]) -> str:
    """What a payslip says of leave that nobody had answered when it was worked out; empty where there was none."""
    count = sum(int(word) for code, word in missing if code == "undecided")
    words = ngettext(
        "Leave for %(count)s shift had no answer when this was worked out. Nothing is taken off for it; what the answer changes comes with a later payslip.",
        "Leave for %(count)s shifts had no answer when this was worked out. Nothing is taken off for it; what the answer changes comes with a later payslip.",
        count,
    )
    return words % {"count": count} if count else ""


def warnings_said(warnings: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Each with the law it comes from."""
    return [(str(WARNINGS[one["code"]]) % one["figures"], one["source"]) for one in warnings if one["code"] in WARNINGS]


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="pay")
    ports.name_subject("pay.paymonth", _("month of pay"))
    ports.name_subject("pay.payslip", _("payslip"))
    desk.name_deadlines(CLOCKS)
