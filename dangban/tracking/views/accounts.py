"""The accounts with tracking services: keys go in and never come out."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.lib.errors import BadInput
from dangban.people.access import signed_in
from dangban.tracking import accounts
from dangban.tracking.connectors import CONNECTORS
from dangban.tracking.forms import AccountForm
from dangban.tracking.models import Account, Exchange


@require_safe
@login_required
def services(request: HttpRequest) -> HttpResponse:
    accounts.must_connect(signed_in(request))
    kept = {account.vendor: account for account in Account.objects.all()}
    rows = [
        {"connector": one, "account": kept.get(code), "push_url": request.build_absolute_uri(reverse("tracking:push", args=[code]))}
        for code, one in CONNECTORS.items()
    ]
    exchanges = Exchange.objects.order_by("-at", "-pk")[:30]
    return render(request, "tracking/services.html", {"rows": rows, "exchanges": exchanges})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def service(request: HttpRequest, vendor: str) -> HttpResponse:
    person = signed_in(request)
    accounts.must_connect(person)
    connector = CONNECTORS.get(vendor)
    if connector is None:
        raise Http404("service")
    kept = Account.objects.filter(vendor=vendor).first()
    start = {"customer": kept.customer, "asks": kept.asks} if kept else {}
    form = AccountForm(request.POST or None, initial=start, with_salt=vendor == "kuaidi100")
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            accounts.keep(
                vendor, given["customer"], given["key"], salt=given.get("salt", ""), asks=given["asks"], by=person
            )
        except BadInput as wrong:
            for name, faults in wrong.fields.items():
                form.add_error(name if name in form.fields else None, list(faults))
        else:
            return redirect("tracking:services")
    context = {"connector": connector, "kept": kept, "form": form}
    return render(request, "tracking/service.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def removal(request: HttpRequest, vendor: str) -> HttpResponse:
    person = signed_in(request)
    accounts.must_connect(person)
    kept = Account.objects.filter(vendor=vendor).first()
    if kept is None:
        raise Http404("service")
    accounts.drop(kept, by=person)
    return redirect("tracking:services")
