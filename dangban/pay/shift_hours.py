"""Hours of the roster that are paid above the wage: work on statutory holidays, and staying longer for customers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta

from django.db.models import Q
from django.urls import reverse

from dangban.attendance.clauses import EXTENSION_IS_OVERTIME
from dangban.attendance.models import ShiftRecord
from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.lib.spans import Span, intersection, subtract, total
from dangban.pay.rules import facts as f
from dangban.workforce.clauses import UNPAID_BREAK
from dangban.workforce.rosters.contract import MEAL_AFTER

STATUTORY = "statutory"
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def of_shifts(
    ids: Collection[int], first: date, last: date, kinds: Mapping[date, str], granted: Mapping[int, Sequence[Span]], rules_of: f.RulesOf
) -> dict[int, list[f.Overtime]]:
    """Of shifts that were judged; what granted overtime pays already is left out. A night shift counts by its own hours."""
    holidays = sorted(day for day, kind in kinds.items() if kind == STATUTORY)
    touched = {day - back for day in holidays for back in (timedelta(), DAY)}
    rows = ShiftRecord.objects.filter(Q(day__in=touched) | Q(extension_minutes__gt=0), person__in=ids, day__gte=first, day__lte=last)
    found: dict[int, list[f.Overtime]] = defaultdict(list)
    for held in rows.filter(state=ShiftRecord.State.JUDGED).order_by("starts_at", "pk"):
        rules, paid = rules_of(held.day), granted.get(held.person_id, ())
        url = reverse("attendance:record", args=[held.pk])
        for day, minutes in _on_holidays(held, holidays, paid, rules):
            found[held.person_id].append(f.Overtime(f"holiday:{held.pk}:{day.isoformat()}", day, minutes, STATUTORY, url))
        stayed = _stayed(held, paid, rules)
        if stayed:
            found[held.person_id].append(f.Overtime(f"extension:{held.pk}", held.day, stayed, kinds[held.day], url))
    return found


def _on_holidays(held: ShiftRecord, holidays: Sequence[date], granted: Sequence[Span], rules: Rules) -> Iterator[tuple[date, int]]:
    if held.arrived_at is None or held.left_at is None:
        return
    there = (max(held.arrived_at, held.starts_at), min(held.left_at, held.ends_at))
    length = held.ends_at - held.starts_at
    meal = rules[UNPAID_BREAK] if rules.has(UNPAID_BREAK) and length > MEAL_AFTER * MINUTE else timedelta()
    left = held.minutes - held.extension_minutes
    for day in holidays:
        worked = total(subtract(intersection([there], [clock.day_span(day)]), granted)) * ((length - meal) / length)
        minutes = min(left, round(worked / MINUTE))
        if minutes > 0:
            left -= minutes
            yield day, minutes


def _stayed(held: ShiftRecord, granted: Sequence[Span], rules: Rules) -> int:
    """Minutes for customers behind the end, where the handbook calls them overtime."""
    if not held.extension_minutes or not rules.has(EXTENSION_IS_OVERTIME) or not rules[EXTENSION_IS_OVERTIME]:
        return 0
    return total(subtract([(held.ends_at, held.ends_at + held.extension_minutes * MINUTE)], granted)) // MINUTE
