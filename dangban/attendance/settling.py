"""A second person confirms what was proposed; packets are sent, doubled or settled; months are closed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from dangban.attendance import access, clauses, judging, proposing
from dangban.attendance.models import Consequence, MonthClose, ShiftRecord
from dangban.attendance.queries import STANDING, is_closed
from dangban.attendance.rules.following import MORNING, doubled, next_publication
from dangban.desk.actions import notify
from dangban.handbook.current import in_force, in_force_so_far
from dangban.handbook.decisions import Decision
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.days import last_of_month, month_of
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person

State = Consequence.State
Way = Consequence.Way


def confirm(consequence: Consequence, *, by: Person, at: datetime | None = None) -> Consequence:
    """A second person says that it is so. Nobody confirms their own."""
    access.must(by, "attendance.judge", consequence.person)
    at = at or clock.now()
    with transaction.atomic():
        held = locked(consequence)
        if held.state != State.PROPOSED:
            raise Conflict(_("This is no longer only proposed. Look at it again."))
        held.state, held.confirmed_at, held.confirmed_by = State.CONFIRMED, at, by
        if held.way == Way.PACKETS:
            held.due_at = due_after(at)
        held.save(update_fields=["state", "confirmed_at", "confirmed_by", "due_at"])
        record("attendance.confirmed", subject=held.person, by=by, change=_told(held), at=at)
        _tell(held, at)
    return held


def due_after(at: datetime) -> datetime:
    """By when packets are in the group: the next publication."""
    return clock.at_local(next_publication(clock.business_day(at), in_force(at)), MORNING)


def withdraw(consequence: Consequence, reason: str, *, by: Person, at: datetime | None = None) -> Consequence:
    """It shall not follow after all, for a reason that stays on record."""
    access.must(by, "attendance.judge", consequence.person)
    at = at or clock.now()
    reason = _reason(reason)
    with transaction.atomic():
        held = locked(consequence)
        if held.state not in (State.PROPOSED, State.CONFIRMED):
            raise Conflict(_("This is disputed, settled or withdrawn already. Look at it again."))
        take_back(held, reason, by=by, at=at)
        record("attendance.withdrawn", subject=held.person, by=by, change=_told(held), personal={"reason": reason}, at=at)
    return held


def take_back(held: Consequence, reason: str, *, by: Person, at: datetime) -> None:
    """Withdraw inside the caller's transaction. The shifts behind it are judged anew, so that sheets, figures and the
    bonus no longer count what was withdrawn."""
    behind = list(_behind(held))
    for one in (*behind, held):
        proposing.withdraw(one, reason, at)
    held.refresh_from_db()
    records = ShiftRecord.objects.filter(Q(pk__in=[one.record_id for one in behind]) | Q(pk=held.record_id or 0) | _absent(held))
    judging.rejudge(records.order_by("starts_at"), by=by, why=reason, at=at)


def _behind(held: Consequence) -> QuerySet[Consequence]:
    """Lateness that counts as absence, of the month whose absence this is."""
    if held.kind != Consequence.Kind.ABSENCE:
        return Consequence.objects.none()
    late = Consequence.objects.filter(person=held.person, absence_days__gt=0, corrects=None, state__in=STANDING)
    return late.exclude(kind=Consequence.Kind.ABSENCE).filter(day__gte=month_of(held.day), day__lte=held.day)


def _absent(held: Consequence) -> Q:
    """Shifts without a punch of the month whose absence this is."""
    if held.kind != Consequence.Kind.ABSENCE:
        return Q(pk__in=[])
    return Q(person=held.person, absence_days__gt=0, day__gte=month_of(held.day), day__lte=held.day)


def packets_sent(consequence: Consequence, *, own_taken: bool, by: Person, at: datetime | None = None) -> Consequence:
    """The packets are in the group. Whoever took from the own packet sends again, where the handbook says so."""
    access.must(by, "attendance.view", consequence.person)
    at = at or clock.now()
    with transaction.atomic():
        held = locked(consequence)
        if held.way != Way.PACKETS or held.state != State.CONFIRMED:
            raise Conflict(_("There are no packets to be sent for this."))
        rules = in_force(at)
        if own_taken and not rules[clauses.OWN_PACKET]:
            because = (rules.because(clauses.OWN_PACKET),)
            raise Refused(
                _("Whoever sends a packet takes nothing from it. It is to be sent again."),
                decision=Decision("attendance.packets", "own_taken", because=because), code="own_taken",
            )  # fmt: skip
        held.state, held.sent_at, held.settled_at, held.own_taken = State.SETTLED, at, at, own_taken
        held.save(update_fields=["state", "sent_at", "settled_at", "own_taken"])
        record("attendance.packets_sent", subject=held.person, by=by, change=_told(held), at=at)
    return held


def double_unpaid(at: datetime) -> int:
    """Packets that were not in the group by the day of publication double, once."""
    rules = in_force_so_far(at)
    if not rules.has(clauses.UNPAID_DOUBLES) or not rules[clauses.UNPAID_DOUBLES]:
        return 0
    due = Consequence.objects.filter(
        way=Way.PACKETS, state=State.CONFIRMED, sent_at=None, doubled_at=None, due_at__lte=at
    ).select_related("person")
    count = 0
    for one in due:
        with transaction.atomic():
            held = locked(one)
            if held.doubled_at is not None or held.state != State.CONFIRMED:
                continue
            held.amount_fen, held.doubled_at = doubled(held.amount_fen, rules), at
            held.due_at = clock.at_local(next_publication(clock.business_day(at), rules), MORNING)
            held.because = [*held.because, rules.because(clauses.UNPAID_DOUBLES, due_at=one.due_at).as_data()]
            held.save(update_fields=["amount_fen", "doubled_at", "due_at", "because"])
            record("attendance.packets_doubled", subject=held.person, by=SYSTEM, change=_told(held), because=held.because[-1:], at=at)
            _tell(held, at)
            count += 1
    return count


def close_month(month: date, *, by: HasActor, at: datetime | None = None) -> MonthClose:
    """From now on the month stands. Refused while something of it is open: not judged, not confirmed, disputed.

    Leave that nobody has answered holds nobody's wages up: its answer is made good in the next open month.
    """
    access.must_close(by)
    at, month = at or clock.now(), month_of(month)
    if clock.business_day(at) <= last_of_month(month):
        raise Refused(_("This month is not over yet."), code="running")
    with transaction.atomic():
        if is_closed(month):
            raise Conflict(_("This month is closed already."))
        left = still_open(month)
        if left:
            raise Refused(_("Something of this month is still open. Settle it, then close the month."), details=left, code="open")
        confirmed = Consequence.objects.filter(month=month, state=State.CONFIRMED).exclude(way=Way.PACKETS)
        confirmed.update(state=State.SETTLED, settled_at=at)
        try:
            with transaction.atomic():
                closed = MonthClose.objects.create(month=month, at=at, by=by if isinstance(by, Person) else None, by_name=by.actor.name)
        except IntegrityError:
            raise Conflict(_("This month is closed already.")) from None
        waiting = undecided(month)
        change = {"month": f"{month:%Y-%m}"} | ({"undecided": waiting} if waiting else {})
        record("attendance.month_closed", subject=closed, by=by, change=change, at=at)
    return closed


def still_open(month: date) -> list[str]:
    """What keeps a month from being closed, in words."""
    span = {"day__gte": month, "day__lte": last_of_month(month)}
    lines = []
    for name, day in (
        ShiftRecord.objects.exclude(state=ShiftRecord.State.JUDGED).exclude(why__in=(*ShiftRecord.NEVER, ShiftRecord.Why.LEAVE)).filter(**span).values_list("person__name", "day").order_by("day")[:20]
    ):
        lines.append(_("%(name)s, %(day)s: the shift is not judged.") % {"name": name, "day": day})
    for row in Consequence.objects.filter(month=month, state__in=(State.PROPOSED, State.DISPUTED)).select_related("person").order_by("day")[:20]:
        what = _("%(name)s, %(day)s: %(kind)s is %(state)s.")
        lines.append(what % {"name": row.person.name, "day": row.day, "kind": row.get_kind_display(), "state": row.get_state_display()})
    return lines


def undecided(month: date, people: Iterable[Person] | None = None) -> list[str]:
    """Shifts of a month from which nothing follows yet, because nobody has answered the leave asked for them; in words."""
    rows = ShiftRecord.objects.filter(why=ShiftRecord.Why.LEAVE, state=ShiftRecord.State.UNJUDGED, day__gte=month, day__lte=last_of_month(month))
    rows = rows if people is None else rows.filter(person__in=people)
    words = _("%(name)s, %(day)s: leave waits for an answer.")
    return [words % {"name": name, "day": day} for name, day in rows.order_by("day", "person__name").values_list("person__name", "day")]


def locked(consequence: Consequence) -> Consequence:
    """The person's row first, as in judging; then the consequence as it now is."""
    Person.objects.select_for_update(no_key=True).get(pk=consequence.person_id)
    return Consequence.objects.select_for_update(of=("self",)).select_related("person", "record").get(pk=consequence.pk)


def _reason(written: str) -> str:
    reason = refuse_unstorable(written.strip(), "reason")
    if not reason:
        raise BadInput(_("Say why; the reason stays on record."), fields={"reason": [_("Say why; the reason stays on record.")]})
    return reason


def _told(held: Consequence) -> dict[str, object]:
    return {"day": held.day.isoformat(), "kind": held.kind, "way": held.way, "amount_fen": held.amount_fen}


def _tell(held: Consequence, at: datetime) -> None:
    with override(held.person.language):
        title = _("Attendance, %(day)s: %(kind)s, %(state)s") % {
            "day": held.day, "kind": held.get_kind_display(), "state": held.get_state_display(),
        }  # fmt: skip
    notify(held.person, title, by=SYSTEM, url=f"/attendance/consequences/{held.pk}/", at=at)
