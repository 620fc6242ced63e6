"""The pane beside a conversation: its customer's cases, a new one with one key, and their photos into it."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from dangban.aftersales import access, evidence, facts, queries
from dangban.aftersales.actions import Wanted, open_case
from dangban.aftersales.forms import reason_choices
from dangban.aftersales.models import Case, Evidence
from dangban.aftersales.rules.assessment.reasons import REASONS
from dangban.aftersales.rules.flow import STATES
from dangban.aftersales.views.lists import reader
from dangban.chat.models import Message, Thread
from dangban.customers import access as customers
from dangban.customers.models import Customer
from dangban.lib.errors import BadInput, Said
from dangban.lib.text import whole
from dangban.orders import access as order_access
from dangban.orders.models import Order
from dangban.people.models import Person, Shop

_ORDERS = 5
# So many of the customer's last lines are looked through for photos.
_LOOKED_AT = 200
_SHOWN = (Message.Kind.IMAGE, Message.Kind.VIDEO)


@require_safe
@login_required
def panel(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    return _panel(request, person, *_whose(person, request.GET))


@require_POST
@login_required
def quick(request: HttpRequest) -> HttpResponse:
    """One key: a case of the order that was chosen, with the photos that the customer has sent."""
    person = reader(request)
    shop, customer, thread = _whose(person, request.POST)
    access.require(person, "aftersales.handle", shop.pk)
    order = order_access.get_order(person, whole(request.POST.get("order", "")) or 0)
    if order.customer_id != customer.pk or order.shop_id != shop.pk:
        raise Http404("order")
    kind, reason = request.POST.get("kind", ""), request.POST.get("reason", "")
    try:
        if kind not in Case.Kind.values or reason not in REASONS:
            raise BadInput(_("Choose what is asked and why."))
        made = _open(order, kind, reason, thread, person)
    except Said as said:
        return _panel(request, person, shop, customer, thread, said.message)
    moved = _take_photos(made, thread, person)
    text = ngettext("Case %(case)s is open, with %(count)s photo", "Case %(case)s is open, with %(count)s photos", moved) % {"case": made.number, "count": moved}
    return _told(_panel(request, person, shop, customer, thread), text)


@require_POST
@login_required
def photos(request: HttpRequest, pk: int) -> HttpResponse:
    """One key: what the customer has shown in the chat becomes evidence of the case."""
    person = reader(request)
    found = access.get_case(person, pk)
    access.require(person, "aftersales.handle", found.shop_id)
    shop, customer = found.shop, found.customer
    if customer is None:
        raise BadInput(_("Nobody knows whose case this is: there is no talk to take photos from."))
    thread = Thread.objects.filter(pk=whole(request.POST.get("thread", "")) or found.thread_id or 0, shop=shop, customer=customer).first()
    moved = _take_photos(found, thread, person)
    text = ngettext("%(count)s photo moved into %(case)s", "%(count)s photos moved into %(case)s", moved) % {"case": found.number, "count": moved}
    return _told(_panel(request, person, shop, customer, thread), text)


def _told(response: HttpResponse, text: str) -> HttpResponse:
    response["HX-Trigger"] = json.dumps({"toast": {"text": text, "kind": "ok"}})
    return response


def _open(order: Order, kind: str, reason: str, thread: Thread | None, person: Person) -> Case:
    shares = facts.paid_shares(order)
    goods = [
        Wanted(line, line.quantity, facts.paid_for(line, line.quantity, shares), gift=not line.price_fen)
        for line in order.lines.select_related("sku").order_by("position")
        if line.price_fen
    ]
    return open_case(
        order.shop, kind, reason, by=person, source=Case.Source.CHAT, order=order, lines=goods, thread_id=thread.pk if thread else None
    )


def _take_photos(case: Case, thread: Thread | None, person: Person) -> int:
    seqs = [line.seq for line in _photos(thread)]
    if thread is None or not seqs:
        return 0
    return len(evidence.from_chat(case, thread.pk, seqs, by=person))


def _photos(thread: Thread | None) -> list[Message]:
    """What the customer showed in this thread, the newest first."""
    if thread is None:
        return []
    lines = Message.objects.filter(thread=thread, author=Message.Author.CUSTOMER, internal=False).order_by("-seq")[:_LOOKED_AT]
    return [line for line in lines if line.kind in _SHOWN]


def _whose(person: Person, given: Any) -> tuple[Shop, Customer, Thread | None]:
    shop = access.visible_shops(person).filter(pk=whole(given.get("shop", "")) or 0).first()
    if shop is None:
        raise Http404("shop")
    customer = customers.get_customer(person, whole(given.get("customer", "")) or 0)
    thread = Thread.objects.filter(pk=whole(given.get("thread", "")) or 0, shop=shop, customer=customer).first()
    return shop, customer, thread


def _panel(request: HttpRequest, person: Person, shop: Shop, customer: Customer, thread: Thread | None, said: str = "") -> HttpResponse:
    shown = {line.seq for line in _photos(thread)}
    rows = queries.of_customer(person, customer.pk, shop.pk)
    open_ids = [row.case.pk for row in rows if row.case.closed_at is None]
    filed: dict[int, set[int]] = {pk: set() for pk in open_ids}
    if thread is not None:
        for case_id, seq in Evidence.objects.filter(case__in=open_ids, thread_id=thread.pk).values_list("case", "message_seq"):
            filed[case_id].add(seq or 0)
    orders = order_access.visible_orders(person).filter(customer=customer, shop=shop).exclude(status=Order.Status.UNPAID)
    context = {
        "shop": shop, "customer": customer, "thread": thread, "said": said, "rows": rows, "states": STATES, "reasons": REASONS,
        "new_photos": {pk: len(shown - seqs) for pk, seqs in filed.items()}, "photo_count": len(shown),
        "orders": list(orders.prefetch_related("lines").order_by("-created_at", "-pk")[:_ORDERS]), "kinds": Case.Kind.choices, "reason_groups": reason_choices(),
        "may": access.may(person, "aftersales.handle", shop.pk),
    }  # fmt: skip
    return render(request, "aftersales/_panel.html", context, status=422 if said else 200)


pages = [
    path("chat/", panel, name="panel"),
    path("chat/new/", quick, name="quick"),
    path("<int:pk>/chat-photos/", photos, name="chat-photos"),
]
