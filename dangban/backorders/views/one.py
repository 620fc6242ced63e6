"""One customer on the register: put there, told, given other goods, taken off; and the pane beside a conversation."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.backorders import access, actions, queries
from dangban.backorders.actions import Said, Wish
from dangban.backorders.forms import ContactForm, FewerForm, UntilForm, WhyForm, WishForm
from dangban.backorders.models import Wait
from dangban.backorders.views import only_viewers
from dangban.chat.models import Thread
from dangban.customers import access as customers
from dangban.customers.models import Customer
from dangban.lib import clock
from dangban.lib.errors import BadInput
from dangban.lib.errors import Said as Refusal
from dangban.lib.text import whole
from dangban.orders import access as orders
from dangban.orders.models import Order
from dangban.people.access import people_who_may, signed_in
from dangban.people.models import Person, Shop
from dangban.shops import queries as catalogue
from dangban.shops.models import Sku

HITS = 12


# ---- Onto the register -------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    """By hand, or for the buyer of an order."""
    person = only_viewers(request, "backorders.register")
    order = _order(person, request.GET.get("order", ""))
    fixed = ("shop", "customer") if order is not None else ()
    form = WishForm(person, request.POST or None, initial=_start(person, order, request), fixed=fixed)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        customer = order.customer if order is not None and order.customer is not None else given["customer"]
        if order is not None and given["sku"].shop_id != order.shop_id:
            raise Http404("order")
        try:
            made = actions.register(customer, _wish(given), by=person, order=order)
        except Refusal as said:
            _tell(form, said)
        else:
            messages.success(request, _("On the register; whoever came before is served before."))
            return redirect("backorders:wait", made.pk)
    context = {"form": form, "order": order}
    return render(request, "backorders/new.html", context, status=422 if request.method == "POST" else 200)


def _order(person: Person, pk: str) -> Order | None:
    number = whole(pk)
    if number is None:
        return None
    order = orders.get_order(person, number)
    if order.customer is None:
        raise BadInput(_("Who bought this order is not known here."))
    return order


def _start(person: Person, order: Order | None, request: HttpRequest) -> dict[str, Any]:
    if order is None:
        sku = Sku.objects.filter(access.where(person), pk=whole(request.GET.get("sku", "")) or 0).first()
        return {"sku": sku.code if sku else "", "shop": sku.shop_id if sku else None, "quantity": 1}
    line = order.lines.filter(sku__isnull=False).select_related("sku").order_by("position").first()
    start: dict[str, Any] = {"shop": order.shop_id, "quantity": line.quantity if line else 1}
    return start | ({"sku": line.sku.code} if line and line.sku else {})


def _wish(given: dict[str, Any]) -> Wish:
    return Wish(given["sku"], given["quantity"], given["takes_other"], given["other"] or None, given["until"], given["note"])


def _tell(form: forms.Form, said: Refusal) -> None:
    fields = said.fields if isinstance(said, BadInput) else {}
    known = {name: faults for name, faults in fields.items() if name in form.fields}
    for name, faults in known.items():
        form.add_error(name, list(faults))
    if not known:
        form.add_error(None, said.message)


# ---- Beside a conversation -----------------------------------------------------------------------


@require_safe
@login_required
def panel(request: HttpRequest) -> HttpResponse:
    """What the customer of a conversation waits for, and goods to register with one click."""
    person = only_viewers(request)
    shop, customer, thread = _whose(person, request.GET)
    return _panel(request, person, shop, customer, thread, request.GET.get("q", "").strip()[:80])


@require_POST
@login_required
def quick(request: HttpRequest) -> HttpResponse:
    """One click on goods that are out: registered as the pane says, and the pane drawn anew."""
    person = only_viewers(request, "backorders.register")
    shop, customer, thread = _whose(person, request.POST)
    given = request.POST.copy()
    given["shop"] = str(shop.pk)
    form = WishForm(person, given, fixed=("shop", "customer"))
    said = ""
    if form.is_valid():
        try:
            actions.register(customer, _wish(form.cleaned_data), by=person, thread_id=thread.pk if thread else None)
        except Refusal as refusal:
            said = refusal.message
    else:
        said = " ".join(str(error) for errors in form.errors.values() for error in errors)
    response = _panel(request, person, shop, customer, thread, "", said)
    if not said:
        text = _("On the register; whoever came before is served before.")
        response["HX-Trigger"] = json.dumps({"toast": {"text": text, "kind": "ok"}, "conversations:changed": ""})
    else:
        response.status_code = 422
    return response


def _whose(person: Person, given: Any) -> tuple[Shop, Customer, Thread | None]:
    shop = access.visible_shops(person).filter(pk=whole(given.get("shop", "")) or 0).first()
    if shop is None:
        raise Http404("shop")
    customer = customers.get_customer(person, whole(given.get("customer", "")) or 0)
    thread = Thread.objects.filter(pk=whole(given.get("thread", "")) or 0, shop=shop, customer=customer).first()
    return shop, customer, thread


def _panel(
    request: HttpRequest, person: Person, shop: Shop, customer: Customer, thread: Thread | None, typed: str, said: str = ""
) -> HttpResponse:
    hits = _goods(person, shop, typed) if typed else []
    rows = queries.open_of(person, customer.pk, shop.pk)
    context = {
        "shop": shop,
        "customer": customer,
        "thread": thread,
        "typed": typed,
        "hits": hits,
        "said": said,
        "rows": rows,
        "waited_for": {row.wait.sku_id for row in rows if row.wait.is_open},
        "may_register": person.can("backorders.register", shop=shop),
    }
    return render(request, "backorders/_panel.html", context)


def _goods(person: Person, shop: Shop, typed: str) -> list[catalogue.Hit]:
    """Goods by their code, else as goods are searched everywhere."""
    by_code = Sku.objects.filter(shop=shop, code__iexact=typed).select_related("product").order_by("-listed", "pk")[:HITS]
    if by_code:
        return [catalogue.hit_of(sku.product, sku) for sku in by_code]
    return [hit for hit in catalogue.find_products(person, typed, shop_id=shop.pk, limit=HITS) if hit.sku]


# ---- One of them ---------------------------------------------------------------------------------


@require_safe
@login_required
def wait(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    return render(request, "backorders/wait.html", _one(person, access.get_wait(person, pk)))


@require_safe
@login_required
def card(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    return render(request, "backorders/_card.html", _one(person, access.get_wait(person, pk)))


def _one(person: Person, found: Wait, form: ContactForm | None = None) -> dict[str, Any]:
    at = clock.now()
    thread = actions.thread_of(found)
    may = person.can("backorders.register", shop=found.shop_id)
    words = actions.words_of(found, "arrived", at) if found.state in Wait.HELD else ""
    start = {"way": "phone", "text": words, "seen": found.version}
    return {
        "wait": found,
        "card": queries.card(found),
        "thread": thread,
        "may": may and found.is_open,
        "form": form or ContactForm(initial=start),
        "is_held": found.state in Wait.HELD,
        "colleagues": people_who_may("backorders.register", found.shop_id).exclude(pk=found.owner_id).order_by("name", "pk") if may else [],
    }


@require_POST
@login_required
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = access.get_wait(person, pk)
    form = ContactForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            actions.contact(found, Said(given["way"], given["answered"], given["text"], given["seen"]), by=person)
        except BadInput as said:
            _tell(form, said)
        else:
            return redirect("backorders:wait", pk)
    access.require(person, found.shop_id)
    return render(request, "backorders/wait.html", _one(person, found, form), status=422)


@require_POST
@login_required
def fewer(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, FewerForm(request.POST), lambda found, given, seen, by: actions.take_fewer(found, given["quantity"], by=by, seen=seen))


@require_POST
@login_required
def until(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, UntilForm(request.POST), lambda found, given, seen, by: actions.wait_longer(found, given["until"], by=by, seen=seen))


@require_POST
@login_required
def withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, WhyForm(request.POST), lambda found, given, seen, by: actions.withdraw(found, by=by, why=given["why"], seen=seen))


@require_POST
@login_required
def substitute(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer takes other goods, named by their code."""
    person = signed_in(request)
    found = access.get_wait(person, pk)
    code = request.POST.get("sku", "").strip()[:64]
    sku = Sku.objects.filter(shop=found.shop_id, code__iexact=code).order_by("-listed", "pk").first()
    if sku is None:
        message = _("There are no goods with the code “%(code)s” in this shop.") % {"code": code[:40]}
        raise BadInput(message, fields={"sku": [message]})
    actions.accept_substitute(found, sku, by=person, seen=whole(request.POST.get("seen", "")))
    return redirect("backorders:wait", pk)


@require_POST
@login_required
def owner(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = access.get_wait(person, pk)
    to = Person.objects.filter(pk=whole(request.POST.get("to", "")) or 0).first()
    if to is None:
        message = _("Choose who sees to this customer.")
        raise BadInput(message, fields={"to": [message]})
    actions.hand_on(found, to, by=person)
    return redirect("backorders:wait", pk)


def _act(request: HttpRequest, pk: int, form: forms.Form, act: Callable[[Wait, dict[str, Any], int | None, Person], Wait]) -> HttpResponse:
    person = signed_in(request)
    found = access.get_wait(person, pk)
    if not form.is_valid():
        faults = {name: [str(error) for error in errors] for name, errors in form.errors.items()}
        raise BadInput(next(iter(faults.values()))[0], fields=faults)
    act(found, form.cleaned_data, whole(request.POST.get("seen", "")), person)
    return redirect("backorders:wait", pk)
