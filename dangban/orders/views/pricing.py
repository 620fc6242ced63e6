"""Discounts (改价): on an order, before there is one, and what each person gave and asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.campaigns import queries as campaigns
from dangban.campaigns.forms import PriceForm, basket_of
from dangban.customers import access as customers
from dangban.handbook.current import in_force, in_force_so_far
from dangban.lib import clock, money
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.lib.text import whole
from dangban.orders import access
from dangban.orders.changing import asking
from dangban.orders.clauses import DISCOUNT_LIMITS
from dangban.orders.models import ChangeRequest, Order, PriceOffer
from dangban.orders.pricing import actions, listing, rules
from dangban.orders.pricing.forms import DiscountForm
from dangban.orders.queries.listing import Filters
from dangban.people.access import signed_in, visible_shops
from dangban.people.models import Person

STATE_KINDS = {"asked": "warn", "open": "accent", "used": "ok", "refused": "bad", "expired": "", "withdrawn": ""}


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def price(request: HttpRequest, pk: int) -> HttpResponse:
    """Take something off an order; what was typed stays where the answer is no."""
    person = signed_in(request)
    order = access.get_order(person, pk)
    access.require(person, "orders.change", order.shop_id)
    form = DiscountForm(request.POST or None)
    said: Refused | Conflict | None = None
    if request.method == "POST" and form.is_valid():
        try:
            actions.discount(order, form.ask(), by=person)
        except (Refused, Conflict) as no:
            said = no
        except BadInput as wrong:
            _beside(form, wrong)
        else:
            return redirect("orders:price", order.pk)
    status = 409 if said else 422 if request.method == "POST" else 200
    return render(request, "orders/price.html", _of_order(person, order) | {"form": form, "said": said}, status=status)


@require_safe
@login_required
def price_body(request: HttpRequest, pk: int) -> HttpResponse:
    """The discounts of an order, as they are answered and given."""
    person = signed_in(request)
    order = access.get_order(person, pk)
    return render(request, "orders/_price_offers.html", _of_order(person, order))


def _of_order(person: Person, order: Order) -> dict[str, Any]:
    at = clock.now()
    wanted = actions.of_order(order, actions.Ask())
    verdict = asking.verdict_of(order, ChangeRequest.Field.PRICE, ChangeRequest.Cause.WISH, at)
    return {
        "order": order,
        "verdict": verdict,
        "limit": limit_words(person, wanted),
        "basket_fen": wanted.basket_fen,
        "floor_fen": rules.floor_fen(wanted.list_fen, in_force_so_far(at)),
        "rows": _rows(listing.of_order(person, order)),
        "holding": _rows(listing.holding(person, order.shop_id, order.customer_id, at)) if order.status == Order.Status.UNPAID else [],
    }


def limit_words(person: Person, wanted: rules.Discount) -> str:
    """What this person may still take off this basket by themselves."""
    rulebook = in_force_so_far(clock.now())
    if not rulebook.has(DISCOUNT_LIMITS):
        return ""
    row = rules.limit(rules.authority_of(person.level), wanted.before_fen, rulebook)
    if row is None:
        return _("Nothing: every discount is asked for.")
    parts = [_("up to %(amount)s") % {"amount": money.show(rules.left_fen(row, wanted))}]
    if row.freight:
        parts.append(pgettext("discount", "freight free"))
    if row.gift:
        parts.append(_("a gift worth up to %(amount)s") % {"amount": money.show(row.gift)})
    return "、".join(parts)


def _rows(found: list[PriceOffer]) -> list[dict[str, Any]]:
    return [{"offer": one, "what": actions.what(one), "kind": STATE_KINDS[one.state]} for one in found]


@require_POST
@login_required
def use(request: HttpRequest, pk: int, offer_pk: int) -> HttpResponse:
    """The customer has ordered: give what was offered."""
    person = signed_in(request)
    order = access.get_order(person, pk)
    actions.use(listing.get(person, offer_pk), order, by=person)
    return redirect("orders:price", order.pk)


@require_safe
@login_required
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = listing.get(person, pk)
    return render(request, "orders/offer.html", {"row": _rows([found])[0], "may_end": _may_end(person, found)})


def _may_end(person: Person, found: PriceOffer) -> bool:
    mine = found.asked_by_id == person.pk or person.can("orders.discount", shop=found.shop_id)
    return mine and found.state in (PriceOffer.State.ASKED, PriceOffer.State.OPEN)


@require_POST
@login_required
def withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = listing.get(person, pk)
    actions.withdraw(found, by=person)
    return redirect("orders:offer", found.pk)


@require_safe
@login_required
def prices(request: HttpRequest) -> HttpResponse:
    """All discounts, the newest first, and what each person gave and asked in the last days."""
    person = signed_in(request)
    if not person.can("orders.view"):
        raise NotAllowed(_("Orders are not part of your work here."))
    today = clock.business_day(clock.now())
    asked = Filters.read(request.GET)
    until = asked.until or today
    since = min(asked.since or until - timedelta(days=29), until)
    rows, following = listing.page(person, whole(request.GET.get("before", "")))
    query = {"since": since, "until": until}
    context = {
        "since": since,
        "until": until,
        "rows": _rows(rows),
        "shares": listing.shares(person, since, until),
        "next_url": reverse("orders:prices", query=query | {"before": following}) if following else "",
        "first_url": reverse("orders:prices", query=query) if request.GET.get("before") else "",
    }
    return render(request, "orders/prices.html", context)


# ---- Beside a conversation -------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def panel(request: HttpRequest, shop_pk: int, customer_pk: int) -> HttpResponse:
    """An offer on the basket that the calculator beside it holds; the sentence to say once it holds."""
    person = signed_in(request)
    shop = visible_shops(person).filter(pk=shop_pk).first()
    customer = customers.get_customer(person, customer_pk)
    if shop is None or not person.can("orders.change", shop=shop.pk):
        raise NotAllowed(_("You may not do this with orders of this shop. Your leader can."))
    form, said, at = DiscountForm(request.POST or None), None, clock.now()
    if request.method == "POST" and form.is_valid():
        basket = PriceForm(person, {"shop": shop.pk, "freight": request.POST.get("freight", "")})
        freight = basket.cleaned_data["freight"] if basket.is_valid() else 0
        worked = campaigns.work_out(shop, basket_of(request.POST), freight, at, in_force(at))
        try:
            actions.offer(shop, customer, worked, form.ask(), by=person)
        except (Refused, Conflict) as no:
            said = no
        except BadInput as wrong:
            _beside(form, wrong)
        else:
            form = DiscountForm()
    rows = _rows(listing.with_customer(person, shop.pk, customer.pk))
    for row in rows:
        row["line"] = actions.line(row["offer"]) if row["offer"].state == PriceOffer.State.OPEN else ""
    context = {"form": form, "said": said, "shop": shop, "customer": customer, "rows": rows}
    return render(request, "orders/_offer_panel.html", context)


def _beside(form: DiscountForm, wrong: BadInput) -> None:
    known = {name: messages for name, messages in wrong.fields.items() if name in form.fields}
    for name, messages in known.items():
        form.add_error(name, list(messages))
    if not known:
        form.add_error(None, wrong.message)
