"""What was wrong in a month that is out stands in the next one that is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from dangban.journal.actions import record
from dangban.lib import clock, days
from dangban.lib.errors import BadInput, Conflict, NotAllowed
from dangban.pay import access
from dangban.pay.actions import holding
from dangban.pay.actions.computing import differences
from dangban.pay.gathering import people_of, rules_of
from dangban.pay.models import Correction, PayLine, PayMonth, Payslip
from dangban.pay.month import Worked, compute
from dangban.pay.rules import Line, Slip
from dangban.pay.rules import slip as work_out
from dangban.pay.selling import given_back, takes_back
from dangban.pay.words import kind_name
from dangban.people.models import Person

# What is reckoned anew by itself: the tax by the year so far, deductions by what each month can bear.
REVIEWED = ("earned", "unpaid")
MOST_FEN = 10_000_000
# The same entered twice in so short a time is one entry of an impatient hand.
SAME = timedelta(seconds=60)


def correct(
    person: Person, concerns: date, amount_fen: int, reason: str, *, by: Person, corrects: str = "", because: Sequence[Any] = (), url: str = "",
    at: datetime | None = None,
) -> Correction:  # fmt: skip
    """An amount that was paid too little (above zero) or too much in an earlier month. Nobody corrects their own."""
    at = at or clock.now()
    access.must(by, access.MANAGE)
    if by.pk == person.pk:
        raise NotAllowed(_("Nobody corrects their own wages. Ask a colleague of finance, or the manager."))
    reason = holding.said(reason, "reason", 300)
    if not amount_fen or abs(amount_fen) > MOST_FEN:
        message = _("An amount other than zero, up to 100,000.")
        raise BadInput(message, fields={"amount": [message]})
    concerns = days.month_of(concerns)
    with transaction.atomic():
        # Held until the end: a review of the same month counts what is entered here, or comes after it.
        out = PayMonth.objects.select_for_update(no_key=True).filter(month=concerns, state__in=access.OUT)
        if not list(out.values_list("pk", flat=True)):
            message = _("A month that is out. One that is still open is worked out again instead.")
            raise BadInput(message, fields={"concerns": [message]})
        same = Correction.objects.filter(person=person, concerns=concerns, amount_fen=amount_fen, reason=reason, by=by, withdrawn_at=None)
        just_now = same.filter(corrects="", dispute=None, at__gt=at - SAME).first() if not corrects else None
        if just_now is not None:
            return just_now
        made = Correction.objects.create(
            person=person, concerns=concerns, amount_fen=amount_fen, reason=reason, corrects=corrects, because=list(because), url=url, by=by, at=at
        )
        said = {"amount_fen": amount_fen, "reason": reason}
        record("pay.corrected", subject=person, by=by, change={"month": f"{concerns:%Y-%m}"}, personal=said, because=list(because), at=at)
    return made


def withdraw(correction: Correction, *, by: Person, at: datetime | None = None) -> Correction:
    """Entered by mistake, and in no payslip that is out."""
    at = at or clock.now()
    access.must(by, access.MANAGE)
    with transaction.atomic():
        line = PayLine.objects.filter(ref=f"correction:{correction.pk}").select_related("payslip").first()
        # The month first, as whoever checks or releases it holds it.
        month = holding.locked(line.payslip.pay_month_id) if line is not None else None
        held = Correction.objects.select_for_update(of=("self",), no_key=True).select_related("person").get(pk=correction.pk)
        if held.withdrawn_at is not None or (month is not None and month.state in access.OUT):
            raise Conflict(_("This correction is paid or withdrawn already."))
        if month is not None and month.state == PayMonth.State.CHECKED:
            raise Conflict(_("It stands in %(month)s, which is checked. Take the check back first.") % {"month": month})
        held.withdrawn_at, held.withdrawn_by = at, by
        held.save(update_fields=["withdrawn_at", "withdrawn_by"])
        record("pay.correction_withdrawn", subject=held.person, by=by, change={"month": f"{held.concerns:%Y-%m}"}, personal={"amount_fen": held.amount_fen, "reason": held.reason}, at=at)
    return held


def review(month: PayMonth, *, by: Person, at: datetime | None = None) -> list[Correction]:
    """Work a month that is out again, by what is known now, and enter what it differs by. The same again finds nothing."""
    at = at or clock.now()
    access.must(by, access.MANAGE)
    people = list(people_of(month.month))
    worked = compute(month.month, people)
    slips = {one.person_id: one for one in Payslip.objects.filter(pay_month=month).prefetch_related("lines")}
    back = given_back(month.month)
    made = []
    with transaction.atomic():
        holding.locked(month, *access.OUT)
        for person in people:
            slip = slips.get(person.pk)
            if slip is None or person.pk == by.pk:
                continue
            before = [line for line in slip.lines.all() if line.group in REVIEWED]
            after = [line for line in _now(worked[person.pk], slip, back.get(person.pk, 0)).lines if line.group in REVIEWED]
            for one in [*differences(before, after), *_made_good(person, month, before, after)]:
                found = _enter(person, month, one, after, by=by, at=at)
                made += [found] if found else []
    return made


def _now(worked: Worked, paid: Payslip, back_fen: int) -> Slip:
    """The payslip by what is known now. Refunds that the handbook takes off later months' sales are not taken twice:
    sales are never less than was paid on, what later months gave back is not paid twice either, and earlier months' refunds are those that were taken then."""
    facts = worked.gathered.facts
    if facts.sales is None or paid.sales_fen is None or not takes_back(rules_of(days.last_of_month(facts.month))):
        return worked.slip
    sales = replace(facts.sales, net_fen=max(facts.sales.net_fen - back_fen, paid.sales_fen), later_fen=sum(paid.later.values()))
    return work_out(replace(facts, sales=sales), rules_of)


def _made_good(person: Person, month: PayMonth, before: Sequence[PayLine], after: Sequence[Line]) -> list[dict[str, Any]]:
    """Lines that stand again as they were paid, or stand nowhere, but have been corrected meanwhile."""
    differing = {one["ref"] for one in differences(before, after)}
    amounts = {line.ref: line.amount_fen for line in before}
    known = Correction.objects.filter(person=person, concerns=month.month, withdrawn_at=None).exclude(corrects="")
    # What somebody granted in answer to a dispute stays granted.
    granted = known.filter(dispute__isnull=False).values("corrects")
    refs = known.exclude(corrects__in=granted).values_list("corrects", flat=True)
    return [
        {"ref": ref, "kind": ref.partition(":")[0], "detail": "", "before": amounts.get(ref), "after": amounts.get(ref)}
        for ref in dict.fromkeys(refs.order_by("pk")) if ref not in differing
    ]  # fmt: skip


def _enter(person: Person, month: PayMonth, found: dict[str, Any], after: Sequence[Any], *, by: Person, at: datetime) -> Correction | None:
    """The difference less what earlier corrections of the same line have made good."""
    so_far = Correction.objects.filter(person=person, corrects=found["ref"], withdrawn_at=None).aggregate(fen=Sum("amount_fen"))["fen"] or 0
    amount = (found["after"] or 0) - (found["before"] or 0) - so_far
    if not amount or found["kind"] in ("correction", "returned"):
        return None
    line = next((one for one in after if one.ref == found["ref"]), None)
    because = [one if isinstance(one, dict) else one.as_data() for one in line.because] if line is not None else []
    reason = f"{kind_name(found['kind'])} {found['detail']}".strip()
    return correct(person, month.month, amount, reason, by=by, corrects=found["ref"], because=because, url=line.url if line else "", at=at)
