"""Which shops there are and how each works."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib.errors import NotAllowed, Said
from dangban.people.access import signed_in
from dangban.people.models import Shop
from dangban.shops import access, actions, clauses, queries
from dangban.shops.forms import CourierForm, ProfileForm
from dangban.shops.models import Courier


@require_safe
@login_required
def shop_list(request: HttpRequest) -> HttpResponse:
    if not signed_in(request).can("shops.view"):
        raise NotAllowed(_("Shops are not part of your work here."))
    rulebook = in_force()
    context = {
        "shops": queries.shop_rows(signed_in(request)),
        "house_hours": rulebook[clauses.OPENING_HOURS] if rulebook.has(clauses.OPENING_HOURS) else "",
    }
    return render(request, "shops/shop_list.html", context)


@require_safe
@login_required
def shop_detail(request: HttpRequest, pk: int) -> HttpResponse:
    shop = access.get_shop(signed_in(request), pk)
    return render(request, "shops/shop_detail.html", _context(request, shop))


def _context(request: HttpRequest, shop: Shop) -> dict[str, Any]:
    rulebook = in_force()
    areas, paths = queries.remote_areas(shop, rulebook)
    return {
        "shop": shop,
        "profile": queries.profile(shop),
        "couriers": queries.courier_rows(shop),
        "areas": areas,
        "areas_because": [rulebook.because(rule) for rule in paths],
        "collect": queries.collect(shop.pk, rulebook),
        "unreachable": rulebook.rule(clauses.UNREACHABLE) if rulebook.has(clauses.UNREACHABLE) else None,
        "unreachable_because": [rulebook.because(clauses.UNREACHABLE)] if rulebook.has(clauses.UNREACHABLE) else [],
        "hours": rulebook[clauses.OPENING_HOURS] if rulebook.has(clauses.OPENING_HOURS) else "",
        "hours_because": [rulebook.because(clauses.OPENING_HOURS)]
        if rulebook.has(clauses.OPENING_HOURS)
        else [],
        "teams": shop.teams.order_by("name"),
        "products": shop.products.filter(listed=True).count(),
        "may_manage": signed_in(request).can("shops.manage", shop=shop),
        "courier_form": CourierForm(),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def shop_edit(request: HttpRequest, pk: int) -> HttpResponse:
    shop = access.get_shop(signed_in(request), pk)
    access.require(signed_in(request), "shops.manage", shop.pk)
    profile = queries.profile(shop)
    if profile is None:
        raise Http404("profile")
    form = ProfileForm(request.POST or None, instance=profile)
    if request.method == "POST" and form.is_valid():
        actions.change_profile(shop, form.cleaned_data, by=signed_in(request))
        messages.success(request, _("Kept."))
        return redirect("shops:detail", shop.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "shops/shop_edit.html", {"shop": shop, "form": form}, status=status)


@require_POST
@login_required
def couriers(request: HttpRequest, pk: int) -> HttpResponse:
    shop = access.get_shop(signed_in(request), pk)
    form = CourierForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            courier = actions.keep_courier(
                shop, values["name"], by=signed_in(request), accepts_collect=values["accepts_collect"]
            )
            actions.set_areas(courier, values["areas"], by=signed_in(request))
        except NotAllowed:
            raise
        except Said as said:
            form.add_error("areas", said.message)
        else:
            return redirect("shops:detail", shop.pk)
    context = _context(request, shop) | {"courier_form": form}
    return render(request, "shops/shop_detail.html", context, status=422)


@require_POST
@login_required
def courier_stop(request: HttpRequest, pk: int, courier_pk: int) -> HttpResponse:
    shop = access.get_shop(signed_in(request), pk)
    courier = Courier.objects.filter(shop=shop, pk=courier_pk).first()
    if courier is None:
        raise Http404("courier")
    actions.stop_courier(courier, by=signed_in(request))
    return redirect("shops:detail", shop.pk)
