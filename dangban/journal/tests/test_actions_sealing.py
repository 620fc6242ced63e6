"""The chain: sealed in order, once, by one; verifiable, also after personal values were erased."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from dangban.journal import chain, sealing
from dangban.journal.actions import erase_personal, record
from dangban.journal.models import AppendOnly, Entry, PersonalPayload, SealLease
from dangban.lib import clock
from dangban.testing import pages
from dangban.testing.cast import NOW


class ChainCase(pages.CastCase):
    def write(self, verb: str = "orders.flagged", **extra: object) -> Entry:
        with transaction.atomic():
            return record(verb, subject=("orders.order", 7), by=self.cast.lin, **extra)  # type: ignore[arg-type]


class SealingTest(ChainCase):
    def test_entries_get_positions_in_the_order_of_their_ids(self) -> None:
        entries = [self.write() for _ in range(3)]
        assert sealing.seal_pending() == 3
        positions = list(Entry.objects.order_by("id").values_list("id", "position"))
        assert positions == [(entry.pk, index) for index, entry in enumerate(entries, 1)]

    def test_entries_written_after_a_sealing_follow_the_sealed_ones(self) -> None:
        self.write()
        sealing.seal_pending()
        late = self.write()
        sealing.seal_pending()
        late.refresh_from_db()
        assert late.position == 2
        assert sealing.verify().broken is None

    def test_a_second_sealer_waits_for_the_lease_and_takes_it_when_it_has_run_out(self) -> None:
        self.write()
        sealing.seal_pending("first")
        self.write()
        assert sealing.seal_pending("second") == 0
        with clock.frozen(NOW + sealing.LEASE_FOR + timedelta(seconds=1)):
            assert sealing.seal_pending("second") == 1
        assert SealLease.objects.get().holder == "second"

    def test_more_than_a_batch_is_sealed_in_several_transactions(self) -> None:
        for _ in range(5):
            self.write()
        assert sealing.seal_pending(batch=2) == 5
        assert sealing.verify().last_position == 5


class VerifyTest(ChainCase):
    def setUp(self) -> None:
        super().setUp()
        for flag in ("red", "blue", "green"):
            self.write(change={"flag": [None, flag]}, personal={"phone": "13800000005"})
        sealing.seal_pending()

    def test_an_untouched_chain_verifies(self) -> None:
        verdict = sealing.verify()
        assert (verdict.checked, verdict.erased, verdict.unsealed, verdict.broken) == (3, 0, 0, None)

    def test_a_changed_entry_is_named_by_its_position(self) -> None:
        _tamper("UPDATE journal_entry SET actor_name = 'nobody' WHERE position = 2")
        broken = sealing.verify().broken
        assert broken is not None
        assert (broken.position, broken.what) == (2, "hash")

    def test_a_missing_entry_is_named_by_the_gap_it_leaves(self) -> None:
        PersonalPayload.objects.filter(entry__position=2).delete()
        _tamper("DELETE FROM journal_entry WHERE position = 2")
        broken = sealing.verify().broken
        assert broken == chain.Break(2, "position", "2", "3")

    def test_changed_personal_values_are_found_too(self) -> None:
        PersonalPayload.objects.filter(entry__position=3).update(values={"phone": "13900000000"})
        broken = sealing.verify().broken
        assert broken is not None
        assert (broken.position, broken.what) == (3, "personal")

    def test_erased_personal_values_leave_the_chain_whole_and_are_counted(self) -> None:
        with transaction.atomic():
            assert erase_personal([("orders.order", 7)], by=self.cast.bao, reason="asked by the customer") == 3
        verdict = sealing.verify()
        assert (verdict.erased, verdict.unsealed, verdict.broken) == (3, 1, None)


class AppendOnlyTest(ChainCase):
    def test_a_written_entry_is_neither_saved_again_nor_deleted(self) -> None:
        entry = self.write()
        with pytest.raises(AppendOnly):
            entry.save()
        with pytest.raises(AppendOnly):
            entry.delete()

    def test_the_database_refuses_updates(self) -> None:
        entry = self.write()
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Entry.objects.filter(pk=entry.pk).update(verb="orders.unflagged")

    def test_the_database_refuses_deletion(self) -> None:
        self.write()
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Entry.objects.all().delete()

    def test_the_database_refuses_to_seal_twice(self) -> None:
        entry = self.write()
        sealing.seal_pending()
        with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
            Entry.objects.filter(pk=entry.pk).update(hash="")


def _tamper(statement: str) -> None:
    """What somebody with the database's password could do."""
    from dangban.journal import triggers

    triggers.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    triggers.install(connection)
