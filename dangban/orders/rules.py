"""Pure decisions about orders: what a platform's file may change, what a remark says, who reaches where."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import TYPE_CHECKING, Any

from dangban.handbook.decisions import Decision
from dangban.lib import masks, text
from dangban.orders.clauses import CUT_OFF, REQUIREMENT_BEFORE_CUT_OFF

if TYPE_CHECKING:
    from dangban.handbook.rulebook import Rules
    from dangban.handbook.shapes import Legend

RANKS = {"unpaid": 0, "paid": 1, "part": 2, "sent": 3, "signed": 4, "done": 5}
# What platforms mask more strictly as time goes by: a masked value never replaces a readable one.
RECEIVER = ("receiver", "phone", "province", "city", "district", "address", "postcode")
FOLLOWED = (
    *("status", "refund", "total_fen", "paid_fen", "freight_fen", "refunded_fen", "quantity", "created_at"),
    *("paid_at", "dispatched_at", "signed_at", "completed_at", *RECEIVER, "courier", "tracking_number"),
    *("buyer_message", "platform_remark", "close_reason", "invoice_title"),
)


def is_step_back(known: str, said: str) -> bool:
    """Whether a file tells of an earlier stage than what is known: it is an older export."""
    if known == said or said == "closed":
        return False
    return known == "closed" or RANKS[said] < RANKS[known]


def news(known: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What a file says differently: field → (before, after).

    What it does not say, or says with an empty cell or a masked value, changes nothing.
    """
    changes = {}
    for name in FOLLOWED:
        if name not in said or said[name] in ("", None) or said[name] == known[name]:
            continue
        if name in RECEIVER and _tells_less(str(known[name]), str(said[name])):
            continue
        changes[name] = (known[name], said[name])
    return changes


def keep_settled(said: dict[str, Any], paid_fen: int, settled_fen: int, aside_fen: int) -> None:
    """What after-sales cases here paid back is never lowered by a file; what went past the platform is added to what it says."""
    if "refunded_fen" not in said and "refund" not in said:
        return
    back = max(said.get("refunded_fen", 0) + aside_fen, settled_fen)
    said["refunded_fen"] = back
    paid = said.get("paid_fen") or paid_fen
    said["refund"] = "full" if back >= paid else "asked" if said.get("refund") == "asked" else "partial"


def _tells_less(known: str, said: str) -> bool:
    return "*" in said and bool(known) and "*" not in known


# title, quantity, variant, SKU code, the platform's line id, price
LineFacts = tuple[str, int, str, str, str, int | None]


def lines_differ(known: Sequence[LineFacts], said: Sequence[LineFacts]) -> bool:
    """Whether a file tells of other items than are known.

    Exports differ in what they tell of an item: one that names no SKU does not undo one that did.
    """
    if not said:
        return False
    if not known:
        return True
    if sum(line[1] for line in known) != sum(line[1] for line in said):
        return True
    if any(line[3] or line[4] for line in known) and not any(line[3] or line[4] for line in said):
        return False
    if len(known) != len(said):
        return True
    return any(_line_differs(one, other) for one, other in zip(known, said, strict=True))


def _line_differs(known: LineFacts, said: LineFacts) -> bool:
    return any(after not in ("", None) and after != before for before, after in zip(known, said, strict=True))


# ---- Requirements ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Item:
    """What was ordered of one SKU, as far as a wish may be compared with it."""

    title: str
    variant: str
    sku_code: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to look at before the wish is passed on: a code for programs, facts for words."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)


_NUMBER = re.compile(r"(\d{1,4})\s*(?:件|个|套|条|双|包|盒|瓶|只|张|份)")
_CHINESE_NUMBER = re.compile(r"([一两二三四五六七八九十])\s*(?:件|个|套|条|双|包|盒|瓶|只|张|份)")
_DIGITS = {"一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 10}


def number_in(written: str) -> int | None:
    """How many pieces a customer's line speaks of, if it says exactly one number."""
    written = text.normalise(written)
    found = [int(number) for number in _NUMBER.findall(written)]
    found += [_DIGITS[number] for number in _CHINESE_NUMBER.findall(written)]
    return found[0] if len(set(found)) == 1 else None


def compare_with_ordered(kind: str, wish: str, items: Sequence[Item]) -> list[Notice]:
    """Where a wish about quantity or kind differs from what was ordered."""
    if not items:
        return []
    warnings = []
    wanted = number_in(wish)
    ordered = sum(item.quantity for item in items)
    if kind == "quantity" and wanted is not None and wanted != ordered:
        warnings.append(Notice("quantity-differs", {"wanted": wanted, "ordered": ordered}))
    if kind == "colour":
        folded = text.normalise(wish)
        named = [word for word in COLOURS if word in folded]
        described = text.normalise(" ".join(f"{item.variant} {item.title}" for item in items))
        missing = [word for word in named if word not in described]
        if missing:
            warnings.append(
                Notice("colour-differs", {"wanted": "、".join(missing), "ordered": _described(items)})
            )
    return warnings


COLOURS = (
    *(
        "深蓝",
        "浅蓝",
        "天蓝",
        "藏青",
        "墨绿",
        "深绿",
        "浅绿",
        "军绿",
        "深灰",
        "浅灰",
        "米白",
        "粉红",
        "玫红",
        "酒红",
    ),
    *("咖啡", "卡其", "米色", "黑", "白", "灰", "红", "橙", "黄", "绿", "蓝", "紫", "粉", "棕", "金", "银"),
)


def _described(items: Sequence[Item]) -> str:
    return "、".join(text.one_line(item.variant or item.title, 40) for item in items)


@dataclass(frozen=True, slots=True)
class TickBy:
    """By when a wish must be ticked, and the decision that says so."""

    at: datetime
    decision: Decision


def tick_by(wall: datetime, shop_cut_off: time | None, rules: Rules) -> TickBy | None:
    """A wish put at `wall` (the company's clock) is ticked some time before the next cut-off.

    The shop's own cut-off goes before the handbook's. Once today's moment has come, it is the next
    day's. None where no cut-off is known.
    """
    cut_off, because = shop_cut_off, []
    if cut_off is None:
        if not rules.has(CUT_OFF):
            return None
        cut_off = rules[CUT_OFF]
        because.append(rules.because(CUT_OFF, put_at=wall))
    facts = {"cut_off" if shop_cut_off is None else "shop_cut_off": cut_off, "put_at": wall}
    ahead = timedelta()
    if rules.has(REQUIREMENT_BEFORE_CUT_OFF):
        ahead = rules[REQUIREMENT_BEFORE_CUT_OFF]
        because.insert(0, rules.because(REQUIREMENT_BEFORE_CUT_OFF, **facts))
    days = (datetime.combine(wall.date() + timedelta(days=day), cut_off, wall.tzinfo) for day in count())
    due = next(moment - ahead for moment in days if moment - ahead > wall)
    outcome = f"{due:%Y-%m-%d %H:%M}"
    return TickBy(due.astimezone(UTC), Decision("orders.tick_by", outcome, because=tuple(because)))


def has_left(status: str) -> bool:
    return status in ("sent", "signed", "done")


def is_over(status: str, refund: str) -> bool:
    """Nothing of the order will be sent any more."""
    return status == "closed" or refund == "full"


def ends_tick(kind: str, status: str, refund: str) -> bool:
    """Whether the order's new stage leaves nothing to tick; an invoice may follow the parcel."""
    return is_over(status, refund) or (has_left(status) and kind != "invoice")


# ---- Showing ---------------------------------------------------------------------------------


def masked(name: str, value: str) -> str:
    """A value of an order's field as it may be shown to anybody who sees the order."""
    match name:
        case "phone":
            return masks.phone(value)
        case "receiver":
            return masks.name(value)
        case "address":
            return "****" if value else ""
        case "platform_remark" | "buyer_message":
            return masks.scrub(value)
    return value


# ---- Flags -----------------------------------------------------------------------------------


def flag_of(legend: Legend, written: str) -> str | None:
    """The legend's code for a flag as an export writes it: a code, a colour, 红旗; None if it has none."""
    folded = text.normalise(written).removesuffix("旗")
    for flag in legend:
        if folded in (
            flag.code.lower(),
            flag.letter.lower(),
            flag.colour,
            _COLOUR_NAMES.get(flag.colour, ""),
        ):
            return flag.code
    return None


_COLOUR_NAMES = {
    "grey": "灰", "red": "红", "yellow": "黄", "green": "绿", "blue": "蓝", "purple": "紫", "orange": "橙",
    "sky": "浅蓝", "pink": "浅粉", "forest": "深绿", "peach": "桃红",
}  # fmt: skip
