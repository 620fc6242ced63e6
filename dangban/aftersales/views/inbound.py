"""Pages of what comes back: the door, the shelf, a parcel, what is expected."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from dangban.aftersales import access
from dangban.people.requests import PersonRequest


@login_required
@require_safe
def parcel(request: PersonRequest, pk: int) -> HttpResponse:
    found = access.get_parcel(request.user, pk)
    return render(request, "aftersales/inbound/parcel.html", {"parcel": found})


pages = [path("parcels/<int:pk>/", parcel, name="parcel")]
