"""Pages of what comes back: the door, the shelf, one parcel, what is expected."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.aftersales import access, inbound, navigation
from dangban.aftersales.inbound import listing, parcel_page, printing
from dangban.aftersales.inbound.forms import (
    AmountForm,
    DescribeForm,
    InsideForm,
    ResendForm,
    ScanForm,
    SendBackForm,
    WhyForm,
    read_counts,
    read_findings,
)
from dangban.aftersales.inbound.listing import Filters
from dangban.aftersales.models import Case, Finding, InboundParcel, Resend
from dangban.aftersales.views.lists import reader
from dangban.aftersales.views.suppliers import pdf
from dangban.journal.actions import record
from dangban.lib import clock, text
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused, Said
from dangban.lib.listing import is_fragment, taken_out
from dangban.media.storage import scratch
from dangban.people.access import signed_in
from dangban.people.models import Person
from dangban.shops.models import Sku
from dangban.stock.models import Warehouse, WarehouseShop

LARGEST = 20 * 1024 * 1024


def _keeper(request: HttpRequest) -> Person:
    person = reader(request)
    if not person.can("aftersales.receive"):
        raise NotAllowed(_("Parcels that come back are received by the warehouse."))
    return person


# ---- The door --------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def receiving(request: HttpRequest) -> HttpResponse:
    """One field for every scan; the page says large and clear what the parcel is and what comes next."""
    person = _keeper(request)
    form = ScanForm(request.POST or None)
    said: Said | None = None
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            taken = inbound.arrive(
                given["number"], by=person, warehouse=_warehouse(request, person), origin=given["origin"], seen=form.at_the_door()
            )
            return redirect(f"{reverse('aftersales:receiving')}?parcel={taken.pk}")
        except (Refused, Conflict, BadInput, NotAllowed) as refused:
            said = refused
    filters = Filters.read(request.GET)
    by = "arrived_at"
    page = listing.page(listing.work(person, filters), request.GET.get("after", ""), by, newest_first=filters.which in ("done", "turned_away"))
    context = {
        "rooms": navigation.tabs(person, "receiving"), "form": form, "said": said, "scanned": request.POST.get("number", ""),
        "last": _last(request, person), "warehouses": _warehouses(person), "warehouse": _chosen(request, person), "page": page,
        "filters": filters, "whiches": _whiches(person, filters), "here": filters.as_query(),
        "next_url": _address("aftersales:receiving", filters, page.next), "first_url": "" if page.first else _address("aftersales:receiving", filters),
    }  # fmt: skip
    if is_fragment(request):
        return render(request, "aftersales/inbound/_work.html", context)
    return render(request, "aftersales/inbound/receiving.html", context, status=said.status if said else 200)


def _last(request: HttpRequest, person: Person) -> dict[str, Any] | None:
    """The parcel scanned just now, with what is to be done with it."""
    pk = text.whole(request.GET.get("parcel", ""))
    found = access.visible_parcels(person).filter(pk=pk).first() if pk else None
    return {"parcel": found, "cases": parcel_page.cases_of(found)} if found else None


def _warehouses(person: Person) -> list[Warehouse]:
    serving = WarehouseShop.objects.filter(access.where(person, "aftersales.receive")).values("warehouse")
    return list(Warehouse.objects.filter(pk__in=serving, closed_on=None).order_by("name", "pk"))


def _chosen(request: HttpRequest, person: Person) -> Warehouse | None:
    """The one said, else where this person received last, else the first."""
    there = {one.pk: one for one in _warehouses(person)}
    said = text.whole(request.POST.get("warehouse", "") or request.GET.get("warehouse", ""))
    if said in there:
        return there[said]
    last = InboundParcel.objects.filter(received_by=person, warehouse__in=there).order_by("-pk").values_list("warehouse", flat=True).first()
    return there.get(last or 0) or next(iter(there.values()), None)


def _warehouse(request: HttpRequest, person: Person) -> Warehouse:
    found = _chosen(request, person)
    if found is None:
        raise Refused(_("No warehouse sends for your shops yet. Add one first."), code="warehouse")
    return found


def _whiches(person: Person, filters: Filters) -> list[dict[str, Any]]:
    counts = listing.counts(person, filters.shop)
    labels = {
        "count": _("To be counted"), "inspect": _("To be inspected"), "waiting": _("Goods that wait"), "done": _("Inspected"),
        "turned_away": _("Turned away"),
    }  # fmt: skip
    return [
        {"label": label, "url": _address("aftersales:receiving", Filters(which, filters.shop)), "current": which == filters.which, "count": counts.get(which)}
        for which, label in labels.items()
    ]


def _address(name: str, filters: Filters, after: str | None = None) -> str:
    if after == "":
        return ""
    query = filters.as_query() | ({"after": after} if after else {})
    return reverse(name, query=query) if query else reverse(name)


# ---- The shelf -------------------------------------------------------------------------------


@require_safe
@login_required
def shelf(request: HttpRequest) -> HttpResponse:
    """What nobody announced: the oldest first, with the likeliest owner."""
    person = reader(request)
    filters = Filters.read(request.GET, "lying", ("lying", "given_up"))
    page = listing.page(listing.shelf(person, filters), request.GET.get("after", ""), newest_first=filters.which == "given_up")
    at = clock.now()
    context = {
        "rooms": navigation.tabs(person, "shelf"), "page": page, "filters": filters, "rows": parcel_page.shelf_rows(page.rows, at),
        "here": filters.as_query(), "may_receive": person.can("aftersales.receive"),
        "next_url": _address("aftersales:shelf", filters, page.next), "first_url": "" if page.first else _address("aftersales:shelf", filters),
    }  # fmt: skip
    return render(request, "aftersales/inbound/_shelf.html" if is_fragment(request) else "aftersales/inbound/shelf.html", context)


# ---- What is expected ------------------------------------------------------------------------


@require_safe
@login_required
def expected(request: HttpRequest) -> HttpResponse:
    """The day's list of returns: what is to come; struck out in red what the courier handed over."""
    person = reader(request)
    at = clock.now()
    filters = Filters.read(request.GET, "all", ("all", "late", "signed"))
    found = listing.expected(person, filters, at)
    if request.GET.get("format") == "xlsx":
        return _taken_out(person, filters, at)
    page = listing.page(found, request.GET.get("after", ""), "announced_at")
    labels = {"all": _("All of today"), "late": _("Late"), "signed": _("Handed over today")}
    context = {
        "rooms": navigation.tabs(person, "expected"), "page": page, "filters": filters, "at": at, "here": filters.as_query(),
        "may_export": person.can("aftersales.export"),
        "whiches": [
            {"label": label, "url": _address("aftersales:expected", Filters(which, filters.shop)), "current": which == filters.which}
            for which, label in labels.items()
        ],
        "next_url": _address("aftersales:expected", filters, page.next), "first_url": "" if page.first else _address("aftersales:expected", filters),
    }  # fmt: skip
    return render(request, "aftersales/inbound/_expected.html" if is_fragment(request) else "aftersales/inbound/expected.html", context)


def _taken_out(person: Person, filters: Filters, at: datetime) -> HttpResponse:
    """The list as a workbook, of the shops whose lists this person may take out; that is noted."""
    if not person.can("aftersales.export"):
        raise NotAllowed(_("You may not take after-sales lists out as a file. Ask your leader."))
    found = listing.expected(person, filters, at).filter(access.where(person, "aftersales.export"))
    rows = list(listing.export_rows(listing.with_names(found).order_by("announced_at", "pk")[: listing.MOST_ROWS]))
    change = {"list": "expected", "filters": filters.as_query(), "rows": len(rows)}
    with transaction.atomic():
        record("aftersales.register_exported", subject=person, by=person, change=change, at=at)
    return taken_out("xlsx", "returns", listing.export_columns(), rows)


# ---- One parcel ------------------------------------------------------------------------------


@require_safe
@login_required
def parcel(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, access.get_parcel(reader(request), pk))


@require_safe
@login_required
def parcel_facts(request: HttpRequest, pk: int) -> HttpResponse:
    """The part that changes while one looks at it."""
    person = reader(request)
    return render(request, "aftersales/inbound/_facts.html", parcel_page.facts(access.get_parcel(person, pk), person))


def _page(request: HttpRequest, found: InboundParcel, said: Said | None = None, forms_: dict[str, forms.Form] | None = None) -> HttpResponse:
    person = signed_in(request)
    found = access.get_parcel(person, found.pk)
    given = request.POST if request.method == "POST" else None
    context = parcel_page.everything(found, person, clock.now(), given, forms_ or {})
    context |= {"said": said, "wrong": said.fields if isinstance(said, BadInput) else {}, "rooms": navigation.tabs(person, "receiving")}
    context["details"] = said.details if isinstance(said, Refused) else []
    return render(request, "aftersales/inbound/parcel.html", context, status=said.status if said else 200)


def _act(request: HttpRequest, pk: int, act: Callable[[InboundParcel, Person], object]) -> HttpResponse:
    """Do it; what is refused or wrong is said on the same page, with what was typed."""
    person = reader(request)
    found = access.get_parcel(person, pk)
    try:
        act(found, person)
    except (BadInput, Refused) as said:
        return _page(request, found, said)
    return redirect("aftersales:parcel", pk)


def _filled(form: forms.Form) -> dict[str, Any]:
    if form.is_valid():
        return form.cleaned_data
    faults = {name: [str(error) for error in errors] for name, errors in form.errors.items()}
    raise BadInput(next(iter(faults.values()))[0], fields=faults)


def _seen(request: HttpRequest) -> int | None:
    return text.whole(request.POST.get("seen", ""))


@require_POST
@login_required
def description(request: HttpRequest, pk: int) -> HttpResponse:
    def act(found: InboundParcel, by: Person) -> None:
        given = _filled(DescribeForm(request.POST))
        codes = given.pop("goods").replace("，", " ").replace(",", " ").split()  # han
        inbound.describe(found, goods=codes, by=by, **given)

    return _act(request, pk, act)


@require_POST
@login_required
def photo(request: HttpRequest, pk: int) -> HttpResponse:
    def act(found: InboundParcel, by: Person) -> None:
        sent = request.FILES.getlist("photo")
        if not sent:
            raise BadInput(_("Choose a photo."), fields={"photo": [_("Choose a photo.")]})
        for one in sent:
            if one.size is None or one.size > LARGEST:
                raise BadInput(_("A photo has up to %(most)s MB.") % {"most": LARGEST // (1024 * 1024)})
            with tempfile.NamedTemporaryFile(dir=scratch(), delete=False) as file:
                for chunk in one.chunks():
                    file.write(chunk)
            inbound.photograph(found, Path(file.name), one.name or "", by=by)

    return _act(request, pk, act)


@require_POST
@login_required
def match(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose it is: a guess by its key, or a case or order by its number."""

    def act(found: InboundParcel, by: Person) -> None:
        owner = parcel_page.owner_by(request.POST.get("owner", ""), by)
        if owner is None:
            raise BadInput(_("There is no such case or order among yours."), fields={"owner": [_("Check the number.")]})
        if isinstance(owner, Case):
            inbound.claim(found, [owner], by=by, seen=_seen(request))
        else:
            inbound.claim_order(found, owner, by=by, seen=_seen(request))

    return _act(request, pk, act)


@require_POST
@login_required
def put_back(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, lambda found, by: inbound.put_back(found, _filled(WhyForm(request.POST))["why"], by=by, seen=_seen(request)))


@require_POST
@login_required
def disposal_wish(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, lambda found, by: inbound.ask_disposal(found, _filled(WhyForm(request.POST))["why"], by=by))


@require_POST
@login_required
def calling_off(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, lambda found, by: inbound.call_off(found, _filled(WhyForm(request.POST))["why"], by=by, seen=_seen(request)))


@require_POST
@login_required
def counting(request: HttpRequest, pk: int) -> HttpResponse:
    def act(found: InboundParcel, by: Person) -> None:
        given = _filled(InsideForm(request.POST))
        items = list(found.items.order_by("pk"))
        inside = inbound.Inside(given["card"], given["cash"], given["weight_g"], given["note"])
        inbound.count(found, read_counts(items, request.POST), extras=_extras(request, found, by), inside=inside, by=by, seen=given["seen"])

    return _act(request, pk, act)


def _extras(request: HttpRequest, found: InboundParcel, by: Person) -> list[tuple[Sku, int]]:
    extras: dict[int, tuple[Sku, int]] = {}
    for code, pieces in zip(request.POST.getlist("extra"), request.POST.getlist("extra-pieces"), strict=False):
        code = code.strip()
        if not code:
            continue
        sku = Sku.objects.filter(access.where(by, "aftersales.receive"), shop=found.shop_id, code__iexact=code).select_related("product").first()
        if sku is None:
            message = _("No goods have the code %(code)s.") % {"code": code[:64]}
            raise BadInput(message, fields={"extra": [message]})
        extras[sku.pk] = (sku, text.whole(pieces.strip()) or 0)
    return list(extras.values())


@require_POST
@login_required
def inspection(request: HttpRequest, pk: int) -> HttpResponse:
    def act(found: InboundParcel, by: Person) -> None:
        findings = read_findings(list(found.items.order_by("pk")), request.POST)
        inbound.inspect(found, findings, by=by, seen=_seen(request))

    return _act(request, pk, act)


@require_POST
@login_required
def anew(request: HttpRequest, pk: int, finding_pk: int) -> HttpResponse:
    def act(found: InboundParcel, by: Person) -> None:
        finding = Finding.objects.filter(item__parcel=found, pk=finding_pk).first()
        if finding is None:
            raise Http404("finding")
        inbound.decide_anew(finding, request.POST.get("disposal", ""), request.POST.get("note", ""), by=by)

    return _act(request, pk, act)


@require_POST
@login_required
def freight(request: HttpRequest, pk: int, case_pk: int) -> HttpResponse:
    def act(found: InboundParcel, by: Person) -> None:
        case = access.get_case(by, case_pk)
        inbound.charge_freight(case, _filled(AmountForm(request.POST))["amount"], by=by)

    return _act(request, pk, act)


@require_POST
@login_required
def sending_back(request: HttpRequest, pk: int, case_pk: int) -> HttpResponse:
    def act(found: InboundParcel, by: Person) -> None:
        given = _filled(SendBackForm(request.POST))
        inbound.send_back(access.get_case(by, case_pk), given["courier"], given["number"], waived=given["waived"], by=by)

    return _act(request, pk, act)


@require_POST
@login_required
def sending_again(request: HttpRequest, pk: int) -> HttpResponse:
    def act(found: InboundParcel, by: Person) -> None:
        given = _filled(ResendForm(request.POST))
        inbound.resend(found, given["courier"], given["surcharge"], given["why"], by=by)

    return _act(request, pk, act)


@require_POST
@login_required
def swap(request: HttpRequest, pk: int) -> HttpResponse:
    def act(found: InboundParcel, by: Person) -> None:
        made = Resend.objects.filter(old_number=found.number, case__parcel_cases__parcel=found).first()
        if made is None:
            raise Refused(_("Nothing of this parcel was sent again."), code="nothing")
        inbound.swap_slip(made, by=by)

    return _act(request, pk, act)


# ---- Sheets ----------------------------------------------------------------------------------


@require_safe
@login_required
def card(request: HttpRequest, pk: int) -> HttpResponse:
    """The return card (退换货登记卡) of a case."""
    found = access.get_case(reader(request), pk)
    return pdf(printing.return_card(found), f"card-{found.number}")


@require_safe
@login_required
def expected_sheet(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    filters = Filters.read(request.GET, "all", ("all", "late", "signed"))
    at = clock.now()
    return pdf(printing.expected_sheet(listing.expected(person, filters, at), person, at), "returns")


pages = [
    path("receiving/", receiving, name="receiving"),
    path("shelf/", shelf, name="shelf"),
    path("expected/", expected, name="expected"),
    path("expected/sheet/", expected_sheet, name="expected-sheet"),
    path("parcels/<int:pk>/", parcel, name="parcel"),
    path("parcels/<int:pk>/facts/", parcel_facts, name="parcel-facts"),
    path("parcels/<int:pk>/description/", description, name="parcel-description"),
    path("parcels/<int:pk>/photo/", photo, name="parcel-photo"),
    path("parcels/<int:pk>/match/", match, name="parcel-match"),
    path("parcels/<int:pk>/back/", put_back, name="parcel-back"),
    path("parcels/<int:pk>/disposal/", disposal_wish, name="parcel-disposal"),
    path("parcels/<int:pk>/calling-off/", calling_off, name="parcel-calling-off"),
    path("parcels/<int:pk>/counting/", counting, name="parcel-counting"),
    path("parcels/<int:pk>/inspection/", inspection, name="parcel-inspection"),
    path("parcels/<int:pk>/findings/<int:finding_pk>/", anew, name="finding-anew"),
    path("parcels/<int:pk>/freight/<int:case_pk>/", freight, name="parcel-freight"),
    path("parcels/<int:pk>/sending-back/<int:case_pk>/", sending_back, name="parcel-sending-back"),
    path("parcels/<int:pk>/sending-again/", sending_again, name="parcel-sending-again"),
    path("parcels/<int:pk>/swap/", swap, name="parcel-swap"),
    path("<int:pk>/return-card/", card, name="return-card"),
]
