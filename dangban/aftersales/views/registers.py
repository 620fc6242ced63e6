"""Pages of the registers: their lists, files and prints; a mistake, a claim, an alarm; what couriers ask for and owe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.aftersales import access, navigation
from dangban.aftersales.models import (
    ClaimTemplate,
    CourierClaim,
    Evidence,
    Mistake,
    QualityAlarm,
    QualityNote,
)
from dangban.aftersales.registers import claims, listing, mistakes, months, quality
from dangban.aftersales.registers.listing import REGISTERS, Filters
from dangban.aftersales.rules.assessment.reasons import REASONS
from dangban.aftersales.views.lists import reader
from dangban.dispatch import typeset
from dangban.handbook.decisions import reasons
from dangban.journal.actions import record
from dangban.lib import clock, money, text
from dangban.lib.errors import BadInput, NotAllowed
from dangban.lib.excel import Column
from dangban.lib.listing import chip_groups, download, is_fragment, taken_out
from dangban.media.links import signed_url
from dangban.people.access import signed_in
from dangban.people.models import Person, Shop

# A print is for reading, not for keeping.
MOST_PRINTED = 500
CLAIM_ACTS = ("filing", "answer", "payment", "against", "again", "chase", "dropping")
_KINDS = {"text": "text", "money": "money", "number": "number", "when": "when"}


@require_safe
@login_required
def register(request: HttpRequest, code: str) -> HttpResponse:
    person = reader(request)
    shown = REGISTERS[code]
    filters = Filters.read(request.GET, shown)
    after = request.GET.get("after", "")
    page = listing.list_page(person, shown, filters, after)
    name = f"aftersales:{code}"
    context = {
        "rooms": navigation.tabs(person, "registers"),
        "registers": _tabs(code),
        "register": shown,
        "filters": filters,
        "page": page,
        "count": listing.count(person, shown, filters),
        "chips": _chips(person, shown, filters),
        "here": filters.as_query() | ({"after": after} if after else {}),
        "first_url": reverse(name, query=filters.as_query()) if after else "",
        "next_url": reverse(name, query=filters.as_query() | {"after": page.next}) if page.next else "",
        "clear_url": reverse(name),
        "may_export": person.can("aftersales.export"),
        "signed_url": signed_url,
        "export_url": reverse("aftersales:register-export", args=[code], query=filters.as_query()),
        "print_url": reverse("aftersales:register-print", args=[code], query=filters.as_query()),
        "list_url": reverse(name),
    }
    return render(request, "aftersales/registers/_list.html" if is_fragment(request) else "aftersales/registers/list.html", context)


@require_safe
@login_required
def export(request: HttpRequest, code: str) -> HttpResponse:
    person, shown, filters = _taken(request, code)
    lines = listing.every(person, shown, filters)
    _log(person, code, filters, len(lines))
    columns, rows = _columns(shown), [_row(shown, line) for line in lines]
    if len(lines) >= listing.MOST_ROWS:
        rows.append([_("Only the newest %(most)s lines: narrow it by days.") % {"most": listing.MOST_ROWS}, *[""] * (len(columns) - 1)])
    return taken_out("xlsx", code, columns, rows)


def _columns(shown: listing.Register) -> list[Column]:
    columns = []
    for head in shown.heads:
        columns.append(Column(str(head.title), _KINDS[head.kind], head.width))  # type: ignore[arg-type]
        if head.sub:
            columns.append(Column(str(head.sub), "text", 18))
    return columns


def _row(shown: listing.Register, line: Sequence[listing.Cell]) -> list[Any]:
    """Each thing in a column of its own, so that a workbook can be filtered by it."""
    cells = []
    for cell, head in zip(line, shown.heads, strict=True):
        cells.append(str(cell.value) if head.kind == "text" else cell.value)
        if head.sub:
            cells.append(cell.sub)
    return cells


@require_safe
@login_required
def part(request: HttpRequest, code: str) -> HttpResponse:
    if code not in REGISTERS:
        raise Http404("register")
    return register(request, code)


@require_safe
@login_required
def printed(request: HttpRequest, code: str) -> HttpResponse:
    """The same list on paper."""
    person, shown, filters = _taken(request, code)
    lines = listing.every(person, shown, filters, MOST_PRINTED)
    _log(person, code, filters, len(lines))
    context = {
        "register": shown, "lines": lines, "filters": filters, "narrowed": listing.in_words(person, shown, filters), "at": clock.now(), "by": person,
        "most": MOST_PRINTED if len(lines) >= MOST_PRINTED else 0,
    }  # fmt: skip
    page = render_to_string("aftersales/registers/print.html", context)
    return download(typeset.pdf(page), f"{code}-{clock.local(clock.now()):%Y%m%d-%H%M}.pdf", "application/pdf")


def _taken(request: HttpRequest, code: str) -> tuple[Person, listing.Register, Filters]:
    person = reader(request)
    if not person.can("aftersales.export"):
        raise NotAllowed(_("You may not take after-sales lists out as a file. Ask your leader."))
    if code not in REGISTERS:
        raise BadInput(_("There is no such list."))
    return person, REGISTERS[code], Filters.read(request.GET, REGISTERS[code])


def _log(person: Person, code: str, filters: Filters, count: int) -> None:
    with transaction.atomic():
        record("aftersales.register_exported", subject=person, by=person, change={"list": code, "filters": filters.as_query(), "rows": count}, at=clock.now())


def _tabs(code: str) -> list[dict[str, Any]]:
    tabs = [{"label": one.label, "url": reverse(f"aftersales:{one.code}"), "current": one.code == code} for one in REGISTERS.values()]
    tabs.insert(2, {"label": pgettext_lazy("register", "Couriers by month"), "url": reverse("aftersales:claim-months"), "current": code == "months"})
    return tabs


def _chips(person: Person, shown: listing.Register, filters: Filters) -> list[dict[str, Any]]:
    shops = [(shop.pk, shop.name) for shop in access.visible_shops(person)]
    chosen = dict(filters.chosen)
    groups: list[tuple[str, str, Any]] = [("shop", _("Shop"), shops if len(shops) > 1 else [])]
    groups += [(name, str(label), choices) for name, (label, _field, choices) in shown.filters.items()]
    current: dict[str, Any] = {"shop": filters.shop} | {name: chosen.get(name, "") for name in shown.filters}

    def address(**changed: Any) -> str:
        return reverse(f"aftersales:{shown.code}", query=filters.as_query(**changed))

    return chip_groups(groups, current, address)


# ---- A mistake ---------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def mistake(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found: Mistake = listing.get(person, Mistake, pk)
    wrong: dict[str, Any] = {}
    if request.method == "POST":
        chosen = Person.objects.filter(pk=text.whole(request.POST.get("person", "")) or 0, is_active=True).first()
        try:
            mistakes.correct(found, request.POST.get("borne_by", ""), chosen, request.POST.get("why", ""), by=person, seen=text.whole(request.POST.get("seen", "")))
        except BadInput as bad:
            wrong = dict(bad.fields)
        else:
            return redirect("aftersales:mistake", pk)
    context = {
        "mistake": found, "because_": reasons(found.because), "may_correct": access.may(person, "aftersales.approve", found.shop_id),
        "people": mistakes.people_of(found.shop_id), "bearers": Mistake.BorneBy.choices, "wrong": wrong, "typed": request.POST,
        "rooms": navigation.tabs(person, "registers"),
    }  # fmt: skip
    return render(request, "aftersales/registers/mistake.html", context, status=422 if wrong else 200)


# ---- A claim -----------------------------------------------------------------------------------------


class MoneyField(forms.CharField):
    """Yuan as people type them; fen."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_length=12, widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **given)

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        try:
            amount = money.fen(typed)
        except ValueError as wrong:
            raise forms.ValidationError(_("Type an amount such as 25.00.")) from wrong
        if amount < 0:
            raise forms.ValidationError(_("Type an amount such as 25.00."))
        return amount


class FilingForm(forms.Form):
    amount = MoneyField(label=pgettext_lazy("claim", "Amount"))
    reference = forms.CharField(label=pgettext_lazy("claim", "Courier's number for it"), max_length=80, required=False)
    note = forms.CharField(label=pgettext_lazy("claim", "Note"), max_length=300, required=False)


class AnswerForm(forms.Form):
    amount = MoneyField(label=pgettext_lazy("claim", "Granted"), help_text=gettext_lazy("0 where it is refused"))
    answer = forms.CharField(label=pgettext_lazy("claim", "In the courier's words"), max_length=300, required=False)


class PaymentForm(forms.Form):
    amount = MoneyField(label=pgettext_lazy("claim", "Paid"))
    bill = forms.CharField(label=pgettext_lazy("claim", "Set off against the bill of"), max_length=7, required=False, widget=forms.TextInput(attrs={"type": "month"}))


@require_safe
@login_required
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    return _claim_page(request, person, listing.get(person, CourierClaim, pk))


@require_POST
@login_required
def claim_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Filed, chased, answered, paid, entered against, dropped or taken up again."""
    person = signed_in(request)
    found: CourierClaim = listing.get(person, CourierClaim, pk)
    seen = text.whole(request.POST.get("seen", ""))
    if act not in CLAIM_ACTS:
        raise Http404("act")
    form = {"filing": FilingForm, "answer": AnswerForm, "payment": PaymentForm}.get(act, forms.Form)(request.POST)
    if not form.is_valid():
        return _claim_page(request, person, found, {act: form}, 422)
    given = form.cleaned_data
    try:
        if act == "filing":
            claims.file_claim(found, given["amount"] or 0, given["reference"], note=given["note"], by=person, seen=seen)
        elif act == "answer":
            claims.answer(found, given["amount"] or 0, given["answer"], by=person, seen=seen)
        elif act == "payment":
            claims.pay(found, given["amount"] or 0, bill=claims.month_of(given["bill"]) if given["bill"] else "", by=person, seen=seen)
        elif act == "chase":
            claims.chase(found, request.POST.get("note", ""), by=person, seen=seen)
        elif act == "against":
            claims.enter_against(found, request.POST.get("why", ""), by=person, seen=seen)
        elif act == "again":
            claims.take_up(found, request.POST.get("why", ""), by=person, seen=seen)
        elif act == "dropping":
            claims.drop(found, request.POST.get("why", ""), by=person, seen=seen)
    except BadInput as wrong:
        for name, messages in wrong.fields.items():
            form.add_error(name if name in form.fields else None, list(messages))
        return _claim_page(request, person, found, {act: form}, 422)
    return redirect("aftersales:claim", pk)


def _claim_page(request: HttpRequest, person: Person, found: CourierClaim, bound: dict[str, forms.Form] | None = None, status: int = 200) -> HttpResponse:
    may = access.may(person, "aftersales.handle", found.shop_id)
    may_pay = access.may(person, "aftersales.pay", found.shop_id)
    yuan = str(money.yuan(found.amount_fen))
    bound = bound or {}
    shown: dict[str, forms.Form] = {}
    if may and found.state == "draft":
        shown["filing"] = bound.get("filing") or FilingForm(initial={"amount": yuan})
    if may and found.state == "filed":
        shown["answer"] = bound.get("answer") or AnswerForm(initial={"amount": yuan})
    if may_pay and found.state == "granted":
        shown["payment"] = bound.get("payment") or PaymentForm(initial={"amount": str(money.yuan(found.granted_fen or 0))})
    template = claims.template_of(found.courier, found.kind)
    context = {
        "claim": found, "because_": reasons(found.because), "forms_": shown, "materials": claims.checklist(found), "template": template,
        "entries": list(claims.entries(found)), "beside": claims.beside(found), "freight_in": claims.freight_in,
        "may_against": may_pay and found.state == "paid", "may_again": may and found.state in ("granted", "refused", "dropped"),
        "may_chase": may and found.state in ("filed", "granted"), "may_drop": may and found.state in ("draft", "filed"),
        "rooms": navigation.tabs(person, "registers"), "wrong": [str(one) for form in bound.values() for one in form.non_field_errors()],
    }  # fmt: skip
    return render(request, "aftersales/registers/claim.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def claim_months(request: HttpRequest) -> HttpResponse:
    """What couriers owe, by age and by month; what was granted is set off against a bill at once."""
    person = reader(request)
    at = clock.now()
    said = ""
    if request.method == "POST":
        bill = claims.month_of(request.POST.get("bill", ""))
        # Also what is still owed to a shop that has closed.
        shops = list(Shop.objects.filter(access.where(person, "aftersales.pay", "pk")).values_list("pk", flat=True))
        if not shops:
            raise NotAllowed(_("Only finance sets claims off."))
        count, fen = claims.settle_month(request.POST.get("courier", ""), bill, shops, by=person, at=at)
        said = _("%(count)s claims, %(money)s, set off against the bill of %(bill)s.") % {"count": count, "money": money.show(fen), "bill": bill}
    context = {
        "rooms": navigation.tabs(person, "registers"), "registers": _tabs("months"), "months": months.months(person, at), "debts": months.debts(person, at),
        "ages": months.AGES, "may_pay": person.can("aftersales.pay"), "this_month": f"{clock.local(at):%Y-%m}", "said": said,
        "templates": list(ClaimTemplate.objects.select_related("changed_by").order_by("courier", "kind")),
        "may_write": person.can("aftersales.approve"), "kinds": ClaimTemplate.Kind.choices,
        "evidence": [(code, label) for code, label in Evidence.Kind.choices], "labels": dict(Evidence.Kind.choices),
    }  # fmt: skip
    return render(request, "aftersales/registers/months.html", context)


@require_POST
@login_required
def claim_template(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    given = request.POST
    most = given.get("most", "").strip()
    try:
        most_fen = money.fen(most) if most else None
    except ValueError as wrong:
        raise BadInput(_("Type an amount such as 25.00."), fields={"most": [_("Type an amount such as 25.00.")]}) from wrong
    claims.write_template(
        given.get("courier", ""), given.get("kind", ""), given.getlist("materials"), by=person,
        within_days=text.whole(given.get("within", "")), most_fen=most_fen, contact=given.get("contact", ""),
    )  # fmt: skip
    return redirect("aftersales:claim-months")


# ---- Faults ------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def alarm(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found: QualityAlarm = listing.get(person, QualityAlarm, pk)
    wrong: list[str] = []
    if request.method == "POST":
        try:
            quality.end_alarm(found, request.POST.get("answer", ""), by=person)
        except BadInput as bad:
            wrong = [bad.message]
        else:
            return redirect("aftersales:alarm", pk)
    notes = QualityNote.objects.filter(product=found.product_id, reason=found.reason, fault=found.fault, void_at=None, at__gt=found.since)
    if found.ended_at is not None:
        notes = notes.filter(at__lte=found.ended_at)
    context = {
        "alarm": found, "because_": reasons(found.because), "notes": list(notes.select_related("case", "sku", "batch").order_by("-at")[:50]),
        "reason": REASONS[found.reason].label, "wrong": wrong, "may_end": found.ended_at is None and access.may(person, "aftersales.handle", found.shop_id),
        "rooms": navigation.tabs(person, "registers"),
    }  # fmt: skip
    return render(request, "aftersales/registers/alarm.html", context, status=422 if wrong else 200)


@require_POST
@login_required
def fault(request: HttpRequest, pk: int) -> HttpResponse:
    """What the fault is, more closely."""
    person = signed_in(request)
    found: QualityNote = listing.get(person, QualityNote, pk)
    quality.name_fault(found, request.POST.get("fault", ""), by=person)
    return redirect("aftersales:case", found.case_id)


pages = [
    *(path(f"registers/{code}/", register, {"code": code}, name=code) for code in REGISTERS),
    # The same list by one name, for the part of an open page that follows what happens.
    path("registers/<str:code>/part/", part, name="register-part"),
    path("registers/<str:code>/export/", export, name="register-export"),
    path("registers/<str:code>/print/", printed, name="register-print"),
    path("registers/mistakes/<int:pk>/", mistake, name="mistake"),
    path("registers/claims/months/", claim_months, name="claim-months"),
    path("registers/claims/template/", claim_template, name="claim-template"),
    path("registers/claims/<int:pk>/", claim, name="claim"),
    path("registers/claims/<int:pk>/<str:act>/", claim_act, name="claim-act"),
    path("registers/alarms/<int:pk>/", alarm, name="alarm"),
    path("registers/faults/<int:pk>/", fault, name="fault"),
]
