"""The sums that are kept for each day, shop and person; a column nobody measured is empty, not zero."""

from __future__ import annotations

ATTRIBUTIONS = ("r", "o", "p", "f")
_DEAL = ("orders", "buyers", "quantity", "fen", "net_fen", "refunds", "refunded_fen")

ROUNDS = (
    "asked", "answered", "answered_ms", "first_answered", "first_ms", "taobao", "taobao_kept", "jd", "jd_kept",
    "pdd", "pdd_kept", "house", "house_kept", "slow", "messages", "messages_kept",
)  # fmt: skip
ASKERS = ("asking", "replied", "unanswered", "pdd_asking", "pdd_effective")
TALKS = ("handled", "lines", "characters", "customer_lines")
CHATTED = ("chatted",)
COMING = ("direct", "transferred_in")
PASSING = ("transferred_out",)
SILENT = ("silent",)
ENDED = ("ended", "served_ms", "long", "invited")
RATED = ("rated", "satisfied", "praised", "dissatisfied")
ENQUIRIES = ("enquiries", "ordered_same", "ordered_final", "paid_same", "paid_next", "paid_final", "lost", "enquiry_fen")
DEALS = tuple(f"{by}_{name}" for by in ATTRIBUTIONS for name in _DEAL)
PLACED = ("placed", "placed_paid")
HELP = ("assisted", "assisted_fen")
CHASED = ("chased", "chased_fen")
TAGGED = ("tagged_orders", "tagged_fen")
RECOVERED = ("recovered", "recovered_fen")
CASES = ("cases", "cases_answered", "cases_solved", "refund_cases", "refund_seconds", "disputes", "disputes_lost", "case_fen")
SAVED = ("saved", "saved_fen")
WORK = ("shifts", "attended", "lates", "absences", "sanctions", "commendations", "anomalies")

COLUMNS: tuple[str, ...] = (
    *ROUNDS, *ASKERS, *TALKS, *CHATTED, *COMING, *PASSING, *SILENT, *ENDED, *RATED, *ENQUIRIES, *DEALS, *PLACED, *HELP,
    *CHASED, *TAGGED, *RECOVERED, *CASES, *SAVED, *WORK,
)  # fmt: skip
