"""The database itself refuses to change what is written in the ledger."""

from dangban.lib.append_only import AppendOnly

LEDGER = AppendOnly(table="leave_balanceentry", name="leave_ledger", refusal="the ledger of leave is append-only")
