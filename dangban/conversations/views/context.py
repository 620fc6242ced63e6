"""The pane beside a thread, tab by tab; and what is noted from the thread: wishes, promises, enquiries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dangban.conversations import access, actions, queries
from dangban.conversations.forms import EnquiryForm, PromiseForm, RequirementForm, WithdrawForm
from dangban.conversations.models import Conversation
from dangban.conversations.queries import context as beside
from dangban.conversations.queries import speech
from dangban.conversations.queries.saying import saying
from dangban.conversations.rules import wishes
from dangban.conversations.views.answers import dialog, done, needs, who
from dangban.handbook.current import in_force
from dangban.handbook.decisions import Because, Decision
from dangban.lib import clock
from dangban.lib.text import whole
from dangban.orders import access as order_access
from dangban.orders.models import Order, Requirement
from dangban.people.models import Person
from dangban.shops import access as shop_access
from dangban.shops import queries as shops
from dangban.shops import rules as shop_rules
from dangban.shops.models import Product
from dangban.tracking import queries as tracking
from dangban.tracking.wording import answer_of, shown_text

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
    return {"about": beside.about(person, found)} | _say(person, found, typed)


def _say(person: Person, found: Conversation, typed: str) -> dict[str, Any]:
    return {"say": saying(found, clock.now())}


def _orders(person: Person, found: Conversation, typed: str) -> dict[str, Any]:
    wishes = beside.requirements(person, found)
    return {"orders": beside.orders(person, found), "wishes": wishes}


def _parcels(person: Person, found: Conversation, typed: str) -> dict[str, Any]:
    """All parcels that are on their way to this customer, with the answer to where they are."""
    carried = tracking.of_customer(person, found.customer_id, found.shop_id)
    return {"parcels": [(one, answer_of(one)) for one in carried], "shown_text": shown_text(person, found.shop_id)}


def _products(person: Person, found: Conversation, typed: str) -> dict[str, Any]:
    return {"typed": typed, "hits": shops.find_products(person, typed, shop_id=found.shop_id, limit=12)}


def _price(person: Person, found: Conversation, typed: str) -> dict[str, Any]:
    """The calculator has a door of its own, for the shop of the conversation."""
    shop = found.shop_id
    return {"may_reckon": person.can("campaigns.view", shop=shop), "may_offer": person.can("orders.change", shop=shop)}


def _waits(person: Person, found: Conversation, typed: str) -> dict[str, Any]:
    """The register has a door of its own, for the customer of the conversation."""
    return {"typed": typed, "may_wait": person.can("backorders.view", shop=found.shop_id)}


def _aftersales(person: Person, found: Conversation, typed: str) -> dict[str, Any]:
    """Cases have a door of their own, for the customer and the thread of the conversation."""
    return {"may_see": person.can("aftersales.view", shop=found.shop_id)}


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
    "say": _say,
    "orders": _orders,
    "parcels": _parcels,
    "products": _products,
    "price": _price,
    "waits": _waits,
    "aftersales": _aftersales,
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

    meant = _meant(request, found)
    initial = _read_off(request, meant) | {"order": orders.first()}
    hints, reasons = _hints(meant)
    form = RequirementForm(request.POST or None, orders=orders, initial=initial)
    return dialog(
        request, form, act, title=_("Note as requirement"), submit=_("Put it on the order"),
        hints=hints,
        reasons=reasons,
        others=[(_named(one), _address_of(request, one)) for one in meant],
    )  # fmt: skip


def _put_on(kept: Requirement) -> str:
    if kept.order is None:
        return _("Kept for the next order")
    return _("Put on order %(number)s; the order desk ticks it before dispatch") % {"number": kept.order.platform_id}


def _meant(request: HttpRequest, found: Conversation) -> list[wishes.Suggestion]:
    """What the line seems to ask for."""
    seq = request.GET.get("seq", "")
    return queries.suggestions(found, int(seq)) if seq.isdecimal() and len(seq) < 18 else []


def _read_off(request: HttpRequest, meant: list[wishes.Suggestion]) -> dict[str, Any]:
    """The marked words and, where the line says so, what kind of wish it is."""
    given = request.GET
    kind = given.get("kind", "")
    if kind not in Requirement.Kind.values:
        kind = meant[0].kind if meant else Requirement.Kind.OTHER
    initial: dict[str, Any] = {"text": given.get("text", "")[:300], "kind": kind}
    if (seq := whole(given.get("seq", ""))) is not None:
        initial["seq"] = seq
    return initial


def _named(one: wishes.Suggestion) -> str:
    kind = str(Requirement.Kind(one.kind).label)
    return f"{kind} {one.text}".strip()


def _address_of(request: HttpRequest, one: wishes.Suggestion) -> str:
    """The same dialog, filled in with one of the things the line asks for."""
    asked = request.GET.copy()
    asked["kind"] = one.kind
    if one.text:
        asked["text"] = one.text
    return f"{request.path}?{asked.urlencode()}"


def _hints(meant: list[wishes.Suggestion]) -> tuple[list[str], tuple[Because, ...]]:
    """What to look at before a wish is put on the order, and the rules that say what to do about it."""
    hints: list[str] = []
    because: tuple[Because, ...] = ()
    for one in meant:
        said = {
            "differs_from_order": _("%(wish)s is not what was ordered. Ask the customer, or have the order changed."),
            "remote": _("A remote address: %(wish)s go there."),
            "does_not_reach": _("%(wish)s does not reach this address."),
        }
        for code in one.warnings:
            hint = said[code] % {"wish": _named(one)}
            if code == "does_not_reach":
                decision, what_then = _out_of_reach(one)
                hint, because = f"{hint} {what_then}", because + decision.because
            hints.append(hint)
    return hints, because


def _out_of_reach(one: wishes.Suggestion) -> tuple[Decision, str]:
    offers = [shop_rules.Offer(str(name), None) for name in cast("list[str]", one.fields.get("instead", []))]
    decision = shop_rules.chosen_courier(str(one.fields.get("courier", "")), offers, in_force())
    if decision.outcome == "ems":
        return decision, _("The handbook sends it by %(post)s then.") % {"post": shop_rules.post_among(offers)}
    others = "、".join(offer.name for offer in offers) or "–"
    return decision, _("Ask the customer to choose another: %(couriers)s.") % {"couriers": others}


@form_page
@agents
def promise(request: HttpRequest, pk: int) -> HttpResponse:
    person = who(request)
    found = access.get_conversation(person, pk)

    def act(data: Mapping[str, Any]) -> HttpResponse:
        actions.promise(found, by=person, text=data["text"], due_at=data["due_at"], seq=data["seq"], order=data["order"])
        return done(_("Noted; its clock is running"))

    initial = {"text": request.GET.get("text", "")[:300], "seq": whole(request.GET.get("seq", ""))}
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
    actions.lose_enquiry(access.get_enquiry(person, pk), by=person, reason=request.POST.get("reason", ""))
    return done(_("Marked as lost"))


def _orders_of(person: Person, found: Conversation) -> QuerySet[Order]:
    rows = order_access.visible_orders(person).filter(customer=found.customer_id, shop=found.shop_id)
    return rows.order_by("-created_at", "-pk")


def _products_of(person: Person, found: Conversation) -> QuerySet[Product]:
    return shop_access.visible_products(person).filter(shop=found.shop_id, listed=True).order_by("title", "pk")
