"""Warehouses with their zones, and counting by a sheet."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.lib.errors import BadInput
from dangban.lib.listing import taken_out
from dangban.people.access import signed_in
from dangban.shops.forms import UploadForm
from dangban.shops.models import ImportRun
from dangban.shops.run_pages import RunPages
from dangban.stock import access, actions, exports, imports
from dangban.stock.forms import WarehouseForm, ZoneForm
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


PAGES = RunPages(
    name="stock:count",
    kind=ImportRun.Kind.COUNT,
    template="stock/_count_run.html",
    all_name="stock:list",
    all_label=gettext_lazy("All stock"),
    guard=only_viewers,
    visible=access.visible_runs,
    get=access.get_run,
    recognise=lambda shop, table: imports.recognise(table.headers),
    take_in=imports.take_in,
    quick_rows=imports.QUICK_ROWS,
)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def count(request: HttpRequest) -> HttpResponse:
    person = only_viewers(request, "stock.keep")
    shops = access.visible_shops(person, "stock.keep")
    form = UploadForm(shops, request.POST or None, request.FILES or None)
    if tried := PAGES.tried(request, form):
        return tried
    context = {"tabs": tabs(request, "count"), "form": form, "recent": PAGES.recent(person), "shops": shops}
    return render(request, "stock/count.html", context, status=422 if request.method == "POST" else 200)


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
