"""What a month would have paid under other rules: worked out, shown by person, never stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from dangban.attendance import queries as attendance
from dangban.attendance.rules import bonus
from dangban.handbook import queries as handbook
from dangban.handbook.current import handbook_of
from dangban.handbook.loader import PRESETS, preset
from dangban.handbook.rulebook import Handbook, Rules
from dangban.lib import days
from dangban.pay.gathering import Gathered, gather, people_of
from dangban.pay.models import PayMonth, Payslip
from dangban.pay.rules import facts as f
from dangban.pay.rules import slip
from dangban.pay.words import kind_name
from dangban.people.models import Person
from dangban.performance.models import Card
from dangban.performance.rules import scoring


@dataclass(frozen=True, slots=True)
class Tried:
    """One person: what the month paid, what it would have paid, and the lines that differ."""

    person: Person
    before_fen: int
    after_fen: int
    lines: Sequence[tuple[str, int, int]]
    score: tuple[Decimal | None, Decimal | None]

    @property
    def difference_fen(self) -> int:
        return self.after_fen - self.before_fen


def choices() -> list[tuple[str, str]]:
    """The handbooks that come with the program, and every version that was adopted, dated ahead too."""
    presets = sorted(folder.name for folder in PRESETS.iterdir() if (folder / "handbook.toml").is_file())
    found = [(f"preset:{name}", str(preset(name).title)) for name in presets]
    versions = [(f"version:{one.pk}", f"v{one.pk} {one.effective_on:%Y-%m-%d} {one.reason}") for one in handbook.versions()]
    return [*versions, *found]


def chosen(code: str) -> Handbook | None:
    kind, _colon, name = code.partition(":")
    if code not in {known for known, _label in choices()}:
        return None
    if kind == "preset":
        return preset(name)
    return next((handbook_of(one) for one in handbook.versions() if str(one.pk) == name), None)


def simulate(month: PayMonth, other: Handbook) -> list[Tried]:
    """Scores weighed anew from the figures on the cards, bonuses and pay by the other rules; who differs most first."""
    people = list(people_of(month.month))
    rules_by_day = _by_day(other)
    last = rules_by_day(days.last_of_month(month.month))
    sheets = attendance.month_sheets([person.pk for person in people], month.month)
    cards = {one.person_id: one for one in Card.objects.filter(month=month.month, state=Card.State.FINAL).prefetch_related("lines")}
    stood = {one.person_id: one for one in Payslip.objects.filter(pay_month=month).prefetch_related("lines")}
    found = []
    for pk, known in gather(people, month.month, rules_by_day).items():
        facts = _tried(known, cards.get(pk), sheets[pk], last)
        person = next(one for one in people if one.pk == pk)
        found.append(_against(person, stood.get(pk), known.facts, facts, slip(facts, rules_by_day)))
    return sorted(found, key=lambda one: (-abs(one.difference_fen), one.person.name))


def _by_day(other: Handbook) -> f.RulesOf:
    known: dict[date, Rules] = {}

    def on(day: date) -> Rules:
        if day not in known:
            known[day] = other.on(day)
        return known[day]

    return on


def _tried(known: Gathered, card: Card | None, sheet: attendance.MonthSheet, rules: Rules) -> f.Facts:
    held = bonus.full_bonus(sheet.counted, rules)
    facts = replace(known.facts, attendance=f.Attendance(held.amount_fen, held.kept, known.facts.attendance.url, held.because))
    if card is None or facts.card is None:
        return facts
    row = scoring.card_for(card.work, rules)
    if row is None:
        return facts
    lines = list(card.lines.all())
    values = {line.measure: line.value for line in lines}
    by_hand = {line.measure: line.points for line in lines if line.value is None and line.points is not None}
    scored = scoring.score(row, values, rules, by_hand)
    if scored.score is None:
        return facts
    grade = scored.grade
    made = replace(facts.card, score=scored.score, grade=grade.grade if grade else "", share_points=scored.share_points, bonus_fen=grade.bonus if grade else None, because=scored.decision.because)
    return replace(facts, card=made)


def _against(person: Person, stood: Payslip | None, known: f.Facts, tried: f.Facts, made: f.Slip) -> Tried:
    before: dict[str, int] = {}
    for line in stood.lines.all() if stood else ():
        before[line.kind] = before.get(line.kind, 0) + line.amount_fen
    after: dict[str, int] = {}
    for one in made.lines:
        after[one.kind] = after.get(one.kind, 0) + one.amount_fen
    kinds = [kind for kind in dict.fromkeys([*before, *after]) if before.get(kind, 0) != after.get(kind, 0)]
    lines = [(kind_name(kind), before.get(kind, 0), after.get(kind, 0)) for kind in kinds]
    scores = (known.card.score if known.card else None, tried.card.score if tried.card else None)
    return Tried(person, stood.net_fen if stood else 0, made.net_fen, lines, scores)


def sums(found: Sequence[Tried]) -> Mapping[str, int]:
    return {
        "before": sum(one.before_fen for one in found), "after": sum(one.after_fen for one in found),
        "up": sum(one.difference_fen > 0 for one in found), "down": sum(one.difference_fen < 0 for one in found),
    }  # fmt: skip
