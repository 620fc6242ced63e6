"""Waves (波次): chosen, printed, looked at; slips that are void."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.dispatch import access, listing, printing, words
from dangban.dispatch.actions import waves
from dangban.dispatch.models import Preparation
from dangban.dispatch.views import frame, reader
from dangban.lib import text
from dangban.lib.errors import BadInput
from dangban.lib.listing import download

# So many are offered for a wave at once.
OFFERED = 80


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def wave_list(request: HttpRequest) -> HttpResponse:
    """What is audited, to be put together; and the waves there are."""
    person = reader(request)
    shared = frame(request, person, "waves")
    if request.method == "POST":
        return _make(request)
    page = listing.work_list(person, Preparation.Stage.PASSED, shop=shared["shop"], after=request.GET.get("from", ""), size=OFFERED)
    page_rows = [row for row in page.rows if row.preparation.joined_to_id is None]
    rows, following = listing.waves(person, shop=shared["shop"], after=request.GET.get("after", ""))
    context = shared | {
        "rows": page_rows,
        "more_url": reverse("dispatch:waves", query=shared["query"] | {"from": page.next}) if page.next else "",
        "waves": rows,
        "next_url": reverse("dispatch:waves", query=shared["query"] | {"after": following}) if following else "",
        "one_shop": len({row.preparation.shop_id for row in page_rows}) <= 1,
        "may_print": shared["may_audit"] or shared["may_pack"],
    }
    return render(request, "dispatch/waves.html", context)


def _make(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    pks = [pk for pk in map(text.whole, request.POST.getlist("order")) if pk]
    found = list(access.visible_preparations(person).filter(pk__in=pks).select_related("shop"))
    if not found:
        raise BadInput(_("Choose one order or more."))
    if len({one.shop_id for one in found}) > 1:
        raise BadInput(_("A wave holds orders of one shop. Choose a shop first."))
    wave = waves.make_wave(found[0].shop, [one.pk for one in found], by=person)
    return redirect("dispatch:wave", wave.pk)


@require_safe
@login_required
def wave_page(request: HttpRequest, pk: int) -> HttpResponse:
    person = reader(request)
    wave = access.get_wave(person, pk)
    sheets = [
        (name, str(label), reverse("dispatch:sheet", args=[pk, name]))
        for name, label in words.SHEETS.items()
        if printing.may_print(person, name, wave.shop_id)
    ]
    context = frame(request, person, "waves") | {"wave": wave, "slips": listing.slips_of(wave), "sheets": sheets}
    return render(request, "dispatch/wave.html", context)


@require_POST
@login_required
def sheet(request: HttpRequest, pk: int, sheet: str) -> HttpResponse:
    """Print: a PDF, made anew each time, for it holds addresses, and none lies about afterwards.

    It is noted as printed, and slips that say something wrong become void; nothing but the button does that.
    """
    person = reader(request)
    wave = access.get_wave(person, pk)
    slip = None
    if "slip" in request.POST:
        slip = get_object_or_404(wave.slips, pk=text.whole(request.POST["slip"])).pk
    made = printing.make(wave, sheet, by=person, slip=slip)
    response = download(made, f"{sheet}-{wave}.pdf", "application/pdf")
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@login_required
def void_list(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    shared = frame(request, person, "void")
    return render(request, "dispatch/void.html", shared | {"slips": listing.void_slips(person, shared["shop"])})


@require_POST
@login_required
def voiding(request: HttpRequest, pk: int) -> HttpResponse:
    person = reader(request)
    slip = access.get_slip(person, pk)
    waves.void(slip, request.POST.get("reason", ""), by=person)
    return redirect("dispatch:wave", slip.wave_id)


@require_POST
@login_required
def pulling(request: HttpRequest, pk: int) -> HttpResponse:
    person = reader(request)
    waves.pull(access.get_slip(person, pk), by=person)
    return redirect("dispatch:void")
