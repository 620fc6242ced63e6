"""Evidence is kept as long as the handbook says, never shorter than the law; then words and pictures go, the hash stays."""

from __future__ import annotations

from datetime import date, datetime, time

from django.db import close_old_connections, transaction

from dangban.aftersales.clauses.disputes import PROOF_KEPT
from dangban.aftersales.models import Case, Evidence
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Because
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.media.models import Use

EVERY_SECONDS = 6 * 3600.0
_AT_ONCE = 200


def look_round() -> None:
    close_old_connections()
    lapse(clock.now())


def lapse(now: datetime) -> int:
    """How many cases were blanked: closed longer ago than evidence is kept."""
    rules = in_force(now)
    if not rules.has(PROOF_KEPT):
        return 0
    months = int(rules.capped(PROOF_KEPT))
    ended = clock.at_local(_months_before(clock.business_day(now), months), time(0))
    because = rules.because(PROOF_KEPT)
    kept = Evidence.objects.exclude(text="", media_key="").values("case")
    due = Case.objects.filter(closed_at__lt=ended, pk__in=kept).order_by("closed_at", "pk")
    return sum(_blank(pk, because, now) for pk in list(due.values_list("pk", flat=True)[:_AT_ONCE]))


def _blank(pk: int, because: Because, now: datetime) -> int:
    with transaction.atomic():
        held = Case.objects.select_for_update(of=("self",)).get(pk=pk)
        rows = Evidence.objects.filter(case=held).exclude(text="", media_key="")
        keys = [key for key in rows.values_list("media_key", flat=True) if key]
        count = rows.update(text="", media_key="")
        Use.objects.filter(key__in=keys, subject_kind="aftersales.case", subject_id=pk).delete()
        if count:
            record("aftersales.evidence_lapsed", subject=held, by=SYSTEM, shop=held.shop_id, change={"count": count}, because=[because.as_data()], at=now)
    return int(count > 0)


def _months_before(day: date, months: int) -> date:
    """The first of the month so many months ago: nothing goes a day too soon."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, 1)
