"""Goods we take back at all? Not of other shops, not spoilt by use, not excluded by law, no gifts, not for ever exchanged."""

from __future__ import annotations

from dangban.aftersales.clauses.goods import (
    CONDITION,
    EXCHANGES,
    EXCLUDED_GOODS,
    GIFT_LOST,
    GIFTS_CLAIMABLE,
    MISUSE,
    ONLY_OURS,
)
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import Words

from .facts import CATEGORIES, CONDITIONS, EXCLUDED, Facts
from .findings import Finding, Findings, stand
from .reasons import AS_NEW


def look(facts: Facts, rules: Rules) -> Findings:
    """What the goods themselves have against it."""
    if not facts.bought_here:
        ours = stand(rules, ONLY_OURS, bought_here=False)
        yield ours.refuses("not_ours") if ours.value else Finding(ours.because)
    if facts.misused:
        misuse = stand(rules, MISUSE, misused=True, wanted=facts.wanted)
        paid = misuse.value == "repair" and facts.wanted == "repair"
        yield Finding(misuse.because) if paid else misuse.refuses("misused")
    if facts.gift_claimed:
        gifts = stand(rules, GIFTS_CLAIMABLE, gift_claimed=True)
        yield Finding(gifts.because) if gifts.value else gifts.refuses("gift_claim")
    if facts.reason in AS_NEW and facts.undoes_the_purchase:
        yield from _excluded(facts, rules)
        yield from _exchanged_before(facts, rules)
        yield from _condition(facts, rules)
    if facts.wanted == "return" and facts.gifts_back is not None and facts.gifts_back < facts.gifts_owed:
        yield _gift_lost(facts, facts.gifts_back, rules)


def _excluded(facts: Facts, rules: Rules) -> Findings:
    excluded = stand(
        rules, EXCLUDED_GOODS, excluded=facts.excluded, confirmed=facts.exclusion_confirmed, opened_seal=facts.opened_seal
    ) if facts.excluded else None  # fmt: skip
    row = excluded.value.get(facts.excluded) if excluded else None
    if excluded is None or row is None or (row.unsealed and not facts.opened_seal):
        return
    if row.confirm and not facts.exclusion_confirmed:
        yield Finding(excluded.because)
    else:
        yield excluded.refuses("excluded", EXCLUDED.get(facts.excluded, Words("", "")))


def _exchanged_before(facts: Facts, rules: Rules) -> Findings:
    if facts.earlier_exchanges and facts.earlier_exchanges >= rules[EXCHANGES]:
        most = stand(rules, EXCHANGES, earlier_exchanges=facts.earlier_exchanges)
        yield most.refuses("exchanged", Words(f"{most.value} 次", f"{most.value}"))


def _condition(facts: Facts, rules: Rules) -> Findings:
    if not facts.conditions:
        return
    kind = facts.category if facts.category in CATEGORIES else "other"
    table = stand(rules, CONDITION, category=kind, condition=list(facts.conditions))
    said = {name: table.value.at(kind, name) for name in facts.conditions}
    blocks = [CONDITIONS[name] for name, what in said.items() if what == "blocks"]
    if blocks:
        yield table.refuses("condition", Words("、".join(one.zh for one in blocks), ", ".join(one.en for one in blocks)))
    else:
        yield Finding(table.because, deducts=tuple(name for name, what in said.items() if what == "deduct"))


def _gift_lost(facts: Facts, back: int, rules: Rules) -> Finding:
    lost = stand(rules, GIFT_LOST, gifts_owed=facts.gifts_owed, gifts_back=back)
    if lost.value == "blocks" and facts.reason in AS_NEW:
        return lost.refuses("gift")
    return Finding(lost.because, deducts=("gift",))
