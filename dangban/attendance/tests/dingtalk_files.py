"""Small workbooks laid out as DingTalk lays out its exports."""

from __future__ import annotations

import io
from collections.abc import Sequence

import xlsxwriter

TITLE = "统计日期：2026-11-16 至 2026-11-18"
ID = ("姓名", "考勤组", "部门", "工号", "职位", "UserId")
DAY = (
    *ID, "日期", "workDate", "班次", "上班1打卡时间", "上班1打卡结果", "下班1打卡时间", "下班1打卡结果", "关联的审批单", "出勤天数", "休息天数", "迟到次数",
    "迟到时长", "早退次数", "早退时长", "上班缺卡次数", "下班缺卡次数", "旷工天数", "请假", "",
)  # fmt: skip
BELOW = ("",) * 23 + ("事假(小时)", "年假(天)")
RAW = (*ID, "考勤日期", "考勤时间", "打卡时间", "打卡结果", "打卡地址", "打卡备注", "异常打卡原因", "打卡图片1", "打卡图片2", "打卡设备")


def workbook(**sheets: Sequence[Sequence[str]]) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    for name, rows in sheets.items():
        page = book.add_worksheet(name)
        for line, row in enumerate(rows):
            for index, cell in enumerate(row):
                if cell:
                    page.write_string(line, index, cell)
    book.close()
    return buffer.getvalue()


def who(name: str, user_id: str) -> tuple[str, ...]:
    return (name, "普通出勤", "客服组", "", "职员", user_id)


def report(days: Sequence[Sequence[str]], punches: Sequence[Sequence[str]]) -> bytes:
    daily = [(f"每日汇总 {TITLE}",), ("报表生成时间：2026-11-19 09:00",), DAY, BELOW, *days]
    raw = [(f"原始记录 {TITLE}",), ("报表生成时间：2026-11-19 09:00",), RAW, *punches]
    return workbook(**{"原始记录": raw, "每日统计": daily})


def day(name: str, user_id: str, on: str, shift: str, came: str, went: str, approvals: str = "", **counts: str) -> tuple[str, ...]:
    words = ("正常" if came else "缺卡", "正常" if went else "缺卡")
    names = ("late", "late_minutes", "early", "early_minutes", "missed_arrival", "missed_departure", "absence")
    return (*who(name, user_id), on, "", shift, came, words[0], went, words[1], approvals, "1", "", *(counts.get(one, "") for one in names))


def raw(name: str, user_id: str, on: str, at: str, result: str = "正常", device: str = "考勤机") -> tuple[str, ...]:
    return (*who(name, user_id), on, at, at, result, "", "", "", "", "", device)
