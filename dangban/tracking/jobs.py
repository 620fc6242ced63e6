"""The clock of parcels: stalled ones found, customers told, services asked, old exchanges forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import close_old_connections
from django.db.models import Q

from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock
from dangban.tracking import asking, clauses, telling, trouble
from dangban.tracking.models import Exchange, Track

EVERY_SECONDS = 20.0
ASKING_SECONDS = 30.0
KEPT_FOR = timedelta(days=14)


def look_round() -> None:
    close_old_connections()
    sweep(clock.now())


def ask_round() -> None:
    """Apart from the rest: a slow service holds nothing up."""
    close_old_connections()
    asking.ask_all(clock.now())


def sweep(at: datetime) -> None:
    let_go(at)
    trouble.find_stalled(at)
    telling.tell_due(at)
    Exchange.objects.filter(at__lt=at - KEPT_FOR).delete()


def let_go(at: datetime) -> int:
    """Parcels that left so long ago that nothing is expected any more."""
    rulebook = in_force(at)
    if not rulebook.has(clauses.LAPSES):
        return 0
    limit = at - rulebook[clauses.LAPSES]
    old = Q(moved_at__lt=limit, parcel__sent_at__lt=limit)
    open_ones = Track.objects.filter(old, ended_at=None, stalls_at=None)
    pks = list(open_ones.values_list("pk", flat=True)[:500])
    return Track.objects.filter(pk__in=pks).update(ended_at=at)
