"""Pure decisions about discounts: whose authority they take, and below what nobody may sell."""

from __future__ import annotations

from dataclasses import dataclass

from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import Row
from dangban.orders.clauses import AUTHORITY, DISCOUNT_LIMITS, PRICE_FLOOR

# From the least authority to the most.
AUTHORITIES = ("agent", "leader", "supervisor", "manager")
_LEVELS = {"leader": "leader", "deputy": "supervisor", "supervisor": "supervisor", "manager": "manager"}
# Who answers what goes beyond the authority below.
NEEDS = {"leader": "orders.discount", "supervisor": "orders.discount_high", "manager": "orders.discount_high"}


@dataclass(frozen=True, slots=True)
class Discount:
    """What is to come off a basket: of the goods' price, the freight, and what is put in as a gift."""

    basket_fen: int
    list_fen: int
    off_fen: int = 0
    freight_free: bool = False
    freight_fen: int = 0
    gift_fen: int = 0
    has_gift: bool = False
    # What has come off already: the limits are of all together.
    given_fen: int = 0
    given_gift_fen: int = 0

    @property
    def before_fen(self) -> int:
        """The basket before anything came off it."""
        return self.basket_fen + self.given_fen

    @property
    def goods_fen(self) -> int:
        return self.basket_fen - self.off_fen

    @property
    def price_fen(self) -> int:
        """What the customer pays, freight and all."""
        return self.goods_fen + (0 if self.freight_free else self.freight_fen)


def authority_of(level: str) -> str:
    return _LEVELS.get(level, "agent")


def limit(who: str, basket_fen: int, rules: Rules) -> Row | None:
    """What this authority may do with a basket of this value: the line with the highest threshold that it reaches."""
    rows = [row for row in rules[DISCOUNT_LIMITS] if row.who == who and row.basket <= basket_fen]
    return max(rows, key=lambda row: row.basket, default=None)


def left_fen(row: Row, discount: Discount) -> int:
    """What may still come off by this line, after what has already."""
    most = row.off if row.share is None else min(row.off, row.share.of(discount.before_fen))
    return max(0, most - discount.given_fen)


def covers(who: str, discount: Discount, rules: Rules) -> bool:
    """Whether an authority is enough for all of it at once."""
    row = limit(who, discount.before_fen, rules)
    if row is None:
        return False
    off = not discount.off_fen or discount.off_fen <= left_fen(row, discount)
    # A gift of nothing allowed is no gift, whatever it is said to be worth.
    gift = not discount.has_gift or (row.gift > 0 and discount.given_gift_fen + discount.gift_fen <= row.gift)
    return off and (row.freight or not discount.freight_free) and gift


def deciding(discount: Discount, level: str, rules: Rules) -> Decision:
    """``own``, or the authority to be asked (``leader``, ``supervisor``, ``manager``); ``floor`` where it
    would be sold below what the handbook allows anybody, ``nobody`` where it is beyond everyone."""
    own = authority_of(level)
    because = []
    if discount.off_fen and rules.has(PRICE_FLOOR):
        because.append(rules.because(PRICE_FLOOR, list_price=yuan(discount.list_fen), price=yuan(discount.goods_fen)))
        if discount.goods_fen < floor_fen(discount.list_fen, rules):
            return Decision("orders.discount", "floor", discount.price_fen, tuple(because))
    if not rules.has(DISCOUNT_LIMITS):
        return Decision("orders.discount", "own" if own == "manager" else "manager", discount.price_fen, tuple(because))
    because.insert(0, _because(discount, own, rules))
    if covers(own, discount, rules):
        return Decision("orders.discount", "own", discount.price_fen, tuple(because))
    above = AUTHORITIES[AUTHORITIES.index(own) + 1 :]
    asked = next((who for who in above if covers(who, discount, rules)), "nobody")
    return Decision("orders.discount", asked, discount.price_fen, tuple(because))


def granting(discount: Discount, level: str, rules: Rules) -> Decision:
    """Whether somebody of this level ``may`` grant it, or it is ``beyond`` them, too."""
    who = authority_of(level)
    if not rules.has(DISCOUNT_LIMITS):
        return Decision("orders.discount_grant", "may" if who == "manager" else "beyond")
    outcome = "may" if covers(who, discount, rules) else "beyond"
    return Decision("orders.discount_grant", outcome, because=(_because(discount, who, rules),))


def floor_fen(list_fen: int, rules: Rules) -> int:
    return rules[PRICE_FLOOR].of(list_fen) if rules.has(PRICE_FLOOR) else 0


def yuan(amount_fen: int) -> str:
    return f"{amount_fen / 100:.2f}"


def _because(discount: Discount, who: str, rules: Rules) -> Because:
    return rules.because(
        DISCOUNT_LIMITS, by_whom=AUTHORITY.show(who), basket=yuan(discount.before_fen), off=yuan(discount.given_fen + discount.off_fen), freight=discount.freight_free,
        gift=yuan(discount.given_gift_fen + discount.gift_fen),
    )  # fmt: skip
