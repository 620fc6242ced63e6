"""Whose freight? Every way split to the cent: who bears it, who pays first, how it is made good."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dangban.aftersales.clauses.evidence import NOTHING_WRONG
from dangban.aftersales.clauses.freight import (
    ADVANCED_BY,
    FREE_SHIPPING_LOST,
    FREE_SHIPPING_OUT,
    FREIGHT,
    INSURANCE_FIRST,
    PAID_BACK,
    RESENDING_OURS,
    RETURN_FREIGHT_CAP,
    SENT_DESPITE_REFUND,
)
from dangban.aftersales.clauses.goods import MISUSE
from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules

from . import way_back
from .evidence import row_of
from .facts import Facts
from .findings import stand
from .results import Leg

# Which ways there are to what is wanted, once the customer has the goods.
WAYS = {
    "return": ("out", "back"),
    "refund": (),
    "exchange": ("back", "again"),
    "reship": ("again",),
    "adjust": (),
    "repair": ("back", "again"),
}


@dataclass
class Bill:
    """The freight as it is made out, and the rules it rests on."""

    legs: list[Leg] = field(default_factory=list)
    because: list[Because] = field(default_factory=list)

    def rests_on(self, reason: Because) -> None:
        if all(one.path != reason.path for one in self.because):
            self.because.append(reason)


def bill(facts: Facts, rules: Rules) -> Bill:
    """The freight of what is wanted. A way whose cost is not known yet is there with nothing."""
    made = Bill()
    for way in ways(facts):
        bearer = _bearer(way, facts, rules, made)
        made.legs += {"out": _out, "back": _back, "again": _again}[way](bearer, facts, rules, made)
    return made


def ways(facts: Facts) -> tuple[str, ...]:
    """Outbound, back, and out again, as far as what is wanted takes them."""
    if not facts.was_sent:
        return ()
    if facts.signed_at is None and facts.wanted in ("refund", "return"):
        # Stopped on its way: the courier brings it back.
        return ("out", "back")
    if facts.reason == "over":
        return ("back",) if facts.surplus_admitted else ()
    return WAYS.get(facts.wanted, ())


def nothing_wrong(facts: Facts, rules: Rules) -> Bill:
    """Goods that were sent back and have no fault go home again, as the handbook charges it."""
    made = Bill([], [rules.because(NOTHING_WRONG, found="good")])
    if rules[NOTHING_WRONG] == "charge":
        made.legs = [Leg("back", facts.freight_back_fen, "buyer", "buyer"), Leg("again", facts.freight_again_fen, "buyer", "buyer", "link")]
        return made
    for way in ("back", "again"):
        bearer = _bearer(way, facts, rules, made)
        made.legs += {"back": _back, "again": _again}[way](bearer, facts, rules, made)
    return made


def resending(earlier: int, surcharge_fen: int, rules: Rules) -> tuple[Decision, Leg]:
    """What sending again costs beyond the first freight, where a courier could not deliver: the first times
    are ours, later ones the customer's."""
    bearer = "seller" if earlier < rules[RESENDING_OURS] else "buyer"
    decision = Decision("aftersales.resending", bearer, surcharge_fen, (rules.because(RESENDING_OURS, earlier=earlier),))
    return decision, Leg("again", surcharge_fen, bearer, bearer, "link" if bearer == "buyer" else "")


def _bearer(way: str, facts: Facts, rules: Rules, made: Bill) -> str:
    if facts.misused:
        made.rests_on(rules.because(MISUSE, misused=True))
        return "buyer"
    if facts.sent_at and facts.wanted in ("refund", "return") and facts.asked_at < facts.sent_at:
        despite = stand(rules, SENT_DESPITE_REFUND, asked_at=facts.asked_at, sent_at=facts.sent_at)
        made.rests_on(despite.because)
        return str(despite.value)
    bearer = _by_reason(row_of(facts), rules, made)[way]
    if way == "out" and bearer == "buyer" and facts.free_shipping:
        return _free_shipping(facts, rules, made)
    return bearer


def _by_reason(row: str, rules: Rules, made: Bill) -> Mapping[str, str]:
    """The line of the matrix for a reason, as far as the law lets it stand."""
    stated, lawful = rules[FREIGHT].cells, rules.capped(FREIGHT).cells
    cells: Mapping[str, str] = lawful.get(row, lawful["dislike"])
    if all(one.path != FREIGHT.path for one in made.because):
        told = {"reason": row}
        if stated.get(row, cells) != cells and FREIGHT.bound is not None:
            told["by_law"] = FREIGHT.bound.source
        made.because.append(rules.because(FREIGHT, **told))
    return cells


def _free_shipping(facts: Facts, rules: Rules, made: Bill) -> str:
    """Freight that was free is not charged afterwards, unless what is kept no longer earns it."""
    if facts.loses_free_shipping:
        made.rests_on(rules.because(FREE_SHIPPING_LOST, free_shipping=True))
        return rules[FREE_SHIPPING_LOST]
    free = stand(rules, FREE_SHIPPING_OUT, free_shipping=True)
    made.rests_on(free.because)
    return str(free.value)


def _out(bearer: str, facts: Facts, _: Rules, __: Bill) -> Iterator[Leg]:
    """Paid already: by us where it was free, else by the customer with the goods."""
    first = "seller" if facts.free_shipping else "buyer"
    how = "" if first == bearer else "refund" if bearer == "seller" else "deducted"
    yield Leg("out", facts.freight_out_fen, bearer, first, how)


def _back(bearer: str, facts: Facts, rules: Rules, made: Bill) -> Iterator[Leg]:
    owed = facts.freight_back_fen
    if facts.insured_freight and facts.insurance_fen and rules[INSURANCE_FIRST]:
        made.rests_on(rules.because(INSURANCE_FIRST, insurance=yuan(min(facts.insurance_fen, owed))))
        insured = min(facts.insurance_fen, owed)
        yield Leg("back", insured, "insurance", "buyer", "insurance")
        owed -= insured
    if bearer == "buyer":
        yield _customers_way_back(owed, facts, rules)
        return
    ours = owed if _courier_brings_it(facts) else _capped(owed, facts, rules, made)
    yield _our_way_back(ours, facts, rules, made)
    if owed > ours:
        yield Leg("back", owed - ours, "buyer", "buyer")


def _courier_brings_it(facts: Facts) -> bool:
    return facts.signed_at is None or facts.reason == "over"


def _customers_way_back(fen: int, facts: Facts, rules: Rules) -> Leg:
    by_us = _courier_brings_it(facts) or _collected(facts, rules)
    return Leg("back", fen, "buyer", "seller", "deducted") if by_us else Leg("back", fen, "buyer", "buyer")


def _our_way_back(fen: int, facts: Facts, rules: Rules, made: Bill) -> Leg:
    if _courier_brings_it(facts) or _collected(facts, rules):
        return Leg("back", fen, "seller", "seller")
    made.rests_on(rules.because(ADVANCED_BY))
    if rules[ADVANCED_BY] == "seller":
        return Leg("back", fen, "seller", "seller")
    made.rests_on(rules.because(PAID_BACK, wanted=facts.wanted))
    paid_back = rules[PAID_BACK]
    return Leg("back", fen, "seller", "buyer", paid_back.refunded if facts.wanted == "return" else paid_back.exchanged)


def _capped(owed: int, facts: Facts, rules: Rules, made: Bill) -> int:
    """What we bear of a way back: no more than it cost us to send it, where the handbook says so."""
    if rules[RETURN_FREIGHT_CAP] == "none" or not facts.freight_out_fen or owed <= facts.freight_out_fen:
        return owed
    made.rests_on(rules.because(RETURN_FREIGHT_CAP, freight_out=yuan(facts.freight_out_fen), freight_back=yuan(owed)))
    return facts.freight_out_fen


def _collected(facts: Facts, rules: Rules) -> bool:
    return facts.collect and way_back.takes_collect(facts.courier_back, rules)


def _again(bearer: str, facts: Facts, _: Rules, __: Bill) -> Iterator[Leg]:
    yield Leg("again", facts.freight_again_fen, bearer, bearer, "link" if bearer == "buyer" else "")


def yuan(fen: int) -> str:
    return f"{fen / 100:.2f}"
