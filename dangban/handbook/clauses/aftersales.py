"""After-sales: what no room goes by yet."""

from __future__ import annotations

from dangban.handbook.shapes import Choice, declare

REVIEWS_CHECKED = declare(
    "aftersales.reviews_checked", Choice(daily=("每天", "every day"), weekly=("每周", "every week")),
    "负面评价多久查看一次", "How often bad reviews are looked at",
    applied=False,
)
