"""Sealing on a server with several transactions at once: late commits come later, two sealers make one chain."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, transaction
from django.test import TransactionTestCase

from dangban.journal import sealing
from dangban.journal.actions import record
from dangban.journal.models import Entry
from dangban.lib.actor import SYSTEM


def write(number: int) -> int:
    with transaction.atomic():
        return record("orders.flagged", subject=("orders.order", number), by=SYSTEM).pk


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
class RacesTest(TransactionTestCase):
    def test_who_began_first_and_committed_last_is_sealed_last(self) -> None:
        written, may_commit = threading.Event(), threading.Event()
        slow: list[int] = []

        def slowly() -> None:
            with transaction.atomic():
                slow.append(record("orders.flagged", subject=("orders.order", 1), by=SYSTEM).pk)
                written.set()
                may_commit.wait(60)
            connection.close()

        thread = threading.Thread(target=slowly)
        thread.start()
        assert written.wait(60)
        quick = write(2)
        assert sealing.seal_pending() == 1
        may_commit.set()
        thread.join(120)
        assert sealing.seal_pending() == 1
        assert slow[0] < quick
        assert list(Entry.objects.order_by("position").values_list("pk", flat=True)) == [quick, slow[0]]
        assert sealing.verify().broken is None

    def test_four_sealers_make_one_chain_without_a_gap(self) -> None:
        for number in range(50):
            write(number)
        stop = threading.Event()

        def seal(holder: str) -> None:
            while not stop.is_set():
                sealing.seal_pending(holder, batch=7)
            connection.close()

        # All as one holder: the lease then keeps nobody out, only the locked row does.
        threads = [threading.Thread(target=seal, args=("one",)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for number in range(50, 100):
            write(number)
        while Entry.objects.filter(position=None).exists():
            assert any(thread.is_alive() for thread in threads)
        stop.set()
        for thread in threads:
            thread.join(120)
        verdict = sealing.verify()
        assert (verdict.checked, verdict.broken) == (100, None)
