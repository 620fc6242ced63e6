"""The facts of a month for many people, in a fixed number of queries, from the rooms that keep them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from dangban.attendance import queries as attendance
from dangban.handbook.current import in_force_or_first
from dangban.handbook.rulebook import Rules
from dangban.leave import queries as leave
from dangban.lib import clock, days
from dangban.pay import clauses, pending, selling
from dangban.pay.models import PayAccount
from dangban.pay.rules import facts as f
from dangban.people.clauses import LEVELS
from dangban.people.models import Person
from dangban.performance import queries as performance
from dangban.performance import working
from dangban.performance.rules import scoring
from dangban.quality import queries as quality
from dangban.staff import queries as staff
from dangban.staff.rules.terms import Terms

AGENTS = (Person.Level.TRAINEE, Person.Level.JUNIOR, Person.Level.MID, Person.Level.SENIOR)


def rules_of(day: date) -> Rules:
    """The handbook in force on a day."""
    return in_force_or_first(clock.day_span(day)[0])


@dataclass(frozen=True, slots=True)
class Gathered:
    """Facts, and what is still missing before they are final, as codes with a word each."""

    facts: f.Facts
    missing: tuple[tuple[str, str], ...] = ()
    later: Mapping[str, int] = field(default_factory=dict)


def people_of(month: date) -> QuerySet[Person]:
    """Everybody employed in the month, and who has left but is still owed, or owes, something."""
    return (staff.employed(month) | Person.objects.filter(pk__in=pending.people())).distinct().order_by("name", "pk")


@dataclass
class _Known:
    """What the rooms say, by person."""

    month: date
    spans: Mapping[int, Sequence[tuple[date, date, Terms]]]
    sheets: Mapping[int, attendance.MonthSheet]
    cards: Mapping[int, Any]
    sales: Mapping[int, selling.Sold]
    rest: Mapping[int, leave.RestDays]
    away: Mapping[int, list[leave.LeaveDay]]
    conduct: Mapping[int, Sequence[Any]]
    overtime: Mapping[int, list[f.Overtime]]
    pending: pending.Pending
    accounts: Mapping[int, PayAccount]
    left: Mapping[int, date]
    used: Collection[str] = ()
    works: Mapping[int, str] = field(default_factory=dict)
    annual: Mapping[int, f.Annual] = field(default_factory=dict)


def gather(people: Collection[Person], month: date, rules_by_day: f.RulesOf = rules_of) -> dict[int, Gathered]:
    first, last = days.month_of(month), days.last_of_month(month)
    ids = [person.pk for person in people]
    away: dict[int, list[leave.LeaveDay]] = defaultdict(list)
    for one in leave.on_leave(ids, first, last):
        if one.approved and not one.paid:
            away[one.person_id].append(one)
    conduct = quality.money_lines_of(ids, first)
    sheets = attendance.month_sheets(ids, first)
    refs = [line.ref for lines in conduct.values() for line in lines] + [line.ref for sheet in sheets.values() for line in sheet.consequences]
    left = staff.last_days(ids)
    known = _Known(
        first, staff.spans_of(people, first, last), sheets, performance.final_cards(first), selling.sold(ids, first, rules_by_day(last)),
        leave.rest_days_of(people, first), away, conduct, pending.overtime(ids, first, last, rules_by_day), pending.gather(ids, first),
        {one.person_id: one for one in PayAccount.objects.filter(person__in=ids)},
        left, pending.used_elsewhere(refs, first), working.works(first, last, ids), _annual(people, left, first, last),
    )  # fmt: skip
    return {person.pk: _of(person, known, rules_by_day) for person in people}


def _annual(people: Collection[Person], left: Mapping[int, date], first: date, last: date) -> dict[int, f.Annual]:
    """What annual leave those have left whose last day lies in the month."""
    leaving = {pk: day for pk, day in left.items() if first <= day <= last}
    if not leaving:
        return {}
    months = pending.averages(list(leaving), first)
    unused = leave.annual_unused_of([person for person in people if person.pk in leaving], leaving)
    return {
        pk: f.Annual(due.days, months.get(pk, 0), due.because, reverse("leave:ledger", args=[pk])) for pk, due in unused.items() if due.days
    }


def _of(person: Person, known: _Known, rules_by_day: f.RulesOf) -> Gathered:
    pk, missing = person.pk, []
    stretches, terms = _stretches(person, known, rules_by_day)
    is_gone = known.left.get(pk, date.max) < known.month
    if terms is None and not is_gone:
        missing.append(("no_wage", ""))
    card, sheet, sold = known.cards.get(pk), known.sheets[pk], known.sales.get(pk)
    rules = rules_by_day(stretches[-1].last if stretches else known.month)
    parts = rules[clauses.PARTS] if rules.has(clauses.PARTS) else ()
    work = known.works.get(pk, "")
    if card is None and "performance" in parts and work and stretches and scoring.card_for(work, rules) is not None:
        missing.append(("card", ""))
    missing += _open_in_attendance(sheet)
    if sold is not None and sold.provisional and "commission" in parts:
        missing.append(("sales", ""))
    asked, given = _conduct(known.conduct.get(pk, ()), known.used)
    absences, fines, returned = _consequences(sheet, known.used)
    account = known.accounts.get(pk)
    facts = f.Facts(
        person_id=pk, month=known.month, stretches=stretches, card=_card(card), sales=sold.fact if sold and stretches else None,
        insurance_fen=terms.insurance_person_fen if terms else 0, insurance_company_fen=terms.insurance_company_fen if terms else 0,
        insurance_because=[one for one in terms.because if one.path == "people.insurance"] if terms else (),
        attendance=f.Attendance(sheet.bonus_fen, sheet.full_attendance, _sheet_url(pk, known.month), sheet.because),
        rest=_rest(known.rest.get(pk), pk), annual=known.annual.get(pk), leave=[_leave_day(one) for one in known.away.get(pk, ())], absences=absences,
        asked=[*asked, *fines, *known.pending.asked.get(pk, ())], given=[*given, *returned, *known.pending.given.get(pk, ())],
        overtime=known.overtime.get(pk, ()), year=known.pending.years.get(pk, f.YearSoFar()),
        special_fen=account.special_fen if account and not is_gone else 0, city=account.city if account else "", floor_fen=_floor(person, rules),
        is_gone=is_gone,
    )  # fmt: skip
    return Gathered(facts, tuple(missing), sold.later if sold else {})


def _stretches(person: Person, known: _Known, rules_by_day: f.RulesOf) -> tuple[list[f.Stretch], Terms | None]:
    """By the staff file; where it has no wage of an agent, the handbook's base, and it is said so."""
    spans = known.spans.get(person.pk, ())
    if spans:
        return [f.Stretch(first, last, terms.base_fen, terms.because) for first, last, terms in spans], spans[-1][2]
    first = max(known.month, person.hired_on) if person.hired_on else known.month
    last = min(days.last_of_month(known.month), known.left.get(person.pk, date.max))
    if person.level not in AGENTS or person.hired_on is None or first > last:
        return [], None
    rules = rules_by_day(last)
    return [f.Stretch(first, last, rules[clauses.BASE], (rules.because(clauses.BASE),))], None


def _open_in_attendance(sheet: attendance.MonthSheet) -> list[tuple[str, str]]:
    found = []
    if sheet.unjudged:
        found.append(("unjudged", str(len(sheet.unjudged))))
    if sheet.undecided:
        found.append(("undecided", str(len(sheet.undecided))))
    waiting = sum(line.state in ("proposed", "disputed") for line in sheet.consequences)
    if waiting:
        found.append(("proposed", str(waiting)))
    if not sheet.final:
        found.append(("attendance", ""))
    return found


def _card(card: Any) -> f.Card | None:
    if card is None:
        return None
    return f.Card(card.pk, card.score, card.grade, card.share_points, card.bonus_fen, reverse("performance:card", args=[card.pk]), card.because)


def _rest(rest: leave.RestDays | None, person_id: int) -> f.Rest | None:
    if rest is None or rest.becomes != "paid_out":
        return None
    return f.Rest(rest.unused, rest.because, reverse("leave:ledger", args=[person_id]))


def _leave_day(one: leave.LeaveDay) -> f.LeaveDay:
    return f.LeaveDay(one.request_id, one.kind, one.label, one.day, one.share, one.paid_points, reverse("leave:request", args=[one.request_id]))


def _conduct(lines: Sequence[Any], used: Collection[str]) -> tuple[list[f.Asked], list[f.Given]]:
    asked, given = [], []
    for line in lines:
        if line.ref in used:
            continue
        if line.amount_fen < 0:
            asked.append(f.Asked(line.kind, line.label, -line.amount_fen, line.ref, line.url, line.because))
        else:
            given.append(f.Given("bounty", line.label, line.amount_fen, line.ref, line.url, line.because))
    return asked, given


def _consequences(sheet: attendance.MonthSheet, used: Collection[str]) -> tuple[list[f.Absence], list[f.Asked], list[f.Given]]:
    """What was confirmed: time not paid, fines, and what a correction gives back. Packets are sent, not deducted;
    a bonus not earned shows in the bonus."""
    absences, fines, returned = [], [], []
    for line in sheet.consequences:
        if line.state not in ("confirmed", "settled") or line.ref in used:
            continue
        what = f"{line.day:%m-%d}"
        if line.way == "days" and line.days_pay:
            absences.append(f.Absence(line.ref, line.day, line.days_pay, line.absence_days or line.days_pay, line.url, line.because))
        elif line.way == "fine" and line.amount_fen > 0:
            fines.append(f.Asked("fine", what, line.amount_fen, line.ref, line.url, line.because))
        elif line.way == "fine" and line.amount_fen < 0:
            returned.append(f.Given("returned", what, -line.amount_fen, line.ref, line.url, line.because))
    return absences, fines, returned


def _floor(person: Person, rules: Rules) -> int:
    row = rules[LEVELS].get(person.level) if rules.has(LEVELS) else None
    return int(row.pay_floor) if row is not None else 0


def _sheet_url(person_id: int, month: date) -> str:
    return reverse("attendance:person", args=[person_id], query={"month": f"{month:%Y-%m}"})
