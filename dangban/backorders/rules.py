"""Pure decisions about customers who wait for goods, and about orders whose goods are not there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from dangban.backorders import clauses
from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules
from dangban.orders import clauses as order_clauses
from dangban.shops import clauses as shop_clauses

_PLACE = re.compile(r"\{([^{}\n]{1,20})\}")
# What a wording may name, in either language.
_NAMES = {"顾客": "customer", "商品": "goods", "件数": "pieces", "留到": "until", "店铺": "shop"}  # han


def waiting(today: date, asked: date | None, rules: Rules) -> tuple[date, Decision]:
    """Until which day a name stays on the register: as agreed, ``longest`` where that is too far or not agreed."""
    if not rules.has(clauses.WAIT_MOST):
        return asked or today + timedelta(days=365), Decision("backorders.waiting", "agreed")
    last = today + rules[clauses.WAIT_MOST]
    until = min(asked, last) if asked else last
    because = (rules.because(clauses.WAIT_MOST, wait_until=until),)
    return until, Decision("backorders.waiting", "agreed" if asked == until else "longest", because=because)


def is_over(until: date, today: date) -> bool:
    """The day until which the customer waits counts as a whole."""
    return today > until


def telling(wall: datetime, rules: Rules) -> tuple[datetime, Decision]:
    """When a customer may be told unasked, on the company's clock: now, or once the quiet hours are over."""
    if not rules.has(order_clauses.QUIET_HOURS):
        return wall, Decision("backorders.telling", "now")
    quiet = rules[order_clauses.QUIET_HOURS]
    because = (rules.because(order_clauses.QUIET_HOURS, wall=wall.time()),)
    if wall.time() not in quiet:
        return wall, Decision("backorders.telling", "now", because=because)
    opens = wall.replace(hour=quiet.end.hour, minute=quiet.end.minute, second=0, microsecond=0)
    return opens if opens > wall else opens + timedelta(days=1), Decision("backorders.telling", "later", because=because)


def reach_within(rules: Rules) -> tuple[timedelta, tuple[Because, ...]] | None:
    """How much duty time there is to reach a customer whose goods are there. None where no rule says."""
    if not rules.has(clauses.TELL_WITHIN):
        return None
    return rules[clauses.TELL_WITHIN], (rules.because(clauses.TELL_WITHIN),)


def reaching(way: str, answered: bool, rules: Rules) -> Decision:
    """Whether a contact ``reached`` the customer, or was only ``left``: words left in a chat are no contact
    where the handbook wants those who are off-line to be called."""
    written = way in ("chat", "platform")
    if not written or not rules.has(clauses.OFFLINE_BY_PHONE):
        return Decision("backorders.reaching", "reached" if answered or written else "left")
    because = (rules.because(clauses.OFFLINE_BY_PHONE, way=way, answered=answered),)
    reached = answered or not rules[clauses.OFFLINE_BY_PHONE]
    return Decision("backorders.reaching", "reached" if reached else "left", because=because)


def kept_until(since: datetime, rules: Rules) -> tuple[datetime, Decision] | None:
    """Until when goods are kept for a customer, counted from `since`. None: as long as it takes."""
    if not rules.has(clauses.KEEP_GOODS):
        return None
    until = since + rules[clauses.KEEP_GOODS]
    return until, Decision("backorders.keeping", "kept", because=(rules.because(clauses.KEEP_GOODS, ready_at=since),))


def wording(kind: str, facts: Mapping[str, str], rules: Rules) -> tuple[str, tuple[Because, ...]]:
    """The words for a customer, with what they name filled in once; "" where the handbook has none."""
    row = rules[clauses.WORDINGS].get(kind) if rules.has(clauses.WORDINGS) else None
    if row is None:
        return "", ()

    def put(match: re.Match[str]) -> str:
        name = match[1].strip()
        return facts.get(_NAMES.get(name, name), match[0])

    return _PLACE.sub(put, str(row.text)), (rules.because(clauses.WORDINGS),)


def compensation(paid_fen: int, rules: Rules) -> Decision:
    """What a customer gets whose order can't be sent: a share of what was paid, the least in any case,
    never more than was paid."""
    because: list[Because] = []
    amount = 0
    if rules.has(shop_clauses.LATE_DISPATCH_SHARE):
        because.append(rules.because(shop_clauses.LATE_DISPATCH_SHARE, paid_fen=paid_fen))
        amount = rules[shop_clauses.LATE_DISPATCH_SHARE].of(paid_fen)
    if rules.has(shop_clauses.LATE_DISPATCH_LEAST):
        because.append(rules.because(shop_clauses.LATE_DISPATCH_LEAST))
        amount = max(amount, rules[shop_clauses.LATE_DISPATCH_LEAST])
    return Decision("backorders.compensation", "granted" if amount else "none", amount_fen=min(amount, paid_fen), because=tuple(because))


def seller_told_by(at: datetime, shift_ends: datetime | None, day_ends: datetime, rules: Rules) -> tuple[datetime, Decision] | None:
    """By when whoever sold an order must know that it can't be sent: before their shift of today is over,
    else before the day is. None where the handbook doesn't ask for it."""
    if not rules.has(order_clauses.OUT_OF_STOCK_SAME_DAY) or not rules[order_clauses.OUT_OF_STOCK_SAME_DAY]:
        return None
    ends = shift_ends if shift_ends is not None and shift_ends > at else day_ends
    because = (rules.because(order_clauses.OUT_OF_STOCK_SAME_DAY, shift_ends=ends),)
    return ends, Decision("backorders.telling_seller", "due", because=because)


def day_over(wall: datetime) -> datetime:
    """The last minute of the day, on the same clock."""
    return datetime.combine(wall.date(), time(23, 59), wall.tzinfo)
