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
from dangban.lib.errors import BadInput, Conflict, Refused
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
        wanted = [(sent, -quantity), *([(instead_of, quantity)] if instead_of is not None else [])]
        ledger.lock(*(sku.pk for sku, _more in wanted))
        known = [_known(held, sku, more) for sku, more in wanted]
        if all(known):
            return [one for one in known if one is not None]
        made = [before or _counted(held, sku, more, at) for before, (sku, more) in zip(known, wanted, strict=True)]
        change = {"sent": sent.code, "instead_of": instead_of.code if instead_of else "", "quantity": quantity}
        record("aftersales.goods_set_right", subject=held, by=by, shop=held.shop_id, change=change, at=at)
        bell.case_changed(bumped(held))
    return made


def _key(held: Case, sku: Sku) -> str:
    return f"case:{held.pk}:set-right:{sku.pk}"


def _known(held: Case, sku: Sku, more: int) -> Movement | None:
    """What was set right of these goods before; Conflict where it was another number of pieces."""
    known = Movement.objects.filter(sku=sku, key=_key(held, sku)).first()
    if known is not None and (known.quantity if known.source_id is None else -known.quantity) != more:
        raise Conflict(_("%(sku)s was set right for this case already. Have the warehouse count it.") % {"sku": sku.code})
    return known


def _counted(held: Case, sku: Sku, more: int, at: datetime) -> Movement:
    """As a count of the zone where most of these goods lie."""
    lying = Balance.objects.filter(sku=sku, zone__warehouse__closed_on=None, zone__warehouse__serves__shop=held.shop_id)
    place = lying.filter(zone__status="good").order_by(F("quantity").desc(), "pk").select_related("zone", "batch").first()
    if place is None or place.quantity + more < 0:
        raise Refused(_("%(sku)s: the books know of fewer pieces. Have the warehouse count them.") % {"sku": sku.code}, code="not-there")
    return stock.count(
        sku, place.zone, place.quantity + more, by=SYSTEM, key=_key(held, sku), batch=place.batch, reason=held.number, reference=held.number, at=at
    )
