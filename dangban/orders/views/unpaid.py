"""Unpaid orders (催付): the work list, one of them, the board of who follows what, and the figures."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangban.lib import clock, masks, text
from dangban.lib.errors import BadInput, NotAllowed
from dangban.lib.listing import is_fragment
from dangban.orders import access
from dangban.orders.forms import ContactForm
from dangban.orders.models import Contact, FollowUp
from dangban.orders.unpaid import contacts, listing, numbers, saying
from dangban.people.access import signed_in
from dangban.people.models import Person, Shop


def _reader(request: HttpRequest) -> Person:
    person = signed_in(request)
    if not person.can("orders.view"):
        raise NotAllowed(_("Orders are not part of your work here."))
    return person


def _frame(request: HttpRequest, person: Person, current: str) -> dict[str, Any]:
    """What the pages of unpaid orders share: the tabs, and the shop they are narrowed to."""
    shops = list(Shop.objects.filter(access.where(person, "orders.view", "pk")).order_by("name", "pk"))
    shop = text.whole(request.GET.get("shop", ""))
    shop = shop if any(one.pk == shop for one in shops) else None
    query: dict[str, Any] = {"shop": shop} if shop else {}
    after = request.GET.get("after", "")
    pages = (("unpaid", _("To contact")), ("unpaid-board", _("Follow-up board")), ("unpaid-figures", _("Figures")))
    return {
        "shops": shops,
        "shop": shop,
        "here": f"orders:{current}",
        "query": query | ({"after": after} if after else {}),
        "tabs_": [
            {"label": label, "url": reverse(f"orders:{name}", query=query), "current": name == current}
            for name, label in pages
        ],
        "scrub": masks.scrub,
    }


@require_safe
@login_required
def work_list(request: HttpRequest) -> HttpResponse:
    person = _reader(request)
    frame = _frame(request, person, "unpaid")
    page = listing.untouched(person, shop=frame["shop"], after=request.GET.get("after", ""))
    context = frame | {
        "page": page,
        "count": listing.count_untouched(person, frame["shop"]),
        "first_url": "" if page.first else _address("unpaid", frame["shop"]),
        "next_url": _address("unpaid", frame["shop"], page.next) if page.next else "",
    }
    template = "orders/_unpaid_list.html" if is_fragment(request) else "orders/unpaid_list.html"
    return render(request, template, context)


def _address(name: str, shop: int | None, after: str = "") -> str:
    query = {key: str(value) for key, value in (("shop", shop), ("after", after)) if value}
    return reverse(f"orders:{name}", query=query)


@require_safe
@login_required
def board(request: HttpRequest) -> HttpResponse:
    person = _reader(request)
    frame = _frame(request, person, "unpaid-board")
    context = frame | {"shifts": listing.board(person, shop=frame["shop"])}
    template = "orders/_unpaid_board.html" if is_fragment(request) else "orders/unpaid_board.html"
    return render(request, template, context)


@require_safe
@login_required
def figures(request: HttpRequest) -> HttpResponse:
    person = _reader(request)
    frame = _frame(request, person, "unpaid-figures")
    today = clock.business_day(clock.now())
    until = _day(request.GET.get("until", ""), today)
    since = min(_day(request.GET.get("since", ""), until - timedelta(days=29)), until)
    asked = (person, since, until, frame["shop"])
    context = frame | {
        "since": since,
        "until": until,
        "total": numbers.total(*asked),
        "provinces": sorted(numbers.by_province(*asked).items(), key=lambda one: (-one[1].orders, one[0])),
        "days": numbers.by_day(*asked),
        "people": numbers.by_person(*asked),
        "scripts": numbers.by_script(*asked),
    }
    return render(request, "orders/unpaid_figures.html", context)


def _day(written: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return otherwise
    # Where the calendar begins and ends, reckoning with hours and time zones does too.
    return day if 2000 <= day.year < 2200 else otherwise


@require_safe
@login_required
def unpaid_order(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    return render(request, "orders/unpaid_order.html", _one(request, person, listing.get(person, pk)))


@require_safe
@login_required
def contacts_so_far(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    return render(request, "orders/_unpaid_contacts.html", _past(listing.get(person, pk), person))


def _past(found: FollowUp, person: Person) -> dict[str, Any]:
    return {
        "follow_up": found,
        "row": listing.rows_of([found])[0],
        "contacts": listing.contacts_of(found),
        "scrub": masks.scrub,
        "may_assign": access.may(person, "desk.assign", found.shop_id),
    }


def _one(
    request: HttpRequest, person: Person, found: FollowUp, form: ContactForm | None = None
) -> dict[str, Any]:
    past = _past(found, person)
    wordings = contacts.wordings(found.order, person)
    thread = saying.thread_of(found.order)
    chosen = text.whole(request.GET.get("script", ""))
    worded = next((one for one in wordings if one.script_id == chosen), None)
    if form is None:
        start = {
            "way": Contact.Way.CHAT if thread else Contact.Way.PLATFORM,
            "script": chosen,
            "text": worded.text if worded else "",
            "seen": found.contacts,
        }
        form = ContactForm(initial=start, wordings=wordings, in_chat=thread is not None)
    may_assign = past["may_assign"]
    return past | {
        "form": form,
        "worded": worded,
        "may_contact": found.ended_at is None and access.may(person, "orders.flag", found.shop_id),
        "closing": contacts.may_close(person),
        "colleagues": listing.may_follow(person, found) if may_assign else [],
    }


@require_POST
@login_required
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = listing.get(person, pk)
    access.require(person, "orders.flag", found.shop_id)
    wordings = contacts.wordings(found.order, person)
    form = ContactForm(request.POST, wordings=wordings, in_chat=saying.thread_of(found.order) is not None)
    if form.is_valid():
        given = form.cleaned_data
        chosen = next((one.text for one in wordings if one.script_id == given["script"]), "")
        said = contacts.Said(
            way=given["way"],
            reason=given["reason"],
            text=given["text"] or chosen,
            script_id=given["script"],
            next_at=given["next_at"],
            seen=given["seen"],
        )
        try:
            contacts.contact(found, said, by=person)
        except BadInput as wrong:
            for name, faults in wrong.fields.items():
                form.add_error(name if name in form.fields else None, list(faults))
        else:
            return redirect("orders:unpaid")
    return render(request, "orders/unpaid_order.html", _one(request, person, found, form), status=422)


@require_POST
@login_required
def follower(request: HttpRequest, pk: int) -> HttpResponse:
    """A leader hands the order to somebody else."""
    person = signed_in(request)
    found = listing.get(person, pk)
    to = Person.objects.filter(pk=text.whole(request.POST.get("to", "")) or 0).first()
    if to is None:
        message = _("Choose who follows this order.")
        raise BadInput(message, fields={"to": [message]})
    contacts.hand_on(found, to, by=person)
    return redirect("orders:unpaid-order", pk)


@require_POST
@login_required
def closing(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    contacts.close(listing.get(person, pk), by=person, reason=request.POST.get("reason", ""))
    return redirect("orders:unpaid")
