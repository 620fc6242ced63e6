"""How the journal tells of discounts, what their approvals are called, and the loop that ends them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db import close_old_connections
from django.utils.translation import gettext_lazy as _

from dangban.desk.ports import ApprovalKind, register_approval
from dangban.journal import ports
from dangban.lib import background, clock
from dangban.orders.models import PriceOffer
from dangban.orders.pricing import actions

EVERY_SECONDS = 10.0
VERBS = {
    "orders.discount_asked": _("took off, or asked to take off"),
    "orders.discount_given": _("gave the discount on the order"),
    "orders.discount_ended": _("ended the discount"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_subject("orders.priceoffer", _("discount"), url_name="orders:offer", titles=_titles)
    register_approval(actions.KIND, ApprovalKind(_("Discount"), actions.settled))
    background.register("orders-prices", background.every(EVERY_SECONDS, look_round))


def look_round() -> None:
    close_old_connections()
    actions.expire(clock.now())


def _titles(ids: Sequence[int]) -> Mapping[int, str]:
    return {one.pk: actions.what(one) for one in PriceOffer.objects.filter(pk__in=ids)}
