"""Files that are taken out are noted in the journal, on a server whose requests bring no transaction along."""

from __future__ import annotations

from django.test import TransactionTestCase

from dangban.aftersales.registers.listing import REGISTERS
from dangban.journal.models import Entry
from dangban.lib import clock
from dangban.testing.cast import NOW, Cast


class TakingOut(TransactionTestCase):
    def test_every_register_report_and_ledger_is_taken_out_and_noted(self) -> None:
        with clock.frozen(NOW):
            self.client.force_login(Cast().bao)
            registers = [f"/aftersales/registers/{code}/{how}/" for code in REGISTERS for how in ("export", "print")]
            for address in (*registers, "/aftersales/reports/export/", "/aftersales/ledger/export/"):
                assert self.client.get(address).status_code == 200, address
        assert Entry.objects.filter(verb__in=("aftersales.register_exported", "aftersales.ledger_exported")).count() == len(registers) + 2
