"""The packing table: one field for every scan; the page says large and clear what comes next."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.dispatch import access, listing
from dangban.dispatch.actions import packing
from dangban.dispatch.models import Slip
from dangban.dispatch.views import frame, reader
from dangban.lib import text
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused, Said
from dangban.lib.listing import is_fragment
from dangban.people.access import signed_in
from dangban.people.models import Person


def _packer(request: HttpRequest) -> Person:
    person = reader(request)
    if not person.can(access.PACK):
        raise NotAllowed(_("Packing is the warehouse's work."))
    return person


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def station(request: HttpRequest) -> HttpResponse:
    """Waits for a slip, or an order number."""
    person = _packer(request)
    said: Said | None = None
    scanned = request.POST.get("scan", "")
    if request.method == "POST":
        try:
            slip = packing.begin(packing.find(scanned, by=person), by=person)
            return redirect("dispatch:pack-slip", slip.pk)
        except (Refused, Conflict) as refused:
            said = refused
    shared = frame(request, person, "pack")
    begun = Slip.objects.filter(packer=person, sent_at=None, void_at=None).select_related("preparation__order").order_by("pk")
    context = shared | {"said": said, "scanned": scanned, "begun": list(begun[:10]), "sent": listing.sent_lately(person, shared["shop"])}
    return render(request, "dispatch/pack.html", context, status=409 if said else 200)


@require_safe
@login_required
def slip_page(request: HttpRequest, pk: int) -> HttpResponse:
    person = _packer(request)
    slip = access.get_slip(person, pk)
    return _table(request, slip)


def _table(request: HttpRequest, slip: Slip, said: Said | None = None, scanned: str = "") -> HttpResponse:
    person = signed_in(request)
    slip = access.get_slip(person, slip.pk)
    standing = packing.standing(slip)
    orders = sorted({line.order_id for line in standing.lines})
    context: dict[str, Any] = {
        "slip": slip, "standing": standing, "said": said, "scanned": scanned, "mine": slip.packer_id == person.pk,
        "details": said.details if isinstance(said, Refused) else [], "orders": orders, "order": slip.preparation.order,
        "state": _state(slip, standing),
    }  # fmt: skip
    status = said.status if said is not None else 200
    if is_fragment(request):
        return render(request, "dispatch/_pack_table.html", context, status=200)
    return render(request, "dispatch/pack_slip.html", frame(request, person, "pack") | context, status=status)


def _state(slip: Slip, standing: packing.Standing) -> str:
    if slip.void_at is not None:
        return "void"
    if slip.sent_at is not None:
        return "sent"
    if slip.packer_id is None:
        return "free"
    return "full" if standing.is_full else "packing"


@require_POST
@login_required
def scan(request: HttpRequest, pk: int) -> HttpResponse:
    """Goods while pieces are missing, then the courier's number; `part` sends what is in."""
    person = _packer(request)
    slip = access.get_slip(person, pk)
    scanned = request.POST.get("scan", "")
    part = bool(request.POST.get("part"))
    try:
        if not scanned.strip():
            raise BadInput(_("Scan or type something."))
        if packing.standing(slip).is_full or part:
            packing.send(slip, scanned, part=part, courier=request.POST.get("courier", ""), by=person)
        else:
            packing.put_in(slip, scanned, by=person)
    except (Refused, Conflict, BadInput) as said:
        return _table(request, slip, said, scanned)
    return _table(request, slip) if is_fragment(request) else redirect("dispatch:pack-slip", pk)


@require_POST
@login_required
def line(request: HttpRequest, pk: int) -> HttpResponse:
    """All pieces of a line without a code are in."""
    person = _packer(request)
    packing.put_line_in(access.get_slip(person, pk), text.whole(request.POST.get("line", "")) or 0, by=person)
    return redirect("dispatch:pack-slip", pk)


@require_POST
@login_required
def put_down(request: HttpRequest, pk: int) -> HttpResponse:
    person = _packer(request)
    packing.put_down(access.get_slip(person, pk), by=person)
    return redirect("dispatch:pack")


@require_POST
@login_required
def renumber(request: HttpRequest, pk: int) -> HttpResponse:
    person = _packer(request)
    slip = access.get_slip(person, pk)
    given = request.POST
    packing.renumber(slip, given.get("number", ""), reason=given.get("reason", ""), courier=given.get("courier", ""), by=person)
    return redirect("dispatch:pack")
