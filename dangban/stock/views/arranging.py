"""Warehouses with their zones, and counting by a sheet."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.lib import tables
from dangban.lib.errors import BadInput, Said
from dangban.lib.listing import download, taken_out
from dangban.people.access import signed_in
from dangban.shops import runs
from dangban.shops.models import ImportRun
from dangban.stock import access, actions, exports, imports
from dangban.stock.forms import CountForm, WarehouseForm, ZoneForm
from dangban.stock.views.goods import faults, only_viewers, tabs


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def warehouses(request: HttpRequest) -> HttpResponse:
    person = only_viewers(request, "stock.arrange")
    form = WarehouseForm(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.open_warehouse(form.cleaned_data["code"], form.cleaned_data["name"], list(form.cleaned_data["shops"]), by=person)
        except BadInput as said:
            form.add_error(None, said.message)
        else:
            messages.success(request, _("The warehouse is open."))
            return redirect("stock:warehouses")
    found = access.visible_warehouses(person).prefetch_related("zones", "serves__shop")
    context = {"tabs": tabs(request, "warehouses"), "form": form, "warehouses": found, "zone_form": ZoneForm()}
    return render(request, "stock/warehouses.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@login_required
def zones(request: HttpRequest, pk: int) -> HttpResponse:
    only_viewers(request)
    warehouse = access.get_warehouse(signed_in(request), pk)
    form = ZoneForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("A zone has a code, a name and a purpose."), fields=faults(form))
    data = form.cleaned_data
    actions.add_zone(warehouse, data["code"], data["name"], data["status"], by=signed_in(request))
    messages.success(request, _("The zone is there."))
    return redirect("stock:warehouses")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def count(request: HttpRequest) -> HttpResponse:
    person = only_viewers(request, "stock.keep")
    form = CountForm(person, request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                return redirect("stock:count-run", _try(request, form).pk)
            except Said as said:
                form.add_error("file", said.message)
        status = 422
    recent = access.visible_runs(person).filter(dry_run=False).select_related("shop").order_by("-pk")[:20]
    shops = access.visible_shops(person, "stock.keep")
    context = {"tabs": tabs(request, "count"), "form": form, "recent": recent, "shops": shops}
    return render(request, "stock/count.html", context, status=status)


def _try(request: HttpRequest, form: CountForm) -> ImportRun:
    file = form.cleaned_data["file"]
    data = file.read()
    imports.recognise(tables.read(data, file.name).headers)
    run = runs.begin(form.cleaned_data["shop"], ImportRun.Kind.COUNT, file.name, data, by=signed_in(request), dry_run=True)
    _go(run, data)
    return run


def _go(run: ImportRun, data: bytes) -> None:
    runs.read_now_or_later(run, data, imports.take_in, quick_rows=imports.QUICK_ROWS)


@require_safe
@login_required
def count_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    person = only_viewers(request)
    shop = access.visible_shops(person, "stock.keep").filter(pk=pk).first()
    if shop is None:
        access.require(person, pk)
        raise BadInput(_("This shop is closed."), status=404)
    columns, rows = exports.count_sheet(person, shop)
    return taken_out(request.GET.get("as", ""), "count", columns, rows)


@require_safe
@login_required
def count_run(request: HttpRequest, pk: int) -> HttpResponse:
    person = only_viewers(request)
    run = access.get_run(person, pk)
    context = {
        "tabs": tabs(request, "count"),
        "run": run,
        "refusals": run.refusals.order_by("line")[:50],
        "interrupted": runs.is_interrupted(run),
        "confirmed": ImportRun.objects.filter(trial=run).first() if run.dry_run else None,
    }
    part = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") == "count-run"
    return render(request, "stock/_count_run.html" if part else "stock/count_run.html", context)


@require_POST
@login_required
def count_confirmation(request: HttpRequest, pk: int) -> HttpResponse:
    only_viewers(request)
    run = runs.confirm(access.get_run(signed_in(request), pk), by=signed_in(request))
    _go(run, runs.contents(run))
    return redirect("stock:count-run", run.pk)


@require_safe
@login_required
def count_refusals(request: HttpRequest, pk: int) -> HttpResponse:
    only_viewers(request)
    return download(exports.refusals(access.get_run(signed_in(request), pk)), f"{exports.file_name('refused')}.xlsx")
