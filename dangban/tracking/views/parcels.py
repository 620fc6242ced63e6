"""One parcel with its way; all parcels of an order, for the page of the order and beside a conversation."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from dangban.lib.errors import BadInput
from dangban.orders import access as orders
from dangban.orders.models import Order
from dangban.people.access import signed_in
from dangban.people.models import Person
from dangban.tracking import access, clauses, noting, queries, wording
from dangban.tracking.forms import StepForm
from dangban.tracking.models import Track
from dangban.tracking.wording import answer_of, shown_text


@require_safe
@login_required
def parcel(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    track = access.get_track(person, pk)
    return render(request, "tracking/parcel.html", _one(person, track) | {"form": StepForm()})


@require_safe
@login_required
def way(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    return render(request, "tracking/_way.html", _one(person, access.get_track(person, pk)))


@require_POST
@login_required
def steps(request: HttpRequest, pk: int) -> HttpResponse:
    """News by hand."""
    person = signed_in(request)
    track = access.get_track(person, pk)
    form = StepForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            noting.note_by_hand(track, given["state"], given["text"], by=person, happened_at=given["happened_at"])
        except BadInput as wrong:
            for name, faults in wrong.fields.items():
                form.add_error(name if name in form.fields else None, list(faults))
        else:
            return redirect("tracking:parcel", pk)
    return render(request, "tracking/parcel.html", _one(person, track) | {"form": form}, status=422)


@require_safe
@login_required
def panel(request: HttpRequest, pk: int) -> HttpResponse:
    """All parcels of an order, the newest step first, with the answer to where they are."""
    person = signed_in(request)
    return render(request, "tracking/_panel.html", panel_context(person, orders.get_order(person, pk)))


def panel_context(person: Person, order: Order) -> dict[str, Any]:
    carried = queries.of_order(person, order)
    return {"order": order, "carried": carried, "answer": answer_of(carried), "shown_text": shown_text(person, order.shop_id)}


def _one(person: Person, track: Track) -> dict[str, Any]:
    return {
        "track": track,
        "parcel": track.parcel,
        "order": track.parcel.order,
        "steps": queries.way(track),
        "tellings": queries.tellings(track),
        "occasions": clauses.OCCASIONS.options,
        "exceptions": track.parcel.exceptions.select_related("owner").order_by("settled_at", "-pk")[:10],
        "answer": wording.answer([(track, next(iter(queries.way(track)), None))]),
        "may_note": person.can("tracking.note", shop=track.shop_id),
        "shown_text": shown_text(person, track.shop_id),
    }
