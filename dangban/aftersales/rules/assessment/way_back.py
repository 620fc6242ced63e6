"""May it come this way? Freight to be paid by us on arrival, and mail that nobody can follow."""

from __future__ import annotations

from dangban.aftersales.clauses.freight import SURFACE_MAIL
from dangban.handbook.rulebook import Rules
from dangban.shops.clauses import COLLECT_COURIERS

from .facts import Facts
from .findings import Finding, Findings, stand


def look(facts: Facts, rules: Rules) -> Findings:
    """How the customer means to send it, where that is known."""
    if not facts.goods_come_back:
        return
    if facts.collect:
        couriers = stand(rules, COLLECT_COURIERS, courier=facts.courier_back)
        yield Finding(couriers.because) if takes_collect(facts.courier_back, rules) else couriers.refuses("collect")
    if facts.surface_mail:
        mail = stand(rules, SURFACE_MAIL, surface_mail=True)
        yield Finding(mail.because) if mail.value else mail.refuses("surface")


def takes_collect(courier: str, rules: Rules) -> bool:
    """Whether a parcel of this courier is accepted with the freight to be paid on arrival; 顺丰 is 顺丰速运, too."""
    return bool(courier) and any(name and name in courier for name in rules[COLLECT_COURIERS])
