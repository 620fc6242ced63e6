"""Auditing many orders beside the page (批量审单): begun by a person, gone on with by whoever finds it lying."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import close_old_connections, connection, transaction
from django.utils.translation import gettext as _

from dangban.chat import hub
from dangban.dispatch import access
from dangban.dispatch.actions import auditing
from dangban.dispatch.models import AuditRun, Preparation
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import Refused
from dangban.people.models import Person

EVERY_SECONDS = 5.0
# Without a sign of life for this long its process is gone, not merely slow.
SILENT_AFTER = timedelta(seconds=30)
_AT_ONCE = 50


def begin(person: Person, shop: int | None = None) -> AuditRun:
    """Open a run over everything that waits for its audit in these shops; its page can be left."""
    shops = [one.pk for one in access.visible_shops(person) if person.can(access.AUDIT, shop=one.pk) and shop in (None, one.pk)]
    waiting = Preparation.objects.filter(shop__in=shops, stage__in=auditing.OPEN, closed_at=None)
    total = waiting.count()
    if not total:
        raise Refused(_("Nothing waits for an audit."))
    now = clock.now()
    with transaction.atomic():
        run = AuditRun.objects.create(shops=shops, total=total, by=person, started_at=now, moved_at=now)
        record("dispatch.run_begun", subject=run, by=person, change={"orders": total}, at=now)
    return run


def in_background(run: AuditRun) -> None:
    """Carry it out on a thread of its own."""

    def go() -> None:
        try:
            carry_on(run.pk)
        finally:
            connection.close()

    transaction.on_commit(lambda: threading.Thread(target=go, name=f"audit-{run.pk}", daemon=True).start())


def carry_on(pk: int) -> AuditRun:
    """Audit what is left of a run, a few orders a transaction; what is done is not done twice."""
    run = AuditRun.objects.select_related("by").get(pk=pk)
    while run.finished_at is None:
        run = _next(run)
    return run


def _next(run: AuditRun) -> AuditRun:
    now = clock.now()
    with transaction.atomic():
        held = AuditRun.objects.select_for_update(of=("self",)).select_related("by").get(pk=run.pk)
        if held.finished_at is not None:
            return held
        pks = _left(held)
        if pks:
            outcome = auditing.decide(auditing.lock_open(pks), by=held.by, at=now)
            held.passed += len(outcome.passed)
            held.held += len(outcome.held)
            held.last = pks[-1]
            held.done = min(held.total, held.done + len(pks))
        else:
            held.finished_at, held.done = now, held.total
            change = {"passed": held.passed, "held": held.held}
            record("dispatch.run_finished", subject=held, by=held.by, change=change, at=now)
        held.moved_at = now
        held.save()
        hub.changed("audit", held.pk, person_ids=(held.by_id,))
    return held


def _left(run: AuditRun) -> Sequence[int]:
    """The next orders by key. Who started it may have lost the right for a shop meanwhile."""
    shops = [shop for shop in run.shops if run.by.can(access.AUDIT, shop=shop)]
    waiting = Preparation.objects.filter(shop__in=shops, stage__in=auditing.OPEN, closed_at=None, pk__gt=run.last)
    return list(waiting.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])


def look_round() -> None:
    close_old_connections()
    go_on(clock.now())


def go_on(now: datetime) -> None:
    """Go on with runs whose process is gone."""
    silent = AuditRun.objects.filter(finished_at=None, moved_at__lt=now - SILENT_AFTER)
    for pk, moved_at in list(silent.values_list("pk", "moved_at")):
        if AuditRun.objects.filter(pk=pk, finished_at=None, moved_at=moved_at).update(moved_at=now):
            carry_on(pk)
