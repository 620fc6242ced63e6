"""The decision table: what the handbook in force answers, reason by reason, and a case to try it on."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from dangban.aftersales import navigation
from dangban.aftersales.clauses import approvals, evidence, freight, goods, remedies, window
from dangban.aftersales.rules.assessment import assess, results, wording
from dangban.aftersales.rules.assessment.reasons import PARTIES
from dangban.aftersales.rules.assessment.table import rows
from dangban.aftersales.trial import TrialForm
from dangban.aftersales.views.lists import reader
from dangban.handbook.actions import in_force
from dangban.handbook.rulebook import Rules, RuleValue
from dangban.handbook.shapes import Clause
from dangban.handbook.shapes.labels import REFERENCES
from dangban.lib import clock
from dangban.shops.clauses import COLLECT_COURIERS

# What holds for every reason, or for the goods whatever the reason.
FOR_ALL: tuple[Clause[Any], ...] = (
    goods.CONDITION, goods.EXCLUDED_GOODS, goods.ONLY_OURS, goods.MISUSE, goods.EXCHANGES, goods.GIFT_LOST, goods.GIFTS_CLAIMABLE,
    window.PROXY_COUNTS, window.WORN_FAULT, evidence.NOTHING_WRONG, freight.FREE_SHIPPING_LOST, freight.SENT_DESPITE_REFUND, freight.ADVANCED_BY,
    freight.PAID_BACK, freight.INSURANCE_FIRST, COLLECT_COURIERS, freight.SURFACE_MAIL, freight.RESENDING_OURS, remedies.SHIP_FIRST,
    approvals.APPROVAL_LIMITS, approvals.TWO_PERSONS_ABOVE,
)  # fmt: skip


@require_safe
@login_required
def table(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    at = clock.now()
    rules = in_force(at)
    tried = "reason" in request.GET
    form = TrialForm(request.GET if tried else None)
    context = {
        "rooms": navigation.tabs(person, "rules"),
        "rows": rows(rules),
        "for_all": _stated(rules),
        "parties": PARTIES,
        "reference_labels": REFERENCES,
        "form": form,
        "tried": tried,
        "judged": assess(form.facts(at), rules) if tried and form.is_valid() else None,
        "named": results,
        "wording": wording,
    }
    return render(request, "aftersales/rules.html", context, status=422 if tried and not form.is_valid() else 200)


def _stated(rules: Rules) -> list[RuleValue[Any]]:
    return [rules.rule(clause) for clause in FOR_ALL if rules.has(clause)]


pages = [path("rules/", table, name="rules")]
