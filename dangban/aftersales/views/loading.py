"""Refunds from a platform's file: choose, look at what would be opened, confirm."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from dangban.aftersales import access
from dangban.aftersales.refunds import formats, imports
from dangban.lib import blanks
from dangban.lib.errors import NotAllowed
from dangban.lib.listing import download
from dangban.people.access import signed_in
from dangban.people.models import Person
from dangban.shops.forms import UploadForm
from dangban.shops.models import ImportRun
from dangban.shops.run_pages import RunPages


def _only_handlers(request: HttpRequest) -> None:
    if not signed_in(request).can("aftersales.handle"):
        raise NotAllowed(_("Refunds are loaded by who handles after-sales."))


def _visible(person: Person) -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(access.where(person, "aftersales.handle"), kind=ImportRun.Kind.REFUNDS)


def _get(person: Person, pk: int) -> ImportRun:
    run = _visible(person).select_related("shop").filter(pk=pk).first()
    if run is None:
        raise Http404("import run")
    return run


PAGES = RunPages(
    name="aftersales:refunds",
    kind=ImportRun.Kind.REFUNDS,
    template="aftersales/_refunds_run.html",
    all_name="aftersales:list",
    all_label=gettext_lazy("All cases"),
    guard=_only_handlers,
    visible=_visible,
    get=_get,
    recognise=imports.recognise,
    take_in=imports.take_in,
    quick_rows=imports.QUICK_ROWS,
    more=lambda run: {"refund_states": formats.STATES},
)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def load(request: HttpRequest) -> HttpResponse:
    _only_handlers(request)
    person = signed_in(request)
    form = UploadForm(access.visible_shops(person, "aftersales.handle"), request.POST or None, request.FILES or None)
    if tried := PAGES.tried(request, form):
        return tried
    context = {"form": form, "recent": PAGES.recent(person), "columns": formats.TEMPLATE}
    return render(request, "aftersales/refunds.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@login_required
def template(request: HttpRequest) -> HttpResponse:
    _only_handlers(request)
    return download(blanks.as_xlsx(formats.TEMPLATE, _("Refunds")), "refunds-template.xlsx")


pages = [
    path("refunds/", load, name="refunds"),
    path("refunds/template/", template, name="refunds-template"),
    path("refunds/runs/<int:pk>/", PAGES.run, name="refunds-run"),
    path("refunds/runs/<int:pk>/confirmation/", PAGES.confirmation, name="refunds-confirmation"),
    path("refunds/runs/<int:pk>/refusals/", PAGES.refusals, name="refunds-refusals"),
]
