"""Settling (结算): how much may go back, whose consent it takes, who pays; goods sent instead; the ledger of it all."""

from dangban.aftersales.settling.knowing import ceiling
from dangban.aftersales.settling.ordering import Sending, call_off, order_goods, owed_fen
from dangban.aftersales.settling.paying import enter_against, prove, release, release_many
from dangban.aftersales.settling.proposing import Beyond, Payee, cancel, propose
from dangban.aftersales.settling.receiving import ask_topup, credit_fen, not_used, paid_up, use_credit

__all__ = [
    "Beyond",
    "Payee",
    "Sending",
    "ask_topup",
    "call_off",
    "cancel",
    "ceiling",
    "credit_fen",
    "enter_against",
    "not_used",
    "order_goods",
    "owed_fen",
    "paid_up",
    "propose",
    "prove",
    "release",
    "release_many",
    "use_credit",
]
