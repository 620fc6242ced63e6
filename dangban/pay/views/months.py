"""The months: opened, worked out, checked, released by another, closed; files; what other rules would have paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangban.journal.actions import record
from dangban.lib import clock, listing
from dangban.lib.days import month_of, next_month
from dangban.lib.errors import BadInput
from dangban.pay import access, actions, exports, queries, simulating
from dangban.pay.actions.opening import payday
from dangban.pay.forms import MonthForm, ReasonForm, TryForm
from dangban.pay.gathering import rules_of
from dangban.pay.models import Computation, PayMonth
from dangban.pay.views import names, tabs, tell
from dangban.people.access import signed_in
from dangban.people.models import Person

State = PayMonth.State
KEYS: listing.Keys[queries.Row] = {
    "name": lambda row: row.slip.person.name,
    "wage": lambda row: row.slip.wage_fen,
    "net": lambda row: row.slip.net_fen,
    "difference": lambda row: row.difference_fen,
    "warnings": lambda row: len(row.warnings) + len(row.slip.missing),
}


@require_safe
@login_required
def month_list(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    access.must_see_all(person)
    return render(request, "pay/months.html", _listed(person))


def _listed(person: Person, form: MonthForm | None = None) -> dict[str, Any]:
    found = list(PayMonth.objects.select_related("checked_by", "released_by")[:36])
    return {
        "tabs": tabs(person, "months"), "months": [(one, queries.totals(one)) for one in found], "form": form or MonthForm(initial={"month": _next_to_open(found)}),
        "late": {one.pk for one in found if _is_late(one)}, "may_open": person.can(access.MANAGE), "disputes": list(queries.open_disputes()[:20]), **names(),
    }  # fmt: skip


def _next_to_open(found: list[PayMonth]) -> str:
    """The month after the last one, else the one before this, where wages of it are to be paid now."""
    today = month_of(clock.business_day(clock.now()))
    following = next_month(found[0].month) if found else month_of(today - timedelta(days=1))
    return f"{following:%Y-%m}" if following < today else ""


@require_POST
@login_required
def opening(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    access.must(person, access.MANAGE)
    form = MonthForm(request.POST)
    month = queries.month_named(request.POST.get("month", ""))
    if form.is_valid() and month is not None:
        return redirect("pay:month", actions.open_month(month, by=person).pk)
    if form.is_valid():
        tell(form, BadInput(_("Choose a month."), fields={"month": [_("Choose a month.")]}))
    return render(request, "pay/months.html", _listed(person, form), status=422)


@require_safe
@login_required
def month(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    held = access.get_month(person, pk)
    sort = listing.Sort.read(request.GET, KEYS)
    only = request.GET.get("only", "")
    rows = sort.apply(queries.rows(held), KEYS)
    shown = [row for row in rows if not only or (row.warnings if only == "warned" else row.slip.missing if only == "missing" else row.slip.changes)]
    run = held.computations.first()
    rules = rules_of(held.month)
    context = {
        **names(), "tabs": tabs(person, "months"), "month": held, "rows": shown, "all_rows": rows, "sort": sort, "only": only, "totals": queries.totals(held),
        "missing": queries.missing(held, person), "run": run, "running": run is not None and run.finished_at is None,
        "payday": payday(held.month, rules) if rules.has("pay.paid_by") else None, "late": _is_late(held), "exports": exports.last_exports(held),
        "corrections": queries.corrections(held)[:20], "back_form": ReasonForm(), "may": _may(person, held),
    }  # fmt: skip
    return render(request, "pay/month.html", context)


def _is_late(held: PayMonth) -> bool:
    """Payday is over and the wages are not paid."""
    rules = rules_of(held.month)
    return held.state != State.CLOSED and rules.has("pay.paid_by") and payday(held.month, rules) < clock.business_day(clock.now())


def _may(person: Person, held: PayMonth) -> dict[str, bool]:
    manages, is_out = person.can(access.MANAGE), held.state in access.OUT
    return {
        "compute": manages and held.state in (State.OPEN, State.COMPUTED), "check": manages and held.state == State.COMPUTED,
        "take_back": held.state == State.CHECKED, "release": person.can(access.RELEASE) and held.state == State.CHECKED and held.checked_by_id != person.pk,
        "close": manages and held.state == State.RELEASED, "books": manages and held.state != State.OPEN,
        "bank": person.can(access.ACCOUNTS) and is_out, "review": manages and is_out,
    }  # fmt: skip


@require_POST
@login_required
def computing(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    actions.ask(access.get_month(person, pk), by=person)
    return redirect("pay:month", pk)


@require_safe
@login_required
def computation(request: HttpRequest, pk: int) -> HttpResponse:
    access.must_see_all(signed_in(request))
    run = Computation.objects.select_related("pay_month").filter(pk=pk).first()
    if run is None:
        raise Http404("computation")
    response = render(request, "pay/_computation.html", {"run": run})
    if run.finished_at is not None and listing.is_fragment(request):
        response["HX-Refresh"] = "true"
    return response


def _act(request: HttpRequest, pk: int, act: Callable[..., PayMonth]) -> HttpResponse:
    person = signed_in(request)
    held = access.get_month(person, pk)
    seen = request.POST.get("seen", "")
    act(held, by=person, seen=int(seen) if seen.isdecimal() and len(seen) < 10 else None)
    return redirect("pay:month", pk)


@require_POST
@login_required
def checking(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.check)


@require_POST
@login_required
def releasing(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.release)


@require_POST
@login_required
def closing(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, actions.close)


@require_POST
@login_required
def taking_back(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    actions.take_back(access.get_month(person, pk), request.POST.get("reason", ""), by=person)
    return redirect("pay:month", pk)


@require_POST
@login_required
def books(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    held = access.get_month(person, pk)
    return listing.download(exports.books(held, by=person), f"wages-{held}.xlsx")


@require_POST
@login_required
def bank(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    held = access.get_month(person, pk)
    return listing.download(exports.bank(held, by=person), f"bank-{held}.xlsx")


@require_safe
@login_required
def simulation(request: HttpRequest, pk: int) -> HttpResponse:
    """A look: nothing is stored, but that somebody looked is noted."""
    person = signed_in(request)
    held = access.get_month(person, pk)
    known = simulating.choices()
    form = TryForm(known, request.GET if "handbook" in request.GET else None)
    found = None
    if form.is_bound and form.is_valid():
        other = simulating.chosen(form.cleaned_data["handbook"])
        if other is not None:
            found = simulating.simulate(held, other)
            with transaction.atomic():
                record("pay.simulated", subject=held, by=person, change={"month": str(held), "handbook": str(other.title)}, at=clock.now())
    context = {"tabs": tabs(person, "months"), "month": held, "form": form, "found": found, "sums": simulating.sums(found) if found is not None else None}
    return render(request, "pay/simulation.html", context)
