"""What a figure is worth on a scorecard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from dangban.handbook.decisions import Decision
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import Row, Words
from dangban.performance.clauses import CARD_OF, CARDS
from dangban.performance.measures import MEASURES

_HUNDREDTH = Decimal("0.01")
_FULL = Decimal(100)


@dataclass(frozen=True, slots=True)
class Scored:
    """One item: its points out of a hundred, and what they bring by its weight. None where there is no figure."""

    measure: str
    weight: Decimal
    value: Decimal | None
    points: Decimal | None

    @property
    def scored(self) -> Decimal | None:
        return None if self.points is None else self.points * self.weight / _FULL


@dataclass(frozen=True, slots=True)
class Result:
    """A card: no score while an item has none, so that a missing figure is never read as zero."""

    items: tuple[Scored, ...]
    score: Decimal | None
    grade: Row | None
    # Of the performance wage, in hundredths of a percent; None where the card's grades say nothing of it.
    share_points: int | None
    decision: Decision


def card_for(work: str, rules: Rules) -> Row | None:
    """The scorecard of a kind of work; None where the handbook has none."""
    chosen = rules[CARD_OF].get(work)
    return rules[CARDS].get(chosen.card) if chosen is not None else None


def score(card: Row, values: Mapping[str, Decimal | None], rules: Rules, by_hand: Mapping[str, Decimal] | None = None) -> Result:
    """Every item by its brackets or in proportion, weighed and added; then the grade.

    `by_hand`: points that a supervisor gave for items whose figure is missing; a figure that is there goes before them.
    """
    items = tuple(_scored(item, values.get(item.measure), (by_hand or {}).get(item.measure)) for item in card["items"])
    missing = [item.measure for item in items if item.points is None]
    total = None if missing else _rounded(sum((item.scored or Decimal(0) for item in items), Decimal(0)))
    grade = grade_of(card, total) if total is not None else None
    facts = {"scorecard": card.name, "card_score": total, "missing": [MEASURES[code].label for code in missing]}
    # Of the table of all cards, only this one's line is what the score rests on.
    because = replace(rules.because(CARDS, **facts), value=_joined([_item_in_words(item) for item in card["items"]], "；", "; "))
    return Result(items, total, grade, _share(card, total, grade), Decision("performance.score", grade.grade if grade else "", because=(because,)))


def _item_in_words(item: Row) -> Words:
    weight = f" {item.weight.normalize():f}%"
    told = brackets(item)
    return MEASURES[item.measure].label + Words(f"{weight}：{told.zh}", f"{weight}: {told.en}")


def brackets(item: Row) -> Words:
    """How an item's points come about, as people say it: ≥65 得 100，≥60 得 90，否则 0."""
    if MEASURES[item.measure].source == "given":
        return Words("主管打分", "given by the supervisor")
    if item.way == "linear":
        worst, best = f"{item.worst.normalize():f}", f"{item.best.normalize():f}"
        return Words(f"按比例，{worst} 得 0，{best} 得 100", f"in proportion, {worst} brings 0, {best} brings 100")
    falling = MEASURES[item.measure].direction == "down"
    sign = "≤" if falling else "≥"
    steps = sorted(item.steps, key=lambda step: step.at, reverse=not falling)
    told = [(f"{sign}{step.at.normalize():f}", f"{step.points.normalize():f}") for step in steps]
    below = f"{(item.below or Decimal(0)).normalize():f}"
    return _joined([*(Words(f"{at} 得 {points}", f"{at} brings {points}") for at, points in told), Words(f"否则 {below}", f"else {below}")], "，", ", ")


def _joined(parts: Sequence[Words], zh: str, en: str) -> Words:
    return Words(zh.join(one.zh for one in parts), en.join(one.en for one in parts))


def _scored(item: Row, value: Decimal | None, by_hand: Decimal | None) -> Scored:
    return Scored(item.measure, item.weight, value, by_hand if value is None else points(item, value))


def _share(card: Row, total: Decimal | None, grade: Row | None) -> int | None:
    """Whoever reaches none of the grades that pay a share has none of it, not all."""
    if grade is None and total is not None and any(row.share is not None for row in card.grades or ()):
        return 0
    return int(grade.share.basis_points) if grade is not None and grade.share is not None else None


def points(item: Row, value: Decimal | None) -> Decimal | None:
    """Points out of a hundred for a figure; what a manager gives is the points."""
    if value is None:
        return None
    if MEASURES[item.measure].source == "given":
        return value
    if item.way == "linear":
        return _in_proportion(value, item.worst, item.best)
    return _bracket(item, value)


def _bracket(item: Row, value: Decimal) -> Decimal:
    """The best bracket that is reached: at least its threshold, or at most where less is better."""
    falling = MEASURES[item.measure].direction == "down"
    reached = [step.points for step in item.steps if (value <= step.at if falling else value >= step.at)]
    return max(reached, default=item.below or Decimal(0))


def _in_proportion(value: Decimal, worst: Decimal, best: Decimal) -> Decimal:
    if worst == best:
        return _FULL if value == best else Decimal(0)
    share = (value - worst) / (best - worst)
    return _rounded(min(max(share, Decimal(0)), Decimal(1)) * _FULL)


def grade_of(card: Row, total: Decimal) -> Row | None:
    reached = [row for row in card.grades or () if total >= row["from"]]
    return max(reached, key=lambda row: row["from"], default=None)


@dataclass(frozen=True, slots=True)
class Crowded:
    """A grade that more people have than the handbook's distribution leaves room for: a warning, nothing follows by itself."""

    grade: str
    people: int
    room: int


def crowded(card: Row, grades: Sequence[str]) -> list[Crowded]:
    """Which grades hold more people than their share; the worst grades may always hold fewer."""
    found = []
    for row in card.forced or ():
        count = sum(1 for grade in grades if grade == row.grade)
        room = int((Decimal(len(grades)) * row.share / _FULL).quantize(Decimal(1), ROUND_HALF_UP))
        if count > room:
            found.append(Crowded(row.grade, count, room))
    return found


def lowest(scores: Mapping[int, Decimal], share: int) -> list[int]:
    """Who stands in the lowest share of a month, at least one person where there are several."""
    if len(scores) < 2:
        return []
    count = max(1, len(scores) * share // 100)
    return sorted(scores, key=lambda who: (scores[who], who))[:count]


def ranks(scores: Mapping[int, Decimal]) -> dict[int, int]:
    """Places from the top; equals share the better one."""
    ordered = sorted(scores.values(), reverse=True)
    return {who: ordered.index(total) + 1 for who, total in scores.items()}


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_HUNDREDTH, ROUND_HALF_UP)
