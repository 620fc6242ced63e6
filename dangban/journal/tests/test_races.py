"""Sealing on a server with several transactions at once: late commits come later, two sealers make one chain."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

from dangban.journal import sealing
from dangban.journal.actions import record
from dangban.journal.models import Entry
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.testing.races import at_once


def write(number: int) -> int:
    with transaction.atomic():
        return record("orders.flagged", subject=("orders.order", number), by=SYSTEM).pk


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
class RacesTest(TransactionTestCase):
    def test_who_began_first_and_committed_last_is_sealed_last(self) -> None:
        written, may_commit = threading.Event(), threading.Event()

        def slowly() -> int:
            with transaction.atomic():
                entry = record("orders.flagged", subject=("orders.order", 1), by=SYSTEM)
                written.set()
                assert may_commit.wait(60)
            return entry.pk

        def quickly() -> tuple[int, int]:
            assert written.wait(60)
            quick = write(2)
            sealed = sealing.seal_pending()
            may_commit.set()
            return quick, sealed

        slow, (quick, sealed) = at_once(slowly, quickly)
        assert (sealed, sealing.seal_pending()) == (1, 1)
        assert slow < quick
        assert list(Entry.objects.order_by("position").values_list("pk", flat=True)) == [quick, slow]
        assert sealing.verify().broken is None

    def test_four_sealers_make_one_chain_without_a_gap(self) -> None:
        for number in range(50):
            write(number)
        stop = threading.Event()

        def seal() -> None:
            # All as one holder: the lease then keeps nobody out, only the locked row does.
            while not stop.is_set():
                sealing.seal_pending("one", batch=7)

        def write_the_rest() -> None:
            try:
                for number in range(50, 100):
                    write(number)
                give_up = clock.monotonic() + 60
                while Entry.objects.filter(position=None).exists():
                    assert clock.monotonic() < give_up
            finally:
                stop.set()

        at_once(*[seal] * 4, write_the_rest)
        verdict = sealing.verify()
        assert (verdict.checked, verdict.broken) == (100, None)
