"""Loading orders from a file: choose, look at what would happen, confirm, watch."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from dangban.lib.errors import NotAllowed
from dangban.lib.listing import CSV, download
from dangban.orders import access, exports, formats, platform_remarks
from dangban.orders.imports import running as imports
from dangban.orders.queries import history
from dangban.people.access import signed_in
from dangban.shops.forms import UploadForm
from dangban.shops.models import ImportRun
from dangban.shops.run_pages import RunPages


def _only_loaders(request: HttpRequest) -> None:
    if not signed_in(request).can("orders.import"):
        raise NotAllowed(_("You may not load orders. Your supervisor or an order agent can."))


def _more(run: ImportRun) -> dict[str, Any]:
    known = cache(lambda: platform_remarks.known_in(run.shop_id))
    return {
        "format": formats.by_code(run.format).title if run.format else "",
        "field_label": history.field_label,
        "shown_value": history.shown_value,
        "parts_of": lambda flag, written: platform_remarks.of_text(flag, written, known()),
        "taken": run.created + run.updated + run.unchanged,
    }


PAGES = RunPages(
    name="orders:import",
    kind=ImportRun.Kind.ORDERS,
    template="orders/_import_run.html",
    all_name="orders:list",
    all_label=gettext_lazy("All orders"),
    guard=_only_loaders,
    visible=access.visible_runs,
    get=access.get_run,
    recognise=imports.recognise,
    take_in=imports.take_in,
    quick_rows=imports.QUICK_ROWS,
    more=_more,
)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def load(request: HttpRequest) -> HttpResponse:
    _only_loaders(request)
    form = UploadForm(access.shops_to_load(signed_in(request)), request.POST or None, request.FILES or None)
    if tried := PAGES.tried(request, form):
        return tried
    context = {
        "form": form,
        "recent": PAGES.recent(signed_in(request)),
        "columns": formats.TEMPLATE_COLUMNS,
        "formats": formats.FORMATS,
    }
    return render(request, "orders/import.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@login_required
def template(request: HttpRequest, kind: str) -> HttpResponseBase:
    if kind == "csv":
        return download(exports.template_csv(), "orders-template.csv", CSV)
    return download(exports.template_xlsx(), "orders-template.xlsx")
