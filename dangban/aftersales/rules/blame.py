"""Pure: who bears what went wrong, what is claimed on a courier, when a fault is an alarm."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from dangban.aftersales.clauses.registers import (
    CHASE_EXEMPTS,
    CLAIM_COVERS,
    CLAIM_WITHIN,
    LOST_FIRST,
    MISSING_BLAME,
    QUALITY_ALARM,
)
from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules


def wrong_goods(remark: str, rules: Rules) -> Decision:
    """Who bears the freight of wrong or missing goods: ``agent`` whose remark was missing, ``warehouse`` or ``company``.

    `remark` is ``not_written`` where somebody received a wish and wrote no remark of it, ``written``, or ``no_wish``.
    """
    if not rules.has(MISSING_BLAME):
        return Decision("aftersales.blame", "company")
    because = (rules.because(MISSING_BLAME, remark=remark),)
    if rules[MISSING_BLAME] == "company":
        return Decision("aftersales.blame", "company", because=because)
    return Decision("aftersales.blame", "agent" if remark == "not_written" else "warehouse", because=because)


def late_dispatch(chased: bool, rules: Rules) -> Decision:
    """Who is to blame for a late dispatch: the order's ``agent``, unless a chase of the warehouse is on record; then the ``warehouse``."""
    if not rules.has(CHASE_EXEMPTS):
        return Decision("aftersales.blame", "company")
    exempt = chased and rules[CHASE_EXEMPTS]
    return Decision("aftersales.blame", "warehouse" if exempt else "agent", because=(rules.because(CHASE_EXEMPTS, chased=chased),))


def claim(goods_fen: int, freight_fen: int, most_fen: int | None, rules: Rules) -> Decision:
    """How much is claimed for a parcel; never more than the courier's contract has."""
    with_freight = rules.has(CLAIM_COVERS) and rules[CLAIM_COVERS] == "goods_freight"
    amount = goods_fen + (freight_fen if with_freight else 0)
    amount = amount if most_fen is None else min(amount, most_fen)
    because: tuple[Because, ...] = ()
    if rules.has(CLAIM_COVERS):
        because = (rules.because(CLAIM_COVERS, goods_fen=goods_fen, freight_fen=freight_fen, most_fen=most_fen),)
    return Decision("aftersales.claim", "claim", amount_fen=amount, because=because)


def claim_until(established: datetime, within_days: int | None, rules: Rules) -> datetime | None:
    """By when it is filed: the courier's own time, where its contract has one and it is shorter than the rule's."""
    limits = [timedelta(days=within_days)] if within_days is not None else []
    if rules.has(CLAIM_WITHIN):
        limits.append(rules[CLAIM_WITHIN])
    return established + min(limits) if limits else None


def before_a_claim(done: Collection[str], rules: Rules) -> Decision | None:
    """The step of a lost parcel (``confirm``, ``settle``) that the handbook wants first and that is not done yet."""
    if not rules.has(LOST_FIRST):
        return None
    for step in rules[LOST_FIRST]:
        if step == "claim":
            return None
        if step not in done:
            return Decision("aftersales.claim_step", str(step), because=(rules.because(LOST_FIRST),))
    return None


def alarm_since(at: datetime, rules: Rules) -> tuple[datetime, int] | None:
    """From when faults count, and how many raise an alarm; None where no rule says."""
    if not rules.has(QUALITY_ALARM):
        return None
    said = rules[QUALITY_ALARM]
    return at - timedelta(days=said.days), said.times


def alarm(times: int, rules: Rules) -> Decision:
    return Decision("aftersales.quality_alarm", "alarm", because=(rules.because(QUALITY_ALARM, times=times),))
