"""Taking a Chinese postal address apart: province, city, district, the rest, the postcode.

Exports write it with blanks between the parts, without blanks, with or without 省 and 市. What
can't be told apart stays in `rest`: nothing is guessed and nothing is lost.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MUNICIPALITIES = ("北京", "天津", "上海", "重庆")
_PLAIN = (
    *("河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南"),
    *("湖北", "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾"),
)
_FULL = {
    **{short: f"{short}市" for short in _MUNICIPALITIES},
    **{short: f"{short}省" for short in _PLAIN},
    "内蒙古": "内蒙古自治区",
    "广西": "广西壮族自治区",
    "西藏": "西藏自治区",
    "宁夏": "宁夏回族自治区",
    "新疆": "新疆维吾尔自治区",
    "香港": "香港特别行政区",
    "澳门": "澳门特别行政区",
}
PROVINCES = tuple(_FULL.values())

_PROVINCE = re.compile("|".join([*sorted(_FULL.values(), key=len, reverse=True), *_FULL]))
_POSTCODE = re.compile(r"[(（]\s*(\d{6})\s*[)）]\s*$")
_CITY = re.compile(r"[^\s\d]{1,10}?(?:自治州|地区|盟|市)")
_DISTRICT = re.compile(r"[^\s\d]{1,12}?(?:自治县|自治旗|新区|开发区|区|县|旗|市)")
_BLANKS = re.compile(r"[\s\u3000]+")


@dataclass(frozen=True, slots=True)
class Address:
    """The parts of an address; a part nobody gave is empty."""

    province: str = ""
    city: str = ""
    district: str = ""
    rest: str = ""
    postcode: str = ""

    @property
    def whole(self) -> str:
        """All parts in one line, as it is written on a parcel."""
        city = "" if self.city == self.province else self.city
        return " ".join(part for part in (self.province, city, self.district, self.rest) if part)


def province(text: str) -> str:
    """The full name of the province that `text` names, short or long; empty if it names none."""
    match = _PROVINCE.match(text.strip())
    return _full(match[0]) if match else ""


def short_province(text: str) -> str:
    """``广东`` for ``广东省``: the form in which price lists name areas."""
    full = province(text)
    return next((short for short, long in _FULL.items() if long == full), "")


def parse(text: str) -> Address:
    """Take one line of address apart."""
    text = text.strip()
    postcode = _POSTCODE.search(text)
    if postcode:
        text = text[: postcode.start()].strip()
    code = "" if not postcode or postcode[1] == "000000" else postcode[1]
    match = _PROVINCE.match(text)
    if not match:
        return Address(rest=_BLANKS.sub(" ", text), postcode=code)
    full = _full(match[0])
    city, text = _city(full, text[match.end() :].strip())
    district, text = _take(_DISTRICT, text)
    return Address(full, city, district, _BLANKS.sub(" ", text), code)


def _full(named: str) -> str:
    return _FULL.get(named, named)


def _city(full: str, text: str) -> tuple[str, str]:
    """A municipality is its own city, whether the address says so again or not."""
    short = full.removesuffix("市")
    if short in _MUNICIPALITIES:
        for again in (full, short + " ", "市辖区", "县 "):
            if text.startswith(again):
                text = text[len(again) :].strip()
        return full, text
    return _take(_CITY, text)


def _take(pattern: re.Pattern[str], text: str) -> tuple[str, str]:
    # Where blanks part the address, a part that is a name by itself wins over a shorter match in it.
    first, blank, others = text.partition(" ")
    if blank and pattern.fullmatch(first):
        return first, others.strip()
    match = pattern.match(text)
    return (match[0], text[match.end() :].strip()) if match else ("", text)
