"""One case: what is asked, where it stands, what may be done."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from dangban.aftersales import access
from dangban.aftersales.rules import flow


@login_required
def case(request: HttpRequest, pk: int) -> HttpResponse:
    found = access.get_case(request.user, pk)
    return render(request, "aftersales/case.html", {"case": found, "state": flow.STATES[found.state], "lines": found.lines.all()})


pages = [path("<int:pk>/", case, name="case")]
