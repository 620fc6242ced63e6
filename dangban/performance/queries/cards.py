"""Scorecards as other rooms and pages read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dangban.people.models import Person
from dangban.performance.models import Card as CardRow
from dangban.performance.models import CardLine


@dataclass(frozen=True, slots=True)
class Card:
    """A month's scorecard: `score` is None while an item has no points yet; `share_points` in hundredths of a percent."""

    pk: int
    person_id: int
    month: date
    code: str
    score: Decimal | None
    grade: str
    share_points: int | None
    bonus_fen: int | None
    state: str
    provisional: bool
    lines: tuple[CardLine, ...]
    because: list[dict[str, Any]]

    @property
    def is_final(self) -> bool:
        return self.state == CardRow.State.FINAL


def card_of(person: Person, month: date) -> Card | None:
    """The scorecard of a month, in whatever state; None where none was drafted."""
    row = CardRow.objects.filter(person=person, month=month.replace(day=1)).prefetch_related("lines").first()
    return _card(row) if row is not None else None


def final_cards(month: date) -> dict[int, Card]:
    """The final scorecards of a month by person."""
    rows = CardRow.objects.filter(month=month.replace(day=1), state=CardRow.State.FINAL).prefetch_related("lines")
    return {row.person_id: _card(row) for row in rows}


def _card(row: CardRow) -> Card:
    return Card(
        row.pk, row.person_id, row.month, row.code, row.score, row.grade, row.share_points, row.bonus_fen, row.state,
        row.provisional, tuple(row.lines.all()), row.because,
    )  # fmt: skip
