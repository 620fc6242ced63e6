"""The board of exceptions (异常订单), one of them, and what people do about it."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.handbook.decisions import reasons
from dangban.lib import clock, listing, masks, text
from dangban.lib.errors import BadInput, NotAllowed
from dangban.orders import access, actions
from dangban.orders import exceptions as acting
from dangban.orders.exceptions import chasing, exporting, kinds, owners
from dangban.orders.exceptions import listing as board_rows
from dangban.orders.forms import OpeningForm, PromiseForm, SettlingForm
from dangban.orders.models import Order, OrderException
from dangban.people.access import signed_in
from dangban.people.models import Person, Shop


@require_safe
@login_required
def board(request: HttpRequest) -> HttpResponse:
    person = _reader(request)
    filters = _filters(request)
    at = clock.now()
    page = board_rows.list_page(person, filters, at, request.GET.get("after", ""))
    shops = list(Shop.objects.filter(access.where(person, "orders.view", "pk")).order_by("name", "pk"))
    after = request.GET.get("after", "")
    context = {
        "filters": filters,
        "page": page,
        "kind_of": kinds.kind_of,
        "count": board_rows.count(person, filters, at),
        "chips": _chips(person, filters, shops),
        "narrowed": bool(_query(filters)),
        "here": _query(filters, **({"after": after} if after else {})),
        "first_url": _address(filters) if after else "",
        "next_url": _address(filters, after=page.next) if page.next else "",
        "export_url": reverse("orders:exceptions-export", query=_query(filters)),
        "may_export": person.can("orders.export"),
        "now_": at,
    }
    template = "orders/_exceptions.html" if listing.is_fragment(request) else "orders/exceptions.html"
    return render(request, template, context)


@require_safe
@login_required
def export(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    if not person.can("orders.export"):
        raise NotAllowed(_("You may not take orders out as a file. Ask your leader."))
    filters = _filters(request)
    data, count, shops = exporting.board(person, filters, clock.now())
    actions.log_export(person, _query(filters), count, shops)
    return listing.download(data, f"exceptions-{clock.local(clock.now()):%Y%m%d-%H%M}.xlsx")


@require_safe
@login_required
def exception(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    return _page(request, person, board_rows.get(person, pk))


@require_safe
@login_required
def facts(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of it so far, for an open page."""
    person = signed_in(request)
    found = board_rows.get(person, pk)
    return render(request, "orders/_exception_facts.html", _facts(person, found))


@require_POST
@login_required
def promise(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = board_rows.get(person, pk)
    form = PromiseForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            acting.promise(found, given["promised_for"], by=person, text=given["text"], seen=given["seen"])
        except BadInput as wrong:
            _keep(form, wrong)
        else:
            return redirect("orders:exception", pk)
    return _page(request, person, found, promise_form=form, status=422)


@require_POST
@login_required
def owner(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = board_rows.get(person, pk)
    to = Person.objects.filter(pk=text.whole(request.POST.get("to", "")) or 0).first()
    if to is None:
        message = _("Choose who is to see to it.")
        raise BadInput(message, fields={"to": [message]})
    acting.reassign(found, to, by=person, seen=text.whole(request.POST.get("seen", "")))
    return redirect("orders:exception", pk)


@require_POST
@login_required
def settlement(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = board_rows.get(person, pk)
    form = SettlingForm(request.POST, outcomes=kinds.choices_of(kinds.kind_of(found.kind)))
    if form.is_valid():
        given = form.cleaned_data
        acting.settle(found, given["outcome"], by=person, answer=given["answer"], seen=given["seen"])
        return redirect("orders:exceptions")
    return _page(request, person, found, settling_form=form, status=422)


@require_POST
@login_required
def chase(request: HttpRequest, pk: int) -> HttpResponse:
    """The warehouse was asked where the order stays."""
    person = signed_in(request)
    found = board_rows.get(person, pk)
    chasing.chase(found.order, by=person, note=request.POST.get("note", ""))
    return redirect("orders:exception", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def opening(request: HttpRequest, pk: int) -> HttpResponse:
    """Open one by hand from an order or from the talk with its buyer."""
    person = signed_in(request)
    order = access.get_order(person, pk)
    access.require(person, "orders.flag", order.shop_id)
    if request.method == "POST":
        form = OpeningForm(request.POST, kinds=_by_hand())
        if form.is_valid():
            made = _open(order, form.cleaned_data, person)
            return redirect("orders:exception", made.pk)
        return render(request, "orders/exception_opening.html", {"order": order, "form": form}, status=422)
    form = OpeningForm(kinds=_by_hand())
    return render(request, "orders/exception_opening.html", {"order": order, "form": form})


def _open(order: Order, given: dict[str, Any], person: Person) -> OrderException:
    kind, _dot, reason = given["what"].partition(".")
    mine = person if given["mine"] else None
    return acting.open_exception(order, kind, by=person, reason=reason, note=given["note"], owner=mine)


def _by_hand() -> list[kinds.Kind]:
    return [kind for kind in kinds.all_kinds() if kind.by_hand]


def _reader(request: HttpRequest) -> Person:
    person = signed_in(request)
    if not person.can("orders.view"):
        raise NotAllowed(_("Orders are not part of your work here."))
    return person


def _page(
    request: HttpRequest,
    person: Person,
    found: OrderException,
    *,
    promise_form: PromiseForm | None = None,
    settling_form: SettlingForm | None = None,
    status: int = 200,
) -> HttpResponse:
    named = kinds.kind_of(found.kind)
    may = found.settled_at is None and access.may(person, named.needs, found.shop_id)
    may_give = found.owner_id == person.pk or access.may(person, "desk.assign", found.shop_id)
    context = _facts(person, found) | {
        "may_act": may,
        "promise_form": promise_form or PromiseForm(initial={"seen": found.version}),
        "settling_form": settling_form or SettlingForm(initial={"seen": found.version}, outcomes=kinds.choices_of(named)),
        "may_chase": found.settled_at is None and access.may(person, "orders.flag", found.shop_id) and chasing.may_chase(found.order),
        "colleagues": owners.people_for(found, named.needs) if found.settled_at is None and may_give else [],
    }
    return render(request, "orders/exception.html", context, status=status)


def _facts(person: Person, found: OrderException) -> dict[str, Any]:
    whole = access.may(person, "customers.reveal", found.shop_id)
    return {
        "exception": found,
        "order": found.order,
        "chases": chasing.chases(found.order),
        "kind": kinds.kind_of(found.kind),
        "because_": reasons(found.because),
        "note": found.note if whole else masks.scrub(found.note),
        "answer": found.answer if whole else masks.scrub(found.answer),
    }


def _keep(form: Any, wrong: BadInput) -> None:
    for name, faults in wrong.fields.items():
        form.add_error(name if name in form.fields else None, list(faults))


def _filters(request: HttpRequest) -> board_rows.Filters:
    given = request.GET
    due = given.get("due", "")
    return board_rows.Filters(
        state="settled" if given.get("state") == "settled" else "open",
        kind=board_rows.known_kind(given.get("kind", "")),
        shop=text.whole(given.get("shop", "")),
        owner=text.whole(given.get("owner", "")),
        due=due if due in ("late", "today") else "",
        search=given.get("q", "")[:80].replace("\x00", ""),
    )


def _query(filters: board_rows.Filters, **changed: Any) -> dict[str, str]:
    current = {
        "state": "" if filters.state == "open" else filters.state, "kind": filters.kind, "shop": filters.shop,
        "owner": filters.owner, "due": filters.due, "q": filters.search,
    }  # fmt: skip
    return {name: str(value) for name, value in (current | changed).items() if value}


def _address(filters: board_rows.Filters, **changed: Any) -> str:
    return reverse("orders:exceptions", query=_query(filters, **changed))


def _chips(person: Person, filters: board_rows.Filters, shops: list[Shop]) -> list[dict[str, Any]]:
    counts = board_rows.counts_by_kind(person)
    groups: list[tuple[str, str, list[tuple[Any, str]]]] = [
        ("kind", _("Kind"), [(kind.code, _with_count(str(kind.label), counts.get(kind.code, 0))) for kind in kinds.all_kinds()]),
        ("due", _("Due"), [("late", _("Overdue")), ("today", _("Due today"))]),
        ("owner", _("Owner"), [(one.pk, _("Mine") if one == person else one.name) for one in board_rows.owners(person)]),
        ("state", _("State"), [("settled", _("Settled"))]),
    ]
    if len(shops) > 1:
        groups.insert(1, ("shop", _("Shop"), [(shop.pk, shop.name) for shop in shops]))
    current = {"kind": filters.kind, "due": filters.due, "owner": filters.owner, "shop": filters.shop}
    current["state"] = "settled" if filters.state == "settled" else ""
    return listing.chip_groups([one for one in groups if one[2]], current, partial(_address, filters))


def _with_count(label: str, count: int) -> str:
    return f"{label} {count}" if count else label
