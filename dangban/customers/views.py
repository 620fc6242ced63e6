"""Pages of customers: the list, one profile with its timeline, and what is done there."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangban.customers import access, actions, ports, queries
from dangban.customers.forms import MergeForm, RiskForm, TagForm
from dangban.customers.models import Customer, Merge, RiskMark
from dangban.lib import clock, listing, masks
from dangban.lib.errors import BadInput, NotAllowed
from dangban.lib.excel import Column
from dangban.people.access import signed_in
from dangban.people.models import Shop

_MOST_EXPORTED = 20_000


@require_safe
@login_required
def customer_list(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    if not person.can("customers.view"):
        raise NotAllowed(_("Customers are not part of your work here."))
    filters = queries.Filters.read(request.GET)
    page = queries.list_page(person, filters, request.GET.get("after", ""))
    shops = list(Shop.objects.filter(access.where(person, "customers.view", "pk")).order_by("name", "pk"))
    context = {
        "filters": filters,
        "page": page,
        "chips": _chips(person, filters, shops),
        "narrowed": bool(filters.as_query()),
        "next_url": _address(filters, after=page.next) if page.next else "",
        "first_url": "" if page.first else _address(filters),
        "may_export": person.can("customers.export"),
        "export_url": reverse("customers:export", query=filters.as_query()),
    }
    return render(request, "customers/customer_list.html", context)


def _address(filters: queries.Filters, **changed: Any) -> str:
    return reverse("customers:list", query=filters.as_query(**changed))


def _chips(person: Any, filters: queries.Filters, shops: list[Shop]) -> list[dict[str, Any]]:
    groups: list[tuple[str, str, list[tuple[Any, str]]]] = []
    if len(shops) > 1:
        groups.append(("shop", _("Shop"), [(shop.pk, shop.name) for shop in shops]))
    groups.append(("risk", _("Risk"), [("open", _("Marked as a risk"))]))
    groups.append(("tag", _("Tag"), [(text, text) for text in queries.tags_in_use(person)]))
    current = {"shop": filters.shop, "risk": filters.risk, "tag": filters.tag}
    return listing.chip_groups(groups, current, partial(_address, filters))


@require_safe
@login_required
def export(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    if not person.can("customers.export"):
        raise NotAllowed(_("You may not take customers out as a file. Ask your manager."))
    filters = queries.Filters.read(request.GET)
    found = list(queries.filtered(person, filters).order_by("-pk")[:_MOST_EXPORTED])
    columns = [
        Column(_("Customer"), width=20),
        Column(_("Accounts"), width=30),
        Column(_("Phone"), width=14),
        Column(_("Standing"), width=10),
        Column(_("Orders"), "number", 8),
        Column(_("Spent"), "money", 12),
        Column(_("Last order"), "when", 20),
        Column(_("Tags"), width=24),
    ]
    rows = [
        [
            r.name,
            "、".join(r.handles),
            masks.phone(r.phone),
            r.standing_label,
            r.orders,
            r.spent_fen,
            r.last_order_at,
            "、".join(r.tags),
        ]
        for start in range(0, len(found), 500)
        for r in queries.rows_of(person, found[start : start + 500])
    ]
    actions.log_export(person, filters.as_query(), len(rows))
    return listing.taken_out(request.GET.get("as", ""), "customers", columns, rows)


@require_safe
@login_required
def profile(request: HttpRequest, pk: int) -> HttpResponse:
    customer = access.get_customer(signed_in(request), pk)
    if customer.pk != pk:
        return redirect("customers:profile", customer.pk)
    return render(request, "customers/profile.html", _context(request, customer))


def _context(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    person = signed_in(request)
    today = clock.business_day(clock.now())
    kind = request.GET.get("kind", "")
    kinds = ports.timeline_kinds()
    found = queries.profile(person, customer)
    return {
        "profile": found,
        "customer": customer,
        "today": today,
        "open_risks": [mark for mark in found.risks if queries.is_open(mark, today)],
        "risk_names": queries.RISKS,
        "timeline": ports.timeline(person, customer, kind=kind),
        "kinds": [
            {"key": "", "label": _("Everything")},
            *({"key": key, "label": label} for key, label in kinds),
        ],
        "kind": kind,
        "platforms": dict(Shop.Platform.choices),
        "levels": actions.LEVELS,
        "tag_form": TagForm(),
        "risk_form": RiskForm(),
        "merge_form": MergeForm(),
        "may_edit": access.may(person, "customers.edit", customer),
        "may_mark": access.may(person, "customers.mark_risk", customer),
        "may_merge": access.may(person, "customers.merge", customer),
        "may_reveal": access.may(person, "customers.reveal", customer),
        "masks": {"phone": masks.phone, "name": masks.name},
    }


@require_safe
@login_required
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer in a few lines, for a pane beside a conversation."""
    return render(
        request,
        "customers/_customer_card.html",
        _context(request, access.get_customer(signed_in(request), pk)),
    )


@require_safe
@login_required
def timeline(request: HttpRequest, pk: int) -> HttpResponse:
    return render(
        request, "customers/_timeline.html", _context(request, access.get_customer(signed_in(request), pk))
    )


@require_POST
@login_required
def tags(request: HttpRequest, pk: int) -> HttpResponse:
    customer = access.get_customer(signed_in(request), pk)
    actions.add_tag(customer, request.POST.get("text", ""), by=signed_in(request))
    return redirect("customers:profile", customer.pk)


@require_POST
@login_required
def tag_removal(request: HttpRequest, pk: int, tag_pk: int) -> HttpResponse:
    customer = access.get_customer(signed_in(request), pk)
    tag = (
        queries.visible_tags(signed_in(request))
        .select_related("customer")
        .filter(customer=customer, pk=tag_pk)
        .first()
    )
    if tag is None:
        raise Http404("tag")
    actions.remove_tag(tag, by=signed_in(request))
    return redirect("customers:profile", customer.pk)


@require_POST
@login_required
def credit(request: HttpRequest, pk: int) -> HttpResponse:
    customer = access.get_customer(signed_in(request), pk)
    given = request.POST.get("level", "")
    actions.set_credit(
        customer, int(given) if given.isdecimal() and len(given) < 4 else 0, by=signed_in(request)
    )
    return redirect("customers:profile", customer.pk)


@require_POST
@login_required
def risks(request: HttpRequest, pk: int) -> HttpResponse:
    customer = access.get_customer(signed_in(request), pk)
    form = RiskForm(request.POST)
    if not form.is_valid():
        return render(
            request, "customers/profile.html", _context(request, customer) | {"risk_form": form}, status=422
        )
    try:
        actions.mark_risk(
            customer, form.cleaned_data["kind"], form.cleaned_data["evidence"], by=signed_in(request)
        )
    except BadInput as wrong:
        form.add_error("evidence", wrong.message)
        return render(
            request, "customers/profile.html", _context(request, customer) | {"risk_form": form}, status=422
        )
    return redirect("customers:profile", customer.pk)


@require_POST
@login_required
def risk_lifting(request: HttpRequest, pk: int, mark_pk: int) -> HttpResponse:
    customer = access.get_customer(signed_in(request), pk)
    mark: RiskMark | None = (
        queries.visible_risks(signed_in(request))
        .select_related("customer")
        .filter(customer=customer, pk=mark_pk)
        .first()
    )
    if mark is None:
        raise Http404("risk mark")
    actions.lift_risk(mark, by=signed_in(request))
    return redirect("customers:profile", customer.pk)


@require_POST
@login_required
def merges(request: HttpRequest, pk: int) -> HttpResponse:
    customer = access.get_customer(signed_in(request), pk)
    form = MergeForm(request.POST)
    if not form.is_valid():
        return render(
            request, "customers/profile.html", _context(request, customer) | {"merge_form": form}, status=422
        )
    other = access.get_customer(signed_in(request), form.cleaned_data["other"])
    actions.merge(customer, other, by=signed_in(request), reason=form.cleaned_data["reason"])
    return redirect("customers:profile", customer.pk)


@require_POST
@login_required
def merge_undoing(request: HttpRequest, pk: int, merge_pk: int) -> HttpResponse:
    customer = access.get_customer(signed_in(request), pk)
    row = Merge.objects.select_related("kept").filter(kept=customer, pk=merge_pk).first()
    if row is None:
        raise Http404("merge")
    actions.unmerge(row, by=signed_in(request))
    return redirect("customers:profile", customer.pk)
