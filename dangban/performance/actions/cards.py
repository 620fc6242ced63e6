"""A card from draft to final: points given, confirmed or disputed, answered, made final by a second person."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from dangban.desk.actions import notify
from dangban.handbook.decisions import Decision
from dangban.handbook.rulebook import Rules
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.access import people_who_may
from dangban.people.models import Person
from dangban.performance import access
from dangban.performance.actions.drafting import ask_to_confirm, score_again
from dangban.performance.clauses import ANSWER_WITHIN, OBJECT_WITHIN
from dangban.performance.facts import clocks
from dangban.performance.measures import MEASURES
from dangban.performance.models import Card, CardLine, Objection
from dangban.performance.queries.values import month_span

State = Card.State
_MOST = Decimal(100)


def give(card: Card, measure: str, points: Decimal, *, by: Person, note: str = "", at: datetime | None = None) -> Card:
    """Points that a supervisor gives for an item no figure tells, or whose figure nothing was counted for; then with
    the reason. The person sees the whole card and has their days for it. The same again changes nothing."""
    access.must_for(by, card.person, access.MANAGE)
    _not_oneself(by, card)
    at = at or clock.now()
    if not 0 <= points <= _MOST:
        raise BadInput(_("Points go from 0 to 100."), fields={"points": [_("Points go from 0 to 100.")]})
    note = refuse_unstorable(note.strip(), "note")[:200]
    with transaction.atomic():
        card = _open(card)
        line = card.lines.filter(measure=measure).first()
        by_hand = MEASURES[measure].source == "given"
        if line is None or not (by_hand or may_be_given(line)):
            raise Refused(_("Nobody gives points for this item: it is a figure."), code="figure")
        if not by_hand and not note:
            raise BadInput(_("There is no figure for this item. Say why these points."), fields={"note": [_("Say why.")]})
        if (line.value if by_hand else line.points) == points and line.note == note:
            return card
        line.value, line.points = points if by_hand else None, points
        line.note, line.given_by, line.given_at = note, by, at
        line.save()
        card.version += 1
        score_again(card, clocks.of_day(month_span(card.month)[1]), at=at)
        _look_again(card, at)
        record("performance.given", subject=card, by=by, change={"measure": measure, "points": str(points)}, at=at)
    return card


def may_be_given(line: CardLine) -> bool:
    """A figure that nothing was counted for, and nothing more will be: somebody who was away, say, or began late. What
    only waits for later refunds, and so holds no card back, has had its sales."""
    return line.value is None and not (line.provisional and line.card.provisional)


def _look_again(card: Card, at: datetime) -> None:
    """Points that somebody has not seen are not confirmed by them: of a card that is whole they have their days anew."""
    if card.state == State.CONFIRMED:
        card.state, card.confirmed_at = State.DRAFT, None
    if card.score is not None and card.state == State.DRAFT:
        card.due_at = at + clocks.of_day(clock.business_day(at))[OBJECT_WITHIN]
        ask_to_confirm(card, at=at)
    card.save()


def confirm(card: Card, *, by: Person, at: datetime | None = None) -> Card:
    """The person says that the card is right."""
    _own(by, card)
    at = at or clock.now()
    with transaction.atomic():
        card = _open(card)
        if card.state == State.CONFIRMED:
            return card
        if card.state == State.DISPUTED:
            raise Refused(_("You disputed this card; wait for the answer."), code="disputed")
        if card.score is None:
            raise Refused(_("Some items have no figure or no points yet. Confirm the card when it is whole."), code="missing")
        card.state, card.confirmed_at = State.CONFIRMED, at
        card.version += 1
        card.save()
        record("performance.confirmed", subject=card, by=by, change={"month": f"{card.month:%Y-%m}"}, at=at)
    return card


def dispute(card: Card, text: str, *, by: Person, measure: str = "", at: datetime | None = None) -> Objection:
    """The person says what is wrong; within the handbook's days, counted from the draft."""
    _own(by, card)
    at = at or clock.now()
    text = refuse_unstorable(text.strip(), "text")[:500]
    if not text:
        raise BadInput(_("Say what is wrong."), fields={"text": [_("Say what is wrong.")]})
    with transaction.atomic():
        card = _open(card)
        rules = clocks.of_day(clock.business_day(at))
        if card.due_at is not None and at > card.due_at:
            raise Refused(
                _("The time to dispute this card is over. Talk to your supervisor: what was wrong is put right with the next month."),
                decision=_clock(rules, card), code="late",
            )  # fmt: skip
        if Objection.objects.filter(card=card, answered_at=None).exists():
            raise Refused(_("You disputed this card; wait for the answer."), code="disputed")
        made = Objection.objects.create(card=card, measure=measure if measure in MEASURES else "", text=text, at=at)
        card.state = State.DISPUTED
        card.confirmed_at = None
        card.version += 1
        card.save()
        record("performance.disputed", subject=card, by=by, change={"measure": made.measure}, at=at)
        url = reverse("performance:card", args=[card.pk])
        days = rules[ANSWER_WITHIN].days
        body = _("Answer within %(days)s days.") % {"days": days}
        notify(_answerers(card), _("%(name)s disputes a scorecard") % {"name": by.name}, body, by=by, url=url, at=at)
    return made


def answer(objection: Objection, upheld: bool, words: str, *, by: Person, at: datetime | None = None) -> Card:
    """Whoever manages figures answers; the card is a draft again, with new time to look at it where the objection was right."""
    access.must_for(by, objection.card.person, access.MANAGE)
    _not_oneself(by, objection.card)
    at = at or clock.now()
    words = refuse_unstorable(words.strip(), "words")[:500]
    if not words:
        raise BadInput(_("Say why."), fields={"words": [_("Say why.")]})
    with transaction.atomic():
        card = _open(objection.card)
        kept = Objection.objects.select_for_update().get(pk=objection.pk)
        if kept.answered_at is not None:
            raise Conflict(_("Somebody has answered this objection already."))
        kept.answer, kept.upheld, kept.answered_by, kept.answered_at = words, upheld, by, at
        kept.save()
        card.state = State.DRAFT
        if upheld:
            card.due_at = at + clocks.of_day(clock.business_day(at))[OBJECT_WITHIN]
        card.version += 1
        card.save()
        record("performance.answered", subject=card, by=by, change={"upheld": upheld}, at=at)
        notify(card.person, _("Your objection is answered"), words, by=by, url=reverse("performance:card", args=[card.pk]), at=at)
    return card


def finish(card: Card, *, by: Person, at: datetime | None = None) -> Card:
    """Make a card final: confirmed, or left alone till its time was over, and by somebody who had no hand in it; where nobody
    else could have had it, by who did, and that is written down."""
    access.must_for(by, card.person, access.RELEASE)
    _not_oneself(by, card)
    at = at or clock.now()
    with transaction.atomic():
        card = _open(card)
        if card.state == State.DISPUTED:
            raise Refused(_("The card is disputed. Answer that first."), code="disputed")
        if card.score is None:
            raise Refused(_("Some items have no figure or no points yet. Give them first."), code="missing")
        if card.provisional:
            raise Refused(_("Some figures may still change. Wait until their days are over, then draft the cards again."), code="provisional")
        rules = clocks.of_day(clock.business_day(at))
        if card.state == State.DRAFT and card.due_at is not None and at <= card.due_at:
            raise Refused(
                _("The person may still confirm or dispute the card."), decision=_clock(rules, card), code="early"
            )
        alone = _took_part(card, by)
        card.state, card.final_at, card.final_by = State.FINAL, at, by
        card.version += 1
        card.save()
        record("performance.finished", subject=card, by=by, change={"month": f"{card.month:%Y-%m}", "score": str(card.score), **({"nobody_else": True} if alone else {})}, at=at)
        notify(card.person, _("Your scorecard of %(month)s is final") % {"month": f"{card.month:%Y-%m}"}, by=SYSTEM, url=reverse("performance:card", args=[card.pk]), at=at)
    return card


def _took_part(card: Card, by: Person) -> bool:
    """Refused to who gave points or answered, unless nobody else may make it final; points are given by somebody else then,
    where there is anybody. True where they took part and nobody else is there."""
    gave = card.lines.filter(given_by=by).exists()
    if not gave and not card.objections.filter(answered_by=by).exists():
        return False
    others = [access.RELEASE, *([access.MANAGE] if gave else [])]
    if any(_others(card, by, permission) for permission in others):
        raise Refused(_("You gave points or answered on this card. A second person makes it final."), code="second")
    return True


def _others(card: Card, by: Person, permission: str) -> bool:
    found = people_who_may(permission).exclude(pk__in=(by.pk, card.person_id))
    return any(access.visible_people(one, permission).filter(pk=card.person_id).exists() for one in found)


def _clock(rules: Rules, card: Card) -> Decision:
    return Decision("performance.object", "refused", because=(rules.because(OBJECT_WITHIN, due_at=card.due_at),))


def _open(card: Card) -> Card:
    kept = Card.objects.select_for_update(of=("self",)).select_related("person").get(pk=card.pk)
    if kept.state == State.FINAL:
        raise Refused(_("This card is final. What was wrong is put right with the next month."), code="final")
    return kept


def _own(by: Person, card: Card) -> None:
    if by.pk != card.person_id:
        raise NotAllowed(_("Only the person themselves confirms or disputes a card."))


def _not_oneself(by: HasActor, card: Card) -> None:
    if isinstance(by, Person) and by.pk == card.person_id:
        raise NotAllowed(_("Nobody decides about their own card."))


def _answerers(card: Card) -> list[Person]:
    shops = list(card.person.memberships.filter(until=None).values_list("team__shops", flat=True))
    found = {person for shop in shops if shop for person in people_who_may(access.MANAGE, shop)}
    return sorted((found or set(people_who_may(access.MANAGE))) - {card.person}, key=lambda one: one.pk)
