"""What is done with one return: each act a form that is posted, and the page again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dangban.dealers import access, actions, rules
from dangban.dealers.forms import (
    AdvanceForm,
    AdvanceSendForm,
    CloseForm,
    CountForm,
    DecisionForm,
    JudgeForm,
    ReportForm,
    SeenForm,
    SendForm,
    SettleForm,
    SignForm,
    VisitForm,
    WhyForm,
    WordsForm,
)
from dangban.dealers.models import Advance, DealerReturn, Finding, ReturnLine
from dangban.dealers.views import first_fault, one, tell
from dangban.dealers.views.applying import arrived
from dangban.lib.errors import BadInput
from dangban.people.access import signed_in
from dangban.people.models import Person

Given = dict[str, Any]
Form = TypeVar("Form", bound=SeenForm)


def _act(
    request: HttpRequest, pk: int, name: str, permission: str, make: Callable[[DealerReturn], Form], do: Callable[[DealerReturn, Form, Person], object]
) -> HttpResponse:
    """Do it; what was typed wrongly stands beside its field on the same page."""
    person = signed_in(request)
    made = access.get_return(person, pk)
    access.require(person, made.shop_id, permission)
    form = make(made)
    if form.is_valid():
        try:
            do(made, form, person)
        except BadInput as said:
            tell(form, said)
        else:
            return redirect("dealers:return", pk)
    if not name:
        raise first_fault(form)
    return render(request, "dealers/return.html", one.about(person, made, {name: form}), status=422)


def _posted(
    name: str, permission: str, form: Callable[[QueryDict], SeenForm], do: Callable[[DealerReturn, Given, Person], object]
) -> Callable[[HttpRequest, int], HttpResponse]:
    """The page of an act whose form is the same for every return."""

    @require_POST
    @login_required
    def act(request: HttpRequest, pk: int) -> HttpResponse:
        return _act(request, pk, name, permission, lambda made: form(request.POST), lambda made, typed, by: do(made, typed.cleaned_data, by))

    return act


@require_POST
@login_required
def photos(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    made = access.get_return(person, pk)
    sent = request.FILES.getlist("photos")
    if not sent:
        raise BadInput(_("Choose a file first."), fields={"photos": [_("Choose a file first.")]})
    with arrived(sent) as found:
        for path, name in found:
            actions.add_photo(made, path, name, by=person)
    return redirect("dealers:return", pk)


visit = _posted(
    "visit", access.JUDGE, VisitForm,
    lambda made, given, by: actions.visit(made, given["engineer"], given["on"], given["words"], by=by, seen=given["seen"]),
)  # fmt: skip

judgement = _posted(
    "judge", access.JUDGE, JudgeForm,
    lambda made, given, by: actions.judge(made, given["judged"], given["words"], by=by, seen=given["seen"]),
)  # fmt: skip

refusal = _posted(
    "refuse", access.JUDGE, WordsForm,
    lambda made, given, by: actions.refuse(made, given["words"], by=by, seen=given["seen"]),
)  # fmt: skip

withdrawal = _posted(
    "", access.APPLY, WhyForm,
    lambda made, given, by: actions.withdraw(made, given["why"], by=by, seen=given["seen"]),
)  # fmt: skip

telling = _posted(
    "tell", access.APPLY, WordsForm,
    lambda made, given, by: actions.tell(made, given["words"], by=by, seen=given["seen"]),
)  # fmt: skip

sending = _posted(
    "send", access.APPLY, SendForm,
    lambda made, given, by: actions.send(made, given["courier"], given["number"], by=by, pickup=given["pickup"], seen=given["seen"]),
)  # fmt: skip

loss = _posted(
    "", access.VIEW, WhyForm,
    lambda made, given, by: actions.lose(made, given["why"], by=by, seen=given["seen"]),
)  # fmt: skip


@require_POST
@login_required
def count(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(
        request, pk, "count", access.RECEIVE, lambda made: CountForm(_lines(made), request.POST),
        lambda made, form, by: actions.count(made, form.counted(), by=by, seen=form.cleaned_data["seen"]),
    )  # fmt: skip

signature = _posted(
    "", access.VIEW, SignForm,
    lambda made, given, by: actions.sign_count(made, given["part"], by=by, words=given["words"], seen=given["seen"]),
)  # fmt: skip


@require_POST
@login_required
def report(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(
        request, pk, "report", access.JUDGE, lambda made: ReportForm(_lines(made), request.POST),
        lambda made, form, by: actions.report(made, form.results(), by=by, words=form.cleaned_data["words"], seen=form.cleaned_data["seen"]),
    )  # fmt: skip


def _lines(made: DealerReturn) -> list[ReturnLine]:
    return list(made.lines.select_related("sku__product").order_by("position"))


settlement = _posted(
    "settle", access.SETTLE, SettleForm,
    lambda made, given, by: actions.settle(
        made, rules.Costs(given["dispatch"], given["packing"]), by=by, words=given["words"], seen=given["seen"]
    ),
)  # fmt: skip

against = _posted(
    "", access.SETTLE, WhyForm,
    lambda made, given, by: actions.enter_against(made, given["why"], by=by, seen=given["seen"]),
)  # fmt: skip

closing = _posted(
    "close", access.APPLY, CloseForm,
    lambda made, given, by: actions.close(
        made, given["words"], by=by, courier=given["courier"], number=given["number"], seen=given["seen"]
    ),
)  # fmt: skip

advance = _posted(
    "advance", access.APPLY, AdvanceForm,
    lambda made, given, by: actions.ask_advance(made, given["way"], given["words"], given["said_on"], by=by, seen=given["seen"]),
)  # fmt: skip


# ---- Parts of a return --------------------------------------------------------------------------------


def _finding(person: Person, pk: int) -> Finding:
    found = Finding.objects.select_related("line__made__shop", "line__sku").filter(pk=pk).first()
    if found is None or not access.visible_returns(person).filter(pk=found.line.made_id).exists():
        raise Http404("finding")
    return found


def _given(form: forms.Form) -> Given:
    if not form.is_valid():
        raise first_fault(form)
    return form.cleaned_data


@require_POST
@login_required
def disposal(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = _finding(person, pk)
    access.require(person, found.line.made.shop_id, access.RECEIVE)
    actions.dispose(found, by=person, seen=_given(SeenForm(request.POST))["seen"])
    messages.success(request, _("Done; the stock has moved."))
    return redirect("dealers:return", found.line.made_id)


@require_POST
@login_required
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = _finding(person, pk)
    access.require(person, found.line.made.shop_id, access.JUDGE)
    given = _given(DecisionForm(request.POST))
    actions.decide_anew(found, given["disposal"], by=person, plan=given["plan"], cost_fen=given["cost"], seen=given["seen"])
    return redirect("dealers:return", found.line.made_id)


@require_POST
@login_required
def advance_sending(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    found = Advance.objects.select_related("made__shop").filter(pk=pk).first()
    if found is None or not access.visible_returns(person).filter(pk=found.made_id).exists():
        raise Http404("advance")
    access.require(person, found.made.shop_id, access.RECEIVE)
    given = _given(AdvanceSendForm(request.POST))
    actions.send_advance(found, given["courier"], given["number"], by=person, seen=given["seen"])
    return redirect("dealers:return", found.made_id)
