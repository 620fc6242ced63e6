"""When a line in the chat is not enough."""

from __future__ import annotations

from dangban.handbook.shapes import Duration, declare

CALL_IF_SILENT = declare(
    "aftersales.call_if_silent", Duration("minutes", minimum=1, maximum=1440),
    "顾客多久没有说话就算不在线，售后的事要打电话", "After how long without a word from the customer they count as off-line and are phoned about after-sales",
)
