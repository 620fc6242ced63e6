"""The columns of files with news of parcels: our template, and what couriers' own systems export."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from dangban.lib import tables
from dangban.lib.blanks import BlankColumn

TEMPLATE = (
    BlankColumn("运单号", "YT8800123456789"),
    BlankColumn("时间", "2026-11-19 10:20:00"),
    BlankColumn("物流状态", "派送中"),
    BlankColumn("轨迹", "【杭州市】快件正在派送"),
    BlankColumn("地点", "杭州市"),
)
# What each field is called; the first that is there counts.
NAMES: dict[str, tuple[str, ...]] = {
    "number": ("运单号", "运单编号", "运单号码", "快递单号", "物流单号", "面单号", "单号", "waybill"),
    "at": ("时间", "扫描时间", "操作时间", "最后更新时间", "最新时间", "签收时间", "轨迹时间", "更新时间"),
    "state": ("物流状态", "快件状态", "运单状态", "状态", "扫描类型", "最新状态"),
    "text": ("轨迹", "最新轨迹", "物流轨迹", "操作描述", "跟踪记录", "最新物流", "轨迹描述", "描述"),
    "place": ("地点", "扫描网点", "当前网点", "所在地", "操作网点", "派件网点"),
}
MUST = ("number", "at")


class Unrecognised(Exception):
    """No columns by which news could be read; the message is for people."""


def recognise(headers: Sequence[str]) -> dict[str, int]:
    """Field → place of its column. It takes a number, a time, and a state or a text."""
    found = tables.places(headers, NAMES)
    missing = [NAMES[field][0] for field in MUST if field not in found]
    if not {"state", "text"} & found.keys():
        missing.append("物流状态")
    if missing:
        seen = "、".join(header for header in headers if header.strip())[:200]
        raise Unrecognised(
            _("This file has no column “%(missing)s”. Seen were: %(seen)s.") % {"missing": "、".join(missing), "seen": seen}
        )
    return found
