"""What could not be delivered is sent again with another courier (改寄); the old slip is given back and void."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.aftersales import access
from dangban.aftersales.inbound import holding
from dangban.aftersales.models import Case, CaseOrder, InboundParcel, Resend
from dangban.aftersales.rules import receiving
from dangban.aftersales.settling import ask_topup, order_goods
from dangban.aftersales.settling.ordering import Sending
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.orders.parcels import clean_courier
from dangban.people.models import Person

_MOST_FEN = 10**7


def who_bears(case: Case, surcharge_fen: int, at: datetime) -> Decision:
    """By how often this customer's parcels were sent again before."""
    return receiving.sending_again(_earlier(case), surcharge_fen, in_force(at))


def resend(parcel: InboundParcel, courier: str, surcharge_fen: int, why: str, *, by: Person, at: datetime | None = None) -> Resend:
    """Goods like these leave again by another courier, at once; the extra cost is ours or the customer's, by rule.

    What came back is inspected like every return. Once a case: the same again is the same.
    """
    at, courier = at or clock.now(), clean_courier(courier)
    why = refuse_unstorable(" ".join(why.split()), "why")[:200]
    if not why:
        raise BadInput(_("Say why."), fields={"why": [_("Say why.")]})
    if not 0 <= surcharge_fen <= _MOST_FEN:
        raise BadInput(_("Write an amount such as 12.50."), fields={"surcharge": [_("Write an amount such as 12.50.")]})
    with transaction.atomic():
        parcel, cases = holding.held(parcel.pk)
        case = next((one for one in cases if one.kind == Case.Kind.UNDELIVERABLE and one.order_id), None)
        if case is None or case.order is None:
            raise Refused(_("Only what could not be delivered is sent again this way."), code="origin")
        access.require(by, "aftersales.handle", case.shop_id)
        known = Resend.objects.filter(case=case).first()
        if known is not None:
            return known
        decision = who_bears(case, surcharge_fen, at)
        made = Resend.objects.create(
            case=case, order=case.order, customer=case.customer, old_number=parcel.number, old_courier=parcel.courier, courier=courier, why=why,
            earlier=_earlier(case), surcharge_fen=surcharge_fen, borne_by=decision.outcome, because=[one.as_data() for one in decision.because],
            by=by, at=at,
        )  # fmt: skip
        sendings = [Sending(line.sku, line.quantity, line=line) for line in case.lines.select_related("sku") if line.sku]
        ordered = order_goods(case, CaseOrder.Kind.RESHIP, sendings, by=by, key=f"resend:{case.pk}", at=at)
        made.new_order = ordered.order
        made.save(update_fields=["new_order"])
        if decision.outcome == Resend.BorneBy.BUYER and surcharge_fen:
            ask_topup(case, surcharge_fen, by=by, key=f"resend:{case.pk}", at=at)
        holding.journal(
            "resent", parcel, by=by, at=at, because=made.because, courier=courier, borne_by=decision.outcome, reason=why, case=case.number
        )
        holding.store(parcel)
    return made


def swap_slip(made: Resend, *, by: Person, at: datetime | None = None) -> Resend:
    """Finance has taken the old slip back for the new one; the old one is waste paper. Again changes nothing."""
    at = at or clock.now()
    with transaction.atomic():
        made = Resend.objects.select_for_update(of=("self",)).select_related("case__shop").get(pk=made.pk)
        access.require(by, "aftersales.pay", made.case.shop_id)
        if made.swapped_at is not None:
            return made
        if made.new_order is not None and not made.new_order.parcels.exists():
            raise Conflict(_("The new slip has not been written yet; there is nothing to change for."))
        made.swapped_at, made.swapped_by = at, by
        made.save(update_fields=["swapped_at", "swapped_by"])
        parcel = InboundParcel.objects.filter(number=made.old_number).first()
        if parcel is not None:
            holding.journal("old_slip_swapped", parcel, by=by, at=at, case=made.case.number)
            holding.store(parcel)
    return made


def _earlier(case: Case) -> int:
    """For this customer, or else to this address: each time before counts."""
    if case.customer_id:
        # By the case, which goes along when two customers turn out to be one.
        return Resend.objects.filter(case__customer=case.customer_id).exclude(case=case).count()
    order = case.order
    if order is None or not order.address:
        return 0
    return Resend.objects.filter(order__address=order.address, order__city=order.city).exclude(case=case).count()
