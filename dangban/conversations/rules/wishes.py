"""What a customer's line seems to ask for: proposals that a person confirms, never decisions."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from dangban.lib.addresses import parse, short_province
from dangban.lib.text import normalise

_DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}
_WEEKDAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6, "末": 5}
_COUNT = r"(?P<count>\d{1,4}|[一二两三四五六七八九十]{1,3})"

_WEEKDAY = re.compile(r"(?P<next>下下|下个?|这个?|本)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天末])")
_RELATIVE = re.compile(r"大后天|后天|明天|明早|明晚|今天|今晚")
_DAYS = {"今天": 0, "今晚": 0, "明天": 1, "明早": 1, "明晚": 1, "后天": 2, "大后天": 3}
_CALENDAR = re.compile(r"(?:(?P<month>1[0-2]|[1-9])月(?P<day>3[01]|[12]\d|[1-9])[日号]?|(?<!\d)(?P<only>3[01]|[12]\d|[1-9])号)")
_DELIVERY = re.compile(r"送|到货|发货|发出|寄|派|收货|派件|到家|之前到|前到|再发|再送")
_QUANTITY = re.compile(rf"(?:要|拍|买|来|订|换成|改成|改为|一共|总共|共){_COUNT}(?P<unit>个|件|套|条|只|双|盒|箱|包|瓶|张|支|把|块|斤|份|袋)")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d(?:[\s-]?\d){8}(?!\d)")
_CALL = re.compile(r"(?:送|派|到|来)[^，。！？,.!?]{0,8}(?:打|来|先)?(?:个)?电话|电话(?:联系|通知)|提前(?:打|给我)?[^，。]{0,3}电话|先(?:打|给我打)电话")
_ADDRESS = re.compile(r"(?:改|换|更换|修改|变更)(?:一下|个|到|成)?[^，。,]{0,6}(?:地址|收货|收件)|(?:地址|收货|收件)[^，。,]{0,8}(?:改|换|错|变)|(?:寄|送|发)到[^，。,]{2,}(?:省|市|区|县|路|街|镇|村)")
_GIFT = re.compile(r"(?:送|给)[^，。]{0,4}(?:赠品|小礼物|礼品|小样)|有(?:没有)?(?:赠品|礼品)|赠品|小礼物")
_INVOICE = re.compile(r"发票|开票|抬头|税号")
_CARD = re.compile(r"贺卡|卡片|留言卡|写(?:上|张|句)[^，。]{0,4}(?:祝|生日)|祝福语")
_CARD_TEXT = re.compile(r"(?:写(?:上|着|:)?|内容(?:是|写|:)?)[\s:]*[“\"「]?(?P<text>[^”\"」\n]{2,80})")
_COLOURS = ("深蓝", "浅蓝", "天蓝", "藏青", "深灰", "浅灰", "米白", "米色", "奶白", "酒红", "玫红", "粉色", "粉红", "墨绿", "军绿", "卡其", "咖啡", "驼色", "香槟", "黑色", "白色", "红色", "蓝色", "绿色", "黄色", "紫色", "灰色", "橙色", "棕色", "银色", "金色")  # fmt: skip
_COURIER_ENDINGS = ("速递", "快递", "速运", "物流", "快运")
_WANTS = re.compile(r"要|想|换|改|发|拍|来|选")
_NOT_COURIER = re.compile(r"(?:不要|别|不发|别发|不用|拒绝)\s*(?:发|用|走)?\s*$")


@dataclass(frozen=True, slots=True)
class Talk:
    """What the talk is about, as far as it is known."""

    today: date
    couriers: Sequence[str] = ()
    # Couriers that reach the customer's area; empty where nothing is known of it.
    reaching: Sequence[str] = ()
    is_remote: bool = False
    ordered: Sequence[OrderedLine] = ()


@dataclass(frozen=True, slots=True)
class OrderedLine:
    title: str
    variant: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A requirement or promise that a line seems to hold. `fields` fill the form, `warnings` go with it."""

    kind: str
    text: str
    fields: dict[str, object] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def suggestions(body: str, about: Talk) -> list[Suggestion]:
    """Everything a line seems to ask for, in the order of the requirement kinds."""
    text = normalise(body)
    found: list[Suggestion] = []
    for look in (_colour, _quantity, _courier, _call, _day, _gift, _invoice, _card, _address):
        found += look(text, about)
    return found


def _colour(text: str, about: Talk) -> Iterable[Suggestion]:
    named = [colour for colour in _COLOURS if colour in text]
    if not named or not _WANTS.search(text):
        return
    ordered = {colour for line in about.ordered for colour in _COLOURS if colour in line.variant + line.title}
    differs = bool(ordered) and not set(named) <= ordered
    yield Suggestion(
        "colour", "、".join(named), {"colours": named}, ("differs_from_order",) if differs else ()
    )


def _quantity(text: str, about: Talk) -> Iterable[Suggestion]:
    match = _QUANTITY.search(text)
    if match is None:
        return
    count = _number(match["count"])
    total = sum(line.quantity for line in about.ordered)
    known = {line.quantity for line in about.ordered} | {total}
    differs = bool(about.ordered) and count not in known
    fields: dict[str, object] = {"quantity": count, "ordered": total} if about.ordered else {"quantity": count}
    yield Suggestion(
        "quantity", f"{count}{match['unit']}", fields, ("differs_from_order",) if differs else ()
    )


def _courier(text: str, about: Talk) -> Iterable[Suggestion]:
    for courier in about.couriers:
        short = normalise(courier)
        for ending in _COURIER_ENDINGS:
            short = short.removesuffix(ending)
        at = text.find(short) if short else -1
        if at < 0:
            continue
        avoid = bool(_NOT_COURIER.search(text[:at]))
        unreachable = bool(about.reaching) and courier not in about.reaching and not avoid
        fields: dict[str, object] = {"courier": courier, "avoid": avoid}
        if unreachable:
            fields["instead"] = list(about.reaching)
        yield Suggestion(
            "courier", courier, fields, ("does_not_reach",) if unreachable else ()
        )
        return
    # Nobody named one, but the place is far: offer those that go there.
    if about.is_remote and about.reaching and parse(text).province:
        yield Suggestion("courier", "、".join(about.reaching), {"instead": list(about.reaching)}, ("remote",))


def _call(text: str, about: Talk) -> Iterable[Suggestion]:
    match = _CALL.search(text)
    if match is not None:
        number = _MOBILE.search(text)
        fields: dict[str, object] = {"phone": re.sub(r"\D", "", number[0])} if number else {}
        yield Suggestion("call", match[0], fields)


def _day(text: str, about: Talk) -> Iterable[Suggestion]:
    if not _DELIVERY.search(text):
        return
    day, said = named_day(text, about.today)
    if day is not None:
        yield Suggestion("day", said, {"day": day.isoformat()})


def named_day(text: str, today: date) -> tuple[date | None, str]:
    """The day that a text names, and the words it uses for it."""
    if match := _RELATIVE.search(text):
        return today + timedelta(days=_DAYS[match[0]]), match[0]
    if match := _WEEKDAY.search(text):
        return _weekday(match, today), match[0]
    if match := _CALENDAR.search(text):
        return _calendar(match, today), match[0]
    return None, ""


def _weekday(match: re.Match[str], today: date) -> date:
    wanted = _WEEKDAYS[match["day"]]
    monday = today - timedelta(days=today.weekday())
    if match["next"] and match["next"].startswith("下"):
        weeks = 2 if match["next"] == "下下" else 1
        return monday + timedelta(days=wanted, weeks=weeks)
    day = monday + timedelta(days=wanted)
    return day if day >= today else day + timedelta(weeks=1)


def _calendar(match: re.Match[str], today: date) -> date | None:
    if match["only"]:
        number = int(match["only"])
        month = today.month if number >= today.day else today.month % 12 + 1
    else:
        number, month = int(match["day"]), int(match["month"])
    year = today.year + (1 if (month, number) < (today.month, today.day) else 0)
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _gift(text: str, about: Talk) -> Iterable[Suggestion]:
    if match := _GIFT.search(text):
        yield Suggestion("gift", match[0])


def _invoice(text: str, about: Talk) -> Iterable[Suggestion]:
    if _INVOICE.search(text):
        title = re.search(r"抬头[\s:是写]{0,3}(?P<title>[^，。,;；\s]{2,60})", text)
        number = re.search(r"(?<![a-z0-9])[a-z0-9]{15,20}(?![a-z0-9])", text)
        fields: dict[str, object] = {}
        if title:
            fields["title"] = title["title"]
        if number:
            fields["tax_number"] = number[0].upper()
        yield Suggestion("invoice", str(fields.get("title", "")), fields)


def _card(text: str, about: Talk) -> Iterable[Suggestion]:
    if _CARD.search(text):
        said = _CARD_TEXT.search(text)
        words = said["text"].strip() if said else ""
        yield Suggestion("card", words, {"text": words} if words else {})


def _address(text: str, about: Talk) -> Iterable[Suggestion]:
    if not _ADDRESS.search(text):
        return
    where = re.search(r"(?:地址|寄到|送到|发到|改成|改到|换成|换到)(?:改|换|变)?(?:成|到|为)?[\s:是为]{0,3}(?P<where>[^。！？!?]{4,80})", text)
    fields: dict[str, object] = {}
    if where:
        address = parse(where["where"])
        fields["address"] = where["where"].strip()
        if address.province:
            fields["province"] = short_province(address.province)
    number = _MOBILE.search(text)
    if number:
        fields["phone"] = re.sub(r"\D", "", number[0])
    yield Suggestion("address", str(fields.get("address", "")), fields)


def _number(text: str) -> int:
    if text.isdigit():
        return int(text)
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_DIGITS.get(tens, 1) if tens else 1) * 10 + (_DIGITS.get(ones, 0) if ones else 0)
    return _DIGITS[text[-1]]
