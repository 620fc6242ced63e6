"""The customer's own page of an order, by a signed link; and the agent's side of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from dangban.lib import clock, masks
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.orders import access, ports
from dangban.orders.changing import wanted
from dangban.orders.models import Order, OrderLink, Requirement
from dangban.orders.self_service import acting, links
from dangban.orders.self_service.door import by_link, cookie_of, is_seen
from dangban.orders.self_service.shielding import shielded
from dangban.people.access import signed_in
from dangban.people.models import Person


class AddressForm(forms.Form):
    address = forms.CharField(
        label=gettext_lazy("New address"), max_length=200, widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "street-address"}),
        help_text=gettext_lazy("Province, city, district, street and number"),
    )  # fmt: skip
    receiver = forms.CharField(
        label=gettext_lazy("Receiver"), required=False, max_length=60, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=gettext_lazy("Empty: stays as it is."),
    )  # fmt: skip
    phone = forms.CharField(
        label=gettext_lazy("Phone"), required=False, max_length=20, widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
        help_text=gettext_lazy("Empty: stays as it is."),
    )  # fmt: skip
    seen = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)


class WishForm(forms.Form):
    kind = forms.ChoiceField(label=pgettext_lazy("wish", "About"), choices=[(kind.value, kind.label) for kind in acting.WISHES])
    text = forms.CharField(label=gettext_lazy("What you would like"), max_length=120)


@require_GET
@by_link
def page(request: HttpRequest, token: str, order: Order, claims: links.Claims) -> HttpResponse:
    links.note_opening(order, claims, clock.now())
    return render(request, "orders/self_service.html", _shown(request, token, order, claims))


@require_POST
@by_link
def check(request: HttpRequest, token: str, order: Order, claims: links.Claims) -> HttpResponse:
    """The last four digits of the receiver's phone open what is hidden, for half an hour, in this browser."""
    if not links.try_tail(order, claims, request.POST.get("tail", "").strip(), clock.now()):
        shown = _shown(request, token, order, claims) | {"wrong": True}
        return render(request, "orders/self_service.html", shown, status=422)
    response = redirect("order-link:page", token)
    response.set_cookie(
        cookie_of(order), links.seen_token(order, claims), max_age=links.SEEN_SECONDS, path="/o/", httponly=True,
        secure=bool(settings.SESSION_COOKIE_SECURE), samesite="Lax",
    )  # fmt: skip
    return response


@require_http_methods(["POST"])
@by_link
def address(request: HttpRequest, token: str, order: Order, claims: links.Claims) -> HttpResponse:
    if not is_seen(request, order, claims):
        return redirect("order-link:page", token)
    form = AddressForm(request.POST)
    typed = {name: str(request.POST.get(name, "")) for name in ("address", "receiver", "phone")}
    at = clock.now()
    return _acted(
        request, token, order, claims, form, "address_form",
        lambda: acting.change_address(order, claims, typed, form.cleaned_data["seen"], at=at), "address",
    )  # fmt: skip


@require_POST
@by_link
def wish(request: HttpRequest, token: str, order: Order, claims: links.Claims) -> HttpResponse:
    if not is_seen(request, order, claims):
        return redirect("order-link:page", token)
    form, at = WishForm(request.POST), clock.now()
    return _acted(
        request, token, order, claims, form, "wish_form",
        lambda: acting.wish(order, claims, form.cleaned_data["kind"], form.cleaned_data["text"], at=at), "wish",
    )  # fmt: skip


def _acted(
    request: HttpRequest, token: str, order: Order, claims: links.Claims, form: forms.Form, name: str, act: Callable[[], Any], done: str
) -> HttpResponse:
    """Done, and back to the page; or the page with what was typed and what was wrong with it."""
    said = ""
    if form.is_valid():
        try:
            act()
        except BadInput as wrong:
            for field, messages in wrong.fields.items():
                form.add_error(field if field in form.fields else None, list(messages))
        except Conflict as slower:
            said = slower.message
        except Refused as no:
            said = no.message
        else:
            return redirect(reverse("order-link:page", args=[token], query={"done": done}))
    fresh = Order.objects.select_related("shop", "customer").get(pk=order.pk)
    shown = _shown(request, token, fresh, claims) | {name: form, "said": said}
    return render(request, "orders/self_service.html", shown, status=409 if said else 422)


def _shown(request: HttpRequest, token: str, order: Order, claims: links.Claims) -> dict[str, Any]:
    """What the page tells: of the receiver only what is masked, until the phone's end was right."""
    at, seen = clock.now(), is_seen(request, order, claims)
    verdict = acting.address_verdict(order, at)
    wishes = [
        {"kind": one.get_kind_display(), "text": one.text if seen else masks.scrub(one.text), "one": one}
        for one in Requirement.objects.filter(order=order, by_customer=True).order_by("-pk")[:20]
    ]
    where = [order.province, order.city if order.city != order.province else "", order.district]
    whole = " ".join(part for part in (*where, order.address) if part)
    return {
        "token": token,
        "order": order,
        "tail": order.platform_id[-6:],
        "lines": order.lines.order_by("position"),
        "seen": seen,
        "may_check": bool(order.phone_tail),
        "receiver": order.receiver if seen else masks.name(order.receiver),
        "phone": order.phone if seen else masks.phone(order.phone),
        "where": whole if seen else " ".join(part for part in where[:2] if part),
        "parcels": _parcels(order, seen),
        "verdict": verdict.outcome,
        "has_left": verdict.stage == "dispatched",
        "under_way": order.change_requests.filter(field="address", settled_at=None, applied_at=None).exists(),
        "may_wish": acting.may_wish(order),
        "address_form": AddressForm(initial={"seen": wanted.seen(order, "address")}),
        "wish_form": WishForm(),
        "wishes": wishes,
        "parts": ports.own_parts(order, token, seen, at),
        "done": request.GET.get("done", ""),
        "wrong": False,
        "said": "",
    }


def _parcels(order: Order, seen: bool) -> list[dict[str, Any]]:
    """Each with its way, the newest first; who signed and where stays hidden as the receiver does."""
    found = list(order.parcels.order_by("sent_at", "pk"))
    events = ports.parcel_events([parcel.pk for parcel in found])
    return [
        {
            "courier": parcel.courier,
            "number": parcel.number,
            "sent_at": parcel.sent_at,
            # Where it is: the newest word that says so.
            "now": next((one for one in events.get(parcel.pk, ()) if one.state), None),
            "events": [
                {"at": one.at, "state": one.state, "text": one.text if seen else shielded(one.text, receiver=order.receiver, address=order.address)}
                for one in list(events.get(parcel.pk, ()))[:30]
            ],
        }
        for parcel in found
    ]


# ---- The agent's side --------------------------------------------------------------------------------


def line_for(request: HttpRequest, person: Person, order: Order) -> str:
    """What is said with the link, in the shop's language."""
    with translation.override(settings.LANGUAGE_CODE):
        return _("Here you see your order and its parcel, and may change the address while that is possible: %(link)s") % {
            "link": address_of(request, person, order)
        }


def address_of(request: HttpRequest, person: Person, order: Order) -> str:
    return request.build_absolute_uri(reverse("order-link:page", args=[links.token(order, person, clock.now())]))


@require_safe
@login_required
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """The link to copy, and whether the customer has opened it."""
    person = signed_in(request)
    order = access.get_order(person, pk)
    access.require(person, "orders.change", order.shop_id)
    return render(request, "orders/_order_link.html", _of_agent(request, person, order))


@require_POST
@login_required
def revocation(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    order = access.get_order(person, pk)
    links.revoke(order, by=person)
    if request.headers.get("HX-Request") == "true":
        return render(request, "orders/_order_link.html", _of_agent(request, person, order))
    return redirect("orders:detail", order.pk)


def _of_agent(request: HttpRequest, person: Person, order: Order) -> dict[str, Any]:
    held = OrderLink.objects.filter(order=order, revoked_at=None).first()
    return {"order": order, "address": address_of(request, person, order), "line": line_for(request, person, order), "held": held}
