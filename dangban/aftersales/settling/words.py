"""How the journal tells of settlements, what their approvals and clocks are called, and what they listen to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.aftersales import bell, navigation, panels
from dangban.aftersales.models import Case, Settlement
from dangban.aftersales.settling import knowing, ordering, proposing
from dangban.desk import ports as desk
from dangban.desk.models import Deadline
from dangban.journal import ports
from dangban.lib import money
from dangban.orders import events
from dangban.people.models import Person

VERBS = {
    "aftersales.payment_proposed": _("proposed a payment on the case"),
    "aftersales.payment_cancelled": _("cancelled a payment of the case"),
    "aftersales.paid": _("paid on the case"),
    "aftersales.entered_against": _("entered against a payment of the case"),
    "aftersales.topped_up": _("noted a payment of the customer on the case"),
    "aftersales.credit_used": _("used the customer's credit"),
    "aftersales.credit_not_used": _("entered against the use of the customer's credit"),
    "aftersales.credit_reminded": _("reminded the customer of unused credit"),
    "aftersales.goods_ordered": _("ordered goods for the case"),
    "aftersales.goods_released": _("let the goods of the case leave"),
    "aftersales.goods_called_off": _("called off the goods of the case"),
    "aftersales.goods_set_right": _("set right the stock of what was sent by mistake"),
    "aftersales.ledger_exported": _("took out the after-sales ledger of a month"),
    "aftersales.offered": _("offered something so that the goods are kept"),
    "aftersales.offer_answered": _("noted the answer to the offer"),
}
FIELDS = {
    "way": pgettext_lazy("case", "way"),
    "authority": pgettext_lazy("case", "authority"),
    "beyond_fen": pgettext_lazy("case", "beyond the ceiling"),
    "reference": pgettext_lazy("case", "reference"),
    "difference_fen": pgettext_lazy("case", "difference"),
    "account": pgettext_lazy("case", "account"),
}

# Steps by which the ceiling is reckoned.
STEPS = {
    "share": pgettext_lazy("ceiling", "Paid for what counts"),
    "threshold": pgettext_lazy("ceiling", "Discounts that what is kept no longer earns"),
    "loss": pgettext_lazy("ceiling", "Loss by wear"),
    "gift": pgettext_lazy("ceiling", "Gifts that did not come back"),
    "given": pgettext_lazy("ceiling", "Compensation given before"),
    "resent": pgettext_lazy("ceiling", "Goods sent instead"),
    "off_out": pgettext_lazy("ceiling", "Outbound freight the customer bears"),
    "off_back": pgettext_lazy("ceiling", "Return freight the customer bears"),
    "off_again": pgettext_lazy("ceiling", "Freight of sending again the customer bears"),
    "leg_out": pgettext_lazy("ceiling", "Outbound freight made good"),
    "leg_back": pgettext_lazy("ceiling", "Return freight made good"),
    "leg_again": pgettext_lazy("ceiling", "Freight of sending again made good"),
}
# What ledger entries are for, beside the kinds of payments.
ENTRIES = {
    **dict(Settlement.Kind.choices),
    "leg": pgettext_lazy("ledger", "Freight"),
    "claim": pgettext_lazy("ledger", "Paid by the courier"),
    "credit": pgettext_lazy("ledger", "Credit used"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="aftersales")
    ports.name_subject("aftersales.settlement", _("payment of a case"), url_name="aftersales:payment", titles=_titles)
    desk.name_deadlines({proposing.CLOCK: _("Payment of an after-sales case")})
    desk.watch_deadlines(proposing.CLOCK, _clock_changed)
    desk.register_approval(proposing.APPROVAL, desk.ApprovalKind(_("Payment of an after-sales case"), proposing.settled))
    events.on_left(ordering.left)
    navigation.add("payments", pgettext_lazy("after-sales", "Payments"), "aftersales:payments")
    navigation.add("month", pgettext_lazy("after-sales", "Ledger"), "aftersales:month", "aftersales.pay")
    navigation.add("offers", pgettext_lazy("after-sales", "Goods kept"), "aftersales:offers")
    panels.add("money", "aftersales/settling/_panel.html", panel, order=40)


def panel(person: Person, case: Case, at: datetime) -> Mapping[str, Any] | None:
    """What the case page shows of its money: sums and the way to the rest."""
    ceiling = knowing.ceiling(case, at=at)
    payments = list(case.settlements.order_by("-pk")[:5])
    return {"ceiling": ceiling, "payments": payments, "owed_fen": ordering.owed_fen(case), "orders": list(case.case_orders.select_related("order").order_by("pk"))}


def _titles(ids: Sequence[int]) -> Mapping[int, str]:
    rows = Settlement.objects.filter(pk__in=ids).select_related("case")
    return {one.pk: f"{one.case.number} {one.get_kind_display()} {money.show(one.amount_fen)}" for one in rows}


def _clock_changed(deadline: Deadline) -> None:
    row = Settlement.objects.filter(pk=deadline.subject_id).select_related("case").first()
    if row is not None:
        bell.case_changed(row.case)
