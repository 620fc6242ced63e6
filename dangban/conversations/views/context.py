"""The pane beside a thread, tab by tab; and what is noted from the thread: wishes, promises, enquiries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dangban.conversations import access, actions, queries
from dangban.conversations.forms import EnquiryForm, PromiseForm, RequirementForm, WithdrawForm
from dangban.conversations.models import Conversation
from dangban.conversations.reads import context as beside
from dangban.conversations.reads import speech
from dangban.conversations.views.answers import dialog, done, needs, who
from dangban.orders import access as order_access
from dangban.orders.models import Order, Requirement
from dangban.people.models import Person
from dangban.shops import access as shop_access
from dangban.shops import queries as shops
from dangban.shops.models import Product

agents = needs("conversations.serve", "conversations.supervise")
form_page = require_http_methods(["GET", "POST"])


@require_GET
@agents
def tab(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    draw = TABS.get(name)
    if draw is None:
        raise Http404
    person = who(request)
    found = access.get_conversation(person, pk)
    shown = draw(person, found, request.GET.get("q", "").strip()[:80])
    return render(request, f"conversations/_context_{name}.html", {"conversation": found, **shown})


def _customer(person: Person, found: Conversation, typed: str) -> dict[str, Any]:
    return {"about": beside.about(person, found)}


def _orders(person: Person, found: Conversation, typed: str) -> dict[str, Any]:
    wishes = beside.requirements(person, found)
    return {"orders": beside.orders(person, found), "wishes": wishes}


def _products(person: Person, found: Conversation, typed: str) -> dict[str, Any]:
    return {"typed": typed, "hits": shops.find_products(person, typed, shop_id=found.shop_id, limit=12)}


def _scripts(person: Person, found: Conversation, typed: str) -> dict[str, Any]:
    return {"typed": typed, "scripts": speech.scripts(person, found, typed)}


def _tasks(person: Person, found: Conversation, typed: str) -> dict[str, Any]:
    return {"promises": beside.promises(found), "wishes": beside.requirements(person, found)}


def _enquiry(person: Person, found: Conversation, typed: str) -> dict[str, Any]:
    kept = beside.enquiry(found)
    initial = {name: getattr(kept, name) for name in ("wanted", "product", "reason", "next_contact_at")} if kept else {}
    form = EnquiryForm(products=_products_of(person, found), initial=initial)
    return {"kept": kept, "form": form}


TABS: dict[str, Callable[[Person, Conversation, str], dict[str, Any]]] = {
    "customer": _customer,
    "orders": _orders,
    "products": _products,
    "scripts": _scripts,
    "tasks": _tasks,
    "enquiry": _enquiry,
}


@form_page
@agents
def requirement(request: HttpRequest, pk: int) -> HttpResponse:
    """A wish read off the chat: shown as understood, put on the order once confirmed."""
    person = who(request)
    found = access.get_conversation(person, pk)
    orders = _orders_of(person, found)

    def act(data: Mapping[str, Any]) -> HttpResponse:
        kept = actions.require(
            found, by=person, kind=data["kind"], text=data["text"], seq=data["seq"], order=data["order"], due_at=data["due_at"]
        )
        return done(_put_on(kept))

    initial = _read_off(request, found) | {"order": orders.first()}
    form = RequirementForm(request.POST or None, orders=orders, initial=initial)
    return dialog(request, form, act, title=_("Note as requirement"), submit=_("Put it on the order"))


def _put_on(kept: Requirement) -> str:
    if kept.order is None:
        return _("Kept for the next order")
    return _("Put on order %(number)s; the order desk ticks it before dispatch") % {"number": kept.order.platform_id}


def _read_off(request: HttpRequest, found: Conversation) -> dict[str, Any]:
    """The marked words and, where the line says so, what kind of wish it is."""
    seq = request.GET.get("seq", "")
    text = request.GET.get("text", "")[:300]
    initial: dict[str, Any] = {"text": text, "kind": Requirement.Kind.OTHER}
    if seq.isdecimal():
        initial["seq"] = int(seq)
        meant = next(iter(queries.suggestions(found, int(seq))), None)
        if meant is not None:
            initial |= {"kind": meant.kind}
    return initial


@form_page
@agents
def promise(request: HttpRequest, pk: int) -> HttpResponse:
    person = who(request)
    found = access.get_conversation(person, pk)

    def act(data: Mapping[str, Any]) -> HttpResponse:
        actions.promise(found, by=person, text=data["text"], due_at=data["due_at"], seq=data["seq"], order=data["order"])
        return done(_("Noted; its clock is running"))

    seq = request.GET.get("seq", "")
    initial = {"text": request.GET.get("text", "")[:300], "seq": int(seq) if seq.isdecimal() else None}
    form = PromiseForm(request.POST or None, orders=_orders_of(person, found), initial=initial)
    return dialog(request, form, act, title=_("Note as promise"), submit=_("Note it"))


@require_POST
@agents
def promise_kept(request: HttpRequest, pk: int) -> HttpResponse:
    person = who(request)
    actions.keep_promise(access.get_promise(person, pk), by=person)
    return done(_("Promise kept"))


@form_page
@agents
def promise_withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    person = who(request)
    made = access.get_promise(person, pk)

    def act(data: Mapping[str, Any]) -> HttpResponse:
        actions.withdraw_promise(made, by=person, why=data["why"])
        return done(_("Withdrawn"))

    return dialog(request, WithdrawForm(request.POST or None), act, title=_("Withdraw the promise"), submit=pgettext("promise", "Withdraw"), lead=made.text)


@require_POST
@agents
def enquiry(request: HttpRequest, pk: int) -> HttpResponse:
    """What they want to buy, why not yet, when to ask again."""
    person = who(request)
    found = access.get_conversation(person, pk)
    form = EnquiryForm(request.POST, products=_products_of(person, found))
    if not form.is_valid():
        kept = beside.enquiry(found)
        return render(request, "conversations/_context_enquiry.html", {"conversation": found, "kept": kept, "form": form}, status=422)
    actions.record_enquiry(found, by=person, **form.cleaned_data)
    return done(_("Enquiry kept"))


@require_POST
@agents
def enquiry_lost(request: HttpRequest, pk: int) -> HttpResponse:
    person = who(request)
    actions.lose_enquiry(access.get_enquiry(person, pk), by=person)
    return done(_("Marked as lost"))


def _orders_of(person: Person, found: Conversation) -> QuerySet[Order]:
    rows = order_access.visible_orders(person).filter(customer=found.customer_id, shop=found.shop_id)
    return rows.order_by("-created_at", "-pk")


def _products_of(person: Person, found: Conversation) -> QuerySet[Product]:
    return shop_access.visible_products(person).filter(shop=found.shop_id, listed=True).order_by("title", "pk")
