"""What is paid on a case and sent for it; the lists by which finance pays, reckons a month and sees that all agrees."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangban.aftersales import access, navigation
from dangban.aftersales.models import Case, CaseOrder, LedgerEntry, RetentionOffer, Settlement
from dangban.aftersales.rules import flow
from dangban.aftersales.settling import (
    exporting,
    knowing,
    ledger,
    listing,
    ordering,
    paying,
    proposing,
    receiving,
    retention,
    stocking,
)
from dangban.aftersales.settling.forms import (
    CreditForm,
    GoodsForm,
    OfferForm,
    PaymentForm,
    StockForm,
    TopUpForm,
    fen,
)
from dangban.aftersales.settling.words import ENTRIES, STEPS
from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock, text
from dangban.lib import listing as lists
from dangban.lib.days import typed_day
from dangban.lib.errors import BadInput, NotAllowed
from dangban.media.storage import scratch
from dangban.orders.models import Order
from dangban.people.access import signed_in
from dangban.people.models import Person
from dangban.shops.models import Sku

# A proof is a picture or a page; longer files belong elsewhere.
MOST_BYTES = 10 * 1024 * 1024


# ---- The money of a case -------------------------------------------------------------------------


@require_safe
@login_required
def case_money(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    return _money_page(request, person, access.get_case(person, pk))


@require_safe
@login_required
def case_sums(request: HttpRequest, pk: int) -> HttpResponse:
    """What was paid and sent so far, for an open page."""
    person = signed_in(request)
    found = access.get_case(person, pk)
    return render(request, "aftersales/settling/_sums.html", _known(person, found))


@require_POST
@login_required
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = access.get_case(person, pk)
    form = PaymentForm(request.POST)
    return _taken(request, person, found, "payment", form, lambda given: _propose(found, form, given, person))


def _propose(found: Case, form: PaymentForm, given: Mapping[str, Any], person: Person) -> object:
    return proposing.propose(
        found, given["kind"], fen(given["amount"]), given["way"], by=person, key=f"case:{found.pk}:{given['key']}", beyond=form.beyond,
        payee=form.to, note=given["note"],
    )  # fmt: skip


@require_POST
@login_required
def topup(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = access.get_case(person, pk)

    def take(given: Mapping[str, Any]) -> object:
        key = f"case:{found.pk}:topup:{given['key']}"
        return receiving.paid_up(found, fen(given["amount"]), given["way"], by=person, key=key, reference=given["reference"])

    return _taken(request, person, found, "topup", TopUpForm(request.POST), take)


@require_POST
@login_required
def credit(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = access.get_case(person, pk)

    def use(given: Mapping[str, Any]) -> object:
        order = Order.objects.filter(shop=found.shop_id, platform_id=given["order"].strip(), customer=found.customer_id).first()
        if order is None:
            raise BadInput(_("There is no such order of this customer."), fields={"order": [_("There is no such order of this customer.")]})
        return receiving.use_credit(found, fen(given["amount"]), order, by=person, key=f"case:{found.pk}:credit:{given['key']}")

    return _taken(request, person, found, "credit", CreditForm(request.POST), use)


@require_POST
@login_required
def credit_against(request: HttpRequest, pk: int, entry: int) -> HttpResponse:
    person = signed_in(request)
    found = access.get_case(person, pk)
    used = found.entries.filter(pk=entry, kind="credit").first()
    if used is None:
        raise Http404("entry")
    receiving.not_used(used, request.POST.get("why", ""), by=person)
    return redirect("aftersales:money", pk)


@require_POST
@login_required
def goods(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = access.get_case(person, pk)

    def order(given: Mapping[str, Any]) -> object:
        line = found.lines.select_related("sku").filter(pk=given["line"]).first()
        worth = fen(given["worth"]) if given["worth"] is not None else None
        wanted = [ordering.Sending(_sku(found, given["sku"], "sku"), given["quantity"], worth, line)]
        return ordering.order_goods(found, given["kind"], wanted, by=person, key=f"case:{found.pk}:{given['key']}")

    return _taken(request, person, found, "goods", GoodsForm(request.POST, lines=_line_choices(found)), order)


@require_POST
@login_required
def goods_off(request: HttpRequest, pk: int, order: int) -> HttpResponse:
    person = signed_in(request)
    found = access.get_case(person, pk)
    made = CaseOrder.objects.select_related("order", "case").filter(case=found, pk=order).first()
    if made is None:
        raise Http404("case order")
    ordering.call_off(made, request.POST.get("why", ""), by=person)
    return redirect("aftersales:money", pk)


@require_POST
@login_required
def stock(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = access.get_case(person, pk)

    def right(given: Mapping[str, Any]) -> object:
        instead = _sku(found, given["instead_of"], "instead_of") if given["instead_of"] else None
        return stocking.set_right(found, _sku(found, given["sent"], "sent"), given["quantity"], instead_of=instead, by=person)

    return _taken(request, person, found, "stock", StockForm(request.POST), right)


@require_POST
@login_required
def offer(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = access.get_case(person, pk)
    form = OfferForm(request.POST, kinds=[(code, str(label)) for code, label in RetentionOffer.Kind.choices])
    return _taken(
        request, person, found, "offer", form,
        lambda given: retention.offer(found, given["kind"], by=person, amount_fen=fen(given["amount"]), note=given["note"]),
    )  # fmt: skip


@require_POST
@login_required
def offer_answer(request: HttpRequest, pk: int, offer: int) -> HttpResponse:
    person = signed_in(request)
    found = access.get_case(person, pk)
    made = RetentionOffer.objects.filter(case=found, pk=offer).first()
    if made is None:
        raise Http404("offer")
    retention.answer(made, request.POST.get("kept") == "yes", by=person)
    return redirect("aftersales:money", pk)


def _taken(
    request: HttpRequest, person: Person, found: Case, name: str, form: forms.Form, act: Callable[[Mapping[str, Any]], object]
) -> HttpResponse:
    """The act, and back to the page; what was typed wrongly comes back with the reason at its field."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except BadInput as wrong:
            if not wrong.fields:
                form.add_error(None, str(wrong))
            for field, messages in wrong.fields.items():
                for message in messages:
                    form.add_error(field if field in form.fields else None, message)
        else:
            return redirect("aftersales:money", found.pk)
    return _money_page(request, person, access.get_case(person, found.pk), status=422, **{f"{name}_form": form})


def _money_page(request: HttpRequest, person: Person, found: Case, *, status: int = 200, **typed: forms.Form) -> HttpResponse:
    known = _known(person, found)
    context = {**known, "forms": _forms(found, known, typed), "wrong": set(typed)}
    return render(request, "aftersales/settling/case.html", context, status=status)


def _known(person: Person, found: Case) -> dict[str, Any]:
    at = clock.now()
    may = {name: access.may(person, f"aftersales.{name}", found.shop_id) for name in ("handle", "pay", "override", "approve")}
    orders = CaseOrder.objects.filter(case=found).select_related("order").prefetch_related("order__lines").order_by("pk")
    return {
        "case": found, "state": flow.STATES[found.state], "may": may, "ceiling": knowing.ceiling(found, at=at), "step_names": STEPS,
        "payments": listing.of_case(found), "orders": list(orders), "owed_fen": ordering.owed_fen(found),
        "overpaid_fen": ordering.overpaid_fen(found), "asked_fen": receiving.asked_fen(found),
        "reference": ordering.REFERENCE % found.number,
        "credit_fen": receiving.credit_fen(found.customer_id, found.shop_id), "balances": _balances(found),
        "credit_uses": receiving.credit_uses(found),
        "offers": list(found.retention_offers.select_related("by").order_by("pk")), "may_offer": retention.may_offer(found, in_force(at)),
        "now_": at, "person_pk": person.pk,
    }  # fmt: skip


def _balances(found: Case) -> list[tuple[str, int]]:
    sums = ledger.balances(found)
    return [(str(label), sums[code]) for code, label in LedgerEntry.Account.choices if sums.get(code)]


def _forms(found: Case, known: Mapping[str, Any], typed: Mapping[str, forms.Form]) -> dict[str, forms.Form]:
    key = secrets.token_urlsafe(9)
    most = known["ceiling"].most("refund")
    receiver = found.order.receiver if found.order else ""
    kinds = [(code, str(label)) for code, label in RetentionOffer.Kind.choices if code in known["may_offer"].kinds]
    line = found.lines.select_related("sku", "wanted_sku").order_by("pk").first()
    wanted = (line.wanted_sku or line.sku) if line else None
    fresh: dict[str, forms.Form] = {
        "payment": PaymentForm(initial={"key": key, "amount": _yuan(most) if most else None, "payee": receiver}),
        "topup": TopUpForm(initial={"key": key, "amount": _yuan(known["owed_fen"]) if known["owed_fen"] else None}),
        "credit": CreditForm(initial={"key": key}),
        "goods": GoodsForm(
            initial={"key": key, "quantity": line.quantity if line else 1, "sku": wanted.code if wanted else ""}, lines=_line_choices(found)
        ),
        "stock": StockForm(initial={"quantity": 1}),
        "offer": OfferForm(kinds=kinds, initial={"amount": _yuan(known["may_offer"].most_fen) if known["may_offer"].most_fen else None}),
    }
    return fresh | {name.removesuffix("_form"): form for name, form in typed.items()}


def _line_choices(found: Case) -> list[tuple[int, str]]:
    return [(line.pk, f"{line.title} {line.variant} ×{line.quantity}") for line in found.lines.order_by("pk")]


def _yuan(amount_fen: int) -> str:
    return f"{amount_fen / 100:.2f}"


def _sku(found: Case, code: str, field: str) -> Sku:
    sku = Sku.objects.select_related("product").filter(shop=found.shop_id, code=code.strip()).first()
    if sku is None:
        message = _("This shop has no SKU %(code)s.") % {"code": code.strip()}
        raise BadInput(message, fields={field: [message]})
    return sku


# ---- Payments ------------------------------------------------------------------------------------


@require_safe
@login_required
def payments(request: HttpRequest) -> HttpResponse:
    person = _reader(request)
    which = request.GET.get("which", "ready")
    which = which if which in listing.WHICH else "ready"
    shop, after = text.whole(request.GET.get("shop", "")), request.GET.get("after", "")
    shops = list(access.visible_shops(person))
    page = listing.page(person, which, shop, after)
    query = {name: value for name, value in (("which", which), ("shop", shop)) if value}
    context = {
        "page": page, "which": which, "shops": shops, "shop": shop, "counts": listing.counts(person), "rooms": navigation.tabs(person, "payments"),
        "tabs": [(code, str(label), reverse("aftersales:payments", query={**query, "which": code})) for code, label in WHICH_NAMES.items()],
        "shop_links": [(one, reverse("aftersales:payments", query={"which": which, "shop": one.pk})) for one in shops],
        "all_url": reverse("aftersales:payments", query={"which": which}), "may_pay": person.can("aftersales.pay"),
        "first_url": reverse("aftersales:payments", query=query) if after else "",
        "next_url": reverse("aftersales:payments", query={**query, "after": page.next}) if page.next else "",
        "here": {**query, **({"after": after} if after else {})}, "now_": clock.now(), "person_pk": person.pk,
    }  # fmt: skip
    fragment = request.headers.get("HX-Target") == "payments" or "X-Live" in request.headers
    return render(request, "aftersales/settling/_payments.html" if fragment else "aftersales/settling/payments.html", context)


@require_POST
@login_required
def pay_chosen(request: HttpRequest) -> HttpResponse:
    """Mark those chosen as paid; the page says which could not be and why."""
    person = _reader(request)
    chosen = list(access.visible_settlements(person).filter(pk__in=listing.ids(request.POST.getlist("payment"))).select_related("case").order_by("promised_for", "pk"))
    if not chosen:
        raise BadInput(_("Choose at least one payment."))
    paid, left = paying.release_many(chosen, by=person)
    return render(request, "aftersales/settling/paid.html", {"paid": paid, "left": left, "total": sum(one.amount_fen for one in paid)})


@require_safe
@login_required
def payment(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    return _payment_page(request, person, listing.get(person, pk))


@require_POST
@login_required
def pay(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    row = listing.get(person, pk)
    paying.release(row, by=person, reference=request.POST.get("reference", ""), seen=text.whole(request.POST.get("seen", "")))
    return redirect("aftersales:payment", pk)


@require_POST
@login_required
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    proposing.cancel(listing.get(person, pk), request.POST.get("why", ""), by=person)
    return redirect("aftersales:payment", pk)


@require_POST
@login_required
def against(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    paying.enter_against(listing.get(person, pk), request.POST.get("why", ""), by=person)
    return redirect("aftersales:payment", pk)


@require_POST
@login_required
def proof(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    row = listing.get(person, pk)
    sent = request.FILES.get("file")
    if sent is None or sent.size is None or sent.size > MOST_BYTES:
        message = _("Choose a picture or PDF file of 10 MB at most.")
        raise BadInput(message, fields={"file": [message]})
    arriving = scratch() / secrets.token_hex(16)
    with arriving.open("wb") as file:
        for part in sent.chunks():
            file.write(part)
    paying.prove(row, arriving, sent.name or "", by=person)
    return redirect("aftersales:payment", pk)


def _payment_page(request: HttpRequest, person: Person, row: Settlement) -> HttpResponse:
    may = {name: access.may(person, f"aftersales.{name}", row.shop_id) for name in ("handle", "pay", "approve")}
    entries = list(row.entries.order_by("pk"))
    context = {
        "row": row, "case": row.case, "may": may, "entries": entries, "now_": clock.now(), "entry_names": ENTRIES,
        "own": row.proposed_by_id == person.pk, "is_topup": row.kind == Settlement.Kind.TOPUP,
        "may_cancel": row.state in ("proposed", "ready") and (row.proposed_by_id == person.pk or may["pay"] or may["approve"]),
    }  # fmt: skip
    return render(request, "aftersales/settling/payment.html", context)


# ---- Finance -------------------------------------------------------------------------------------


@require_safe
@login_required
def month(request: HttpRequest) -> HttpResponse:
    person = _finance(request)
    since, until = _month(request.GET.get("month", ""))
    shop, after = text.whole(request.GET.get("shop", "")), request.GET.get("after", "")
    rows, following = listing.entries_page(person, since, until, shop, after)
    query = {"month": f"{since:%Y-%m}", **({"shop": shop} if shop else {})}
    accounts = listing.month_accounts(person, since, until, shop)
    context = {
        "rows": rows, "since": since, "rooms": navigation.tabs(person, "month" if person.can("aftersales.pay") else "payments"), "sums": listing.month_sums(person, since, until, shop), "entry_names": ENTRIES,
        "accounts": [(str(label), accounts.get(code, 0)) for code, label in LedgerEntry.Account.choices], "shops": list(access.visible_shops(person)),
        "shop": shop, "way_names": dict(Settlement.Way.choices), "month": f"{since:%Y-%m}",
        "export_url": reverse("aftersales:month-export", query=query), "may_export": person.can("aftersales.export"),
        "first_url": reverse("aftersales:month", query=query) if after else "",
        "next_url": reverse("aftersales:month", query={**query, "after": following}) if following else "",
    }  # fmt: skip
    return render(request, "aftersales/settling/month.html", context)


@require_safe
@login_required
def month_export(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    if not person.can("aftersales.export"):
        raise NotAllowed(_("You may not take the ledger out as a file. Ask your leader."))
    since, until = _month(request.GET.get("month", ""))
    data = exporting.month(person, since, until, text.whole(request.GET.get("shop", "")), at=clock.now())
    return lists.download(data, f"aftersales-{since:%Y-%m}.xlsx")


@require_safe
@login_required
def reconcile(request: HttpRequest) -> HttpResponse:
    person = _finance(request)
    return render(request, "aftersales/settling/reconcile.html", {"found": listing.reconcile(person)})


@require_safe
@login_required
def offers(request: HttpRequest) -> HttpResponse:
    person = _reader(request)
    today = clock.business_day(clock.now())
    since, until = typed_day(request.GET.get("since", "")) or today - timedelta(days=29), typed_day(request.GET.get("until", "")) or today
    by_agent, by_offer = retention.saved(person, since, until)
    context = {"by_agent": by_agent, "by_offer": by_offer, "since": since, "until": until, "rooms": navigation.tabs(person, "offers")}
    return render(request, "aftersales/settling/offers.html", context)


WHICH_NAMES = {
    "ready": Settlement.State.READY.label, "proposed": Settlement.State.PROPOSED.label, "topup": Settlement.Kind.TOPUP.label,
    "paid": Settlement.State.PAID.label, "ended": Settlement.State.CANCELLED.label,
}  # fmt: skip


def _reader(request: HttpRequest) -> Person:
    person = signed_in(request)
    if not person.can("aftersales.view"):
        raise NotAllowed(_("The after-sales of this shop are not part of your work."))
    return person


def _finance(request: HttpRequest) -> Person:
    person = signed_in(request)
    if not (person.can("aftersales.pay") or person.can("aftersales.export")):
        raise NotAllowed(_("The ledger is read by finance and by who may export it."))
    return person


def _month(typed: str) -> tuple[date, date]:
    """Its first day, and the first of the next one; what can't be read is this month."""
    today = clock.business_day(clock.now())
    since = typed_day(f"{typed}-01") or today.replace(day=1)
    return since, (since.replace(day=28) + timedelta(days=4)).replace(day=1)





pages = [
    path("<int:pk>/money/", case_money, name="money"),
    path("<int:pk>/money/sums/", case_sums, name="money-sums"),
    path("<int:pk>/money/payment/", propose, name="propose"),
    path("<int:pk>/money/topup/", topup, name="topup"),
    path("<int:pk>/money/credit/", credit, name="credit"),
    path("<int:pk>/money/credit/<int:entry>/against/", credit_against, name="credit-against"),
    path("<int:pk>/money/goods/", goods, name="goods"),
    path("<int:pk>/money/goods/<int:order>/off/", goods_off, name="goods-off"),
    path("<int:pk>/money/stock/", stock, name="stock"),
    path("<int:pk>/money/offers/", offer, name="offer"),
    path("<int:pk>/money/offers/<int:offer>/", offer_answer, name="offer-answer"),
    path("payments/", payments, name="payments"),
    path("payments/paid/", pay_chosen, name="pay-chosen"),
    path("payments/<int:pk>/", payment, name="payment"),
    path("payments/<int:pk>/paid/", pay, name="pay"),
    path("payments/<int:pk>/cancel/", cancel, name="payment-cancel"),
    path("payments/<int:pk>/against/", against, name="payment-against"),
    path("payments/<int:pk>/proof/", proof, name="payment-proof"),
    path("ledger/", month, name="month"),
    path("ledger/export/", month_export, name="month-export"),
    path("ledger/agrees/", reconcile, name="reconcile"),
    path("offers/", offers, name="offers"),
]
