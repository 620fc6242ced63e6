"""Loading orders from a file: choose, look at what would happen, confirm, watch."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.lib.errors import NotAllowed, Said
from dangban.lib.listing import CSV, download
from dangban.orders import access, exports, formats, imports, queries
from dangban.orders.forms import UploadForm
from dangban.people.access import signed_in
from dangban.shops import runs
from dangban.shops.exports import refusals as refused_rows
from dangban.shops.models import ImportRun

_SHOWN_REFUSALS = 50


def _only_loaders(request: HttpRequest) -> None:
    if not signed_in(request).can("orders.import"):
        raise NotAllowed(_("You may not load orders. Your supervisor or an order agent can."))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def load(request: HttpRequest) -> HttpResponse:
    _only_loaders(request)
    form = UploadForm(signed_in(request), request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                return redirect("orders:import-run", _try(request, form).pk)
            except Said as said:
                form.add_error("file", said.message)
        status = 422
    recent = (
        access.visible_runs(signed_in(request))
        .filter(dry_run=False)
        .select_related("shop")
        .order_by("-pk")[:20]
    )
    context = {
        "form": form,
        "recent": recent,
        "columns": formats.TEMPLATE_COLUMNS,
        "formats": formats.FORMATS,
    }
    return render(request, "orders/import.html", context, status=status)


def _try(request: HttpRequest, form: UploadForm) -> ImportRun:
    """A trial of the uploaded file: its result is a page of its own."""
    file = form.cleaned_data["file"]
    shop = form.cleaned_data["shop"]
    data = file.read()
    table = imports.tables.read(data, file.name)
    imports.recognise(shop, table)
    run = runs.begin(shop, ImportRun.Kind.ORDERS, file.name, data, by=signed_in(request), dry_run=True)
    _go(run, data)
    return run


def _go(run: ImportRun, data: bytes) -> None:
    runs.read_now_or_later(run, data, imports.take_in, quick_rows=imports.QUICK_ROWS)


@require_safe
@login_required
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    _only_loaders(request)
    run = access.get_run(signed_in(request), pk)
    context = {
        "run": run,
        "refusals": run.refusals.order_by("line")[:_SHOWN_REFUSALS],
        "interrupted": runs.is_interrupted(run),
        "confirmed": ImportRun.objects.filter(trial=run).first() if run.dry_run else None,
        "format": formats.by_code(run.format).title if run.format else "",
        "field_label": queries.field_label,
        "shown_value": queries.shown_value,
        "taken": run.created + run.updated + run.unchanged,
    }
    part = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") == "import-run"
    return render(request, "orders/_import_run.html" if part else "orders/import_run.html", context)


@require_POST
@login_required
def confirmation(request: HttpRequest, pk: int) -> HttpResponse:
    _only_loaders(request)
    trial = access.get_run(signed_in(request), pk)
    run = runs.confirm(trial, by=signed_in(request))
    _go(run, runs.contents(run))
    return redirect("orders:import-run", run.pk)


@require_safe
@login_required
def refusals(request: HttpRequest, pk: int) -> HttpResponse:
    _only_loaders(request)
    run = access.get_run(signed_in(request), pk)
    return download(refused_rows(run), f"refused-{run.pk}.xlsx")


@require_safe
@login_required
def template(request: HttpRequest, kind: str) -> HttpResponseBase:
    if kind == "csv":
        return download(exports.template_csv(), "orders-template.csv", CSV)
    return download(exports.template_xlsx(), "orders-template.xlsx")
