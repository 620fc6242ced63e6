"""What promotion goes by: the average of the last final scorecards."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import F, Window
from django.db.models.functions import RowNumber

from dangban.people.models import Person
from dangban.performance.models import Card

MONTHS = 3


def average_scores(people: Collection[Person], day: date) -> dict[int, Decimal]:
    """Of up to three final cards before a day, by person; whoever has none is left out (one query)."""
    rows = Card.objects.filter(person__in=people, month__lt=day.replace(day=1), state=Card.State.FINAL, score__isnull=False)
    latest = rows.annotate(place=Window(RowNumber(), partition_by=[F("person")], order_by=F("month").desc())).filter(place__lte=MONTHS)
    scores: dict[int, list[Decimal]] = {}
    for person_id, score in latest.values_list("person_id", "score"):
        assert score is not None
        scores.setdefault(person_id, []).append(score)
    return {pk: (sum(found, Decimal(0)) / len(found)).quantize(Decimal("0.01"), ROUND_HALF_UP) for pk, found in scores.items()}
