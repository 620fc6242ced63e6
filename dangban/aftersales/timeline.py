"""What cases add to customers' and orders' pages, and how they follow when two customers are one."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _

from dangban.aftersales import access, bell, queries
from dangban.aftersales.models import Case, Evidence
from dangban.aftersales.rules.flow import STATES
from dangban.customers.models import Customer
from dangban.customers.ports import TimelineItem
from dangban.desk.ports import Found
from dangban.orders.models import Order
from dangban.orders.ports import Link
from dangban.people.models import Person


def timeline(person: Person, customer: Customer, before: datetime | None, limit: int) -> list[TimelineItem]:
    rows = access.visible_cases(person).filter(customer=customer).select_related("shop")
    if before is not None:
        rows = rows.filter(opened_at__lt=before)
    return [
        TimelineItem(
            at=one.opened_at, kind="aftersales", title=f"{one.number} {one.get_kind_display()}", url=reverse("aftersales:case", args=[one.pk]),
            note=str(STATES[one.state].label), shop=one.shop.name,
        )
        for one in rows.order_by("-opened_at", "-pk")[:limit]
    ]  # fmt: skip


def links(person: Person, order: Order) -> list[Link]:
    """Cases of an order, and where a new one is opened."""
    found = [
        Link(
            f"{one.number} {one.get_kind_display()}", reverse("aftersales:case", args=[one.pk]), one.opened_at, str(STATES[one.state].label),
            live=f"case:{one.pk}",
        )
        for one in queries.of_order(person, order)
    ]  # fmt: skip
    if order.status not in (Order.Status.UNPAID,) and access.may(person, "aftersales.handle", order.shop_id):
        found.append(Link(_("Open an after-sales case"), reverse("aftersales:new-of", args=[order.pk])))
    return found


def find(person: Person, shop_id: int, typed: str) -> Found | None:
    """A case of this shop by one of its numbers, for a field that names one."""
    one = queries.searched(person, typed).filter(shop=shop_id).order_by("-pk").first()
    return Found(f"{one.number} {one.get_kind_display()}", reverse("aftersales:case", args=[one.pk])) if one else None


def move(merged: Customer, kept: Customer) -> dict[str, list[int]]:
    moved = {
        "cases": list(Case.objects.filter(customer=merged).values_list("pk", flat=True)),
        "evidence": list(Evidence.objects.filter(customer=merged).values_list("pk", flat=True)),
    }
    _hand(moved, kept)
    return moved


def give_back(moved: dict[str, list[int]], kept: Customer, merged: Customer) -> None:
    _hand(moved, merged)


def _hand(moved: dict[str, list[int]], to: Customer) -> None:
    Evidence.objects.filter(pk__in=moved.get("evidence", [])).update(customer=to)
    rows = Case.objects.filter(pk__in=moved.get("cases", []))
    rows.update(customer=to, version=F("version") + 1)
    for case in rows:
        bell.case_changed(case)
