"""Pick-ups (约取件): which parcels stand for which courier, who was asked to come, who came."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dangban.dispatch import access, collecting
from dangban.dispatch.actions import pickups
from dangban.dispatch.views import frame, moment, reader
from dangban.lib import clock, text
from dangban.lib.errors import BadInput
from dangban.people.models import Person
from dangban.stock.models import Warehouse


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def board(request: HttpRequest) -> HttpResponse:
    """Piles by warehouse and courier; a POST asks a courier to come."""
    person = reader(request)
    if request.method == "POST":
        pickups.book(_warehouse(request, person), request.POST.get("courier", ""), _count(request), moment(request, "comes_at"), by=person)
        return redirect("dispatch:pickups")
    now = clock.now()
    shared = frame(request, person, "pickups")
    rows = [
        {"pile": one, "earliest": clock.local(pickups.earliest(one.booking, now)), "may": _may(person, one)}
        for one in collecting.open_piles(person, shared["shop"], now)
    ]
    context = shared | {"rows": rows, "closed": collecting.closed_lately(person, shared["shop"], now), "local": clock.local}
    return render(request, "dispatch/pickups.html", context)


def _may(person: Person, pile: collecting.Pile) -> bool:
    if pile.warehouse is None or not pile.courier:
        return False
    return any(person.can(access.PACK, shop=one.pk) for one in collecting.shops_of(pile.warehouse))


def _warehouse(request: HttpRequest, person: Person) -> Warehouse:
    return access.get_warehouse(person, text.whole(request.POST.get("warehouse", "")) or 0)


def _count(request: HttpRequest) -> int:
    count = text.whole(request.POST.get("parcels", ""))
    if count is None:
        message = _("Say how many parcels, at least one.")
        raise BadInput(message, fields={"parcels": [message]})
    return count


@require_POST
@login_required
def alter(request: HttpRequest, pk: int) -> HttpResponse:
    person = reader(request)
    pickups.alter(access.get_pickup(person, pk), _count(request), moment(request, "comes_at"), by=person)
    return redirect("dispatch:pickups")


@require_POST
@login_required
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    person = reader(request)
    given = request.POST
    pickups.confirm(
        access.get_pickup(person, pk), comes_at=moment(request, "comes_at"), number=given.get("number", ""),
        driver=given.get("driver", ""), phone=given.get("phone", ""), by=person,
    )  # fmt: skip
    return redirect("dispatch:pickups")


@require_POST
@login_required
def collect(request: HttpRequest, pk: int) -> HttpResponse:
    person = reader(request)
    pickups.collect(access.get_pickup(person, pk), left_behind=request.POST.get("left_behind", ""), by=person)
    return redirect("dispatch:pickups")


@require_POST
@login_required
def collect_unasked(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    given = request.POST
    pickups.collect_unasked(_warehouse(request, person), given.get("courier", ""), left_behind=given.get("left_behind", ""), by=person)
    return redirect("dispatch:pickups")


@require_POST
@login_required
def call_off(request: HttpRequest, pk: int) -> HttpResponse:
    person = reader(request)
    pickups.call_off(access.get_pickup(person, pk), request.POST.get("why", ""), by=person)
    return redirect("dispatch:pickups")
