"""What departments ask of each other: the forms the desk brings along. Rooms add theirs."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from dangban.desk.ports import ApprovalKind, RequestKind, register_approval, register_request_kind

ORDER = ("order", _("order number"))
TRACKING = ("tracking", _("tracking number"))
GOODS = ("goods", _("goods"))


def register() -> None:
    register_approval("desk.exception", ApprovalKind(_("exception")))
    register_request_kind("warehouse.parcel", RequestKind(_("Warehouse: look for a parcel"), "storage", (ORDER, TRACKING)))
    register_request_kind("warehouse.goods", RequestKind(_("Warehouse: look at goods"), "storage", (GOODS, ("wanted", _("what to look at")))))
    register_request_kind("aftersales.follow", RequestKind(_("After-sales: take over a case"), "aftersales", (ORDER,)))
    register_request_kind("marketing.campaign", RequestKind(_("Marketing: a campaign or price"), "marketing", (GOODS,)))
    register_request_kind("design.page", RequestKind(_("Design: change a page"), "design", (GOODS, ("place", _("where on the page")))))
    register_request_kind("finance.invoice", RequestKind(_("Finance: an invoice"), "accounts", (ORDER, ("invoice_title", _("invoice title")))))
    register_request_kind("finance.payment", RequestKind(_("Finance: a payment to a customer"), "accounts", (ORDER, ("amount", _("amount")))))
    register_request_kind("staff.matter", RequestKind(_("Staff: leave, contracts, equipment"), "personnel"))
