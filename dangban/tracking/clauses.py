"""The rules of parcels on their way: when one counts as stalled, what customers are told unasked."""

from __future__ import annotations

from dangban.handbook.shapes import Choice, Duration, ListOf, YesNo, declare

OCCASIONS = Choice(
    dispatched=("已发出", "dispatched"),
    delivering=("派送中", "out for delivery"),
    problem=("物流异常", "problem on the way"),
    returning=("退回途中", "on its way back"),
    signed=("签收提醒", "signed for"),
    satisfaction=("签收后回访", "satisfaction after signing"),
    confirm=("提醒确认收货", "reminder to confirm receipt"),
    review=("好评提醒", "reminder to review"),
)
STALLED_REMOTE = declare(
    "tracking.stalled_remote", Duration("hours", minimum=1, maximum=1440),
    "偏远地区多久没有更新算停滞", "After how long without movement a parcel to a remote area counts as stalled",
)
WEEKENDS_COUNT = declare(
    "tracking.weekends_count", YesNo(),
    "周末是否计入物流停滞的时间", "Whether weekends count when a parcel is found to be stalled",
)
LAPSES = declare(
    "tracking.lapses", Duration("days", minimum=1, maximum=365),
    "发出多久以后不再跟踪", "How long after dispatch a parcel is no longer followed",
)
TELLS = declare(
    "tracking.tells", ListOf(OCCASIONS),
    "哪些物流节点主动告知顾客", "At which points of the way customers are told unasked",
)
SATISFACTION_AFTER = declare(
    "tracking.satisfaction_after", Duration("hours", minimum=1, maximum=720),
    "签收后多久回访是否满意", "How long after signing the customer is asked whether all is well",
)
CONFIRM_AFTER = declare(
    "tracking.confirm_after", Duration("hours", minimum=1, maximum=720),
    "签收后多久提醒确认收货", "How long after signing the customer is reminded to confirm receipt",
)
REVIEW_AFTER = declare(
    "tracking.review_after", Duration("hours", minimum=1, maximum=720),
    "签收后多久提醒好评", "How long after signing the customer is asked for a review",
)
