"""Evidence of a case and of all cases; disputes before the platform, and their files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.aftersales import access, navigation
from dangban.aftersales.disputes import acting, filing
from dangban.aftersales.evidence import arriving, file_evidence, note_evidence, verifying
from dangban.aftersales.models import Dispute, Evidence
from dangban.aftersales.registers import listing
from dangban.aftersales.rules.assessment.reasons import REASONS
from dangban.aftersales.views.registers import MoneyField
from dangban.handbook.decisions import reasons
from dangban.lib import clock, masks, money, text
from dangban.lib.errors import BadInput
from dangban.lib.listing import download
from dangban.media.links import signed_url
from dangban.people.access import signed_in
from dangban.people.models import Person


class AboutForm(forms.Form):
    about = forms.ChoiceField(label=pgettext_lazy("dispute", "About"), choices=Dispute.About.choices)
    claim = forms.CharField(label=gettext_lazy("What the customer claims"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    platform_number = forms.CharField(label=gettext_lazy("The platform's number for it"), max_length=64, required=False)
    asked = MoneyField(label=pgettext_lazy("register", "Asked for"), required=False)


class AnswerForm(forms.Form):
    answer = forms.CharField(label=gettext_lazy("Our answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6}))


class RulingForm(forms.Form):
    result = forms.ChoiceField(label=pgettext_lazy("dispute", "How it ended"), choices=Dispute.Result.choices)
    ruled = MoneyField(label=gettext_lazy("The customer gets"), required=False)
    cause = forms.CharField(label=pgettext_lazy("dispute", "Cause"), max_length=300, help_text=gettext_lazy("Why it came to that"))
    lesson = forms.CharField(label=pgettext_lazy("dispute", "Lesson"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))


# ---- Evidence ----------------------------------------------------------------------------------------


@require_POST
@login_required
def files(request: HttpRequest, pk: int) -> HttpResponse:
    """Photos, films, papers for a case, several at once."""
    person = signed_in(request)
    case = access.get_case(person, pk)
    access.require(person, "aftersales.handle", case.shop_id)
    sent = request.FILES.getlist("files")
    if not sent:
        raise BadInput(_("Choose a file first."), fields={"files": [_("Choose a file first.")]})
    kind = request.POST.get("kind", "")
    with arriving.taken_in(sent) as arrived:
        for one in arrived:
            file_evidence(case, one.path, one.name, by=person, kind=kind if kind in Evidence.Kind.values else "", text_said=request.POST.get("text", ""))
    return redirect("aftersales:case", pk)


@require_POST
@login_required
def words(request: HttpRequest, pk: int) -> HttpResponse:
    """A weight that was read off, what a courier said."""
    person = signed_in(request)
    case = access.get_case(person, pk)
    kind = request.POST.get("kind", "")
    note_evidence(case, kind if kind in Evidence.Kind.values else Evidence.Kind.OTHER, request.POST.get("text", ""), by=person)
    return redirect("aftersales:case", pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def piece(request: HttpRequest, pk: int) -> HttpResponse:
    """One piece of evidence; a POST compares its bytes with its hash."""
    person = signed_in(request)
    found: Evidence = listing.get(person, Evidence, pk)
    outcome = verifying.verify(found, by=person) if request.method == "POST" else ""
    whole = access.may(person, "customers.reveal", found.shop_id)
    context = {
        "one": found, "address": signed_url(found.media_key) if found.media_key else "", "case_url": reverse("aftersales:case", args=[found.case_id]) if found.case_id else "", "outcome": outcome,
        "problem": REASONS[found.problem].label if found.problem in REASONS else "", "text": found.text if whole else masks.scrub(found.text),
        "rooms": navigation.tabs(person, "registers"),
    }  # fmt: skip
    return render(request, "aftersales/evidence_piece.html", context)


# ---- Disputes ----------------------------------------------------------------------------------------


@require_safe
@login_required
def dispute(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    return _page(request, person, _get(person, pk))


@require_POST
@login_required
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """A material waived, our answer, the ruling."""
    person = signed_in(request)
    found = _get(person, pk)
    seen = text.whole(request.POST.get("seen", ""))
    if what == "waiver":
        acting.waive(found, request.POST.get("code", ""), request.POST.get("why", ""), by=person, seen=seen)
        return redirect("aftersales:dispute", pk)
    form: forms.Form = {"about": AboutForm, "answer": AnswerForm}.get(what, RulingForm)(request.POST)
    if form.is_valid():
        try:
            _do(found, what, form.cleaned_data, person, seen)
        except BadInput as wrong:
            _put(form, wrong)
        else:
            return redirect("aftersales:dispute", pk)
    return _page(request, person, found, {what: form}, 422)


@require_safe
@login_required
def dispute_file(request: HttpRequest, pk: int) -> HttpResponse:
    """All of it as one PDF, for the platform's form."""
    person = signed_in(request)
    found = _get(person, pk)
    return download(filing.make(found, by=person), f"{found}-{found.case.number}.pdf", "application/pdf")


def _do(found: Dispute, what: str, given: dict[str, Any], person: Person, seen: int | None) -> None:
    if what == "about":
        acting.describe(found, given["about"], given["claim"], by=person, platform_number=given["platform_number"], asked_fen=given["asked"], seen=seen)
    elif what == "answer":
        acting.answer(found, given["answer"], by=person, seen=seen)
    else:
        acting.rule(found, acting.Ruling(given["result"], given["ruled"], given["cause"], given["lesson"]), by=person, seen=seen)


def _get(person: Person, pk: int) -> Dispute:
    found: Dispute = listing.get(person, Dispute, pk)
    return found


def _page(request: HttpRequest, person: Person, found: Dispute, bound: dict[str, forms.Form] | None = None, status: int = 200) -> HttpResponse:
    wanted, because = acting.materials(found)
    may = found.ruled_at is None and access.may(person, "aftersales.handle", found.shop_id)
    bound = bound or {}
    shown: dict[str, forms.Form] = {}
    if may:
        known = {"about": found.about, "claim": found.claim, "platform_number": found.platform_number}
        known["asked"] = str(money.yuan(found.asked_fen)) if found.asked_fen is not None else ""
        shown["about"] = bound.get("about") or AboutForm(initial=known)
    if may and found.case.state == "disputed":
        shown["answer"] = bound.get("answer") or AnswerForm()
    if may:
        shown["ruling"] = bound.get("ruling") or RulingForm()
    context = {
        "dispute": found, "case": found.case, "materials": wanted, "because_": reasons([because.as_data()]) if because else [], "forms_": shown, "may": may,
        "now_": clock.now(), "rooms": navigation.tabs(person, "registers"),
    }  # fmt: skip
    return render(request, "aftersales/dispute.html", context, status=status)


def _put(form: forms.Form, wrong: BadInput) -> None:
    for name, messages in wrong.fields.items():
        form.add_error(name if name in form.fields else None, list(messages))


pages = [
    path("<int:pk>/files/", files, name="evidence-files"),
    path("<int:pk>/words/", words, name="evidence-words"),
    path("evidence/<int:pk>/", piece, name="evidence-piece"),
    path("disputes/<int:pk>/", dispute, name="dispute"),
    path("disputes/<int:pk>/file/", dispute_file, name="dispute-file"),
    path("disputes/<int:pk>/<str:what>/", act, name="dispute-act"),
]
