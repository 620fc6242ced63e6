"""How much of a case may be paid back, whose consent that takes, and where it may be sent.

Worked out step by step from what was found when the goods were looked at, never from what was announced.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dangban.aftersales.clauses.approvals import APPROVAL_LIMITS, TWO_PERSONS_ABOVE
from dangban.aftersales.clauses.freight import RETURN_DAMAGE
from dangban.aftersales.clauses.goods import GIFT_LOST
from dangban.aftersales.clauses.remedies import ADJUSTMENT_CAP
from dangban.aftersales.clauses.settlement import GIVEN_TAKEN_BACK
from dangban.aftersales.clauses.settling import CREDIT
from dangban.campaigns import rules as campaigns
from dangban.campaigns.rules import Offer
from dangban.handbook.decisions import Because, Decision
from dangban.lib import money
from dangban.orders.pricing.rules import AUTHORITIES, authority_of

from .assessment import Leg

if TYPE_CHECKING:
    from dangban.handbook.rulebook import Rules

# Kinds of settlements: what goes back for goods, what goes with it, what is given beside.
FOR_GOODS = ("refund", "difference")
FREIGHT = "freight"
GIVEN = ("compensation", "goodwill")
TO_BUYER = (*FOR_GOODS, FREIGHT, *GIVEN)
# Ways that need to know whom the money goes to.
TRANSFERS = ("alipay", "wechat", "bank")


# ---- What is known ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Unit:
    """So many pieces that came back: paid for in full, less what they lost, or not at all."""

    quantity: int
    verdict: str = "whole"
    condition: str = ""
    loss_fen: int = 0
    # Damaged on its way back to us.
    on_way_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the order: what was bought, what went back before, what comes back with this case."""

    title: str
    price_fen: int
    quantity: int
    product: int = 0
    category: str = ""
    gone: int = 0
    units: tuple[Unit, ...] = ()

    @property
    def left(self) -> int:
        """Pieces that the customer had before this case."""
        return max(0, self.quantity - self.gone)

    @property
    def back(self) -> int:
        """Pieces of this case that count."""
        return min(self.left, sum(unit.quantity for unit in self.units if unit.verdict != "none"))


@dataclass(frozen=True, slots=True)
class Done:
    """Payments of this case that were made or are under way, by what they are for."""

    goods_fen: int = 0
    freight_fen: int = 0
    given_fen: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """An order, what came back of it in one case, and what has been paid so far."""

    paid_fen: int
    freight_fen: int = 0
    lines: tuple[Line, ...] = ()
    # Offers that held when it was ordered; the set that explains what was paid is taken.
    offers: tuple[tuple[Offer, ...], ...] = ()
    gifts_missing: int = 0
    gift_value_fen: int = 0
    # What was given in the case so that the goods are kept.
    given_fen: int = 0
    # The worth of goods that were sent instead.
    resent_fen: int = 0
    # What comes back is replaced: the discounts of the basket stay earned.
    kept_basket: bool = False
    legs: tuple[Leg, ...] = ()
    # The outbound freight went back with another case.
    outbound_gone: bool = False
    # Most that the assessment lets be given beside; None: no limit of its own.
    given_limit_fen: int | None = None
    done: Done = field(default_factory=Done)
    # Paid or under way in other cases of the order, and refunded without any case.
    elsewhere_fen: int = 0


# ---- The ceiling --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the reckoning: what it is, what it adds or takes off, and what is then left."""

    code: str
    fen: int
    after_fen: int
    note: str = ""
    because: tuple[Because, ...] = ()


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The most that may go back in this case, how it came about, and what is left of it."""

    goods_fen: int
    freight_fen: int
    steps: tuple[Step, ...]
    done: Done
    order_left_fen: int
    given_left_fen: int

    @property
    def total_fen(self) -> int:
        return self.goods_fen + self.freight_fen

    @property
    def left_fen(self) -> int:
        """For goods and freight together."""
        return max(0, self.total_fen - self.done.goods_fen - self.done.freight_fen)

    def most(self, kind: str) -> int:
        """What a further payment of this kind may come to."""
        if kind in FOR_GOODS:
            return min(self.left_fen, self.order_left_fen)
        if kind == FREIGHT:
            return min(self.left_fen, max(0, self.freight_fen - self.done.freight_fen))
        return min(self.given_left_fen, self.order_left_fen)

    @property
    def because(self) -> tuple[Because, ...]:
        return tuple(one for step in self.steps for one in step.because)


class _Reckoning:
    """Steps as they are written down."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.sum_fen = 0

    def take(self, code: str, fen: int, note: str = "", because: Iterable[Because] = (), *, always: bool = False) -> None:
        """Never below nothing: what is taken off beyond is not owed by the customer."""
        fen = max(fen, -self.sum_fen)
        if fen or always:
            self.sum_fen += fen
            self.steps.append(Step(code, fen, self.sum_fen, note, tuple(because)))


def ceiling(facts: Facts, rules: Rules) -> Ceiling:
    """What may go back for the pieces that came back as they are, after every discount and deduction."""
    reckoning = _Reckoning()
    _goods(facts, rules, reckoning)
    _deductions(facts, rules, reckoning)
    goods = reckoning.sum_fen
    _freight(facts, reckoning)
    # Freight that is taken off lowers what goes back for the goods; freight that is made good is kept apart.
    freight = sum(step.fen for step in reckoning.steps if step.code.startswith("leg_") and step.fen > 0)
    goods = max(0, reckoning.sum_fen - freight)
    done = facts.done
    order_left = max(0, facts.paid_fen - facts.elsewhere_fen - done.goods_fen - done.given_fen)
    limit = order_left if facts.given_limit_fen is None else max(0, facts.given_limit_fen - done.given_fen)
    return Ceiling(goods, freight, tuple(reckoning.steps), done, order_left, limit)


def goods_fen(facts: Facts) -> int:
    """What was paid for the goods, freight aside."""
    return max(0, facts.paid_fen - facts.freight_fen)


def _goods(facts: Facts, rules: Rules, reckoning: _Reckoning) -> None:
    before = [(line, line.left) for line in facts.lines]
    after = [(line, line.left - line.back) for line in facts.lines]
    worth = min(_worth(before, facts, rules), goods_fen(facts))
    kept = min(_worth(after, facts, rules), worth)
    share = _share(facts, worth)
    if facts.kept_basket:
        kept = worth - share
    pieces = "、".join(f"{line.title} ×{line.back}" for line in facts.lines if line.back)
    reckoning.take("share", share, pieces, always=True)
    because = _campaign_reasons(facts, rules) if worth - kept != share else ()
    reckoning.take("threshold", worth - kept - share, "", because)


def _share(facts: Facts, worth_fen: int) -> int:
    """The part of what the goods left are worth that falls on the pieces that come back."""
    weights = [part for line in facts.lines for part in (line.back * line.price_fen, (line.left - line.back) * line.price_fen)]
    if not any(weights):
        weights = [part for line in facts.lines for part in (line.back, line.left - line.back)]
    if not any(weights):
        return 0
    return sum(money.split(worth_fen, weights)[0::2])


def _worth(pieces: Sequence[tuple[Line, int]], facts: Facts, rules: Rules) -> int:
    """What a part of the order would have cost, by the offers that explain what the whole did."""
    whole = sum(line.price_fen * line.quantity for line in facts.lines)
    paid = goods_fen(facts)
    if not any(number for _line, number in pieces):
        return 0
    if not whole:
        quantity = sum(line.quantity for line in facts.lines)
        return paid * sum(number for _line, number in pieces) // quantity if quantity else 0
    offers = _explaining(facts, rules)
    full = _price([(line, line.quantity) for line in facts.lines], offers, rules)
    part = _price(pieces, offers, rules)
    # What was taken off beside the offers goes down in proportion.
    return part * paid // full if full else 0


def _explaining(facts: Facts, rules: Rules) -> tuple[Offer, ...]:
    """Of the sets of offers the one whose price comes nearest to what was paid, the first of equal ones."""
    if not facts.offers:
        return ()
    whole = [(line, line.quantity) for line in facts.lines]
    return min(facts.offers, key=lambda offers: abs(_price(whole, offers, rules) - goods_fen(facts)))


def _price(pieces: Sequence[tuple[Line, int]], offers: Sequence[Offer], rules: Rules) -> int:
    lines = tuple(campaigns.Line(line.product, line.price_fen, number, line.category) for line, number in pieces if number)
    if not offers:
        return sum(line.price_fen * line.quantity for line in lines)
    return campaigns.price(campaigns.Basket(lines), offers, rules).goods_fen


def _campaign_reasons(facts: Facts, rules: Rules) -> tuple[Because, ...]:
    kept = tuple(campaigns.Line(line.product, line.price_fen, line.left - line.back, line.category) for line in facts.lines if line.left > line.back)
    return campaigns.price(campaigns.Basket(kept), _explaining(facts, rules), rules).decision.because if kept else ()


def _deductions(facts: Facts, rules: Rules, reckoning: _Reckoning) -> None:
    less = [unit for line in facts.lines for unit in line.units if unit.verdict == "less"]
    by_rule = (rules.because(RETURN_DAMAGE),) if rules.has(RETURN_DAMAGE) and any(unit.on_way_back for unit in less) else ()
    reckoning.take("loss", -sum(unit.loss_fen for unit in less), "", by_rule)
    missing = facts.gifts_missing * facts.gift_value_fen
    if missing and rules.has(GIFT_LOST):
        because = rules.because(GIFT_LOST, gifts_missing=facts.gifts_missing, amount=_yuan(missing))
        reckoning.take("gift", -missing, f"×{facts.gifts_missing}", (because,))
    if facts.given_fen and any(line.back for line in facts.lines) and rules.has(GIVEN_TAKEN_BACK) and rules[GIVEN_TAKEN_BACK]:
        reckoning.take("given", -facts.given_fen, "", (rules.because(GIVEN_TAKEN_BACK, given=_yuan(facts.given_fen)),))
    reckoning.take("resent", -facts.resent_fen)


def _freight(facts: Facts, reckoning: _Reckoning) -> None:
    for leg in facts.legs:
        if leg.borne_by == "buyer" and leg.advanced_by == "seller" and leg.paid_back_how == "deducted":
            reckoning.take(f"off_{leg.leg}", -leg.fen)
    for leg in facts.legs:
        if leg.borne_by == "seller" and leg.advanced_by == "buyer" and not (leg.leg == "out" and facts.outbound_gone):
            reckoning.take(f"leg_{leg.leg}", leg.fen)


def owed_fen(legs: Sequence[Leg]) -> int:
    """Freight that the customer pays by a link before goods leave."""
    return sum(leg.fen for leg in legs if leg.borne_by == "buyer" and leg.advanced_by == "seller" and leg.paid_back_how == "link")


# ---- Units --------------------------------------------------------------------------------------

_WHOLE = frozenset({"good", "opened"})
_NEVER = frozenset({"swapped", "missing"})
# What an inspector calls it → the column of the table of conditions.
_COLUMN = {"used": "used", "soiled": "soiled", "opened": "opened_seal"}


def verdict(condition: str, responsibility: str, table: object, category: str) -> str:
    """``whole``, ``less`` (the loss is taken off) or ``none``, for pieces found in this condition."""
    if condition in _NEVER:
        return "none"
    if condition in _WHOLE or responsibility not in ("customer", ""):
        return "whole"
    column = _COLUMN.get(condition)
    at = getattr(table, "at", None)
    if responsibility == "" and condition in ("damaged", "defective"):
        # Nobody said whose doing it is: the customer's word stands until somebody does.
        return "whole"
    if column is None or at is None:
        return "none"
    return {"ok": "whole", "deduct": "less"}.get(str(at(category, column)), "none")


def damage_back(rules: Rules) -> Decision:
    """Who bears what was damaged on its way back: the ``buyer``, or it is claimed on the ``courier``."""
    if not rules.has(RETURN_DAMAGE):
        return Decision("aftersales.return_damage", "courier")
    return Decision("aftersales.return_damage", str(rules[RETURN_DAMAGE]), because=(rules.because(RETURN_DAMAGE),))


# ---- Whose consent ------------------------------------------------------------------------------


def authority(kind: str, amount_fen: int, level: str, rules: Rules) -> Decision:
    """``own``, or who is asked: ``leader``, ``supervisor``, ``manager``. `amount_fen` is all of this sort in the case.

    Above the limit for two people somebody else agrees whatever one's own limit.
    """
    own = authority_of(level)
    because = []
    enough = True
    if rules.has(APPROVAL_LIMITS):
        because.append(rules.because(APPROVAL_LIMITS, kind=kind, amount=_yuan(amount_fen), who=own))
        enough = covers(own, kind, amount_fen, rules)
    if rules.has(TWO_PERSONS_ABOVE) and amount_fen > rules[TWO_PERSONS_ABOVE]:
        because.append(rules.because(TWO_PERSONS_ABOVE, amount=_yuan(amount_fen)))
        enough = False
    if enough:
        return Decision("aftersales.settlement", "own", amount_fen, tuple(because))
    above = AUTHORITIES[AUTHORITIES.index(own) + 1 :] or AUTHORITIES[-1:]
    asked = next((who for who in above if covers(who, kind, amount_fen, rules)), AUTHORITIES[-1])
    return Decision("aftersales.settlement", asked, amount_fen, tuple(because))


def covers(who: str, kind: str, amount_fen: int, rules: Rules) -> bool:
    """Whether somebody's own limit is enough; who stands in no line of the table has none above them."""
    if not rules.has(APPROVAL_LIMITS):
        return True
    rows = {row.who: row for row in rules[APPROVAL_LIMITS]}
    row = rows.get(who)
    if row is None:
        return AUTHORITIES.index(who) > max((AUTHORITIES.index(name) for name in rows), default=-1)
    return amount_fen <= (row.compensation if kind in GIVEN else row.refund)


def granting(kind: str, amount_fen: int, level: str, rules: Rules) -> Decision:
    """Whether somebody of this level ``may`` agree to it, or it is ``beyond`` them."""
    who = authority_of(level)
    because = (rules.because(APPROVAL_LIMITS, kind=kind, amount=_yuan(amount_fen), who=who),) if rules.has(APPROVAL_LIMITS) else ()
    return Decision("aftersales.settlement_grant", "may" if covers(who, kind, amount_fen, rules) else "beyond", amount_fen, because)


def needs_two(amount_fen: int, rules: Rules) -> bool:
    return rules.has(TWO_PERSONS_ABOVE) and amount_fen > rules[TWO_PERSONS_ABOVE]


# ---- Accounts -----------------------------------------------------------------------------------

_PHONE = re.compile(r"1[3-9]\d{9}")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_BANK = re.compile(r"\d{12,30}")
_WECHAT = re.compile(r"[A-Za-z][-\w]{5,19}|1[3-9]\d{9}")


def account_fault(way: str, account: str) -> str:
    """What is wrong with an account: ``alipay``, ``bank``, ``checksum``, ``wechat``; nothing where it can be paid to."""
    plain = "".join(account.split())
    if way == "alipay":
        return "" if _PHONE.fullmatch(plain) or _MAIL.fullmatch(plain) else "alipay"
    if way == "wechat":
        return "" if _WECHAT.fullmatch(plain) else "wechat"
    if way == "bank":
        if not _BANK.fullmatch(plain):
            return "bank"
        # Cards carry a check digit; accounts of companies do not.
        return "checksum" if plain.startswith("62") and len(plain) in (16, 17, 18, 19) and not _luhn(plain) else ""
    return ""


def same_name(payee: str, receiver: str) -> bool:
    """Whether the payee is the receiver; a masked name agrees where what it shows does."""
    payee, receiver = "".join(payee.split()), "".join(receiver.split())
    if not payee or not receiver:
        return False
    if "*" not in receiver:
        return payee == receiver
    pattern = re.escape(receiver).replace(r"\*", ".")
    return re.fullmatch(re.sub(r"\.+", ".+", pattern), payee) is not None


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        number = int(digit) * (2 if place % 2 else 1)
        total += number - 9 if number > 9 else number
    return total % 10 == 0


def credit_allowed(rules: Rules) -> bool:
    return not rules.has(CREDIT) or rules[CREDIT]


def given_reasons(rules: Rules) -> tuple[Because, ...]:
    return (rules.because(ADJUSTMENT_CAP),) if rules.has(ADJUSTMENT_CAP) else ()


def _yuan(amount_fen: int) -> str:
    return f"{amount_fen / 100:.2f}"
