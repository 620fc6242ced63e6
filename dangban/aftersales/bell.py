"""Tells open pages that a case, or a parcel that came back, is not where it was. Call inside the transaction."""

from __future__ import annotations

from dangban.aftersales.models import Case, InboundParcel
from dangban.chat import hub
from dangban.desk.models import Deadline
from dangban.people.models import Shop


def case_changed(case: Case) -> None:
    hub.changed("case", case.pk, case.version, shop_id=case.shop_id)
    hub.changed("cases", case.shop_id, shop_id=case.shop_id)
    if case.order_id is not None:
        hub.changed("order", case.order_id, shop_id=case.shop_id)
    if case.customer_id is not None:
        hub.changed("customer", case.customer_id, shop_id=case.shop_id)


def parcel_changed(parcel: InboundParcel) -> None:
    """What is nobody's yet concerns whoever receives or knows customers, of any shop."""
    shops = [parcel.shop_id] if parcel.shop_id is not None else list(Shop.objects.filter(closed_on=None).values_list("pk", flat=True))
    hub.changed_together([hub.Changed("inbound", parcel.pk, parcel.version, shop_id) for shop_id in shops])


def clock_changed(deadline: Deadline) -> None:
    case = Case.objects.filter(pk=deadline.subject_id).first()
    if case is not None:
        case_changed(case)


def registers_changed(shop_id: int) -> None:
    """A line of a register of this shop is new, or not what it was."""
    hub.changed("registers", shop_id, shop_id=shop_id)
