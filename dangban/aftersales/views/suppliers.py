"""What goes back to suppliers: chosen onto a slip, printed, sent."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.aftersales import access, inbound, navigation
from dangban.aftersales.inbound import printing, supplying
from dangban.aftersales.models import SupplierSlip
from dangban.aftersales.views.lists import reader
from dangban.lib import clock, text
from dangban.lib.errors import BadInput, Conflict, Said
from dangban.people.models import Person


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def suppliers(request: HttpRequest) -> HttpResponse:
    """What waits to go back, chosen onto a slip; and the slips."""
    person = reader(request)
    waiting = list(supplying.waiting(person)[:500])
    said: Said | None = None
    if request.method == "POST":
        chosen = {text.whole(pk) for pk in request.POST.getlist("finding")}
        try:
            if not chosen:
                raise BadInput(_("Choose what goes back."), fields={"finding": [_("Choose what goes back.")]})
            if not chosen <= {one.pk for one in waiting}:
                raise Conflict(_("Some of these goods are on a slip already. Load the page again."))
            inbound.make_slip([one for one in waiting if one.pk in chosen], request.POST.get("supplier", ""), note=request.POST.get("note", ""), by=person)
            return redirect("aftersales:suppliers")
        except (BadInput, Conflict) as refused:
            said = refused
    slips = SupplierSlip.objects.filter(access.where(person)).select_related("shop", "warehouse", "made_by", "sent_by").prefetch_related("lines__sku__product")
    context = {
        "rooms": navigation.tabs(person, "suppliers"), "waiting": waiting, "slips": list(slips.order_by("-pk")[:50]), "said": said, "at": clock.now(),
        "chosen": request.POST.getlist("finding"), "supplier": request.POST.get("supplier", ""), "note": request.POST.get("note", ""),
        "may_receive": person.can("aftersales.receive"),
    }  # fmt: skip
    return render(request, "aftersales/inbound/suppliers.html", context, status=said.status if said else 200)


def _slip(person: Person, pk: int) -> SupplierSlip:
    found = SupplierSlip.objects.filter(access.where(person), pk=pk).select_related("shop", "warehouse", "made_by").first()
    if found is None:
        raise Http404("slip")
    return found


@require_POST
@login_required
def slip_leaving(request: HttpRequest, pk: int) -> HttpResponseRedirect:
    person = reader(request)
    inbound.send_slip(_slip(person, pk), request.POST.get("reference", ""), by=person)
    return redirect("aftersales:suppliers")


@require_safe
@login_required
def slip_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    return pdf(printing.supplier_slip(_slip(reader(request), pk)), f"slip-{pk}")


def pdf(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


pages = [
    path("suppliers/", suppliers, name="suppliers"),
    path("suppliers/<int:pk>/leaving/", slip_leaving, name="slip-leaving"),
    path("suppliers/<int:pk>/sheet/", slip_sheet, name="slip-sheet"),
]
