"""A dealer who can't wait: the replacement leaves first, with proof and the head's consent only."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.dealers import access, holding, rules
from dangban.dealers.models import Advance, DealerReturn
from dangban.desk import actions as desk
from dangban.desk.models import Approval
from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock
from dangban.lib.actor import Actor
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.people.models import Person
from dangban.stock import actions as stock

State = DealerReturn.State
KIND = "dealers.advance"
# Judged already, and not here yet.
BEFORE_IT_COMES = (State.SIGNING, State.APPROVED, State.TOLD, State.ON_WAY)


def ask(
    made: DealerReturn, way: str, words: str, said_on: date, *, by: Person, seen: int | None = None, at: datetime | None = None
) -> Advance:
    """Ask the head to let a replacement leave before the return comes; on which words of the dealer."""
    access.require(by, made.shop_id, access.APPLY)
    at, words = holding.when(at), holding.said(words, "words")
    if not date(2000, 1, 1) <= said_on <= clock.business_day(at):
        raise BadInput(_("The dealer asked today or before."), fields={"said_on": [_("The dealer asked today or before.")]})
    with transaction.atomic():
        held = holding.locked(made, *BEFORE_IT_COMES, seen=seen)
        decision = rules.advance(way, in_force(at))
        if way not in Advance.Way.values or decision.outcome == "refused":
            raise Refused(_("A replacement beforehand takes a written request or the record of a call."), decision=decision, code="no-proof")
        if held.judged != DealerReturn.Judged.RETURN:
            raise Refused(_("What is repaired is not replaced as well."), code="repair")
        if held.advances.exclude(state=Advance.State.REFUSED).exists():
            raise Conflict(_("A replacement has been asked for already."))
        advance = Advance.objects.create(made=held, way=way, words=words, said_on=said_on, asked_by=by, asked_at=at)
        with translation.override(settings.LANGUAGE_CODE):
            title = _("Replacement before the return %(number)s: %(dealer)s") % {"number": held.title, "dealer": held.dealer.name}
            told = {_("Proof"): f"{advance.get_way_display()} {said_on.isoformat()}", pgettext("dealers", "Words"): words}
        advance.approval = desk.ask_approval(
            KIND, advance, title=title, by=by, shop=held.shop, facts=told, because=[reason.as_data() for reason in decision.because], at=at
        )
        advance.save(update_fields=["approval"])
        if decision.because:
            keep(decision, subject=held, by=by, shop=held.shop_id, at=at)
        holding.note(held, "advance_asked", by=by, at=at, words=words)
    return advance


def settled(approval: Approval, by: Actor, at: datetime) -> None:
    advance = Advance.objects.get(pk=approval.subject_id)
    held = holding.locked(advance.made_id)
    if not held.is_open and approval.granted:
        raise Conflict(_("This is over already: %(state)s.") % {"state": held.get_state_display()})
    advance.state = Advance.State.GRANTED if approval.granted else Advance.State.REFUSED
    advance.answer = approval.answer
    advance.save(update_fields=["state", "answer"])
    holding.note(held, "advance_granted" if approval.granted else "advance_refused", by=by, at=at, words=approval.answer)


def call_off(held: DealerReturn, why: str, *, by: Person, at: datetime) -> None:
    """The goods do not come after all: nobody is to consent to a replacement any more. Its approval is held by the caller.

    Refused once the replacement has left.
    """
    if held.advances.filter(state=Advance.State.SENT).exists():
        raise Refused(_("The replacement has left already; the goods have to come back."), code="advance")
    for advance in held.advances.filter(state__in=(Advance.State.ASKED, Advance.State.GRANTED)).select_related("approval"):
        if advance.state == Advance.State.ASKED and advance.approval is not None:
            desk.withdraw_approval(advance.approval, why, by=by, at=at)
        advance.state, advance.answer = Advance.State.REFUSED, why[:300]
        advance.save(update_fields=["state", "answer"])


def send(
    advance: Advance, courier: str, number: str, *, by: Person, seen: int | None = None, at: datetime | None = None
) -> Advance:
    """The replacement leaves the warehouse: as many pieces of each kind as are to come back."""
    made = advance.made
    access.require(by, made.shop_id, access.RECEIVE)
    at = holding.when(at)
    courier, number = holding.said(courier, "courier", 40), holding.said(number, "number", 60)
    with transaction.atomic():
        held = holding.locked(made, seen=seen, goods=True)
        if not held.is_open:
            raise Conflict(_("This is over already: %(state)s.") % {"state": held.get_state_display()})
        found = Advance.objects.get(pk=advance.pk)
        if found.state != Advance.State.GRANTED:
            raise Conflict(_("This replacement is not there any more: %(state)s.") % {"state": found.get_state_display()})
        if held.judged != DealerReturn.Judged.RETURN:
            raise Conflict(_("This return is judged anew. Nothing is replaced until it may come."))
        if held.note is not None:
            raise Refused(_("This return is settled in money already."), code="settled")
        for line in held.lines.select_related("sku").order_by("position"):
            stock.take_out(
                line.sku, line.quantity, by=by.actor, key=f"dealer:{held.pk}:advance:{line.position}",
                subject=(holding.SUBJECT, held.pk), reference=held.title, reason=number, at=at,
            )  # fmt: skip
        found.state, found.courier, found.number, found.sent_by, found.sent_at = Advance.State.SENT, courier, number, by, at
        found.save()
        holding.note(held, "advance_sent", by=by, at=at, number=number)
    return found
