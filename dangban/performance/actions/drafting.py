"""Drafts of a month's scorecards, from the figures as they stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from dangban.desk.actions import notify
from dangban.handbook.current import in_force_so_far
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import Row
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.days import month_of
from dangban.lib.errors import Refused
from dangban.people.models import Person
from dangban.performance import access, working
from dangban.performance.clauses import CARDS, CARDS_BY, OBJECT_WITHIN
from dangban.performance.facts import clocks
from dangban.performance.measures import MEASURES
from dangban.performance.models import Card, CardLine
from dangban.performance.queries.values import Value, binds, days_stand, month_span, values
from dangban.performance.rules import scoring

State = Card.State


def draft(month: date, *, by: HasActor, people: Collection[int] | None = None, at: datetime | None = None) -> int:
    """Draft the cards of a month, or bring drafts up to date; points given stay, final cards are not touched."""
    access.must(by, access.MANAGE)
    at = at or clock.now()
    first, last = month_span(month)
    if first > clock.business_day(at):
        raise Refused(_("This month has not begun yet."), code="early")
    rules = clocks.of_day(min(last, clock.business_day(at)))
    works = working.works(first, last, people)
    if isinstance(by, Person):
        seen = set(access.visible_people(by, access.MANAGE).values_list("pk", flat=True))
        works = {who: work for who, work in works.items() if who in seen}
    cards = _cards_of(works, rules)
    codes = sorted({item.measure for card in cards.values() for item in card["items"]} - _given())
    figures = values(codes, first, last, sorted(cards)) if cards else {}
    drafted = 0
    made = days_stand(first, last)
    for who, card in sorted(cards.items()):
        drafted += _keep(who, works[who], card, figures[who], first, rules, made=made, by=by, at=at)
    return drafted


def _cards_of(works: Mapping[int, str], rules: Rules) -> dict[int, Row]:
    return {who: card for who, work in works.items() if (card := scoring.card_for(work, rules)) is not None}


def draft_due(at: datetime) -> int:
    """The cards of the last month that are not there yet, once the handbook's day has come, and those whose figures
    stand since; by themselves."""
    today = clock.business_day(at)
    last_month = month_of(month_of(today) - timedelta(days=1))
    rules = in_force_so_far(at)
    if not rules.has(CARDS_BY) or today.day < rules[CARDS_BY]:
        return 0
    first, last = month_span(last_month)
    then = in_force_so_far(clock.day_span(last)[0])
    if not then.has(CARDS):
        return 0
    # Of a drafting that was killed the rest is still due; cards that stand are left to people.
    due = set(_cards_of(working.works(first, last), then)) - set(Card.objects.filter(month=last_month).values_list("person", flat=True))
    open_ = Card.objects.filter(month=last_month, provisional=True, source="own").exclude(state=State.FINAL)
    if open_.exists() and days_stand(first, last, "window"):
        due |= set(open_.values_list("person", flat=True))
    return draft(last_month, by=SYSTEM, people=due, at=at) if due else 0


def score_again(card: Card, rules: Rules, *, at: datetime) -> None:
    """Points and score anew from the lines as they stand; call it inside a transaction."""
    row = scoring.card_for(card.work, rules)
    if row is None or row.code != card.code:
        return
    lines = {line.measure: line for line in card.lines.all()}
    result = scoring.score(row, {code: line.value for code, line in lines.items()}, rules, _by_hand(lines))
    for item in result.items:
        line = lines.get(item.measure)
        if line is not None:
            line.points, line.scored = item.points, item.scored
            line.save(update_fields=["points", "scored"])
    _write(card, result)
    card.save()


@transaction.atomic
def _keep(who: int, work: str, row: Row, found: dict[str, Value], month: date, rules: Rules, *, made: bool, by: HasActor, at: datetime) -> int:
    # Of two who draft at once, the second finds the card of the first.
    Person.objects.select_for_update(no_key=True).get(pk=who)
    card = Card.objects.select_for_update(of=("self",), no_key=True).filter(person=who, month=month).first()
    # What somebody confirmed stays as they saw it, unless its figures were still open then.
    if card is not None and (card.state == State.FINAL or (card.state == State.CONFIRMED and not card.provisional)):
        return 0
    given = {line.measure: line for line in card.lines.all() if line.given_by_id} if card is not None else {}
    said = {code: line.value for code, line in given.items()} | {code: one.value for code, one in found.items()}
    result = scoring.score(row, said, rules, _by_hand(given))
    provisional = any(_may_change(found.get(item.measure), made) for item in result.items)
    if card is not None and not _differs(card, result):
        return _settle(card, provisional, found)
    card = card or Card(person_id=who, month=month, drafted_at=at, state=State.DRAFT)
    new, confirmed = card.pk is None, card.state == State.CONFIRMED
    card.code, card.name, card.work, card.source = row.code, row.name.as_data(), work, binds(month_span(month)[1])
    card.state, card.confirmed_at = (State.DRAFT, None) if confirmed else (card.state, card.confirmed_at)
    card.due_at = at + rules[OBJECT_WITHIN] if card.state == State.DRAFT else card.due_at
    card.version += 0 if new else 1
    card.provisional = provisional
    _write(card, result)
    card.save()
    card.lines.all().delete()
    CardLine.objects.bulk_create(_line(card, place, item, found.get(item.measure), given.get(item.measure)) for place, item in enumerate(result.items))
    record("performance.drafted", subject=card, by=by, change={"month": f"{month:%Y-%m}", "score": _plain(card.score)}, at=at)
    if new or confirmed:
        ask_to_confirm(card, at=at)
    return 1


def _settle(card: Card, provisional: bool, found: Mapping[str, Value]) -> int:
    """The same figures, which may have become final meanwhile: then the card can be made final too."""
    if card.provisional == provisional:
        return 0
    card.provisional = provisional
    card.version += 1
    card.save(update_fields=["provisional", "version"])
    for line in card.lines.all():
        if line.measure in found:
            card.lines.filter(pk=line.pk).update(provisional=found[line.measure].provisional)
    return 1


def ask_to_confirm(card: Card, *, at: datetime) -> None:
    """Tell the person that there is something to confirm."""
    title = _("Your scorecard of %(month)s is drafted") % {"month": f"{card.month:%Y-%m}"}
    notify(Person.objects.get(pk=card.person_id), title, _("Confirm it, or say what is wrong with it."), by=SYSTEM, url=reverse("performance:card", args=[card.pk]), at=at)


def _by_hand(lines: Mapping[str, CardLine]) -> dict[str, Decimal]:
    """Points given for figures that are missing, by measure."""
    return {code: line.points for code, line in lines.items() if line.given_by_id and line.value is None and line.points is not None}


def _write(card: Card, result: scoring.Result) -> None:
    grade = result.grade
    card.score, card.grade = result.score, grade.grade if grade else ""
    card.share_points = result.share_points
    card.bonus_fen = grade.bonus if grade is not None else None
    card.because = [one.as_data() for one in result.decision.because]


def _line(card: Card, place: int, item: scoring.Scored, found: Value | None, given: CardLine | None) -> CardLine:
    kept: dict[str, Any] = {"source": "given", "definition": 1, "provisional": False}
    if found is not None:
        kept = {
            "numerator": found.numerator, "denominator": found.denominator, "source": found.source, "definition": found.version,
            "provisional": found.provisional,
        }  # fmt: skip
    if given is not None and (found is None or found.value is None):
        kept |= {"note": given.note, "given_by_id": given.given_by_id, "given_at": given.given_at}
    return CardLine(card=card, position=place, measure=item.measure, weight=item.weight, value=item.value, points=item.points, scored=item.scored, **kept)


def _differs(card: Card, result: scoring.Result) -> bool:
    kept = [(line.measure, line.weight, line.value, line.points) for line in card.lines.all()]
    now = [(item.measure, item.weight, item.value, item.points) for item in result.items]
    grade = (result.grade.grade, result.grade.bonus) if result.grade is not None else ("", None)
    stands = (card.score, card.grade, card.bonus_fen, card.share_points) == (result.score, *grade, result.share_points)
    return not stands or kept != now


def _may_change(found: Value | None, made: bool) -> bool:
    """Refunds of later weeks are settled in the month in which they come; what else is open holds a card back:
    other windows, days that were not made, another tool's report of a part of the month."""
    if found is None or not found.provisional:
        return False
    return found.measure.settles != "refunds" or not made or found.source != "own"


def _given() -> set[str]:
    return {code for code, one in MEASURES.items() if one.source == "given"}


def _plain(score: Decimal | None) -> str | None:
    return None if score is None else str(score)
