"""The note: what the dealer gets and pays, who bears what is lost; entered against where it was wrong; and the end of it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.dealers import access, facts, holding, queries, rules
from dangban.dealers.models import DealerReturn, Fee, Note, Share
from dangban.handbook.actions import keep
from dangban.handbook.decisions import Decision
from dangban.lib.errors import BadInput, Conflict
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person
from dangban.stock import actions as stock

State = DealerReturn.State
MOST_FEN = 10**9


def settle(
    made: DealerReturn, costs: rules.Costs, *, by: Person, words: str = "", seen: int | None = None, at: datetime | None = None
) -> Note:
    """Write the note: credit, fees by rule, and the loss split among departments to the cent."""
    access.require(by, made.shop_id, access.SETTLE)
    at, words = holding.when(at), refuse_unstorable(words.strip(), "words")[:300]
    if not (0 <= costs.dispatch_fen <= MOST_FEN and 0 <= costs.packing_fen <= MOST_FEN):
        raise BadInput(_("Costs are zero or more."), fields={"dispatch": [_("Zero or more.")]})
    with transaction.atomic():
        held = holding.locked(made, State.SETTLING, seen=seen)
        rulebook = facts.rules_for_settling(held, at)
        bill = facts.bill(held, costs, rulebook)
        note = Note.objects.create(
            made=held, turn=held.notes.filter(against=None).count() + 1, credit_fen=bill.credit_fen, fees_fen=bill.fees_fen, net_fen=bill.net_fen, borne_fen=bill.borne_fen,
            dispatch_fen=costs.dispatch_fen, packing_fen=costs.packing_fen, words=words, by=by, at=at,
        )  # fmt: skip
        Fee.objects.bulk_create(Fee(note=note, kind=fee.kind, amount_fen=fee.amount_fen, because=[fee.because.as_data()]) for fee in bill.fees)
        Share.objects.bulk_create(
            Share(note=note, cause=cause, department=rules.department(cause, rulebook), amount_fen=amount) for cause, amount in bill.shares
        )
        because = tuple(fee.because for fee in bill.fees)
        if because:
            keep(Decision("dealers.fees", "charged", bill.fees_fen, because), subject=held, by=by, shop=held.shop_id, at=at)
        held.settled_at = at
        holding.go(held, "settle", State.SETTLED, by=by, at=at, words=words, credit_fen=bill.credit_fen, fees_fen=bill.fees_fen, borne_fen=bill.borne_fen)
    return note


def enter_against(made: DealerReturn, why: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> Note:
    """The note was wrong: the same amounts the other way round, in the month in which it is found out. It is settled anew."""
    access.require(by, made.shop_id, access.SETTLE)
    at, why = holding.when(at), holding.said(why, "why", 300)
    with transaction.atomic():
        held = holding.locked(made, State.SETTLED, State.CLOSED, seen=seen)
        wrong = held.note
        if wrong is None:
            raise Conflict(_("There is no settlement note to be entered against."))
        note = Note.objects.create(
            made=held, turn=wrong.turn, against=wrong, credit_fen=-wrong.credit_fen, fees_fen=-wrong.fees_fen, net_fen=-wrong.net_fen,
            borne_fen=-wrong.borne_fen, dispatch_fen=-wrong.dispatch_fen, packing_fen=-wrong.packing_fen, words=why, by=by, at=at,
        )  # fmt: skip
        Fee.objects.bulk_create(Fee(note=note, kind=fee.kind, amount_fen=-fee.amount_fen, because=fee.because) for fee in wrong.fees.all())
        Share.objects.bulk_create(
            Share(note=note, cause=share.cause, department=share.department, amount_fen=-share.amount_fen) for share in wrong.shares.all()
        )
        held.settled_at = held.closed_at = None
        amounts = {"credit_fen": note.credit_fen, "fees_fen": note.fees_fen, "borne_fen": note.borne_fen}
        holding.go(held, "against", State.SETTLING, by=by, at=at, words=why, **amounts)
    return note


def close(
    made: DealerReturn, words: str, *, by: Person, courier: str = "", number: str = "", seen: int | None = None, at: datetime | None = None
) -> DealerReturn:
    """The dealer knows the note; goods that were repaired are on their way back to them."""
    access.require(by, made.shop_id, access.APPLY)
    at, words = holding.when(at), holding.said(words, "words")
    with transaction.atomic():
        held = holding.locked(made, State.SETTLED, seen=seen, goods=True)
        if held.judged == DealerReturn.Judged.REPAIR and not held.back_number:
            held.back_courier, held.back_number = holding.said(courier, "courier", 40), holding.said(number, "number", 60)
            _send_back(held, at=at, by=by)
        held.closed_at = at
        holding.go(held, "close", State.CLOSED, by=by, at=at, words=words, number=held.back_number)
    return held


def _send_back(held: DealerReturn, *, by: Person, at: datetime) -> None:
    pieces = queries.repaired(held)
    for line in held.lines.select_related("sku").order_by("position"):
        if pieces.get(line.pk):
            stock.take_out(
                line.sku, pieces[line.pk], by=by.actor, key=f"dealer:{held.pk}:back:{line.position}",
                subject=(holding.SUBJECT, held.pk), reference=held.title, reason=held.back_number, at=at,
            )  # fmt: skip
