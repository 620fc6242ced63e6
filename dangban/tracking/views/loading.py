"""News of parcels from a file: choose, look at what would be new, confirm."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from dangban.lib.errors import NotAllowed
from dangban.lib.listing import download
from dangban.people.access import signed_in
from dangban.shops.forms import UploadForm
from dangban.shops.models import ImportRun
from dangban.shops.run_pages import RunPages
from dangban.tracking import access, exports, formats, imports


def _only_noters(request: HttpRequest) -> None:
    if not signed_in(request).can("tracking.note"):
        raise NotAllowed(_("You may not load news of parcels. The order desk can."))


PAGES = RunPages(
    name="tracking:import",
    kind=ImportRun.Kind.PARCELS,
    template="tracking/_import_run.html",
    all_name="tracking:list",
    all_label=gettext_lazy("All parcels"),
    guard=_only_noters,
    visible=access.visible_runs,
    get=access.get_run,
    recognise=imports.recognise,
    take_in=imports.take_in,
    quick_rows=imports.QUICK_ROWS,
)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def load(request: HttpRequest) -> HttpResponse:
    _only_noters(request)
    form = UploadForm(access.shops_to_load(signed_in(request)), request.POST or None, request.FILES or None)
    if tried := PAGES.tried(request, form):
        return tried
    context = {"form": form, "recent": PAGES.recent(signed_in(request)), "columns": formats.TEMPLATE, "names": formats.NAMES}
    return render(request, "tracking/import.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@login_required
def template(request: HttpRequest) -> HttpResponse:
    return download(exports.template(), "parcels-template.xlsx")
