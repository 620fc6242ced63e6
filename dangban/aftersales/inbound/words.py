"""How the journal tells of parcels, what their clocks and approvals are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.aftersales import navigation
from dangban.aftersales.inbound import disposing, holding, shelving, supplying
from dangban.aftersales.models import InboundParcel, SupplierSlip
from dangban.desk import ports as desk
from dangban.journal import ports

VERBS = {
    "aftersales.parcel_announced": _("announced the parcel"),
    "aftersales.parcel_called_off": _("called off the parcel"),
    "aftersales.parcel_arrived": _("took in the parcel"),
    "aftersales.parcel_turned_away": _("turned away the parcel"),
    "aftersales.parcel_described": _("described the parcel"),
    "aftersales.parcel_photographed": _("photographed the parcel"),
    "aftersales.parcel_claimed": _("found the owner of the parcel"),
    "aftersales.parcel_put_back": _("put back on the shelf the parcel"),
    "aftersales.parcel_given_up": _("disposed of the parcel"),
    "aftersales.parcel_kept": _("kept on the shelf the parcel"),
    "aftersales.parcel_counted": _("counted the parcel"),
    "aftersales.parcel_inspected": _("inspected the parcel"),
    "aftersales.disposal_changed": _("decided anew about goods of the parcel"),
    "aftersales.scrap_settled": _("answered about scrapping from the parcel"),
    "aftersales.goods_sent_back": _("sent back to the customer goods of the parcel"),
    "aftersales.supplier_slip_made": _("wrote a slip for the supplier"),
    "aftersales.supplier_slip_sent": _("sent back to the supplier"),
    "aftersales.resent": _("sent again"),
    "aftersales.old_slip_swapped": _("took back the old slip"),
}
FIELDS = {
    "courier": pgettext_lazy("parcel", "courier"),
    "cases": pgettext_lazy("parcel", "cases"),
    "origin": pgettext_lazy("parcel", "what it is"),
    "findings": pgettext_lazy("parcel", "findings"),
    "disposal": pgettext_lazy("parcel", "what becomes of it"),
    "goods": pgettext_lazy("parcel", "goods"),
    "tracking": pgettext_lazy("parcel", "tracking number"),
    "shelf": pgettext_lazy("parcel", "shelf"),
    "place": pgettext_lazy("parcel", "warehouse"),
    "supplier": pgettext_lazy("parcel", "supplier"),
    "borne_by": pgettext_lazy("parcel", "at whose cost"),
}


def register() -> None:
    """Called when the room of after-sales starts."""
    navigation.add("receiving", pgettext_lazy("after-sales", "Receiving"), "aftersales:receiving", "aftersales.receive")
    navigation.add("shelf", pgettext_lazy("after-sales", "Unclaimed"), "aftersales:shelf")
    navigation.add("expected", pgettext_lazy("after-sales", "Expected"), "aftersales:expected")
    navigation.add("suppliers", pgettext_lazy("after-sales", "Suppliers"), "aftersales:suppliers")
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="aftersales")
    ports.name_subject(holding.SUBJECT, _("returned parcel"), titles=_titles)
    ports.name_subject(supplying.SUBJECT, _("supplier return slip"), titles=_slips)
    desk.name_deadlines({holding.COUNT: _("Return: count"), holding.SHELF: _("Unclaimed parcel: find its owner")})
    desk.register_approval(disposing.SCRAP, desk.ApprovalKind(_("Scrap of returned goods"), disposing.scrap_settled))
    desk.register_approval(shelving.GIVE_UP, desk.ApprovalKind(_("Disposal of an unclaimed parcel"), shelving.disposal_settled))


def _titles(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(InboundParcel.objects.filter(pk__in=ids).values_list("pk", "number"))


def _slips(ids: Sequence[int]) -> Mapping[int, str]:
    return {slip.pk: slip.number for slip in SupplierSlip.objects.filter(pk__in=ids)}
