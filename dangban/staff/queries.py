"""Reads of staff files: terms by day, who is employed, what runs out."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from dangban.handbook.current import in_force_or_first, in_force_so_far
from dangban.lib import clock, days
from dangban.people.models import OffBoarding, Person
from dangban.staff.clauses import CONTRACT_REMINDER, EXPIRY_REMINDER, TRAINING_EVERY
from dangban.staff.models import Attainment, Contract, Departure, StaffFile
from dangban.staff.models import Terms as TermsRow
from dangban.staff.rules import terms as rules
from dangban.staff.rules.terms import Terms

TOOLS = "tools"


def facts_of(people: Iterable[Person]) -> dict[int, rules.Facts]:
    """What the files of these people say about their terms (four queries for all)."""
    known = {person.pk: person for person in people if person.hired_on is not None}
    rows: dict[int, list[rules.Row]] = {}
    for row in TermsRow.objects.filter(person__in=known).order_by("pk"):
        rows.setdefault(row.person_id, []).append(rules.Row(row.since, row.level, row.base_fen, row.insurance_fen))
    contracts: dict[int, list[rules.Agreed]] = {}
    for one in Contract.objects.filter(person__in=known).order_by("starts_on", "pk"):
        contracts.setdefault(one.person_id, []).append(rules.Agreed(one.starts_on, one.ends_on, one.kind))
    files = {one.person_id: one for one in StaffFile.objects.filter(person__in=known)}
    left = last_days(known)
    found = {}
    for pk, person in known.items():
        assert person.hired_on is not None
        kept = files.get(pk)
        found[pk] = rules.Facts(
            person.hired_on, left.get(pk), rows.get(pk, ()), contracts.get(pk, ()),
            kept.probation_until if kept else None, kept.confirmed_on if kept else None,
        )  # fmt: skip
    return found


def last_days(people: Collection[int]) -> dict[int, date]:
    """The last day of work of those among these who have left, or of whom it is entered that they will (one query)."""
    coming = Departure.objects.filter(Departure.OPEN, person__in=people).values_list("person_id", "last_day")
    found: dict[int, date] = {}
    for pk, day in coming.union(OffBoarding.objects.filter(person__in=people).values_list("person_id", "last_day")):
        found[pk] = min(day, found.get(pk, day))
    return found


def last_day(person: Person) -> date | None:
    return last_days([person.pk]).get(person.pk)


def terms_on(person: Person, day: date) -> Terms | None:
    """What this person is employed for on a day; None where they are not, or nothing was entered."""
    facts = facts_of([person]).get(person.pk)
    return _on(facts, day) if facts else None


def spans(person: Person, first: date, last: date) -> list[tuple[date, date, Terms]]:
    """Stretches of days with the same terms, for pay by parts of a month; days without terms are left out."""
    return spans_of([person], first, last)[person.pk]


def spans_of(people: Collection[Person], first: date, last: date) -> dict[int, list[tuple[date, date, Terms]]]:
    """The same for many people in four queries."""
    facts = facts_of(people)
    return {person.pk: _spans(facts.get(person.pk), first, last) for person in people}


def _spans(facts: rules.Facts | None, first: date, last: date) -> list[tuple[date, date, Terms]]:
    found: list[tuple[date, date, Terms]] = []
    day = first
    while facts is not None and day <= last:
        terms = _on(facts, day)
        if terms is not None:
            if found and found[-1][2] == terms and found[-1][1] == day - timedelta(days=1):
                found[-1] = (found[-1][0], day, found[-1][2])
            else:
                found.append((day, day, terms))
        day += timedelta(days=1)
    return found


def _on(facts: rules.Facts, day: date) -> Terms | None:
    return rules.on_day(facts, day, in_force_or_first(clock.day_span(day)[0]))


def employed(month: date) -> QuerySet[Person]:
    """Everybody who worked here on any day of the month, those who left in it too, by name."""
    return employed_between(days.month_of(month), days.last_of_month(month))


def employed_between(first: date, last: date) -> QuerySet[Person]:
    gone = OffBoarding.objects.filter(person=OuterRef("pk"), last_day__lt=first)
    going = Departure.objects.filter(Departure.OPEN, person=OuterRef("pk"), last_day__lt=first)
    # An account may be closed without anybody having left by the form; then nobody knows when.
    left = OffBoarding.objects.filter(person=OuterRef("pk"))
    return (
        Person.objects.filter(hired_on__isnull=False, hired_on__lte=last)
        .filter(~Exists(gone), ~Exists(going), Q(is_active=True) | Exists(left)).order_by("name", "pk")
    )  # fmt: skip


def without_tools_exam(people: Iterable[Person], day: date) -> set[int]:
    """Newcomers among these who have not passed their tools exam: trainees, those on probation, and those without a file
    who would be on probation by the day they were hired."""
    chosen = list(people)
    rulebook = in_force_so_far(clock.day_span(day)[0])
    new = {person.pk for person in chosen if person.level == Person.Level.TRAINEE}
    filed = set()
    for kept in StaffFile.objects.filter(person__in=[person.pk for person in chosen]):
        filed.add(kept.person_id)
        if kept.probation_until is not None and kept.probation_until >= day and (kept.confirmed_on is None or kept.confirmed_on > day):
            new.add(kept.person_id)
    for person in chosen:
        if person.pk not in filed and person.hired_on is not None:
            until = rules.probation_until(person.hired_on, rulebook)
            if until is not None and until >= day:
                new.add(person.pk)
    return new - set(_passed(TOOLS, day).filter(person__in=new).values_list("person_id", flat=True)) if new else new


def _passed(code: str, day: date) -> QuerySet[Attainment]:
    return Attainment.objects.filter(kind=Attainment.Kind.EXAM, code=code, passed=True, on__lte=day)


def lapsed(person: Person, day: date) -> list[Attainment]:
    """Licences that have run out and were not renewed: whoever needs one may not be sent with it."""
    held = Attainment.objects.filter(person=person, kind=Attainment.Kind.LICENCE, on__lte=day).order_by("on", "pk")
    latest = {one.code: one for one in held}
    return [one for one in latest.values() if one.expires_on is not None and one.expires_on < day]


@dataclass(frozen=True, slots=True)
class Overview:
    """One line of the list of files: what is known, and what is about to run out."""

    person: Person
    has_file: bool
    mentor: str
    probation_until: date | None
    contract_until: date | None
    licence_until: date | None
    trained_on: date | None
    lacks_exam: bool
    training_due: bool
    leaves_on: date | None


def overview(people: Collection[Person], day: date) -> list[Overview]:
    """The list of files in seven queries."""
    ids = [person.pk for person in people]
    files = {one.person_id: one for one in StaffFile.objects.filter(person__in=ids).select_related("mentor")}
    contracts = {one.person_id: one for one in Contract.objects.filter(person__in=ids, starts_on__lte=day).order_by("starts_on", "pk")}
    licences: dict[int, date] = {}
    trained: dict[int, date] = {}
    kinds = (Attainment.Kind.LICENCE, Attainment.Kind.TRAINING)
    latest: dict[tuple[int, str], Attainment] = {}
    for one in Attainment.objects.filter(person__in=ids, kind__in=kinds, on__lte=day).order_by("on", "pk"):
        if one.kind == Attainment.Kind.TRAINING:
            trained[one.person_id] = one.on
        else:
            latest[one.person_id, one.code] = one
    for (person_id, _code), one in latest.items():
        if one.expires_on is not None:
            licences[person_id] = min(licences.get(person_id, one.expires_on), one.expires_on)
    lacking = without_tools_exam(people, day)
    due, leaving = _trained_since(day), last_days(ids)
    found = []
    for person in people:
        kept, contract = files.get(person.pk), contracts.get(person.pk)
        probation = kept.probation_until if kept and kept.confirmed_on is None and kept.probation_until and kept.probation_until >= day else None
        found.append(
            Overview(
                person, kept is not None, kept.mentor.name if kept and kept.mentor else "", probation,
                contract.ends_on if contract else None, licences.get(person.pk), trained.get(person.pk), person.pk in lacking,
                due is not None and kept is not None and trained.get(person.pk, person.hired_on or date.min) < due, leaving.get(person.pk),
            )
        )  # fmt: skip
    return found


def soon(day: date) -> dict[str, date]:
    """Up to which day a contract or a licence that ends is reminded of."""
    rulebook = in_force_so_far(clock.day_span(day)[0])
    return {name: day + rulebook[rule] for name, rule in (("contract", CONTRACT_REMINDER), ("licence", EXPIRY_REMINDER)) if rulebook.has(rule)}


def _trained_since(day: date) -> date | None:
    """Whoever was last trained before this day is due again; None where no rule asks for it."""
    rulebook = in_force_so_far(clock.day_span(day)[0])
    return rules.months_later(day, -rulebook[TRAINING_EVERY]) if rulebook.has(TRAINING_EVERY) else None
