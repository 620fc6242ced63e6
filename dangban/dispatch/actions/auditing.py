"""The audit (审单): clean orders pass, others say why; what stands in the way is released, joined, settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from dangban.dispatch import access, bell, facts, keeping, rules
from dangban.dispatch.models import Preparation, Release
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.orders import parcels
from dangban.orders.models import Order
from dangban.people.models import Person
from dangban.shops.models import Sku
from dangban.stock import actions as stock
from dangban.stock.actions.many import Want, reserve_each
from dangban.stock.models import Level, Reservation

Stage = Preparation.Stage
OPEN = (Stage.WAITING, Stage.HELD)
# What a page lets choose at once; more than that is a run.
MOST_AT_ONCE = 200


@dataclass(slots=True)
class Outcome:
    """What came of an audit: orders that passed, and those held with the codes of their reasons."""

    passed: list[int] = field(default_factory=list)
    held: dict[int, list[str]] = field(default_factory=dict)


def audit(preparations: Sequence[int], *, by: Person, at: datetime | None = None) -> Outcome:
    """Look at these orders: what is clean passes with its goods promised, the others say what stands in the way.

    Those that somebody else has passed meanwhile are left as they are.
    """
    at = at or clock.now()
    with transaction.atomic():
        rows = lock_open(preparations)
        for shop_id in {one.shop_id for one in rows}:
            access.require(by, access.AUDIT, shop_id)
        outcome = decide(rows, by=by, at=at)
        for one in rows:
            change = {"outcome": one.stage, "reasons": facts.codes(one.holds)}
            record("dispatch.audited", subject=one.order, by=by, shop=one.shop_id, change=change, at=at)
    return outcome


def decide(rows: Sequence[Preparation], *, by: Person, at: datetime) -> Outcome:
    """The audit of locked rows, without a word to the journal."""
    rulebook = in_force(at)
    known = facts.read(rows, at)
    holds = {one.preparation.pk: rules.audit(one.facts, rulebook, one.released) for one in known}
    clean = sorted((one for one in known if not holds[one.preparation.pk]), key=lambda one: (one.preparation.due_at, one.preparation.pk))
    for order_id, missing in _promise(clean, by, at).items():
        short = next(one for one in clean if one.preparation.order_id == order_id)
        holds[short.preparation.pk] = [rules.Hold("stock", {"missing": missing})]
    outcome = Outcome()
    for one in known:
        _note(one, holds[one.preparation.pk], by, at)
        found = [hold.code for hold in holds[one.preparation.pk]]
        if found:
            outcome.held[one.preparation.pk] = found
        else:
            outcome.passed.append(one.preparation.pk)
    fields = ["stage", "holds", "hold", "holder", "courier", "audited_at", "version"]
    Preparation.objects.bulk_update([one.preparation for one in known], fields)
    bell.desks_changed(one.preparation.shop_id for one in known)
    return outcome


def _promise(clean: Sequence[facts.Known], by: Person, at: datetime) -> dict[int, dict[str, int]]:
    """Goods lie ready for what passes; what lacks some waits in the row for the next arrival."""
    wants = [
        Want(one.preparation.order_id, one.preparation.order.platform_id, one.pieces, reverse("orders:detail", args=[one.preparation.order_id]))
        for one in clean
        if one.pieces
    ]
    missing = reserve_each(keeping.ORDER, wants, by=by, at=at)
    if not missing:
        return {}
    skus = {sku.pk: sku for sku in Sku.objects.filter(pk__in={pk for lacking in missing.values() for pk in lacking})}
    for want in wants:
        if want.subject_id in missing:
            _wait(want, by, at)
    return {
        order: {skus[pk].code: pieces for pk, pieces in sorted(lacking.items())} for order, lacking in missing.items()
    }


def _wait(want: Want, by: Person, at: datetime) -> None:
    open_ones = Reservation.objects.filter(subject_kind=keeping.ORDER, subject_id=want.subject_id, outcome="")
    promised = set(open_ones.values_list("sku", flat=True))
    kept = set(Level.objects.filter(sku__in=want.pieces).values_list("sku", flat=True))
    for sku in Sku.objects.filter(pk__in=kept - promised).order_by("pk"):
        subject = (keeping.ORDER, want.subject_id)
        stock.reserve(sku, want.pieces[sku.pk], subject=subject, label=want.label, url=want.url, by=by, at=at)


def _note(one: facts.Known, found: Sequence[rules.Hold], by: Person, at: datetime) -> None:
    row = one.preparation
    row.stage = Stage.HELD if found else Stage.PASSED
    row.holds, row.hold = [hold.as_data() for hold in found], found[0].code if found else ""
    row.holder, row.courier, row.audited_at, row.version = by, one.courier[:40], at, row.version + 1


def release(
    preparation: Preparation, digests: Sequence[str], *, by: Person, why: str = "", at: datetime | None = None
) -> Outcome:
    """Somebody has looked at what stands in the way and lets the order pass; it is audited again at once.

    What is settled elsewhere (a wish, missing goods, a refund asked) can't be released; everything
    but plain reading needs a reason. Conflict where the facts are not those that were shown.
    """
    access.require(by, access.AUDIT, preparation.shop_id)
    at = at or clock.now()
    why = refuse_unstorable(why.strip(), "why")[:200]
    with transaction.atomic():
        rows = lock_open([preparation.pk])
        if not rows:
            raise Conflict(_("This order is not at the audit any more. Load the page again."))
        shown = {hold["digest"]: hold["code"] for hold in rows[0].holds}
        if not digests or not set(digests) <= set(shown):
            raise Conflict(_("What stands in the way has changed meanwhile. Look at it again."))
        _may_release([shown[digest] for digest in digests], why)
        Release.objects.bulk_create(
            [Release(preparation=rows[0], code=shown[one], digest=one, why=why, by=by, at=at) for one in digests],
            ignore_conflicts=True,
        )
        change = {"reasons": [shown[one] for one in digests], "reason": why}
        record("dispatch.released", subject=rows[0].order, by=by, shop=rows[0].shop_id, change=change, at=at)
        return decide(rows, by=by, at=at)


def _may_release(codes: Sequence[str], why: str) -> None:
    if rules.SETTLED_ELSEWHERE & set(codes):
        raise Refused(_("This is settled where it belongs, not waved through here."), code="settled-elsewhere")
    if not why and not set(codes) <= rules.ONLY_READ:
        message = _("Say why the order may leave all the same.")
        raise BadInput(message, fields={"why": [message]})


def choose_courier(preparation: Preparation, courier: str, *, by: Person, at: datetime | None = None) -> Preparation:
    """Another courier takes it; what is printed already says the old one and is void."""
    access.require(by, access.AUDIT, preparation.shop_id)
    at = at or clock.now()
    courier = parcels.clean_courier(courier)
    with transaction.atomic():
        row = _row(preparation)
        asked_for = [hold["digest"] for hold in row.holds if hold["code"] == "unreachable"]
        if row.courier == courier and not asked_for:
            return row
        change = {"courier": [row.courier, courier]}
        row.courier = courier
        row.save(update_fields=["courier"])
        record("dispatch.courier_chosen", subject=row.order, by=by, shop=row.shop_id, change=change, at=at)
        Release.objects.bulk_create(
            [Release(preparation=row, code="unreachable", digest=one, why=courier, by=by, at=at) for one in asked_for],
            ignore_conflicts=True,
        )
        if row.stage not in OPEN:
            keeping.send_back(row, at, why="courier")
        decide([row], by=by, at=at)
    return row


def join(main: Preparation, others: Sequence[Preparation], *, by: Person, at: datetime | None = None) -> None:
    """These go in one parcel with the first: same shop, buyer and place, and none of them printed."""
    access.require(by, access.AUDIT, main.shop_id)
    at = at or clock.now()
    with transaction.atomic():
        pks = {main.pk, *(one.pk for one in others)}
        joinable = Preparation.objects.select_for_update(of=("self",)).filter(
            pk__in=pks, closed_at=None, joined_to=None, stage__in=(*OPEN, Stage.PASSED)
        )
        rows = {one.pk: one for one in joinable.select_related("order").order_by("pk")}
        if len(rows) != len(pks) or len(pks) < 2:
            raise Conflict(_("One of these orders is printed, joined or gone meanwhile. Load the page again."))
        first = rows.pop(main.pk)
        if any(_goes_to(one.order) != _goes_to(first.order) for one in rows.values()):
            raise Refused(_("Only orders of one buyer to one place go in one parcel."))
        if Preparation.objects.filter(joined_to__in=rows).exists():
            raise Refused(_("One of these orders has others in its parcel already. Join them to that one."))
        for one in rows.values():
            one.joined_to = first
            one.save(update_fields=["joined_to"])
        numbers = [one.order.platform_id for one in rows.values()]
        record("dispatch.joined", subject=first.order, by=by, shop=first.shop_id, change={"orders": numbers}, at=at)
        decide(lock_open(pks, stages=(*OPEN, Stage.PASSED)), by=by, at=at)


def part(preparation: Preparation, *, by: Person, at: datetime | None = None) -> None:
    """It goes by itself again."""
    access.require(by, access.AUDIT, preparation.shop_id)
    at = at or clock.now()
    with transaction.atomic():
        row = _row(preparation)
        main = row.joined_to
        if main is None:
            raise Conflict(_("This order goes by itself already."))
        keeping.send_back(row, at, why="parted")
        row.joined_to = None
        row.save(update_fields=["joined_to"])
        record("dispatch.parted", subject=row.order, by=by, shop=row.shop_id, change={"orders": [main.order.platform_id]}, at=at)


def _goes_to(order: Order) -> tuple[Any, ...]:
    return (order.shop_id, order.customer_id, order.receiver, order.phone, order.province, order.city, order.district, order.address)


def lock_open(preparations: Sequence[int] | set[int], stages: Sequence[str] = OPEN) -> list[Preparation]:
    rows = Preparation.objects.select_for_update(of=("self",)).filter(pk__in=list(preparations), closed_at=None, stage__in=stages)
    return list(rows.select_related("order__shop", "order__customer").order_by("pk"))


def _row(preparation: Preparation) -> Preparation:
    found = Preparation.objects.select_for_update(of=("self",)).filter(pk=preparation.pk, closed_at=None)
    row = found.select_related("order", "joined_to__order").first()
    if row is None:
        raise Conflict(_("Nothing of this order is to leave any more. Load the page again."))
    return row
