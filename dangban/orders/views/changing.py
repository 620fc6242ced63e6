"""Changes of orders (改单): what may be changed, asking for it, ticking its steps, the list of open ones."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib.errors import BadInput, Conflict, NotAllowed
from dangban.lib.listing import is_fragment
from dangban.lib.text import whole
from dangban.orders import access
from dangban.orders.changing import asking, listing, rules, steps, wanted
from dangban.orders.changing.forms import ChangeForm
from dangban.orders.models import ChangeRequest, ChangeStep, Order
from dangban.people.access import signed_in
from dangban.people.models import Person, Shop

# Prices have a door of their own: who may take off how much.
TYPED = tuple(field for field in rules.FIELDS if field != "price")


@require_safe
@login_required
def order_changes(request: HttpRequest, pk: int) -> HttpResponse:
    """What may be changed of this order now, and what was."""
    person = signed_in(request)
    order = access.get_order(person, pk)
    return render(request, "orders/_order_changes.html", of_order(person, order))


def of_order(person: Person, order: Order) -> dict[str, Any]:
    stage = asking.stage_of(order)
    verdicts = listing.verdicts(order, stage, in_force())
    fields = ChangeRequest.Field
    ways = [
        {
            "field": field,
            "label": fields(field).label,
            "verdict": verdicts[field],
            "url": reverse("orders:price", args=[order.pk]) if field == "price" else reverse("orders:changing", args=[order.pk, field]),
        }
        for field in rules.FIELDS
    ]
    return {
        "order": order,
        "stage": stage_words(stage),
        "ways": ways,
        "rows": listing.of_order(person, order),
        "may_change": access.may(person, "orders.change", order.shop_id),
    }


def stage_words(stage: str) -> str:
    words = {
        "unpaid": pgettext("stage", "unpaid"), "paid": pgettext("stage", "paid, slip not printed"),
        "printed": pgettext("stage", "slip printed"), "packed": pgettext("stage", "packed"),
        "dispatched": pgettext("stage", "dispatched"), "over": pgettext("stage", "closed or refunded"),
    }  # fmt: skip
    return words.get(stage, stage)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def changing(request: HttpRequest, pk: int, field: str) -> HttpResponse:
    """Ask for one change. Who is slower gets the page anew with what they typed and what it is now."""
    person = signed_in(request)
    order = access.get_order(person, pk)
    access.require(person, "orders.change", order.shop_id)
    if field not in TYPED:
        raise Http404("field")
    verdict = asking.verdict_of(order, field, ChangeRequest.Cause.WISH, in_force().at)
    form = ChangeForm(field, order, request.POST or None, initial={"seen": wanted.seen(order, field)})
    conflict: Conflict | None = None
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        asked = asking.Asked(field, form.typed(), given["cause"], given["note"], given["seen"])
        try:
            made = asking.ask(order, asked, by=person)
        except Conflict as slower:
            conflict = slower
            form = _with_now(form, field, order)
        except BadInput as wrong:
            _beside(form, wrong)
        else:
            return redirect("orders:change", made.pk)
    status = 409 if conflict else 422 if request.method == "POST" else 200
    return render(request, "orders/changing.html", _asked(person, order, field, form, verdict, conflict), status=status)


def _with_now(form: ChangeForm, field: str, order: Order) -> ChangeForm:
    """The same input, on what the order is now."""
    now = wanted.seen(Order.objects.get(pk=order.pk), field)
    fresh = ChangeForm(field, order, {**form.data.dict(), "seen": now})  # type: ignore[attr-defined]
    fresh.is_valid()
    return fresh


def _beside(form: ChangeForm, wrong: BadInput) -> None:
    known = {name: messages for name, messages in wrong.fields.items() if name in form.fields}
    for name, messages in known.items():
        form.add_error(name, list(messages))
    if not known:
        form.add_error(None, wrong.message)


def _asked(
    person: Person, order: Order, field: str, form: ChangeForm, verdict: rules.Verdict, conflict: Conflict | None
) -> dict[str, Any]:
    return {
        "order": order,
        "field": field,
        "label": ChangeRequest.Field(field).label,
        "form": form,
        "verdict": verdict,
        "stage": stage_words(verdict.stage),
        "conflict": conflict,
        "rows": listing.of_order(person, order, limit=3) if conflict else [],
        "payer": ChangeRequest.Payer(verdict.payer).label,
        "who": dict(ChangeStep.Who.choices),
    }


@require_safe
@login_required
def change(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "orders/change.html", _one(request, pk))


@require_safe
@login_required
def change_body(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "orders/_change.html", _one(request, pk))


def _one(request: HttpRequest, pk: int) -> dict[str, Any]:
    person = signed_in(request)
    found = listing.get(person, pk)
    return {"row": listing.rows_of(person, [found])[0], "stage": stage_words(found.stage)}


@require_POST
@login_required
def tick(request: HttpRequest, pk: int) -> HttpResponse:
    """A step is done; what it did to the order stands in the answer."""
    person = signed_in(request)
    step = listing.get_step(person, pk)
    held = steps.tick(step, by=person, note=request.POST.get("note", ""))
    return _back(request, held)


@require_POST
@login_required
def withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    held = asking.withdraw(listing.get(person, pk), why=request.POST.get("why", ""), by=person)
    return _back(request, held)


@require_POST
@login_required
def turning_back(request: HttpRequest, pk: int) -> HttpResponse:
    """It can't be done any more; with the number from the stub if the parcel has left."""
    person, given = signed_in(request), request.POST
    held = asking.turn_back(
        listing.get(person, pk), why=given.get("why", ""), courier=given.get("courier", ""), number=given.get("number", ""), by=person
    )
    return _back(request, held)


def _back(request: HttpRequest, held: ChangeRequest) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        return render(request, "orders/_change.html", _one(request, held.pk))
    return redirect("orders:change", held.pk)


@require_safe
@login_required
def changes(request: HttpRequest) -> HttpResponse:
    """The work list: what waits for whom, the oldest first."""
    person = signed_in(request)
    if not person.can("orders.view"):
        raise NotAllowed(_("Orders are not part of your work here."))
    which = "ended" if request.GET.get("which") == "ended" else "open"
    shops = list(Shop.objects.filter(access.where(person, "orders.view", "pk")).order_by("name", "pk"))
    shop = whole(request.GET.get("shop", ""))
    shop = shop if any(one.pk == shop for one in shops) else None
    after = request.GET.get("after", "")
    rows, following = listing.page(person, which, shop, after)
    narrowed: dict[str, Any] = {"which": which} | ({"shop": shop} if shop else {})
    context = {
        "rows": rows,
        "which": which,
        "shops": shops,
        "shop": shop,
        "query": narrowed | ({"after": after} if after else {}),
        "tabs_": [
            {"label": label, "url": reverse("orders:changes", query={"which": name}), "current": name == which}
            for name, label in (("open", pgettext("changes", "Under way")), ("ended", pgettext("changes", "Ended")))
        ],
        "first_url": reverse("orders:changes", query=narrowed) if after else "",
        "next_url": reverse("orders:changes", query=narrowed | {"after": following}) if following else "",
        "stage_words": stage_words,
    }
    return render(request, "orders/_changes.html" if is_fragment(request) else "orders/changes.html", context)
