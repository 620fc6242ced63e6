"""The sealer: gives entries their position and hash, in one chain for the whole company.

An entry is written unsealed, in the transaction of its change; a chain inside each transaction
would queue every action of the house behind one row. One sealer at a time holds the lease and
seals what it can see, in order of id. On PostgreSQL a transaction that began earlier may commit
later: its entries are then simply sealed later. A sealed position never moves and never has a gap,
so a reader with a cursor misses nothing.
"""

from __future__ import annotations

import os
import threading
import uuid
from datetime import timedelta

from django.db import close_old_connections, connection, transaction

from dangban.journal import chain, ports, queries
from dangban.journal.models import Entry, SealLease
from dangban.lib import clock

LEASE = "sealer"
LEASE_FOR = timedelta(seconds=5)
# Small enough that SQLite's one writer is held only for some milliseconds.
BATCH = 100
PAUSE = 0.1

# One prepared statement for all: the ORM's single update of a hundred rows takes twenty times as long.
SEAL = "UPDATE journal_entry SET position = %s, hash = %s WHERE id = %s AND position IS NULL"

HOLDER = f"{os.getpid()}-{uuid.uuid4().hex[:12]}"


def seal_pending(holder: str = HOLDER, *, batch: int = BATCH) -> int:
    """Seal what has been written, unless another process holds the lease; returns how many."""
    sealed = 0
    while Entry.objects.filter(position=None).exists():
        done = _seal_batch(holder, batch)
        sealed += done
        if done < batch:
            break
    if sealed:
        ports.ring(sealed)
    return sealed


def run_sealer(stop: threading.Event) -> None:
    """Seal every 100 ms until told to stop; what is left by then is sealed first."""
    while not stop.is_set():
        close_old_connections()
        seal_pending()
        stop.wait(PAUSE)
    seal_pending()


def _seal_batch(holder: str, batch: int) -> int:
    with transaction.atomic():
        if not _holds_lease(holder):
            return 0
        entries = list(Entry.objects.filter(position=None).order_by("id")[:batch])
        head = Entry.objects.exclude(position=None).order_by("-position").values_list("position", "hash").first()
        position, previous = head or (0, chain.FIRST)
        sealed = []
        for entry in entries:
            position = (position or 0) + 1
            previous = chain.link(previous, entry, position)
            sealed.append((position, previous, entry.pk))
        with connection.cursor() as cursor:
            cursor.executemany(SEAL, sealed)
    return len(entries)


def _holds_lease(holder: str) -> bool:
    """Take or renew the lease. The locked row keeps a second sealer out until this one commits."""
    now = clock.now()
    SealLease.objects.get_or_create(name=LEASE, defaults={"holder": "", "until": now})
    lease = SealLease.objects.select_for_update().get(name=LEASE)
    if lease.holder not in ("", holder) and lease.until > now:
        return False
    lease.holder, lease.until = holder, now + LEASE_FOR
    lease.save(update_fields=["holder", "until"])
    return True


def verify() -> chain.Verdict:
    """Recompute the whole chain from the first entry and compare."""
    unsealed = Entry.objects.filter(position=None).count()
    pairs = (
        (entry, chain.Payload(personal.salt, personal.values) if personal else None)
        for entry, personal in queries.sealed_in_order()
    )
    return chain.check(pairs, unsealed)
