"""Who may see a customer: whoever may see a shop they dealt with; and what they may do."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.customers.models import Customer, CustomerShop
from dangban.lib.errors import NotAllowed
from dangban.people.access import scope
from dangban.people.models import Person

PERMISSIONS = {
    "customers.view": gettext_lazy("See customers"),
    "customers.edit": gettext_lazy("Tag customers and change their credit level"),
    "customers.merge": gettext_lazy("Merge customers and take a merge back"),
    "customers.mark_risk": gettext_lazy("Mark customers as a risk"),
    "customers.reveal": gettext_lazy("See phone numbers and addresses in full; each look is recorded"),
    "customers.export": gettext_lazy("Export customers"),
    "customers.erase": gettext_lazy("Erase a customer's personal data"),
}


def where(person: Person, permission: str, path: str = "shop") -> Q:
    """The condition that keeps a queryset to the shops for which a person holds `permission`."""
    shops = scope(person).granted.get(permission, frozenset())
    # Everything, said so that "or" keeps it: an empty condition would vanish beside another.
    return ~Q(pk__in=[]) if shops is None else Q(**{f"{path}__in": shops})


def visible_customers(person: Person) -> QuerySet[Customer]:
    """Customers of visible shops, merged ones left out: they are found under whom they were merged into."""
    if person.can("customers.view") and scope(person).granted.get("customers.view") is None:
        return Customer.objects.filter(merged_into=None)
    dealt = CustomerShop.objects.filter(where(person, "customers.view"), customer=OuterRef("pk"))
    return Customer.objects.filter(Exists(dealt), merged_into=None)


def get_customer(person: Person, pk: int) -> Customer:
    """The customer, or whom they were merged into; 404 where this person may not know of them."""
    for _step in range(10):
        into = Customer.objects.filter(pk=pk).values_list("merged_into", flat=True).first()
        if into is None:
            break
        pk = into
    customer = visible_customers(person).filter(pk=pk).first()
    if customer is None:
        raise Http404("customer")
    return customer


def visible_shop_ids(person: Person, customer: Customer) -> list[int]:
    """The shops of this customer that this person may know of."""
    rows = CustomerShop.objects.filter(where(person, "customers.view"), customer=customer)
    return list(rows.values_list("shop", flat=True))


def may(person: Person, permission: str, customer: Customer) -> bool:
    """Whether a permission holds for at least one visible shop that this customer dealt with."""
    shops = scope(person).granted.get(permission, frozenset())
    if shops is None:
        return True
    return CustomerShop.objects.filter(customer=customer, shop__in=shops).exists()


def require(by: object, permission: str, customer: Customer) -> None:
    """Refuse a person who lacks `permission` for every shop of this customer."""
    if isinstance(by, Person) and not may(by, permission, customer):
        raise NotAllowed(_("You may not do this with this customer. Your leader can."))


def covers_all_shops(person: Person, permission: str, customer: Customer) -> bool:
    """Whether a permission holds for every shop this customer dealt with."""
    shops = scope(person).granted.get(permission, frozenset())
    if shops is None:
        return True
    return not CustomerShop.objects.filter(customer=customer).exclude(shop__in=shops).exists()
