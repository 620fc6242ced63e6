"""Rework: ordered, handed to the workshop, given back, looked at again, into stock or scrapped with approval.

The goods are locked before the order, as everywhere. Each movement has a key of order, round and act,
so that no piece moves twice.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales.models.workshop import ReworkOrder
from dangban.aftersales.workshop import access, bell, events, rules
from dangban.desk import actions as desk
from dangban.desk import house
from dangban.desk.models import Approval
from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM, Actor
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person
from dangban.shops.models import Batch, Sku
from dangban.stock import actions as stock
from dangban.stock import ledger
from dangban.stock.models import Balance, Warehouse, Zone

State = ReworkOrder.State
SUBJECT = "aftersales.reworkorder"
SCRAP = "aftersales.scrap_rework"
# The clock of each state that a rule of this room limits.
CLOCKS = {State.ORDERED: "workshop.issue", State.ISSUED: "workshop.finish", State.DONE: "workshop.check"}
BENCH = "workshop"


def order_rework(
    sku: Sku,
    quantity: int,
    *,
    zone: Zone,
    cause: str,
    plan: str,
    subject: tuple[str, int],
    by: Person,
    key: str,
    at: datetime | None = None,
    cost_fen: int = 0,
    responsible: str = "",
    batch: Batch | None = None,
    label: str = "",
    url: str = "",
) -> ReworkOrder:
    """Ask the workshop to put pieces right that lie in `zone`. The same key again is the same order.

    Call it for somebody who may decide about the thing it comes from; nothing moves yet.
    """
    at = at or clock.now()
    cause, plan = _said(cause, "cause", 200), _said(plan, "plan", 500)
    with transaction.atomic():
        ledger.lock(sku)
        before = ReworkOrder.objects.filter(key=key).first()
        if before is not None:
            if (before.sku_id, before.quantity, before.zone_id) != (sku.pk, quantity, zone.pk):
                raise Conflict(_("This was sent before with other figures. Load the page again."))
            return before
        _check(sku, quantity, zone, batch, cost_fen)
        order = ReworkOrder.objects.create(
            key=key, sku=sku, shop_id=sku.shop_id, batch=batch, quantity=quantity, zone=zone, cause=cause, plan=plan,
            subject_kind=subject[0], subject_id=subject[1], subject_label=label[:80], subject_url=url[:200],
            responsible=responsible[:40], cost_fen=cost_fen, ordered_by=by, ordered_at=at,
        )  # fmt: skip
        _stand(order, State.ORDERED, by=by, at=at)
        _journal("ordered", order, by=by, at=at, quantity=quantity, reason=cause, plan=plan)
        _store(order)
    return order


def _check(sku: Sku, quantity: int, zone: Zone, batch: Batch | None, cost_fen: int) -> None:
    if quantity <= 0:
        raise BadInput(_("Send one piece or more to the workshop."), fields={"quantity": [_("One or more.")]})
    if cost_fen < 0:
        raise BadInput(_("Costs are zero or more."), fields={"cost": [_("Zero or more.")]})
    there = Balance.objects.filter(zone=zone, sku=sku, batch=batch).values_list("quantity", flat=True).first() or 0
    if there < quantity:
        raise Refused(
            _("%(sku)s: %(wanted)s are to be reworked, %(there)s lie in %(zone)s.")
            % {"sku": sku.code, "wanted": quantity, "there": there, "zone": zone.name},
            code="not-there",
        )


def issue(order: ReworkOrder, *, by: Person, seen: int | None = None, at: datetime | None = None) -> ReworkOrder:
    """The workshop gets the goods: they leave their zone."""
    access.require(by, order.shop_id)
    at = at or clock.now()
    with transaction.atomic():
        held = _locked(order, State.ORDERED, seen)
        held.bench = _bench(held.zone.warehouse, at)
        stock.move(
            held.sku, held.zone, held.bench, held.quantity, batch=held.batch, by=by.actor, key=f"rework:{held.pk}:issue",
            reason=held.cause, reference=held.number, at=at,
        )  # fmt: skip
        held.at_work, held.issued_at = held.quantity, at
        _stand(held, State.ISSUED, by=by, at=at)
        _journal("issued", held, by=by, at=at, quantity=held.quantity)
        _store(held)
    return held


def cancel(order: ReworkOrder, why: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> ReworkOrder:
    """Called off before the workshop has the goods; they stay where they are."""
    access.require(by, order.shop_id)
    at, why = at or clock.now(), _said(why, "why", 300)
    with transaction.atomic():
        held = _locked(order, State.ORDERED, seen)
        held.note, held.closed_at = why, at
        _stand(held, State.CANCELLED, by=by, at=at)
        _journal("called_off", held, by=by, at=at, reason=why)
        _store(held)
        events.closed(held, by.actor, at)
    return held


def finish(
    order: ReworkOrder, good: int, bad: int, *, by: Person, material_fen: int = 0, labour_fen: int = 0, note: str = "",
    seen: int | None = None, at: datetime | None = None,
) -> ReworkOrder:  # fmt: skip
    """The workshop gives everything back it has: so many put right, so many beyond repair, and what it cost."""
    access.require(by, order.shop_id)
    at, note = at or clock.now(), refuse_unstorable(note.strip(), "note")[:300]
    if min(good, bad, material_fen, labour_fen) < 0:
        raise BadInput(_("Count zero or more."), fields={"good": [_("Zero or more.")]})
    with transaction.atomic():
        held = _locked(order, State.ISSUED, seen)
        if good + bad != held.at_work:
            message = _("The workshop has %(count)s pieces: good and beyond repair together are as many.") % {"count": held.at_work}
            raise BadInput(message, fields={"good": [message]})
        held.good, held.bad, held.sampled, held.done_at = good, bad, 0, at
        held.material_fen, held.labour_fen = held.material_fen + material_fen, held.labour_fen + labour_fen
        held.note = note or held.note
        _stand(held, State.DONE, by=by, at=at)
        _journal("done", held, by=by, at=at, good=good, bad=bad, cost=material_fen + labour_fen, note=note)
        _store(held)
    return held


def send_again(order: ReworkOrder, why: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> ReworkOrder:
    """Looked at, and not good enough: another round in the workshop, nothing moves."""
    access.require(by, order.shop_id, access.INSPECT)
    at, why = at or clock.now(), _said(why, "why", 300)
    with transaction.atomic():
        held = _locked(order, State.DONE, seen)
        _another_round(held, why, by=by, at=at)
    return held


def check_again(
    order: ReworkOrder, sampled: int, failed: int, *, by: Person, seen: int | None = None, at: datetime | None = None
) -> ReworkOrder:
    """Look at what was put right: what passes lies in stock again, what failed or is beyond repair awaits its scrapping.

    Refused where too few were looked at; once one fails, all of them are.
    """
    access.require(by, order.shop_id, access.INSPECT)
    at = at or clock.now()
    with transaction.atomic():
        held = _locked(order, State.DONE, seen)
        if not 0 <= failed <= sampled <= held.good:
            message = _("At most %(count)s pieces can be looked at, and no more fail than were.") % {"count": held.good}
            raise BadInput(message, fields={"sampled": [message]})
        decision = rules.sample(held.good, sampled, failed, in_force(at))
        if decision.outcome == "more":
            raise Refused(
                _("Reworked goods are looked at more closely: %(least)s of %(all)s pieces, not %(sampled)s.")
                % {"least": decision.amount_fen, "all": held.good, "sampled": sampled},
                decision=decision,
                code="sample",
            )
        keep(decision, subject=held, by=by, shop=held.shop_id, at=at)
        _into_stock(held, held.good - failed, by=by, at=at)
        held.sampled, held.bad, held.good = sampled, held.bad + failed, 0
        _journal("checked", held, by=by, at=at, sampled=sampled, failed=failed, stocked=held.stocked)
        if held.at_work:
            _ask_scrap(held, by=by, at=at)
        else:
            _close(held, by=by, at=at)
    return held


def scrap_settled(approval: Approval, by: Actor, at: datetime) -> None:
    """Granted: these pieces are no more. Refused: the workshop tries once more."""
    held = _locked(ReworkOrder.objects.get(pk=approval.subject_id), State.SCRAPPING, None)
    if not approval.granted:
        _another_round(held, approval.answer, by=by, at=at)
        return
    assert held.bench is not None
    stock.scrap(
        held.sku, held.bench, held.at_work, batch=held.batch, reason=held.cause, by=by,
        key=f"rework:{held.pk}:{held.rounds}:scrap", reference=held.number, at=at,
    )  # fmt: skip
    held.scrapped, held.at_work, held.bad = held.scrapped + held.at_work, 0, 0
    _close(held, by=by, at=at)


def _into_stock(held: ReworkOrder, passed: int, *, by: Person, at: datetime) -> None:
    if not passed:
        return
    assert held.bench is not None
    good = Zone.objects.filter(warehouse=held.bench.warehouse_id, status=Zone.Status.GOOD).order_by("pk").first()
    if good is None:
        raise Refused(_("This warehouse has no zone for good wares. Add one first."))
    stock.move(
        held.sku, held.bench, good, passed, batch=held.batch, by=by.actor, key=f"rework:{held.pk}:{held.rounds}:back",
        reason=held.cause, reference=held.number, at=at,
    )  # fmt: skip
    held.stocked, held.at_work = held.stocked + passed, held.at_work - passed


def _ask_scrap(held: ReworkOrder, *, by: Person, at: datetime) -> None:
    _stand(held, State.SCRAPPING, by=by, at=at)
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Scrap after rework %(number)s: %(count)s × %(sku)s") % {"number": held.number, "count": held.at_work, "sku": held.sku.code}
        facts = {_("Cause"): held.cause, _("Spent on it"): f"{held.spent_fen / 100:.2f}"}
    desk.ask_approval(SCRAP, held, title=title, needs=access.APPROVE, by=by, shop=held.shop, facts=facts, at=at)
    _store(held)


def _another_round(held: ReworkOrder, why: str, *, by: HasActor, at: datetime) -> None:
    held.rounds, held.good, held.bad, held.sampled, held.note = held.rounds + 1, 0, 0, 0, why
    _stand(held, State.ISSUED, by=by, at=at)
    _journal("sent_again", held, by=by, at=at, quantity=held.at_work, reason=why)
    _store(held)


def _close(held: ReworkOrder, *, by: HasActor, at: datetime) -> None:
    held.closed_at = at
    _stand(held, State.CLOSED, by=by, at=at)
    _journal("closed", held, by=by, at=at, stocked=held.stocked, scrapped=held.scrapped)
    _store(held)
    events.closed(held, by.actor, at)


def _stand(held: ReworkOrder, state: str, *, by: HasActor, at: datetime) -> None:
    """The order waits in a state from now on: the clock of the one before is met, its own begins."""
    if held.state in CLOCKS and held.state != state:
        desk.meet_deadline(held, CLOCKS[State(held.state)], by=by, at=at)
    held.state = state
    limit = rules.time_for(state, in_force(at))
    if limit is None:
        return
    held.owner = access.somebody(access.INSPECT if state == State.DONE else access.KEEP, held.shop_id)
    allowed, because = limit
    desk.start_deadline(
        CLOCKS[State(state)], held, rule=because.path, allowed_seconds=int(allowed.total_seconds()), because=[because.as_data()],
        by=SYSTEM, owner=held.owner, shop=held.shop, label=_label(held), url=address(held),
        warn_seconds=int(house.warn_before(at).total_seconds()), at=at,
    )  # fmt: skip


def _label(held: ReworkOrder) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return f"{held.number} {held.sku.code} · {State(held.state).label}"


def address(held: ReworkOrder) -> str:
    return reverse("workshop:rework", args=[held.pk])


def _bench(warehouse: Warehouse, at: datetime) -> Zone:
    """Where a warehouse's goods lie while the workshop has them; made when it is needed first."""
    found = Zone.objects.filter(warehouse=warehouse, code=BENCH).first()
    if found is not None:
        return found
    with translation.override(settings.LANGUAGE_CODE):
        name = _("Workshop")
    return stock.add_zone(warehouse, BENCH, name, Zone.Status.PENDING, by=SYSTEM, at=at)


def _locked(order: ReworkOrder, state: str, seen: int | None) -> ReworkOrder:
    """The order and its goods, held until the transaction ends; Conflict if it does not stand where it was seen."""
    ledger.lock(order.sku_id)
    rows = ReworkOrder.objects.select_for_update(no_key=True, of=("self",))
    held = rows.select_related("sku__product", "shop", "zone__warehouse", "bench__warehouse", "batch", "owner").get(pk=order.pk)
    if held.state != state:
        raise Conflict(_("This rework is not there any more: %(state)s.") % {"state": held.get_state_display()})
    if seen is not None and seen != held.version:
        raise Conflict(_("This has changed meanwhile. Look at it as it is now."))
    return held


def _store(held: ReworkOrder) -> None:
    held.version += 1
    held.save()
    bell.rework_changed(held)


def _journal(verb: str, held: ReworkOrder, *, by: HasActor, at: datetime, **change: object) -> None:
    said = {name: value for name, value in change.items() if value not in ("", None)}
    record(f"aftersales.rework_{verb}", subject=held, by=by, shop=held.shop_id, change={"sku": held.sku.code, **said}, at=at)


def _said(text: str, name: str, longest: int) -> str:
    text = refuse_unstorable(text.strip(), name)[:longest]
    if not text:
        raise BadInput(_("Write something first."), fields={name: [_("Write something first.")]})
    return text
