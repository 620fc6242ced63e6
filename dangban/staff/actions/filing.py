"""Files are opened and kept by personnel; each look at wages is journalled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk.actions import cancel_deadlines, settle_tasks, start_deadline
from dangban.handbook.current import in_force_or_first, in_force_so_far
from dangban.handbook.shapes import Clause
from dangban.journal.actions import HasActor, record
from dangban.lib import clock, days
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person
from dangban.staff import access
from dangban.staff.clauses import CONTRACT_REMINDER, EXAM_PASS, EXPIRY_REMINDER, MENTOR_NEEDED, REVIEW_BEFORE
from dangban.staff.models import Attainment, Contract, StaffFile
from dangban.staff.models import Terms as TermsRow
from dangban.staff.rules import promotion
from dangban.staff.rules import terms as rules

CONTRACT_ENDS, PROBATION_ENDS, LICENCE_ENDS = "staff.contract_ends", "staff.probation_ends", "staff.licence_ends"
KEPT = ("education", "experience_months", "mentor")
LEAST_REASON = 2


def open_file(
    person: Person,
    base_fen: int,
    *,
    by: HasActor,
    at: datetime,
    insurance_fen: int = 0,
    education: str = "",
    experience_months: int = 0,
    mentor: Person | None = None,
    on_probation: bool = True,
) -> StaffFile:
    """Begin a file with the terms the first contract says, from the hire date on. Later terms take a second person."""
    access.must_manage(by, person)
    if person.hired_on is None:
        raise Refused(_("Enter the hire date first."))
    if base_fen <= 0 or insurance_fen < 0:
        raise BadInput(_("A wage is more than nothing."), fields={"base": [_("Enter an amount.")]})
    rulebook = in_force_or_first(clock.day_span(person.hired_on)[0])
    _must_reach_floor(person.level, base_fen, at)
    until = rules.probation_until(person.hired_on, rulebook) if on_probation else None
    if until is not None and until >= clock.business_day(at) and mentor is None and rulebook.has(MENTOR_NEEDED) and rulebook[MENTOR_NEEDED]:
        message = _("Newcomers have a mentor. Choose one.")
        raise BadInput(message, fields={"mentor": [message]})
    _check_mentor(person, mentor)
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if StaffFile.objects.filter(person=person).exists():
            raise Conflict(_("There is a file of %(name)s already.") % {"name": person.name})
        kept = StaffFile.objects.create(
            person=person, education=education, experience_months=experience_months, mentor=mentor, probation_until=until, opened_at=at,
            confirmed_on=None if until else person.hired_on,
        )  # fmt: skip
        with translation.override(settings.LANGUAGE_CODE):
            reason = _("first contract")
        TermsRow.objects.create(
            person=person, since=person.hired_on, level=person.level, base_fen=base_fen, insurance_fen=insurance_fen,
            reason=reason, entered_by_id=_person_id(by), at=at,
        )  # fmt: skip
        change = {"level": person.level, "probation_until": until.isoformat() if until else None, "mentor": mentor.name if mentor else None}
        record("staff.opened", subject=person, by=by, change=change, personal={"base_fen": base_fen}, at=at)
        if until is not None and until >= clock.business_day(at):
            _remind(PROBATION_ENDS, person, person, until, REVIEW_BEFORE, _("Probation of %(name)s ends"), by=by, at=at)
    return kept


def keep_file(person: Person, values: Mapping[str, Any], *, by: HasActor, at: datetime) -> list[str]:
    """Education, experience, mentor; returns the names of what changed."""
    access.must_manage(by, person)
    if "mentor" in values:
        _check_mentor(person, values["mentor"])
    with transaction.atomic():
        kept = locked(person)
        changed = [name for name in KEPT if name in values and getattr(kept, name) != values[name]]
        change = {name: [_plain(getattr(kept, name)), _plain(values[name])] for name in changed}
        for name in changed:
            setattr(kept, name, values[name])
        if changed:
            kept.save(update_fields=changed)
            record("staff.kept", subject=person, by=by, change=change, at=at)
        if "mentor" in changed and isinstance(by, Person):
            settle_tasks(kept, by=by, at=at)
    return changed


def choose_mentor(person: Person, mentor: Person, *, by: Person, at: datetime) -> StaffFile:
    """Whoever leads a newcomer, or keeps the files, chooses who teaches them; what was asked for it is done."""
    if not access.may_lead(by, person):
        raise NotAllowed(_("Who leads %(name)s or keeps the files chooses the mentor.") % {"name": person.name})
    _check_mentor(person, mentor)
    with transaction.atomic():
        kept = locked(person)
        if kept.mentor != mentor:
            change = {"mentor": [kept.mentor.name if kept.mentor else None, mentor.name]}
            kept.mentor = mentor
            kept.save(update_fields=["mentor"])
            record("staff.kept", subject=person, by=by, change=change, at=at)
        settle_tasks(kept, by=by, at=at)
    return kept


def add_contract(
    person: Person, kind: str, starts_on: date, ends_on: date | None, signed_on: date, *, by: HasActor, at: datetime, number: str = ""
) -> Contract:
    """A contract as signed; the one before it needs no reminder any more."""
    access.must_manage(by, person)
    if ends_on is not None and ends_on < starts_on:
        raise BadInput(_("It ends before it begins."), fields={"ends_on": [_("Choose a later day.")]})
    if (kind == Contract.Kind.FIXED) and ends_on is None:
        raise BadInput(_("A fixed term has a last day."), fields={"ends_on": [_("Choose the last day.")]})
    with transaction.atomic():
        locked(person)
        before = Contract.objects.filter(person=person, starts_on__lte=starts_on)
        for one in before:
            cancel_deadlines(one, by=by, kinds=(CONTRACT_ENDS,), reason=_("followed by a new contract"), at=at)
        made = Contract.objects.create(
            person=person, kind=kind, number=refuse_unstorable(number.strip(), "number")[:40], starts_on=starts_on, ends_on=ends_on,
            signed_on=signed_on, entered_by_id=_person_id(by), at=at,
        )  # fmt: skip
        change = {"contract_kind": kind, "starts_on": starts_on.isoformat(), "ends_on": ends_on.isoformat() if ends_on else None}
        record("staff.contract_added", subject=person, by=by, change=change, at=at)
        if ends_on is not None and ends_on >= clock.business_day(at):
            _remind(CONTRACT_ENDS, made, person, ends_on, CONTRACT_REMINDER, _("Contract of %(name)s ends"), by=by, at=at)
    return made


def add_attainment(
    person: Person,
    kind: str,
    code: str,
    on: date,
    *,
    by: HasActor,
    at: datetime,
    result: int | None = None,
    passed: bool | None = None,
    number: str = "",
    expires_on: date | None = None,
    note: str = "",
) -> Attainment:
    """A training, an exam, a licence or a typing test. Whether an exam is passed says the handbook's mark, where it has one."""
    access.must_manage(by, person)
    code = refuse_unstorable(code.strip(), "code")[:40]
    if not code:
        raise BadInput(_("Say what it was."), fields={"code": [_("Say what it was.")]})
    if on > clock.business_day(at):
        raise BadInput(_("This day lies ahead."), fields={"on": [_("Choose the day it was.")]})
    if kind in (Attainment.Kind.EXAM, Attainment.Kind.TYPING) and result is None:
        raise BadInput(_("Enter the result."), fields={"result": [_("Enter the result.")]})
    with transaction.atomic():
        locked(person)
        made = Attainment.objects.create(
            person=person, kind=kind, code=code, on=on, result=result, passed=_passed(kind, code, result, passed, on), number=number.strip()[:60],
            expires_on=expires_on, note=refuse_unstorable(note.strip(), "note")[:200], entered_by_id=_person_id(by), at=at,
        )  # fmt: skip
        change = {"attainment": kind, "code": code, "on": on.isoformat(), "result": result, "passed": made.passed}
        record("staff.attained", subject=person, by=by, change=change, at=at)
        if kind == Attainment.Kind.LICENCE:
            for one in Attainment.objects.filter(person=person, kind=kind, code=code).exclude(pk=made.pk):
                cancel_deadlines(one, by=by, kinds=(LICENCE_ENDS,), reason=_("renewed"), at=at)
            if expires_on is not None and expires_on >= clock.business_day(at):
                _remind(LICENCE_ENDS, made, person, expires_on, EXPIRY_REMINDER, _("A licence of %(name)s lapses"), by=by, at=at)
    return made


def log_look(person: Person, reason: str, *, by: Person, at: datetime) -> None:
    """Somebody looks at a person's wages; one's own needs no reason, but is written down as well."""
    reason = reason.strip()[:200]
    if by.pk != person.pk and len(reason) < LEAST_REASON:
        message = _("Say what you need it for.")
        raise BadInput(message, fields={"reason": [message]})
    with transaction.atomic():
        record("staff.wages_seen", subject=person, by=by, change={"reason": refuse_unstorable(reason, "reason")}, at=at)


def locked(person: Person) -> StaffFile:
    found = StaffFile.objects.select_for_update(no_key=True).filter(person=person).first()
    if found is None:
        raise Refused(_("There is no file of %(name)s yet. Open one first.") % {"name": person.name})
    return found


def _must_reach_floor(level: str, base_fen: int, at: datetime) -> None:
    decision = promotion.floor(level, base_fen, in_force_so_far(at))
    if decision.outcome == "below":
        raise Refused(_("This level is paid more than that."), decision=decision, code="below_floor")


def _check_mentor(person: Person, mentor: Person | None) -> None:
    if mentor is not None and (mentor.pk == person.pk or not mentor.is_active):
        message = _("Somebody else who works here is the mentor.")
        raise BadInput(message, fields={"mentor": [message]})


def _passed(kind: str, code: str, result: int | None, passed: bool | None, on: date) -> bool:
    rulebook = in_force_so_far(clock.day_span(on)[0])
    mark = rulebook[EXAM_PASS].get(code) if kind == Attainment.Kind.EXAM and rulebook.has(EXAM_PASS) else None
    if mark is not None and result is not None:
        return bool(result >= mark.points)
    return True if passed is None else passed


def _remind(
    kind: str, subject: Any, person: Person, until: date, rule: Clause[timedelta], label: str, *, by: HasActor, at: datetime
) -> None:
    """A clock to the day on which it must be settled: its warning tells whoever keeps files in time."""
    rulebook = in_force_so_far(at)
    before = rulebook[rule] if rulebook.has(rule) else timedelta()
    due = max(days.end_of(until), at + timedelta(hours=1))
    because = [rulebook.because(rule).as_data()] if rulebook.has(rule) else []
    with translation.override(settings.LANGUAGE_CODE):
        said = label % {"name": person.name}
    start_deadline(
        kind, subject, rule=rule.path, allowed_seconds=int((due - at).total_seconds()), by=by, because=because, owner=_keeper(by, person),
        label=said, url=reverse("staff:file", args=[person.pk]), warn_seconds=int(before.total_seconds()), at=at,
    )  # fmt: skip


def _keeper(by: HasActor, person: Person) -> Person | None:
    """Who is reminded: whoever entered it, else the one above."""
    return by if isinstance(by, Person) else person.manager


def _person_id(by: HasActor) -> int | None:
    return by.actor.id if by.actor.kind == "person" else None


def _plain(value: Any) -> Any:
    return value.name if isinstance(value, Person) else value
