"""What was sent by mistake is set right in the books at once: other goods left, or more of them, than were written down."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from dangban.aftersales import access, bell
from dangban.aftersales.actions.moving import locked
from dangban.aftersales.models import Case
from dangban.aftersales.settling.proposing import bumped
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Refused
from dangban.people.models import Person
from dangban.shops.models import Sku
from dangban.stock import actions as stock
from dangban.stock import ledger
from dangban.stock.models import Balance, Movement


def set_right(
    case: Case, sent: Sku, quantity: int, *, instead_of: Sku | None, by: Person, at: datetime | None = None
) -> list[Movement]:
    """`sent` left though it was not written down; `instead_of` is still there though it was. Once for a case and its goods.

    What is then gone is sold no more and promised no more; without `instead_of` it was sent beside what was ordered.
    """
    at = at or clock.now()
    access.require(by, "aftersales.handle", case.shop_id)
    if quantity < 1:
        raise BadInput(_("Say how many pieces."), fields={"quantity": [_("One or more.")]})
    if any(sku.shop_id != case.shop_id for sku in (sent, instead_of) if sku is not None):
        raise BadInput(_("These goods are of another shop."), fields={"sent": [_("These goods are of another shop.")]})
    if instead_of is not None and instead_of.pk == sent.pk:
        raise BadInput(_("Both are the same goods."), fields={"instead_of": [_("Choose other goods.")]})
    with transaction.atomic():
        held = locked(case.pk)
        if held.closed_at is not None:
            raise Refused(_("%(case)s is over.") % {"case": held.number}, code="over")
        ledger.lock(*(sku.pk for sku in (sent, instead_of) if sku is not None))
        moved = [_counted(held, sent, -quantity, at)]
        if instead_of is not None:
            moved.append(_counted(held, instead_of, quantity, at))
        made = [one for one in moved if one is not None]
        change = {"sent": sent.code, "instead_of": instead_of.code if instead_of else "", "quantity": quantity}
        record("aftersales.goods_set_right", subject=held, by=by, shop=held.shop_id, change=change, at=at)
        bell.case_changed(bumped(held))
    return made


def _counted(held: Case, sku: Sku, more: int, at: datetime) -> Movement | None:
    """As a count of the zone where most of these goods lie; None where the books know of none."""
    key = f"case:{held.pk}:set-right:{sku.pk}"
    known = Movement.objects.filter(sku=sku, key=key).first()
    if known is not None:
        return known
    lying = Balance.objects.filter(sku=sku, zone__warehouse__closed_on=None, zone__warehouse__serves__shop=held.shop_id)
    place = lying.filter(zone__status="good").order_by(F("quantity").desc(), "pk").select_related("zone", "batch").first()
    if place is None or place.quantity + more < 0:
        raise Refused(_("%(sku)s: the books know of fewer pieces. Have the warehouse count them.") % {"sku": sku.code}, code="not-there")
    return stock.count(
        sku, place.zone, place.quantity + more, by=SYSTEM, key=key, batch=place.batch, reason=held.number, reference=held.number, at=at
    )
