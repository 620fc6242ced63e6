"""The rules about what is looked at by a person before an order is printed, and by when the courier is asked to come."""

from __future__ import annotations

from dangban.handbook.shapes import Duration, Number, YesNo, declare, name_facts

name_facts({"pieces": ("件数", "Pieces"), "paid_at": ("付款时间", "Paid at"), "place": ("哪里人手不够", "Short of hands"), "cut_off": ("截单时间", "Cut-off")})

MANY_PIECES = declare(
    "dispatch.many_pieces", Number("pieces", minimum=2, maximum=10_000),
    "一单达到多少件须人工核对", "From how many pieces on an order is looked at by a person",
)
REMOTE_CHECKED = declare(
    "dispatch.remote_checked", YesNo(),
    "偏远地区的订单是否须人工核对", "Whether orders to remote areas are looked at by a person",
)
PICKUP_LEAD = declare(
    "dispatch.pickup_lead", Duration("minutes", minimum=0, maximum=720),
    "截单前多久须约好快递取件", "How long before the cut-off the courier's pick-up is settled",
)
