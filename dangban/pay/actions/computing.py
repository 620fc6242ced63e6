"""Working a month out: asked for by somebody, done beside the server, the same again changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import Conflict, Said
from dangban.pay import access
from dangban.pay.actions import holding
from dangban.pay.actions.holding import State
from dangban.pay.gathering import people_of
from dangban.pay.models import Computation, PayLine, PayMonth, Payslip
from dangban.pay.month import Worked, compute
from dangban.pay.rules import Line
from dangban.people.models import Person

AT_ONCE = 100
# Without a sign of life for so long, whoever worked it out is gone.
SILENT_AFTER = timedelta(minutes=3)
WORKABLE = (State.OPEN, State.COMPUTED)


def ask(month: PayMonth, *, by: Person, at: datetime | None = None) -> Computation:
    """Have the month worked out (again); one at a time. Refused once somebody has checked it."""
    at = at or clock.now()
    access.must(by, access.MANAGE)
    with transaction.atomic():
        held = holding.locked(month, *WORKABLE)
        running = Computation.objects.filter(pay_month=held, finished_at=None).first()
        if running is not None:
            return running
        try:
            with transaction.atomic():
                return Computation.objects.create(pay_month=held, asked_by=by, asked_at=at)
        except IntegrityError as error:
            raise Conflict(_("The month is being worked out this moment.")) from error


def take_up(at: datetime | None = None) -> Computation | None:
    """Work out the month that waits longest, if one does. Several servers may ask: one gets it."""
    now = at or clock.now()
    waiting = Computation.objects.filter(finished_at=None).filter(Q(started_at=None) | Q(seen_at__lt=now - SILENT_AFTER)).order_by("pk").first()
    if waiting is None:
        return None
    mine = Computation.objects.filter(pk=waiting.pk, finished_at=None, seen_at=waiting.seen_at)
    if not mine.update(started_at=now, seen_at=now):
        return None
    waiting.refresh_from_db()
    try:
        _work(waiting, at)
    except TakenOver:
        return None
    except Said as said:
        _end(waiting, at or clock.now(), failed=str(said.message))
    except Exception:
        _end(waiting, at or clock.now(), failed=_("It could not be worked out. Whoever keeps the server finds the reason in its log."))
        raise
    return waiting


class TakenOver(Exception):
    """This server was silent too long, and another one works the month out: its word holds."""


def _alive(run: Computation, at: datetime) -> None:
    """A sign of life, as long as the work is still this server's; call it inside the transaction of what was done."""
    mine = Computation.objects.filter(pk=run.pk, started_at=run.started_at, finished_at=None)
    run.seen_at = at
    if not mine.update(done=run.done, total=run.total, changed=run.changed, seen_at=at):
        raise TakenOver


def _work(run: Computation, given_at: datetime | None) -> None:
    month = run.pay_month.month
    people = list(people_of(month))
    run.total, run.done, run.changed = len(people), 0, 0
    worked = compute(month, people)
    for start in range(0, len(people), AT_ONCE):
        part, at = [worked[person.pk] for person in people[start : start + AT_ONCE]], given_at or clock.now()
        with transaction.atomic():
            held = holding.locked(run.pay_month_id, *WORKABLE)
            run.changed += write(held, part, at=at)
            run.done = min(run.total, start + AT_ONCE)
            _alive(run, at)
    at = given_at or clock.now()
    with transaction.atomic():
        held = holding.locked(run.pay_month_id, *WORKABLE)
        gone = Payslip.objects.filter(pay_month=held).exclude(person__in=[person.pk for person in people])
        run.changed += gone.count()
        PayLine.objects.filter(payslip__in=gone).delete()
        gone.delete()
        held.state, held.computed_at = State.COMPUTED, at
        holding.store(held, "computed", by=run.asked_by, at=at, people=run.total, changed=run.changed)
        _alive(run, at)
        _end(run, at)


def _end(run: Computation, at: datetime, failed: str = "") -> None:
    run.finished_at, run.failed = at, failed[:300]
    mine = Computation.objects.filter(pk=run.pk, started_at=run.started_at, finished_at=None)
    mine.update(finished_at=at, failed=run.failed, changed=run.changed, done=run.done, total=run.total)


def write(held: PayMonth, worked: Sequence[Worked], *, at: datetime) -> int:
    """Keep payslips as they are now; returns how many differ from what stood. What is the same is not touched."""
    before = {one.person_id: one for one in Payslip.objects.filter(pay_month=held, person__in=[w.slip.person_id for w in worked]).prefetch_related("lines")}
    fresh = [_row(held, one, at) for one in worked]
    changed = [(row, one, before.get(row.person_id)) for row, one in zip(fresh, worked, strict=True) if _differs(before.get(row.person_id), row, one)]
    old = [was.pk for _new, _one, was in changed if was is not None]
    PayLine.objects.filter(payslip__in=old).delete()
    for row, one, was in changed:
        if was is not None:
            row.pk, row.changes = was.pk, differences(list(was.lines.all()), one.slip.lines)
    Payslip.objects.bulk_create([row for row, _one, was in changed if was is None])
    Payslip.objects.bulk_update([row for row, _one, was in changed if was is not None], _FIELDS)
    PayLine.objects.bulk_create([line for row, one, _was in changed for line in lines_of(row, one.slip.lines)])
    return len(changed)


_FIELDS = (
    "wage_fen", "net_fen", "taxable_fen", "tax_fen", "insurance_fen", "insurance_company_fen", "special_fen", "sales_fen", "later",
    "missing", "warnings", "changes", "computed_at",
)  # fmt: skip
_COMPARED = tuple(name for name in _FIELDS if name not in ("changes", "computed_at"))


def _row(held: PayMonth, worked: Worked, at: datetime) -> Payslip:
    made, facts = worked.slip, worked.gathered.facts
    return Payslip(
        pay_month=held, person_id=made.person_id, wage_fen=made.wage_fen, net_fen=made.net_fen, taxable_fen=made.taxable_fen,
        tax_fen=-made.total("tax"), insurance_fen=facts.insurance_fen if made.lines else 0, insurance_company_fen=made.insurance_company_fen,
        special_fen=made.special_fen, sales_fen=made.sales_fen, later=dict(worked.gathered.later), missing=[list(one) for one in worked.gathered.missing],
        warnings=[{"code": one.code, "source": one.source, "figures": one.figures} for one in made.warnings], computed_at=at,
    )  # fmt: skip


def lines_of(row: Payslip, lines: Sequence[Line]) -> list[PayLine]:
    return [
        PayLine(
            payslip=row, position=place, kind=line.kind, group=line.group, amount_fen=line.amount_fen, ref=line.ref, detail=line.detail[:200],
            quantity=line.quantity, rate=line.rate, url=line.url[:200], because=[_plain(one) for one in line.because], asked_fen=line.asked_fen,
            carried_fen=line.carried_fen, limit=line.limit,
        )
        for place, line in enumerate(lines)
    ]  # fmt: skip


def _plain(reason: Any) -> Any:
    return reason if isinstance(reason, dict) else reason.as_data()


def _differs(was: Payslip | None, row: Payslip, worked: Worked) -> bool:
    if was is None:
        return True
    if any(getattr(was, name) != getattr(row, name) for name in _COMPARED):
        return True
    kept = [_said(line) for line in was.lines.all()]
    return kept != [_said(line) for line in lines_of(row, worked.slip.lines)]


def _said(line: PayLine) -> tuple[Any, ...]:
    return (line.kind, line.amount_fen, line.ref, line.detail, line.quantity, line.rate, line.because, line.carried_fen, line.limit, line.asked_fen)


def differences(before: Sequence[PayLine], after: Sequence[Line]) -> list[dict[str, Any]]:
    """Line by line, found by their source: what came, went, or has another amount."""
    old, new = {line.ref: line for line in before}, {line.ref: line for line in after}
    found = []
    for ref in dict.fromkeys([*old, *new]):
        was, now = old.get(ref), new.get(ref)
        amounts = (was.amount_fen if was else None, now.amount_fen if now else None)
        if amounts[0] != amounts[1] and any(amounts):
            one = now or was
            assert one is not None
            found.append({"ref": ref, "kind": one.kind, "detail": one.detail, "before": amounts[0], "after": amounts[1]})
    return found


def journal_look(slip: Payslip, *, by: Person, at: datetime) -> None:
    """Looking at what somebody earns is noted, one's own too."""
    with transaction.atomic():
        record("pay.looked", subject=slip.person, by=by, change={"month": str(slip.pay_month)}, at=at)
