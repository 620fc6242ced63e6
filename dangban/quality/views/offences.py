"""The list of offences, a report, one offence with what may be done next, and the rules of conduct."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock, listing, money
from dangban.lib.errors import BadInput, NotAllowed
from dangban.people.access import signed_in
from dangban.people.models import Person
from dangban.quality import access, actions, clauses, queries, rules, suggestions
from dangban.quality.actions import holding
from dangban.quality.actions.deciding import registered_loss, step_of
from dangban.quality.forms import AnswerForm, DecideForm, ReportForm, WordsForm
from dangban.quality.models import Offence
from dangban.quality.views import SUGGESTED, names, tabs, tell

State = Offence.State


@require_safe
@login_required
def offence_list(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    filters = queries.Filters.read(request.GET)
    rows, following = queries.offences(person, filters, request.GET.get("after", ""))
    reports = person.can(access.REPORT)
    context = {
        "tabs": tabs("offences"),
        **names(),
        "rows": rows,
        "filters": filters,
        "chips": _chips(reports, filters),
        "next_url": _address(filters, after=following) if following else "",
        "first_url": _address(filters) if request.GET.get("after") else "",
        "may_report": reports,
        "suggested": suggestions.offences(person, clock.now()) if reports else [],
        "few": SUGGESTED,
    }
    return render(request, "quality/offences.html", context)


def _address(filters: queries.Filters, **changed: Any) -> str:
    said = {name: "1" if value is True else value for name, value in changed.items()}
    return reverse("quality:offences", query=filters.as_query(**said))


def _chips(reports: bool, filters: queries.Filters) -> list[dict[str, Any]]:
    over = (queries.OVER, pgettext("offence", "All that are over"))
    still = (queries.OPEN, pgettext("offence", "Not settled yet"))
    states = [(value, str(label)) for value, label in State.choices]
    groups: list[tuple[str, str, list[tuple[Any, str]]]] = [
        ("mine", pgettext("offence", "Whose"), [(True, pgettext("offence", "Mine"))] if reports else []),
        ("state", pgettext("offence", "State"), [still, *states, over]),
    ]
    return listing.chip_groups(groups, {"mine": filters.mine, "state": filters.state}, partial(_address, filters))


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    if not person.can(access.REPORT):
        raise NotAllowed(_("Offences are reported by who leads people."))
    people, known = access.people(person).order_by("name", "pk"), rules.known_offences(in_force(clock.now()))
    if request.method != "POST":
        start = {name: request.GET.get(name, "") for name in ("person", "offence", "facts", "url")}
        form = ReportForm(people, known, request.get_host(), initial={**start, "happened_on": request.GET.get("day") or clock.business_day(clock.now())})
        return render(request, "quality/report.html", {"form": form, "tabs": tabs("offences")})
    form = ReportForm(people, known, request.get_host(), request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = actions.report(given["person"], given["offence"], given["happened_on"], given["facts"], by=person, url=given["url"])
        except BadInput as said:
            tell(form, said)
        else:
            return redirect("quality:offence", made.pk)
    return render(request, "quality/report.html", {"form": form, "tabs": tabs("offences")}, status=422)


@require_safe
@login_required
def offence(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    return render(request, "quality/offence.html", _about(person, access.get_offence(person, pk)))


def _about(person: Person, held: Offence, wrong: dict[str, Any] | None = None) -> dict[str, Any]:
    seen = {"seen": held.version}
    mine, leads = person.pk == held.person_id, access.people(person, access.DECIDE).filter(pk=held.person_id).exists()
    order = list(clauses.CONSEQUENCES)
    milder = [code for code in order[1 : order.index(held.consequence)] if code != "fine"] if held.consequence else []
    now = in_force(clock.now())
    step = step_of(held) if held.state in (State.HEARING, State.HEARD) and leads else None
    heard = rules.may_decide(now, heard_at=held.heard_at, answer_by=held.answer_by, at=clock.now()).outcome == "heard"
    needed, why = rules.decider(now, held.consequence or (step.outcome if step else "none"))
    ranks = leads and holding.ranks(person, held, needed)
    known = registered_loss(held) if leads else None
    loss = {"loss": money.yuan(known[0])} if known and known[0] else {}
    forms = {
        "hearing": WordsForm(initial=seen), "decision": DecideForm(initial=seen | loss), "drop": WordsForm(initial=seen), "appeal": WordsForm(initial=seen),
        "answer": AnswerForm(milder, initial=seen),
    }  # fmt: skip
    return {
        "held": held,
        "tabs": tabs("offences"),
        **names(),
        "forms": forms | (wrong or {}),
        "step": step,
        "heard": heard,
        "further_up": "" if ranks else needed,
        "why_further_up": [why],
        "answer_by": queries.answer_due(held),
        "earlier": queries.earlier_of(held),
        "may": {
            "hear": mine and held.state == State.HEARING,
            "decide": leads and held.state in (State.HEARING, State.HEARD) and heard and (ranks or step is None or step.outcome == "none")
            and holding.is_fit(person, held, needed, (held.reported_by_id,)),
            "drop": leads and held.state in (State.HEARING, State.HEARD),
            "appeal": mine and held.state == State.DECIDED and held.appeal_by is not None and clock.now() <= held.appeal_by,
            "answer": held.state == State.APPEALED and ranks and holding.is_fit(person, held, needed, (held.decided_by_id, held.reported_by_id)),
            "see_losses": now.has(clauses.LOSS_IS_PAID) and now[clauses.LOSS_IS_PAID],
        },
    }


def _act(request: HttpRequest, pk: int, name: str, form: Any, do: Callable[[Offence, dict[str, Any], Person], object]) -> HttpResponse:
    """Do it; what was typed wrongly stands beside its field on the same page."""
    person = signed_in(request)
    held = access.get_offence(person, pk)
    if form.is_valid():
        try:
            do(held, form.cleaned_data, person)
        except BadInput as said:
            tell(form, said)
        else:
            return redirect("quality:offence", pk)
    return render(request, "quality/offence.html", _about(person, access.get_offence(person, pk), {name: form}), status=422)


@require_POST
@login_required
def hearing(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, "hearing", WordsForm(request.POST), lambda held, given, by: actions.hear(held, given["words"], by=by, seen=given["seen"]))


@require_POST
@login_required
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(
        request, pk, "decision", DecideForm(request.POST),
        lambda held, given, by: actions.decide(held, given["words"], by=by, chosen=given["chosen"], loss_fen=given["loss"], seen=given["seen"]),
    )  # fmt: skip


@require_POST
@login_required
def dropping(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, "drop", WordsForm(request.POST), lambda held, given, by: actions.drop(held, given["words"], by=by, seen=given["seen"]))


@require_POST
@login_required
def acceptance(request: HttpRequest, pk: int) -> HttpResponse:
    person = signed_in(request)
    actions.accept(access.get_offence(person, pk), by=person)
    return redirect("quality:offence", pk)


@require_POST
@login_required
def appeal(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, "appeal", WordsForm(request.POST), lambda held, given, by: actions.appeal(held, given["words"], by=by, seen=given["seen"]))


@require_POST
@login_required
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(
        request, pk, "answer", AnswerForm(list(clauses.CONSEQUENCES)[1:], request.POST),
        lambda held, given, by: actions.answer(held, given["outcome"], given["words"], by=by, consequence=given["consequence"], seen=given["seen"]),
    )  # fmt: skip


@require_safe
@login_required
def conduct_rules(request: HttpRequest) -> HttpResponse:
    """The ladder as everybody may read it: what is not allowed, what follows, who decides, how to appeal."""
    signed_in(request)
    rulebook = in_force(clock.now())
    known = rules.known_offences(rulebook)
    context = {
        "tabs": tabs("rules"),
        **names(),
        "rows": [row for row in rulebook[clauses.OFFENCES] if row["offence"] in known] if known else [],
        "lawful": {row["offence"]: row for row in rulebook.capped(clauses.OFFENCES)} if known else {},
        "steps": clauses.STEPS,
        "because": [rulebook.because(one) for one in (clauses.OFFENCES, clauses.DECIDED_BY, clauses.HEARING, clauses.APPEAL, clauses.EXPIRES) if rulebook.has(one)],
    }
    return render(request, "quality/rules.html", context)
