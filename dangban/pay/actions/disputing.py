"""A line of a payslip is disputed in time and answered in time; what was wrong becomes a correction."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk import actions as desk
from dangban.desk import house
from dangban.handbook.decisions import Decision
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.pay import access, clauses, queries
from dangban.pay.actions import holding
from dangban.pay.actions.correcting import correct
from dangban.pay.actions.opening import keeper
from dangban.pay.models import LineDispute, PayLine
from dangban.pay.words import kind_name
from dangban.people.models import Person


def dispute(line: PayLine, said: str, *, by: Person, at: datetime | None = None) -> LineDispute:
    """The person says that a line of their own is wrong; too late, and it is refused with its clause."""
    at = at or clock.now()
    slip = line.payslip
    if slip.person_id != by.pk or slip.pay_month.state not in access.OUT:
        raise NotAllowed(_("Only the person whose payslip it is disputes it."))
    said = holding.said(said, "said", 500)
    rules = holding.rules_at(slip.pay_month.released_at or at)
    why = rules.because(clauses.DISPUTED_WITHIN, due_at=slip.pay_month.dispute_by)
    if slip.pay_month.dispute_by is not None and at > slip.pay_month.dispute_by:
        raise Refused(_("The time to dispute this payslip is over. Talk to finance; what is wrong can still be corrected."), decision=Decision("pay.dispute", "late", None, (why,)))
    now = holding.rules_at(at)
    answer_why = now.because(clauses.ANSWERED_WITHIN)
    with transaction.atomic():
        try:
            with transaction.atomic():
                made = LineDispute.objects.create(
                    line=line, person=by, said=said, at=at, due_at=at + now[clauses.ANSWERED_WITHIN], because=[why.as_data(), answer_why.as_data()]
                )
        except IntegrityError as error:
            raise Conflict(_("This line is disputed already; the answer is awaited.")) from error
        label = f"{kind_name(line.kind)} · {by.name} {slip.pay_month}"
        record("pay.disputed", subject=by, by=by, change={"month": str(slip.pay_month), "kind": line.kind}, personal={"said": said}, because=[answer_why.as_data()], at=at)
        desk.start_deadline(
            "pay.dispute", made, rule=clauses.ANSWERED_WITHIN.path, allowed_seconds=int(now[clauses.ANSWERED_WITHIN].total_seconds()), by=by,
            because=[answer_why.as_data()], owner=keeper(), label=label, url=queries.slip_address(slip.pk),
            warn_seconds=int(house.warn_before(at).total_seconds()), at=at,
        )  # fmt: skip
    return made


def answer(found: LineDispute, upheld: bool, words: str, *, by: Person, amount_fen: int = 0, at: datetime | None = None) -> LineDispute:
    """Right, with the amount that was missing, or not, with the reason. Never by the person themselves."""
    at = at or clock.now()
    access.must(by, access.MANAGE)
    if by.pk == found.person_id:
        raise NotAllowed(_("Nobody answers their own dispute."))
    words = holding.said(words, "words", 500)
    if upheld and not amount_fen:
        message = _("Say how much was wrong.")
        raise BadInput(message, fields={"amount": [message]})
    with transaction.atomic():
        held = LineDispute.objects.select_for_update(of=("self",)).select_related("line__payslip__pay_month", "person").get(pk=found.pk)
        if held.answered_at is not None:
            raise Conflict(_("This dispute is answered already."))
        slip = held.line.payslip
        if upheld:
            reason = f"{kind_name(held.line.kind)} {held.line.detail}：{words}"[:300]
            held.correction = correct(
                held.person, slip.pay_month.month, amount_fen, reason, by=by, corrects=held.line.ref, because=held.line.because, url=queries.slip_address(slip.pk), at=at
            )
        held.upheld, held.answer, held.answered_by, held.answered_at = upheld, words, by, at
        held.save()
        desk.meet_deadline(held, "pay.dispute", by=by, at=at)
        record("pay.answered", subject=held.person, by=by, change={"month": str(slip.pay_month), "kind": held.line.kind, "upheld": upheld}, personal={"said": words}, at=at)
        with translation.override(held.person.language):
            title = _("Your dispute is answered: %(what)s") % {"what": kind_name(held.line.kind)}
            desk.notify(held.person, title, words, by=by, url=queries.slip_address(slip.pk), at=at)
    return held
