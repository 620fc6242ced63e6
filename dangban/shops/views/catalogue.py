"""What is sold: search as one types, one product, loading a catalogue from a file."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.lib import clock
from dangban.lib.errors import NotAllowed
from dangban.lib.listing import CSV, download
from dangban.people.access import signed_in
from dangban.shops import access, actions, exports, feedback, imports, queries
from dangban.shops.forms import BatchForm, ProductForm, UploadForm
from dangban.shops.models import ImportRun
from dangban.shops.run_pages import RunPages
from dangban.shops.template import TEMPLATE


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
        "feedback": feedback.of_product(found),
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
            "feedback": feedback.of_product(found),
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


def _only_loaders(request: HttpRequest) -> None:
    if not signed_in(request).can("shops.catalogue"):
        raise NotAllowed(_("You may not load the catalogue. Your supervisor can."))


PAGES = RunPages(
    name="shops:import",
    kind=ImportRun.Kind.CATALOGUE,
    template="shops/_import_run.html",
    all_name="shops:catalogue",
    all_label=gettext_lazy("All goods"),
    guard=_only_loaders,
    visible=access.visible_runs,
    get=access.get_run,
    recognise=lambda shop, table: imports.recognise(table.headers),
    take_in=imports.take_in,
    quick_rows=imports.QUICK_ROWS,
)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def load(request: HttpRequest) -> HttpResponse:
    _only_loaders(request)
    form = UploadForm(access.shops_to_load(signed_in(request)), request.POST or None, request.FILES or None)
    if tried := PAGES.tried(request, form):
        return tried
    context = {"form": form, "recent": PAGES.recent(signed_in(request)), "columns": TEMPLATE}
    return render(request, "shops/import.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@login_required
def template(request: HttpRequest, kind: str) -> HttpResponseBase:
    if kind == "csv":
        return download(exports.template_csv(), "catalogue-template.csv", CSV)
    return download(exports.template_xlsx(), "catalogue-template.xlsx")
