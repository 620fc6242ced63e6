"""How the journal tells of customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from dangban.customers.models import Customer
from dangban.journal import ports

VERBS = {
    "customers.tagged": _("tagged the customer"),
    "customers.untagged": _("took a tag from the customer"),
    "customers.credit_set": _("set the credit level of the customer"),
    "customers.risk_marked": _("marked as a risk the customer"),
    "customers.risk_lifted": _("lifted the risk mark of the customer"),
    "customers.merged": _("merged the customer with another"),
    "customers.unmerged": _("took back the merge of the customer"),
    "customers.revealed": _("looked at the whole number of the customer"),
    "customers.exported": _("exported customers"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_subject("customers.customer", _("customer"), url_name="customers:profile", titles=_names)


def _names(ids: Sequence[int]) -> Mapping[int, str]:
    return dict(Customer.objects.filter(pk__in=ids).values_list("pk", "name"))
