"""What is sold: search as one types, one product, loading a catalogue from a file."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.lib import clock, tables
from dangban.lib.errors import NotAllowed, Said
from dangban.lib.listing import CSV, download
from dangban.people.access import signed_in
from dangban.shops import access, actions, exports, imports, queries, runs
from dangban.shops.forms import BatchForm, ProductForm, UploadForm
from dangban.shops.models import ImportRun
from dangban.shops.template import TEMPLATE_COLUMNS


def _only_viewers(request: HttpRequest) -> None:
    if not signed_in(request).can("shops.view"):
        raise NotAllowed(_("The catalogue is not part of your work here."))


def _shop_asked(request: HttpRequest) -> int | None:
    given = request.GET.get("shop", "")
    return int(given) if given.isdecimal() and len(given) < 18 else None


@require_safe
@login_required
def catalogue(request: HttpRequest) -> HttpResponse:
    _only_viewers(request)
    typed = request.GET.get("q", "").strip()[:80]
    shop_id = _shop_asked(request)
    context = {
        "typed": typed,
        "shop_id": shop_id,
        "shops": access.visible_shops(signed_in(request)),
        "hits": queries.find_products(signed_in(request), typed, shop_id=shop_id, limit=60),
        "may_load": signed_in(request).can("shops.catalogue"),
    }
    part = (
        request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") == "catalogue-hits"
    )
    return render(request, "shops/_hits.html" if part else "shops/catalogue.html", context)


@require_safe
@login_required
def product_menu(request: HttpRequest) -> JsonResponse:
    """For the `#` menu of the composer: what is typed after it, as cards ready to send."""
    _only_viewers(request)
    typed = request.GET.get("q", "")[:80]
    hits = queries.find_products(signed_in(request), typed, shop_id=_shop_asked(request), limit=12)
    return JsonResponse({"products": [hit.as_data() for hit in hits]})


@require_safe
@login_required
def product(request: HttpRequest, pk: int) -> HttpResponse:
    found = access.get_product(signed_in(request), pk)
    context = {
        "product": found,
        "skus": queries.sku_rows(found),
        "stock": queries.stock_notes(found),
        "today": clock.business_day(clock.now()),
        "form": ProductForm(
            initial={"must_say": found.must_say, "supplier": found.supplier, "category": found.category}
        ),
        "batch_form": BatchForm(),
        "may_change": signed_in(request).can("shops.catalogue", shop=found.shop),
    }
    return render(request, "shops/product.html", context)


@require_safe
@login_required
def product_card(request: HttpRequest, pk: int) -> HttpResponse:
    """The product as a card, for panes beside a conversation. `sku` chooses a variant."""
    found = access.get_product(signed_in(request), pk)
    chosen = request.GET.get("sku", "")
    sku = found.skus.filter(pk=int(chosen)).first() if chosen.isdecimal() and len(chosen) < 18 else None
    return render(request, "shops/_product_card.html", {"hit": queries.hit_of(found, sku)})


@require_POST
@login_required
def product_notes(request: HttpRequest, pk: int) -> HttpResponse:
    found = access.get_product(signed_in(request), pk)
    form = ProductForm(request.POST)
    if not form.is_valid():
        context = {
            "product": found,
            "skus": queries.sku_rows(found),
            "stock": queries.stock_notes(found),
            "form": form,
            "batch_form": BatchForm(),
            "may_change": True,
        }
        context["today"] = clock.business_day(clock.now())
        return render(request, "shops/product.html", context, status=422)
    actions.change_product(found, form.cleaned_data, by=signed_in(request))
    messages.success(request, _("Kept."))
    return redirect("shops:product", found.pk)


@require_POST
@login_required
def batches(request: HttpRequest, pk: int) -> HttpResponse:
    found = access.get_product(signed_in(request), pk)
    form = BatchForm(request.POST)
    if form.is_valid():
        sku = found.skus.filter(pk=form.cleaned_data["sku"]).first()
        if sku is None:
            raise Http404("sku")
        values = form.cleaned_data
        actions.keep_batch(
            sku,
            values["number"],
            by=signed_in(request),
            made_on=values["made_on"],
            expires_on=values["expires_on"],
        )
    else:
        messages.error(request, _("Give the batch a number and real dates."))
    return redirect("shops:product", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def load(request: HttpRequest) -> HttpResponse:
    _only_loaders(request)
    form = UploadForm(signed_in(request), request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                return redirect("shops:import-run", _try(request, form).pk)
            except Said as said:
                form.add_error("file", said.message)
        status = 422
    recent = (
        access.visible_runs(signed_in(request))
        .filter(dry_run=False)
        .select_related("shop")
        .order_by("-pk")[:20]
    )
    context = {"form": form, "recent": recent, "columns": TEMPLATE_COLUMNS}
    return render(request, "shops/import.html", context, status=status)


def _only_loaders(request: HttpRequest) -> None:
    if not signed_in(request).can("shops.catalogue"):
        raise NotAllowed(_("You may not load the catalogue. Your supervisor can."))


def _try(request: HttpRequest, form: UploadForm) -> ImportRun:
    file = form.cleaned_data["file"]
    data = file.read()
    imports.recognise(tables.read(data, file.name).headers)
    run = runs.begin(
        form.cleaned_data["shop"],
        ImportRun.Kind.CATALOGUE,
        file.name,
        data,
        by=signed_in(request),
        dry_run=True,
    )
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
        "refusals": run.refusals.order_by("line")[:50],
        "interrupted": runs.is_interrupted(run),
        "confirmed": ImportRun.objects.filter(trial=run).first() if run.dry_run else None,
    }
    part = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") == "import-run"
    return render(request, "shops/_import_run.html" if part else "shops/import_run.html", context)


@require_POST
@login_required
def confirmation(request: HttpRequest, pk: int) -> HttpResponse:
    _only_loaders(request)
    run = runs.confirm(access.get_run(signed_in(request), pk), by=signed_in(request))
    _go(run, runs.contents(run))
    return redirect("shops:import-run", run.pk)


@require_safe
@login_required
def refusals(request: HttpRequest, pk: int) -> HttpResponse:
    _only_loaders(request)
    return download(exports.refusals(access.get_run(signed_in(request), pk)), f"refused-{pk}.xlsx")


@require_safe
@login_required
def template(request: HttpRequest, kind: str) -> HttpResponseBase:
    if kind == "csv":
        return download(exports.template_csv(), "catalogue-template.csv", CSV)
    return download(exports.template_xlsx(), "catalogue-template.xlsx")
