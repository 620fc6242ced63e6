"""Counts from the log of messages when customers began to talk, each line once, in the order it was written down."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import close_old_connections, transaction
from django.db.models import OuterRef, Subquery

from dangban.chat.models import Message, Thread
from dangban.handbook.current import NoHandbook, in_force_so_far
from dangban.lib import clock
from dangban.workforce.clauses import TALK_GAP
from dangban.workforce.demand.forecast import SLOTS
from dangban.workforce.models import Arrivals, Counting

EVERY_SECONDS = 60.0
CHUNK = 2000
# Lines are given their numbers before they are seen: one that is a moment late must not be stepped over.
SETTLED = timedelta(minutes=2)

_SPOKEN = (Message.Author.CUSTOMER, Message.Author.AGENT)
_SILENT = (Message.Kind.EVENT, Message.Kind.RECALL)


@dataclass(frozen=True, slots=True)
class Spoken:
    """A line somebody spoke, and when the one before it in its thread was spoken."""

    shop_id: int
    at: datetime
    by_customer: bool
    before: datetime | None


@dataclass(slots=True)
class Sums:
    talks: list[int]
    lines: list[int]
    seconds: list[int]


def look_round() -> None:
    """Called every minute by whichever servers run; the locked row lets one of them count at a time."""
    close_old_connections()
    while count_some(clock.now()):
        pass


def count_some(at: datetime) -> int:
    """Count the next lines; returns how many, 0 when all are counted."""
    try:
        gap = in_force_so_far(at)[TALK_GAP]
    except NoHandbook:
        return 0
    with transaction.atomic():
        Counting.objects.get_or_create(pk=1)
        cursor = Counting.objects.select_for_update().get(pk=1)
        rows = list(
            Message.objects.filter(pk__gt=cursor.last_message)
            .order_by("pk")
            .values_list("pk", "thread_id", "author", "kind", "internal", "at")[:CHUNK]
        )
        while rows and rows[-1][-1] > at - SETTLED:
            rows.pop()
        if not rows:
            return 0
        _add(sums_of(_spoken(rows, cursor.last_message), gap))
        cursor.last_message = rows[-1][0]
        cursor.save(update_fields=["last_message"])
    return len(rows)


def count_again() -> None:
    """Forget what was counted; the next rounds count the whole log anew."""
    with transaction.atomic():
        Counting.objects.get_or_create(pk=1)
        Counting.objects.select_for_update().filter(pk=1).update(last_message=0)
        Arrivals.objects.all().delete()


def sums_of(lines: Iterable[Spoken], gap: timedelta) -> dict[tuple[int, date], Sums]:
    """Per shop and day: who began after a silence, what customers wrote, and how long talks went on."""
    found: dict[tuple[int, date], Sums] = {}
    for line in lines:
        wall = clock.local(line.at)
        sums = found.setdefault((line.shop_id, wall.date()), Sums([0] * SLOTS, [0] * SLOTS, [0] * SLOTS))
        slot = wall.hour * 2 + wall.minute // 30
        silence = line.at - line.before if line.before is not None else None
        begins = silence is None or silence > gap
        if line.by_customer:
            sums.lines[slot] += 1
            sums.talks[slot] += begins
        if not begins and silence is not None and silence > timedelta():
            sums.seconds[slot] += round(silence.total_seconds())
    return found


def _spoken(rows: Sequence[tuple[int, int, str, str, bool, datetime]], counted: int) -> Iterable[Spoken]:
    threads = {thread for _pk, thread, *_rest in rows}
    earlier = (
        Message.objects.filter(thread=OuterRef("pk"), pk__lte=counted, author__in=_SPOKEN, internal=False)
        .exclude(kind__in=_SILENT)
        .order_by("-seq")
        .values("at")[:1]
    )
    known = Thread.objects.filter(pk__in=threads).annotate(before=Subquery(earlier)).values_list("pk", "shop_id", "before")
    shop_of, before = {}, {}
    for pk, shop_id, last in known:
        shop_of[pk], before[pk] = shop_id, last
    for _pk, thread, author, kind, internal, at in rows:
        if author in _SPOKEN and not internal and kind not in _SILENT:
            yield Spoken(shop_of[thread], at, author == Message.Author.CUSTOMER, before[thread])
            before[thread] = at


def _add(found: Mapping[tuple[int, date], Sums]) -> None:
    for (shop_id, day), sums in sorted(found.items()):
        row, _made = Arrivals.objects.select_for_update().get_or_create(
            shop_id=shop_id, day=day, defaults={"talks": [0] * SLOTS, "lines": [0] * SLOTS, "seconds": [0] * SLOTS}
        )
        row.talks = [old + new for old, new in zip(row.talks, sums.talks, strict=True)]
        row.lines = [old + new for old, new in zip(row.lines, sums.lines, strict=True)]
        row.seconds = [old + new for old, new in zip(row.seconds, sums.seconds, strict=True)]
        row.total = sum(row.talks)
        row.save()
