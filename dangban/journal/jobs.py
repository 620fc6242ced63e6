"""What the journal does by itself: sealing, and telling its subscribers."""

from __future__ import annotations

import logging
import threading

from django.db import close_old_connections, transaction

from dangban.journal.models import Cursor, Entry
from dangban.journal.ports import Subscriber, registry
from dangban.journal.sealing import run_sealer
from dangban.lib import clock

__all__ = ["deliver", "run_sealer", "run_subscribers"]

BATCH = 200
PAUSE = 0.25

_log = logging.getLogger("dangban.journal")


def run_subscribers(stop: threading.Event) -> None:
    """Hand sealed entries on until told to stop. A failing subscriber does not hold up the others."""
    while not stop.is_set():
        close_old_connections()
        for subscriber in list(registry.subscribers.values()):
            try:
                deliver(subscriber)
            except Exception:
                _log.exception("the journal's subscriber %s failed and is told again", subscriber.name)
        stop.wait(PAUSE)


def deliver(subscriber: Subscriber) -> int:
    """Tell one subscriber all it has not heard; returns how many entries it was given."""
    told = 0
    while True:
        behind = Entry.objects.filter(position__gt=_position(subscriber)).exists()
        if not behind:
            return told
        told += _deliver_batch(subscriber)


def _position(subscriber: Subscriber) -> int:
    kept = Cursor.objects.filter(subscriber=subscriber.name).values_list("position", flat=True).first()
    return kept or 0


def _deliver_batch(subscriber: Subscriber) -> int:
    """The cursor moves in the transaction of the effects: they happen once as far as the database goes."""
    with transaction.atomic():
        Cursor.objects.get_or_create(subscriber=subscriber.name, defaults={"updated_at": clock.now()})
        cursor = Cursor.objects.select_for_update().get(subscriber=subscriber.name)
        entries = list(Entry.objects.filter(position__gt=cursor.position).order_by("position")[:BATCH])
        if not entries:
            return 0
        wanted = [entry for entry in entries if not subscriber.verbs or entry.verb in subscriber.verbs]
        if wanted:
            subscriber.handle(wanted)
        cursor.position = entries[-1].position or cursor.position
        cursor.updated_at = clock.now()
        cursor.save(update_fields=["position", "updated_at"])
    return len(wanted)
