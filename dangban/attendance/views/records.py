"""One shift as it was attended, its repairs; one consequence, confirmed, disputed, answered."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from dangban.attendance import access, disputing, punching, repairing, settling
from dangban.attendance.forms import AnswerForm, DisputeForm, ReasonForm, RepairForm, WordForm, faults
from dangban.attendance.models import Consequence, Dispute, Punch, PunchRepair, ShiftRecord
from dangban.attendance.views.shared import acted, tabs, wall
from dangban.leave.access import visible_requests
from dangban.leave.models import LeaveRequest
from dangban.lib import clock
from dangban.lib.errors import BadInput
from dangban.people.models import Person
from dangban.people.requests import PersonRequest

State = Consequence.State


@login_required
@require_safe
def record(request: PersonRequest, pk: int) -> HttpResponse:
    return _record(request, access.get_record(request.user, pk))


@login_required
@require_POST
def repair(request: PersonRequest, pk: int) -> HttpResponse:
    held = access.get_record(request.user, pk)
    form = RepairForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            repairing.ask(held, given["side"], form.instant(held), given["reason"], by=request.user)
        except BadInput as wrong:
            faults(form, wrong.fields or {"reason": [wrong.message]})
        else:
            return redirect("attendance:record", held.pk)
    return _record(request, held, form)


@login_required
@require_POST
def vouch(request: PersonRequest, pk: int) -> HttpResponse:
    held = access.get_repair(request.user, pk)
    granted = request.POST.get("granted") == "yes"
    done = _("You gave your word; the shift is judged anew.") if granted else _("Refused.")
    to = reverse("attendance:record", args=[held.record_id])
    word = request.POST.get("word", "")
    return acted(request, lambda: repairing.vouch(held, granted=granted, word=word, by=request.user), done, to)


@login_required
@require_safe
def consequence(request: PersonRequest, pk: int) -> HttpResponse:
    return _consequence(request, access.get_consequence(request.user, pk))


@login_required
@require_POST
def act(request: PersonRequest, pk: int, verb: str) -> HttpResponse:
    held = access.get_consequence(request.user, pk)
    carried = _ACTS.get(verb)
    if carried is None:
        raise Http404("act")
    form_class, carry_out, done = carried
    form = form_class(request.POST)
    if form.is_valid():
        try:
            carry_out(held, form, request.user)
        except BadInput as wrong:
            faults(form, wrong.fields or {"": [wrong.message]})
        else:
            messages.success(request, str(done()))
            return redirect(_back(request, held))
    return _consequence(request, held, {verb: form})


def _back(request: PersonRequest, held: Consequence) -> str:
    """The list it came from, narrowed as it was; else its own page."""
    listed = reverse("attendance:follows")
    came = request.POST.get("back", "")
    return f"{came}#list" if came == listed or came.startswith(f"{listed}?") else reverse("attendance:consequence", args=[held.pk])


def _confirm(held: Consequence, form: forms.Form, by: Person) -> object:
    return settling.confirm(held, by=by)


def _withdraw(held: Consequence, form: forms.Form, by: Person) -> object:
    return settling.withdraw(held, form.cleaned_data["reason"], by=by)


def _dispute(held: Consequence, form: forms.Form, by: Person) -> object:
    return disputing.dispute(held, form.cleaned_data["said"], by=by)


def _answer(held: Consequence, form: forms.Form, by: Person) -> object:
    open_one = held.disputes.filter(answered_at=None).first()
    if open_one is None:
        raise Http404("dispute")
    return disputing.answer(open_one, form.cleaned_data["outcome"], form.cleaned_data["words"], by=by)


def _sent(held: Consequence, form: forms.Form, by: Person) -> object:
    return settling.packets_sent(held, own_taken=form.cleaned_data["own_taken"], by=by)


class _SentForm(forms.Form):
    own_taken = forms.BooleanField(required=False)


_ACTS: dict[str, tuple[type[forms.Form], Callable[[Consequence, forms.Form, Person], object], Callable[[], str]]] = {
    "confirmation": (forms.Form, _confirm, lambda: _("Confirmed.")),
    "withdrawal": (ReasonForm, _withdraw, lambda: pgettext("attendance", "Withdrawn.")),
    "dispute": (DisputeForm, _dispute, lambda: _("Your dispute is on record and has its time.")),
    "answer": (AnswerForm, _answer, lambda: _("Answered.")),
    "packets": (_SentForm, _sent, lambda: _("Noted as sent.")),
}


def _record(request: PersonRequest, held: ShiftRecord, form: RepairForm | None = None) -> HttpResponse:
    repairs = list(held.repairs.select_related("voucher").order_by("asked_at"))
    asked = {one.side for one in repairs if one.state != PunchRepair.State.REFUSED}
    missing = [side for side, gone in (("arrival", held.missed_arrival), ("departure", held.missed_departure)) if gone and side not in asked]
    context = {
        "record": held, "asked": _asked(held, request.user), "repairs": repairs, "traces": list(held.rejudgements.all()), "follows": list(held.consequences.order_by("pk")),
        "punches": list(Punch.objects.filter(person=held.person, at__gte=held.starts_at - (held.closes_at - held.ends_at), at__lt=held.closes_at).order_by("at")),
        "announced": punching.announced_of(held.person_id, held.day), "tabs": tabs(request.user, ""),
        "form": form or RepairForm(initial={"side": missing[0] if missing else "arrival"}),
        "may_ask": bool(missing) and held.state != ShiftRecord.State.OPEN and (held.person_id == request.user.pk or access.may(request.user, "attendance.view", held.person)),
        "may_vouch": access.may(request.user, "attendance.judge", held.person), "word": WordForm(),
        "extensions": list(held.duty.extensions.all()) if held.duty else [], "wall": wall,
    }  # fmt: skip
    return render(request, "attendance/record.html", context, status=422 if form is not None else 200)


def _asked(held: ShiftRecord, reader: Person) -> LeaveRequest | None:
    """The leave that nobody has answered, for who may look at it."""
    if held.why != ShiftRecord.Why.LEAVE:
        return None
    waiting = (LeaveRequest.State.ASKED, LeaveRequest.State.CALLED)
    return visible_requests(reader).filter(person=held.person_id, state__in=waiting, dates__day=held.day).first()


def _consequence(request: PersonRequest, held: Consequence, wrong: dict[str, forms.Form] | None = None) -> HttpResponse:
    person = request.user
    judges = access.may(person, "attendance.judge", held.person)
    disputes = list(held.disputes.select_related("answered_by").order_by("at"))
    open_one = next((one for one in disputes if one.answered_at is None), None)
    last = disputing.last_moment(held)
    upheld = any(one.outcome == Dispute.Outcome.UPHELD for one in disputes)
    context = {
        "held": held, "disputes": disputes, "open_one": open_one, "tabs": tabs(person, ""),
        "last": last, "corrections": list(held.corrections.order_by("pk")),
        "may_confirm": judges and held.state == State.PROPOSED,
        "may_withdraw": judges and held.state in (State.PROPOSED, State.CONFIRMED),
        "may_dispute": held.person_id == person.pk and disputing.may_still(held) and clock.now() <= last and not upheld,
        "may_answer": judges and open_one is not None and (held.confirmed_by_id != person.pk or access.who_judges(held.person, besides=person) is None),
        "may_send": held.way == Consequence.Way.PACKETS and held.state == State.CONFIRMED and access.may(person, "attendance.view", held.person),
        "forms": {"withdrawal": ReasonForm(), "dispute": DisputeForm(), "answer": AnswerForm()} | (wrong or {}),
    }  # fmt: skip
    return render(request, "attendance/consequence.html", context, status=422 if wrong else 200)
