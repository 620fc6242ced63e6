"""What cases add to customers' and orders' pages, and how they follow when two customers are one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import F, Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from dangban.aftersales import access, bell, queries
from dangban.aftersales.models import Case, Evidence, LedgerEntry
from dangban.aftersales.rules.flow import STATES
from dangban.customers.models import Customer
from dangban.customers.ports import TimelineItem
from dangban.desk.ports import Found
from dangban.lib import money
from dangban.lib.errors import Refused
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


def hold(customer_ids: Collection[int]) -> None:
    """Who uses a customer's credit holds the case first and then the customer."""
    list(Case.objects.select_for_update(of=("self",)).filter(customer__in=customer_ids).order_by("pk").values_list("pk", flat=True))


def move(merged: Customer, kept: Customer) -> dict[str, list[int]]:
    moved = {
        "cases": list(Case.objects.filter(customer=merged).values_list("pk", flat=True)),
        "evidence": list(Evidence.objects.filter(customer=merged).values_list("pk", flat=True)),
    }
    _hand(moved, kept)
    return moved


def give_back(moved: dict[str, list[int]], kept: Customer, merged: Customer) -> None:
    """Refused while one of the two has used credit that is the other's: it could be used a second time."""
    _hand(moved, merged)
    for customer in (kept, merged):
        _owes_no_credit(customer)


def _owes_no_credit(customer: Customer) -> None:
    credit = LedgerEntry.objects.filter(case__customer=customer, account=LedgerEntry.Account.CREDIT)
    for shop, fen in credit.order_by("shop").values_list("shop").annotate(fen=Sum("amount_fen")):
        if fen < 0:
            used = credit.filter(shop=shop, amount_fen__lt=0).values("case")
            numbers = [case.number for case in Case.objects.filter(pk__in=used).order_by("pk")]
            said = {"amount": money.show(-fen), "cases": "、".join(numbers)}  # han
            message = _("Since the merge %(amount)s of credit that is the other customer's was used (%(cases)s). Have finance enter that use against; then take the merge back.")
            raise Refused(message % said, code="credit-used")


def _hand(moved: dict[str, list[int]], to: Customer) -> None:
    Evidence.objects.filter(pk__in=moved.get("evidence", [])).update(customer=to)
    rows = Case.objects.filter(pk__in=moved.get("cases", []))
    rows.update(customer=to, version=F("version") + 1)
    for case in rows:
        bell.case_changed(case)
