"""The database itself refuses to change what is written in the ledger."""

from dangban.lib.append_only import AppendOnly

LEDGER = AppendOnly(table="stock_movement", name="stock_movement", refusal="the ledger of stock is append-only")
