"""What may be offered, in the handbook's order, with its limits."""

from __future__ import annotations

from collections.abc import Sequence

from dangban.aftersales.clauses.remedies import (
    ADJUSTMENT_CAP,
    REMEDIES,
    REMEDIES_FOR,
    SHIP_FIRST,
    SURPLUS_DENIED,
    SURPLUS_KEPT,
)
from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.shops.clauses import LATE_DISPATCH_LEAST, LATE_DISPATCH_SHARE

from .facts import Facts
from .findings import Finding, Findings, stand
from .freight import yuan
from .reasons import party_of
from .results import Remedy

# What nobody can do with goods that have not been sent, or not been signed for.
BEFORE_SENDING = frozenset({"return", "exchange", "repair", "reship"})
BEFORE_SIGNING = frozenset({"repair", "exchange"})
MONEY_BACK = ("refund", "return")


def offered(facts: Facts, rules: Rules, drops: frozenset[str]) -> tuple[Remedy, ...]:
    """The remedies that are to be had, first things first."""
    if facts.reason == "over":
        return _surplus(facts, rules)
    table = rules.because(REMEDIES_FOR, reason=facts.reason)
    row = rules[REMEDIES_FOR].get(facts.reason)
    codes = [code for code in _possible(facts, row.offers if row else MONEY_BACK) if code not in drops]
    return tuple(_remedy(code, facts, rules, table) for code in ordered(codes, rules))


def ordered(codes: Sequence[str], rules: Rules) -> list[str]:
    """In the handbook's order; what it doesn't place comes last."""
    order: tuple[str, ...] = rules[REMEDIES]
    places = {code: place for place, code in enumerate(order)}
    return sorted(codes, key=lambda code: places.get(code, len(places)))


def compensation_limit(facts: Facts, rules: Rules) -> tuple[int, tuple[Because, ...]]:
    """How much money may go with goods that are kept, and by which rule."""
    if facts.reason == "late":
        most = max(rules[LATE_DISPATCH_LEAST], rules[LATE_DISPATCH_SHARE].of(facts.paid_fen))
        because = (rules.because(LATE_DISPATCH_SHARE, paid=yuan(facts.paid_fen)), rules.because(LATE_DISPATCH_LEAST))
        return min(most, facts.paid_fen), because
    cap = rules[ADJUSTMENT_CAP]
    if cap == "none":
        most = facts.paid_fen
    elif cap == "freight":
        most = facts.freight_out_fen
    else:
        most = facts.freight_back_fen + facts.freight_again_fen or 2 * facts.freight_out_fen
    most = min(most, facts.paid_fen)
    return most, (rules.because(ADJUSTMENT_CAP, most=yuan(most)),)


def look(facts: Facts, remedies: Sequence[Remedy], drops: frozenset[str], rules: Rules) -> Findings:
    """What of the wish goes beyond what may be had: another remedy, more money, goods before the return."""
    if facts.reason == "over":
        yield Finding(remedies[0].because[0])
        return
    codes = {one.code for one in remedies}
    # What the customer does not have yet is not sent back but stopped.
    wanted = "refund" if facts.wanted == "return" and facts.signed_at is None else facts.wanted
    if wanted not in codes and wanted not in drops:
        because = rules.because(REMEDIES_FOR, reason=facts.reason, wanted=facts.wanted)
        yield Finding(because, needs=("other_remedy", "supervisor"))
    if facts.wanted == "adjust" and facts.asked_fen:
        most, because_of = compensation_limit(facts, rules)
        yield Finding(because_of[0], needs=("beyond_cap", "supervisor") if facts.asked_fen > most else None)
    if facts.ship_first and facts.wanted == "exchange" and facts.signed_at is not None:
        yield _ship_first(facts, rules)


def _possible(facts: Facts, offers: Sequence[str]) -> list[str]:
    """Of what there is for the reason, what can be done where the goods are."""
    if not facts.was_sent:
        return [code for code in dict.fromkeys((*offers, "refund")) if code not in BEFORE_SENDING]
    if facts.signed_at is None:
        return [code for code in dict.fromkeys((*offers, "refund")) if code not in BEFORE_SIGNING]
    return list(offers)


def _surplus(facts: Facts, rules: Rules) -> tuple[Remedy, ...]:
    """Too much was sent: given back, fetched, or shown to the platform."""
    if not facts.surplus_admitted:
        because = rules.because(SURPLUS_DENIED, admitted=False)
        return tuple(Remedy(code, None, (because,)) for code in rules[SURPLUS_DENIED])
    if facts.surplus_given_back:
        because = rules.because(SURPLUS_KEPT, admitted=True)
        return (Remedy("collect", None, (because,)),)
    because = rules.because(SURPLUS_KEPT, admitted=True)
    return tuple(Remedy(code, None, (because,)) for code in rules[SURPLUS_KEPT])


def _remedy(code: str, facts: Facts, rules: Rules, table: Because) -> Remedy:
    if code == "adjust":
        most, because = compensation_limit(facts, rules)
        return Remedy(code, most, (table, *because))
    return Remedy(code, facts.paid_fen if code in MONEY_BACK else None, (table,))


def _ship_first(facts: Facts, rules: Rules) -> Finding:
    first = stand(rules, SHIP_FIRST, ship_first=True, reason=facts.reason, return_number=bool(facts.return_number))
    line = first.value
    ours = party_of(facts.reason) != "buyer"
    may = line.when == "always" or (line.when == "our_fault" and ours)
    if not may or (line.number and not facts.return_number):
        return Finding(first.because, later=True)
    return Finding(first.because, needs=("ship_first", line.who))
