"""Before a return is confirmed: what may be offered so that the goods are kept, what was offered, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils.translation import gettext as _

from dangban.aftersales import access, bell
from dangban.aftersales.actions.moving import locked
from dangban.aftersales.clauses.remedies import RETENTION_OFFERS
from dangban.aftersales.models import Case, RetentionOffer
from dangban.aftersales.settling.proposing import bumped
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.journal.actions import record
from dangban.lib import clock, money, text
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.people.models import Person

Kind, Result = RetentionOffer.Kind, RetentionOffer.Result
# Once goods are on their way back, or money moves, there is nothing left to be kept.
EARLY = ("opened", "evidence", "assessed", "approval", "refused", "returning")


@dataclass(frozen=True, slots=True)
class May:
    """What the handbook lets be offered for a case, and up to which amount."""

    kinds: tuple[str, ...]
    most_fen: int
    because: tuple[Because, ...]


def may_offer(case: Case, rulebook: Rules) -> May:
    """Nothing where the handbook says nothing of the reason, or it is too late."""
    if case.state not in EARLY or case.kind not in (Case.Kind.RETURN, Case.Kind.REFUND, Case.Kind.EXCHANGE) or not rulebook.has(RETENTION_OFFERS):
        return May((), 0, ())
    row = next((row for row in rulebook[RETENTION_OFFERS] if row.about == case.reason), None)
    if row is None:
        return May((), 0, ())
    paid = sum(case.lines.values_list("paid_fen", flat=True))
    limits = [row.share.of(paid) if row.share is not None else None, row.most]
    said = [limit for limit in limits if limit is not None]
    return May(tuple(row.offers), min(said) if said else 0, (rulebook.because(RETENTION_OFFERS, paid=f"{paid / 100:.2f}"),))


def offer(case: Case, kind: str, *, by: Person, amount_fen: int = 0, note: str = "", at: datetime | None = None, seen: int | None = None) -> RetentionOffer:
    """Write down what was offered. Refused where the handbook does not offer it here, or not so much."""
    at = at or clock.now()
    access.require(by, "aftersales.handle", case.shop_id)
    note = text.refuse_unstorable(" ".join(note.split()), "note")[:200]
    with transaction.atomic():
        held = locked(case.pk, seen)
        may = may_offer(held, in_force(at))
        if kind not in may.kinds:
            raise Refused(_("The handbook does not offer this here."), code="not-offered")
        costs = kind in (Kind.COMPENSATE, Kind.COUPON)
        if costs and not 0 < amount_fen <= may.most_fen:
            message = _("At most %(most)s may be offered here.") % {"most": money.show(may.most_fen)}
            raise BadInput(message, fields={"amount": [message]})
        if RetentionOffer.objects.filter(case=held, kind=kind, result=Result.OPEN).exists():
            raise Conflict(_("This was offered already and waits for an answer."))
        made = RetentionOffer.objects.create(
            case=held, shop_id=held.shop_id, kind=kind, amount_fen=amount_fen if costs else 0, note=note,
            because=[one.as_data() for one in may.because], by=by, at=at,
        )  # fmt: skip
        change = {"offer": str(made.get_kind_display()), "amount_fen": made.amount_fen}
        record("aftersales.offered", subject=held, by=by, shop=held.shop_id, change=change, because=made.because, at=at)
        bell.case_changed(bumped(held))
    return made


def answer(made: RetentionOffer, kept: bool, *, by: Person, at: datetime | None = None) -> RetentionOffer:
    """The customer keeps the goods with this, or still wants to return them. Said once."""
    at = at or clock.now()
    access.require(by, "aftersales.handle", made.shop_id)
    with transaction.atomic():
        held = locked(made.case_id)
        row = RetentionOffer.objects.select_for_update().get(pk=made.pk)
        wanted = Result.KEPT if kept else Result.DECLINED
        if row.result == wanted:
            return row
        if row.result != Result.OPEN:
            raise Conflict(_("The answer to this offer is known already."))
        row.result, row.answered_at = wanted, at
        row.save(update_fields=["result", "answered_at"])
        change = {"offer": str(row.get_kind_display()), "outcome": str(row.get_result_display())}
        record("aftersales.offer_answered", subject=held, by=by, shop=held.shop_id, change=change, at=at)
        bell.case_changed(bumped(held))
    return row


# ---- Report --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Saved:
    """How many offers were made, how many orders were answered about, and how many of them were saved."""

    name: str
    offers: int
    answered: int
    kept: int
    kept_fen: int

    @property
    def rate(self) -> float | None:
        return self.kept / self.answered if self.answered else None


_SUMS: dict[str, Any] = {
    "n": Count("pk"),
    # Of cases: however many offers it took, an order is saved or lost once.
    "answered": Count("case", filter=~Q(result=Result.OPEN), distinct=True),
    "kept": Count("case", filter=Q(result=Result.KEPT), distinct=True),
    "fen": Sum("amount_fen", filter=Q(result=Result.KEPT), default=0),
}


def saved(person: Person, since: date, until: date) -> tuple[list[Saved], list[Saved]]:
    """By agent and by offer, for offers made on these days, both included."""
    made = RetentionOffer.objects.filter(
        access.where(person), at__gte=clock.day_span(since)[0], at__lt=clock.day_span(until)[1]
    ).order_by()
    return _split(made, "by", "by__name"), [
        Saved(str(Kind(one.name).label), one.offers, one.answered, one.kept, one.kept_fen) for one in _split(made, "kind", "kind")
    ]


def _split(made: Any, key: str, name: str) -> list[Saved]:
    rows = made.values_list(*dict.fromkeys((key, name))).annotate(**_SUMS)
    found = [Saved(*row[-5:]) for row in rows]
    return sorted(found, key=lambda one: (-one.kept, -one.offers, one.name))
