"""One return: where it stands, what is next, and its papers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dangban.dealers import access, facts, printing, queries, rules, words
from dangban.dealers.forms import (
    AdvanceForm,
    AdvanceSendForm,
    CloseForm,
    CountForm,
    DecisionForm,
    JudgeForm,
    ReportForm,
    SendForm,
    SettleForm,
    VisitForm,
    WordsForm,
)
from dangban.dealers.models import DealerReturn, Finding
from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock
from dangban.lib.listing import download
from dangban.people.access import signed_in
from dangban.people.models import Person


@require_safe
@login_required
def one(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    return render(request, "dealers/return.html", about(person, access.get_return(person, pk)))


@require_safe
@login_required
def body(request: HttpRequest, pk: int) -> HttpResponse:
    """The part that changes while one looks at it."""
    person = signed_in(request)
    return render(request, "dealers/_return.html", about(person, access.get_return(person, pk)))


def about(person: Person, made: DealerReturn, given: dict[str, forms.Form] | None = None) -> dict[str, Any]:
    """What the page shows; `given` are forms with what was typed wrongly."""
    rulebook = in_force(clock.now())
    shown = queries.sheet(made, rulebook)
    may = queries.may(person, shown)
    return {
        "made": made,
        "sheet": shown,
        "may": may,
        "forms": _named(_forms(shown) | (given or {})),
        "party": words.PARTIES.get(shown.party, ""),
        "unit": words.unit,
        "act": words.act,
        "states": DealerReturn.State,
        "causes": Finding.Cause.choices,
        "disposals": Finding.Disposal.choices,
        "bill": facts.bill(made, rules.Costs(), facts.rules_for_settling(made, clock.now())) if made.state == "settling" else None,
        "department": lambda cause: rules.department(cause, rulebook),
        "pieces_back": queries.pieces_back(made) if made.state == "settled" and made.judged == "repair" and not made.back_number else 0,
    }


def _named(found: dict[str, forms.Form]) -> dict[str, forms.Form]:
    """Several forms stand on one page: their fields are told apart by the form's name."""
    for name, form in found.items():
        form.auto_id = f"{name}_%s"
    return found


def _forms(shown: queries.Sheet) -> dict[str, forms.Form]:
    """Only those of the state the return is in."""
    seen = {"seen": shown.made.version}
    today = {"on": clock.business_day(clock.now()), "said_on": clock.business_day(clock.now())} | seen
    state = shown.made.state
    found: dict[str, forms.Form] = {"advance": AdvanceForm(initial=today), "advance_send": AdvanceSendForm(initial=seen)}
    if state == "applied":
        return found | {"visit": VisitForm(initial=today), "judge": JudgeForm(initial=seen), "refuse": WordsForm(initial=seen)}
    if state == "approved":
        return found | {"tell": WordsForm(initial=seen)}
    if state == "told":
        return found | {"send": SendForm(initial=seen)}
    if state == "counting":
        return found | {"count": CountForm(shown.lines, initial=seen)}
    if state == "inspecting":
        return found | {"report": ReportForm(shown.lines, initial=seen)}
    if state == "disposing":
        return found | {"decision": DecisionForm(initial=seen)}
    if state == "settling":
        return found | {"settle": SettleForm(initial=seen)}
    return found | ({"close": CloseForm(initial=seen)} if state == "settled" else {})


@require_safe
@login_required
def report_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    return _sheet(request, pk, "report")


@require_safe
@login_required
def count_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    return _sheet(request, pk, "count")


@require_safe
@login_required
def note_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    return _sheet(request, pk, "note")


def _sheet(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    person = signed_in(request)
    made = access.get_return(person, pk)
    response = download(printing.make(made, name, by=person), f"{made.title}-{name}.pdf", "application/pdf")
    response["Content-Disposition"] = f'inline; filename="{made.title}-{name}.pdf"'
    return response
