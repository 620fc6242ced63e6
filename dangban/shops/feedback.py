"""Faults of a shop's pages: noted by who sees them, put right by design or operations, told to who noted them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.desk.actions import ask_department, notify
from dangban.desk.models import DepartmentRequest
from dangban.desk.ports import RequestKind, register_request_kind
from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import Actor
from dangban.lib.errors import BadInput
from dangban.lib.text import one_line, refuse_unstorable
from dangban.people.models import Department, Person, Shop
from dangban.shops import access, rules
from dangban.shops.models import PageFeedback, Product

KIND = "shops.page"
# Who is asked by default, by the codes of departments; the first that the company has.
_BY_DESIGN = ("design", "marketing", "operations")
_BY_OPERATIONS = ("operations", "marketing", "design")
_OF_DESIGN = frozenset({"picture", "sizes", "description", "title"})

Fault = PageFeedback.Fault


def register() -> None:
    fields = (("fault", gettext_lazy("fault")), ("page", gettext_lazy("page")))
    kind = RequestKind(gettext_lazy("Put a page right"), "design", fields, settled=_tell_the_others, elsewhere=True)
    register_request_kind(KIND, kind)


def department_for(fault: str) -> Department | None:
    """Who sees to this kind of fault, where the company has such a department."""
    codes = _BY_DESIGN if fault in _OF_DESIGN else _BY_OPERATIONS
    there = {one.code: one for one in Department.objects.filter(code__in=codes)}
    return next((there[code] for code in codes if code in there), None)


def report(
    shop: Shop,
    fault: str,
    text: str,
    *,
    by: Person,
    product: Product | None = None,
    department: Department | None = None,
    url: str = "",
    page: str = "",
    at: datetime | None = None,
) -> PageFeedback:
    """Note a fault. Whoever is first asks the department, with a deadline; the same fault again joins that request."""
    access.require(by, "shops.view", shop.pk)
    at = at or clock.now()
    text = one_line(refuse_unstorable(text.strip(), "text"), 500)
    page = refuse_unstorable(page.strip(), "page")[:300]
    _check(shop, fault, text, product, department)
    if department is None:
        raise BadInput(_("Choose the department that sees to it."), fields={"department": [_("Choose the department that sees to it.")]})
    with transaction.atomic():
        if product is not None:
            # Two who note it at once: the second sees the first's.
            Product.objects.select_for_update().get(pk=product.pk)
        running = _running(shop, fault, product)
        request = running or _ask(shop, fault, text, product, department, url, page, by=by, at=at)
        noted = PageFeedback.objects.create(
            shop=shop, product=product, fault=fault, text=text, request=request, url=_own(url), by=by, at=at
        )
        change = {"fault": fault, "text": text, "joined": running is not None}
        record("shops.page_reported", subject=noted, by=by, shop=shop.pk, change=change, at=at)
    return noted


@dataclass(frozen=True, slots=True)
class PageCount:
    """What was noted of one product, or of a shop's own pages."""

    shop: Shop
    product: Product | None
    noted: int
    open: int
    faults: str
    last_at: datetime


def of_product(product: Product, limit: int = 20) -> Sequence[PageFeedback]:
    return list(_with_all(PageFeedback.objects.filter(product=product))[:limit])


def newest(person: Person, *, shop_id: int | None = None, open_only: bool = False, before: int | None = None, size: int = 50) -> list[PageFeedback]:
    """What was noted in this person's shops, newest first, from a row on."""
    rows = PageFeedback.objects.filter(access.where(person, "shops.view"))
    if shop_id is not None:
        rows = rows.filter(shop=shop_id)
    if open_only:
        rows = rows.filter(request__settled_at=None)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(_with_all(rows)[:size])


def counts(person: Person, since: datetime, *, shop_id: int | None = None, limit: int = 20) -> list[PageCount]:
    """Which pages were noted most since a day: how often, how many are open, which faults."""
    rows = PageFeedback.objects.filter(access.where(person, "shops.view"), at__gte=since)
    if shop_id is not None:
        rows = rows.filter(shop=shop_id)
    tallied = rows.values("shop", "product").annotate(
        noted=Count("pk"), open=Count("pk", filter=Q(request__settled_at=None)), last_at=Max("at")
    )
    found = list(tallied.order_by("-noted", "-last_at", "shop", "product")[:limit])
    shops = Shop.objects.in_bulk({one["shop"] for one in found})
    products = Product.objects.in_bulk({one["product"] for one in found if one["product"] is not None})
    faults = _faults(rows, found)
    return [
        PageCount(
            shops[one["shop"]], products.get(one["product"]), one["noted"], one["open"],
            faults[one["shop"], one["product"]], one["last_at"],
        )
        for one in found
    ]  # fmt: skip


# ---- Parts ---------------------------------------------------------------------------------------


def _check(shop: Shop, fault: str, text: str, product: Product | None, department: Department | None) -> None:
    if product is not None and product.shop_id != shop.pk:
        raise BadInput(_("This product is sold in another shop."))
    wrong = {}
    if fault not in Fault.values:
        wrong["fault"] = [_("Choose what is wrong on the page.")]
    if not text:
        wrong["text"] = [_("Say what is wrong and how it should be.")]
    if wrong:
        raise BadInput(next(iter(wrong.values()))[0], fields=wrong)


def _running(shop: Shop, fault: str, product: Product | None) -> DepartmentRequest | None:
    """The request that runs for the same fault of the same page; of shop pages each is its own."""
    if product is None:
        return None
    same = PageFeedback.objects.filter(shop=shop, product=product, fault=fault, request__settled_at=None)
    first = same.select_related("request").order_by("pk").first()
    return first.request if first is not None else None


def _ask(
    shop: Shop, fault: str, text: str, product: Product | None, department: Department, url: str, page: str, *, by: Person, at: datetime
) -> DepartmentRequest:
    decision = rules.page_fixed_by(at, in_force(at))
    with translation.override(by.language):
        label = str(Fault(fault).label)
    title = f"{label}: {product.title}" if product is not None else f"{label}: {shop.name}"
    where = page or (product.url if product is not None else "")
    request = ask_department(
        KIND, department, title[:200], by=by, at=at, shop=shop, body=text, facts={"fault": label, "page": where},
        subject=product if product is not None else shop, url=url,
        due_at=datetime.fromisoformat(decision.outcome) if decision is not None else None,
    )  # fmt: skip
    if decision is not None:
        keep(decision, subject=request, by=by, shop=shop.pk, at=at)
    return request


def _tell_the_others(request: DepartmentRequest, by: Actor, at: datetime) -> None:
    """The desk tells who asked; those who noted the same are told here, with their way back to the customer."""
    told = {request.asked_by_id}
    for one in PageFeedback.objects.filter(request=request).select_related("by", "shop").order_by("pk"):
        if one.by_id in told:
            continue
        told.add(one.by_id)
        with translation.override(one.by.language):
            said = _("The page was put right: %(title)s") if request.done else _("The page stays as it is: %(title)s")
        title = said % {"title": request.title}
        notify(one.by, title[:200], request.answer, by=by, url=one.url, shop=one.shop, at=at)


def _with_all(rows: QuerySet[PageFeedback]) -> QuerySet[PageFeedback]:
    return rows.select_related("shop", "product", "by", "request", "request__department", "request__settled_by").order_by("-pk")


def _faults(rows: QuerySet[PageFeedback], found: Iterable[Mapping[str, Any]]) -> dict[tuple[object, object], str]:
    by_page: dict[tuple[object, object], list[str]] = {(one["shop"], one["product"]): [] for one in found}
    tallied = rows.values("shop", "product", "fault").annotate(noted=Count("pk")).order_by("-noted", "fault")
    for one in tallied:
        if (one["shop"], one["product"]) in by_page:
            label = str(Fault(one["fault"]).label)
            by_page[one["shop"], one["product"]].append(f"{label} {one['noted']}")
    return {page: "、".join(said) for page, said in by_page.items()}


def _own(url: str) -> str:
    url = url.strip()
    return url if url.startswith("/") and not url.startswith("//") and len(url) <= 200 else ""
