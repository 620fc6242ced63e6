"""A punch that was forgotten is put in on a supervisor's word; beyond the month's allowance it has its price."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from dangban.attendance import access, clauses, judging
from dangban.attendance.models import Punch, PunchRepair, ShiftRecord
from dangban.desk.actions import notify, settle_tasks, write_task
from dangban.handbook.current import in_force_so_far
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.days import last_of_month
from dangban.lib.errors import BadInput, Conflict
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person

State = PunchRepair.State
Side = PunchRepair.Side


def ask(
    held: ShiftRecord, side: str, wall: datetime, reason: str, *, by: Person, at: datetime | None = None
) -> PunchRepair:
    """Ask for a forgotten punch of one's own to be put in; the supervisor is told."""
    if by.pk != held.person_id:
        access.must(by, "attendance.view", held.person)
    at = at or clock.now()
    reason = _checked(held, side, wall, reason, at)
    with transaction.atomic():
        held = ShiftRecord.objects.select_for_update(of=("self",)).select_related("person__manager", "team").get(pk=held.pk)
        missing = held.missed_arrival if side == Side.ARRIVAL else held.missed_departure
        if held.state == ShiftRecord.State.OPEN:
            raise Conflict(_("The time for punching of this shift is not over yet."))
        if not missing:
            raise Conflict(_("This punch is there; nothing is to be repaired."))
        if PunchRepair.objects.filter(record=held, side=side).exclude(state=State.REFUSED).exists():
            raise Conflict(_("A repair of this punch was asked for already."))
        made = PunchRepair.objects.create(record=held, side=side, at=wall, reason=reason, asked_at=at)
        change = {"day": held.day.isoformat(), "side": side, "at": wall.isoformat(timespec="minutes")}
        record("attendance.repair_asked", subject=held.person, by=by, change=change, personal={"reason": reason}, at=at)
        _ask_supervisor(made, held, at)
    return made


def vouch(repair: PunchRepair, *, granted: bool, word: str, by: Person, at: datetime | None = None) -> PunchRepair:
    """Give one's word for it, or not. Counted by the month; the shift is then judged anew."""
    access.must(by, "attendance.judge", repair.record.person)
    at = at or clock.now()
    word = refuse_unstorable(word.strip(), "word")[:300]
    if not word:
        raise BadInput(_("Say what you give your word for, or why not."), fields={"word": [_("Say what you give your word for, or why not.")]})
    with transaction.atomic():
        held = repair.record
        # The person's row decides which repair is the fourth.
        Person.objects.select_for_update(no_key=True).get(pk=held.person_id)
        open_one = PunchRepair.objects.select_for_update().get(pk=repair.pk)
        if open_one.state != State.ASKED:
            raise Conflict(_("Somebody has answered this already."))
        rules = in_force_so_far(held.starts_at)
        open_one.state = State.GRANTED if granted else State.REFUSED
        open_one.voucher, open_one.word, open_one.settled_at = by, word, at
        if granted:
            open_one.nth = granted_in_month(held) + 1
            open_one.voucher_answers = rules.has(clauses.REPAIR_VOUCHED) and rules[clauses.REPAIR_VOUCHED]
            because = [rules.because(clauses.PUNCH_REPAIRS, repair=open_one.nth)]
            because += [rules.because(clauses.REPAIR_VOUCHED, voucher=by.name)] if open_one.voucher_answers else []
            open_one.because = [one.as_data() for one in because]
        open_one.save()
        if granted:
            _put_in(open_one, at)
        settle_tasks(open_one, by=by, at=at)
        change = {"day": held.day.isoformat(), "side": open_one.side, "outcome": open_one.state, "nth": open_one.nth}
        record("attendance.repair_answered", subject=held.person, by=by, change=change, personal={"word": word}, because=open_one.because, at=at)
        _tell(open_one, held, at)
        if granted:
            judging.judge_record(held.pk, at=at, by=by, why=_("Punch repaired"))
    return open_one


def granted_in_month(held: ShiftRecord) -> int:
    month = {"record__day__gte": held.month, "record__day__lte": last_of_month(held.day)}
    return PunchRepair.objects.filter(record__person_id=held.person_id, state=State.GRANTED, **month).count()


def _put_in(repair: PunchRepair, at: datetime) -> None:
    said = repair.word[:120]
    Punch.objects.get_or_create(
        person_id=repair.record.person_id, at=repair.at, source=Punch.Source.REPAIR, defaults={"said": said, "made_at": at}
    )


def _checked(held: ShiftRecord, side: str, wall: datetime, reason: str, at: datetime) -> str:
    faults: dict[str, list[str]] = {}
    reason = refuse_unstorable(reason.strip(), "reason")[:300]
    if side not in Side.values:
        faults["side"] = [_("Arrival or departure?")]
    if not reason:
        faults["reason"] = [_("Say why the punch is missing.")]
    if not held.starts_at - judging.AROUND / 8 <= wall <= min(at, held.closes_at):
        faults["at"] = [_("This time doesn't belong to the shift.")]
    elif side == Side.DEPARTURE and held.arrived_at is not None and wall <= held.arrived_at:
        faults["at"] = [_("The arrival was punched at %(at)s; nobody leaves before.") % {"at": f"{clock.local(held.arrived_at):%H:%M}"}]
    elif side == Side.ARRIVAL and held.left_at is not None and wall >= held.left_at:
        faults["at"] = [_("The departure was punched at %(at)s; nobody arrives after.") % {"at": f"{clock.local(held.left_at):%H:%M}"}]
    if faults:
        raise BadInput(next(iter(faults.values()))[0], fields=faults)
    return reason


def _ask_supervisor(made: PunchRepair, held: ShiftRecord, at: datetime) -> None:
    voucher = access.who_judges(held.person)
    if voucher is None:
        return
    title = _("Vouch for a punch: %(name)s, %(day)s") % {"name": held.person.name, "day": held.day}
    url = reverse("attendance:record", args=[held.pk])
    write_task(title, by=SYSTEM, body=made.reason, owner=voucher, subject=made, url=url, at=at)


def _tell(repair: PunchRepair, held: ShiftRecord, at: datetime) -> None:
    with override(held.person.language):
        title = _("Punch of %(day)s: %(state)s") % {"day": held.day, "state": repair.get_state_display()}
    notify(held.person, title, repair.word, by=SYSTEM, url=reverse("attendance:record", args=[held.pk]), at=at)
