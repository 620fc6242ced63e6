"""Tells open pages that a case, or a parcel that came back, is not where it was. Call inside the transaction."""

from __future__ import annotations

from dangban.aftersales.models import Case, InboundParcel
from dangban.chat import hub
from dangban.desk.models import Deadline


def case_changed(case: Case) -> None:
    hub.changed("case", case.pk, case.version, shop_id=case.shop_id)
    hub.changed("cases", case.shop_id, shop_id=case.shop_id)
    if case.order_id is not None:
        hub.changed("order", case.order_id, shop_id=case.shop_id)
    if case.customer_id is not None:
        hub.changed("customer", case.customer_id, shop_id=case.shop_id)


def parcel_changed(parcel: InboundParcel) -> None:
    hub.changed("inbound", parcel.pk, parcel.version, shop_id=parcel.shop_id)


def clock_changed(deadline: Deadline) -> None:
    case = Case.objects.filter(pk=deadline.subject_id).first()
    if case is not None:
        case_changed(case)
