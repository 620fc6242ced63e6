"""Where a dealer is a customer too, they stay so when two customers turn out to be one."""

from __future__ import annotations

from dangban.customers.models import Customer
from dangban.dealers.models import Dealer


def move(merged: Customer, kept: Customer) -> dict[str, list[int]]:
    moved = {"dealers": list(Dealer.objects.filter(customer=merged).values_list("pk", flat=True))}
    Dealer.objects.filter(pk__in=moved["dealers"]).update(customer=kept)
    return moved


def give_back(moved: dict[str, list[int]], kept: Customer, merged: Customer) -> None:
    Dealer.objects.filter(pk__in=moved.get("dealers", [])).update(customer=merged)
