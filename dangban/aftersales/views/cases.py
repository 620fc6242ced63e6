"""One case: what is asked, where it stands, how it was judged, and what may be done by whom."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangban.aftersales import access, facts, inbound, panels, telling
from dangban.aftersales.actions import agreeing, deciding, moving
from dangban.aftersales.forms import (
    AgreeForm,
    ContactForm,
    DisputeForm,
    FactsForm,
    ReturnForm,
    WhyForm,
    WordsForm,
)
from dangban.aftersales.models import Case, CaseContact, InboundParcel, Settlement
from dangban.aftersales.refunds.formats import STATES
from dangban.aftersales.rules import drawing, flow
from dangban.aftersales.rules.assessment import results, wording
from dangban.aftersales.rules.assessment.reasons import PARTIES, REASONS
from dangban.desk.models import Deadline
from dangban.handbook.decisions import reasons as read_reasons
from dangban.lib import clock, masks, text
from dangban.lib.errors import BadInput
from dangban.people.access import people_who_may, signed_in
from dangban.people.models import Person

_FORMS = ("evidence_form", "refusal_form", "exception_form", "agree_form", "withdraw_form", "reopen_form", "dispute_form", "return_form")


@require_safe
@login_required
def case(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = access.get_case(person, pk)
    part = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Target") == "case"
    return render(request, "aftersales/_case.html" if part else "aftersales/case.html", _shown(person, found))


@require_safe
@login_required
def fragment(request: HttpRequest, pk: int) -> HttpResponse:
    """The same without its frame, for an open page."""
    person = signed_in(request)
    return render(request, "aftersales/_case.html", _shown(person, access.get_case(person, pk)))


def _shown(person: Person, found: Case, **forms: Any) -> dict[str, Any]:
    at = clock.now()
    may = access.may(person, "aftersales.handle", found.shop_id)
    state = flow.STATES[found.state]
    steps = list(found.steps.order_by("-pk"))
    made = deciding.newest(found)
    acts = {act.code for act in flow.acts_from(found.state) if not act.needs or access.may(person, act.needs, found.shop_id)}
    whole = access.may(person, "customers.reveal", found.shop_id)
    known = facts.collect(found)
    judged = deciding.result_of(made) if made is not None else None
    return {
        "case": found, "state": state, "states": flow.STATES, "acts_named": flow.ACTS, "parties": flow.PARTIES,
        "reason": REASONS.get(found.reason), "sides": PARTIES, "platform_states": STATES, "note": found.note if whole else masks.scrub(found.note),
        "lines": list(found.lines.select_related("sku", "wanted_sku", "batch").order_by("pk")),
        "drawing": drawing.draw(found.state, {step.state for step in steps}), "box": drawing.BOX, "steps": steps,
        "due_because": _due_because(found),
        "made": made, "judged": judged, "named": results, "wording": wording,
        "may": may, "acts": acts if may else set(),
        "facts_form": forms.get("facts_form") or (FactsForm(found, known) if may and acts & {"assess", "assess_again"} else None),
        "asks": facts.unknown(known),
        "remedies": _remedies(found, at) if may and _may_agree(acts) else [],
        "forms": dict.fromkeys(_FORMS) | forms, "way_choices": Settlement.Way.choices,
        "contact_form": forms.get("contact_form") or ContactForm(initial={"way": "phone"}),
        "contacts": [(one, one.text if whole else masks.scrub(one.text)) for one in found.contacts.order_by("-pk")],
        "contact_ways": dict(CaseContact.Way.choices),
        "parcels": list(InboundParcel.objects.filter(parcel_cases__case=found).order_by("pk")),
        "panels": panels.shown(person, found, at),
        "colleagues": _colleagues(person, found),
        "next_words": telling.next_step(found, "pay" if found.refunded_fen else "send"),
        "whole": whole, "scrub": masks.scrub, "customer_words": judged.wording.in_language(settings.LANGUAGE_CODE) if judged else "",
        "evidence_words": _evidence_words(judged),
    }  # fmt: skip


def _may_agree(acts: set[str]) -> bool:
    return bool(acts & {"agree_return", "agree_payment", "agree_sending", "agree_soothing", "repair"})


def _remedies(found: Case, at: Any) -> list[dict[str, Any]]:
    """What may be agreed on, with what it comes to."""
    rows = []
    for remedy in agreeing.remedies(found):
        pays = remedy.code == "adjust" or remedy.code == "refund" or (remedy.code == "return" and found.state == "inspected")
        parts = agreeing.reckoned(found, remedy.code, at) if pays else {}
        rows.append({"remedy": remedy, "label": results.REMEDIES[remedy.code], "pays": pays, "parts": {k: v for k, v in parts.items() if v}})
    return rows


def _evidence_words(judged: Any) -> str:
    """What the customer is asked to show, as the assessment words it; else a plain request."""
    if judged is not None and judged.outcome == "evidence":
        return str(judged.wording.in_language(settings.LANGUAGE_CODE))
    return telling.plain_request()


def _due_because(found: Case) -> Any:
    """Why it is due then: the clause of its state, from the clock that runs."""
    running = Deadline.objects.filter(subject_kind="aftersales.case", subject_id=found.pk, met_at=None, cancelled_at=None).order_by("-pk").first()
    return read_reasons(running.because) if running else ()


def _colleagues(person: Person, found: Case) -> list[Person]:
    if found.closed_at is not None or not (found.owner_id == person.pk or access.may(person, "desk.assign", found.shop_id)):
        return []
    return list(people_who_may("aftersales.handle", found.shop_id).exclude(pk=found.owner_id).order_by("name", "pk"))


# ---- Acts ----------------------------------------------------------------------------------------


def _act(request: HttpRequest, pk: int, name: str, make: Callable[..., Any], do: Callable[[Case, dict[str, Any], Person], object]) -> HttpResponse:
    """Read a form and do the act; what was wrong stands at its field, and what was typed is kept."""
    person = signed_in(request)
    found = access.get_case(person, pk)
    form = make(request.POST)
    access.require(person, "aftersales.handle", found.shop_id)
    if form.is_valid():
        try:
            do(found, form.cleaned_data, person)
        except BadInput as wrong:
            for field, faults in wrong.fields.items():
                form.add_error(field if field in form.fields else None, list(faults))
        else:
            return redirect("aftersales:case", pk)
    return render(request, "aftersales/case.html", _shown(person, access.get_case(person, pk), **{name: form}), status=422)


@require_POST
@login_required
def assessment(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = access.get_case(person, pk)
    access.require(person, "aftersales.handle", found.shop_id)
    form = FactsForm(found, facts.collect(found), request.POST)
    if not form.is_valid():
        return render(request, "aftersales/case.html", _shown(person, found, facts_form=form), status=422)
    deciding.assess(found, form.told(), by=person, reason=form.cleaned_data["reason"], seen=form.cleaned_data["seen"])
    return redirect("aftersales:case", pk)


@require_POST
@login_required
def evidence(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, "evidence_form", WordsForm, lambda one, given, by: deciding.ask_evidence(one, given["text"], by=by, seen=given["seen"]))


@require_POST
@login_required
def refusal(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, "refusal_form", WordsForm, lambda one, given, by: deciding.refuse(one, given["text"], by=by, seen=given["seen"]))


@require_POST
@login_required
def exception(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, "exception_form", WhyForm, lambda one, given, by: deciding.ask_exception(one, given["why"], by=by, seen=given["seen"]))


@require_POST
@login_required
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    def do(one: Case, given: dict[str, Any], by: Person) -> object:
        terms = agreeing.Terms(given["amount"], given["way"] or Settlement.Way.PLATFORM, None, given["note"])
        return agreeing.agree(one, given["remedy"], by=by, terms=terms, seen=given["seen"], key=f"page-{one.pk}-{given['key']}" if given["key"] else "")

    return _act(request, pk, "agree_form", AgreeForm, do)


@require_POST
@login_required
def withdrawal(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, "withdraw_form", WhyForm, lambda one, given, by: deciding.withdraw(one, given["why"], by=by, seen=given["seen"]))


@require_POST
@login_required
def reopening(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, "reopen_form", WhyForm, lambda one, given, by: deciding.reopen(one, given["why"], by=by, seen=given["seen"]))


@require_POST
@login_required
def closing(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    deciding.close(access.get_case(person, pk), by=person, seen=text.whole(request.POST.get("seen", "")))
    return redirect("aftersales:case", pk)


@require_POST
@login_required
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    def do(one: Case, given: dict[str, Any], by: Person) -> object:
        return deciding.dispute(one, given["why"], by=by, due_at=given["due_at"], seen=given["seen"])

    return _act(request, pk, "dispute_form", DisputeForm, do)


@require_POST
@login_required
def contact(request: HttpRequest, pk: int) -> HttpResponse:
    def do(one: Case, given: dict[str, Any], by: Person) -> object:
        return telling.note_contact(one, given["way"], given["text"], given["reached"], by=by)

    return _act(request, pk, "contact_form", ContactForm, do)


@require_POST
@login_required
def return_number(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer has sent it: courier and number, typed by the agent."""
    return _act(request, pk, "return_form", ReturnForm, lambda one, given, by: inbound.announce(one, given["courier"], given["number"], by=by))


@require_POST
@login_required
def owner(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = access.get_case(person, pk)
    to = Person.objects.filter(pk=text.whole(request.POST.get("to", "")) or 0).first()
    if to is None:
        message = _("Choose who is to see to it.")
        raise BadInput(message, fields={"to": [message]})
    moving.hand_to(found, to, by=person, seen=text.whole(request.POST.get("seen", "")))
    return redirect("aftersales:case", pk)


pages = [
    path("<int:pk>/", case, name="case"),
    path("<int:pk>/fragment/", fragment, name="case-fragment"),
    path("<int:pk>/assessment/", assessment, name="case-assessment"),
    path("<int:pk>/evidence-request/", evidence, name="case-evidence"),
    path("<int:pk>/refusal/", refusal, name="case-refusal"),
    path("<int:pk>/exception/", exception, name="case-exception"),
    path("<int:pk>/agreement/", agreement, name="case-agreement"),
    path("<int:pk>/withdrawal/", withdrawal, name="case-withdrawal"),
    path("<int:pk>/reopening/", reopening, name="case-reopening"),
    path("<int:pk>/closing/", closing, name="case-closing"),
    path("<int:pk>/dispute/", dispute, name="case-dispute"),
    path("<int:pk>/contact/", contact, name="case-contact"),
    path("<int:pk>/return-number/", return_number, name="case-return"),
    path("<int:pk>/owner/", owner, name="case-owner"),
]
