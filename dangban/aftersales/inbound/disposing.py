"""What becomes of inspected goods: the stock follows by itself, each finding once by its key.

Call `dispose` with the goods locked. Scrap waits for its approval, what goes back to a supplier for its
slip, what goes back to the customer until the freight is paid; until then it lies where nobody can reserve it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.aftersales import access, bell
from dangban.aftersales.actions import moving
from dangban.aftersales.inbound import holding
from dangban.aftersales.models import Case, Finding, ParcelItem, Settlement
from dangban.aftersales.rules.inspecting import DISPOSALS
from dangban.aftersales.settling import ask_topup
from dangban.aftersales.workshop import actions as workshop
from dangban.desk import actions as desk
from dangban.desk.models import Approval
from dangban.journal.actions import HasActor
from dangban.lib import clock
from dangban.lib.actor import SYSTEM, Actor
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.orders.parcels import clean_courier, clean_number
from dangban.people.models import Person
from dangban.stock import actions as stock
from dangban.stock import ledger
from dangban.stock.models import Zone

Disposal = Finding.Disposal
SCRAP = "aftersales.scrap"


def dispose(finding: Finding, *, by: Person, at: datetime) -> None:
    """Bring the goods to where the inspector said, as far as nothing else is awaited."""
    item = finding.item
    if finding.condition == Finding.Condition.MISSING or item.sku is None:
        _done(finding, at)
        return
    _WAYS[Disposal(finding.disposal)](finding, by, at)


def _to_good(finding: Finding, by: Person, at: datetime) -> None:
    _move(finding, Zone.Status.GOOD, by, at)
    _done(finding, at)


def _to_defective(finding: Finding, by: Person, at: datetime) -> None:
    _move(finding, Zone.Status.DEFECTIVE, by, at)
    _done(finding, at)


def _to_supplier(finding: Finding, by: Person, at: datetime) -> None:
    _move(finding, Zone.Status.SUPPLIER, by, at)


def _to_workshop(finding: Finding, by: Person, at: datetime) -> None:
    item, case = finding.item, _case_of(finding)
    assert item.sku is not None
    assert item.zone is not None
    with translation.override(settings.LANGUAGE_CODE):
        cause = finding.note or str(finding.get_condition_display())
        plan = finding.note or str(finding.get_disposal_display())
    workshop.order_rework(
        item.sku, finding.quantity, zone=item.zone, cause=cause[:200], plan=plan,
        subject=("aftersales.case", case.pk) if case else (holding.SUBJECT, item.parcel_id), by=by, key=f"finding:{finding.pk}", at=at,
        cost_fen=finding.cost_fen, responsible=finding.responsibility, batch=item.batch,
        label=case.number if case else item.parcel.number, url=holding.address(item.parcel),
    )  # fmt: skip
    _done(finding, at)


def _used_up(finding: Finding, by: Person, at: datetime) -> None:
    _out(finding, by.actor, at, _("Used as material"))
    _done(finding, at)


def _ask_scrap(finding: Finding, by: Person, at: datetime) -> None:
    item = finding.item
    assert item.sku is not None
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Scrap %(count)s × %(sku)s from parcel %(number)s") % {
            "count": finding.quantity, "sku": item.sku.code, "number": item.parcel.number,
        }  # fmt: skip
        facts = {_("Condition"): str(finding.get_condition_display()), pgettext("reason", "Why"): finding.note, _("Loss"): f"{finding.loss_fen / 100:.2f}"}
    desk.ask_approval(SCRAP, finding, title=title, needs="aftersales.approve", by=by, shop=item.sku.shop, facts=facts, at=at)


def _waits(finding: Finding, by: Person, at: datetime) -> None:
    """It stays where it is until the agent has settled the freight with the customer."""
    case = _case_of(finding)
    if case is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        title = _("%(case)s: the goods go back to the customer; ask for both freights") % {"case": case.number}
    desk.write_task(
        title, by=SYSTEM, body=finding.note, owner=case.owner, shop=case.shop, subject=finding.item.parcel,
        url=holding.address(finding.item.parcel), at=at,
    )  # fmt: skip


def _nothing(finding: Finding, by: Person, at: datetime) -> None:
    """Not our goods and not to be sent back: what was counted as ours is not there."""
    _out(finding, by.actor, at, _("Not our goods"))
    _done(finding, at)


_WAYS: dict[Disposal, Callable[[Finding, Person, datetime], None]] = {
    Disposal.STOCK: _to_good,
    Disposal.DISCOUNT: _to_defective,
    Disposal.REWORK: _to_workshop,
    Disposal.REPAIR: _to_workshop,
    Disposal.MATERIAL: _used_up,
    Disposal.SUPPLIER: _to_supplier,
    Disposal.SCRAP: _ask_scrap,
    Disposal.SEND_BACK: _waits,
    Disposal.NONE: _nothing,
}


def scrap_settled(approval: Approval, by: Actor, at: datetime) -> None:
    """Granted: the pieces are no more. Refused: they stay, and the inspector says anew what becomes of them."""
    finding = locked(approval.subject_id)
    if finding.disposed_at is not None or finding.disposal != Disposal.SCRAP:
        return
    if approval.granted:
        _out(finding, by, at, finding.note)
        _done(finding, at)
    holding.journal(
        "scrap_settled", finding.item.parcel, by=by, at=at, outcome="granted" if approval.granted else "refused", note=approval.answer
    )
    bell.parcel_changed(finding.item.parcel)


def decide_anew(finding: Finding, disposal: str, note: str, *, by: Person, at: datetime | None = None) -> Finding:
    """Something else becomes of what still lies there: a refused scrap, a customer who does not want it back."""
    at, note = at or clock.now(), refuse_unstorable(note.strip(), "note")[:300]
    with transaction.atomic():
        finding = locked(finding.pk)
        access.require(by, "aftersales.inspect", finding.item.parcel.shop_id)
        if finding.disposed_at is not None or hasattr(finding, "slip_line"):
            raise Conflict(_("These goods are not there any more."))
        if disposal not in DISPOSALS[finding.condition] or finding.disposal == Disposal.SUPPLIER:
            raise BadInput(_("Goods in this condition can't become that."), fields={"disposal": [_("Choose another one.")]})
        if disposal == Disposal.SCRAP and not note:
            raise BadInput(_("Say why it is scrapped."), fields={"note": [_("Say why it is scrapped.")]})
        open_one = Approval.objects.filter(kind=SCRAP, subject_kind="aftersales.finding", subject_id=finding.pk, settled_at=None).first()
        if open_one is not None:
            desk.withdraw_approval(open_one, note or disposal, by=by, at=at)
        before, finding.disposal, finding.note = finding.disposal, disposal, note or finding.note
        finding.save(update_fields=["disposal", "note"])
        dispose(finding, by=by, at=at)
        holding.journal("disposal_changed", finding.item.parcel, by=by, at=at, disposal=[before, disposal], note=note)
        bell.parcel_changed(finding.item.parcel)
    return finding


def charge_freight(case: Case, amount_fen: int, *, by: Person, at: datetime | None = None) -> Settlement:
    """The customer pays both ways of goods that go back to them for nothing was wrong. Asked for once a case."""
    at = at or clock.now()
    waiting = Finding.objects.filter(item__line__case=case, disposal=Disposal.SEND_BACK, disposed_at=None)
    if not waiting.exists():
        raise Refused(_("Nothing of this case is to go back to the customer."), code="nothing")
    return ask_topup(case, amount_fen, by=by, key=f"send-back:{case.pk}", at=at)


def send_back(case: Case, courier: str, number: str, *, waived: str = "", by: Person, at: datetime | None = None) -> list[Finding]:
    """Goods in which nothing was wrong leave for the customer again, once both freights are paid.

    Who approves for the shop may waive the freight and says why. The same again changes nothing.
    """
    waived = refuse_unstorable(waived.strip(), "waived")[:300]
    at, courier, number = at or clock.now(), clean_courier(courier), clean_number(number)
    with transaction.atomic():
        case = moving.locked(case.pk)
        access.require(by, "aftersales.receive", case.shop_id)
        rows = Finding.objects.filter(item__line__case=case, disposal=Disposal.SEND_BACK, disposed_at=None).order_by("pk")
        found = [locked(pk) for pk in rows.values_list("pk", flat=True)]
        if not found:
            return []
        if waived:
            access.require(by, "aftersales.approve", case.shop_id)
        elif not _freight_is_paid(case):
            raise Refused(_("The customer has not paid the freight yet; the goods wait."), code="freight")
        for finding in found:
            if finding.item.sku is not None:
                _out(finding, by.actor, at, _("Back to the customer: %(courier)s %(number)s") % {"courier": courier, "number": number})
            _done(finding, at)
        parcel = found[0].item.parcel
        holding.journal("goods_sent_back", parcel, by=by, at=at, case=case.number, courier=courier, tracking=number, note=waived)
        bell.parcel_changed(parcel)
        desk.settle_tasks(parcel, by=by, at=at)
    return found


def _freight_is_paid(case: Case) -> bool:
    states = list(Settlement.objects.filter(case=case, kind=Settlement.Kind.TOPUP).exclude(state=Settlement.State.CANCELLED).values_list("state", flat=True))
    return bool(states) and all(state == Settlement.State.PAID for state in states)


def locked(pk: int) -> Finding:
    """A finding with its goods, held until the transaction ends."""
    rows = Finding.objects.select_related("item__sku__shop", "item__batch", "item__zone__warehouse", "item__parcel", "item__line__case__shop")
    sku_id = rows.values_list("item__sku", flat=True).get(pk=pk)
    if sku_id:
        ledger.lock(sku_id)
    Finding.objects.select_for_update().get(pk=pk)
    return rows.get(pk=pk)


def _move(finding: Finding, status: str, by: Person, at: datetime) -> None:
    item = finding.item
    target = zone_of(item, status)
    assert item.sku is not None
    assert item.zone is not None
    if target.pk == item.zone_id:
        return
    stock.move(
        item.sku, item.zone, target, finding.quantity, by=by.actor, key=f"finding:{finding.pk}:{status}", batch=item.batch,
        reason=str(finding.get_condition_display()), reference=item.parcel.number, at=at,
    )  # fmt: skip


def _out(finding: Finding, by: HasActor, at: datetime, why: str) -> None:
    item = finding.item
    assert item.sku is not None
    assert item.zone is not None
    stock.scrap(
        item.sku, item.zone, finding.quantity, reason=why, by=by.actor, key=f"finding:{finding.pk}:out", batch=item.batch,
        reference=item.parcel.number, at=at,
    )  # fmt: skip


def zone_of(item: ParcelItem, status: str) -> Zone:
    """The zone of this kind in the warehouse where the goods lie."""
    assert item.zone is not None
    found = Zone.objects.filter(warehouse=item.zone.warehouse_id, status=status).select_related("warehouse").order_by("pk").first()
    if found is None:
        name = dict(Zone.Status.choices)[status]
        raise Refused(_("This warehouse has no zone “%(zone)s”. Add one first.") % {"zone": name}, code="zone")
    return found


def _case_of(finding: Finding) -> Case | None:
    return finding.item.line.case if finding.item.line is not None else None


def _done(finding: Finding, at: datetime) -> None:
    finding.disposed_at = at
    finding.save(update_fields=["disposed_at"])
