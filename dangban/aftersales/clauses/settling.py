"""How money is paid back, kept, or asked for."""

from __future__ import annotations

from dangban.handbook.shapes import Duration, YesNo, declare

CREDIT = declare(
    "aftersales.credit_allowed", YesNo(),
    "垫付的运费经顾客同意能否留作余款抵用", "Whether money owed to customers may be kept as credit if they agree",
)
CREDIT_LAPSES = declare(
    "aftersales.credit_reminded", Duration("days", minimum=1, maximum=730),
    "顾客的余款多久没用要提醒一次", "After how many days unused credit is brought to the customer's mind",
)
TRANSFER_WITHIN = declare(
    "aftersales.transfer_within", Duration("hours", minimum=1, maximum=240),
    "答应的转账多久之内打款", "How soon a promised transfer is made",
)
PROOF_SENT = declare(
    "aftersales.transfer_proof", YesNo(),
    "打款后是否把打款记录发给顾客", "Whether the customer is sent a proof of the transfer",
)
TOPUP_FIRST = declare(
    "aftersales.topup_first", YesNo(),
    "换货差价、运费补齐后才发出", "Whether an exchange leaves only when what is owed on it has been paid",
)
