"""Scorecards: the month's list, one card, and what is done about it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from dangban.handbook.current import in_force_so_far
from dangban.lib import clock
from dangban.lib.days import last_of_month, month_of, typed_day
from dangban.lib.errors import BadInput, Refused
from dangban.people.access import signed_in
from dangban.people.models import Person
from dangban.performance import access, actions, showing
from dangban.performance.actions.cards import may_be_given
from dangban.performance.clauses import CARD_OF, CARDS, ELIMINATION
from dangban.performance.facts import clocks
from dangban.performance.forms import AnswerForm, DisputeForm, GiveForm
from dangban.performance.measures import MEASURES
from dangban.performance.models import Card, Objection
from dangban.performance.rules import scoring
from dangban.performance.views import month_read, tabs, today


@require_safe
@login_required
def card_list(request: HttpRequest) -> HttpResponse:
    reader = signed_in(request)
    access.must(reader, access.VIEW)
    month = month_read(request, month_of(today()) - timedelta(days=1))
    cards = list(access.visible_cards(reader).filter(month=month).select_related("person").order_by("code", "person__name"))
    scores = {card.person_id: card.score for card in cards if card.score is not None}
    cards.sort(key=lambda card: (card.score is None, -(card.score or 0), card.person.name))
    context = {
        "tabs": tabs(reader, "cards"), "month": month, "cards": cards, "ranks": scoring.ranks(scores), "crowded": _crowded(cards), "low": _low(reader, month),
        "may_draft": reader.can(access.MANAGE), "may_finish": reader.can(access.RELEASE), "ready": sum(1 for card in cards if card.state == Card.State.CONFIRMED),
        "measures": MEASURES,
    }  # fmt: skip
    return render(request, "performance/cards.html", context)


def _crowded(cards: list[Card]) -> list[tuple[str, scoring.Crowded]]:
    """Grades that more people have than the distribution in the handbook of that month leaves room for."""
    rules = in_force_so_far(clock.day_span(last_of_month(cards[0].month))[0]) if cards else in_force_so_far()
    found: list[tuple[str, scoring.Crowded]] = []
    for code in sorted({card.code for card in cards}):
        row = rules[CARDS].get(code) if rules.has(CARDS) else None
        if row is not None:
            found += [(code, one) for one in scoring.crowded(row, [card.grade for card in cards if card.code == code and card.grade])]
    return found


def _low(reader: Person, month: date) -> list[Person]:
    """Who stood lowest for as many months as the handbook says: somebody to talk to, nothing more."""
    rules = in_force_so_far()
    if not rules.has(ELIMINATION):
        return []
    rule = rules[ELIMINATION]
    months = [month]
    while len(months) < rule.months:
        months.append(month_of(months[-1] - timedelta(days=1)))
    low: set[int] | None = None
    for one in months:
        rows = Card.objects.filter(month=one, state=Card.State.FINAL, score__isnull=False).values_list("person", "score")
        there = set(scoring.lowest({who: score for who, score in rows if score is not None}, rule.share))
        low = there if low is None else low & there
    return list(access.visible_people(reader).filter(pk__in=low or ()).order_by("name"))


@require_POST
@login_required
def drafting(request: HttpRequest) -> HttpResponse:
    reader = signed_in(request)
    access.must(reader, access.MANAGE)
    month = _month(request)
    count = actions.draft(month, by=reader)
    messages.success(request, ngettext("%(count)s card drafted or brought up to date.", "%(count)s cards drafted or brought up to date.", count) % {"count": count})
    return redirect(f"{_cards()}?month={month:%Y-%m}")


@require_POST
@login_required
def finishing(request: HttpRequest) -> HttpResponse:
    """Make final all cards of a month that may be; the others say why not."""
    reader = signed_in(request)
    access.must(reader, access.RELEASE)
    month = _month(request)
    done, refused = 0, []
    for card in access.visible_cards(reader, access.RELEASE).filter(month=month).exclude(state=Card.State.FINAL).exclude(person=reader).select_related("person"):
        try:
            actions.finish(card, by=reader)
            done += 1
        except Refused as said:
            refused.append(f"{card.person.name}: {said.message}")
    messages.success(request, ngettext("%(count)s card is final.", "%(count)s cards are final.", done) % {"count": done})
    for line in refused[:20]:
        messages.warning(request, line)
    return redirect(f"{_cards()}?month={month:%Y-%m}")


@require_safe
@login_required
def card(request: HttpRequest, pk: int) -> HttpResponse:
    reader = signed_in(request)
    return render(request, "performance/card.html", _about(reader, access.get_card(reader, pk)))


def _about(reader: Person, found: Card) -> dict[str, Any]:
    own = reader.pk == found.person_id
    manages = not own and access.visible_people(reader, access.MANAGE).filter(pk=found.person_id).exists()
    lines = list(found.lines.select_related("given_by"))
    objections = list(found.objections.select_related("answered_by").order_by("-at"))
    first, last = found.month, (found.month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    counted = min(last, today())
    rules = clocks.of_day(counted)
    row = rules[CARDS].get(found.code) if rules.has(CARDS) else None
    return {
        "changed_on": _changed_on(found.work, first, counted), "counted": counted, "version": rules.version,
        "brackets": {item.measure: scoring.brackets(item) for item in row["items"]} if row is not None else {},
        "tabs": tabs(reader, "mine" if own else "cards"), "card": found, "lines": lines, "measures": MEASURES, "written": showing.written, "own": own,
        "manages": manages, "objections": objections, "open_objection": next((one for one in objections if one.answered_at is None), None),
        "give": GiveForm(), "dispute": DisputeForm([line.measure for line in lines]), "answer": AnswerForm(), "first": first, "last": last,
        "may_finish": not own and access.visible_people(reader, access.RELEASE).filter(pk=found.person_id).exists(),
        "given_codes": {code for code, one in MEASURES.items() if one.source == "given"}, "may_be_given": may_be_given,
    }  # fmt: skip


def _changed_on(work: str, first: date, last: date) -> date | None:
    """The last day on which the scorecard of a kind of work changed within these days; the whole month goes by the last one."""
    found, before = None, None
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        rules = in_force_so_far(clock.day_span(day)[0])
        row = scoring.card_for(work, rules) if rules.has(CARD_OF) and rules.has(CARDS) else None
        if before is not None and row != before:
            found = day
        before = row
    return found


@require_POST
@login_required
def giving(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    reader = signed_in(request)
    found = access.get_card(reader, pk)
    form = GiveForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Points go from 0 to 100."), fields={"points": [_("Points go from 0 to 100.")]})
    actions.give(found, code, form.cleaned_data["points"], by=reader, note=form.cleaned_data["note"])
    messages.success(request, _("Points given."))
    return redirect("performance:card", pk)


@require_POST
@login_required
def confirming(request: HttpRequest, pk: int) -> HttpResponse:
    reader = signed_in(request)
    actions.confirm(access.get_card(reader, pk), by=reader)
    messages.success(request, _("Confirmed."))
    return redirect("performance:card", pk)


@require_POST
@login_required
def disputing(request: HttpRequest, pk: int) -> HttpResponse:
    reader = signed_in(request)
    found = access.get_card(reader, pk)
    actions.dispute(found, request.POST.get("text", ""), by=reader, measure=request.POST.get("measure", ""))
    messages.success(request, _("Your objection is on its way; you will be told the answer."))
    return redirect("performance:card", pk)


@require_POST
@login_required
def answering(request: HttpRequest, pk: int) -> HttpResponse:
    reader = signed_in(request)
    found = access.get_card(reader, pk)
    objection = Objection.objects.filter(card=found, answered_at=None).first()
    if objection is None:
        raise Refused(_("Nothing on this card awaits an answer."), code="answered")
    form = AnswerForm(request.POST)
    if not form.is_valid():
        raise BadInput(_("Choose an answer and say why."), fields={"words": [_("Say why.")]})
    actions.answer(objection, form.cleaned_data["upheld"] == "yes", form.cleaned_data["words"], by=reader)
    messages.success(request, _("Answered."))
    return redirect("performance:card", pk)


@require_POST
@login_required
def finishing_one(request: HttpRequest, pk: int) -> HttpResponse:
    reader = signed_in(request)
    actions.finish(access.get_card(reader, pk), by=reader)
    messages.success(request, _("The card is final."))
    return redirect("performance:card", pk)


def _month(request: HttpRequest) -> date:
    asked = typed_day(f"{request.POST.get('month', '')}-01")
    if asked is None:
        raise BadInput(_("Choose the month."), fields={"month": [_("Choose the month.")]})
    return asked


def _cards() -> str:
    return reverse("performance:cards")
