"""The inspector looks at every piece (复检): condition, claim, who is responsible, and what becomes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dangban.aftersales.actions import moving
from dangban.aftersales.clauses.parcels import KEEPER_COUNTS_FIRST
from dangban.aftersales.inbound import counting, disposing, holding
from dangban.aftersales.inbound.holding import State
from dangban.aftersales.models import Case, Finding, InboundParcel, ParcelItem
from dangban.aftersales.registers import claims
from dangban.aftersales.rules import inspecting as rules
from dangban.aftersales.rules.inspecting import Found
from dangban.aftersales.rules.settling import damage_back
from dangban.aftersales.settling import knowing
from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person
from dangban.stock import ledger

_OPEN = (State.EXPECTED, State.SHELF, State.ARRIVED, State.COUNTED)
_MOST_FEN = 10**9


def inspect(
    parcel: InboundParcel, findings: Sequence[Found], *, by: Person, seen: int | None = None, at: datetime | None = None
) -> InboundParcel:
    """Write down what was found, move the goods accordingly, and bring on the cases that are wholly inspected.

    Every counted piece is accounted for once; what is missing may be said up to what was announced. BadInput
    names the items that are not. Nothing is paid by it. The same findings sent twice are a Conflict.
    """
    at = at or clock.now()
    with transaction.atomic():
        parcel, cases = holding.held(parcel.pk)
        holding.require(by, "aftersales.inspect", parcel, cases)
        if parcel.state == State.INSPECTED:
            raise Conflict(_("This parcel has been inspected already."))
        if parcel.state != State.COUNTED and not (parcel.state == State.ARRIVED and at_once(parcel, at)):
            raise Conflict(_("The keeper counts a parcel before it is inspected."))
        if seen is not None and parcel.version != seen:
            raise Conflict(_("Somebody has worked on this parcel meanwhile. Look at it as it is now."))
        if parcel.state == State.ARRIVED:
            parcel = counting.count_for(parcel, cases, _seen_pieces(parcel, findings), by=by, at=at)
        items = {item.pk: item for item in parcel.items.select_related("sku__product", "batch", "zone__warehouse", "line__case__shop")}
        _check(items, findings)
        ledger.lock(*{item.sku_id for item in items.values() if item.sku_id})
        made = [_write(items[one.item], one, by, at) for one in findings]
        parcel.state, parcel.inspected_at, parcel.inspected_by = State.INSPECTED, at, by
        holding.store(parcel)
        counts = Counter({f"{one.condition}/{one.disposal}": 0 for one in made})
        for one in made:
            counts[f"{one.condition}/{one.disposal}"] += one.quantity
        holding.journal("parcel_inspected", parcel, by=by, at=at, findings=dict(counts))
        for finding in made:
            disposing.dispose(finding, by=by, at=at)
        for case in cases:
            _claim_damage(case, parcel, made, at)
            _bring_on(case, parcel, by, at)
    return parcel


def _claim_damage(case: Case, parcel: InboundParcel, made: Sequence[Finding], at: datetime) -> None:
    """What the courier damaged on its way back is claimed on it, where the handbook does not leave it with the buyer."""
    lost = sum(
        one.loss_fen for one in made
        if one.item.line is not None and one.item.line.case_id == case.pk and knowing.is_damage_back(case.reason, one.condition, one.responsibility)
    )  # fmt: skip
    decision = damage_back(in_force(at))
    if lost and decision.outcome == "courier":
        claims.draft_return(case, parcel, lost, decision, at)


def at_once(parcel: InboundParcel, at: datetime) -> bool:
    """Whether who inspects may count as well, because the handbook wants no keeper's count before."""
    book = in_force(at)
    return parcel.state == State.ARRIVED and book.has(KEEPER_COUNTS_FIRST) and not book[KEEPER_COUNTS_FIRST]


def _seen_pieces(parcel: InboundParcel, findings: Sequence[Found]) -> dict[int, int]:
    counts = dict.fromkeys(parcel.items.order_by("pk").values_list("pk", flat=True), 0)
    for one in findings:
        if one.item in counts and one.condition != rules.MISSING and one.quantity > 0:
            counts[one.item] += one.quantity
    return counts


def _check(items: dict[int, ParcelItem], findings: Sequence[Found]) -> None:
    told = rules.faults([rules.Item(pk, item.announced, item.counted or 0) for pk, item in items.items()], findings)
    if told:
        fields = {f"item-{pk}": [_(_CODES[code]) for code in codes] for pk, codes in told.items()}
        raise BadInput(_("Some pieces are not accounted for yet. Look at the lines marked."), fields=fields)
    for one in findings:
        refuse_unstorable(one.note, f"item-{one.item}")
        if max(one.cost_fen, one.loss_fen) > _MOST_FEN:
            raise BadInput(_("Write an amount such as 12.50."), fields={f"item-{one.item}": [_("Write an amount such as 12.50.")]})


_CODES = {
    "unknown": gettext_noop("This line is not of this parcel."),
    "disposal": gettext_noop("Goods in this condition can't become that."),
    "responsibility": gettext_noop("Say who is responsible."),
    "why": gettext_noop("Say why it is scrapped."),
    "money": gettext_noop("Costs are zero or more."),
    "pieces": gettext_noop("Every counted piece stands in exactly one line."),
    "missing": gettext_noop("No more can be missing than were announced."),
}


def _write(item: ParcelItem, one: Found, by: Person, at: datetime) -> Finding:
    return Finding.objects.create(
        item=item, quantity=one.quantity, condition=one.condition, matches_claim=one.matches_claim, responsibility=one.responsibility,
        disposal=one.disposal, cost_fen=one.cost_fen, loss_fen=one.loss_fen, note=one.note.strip()[:300], by=by, at=at,
    )  # fmt: skip


def _bring_on(case: Case, parcel: InboundParcel, by: Person, at: datetime) -> None:
    """A case all of whose goods were looked at waits for its agent again."""
    if not all_inspected(case):
        return
    if case.state in holding.WAITS_FOR_GOODS:
        moving.move(case, "receive", "received", by=by.actor, at=at, note=parcel.number)
    if case.state == "received":
        moving.move(case, "inspect", "inspected", by=by.actor, at=at, note=parcel.number)
    else:
        holding.tell_owner(case, gettext_noop("%(case)s: what came in parcel %(number)s was inspected"), parcel, by=by, at=at)


def all_inspected(case: Case) -> bool:
    quantities = dict(case.lines.values_list("pk", "quantity"))
    rows = Finding.objects.filter(item__line__case=case).order_by().values("item__line").annotate(n=Sum("quantity"))
    accounted = dict(rows.values_list("item__line", "n"))
    waiting = InboundParcel.objects.filter(parcel_cases__case=case, state__in=_OPEN).count()
    return rules.is_complete(quantities, accounted, waiting)
