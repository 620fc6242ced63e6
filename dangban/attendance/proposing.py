"""What a judged shift brings is proposed as rows; judged anew, they follow. Closed months are corrected in the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from dangban.attendance import clauses
from dangban.attendance.models import Consequence, Dispute, PunchRepair, ShiftRecord
from dangban.attendance.queries import STANDING, beyond_the_year, is_closed, open_month
from dangban.attendance.rules.following import Follows, of_absence, of_departure, of_minutes
from dangban.attendance.rules.judging import Judged
from dangban.desk.actions import cancel_deadlines, notify
from dangban.handbook.current import in_force_so_far
from dangban.handbook.rulebook import Rules
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.days import last_of_month
from dangban.people.models import Person

State = Consequence.State
Kind = Consequence.Kind
FIGURES = (
    "way", "minutes", "stated_fen", "amount_fen", "packets", "absence_days", "stated_days", "days_pay", "notice", "dismissal",
)  # fmt: skip


def propose(held: ShiftRecord, judged: Judged, rules: Rules, *, at: datetime) -> None:
    """Let the rows of this shift say what follows from it now. Call it in the transaction of the judgement."""
    late = 0 if judged.excused else judged.late_minutes
    wanted = {
        Kind.LATENESS: of_minutes(Kind.LATENESS, late, rules),
        Kind.EARLY: of_minutes(Kind.EARLY, judged.early_minutes, rules),
        Kind.MISSED: of_departure(rules, _nth(held)) if judged.priced_departure else None,
    }
    for kind, follows in wanted.items():
        standing = Consequence.objects.filter(record=held, kind=kind, corrects=None).exclude(state=State.WITHDRAWN).first()
        _settle(standing, follows, held.person, held.day, at, record=held, judged=held.because)
    propose_absence(held.person, held.month, at=at)


def propose_absence(person: Person, month: date, *, at: datetime) -> None:
    """The ladder goes by all of a month: one row for it, on the rung that was reached, by the rules of the day on which it was."""
    on_leave = beyond_the_year(person.pk, month)
    beyond = sum(on_leave.values(), Decimal(0))
    days = absence_so_far(person.pk, month) + beyond
    rows = Consequence.objects.filter(person=person, kind=Kind.ABSENCE, corrects=None, day__gte=month, day__lte=last_of_month(month))
    standing = rows.exclude(state=State.WITHDRAWN).first()
    day = _last_absent(person.pk, month, on_leave) or (standing.day if standing else month)
    rules = in_force_so_far(clock.day_span(day)[0])
    if rules.has(clauses.ABSENCE):
        _settle(standing, of_absence(days, month, rules, on_leave=beyond), person, day, at)


def absence_so_far(person_id: int, month: date) -> Decimal:
    """Whole shifts without a punch, and lateness that counts as absence and was not withdrawn."""
    span = {"day__gte": month, "day__lte": last_of_month(month)}
    missed = ShiftRecord.objects.filter(person_id=person_id, **span).aggregate(days=Sum("absence_days"))["days"]
    rows = Consequence.objects.filter(person_id=person_id, kind__in=(Kind.LATENESS, Kind.EARLY), state__in=STANDING, **span)
    late = rows.aggregate(days=Sum("absence_days"))["days"]
    return (missed or Decimal(0)) + (late or Decimal(0))


def withdraw(standing: Consequence, because: str, at: datetime) -> None:
    """It no longer follows; what was settled already is given back in the next open month."""
    # Packets that are still to be sent were never on a payslip.
    if is_closed(standing.month) and (standing.way != Consequence.Way.PACKETS or standing.sent_at is not None):
        _correct(standing, None, standing.person, at)
        return
    Consequence.objects.filter(pk=standing.pk).update(
        state=State.WITHDRAWN, settled_at=at, withdrawn_because=because[:300], due_at=None
    )
    _end_dispute(standing, at)


def _end_dispute(standing: Consequence, at: datetime) -> None:
    """Nobody has to answer any more; who disputed it is told, and may dispute what follows instead."""
    for made in Dispute.objects.select_for_update().filter(consequence=standing, answered_at=None):
        with override(standing.person.language):
            words = _("The shift was judged anew, and this no longer follows. What follows now may be disputed again.")
            title = _("Your dispute of %(day)s is settled") % {"day": standing.day}
        made.outcome, made.answer, made.answered_at = Dispute.Outcome.WITHDRAWN, words, at
        made.save(update_fields=["outcome", "answer", "answered_at"])
        cancel_deadlines(made, by=SYSTEM, kinds=(Dispute.DEADLINE,), reason=words, at=at)
        notify(standing.person, title, words, by=SYSTEM, url=reverse("attendance:consequence", args=[standing.pk]), at=at)


def _nth(held: ShiftRecord) -> int:
    repairs = PunchRepair.objects.filter(record=held, side=PunchRepair.Side.DEPARTURE, state=PunchRepair.State.GRANTED)
    return repairs.values_list("nth", flat=True).first() or 0


def _last_absent(person_id: int, month: date, on_leave: Iterable[date]) -> date | None:
    span = {"day__gte": month, "day__lte": last_of_month(month)}
    missed = ShiftRecord.objects.filter(person_id=person_id, absence_days__gt=0, **span)
    late = Consequence.objects.filter(person_id=person_id, absence_days__gt=0, state__in=STANDING, **span).exclude(kind=Kind.ABSENCE)
    days = [*missed.values_list("day", flat=True), *late.values_list("day", flat=True), *on_leave]
    return max(days, default=None)


def _settle(
    standing: Consequence | None, follows: Follows | None, person: Person, day: date, at: datetime, **of: Any
) -> None:
    if standing is None:
        if follows is not None:
            _create(follows, person, day, at, **of)
        return
    wanted = _values(follows) if follows else None
    if wanted is not None and wanted == {name: getattr(standing, name) for name in FIGURES} | _doubled(standing, wanted):
        return
    if is_closed(standing.month):
        _correct(standing, follows, person, at)
    elif follows is not None and standing.state == State.PROPOSED:
        Consequence.objects.filter(pk=standing.pk).update(
            **_values(follows), day=day, because=[one.as_data() for one in follows.because]
        )
    else:
        withdraw(standing, "", at)
        if follows is not None:
            _create(follows, person, day, at, **of)


def _doubled(standing: Consequence, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """A packet that doubled is still the one it was."""
    doubled = standing.doubled_at is not None and standing.amount_fen == 2 * wanted["amount_fen"]
    return {"amount_fen": wanted["amount_fen"]} if doubled else {}


def _create(follows: Follows, person: Person, day: date, at: datetime, **of: Any) -> Consequence:
    held: ShiftRecord | None = of.get("record")
    because = [one.as_data() for one in follows.because]
    made = Consequence.objects.create(
        person=person, record=held, month=open_month(day), day=day, kind=follows.kind, proposed_at=at,
        because=[*of.get("judged", ()), *because], **_values(follows),
    )  # fmt: skip
    change = {"day": day.isoformat(), "kind": follows.kind, "way": follows.way, "amount_fen": follows.amount_fen}
    record("attendance.proposed", subject=person, by=SYSTEM, change=change, because=because, at=at)
    return made


def _correct(standing: Consequence, follows: Follows | None, person: Person, at: datetime) -> None:
    """The month is closed: the difference to what stands, corrections and all, counts in the next open one."""
    stands = Consequence.objects.filter(corrects=standing).exclude(state=State.WITHDRAWN)
    so_far = stands.aggregate(fen=Sum("amount_fen"), days=Sum("days_pay"))
    fen = (follows.amount_fen if follows else 0) - standing.amount_fen - (so_far["fen"] or 0)
    days = (follows.days_pay if follows else Decimal(0)) - standing.days_pay - (so_far["days"] or Decimal(0))
    if not fen and not days:
        return
    made = Consequence.objects.create(
        person=person, record=standing.record, month=open_month(standing.month), day=standing.day, kind=standing.kind,
        way=standing.way, minutes=follows.minutes if follows else 0, amount_fen=fen, days_pay=days, proposed_at=at,
        because=[one.as_data() for one in follows.because] if follows else standing.because, corrects=standing,
    )  # fmt: skip
    change = {"day": standing.day.isoformat(), "kind": standing.kind, "amount_fen": fen, "month": made.month.isoformat()}
    record("attendance.corrected", subject=person, by=SYSTEM, change=change, at=at)


def _values(follows: Follows) -> dict[str, Any]:
    return {name: getattr(follows, name) for name in FIGURES}
