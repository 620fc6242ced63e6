"""Accounts that wages go to: masked, shown in full for a reason."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.lib import clock, money
from dangban.lib.days import month_of
from dangban.lib.errors import BadInput
from dangban.pay import access, actions
from dangban.pay.forms import AccountForm, ReasonForm
from dangban.pay.gathering import people_of
from dangban.pay.models import PayAccount
from dangban.pay.views import tabs, tell
from dangban.people.access import signed_in
from dangban.people.models import Person


@require_safe
@login_required
def account_list(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    access.must(person, access.ACCOUNTS)
    # Last month's wages are paid in this one, also to who has left since.
    this = month_of(clock.business_day(clock.now()))
    people = list((people_of(this) | people_of(month_of(this - timedelta(days=1)))).select_related("pay_account"))
    rows = [(one, getattr(one, "pay_account", None)) for one in people]
    return render(request, "pay/accounts.html", {"tabs": tabs(person, "accounts"), "rows": rows, "without": sum(not held or not held.tail for _one, held in rows)})


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def account(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    access.must(person, access.ACCOUNTS)
    of = Person.objects.filter(pk=pk).first()
    if of is None:
        raise Http404("person")
    held = PayAccount.objects.filter(person=of).select_related("by").first()
    start = {"holder": of.name}
    if held is not None:
        start = {"holder": held.holder, "bank": held.bank, "city": held.city, "special": str(money.yuan(held.special_fen))}
    form = AccountForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.keep_account(
                of, holder=given["holder"], bank=given["bank"], number=given["number"], city=given["city"], special_fen=given["special"], by=person
            )
        except BadInput as said:
            tell(form, said)
        else:
            return redirect("pay:accounts")
    context = {"tabs": tabs(person, "accounts"), "of": of, "held": held, "form": form, "reason_form": ReasonForm(), "number": ""}
    return render(request, "pay/account.html", context, status=422 if form.is_bound else 200)


@require_POST
@login_required
def number(request: HttpRequest, pk: int) -> HttpResponse:
    """In the answer to this request only: it stands in no address and no history."""
    person = signed_in(request)
    access.must(person, access.ACCOUNTS)
    held = PayAccount.objects.select_related("person", "by").filter(person=pk).first()
    if held is None:
        raise Http404("account")
    shown = actions.reveal_account(held, request.POST.get("reason", ""), by=person)
    start = {"holder": held.holder, "bank": held.bank, "city": held.city, "special": str(money.yuan(held.special_fen))}
    context = {"tabs": tabs(person, "accounts"), "of": held.person, "held": held, "form": AccountForm(initial=start), "reason_form": ReasonForm(), "number": shown}
    response = render(request, "pay/account.html", context)
    response["Cache-Control"] = "no-store"
    return response
