"""Faults of pages: note one, look at what was noted and where most."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dangban.lib import clock
from dangban.lib.errors import BadInput, NotAllowed
from dangban.people.access import signed_in
from dangban.people.models import Shop
from dangban.shops import access, feedback
from dangban.shops.forms import FeedbackForm
from dangban.shops.models import Product

_PAGE = 50
_COUNTED = timedelta(days=90)


@require_safe
@login_required
def page_feedback(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    if not person.can("shops.view"):
        raise NotAllowed(_("Shops are not part of your work here."))
    shop_id, before = _number(request, "shop"), _number(request, "before")
    open_only = request.GET.get("open", "") == "1"
    rows = feedback.newest(person, shop_id=shop_id, open_only=open_only, before=before, size=_PAGE + 1)
    context = {
        "rows": rows[:_PAGE],
        "next": rows[_PAGE - 1].pk if len(rows) > _PAGE else None,
        "shops": access.visible_shops(person),
        "shop_id": shop_id,
        "open_only": open_only,
        "counts": feedback.counts(person, clock.now() - _COUNTED, shop_id=shop_id) if before is None else [],
        "days": _COUNTED.days,
    }
    return render(request, "shops/feedback_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_product_feedback(request: HttpRequest, pk: int) -> HttpResponse:
    product = access.get_product(signed_in(request), pk)
    return _new(request, product.shop, product)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new_shop_feedback(request: HttpRequest, pk: int) -> HttpResponse:
    return _new(request, access.get_shop(signed_in(request), pk), None)


def _new(request: HttpRequest, shop: Shop, product: Product | None) -> HttpResponse:
    """`from` is where it was noticed: the customer's conversation, to which the answer leads back."""
    origin = request.GET.get("from", "")
    form = FeedbackForm(request.POST or None, product=product)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            noted = feedback.report(
                shop, given["fault"], given["text"], by=signed_in(request), product=product,
                department=given["department"], url=origin, page=given["page"],
            )  # fmt: skip
        except BadInput as bad:
            for name, said in bad.fields.items():
                form.add_error(name if name in form.fields else None, list(said))
            if not bad.fields:
                form.add_error(None, bad.message)
        else:
            joined = noted.request.asked_by_id != noted.by_id
            messages.success(
                request,
                _("Somebody has asked for this already; you will be told, too.") if joined else _("Passed on; you will be told."),
            )
            return redirect("request", pk=noted.request_id) if not joined else redirect("shops:feedback")
    context = {"form": form, "shop": shop, "product": product, "origin": origin}
    status = 422 if request.method == "POST" else 200
    return render(request, "shops/feedback_form.html", context, status=status)


def _number(request: HttpRequest, name: str) -> int | None:
    given = request.GET.get(name, "")
    return int(given) if given.isdecimal() and len(given) < 18 else None
