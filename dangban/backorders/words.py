"""How the journal tells of the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.backorders.models import Wait
from dangban.journal import ports

VERBS = {
    "backorders.registered": _("put on the back-order register:"),
    "backorders.arrived": _("found goods for who waits:"),
    "backorders.partly_arrived": _("found a part of the goods for who waits:"),
    "backorders.lost_again": _("lost goods kept for who waits:"),
    "backorders.told": _("left a message for who waits:"),
    "backorders.contacted": _("contacted who waits:"),
    "backorders.answered": _("heard an answer of who waits:"),
    "backorders.withdrawn": _("took off the back-order register:"),
    "backorders.lessened": _("lessened what is waited for:"),
    "backorders.substituted": _("noted that other goods are accepted:"),
    "backorders.until_changed": _("agreed another day with who waits:"),
    "backorders.handed_on": _("handed on a customer who waits:"),
    "backorders.recovered": _("credited a recovered sale:"),
    "backorders.given_back": _("took back the credit of a recovered sale:"),
    "backorders.expired": _("ended a wait that took too long:"),
    "backorders.lapsed": _("stopped keeping goods:"),
    "backorders.short_reported": _("reported out of stock:"),
    "backorders.seller_knows": _("knows that goods are lacking for"),
    "backorders.customer_chose": _("noted what the customer chose about"),
    "backorders.short_over": _("found nothing lacking any more for"),
    "backorders.exported": _("exported the back-order register of"),
}

FIELDS = {
    "wait_until": _("waits until"),
    "instead_of": pgettext_lazy("back-order", "instead of"),
    "reached": _("reached"),
    "choice": pgettext_lazy("journal", "choice"),
    "what": pgettext_lazy("journal", "what"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="backorders")
    ports.name_subject("backorders.wait", _("back-order"), titles=_waits)


def _waits(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Wait.objects.filter(pk__in=ids).values_list("pk", "sku__code"))
