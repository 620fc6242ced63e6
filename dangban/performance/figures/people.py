"""Who stands behind an account on some days: named here, or the one who held the seat all along."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from dangban.conversations.models import SeatHolding
from dangban.lib import clock
from dangban.people.models import Shop
from dangban.performance.models import Nick


def behind(nicks: Iterable[str], shop: Shop, first: date, last: date) -> dict[str, int | None]:
    """By name; None where nobody is known, or several people shared the account in these days."""
    names = set(nicks)
    found: dict[str, int | None] = dict.fromkeys(names)
    named = Nick.objects.filter(Q(until=None) | Q(until__gt=first), kind=Nick.Kind.ACCOUNT, name__in=names, since__lte=last)
    several: dict[str, set[int]] = {}
    for name, person in named.values_list("name", "person"):
        several.setdefault(name, set()).add(person)
    unknown = names - several.keys()
    start, end = clock.day_span(first)[0], clock.day_span(last)[1]
    held = SeatHolding.objects.filter(Q(ended_at=None) | Q(ended_at__gt=start), seat__shop=shop, started_at__lt=end)
    for handle, person in held.values_list("seat__handle", "person"):
        for name in unknown & {handle, handle.partition(":")[2]}:
            several.setdefault(name, set()).add(person)
    for name, people in several.items():
        found[name] = next(iter(people)) if len(people) == 1 else None
    return found
