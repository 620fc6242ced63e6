"""When people were at work, by their punches: what the plan is held against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from dangban.attendance import judging
from dangban.attendance.models import Punch, ShiftRecord
from dangban.lib.spans import Span

State = ShiftRecord.State


def at_work(person_ids: Sequence[int], start: datetime, end: datetime) -> Mapping[int, Sequence[Span]]:
    """From arrival to departure of each shift; while a shift runs, from the first punch until now."""
    found: dict[int, list[Span]] = defaultdict(list)
    near = ShiftRecord.objects.filter(
        person_id__in=person_ids, starts_at__lt=end + judging.AROUND, starts_at__gt=start - judging.AROUND
    )
    running: list[ShiftRecord] = []
    for one in near:
        if one.state == State.OPEN:
            running.append(one)
        elif one.arrived_at is not None and one.left_at is not None:
            found[one.person_id].append((one.arrived_at, one.left_at))
    punches = Punch.objects.filter(
        person_id__in=[one.person_id for one in running], counts=True, at__gte=start - judging.AROUND, at__lt=end
    )
    first: dict[int, list[datetime]] = defaultdict(list)
    for person_id, at in punches.order_by("at").values_list("person_id", "at"):
        first[person_id].append(at)
    for one in running:
        own = [at for at in first[one.person_id] if one.starts_at - judging.AROUND / 12 <= at < one.closes_at]
        if own:
            last = own[-1] if own[-1] >= one.ends_at else min(end, one.ends_at)
            found[one.person_id].append((own[0], max(last, own[0])))
    return {pk: [(max(a, start), min(b, end)) for a, b in spans if a < end and b > start] for pk, spans in found.items()}
