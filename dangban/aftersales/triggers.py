"""The database itself refuses to change what is written in the ledger."""

from dangban.lib.append_only import AppendOnly

LEDGER = AppendOnly(table="aftersales_ledgerentry", name="aftersales_ledger", refusal="the ledger of settlements is append-only")
