"""What work brings beside the base: performance, commission, bonuses."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes.values import Steps
from dangban.lib import money
from dangban.pay import clauses
from dangban.pay.rules.days import FULL, month_days, plain, whole
from dangban.pay.rules.facts import EARNED, Card, Facts, Line


def earned_lines(facts: Facts, rules: Rules) -> list[Line]:
    """Every part that the handbook makes a wage of, as far as there are facts for it."""
    parts = rules[clauses.PARTS]
    makers = {
        "performance": performance, "commission": commission, "full_attendance": full_attendance,
        "outstanding": outstanding, "champion": champion, "pool": pool,
    }  # fmt: skip
    found = [makers[part](facts, rules) for part in parts if part in makers]
    return [line for line in found if line is not None]


def performance(facts: Facts, rules: Rules) -> Line | None:
    """The score as money: by the grade's share and bonus, or by points; for a part of a month its part."""
    card = facts.card
    if card is None or card.score is None:
        return None
    share = _share(card, rules)
    full = rules[clauses.PERFORMANCE_WAGE]
    employed = sum(one.days for one in facts.stretches)
    amount = whole(Decimal(full) * share * employed / month_days(facts.month))
    because: list[Any] = [*card.because, rules.because(clauses.PERFORMANCE_WAY, card_score=card.score)]
    if full:
        because.append(rules.because(clauses.PERFORMANCE_WAGE, share_paid=f"{plain(share * 100)}%", days=employed))
    if rules[clauses.PERFORMANCE_WAY] == "grade":
        amount += card.bonus_fen or 0
    if rules.has(clauses.PERFORMANCE_BELOW) and card.score < rules[clauses.PERFORMANCE_BELOW].score:
        below = rules[clauses.PERFORMANCE_BELOW]
        less = whole((below.score - card.score) * below.amount)
        because.append(rules.because(clauses.PERFORMANCE_BELOW, card_score=card.score))
        # A score takes performance pay away, never the wage itself.
        amount = max(0, amount - less)
    return Line(
        "performance", EARNED, amount, f"card:{card.pk}", detail=card.grade, quantity=plain(card.score), rate=money.show(full), url=card.url,
        because=tuple(because),
    )  # fmt: skip


def _share(card: Card, rules: Rules) -> Decimal:
    if rules[clauses.PERFORMANCE_WAY] == "points":
        return (card.score or Decimal(0)) / 100
    return Decimal(FULL if card.share_points is None else card.share_points) / FULL


def commission(facts: Facts, rules: Rules) -> Line | None:
    """A share of the sales that count for the person; of all, or bracket by bracket; by the score's factor."""
    sales = facts.sales
    if sales is None or not rules.has(clauses.COMMISSION):
        return None
    takes_back = rules.has(clauses.CLAWBACK) and rules[clauses.CLAWBACK] == "next_pay"
    counted = max(0, sales.net_fen - (sales.later_fen if takes_back else 0))
    progressive = rules.has(clauses.COMMISSION_WAY) and rules[clauses.COMMISSION_WAY] == "progressive"
    amount = by_brackets(counted, rules[clauses.COMMISSION], progressive=progressive)
    because = [rules.because(clauses.COMMISSION, net_sales=money.show(counted))]
    if rules.has(clauses.COMMISSION_WAY):
        because.append(rules.because(clauses.COMMISSION_WAY))
    if takes_back and sales.later_fen:
        because.append(rules.because(clauses.CLAWBACK, later_refunds=money.show(sales.later_fen)))
    factor, why = _factor(facts, rules)
    return Line(
        "commission", EARNED, whole(amount * factor), f"commission:{facts.person_id}:{facts.month:%Y-%m}",
        detail="" if factor == 1 else f"×{plain(factor)}", quantity=money.show(counted), rate=_rate(counted, rules[clauses.COMMISSION]), url=sales.url,
        because=(*because, *why),
    )  # fmt: skip


def by_brackets(sales_fen: int, steps: Steps, *, progressive: bool) -> Decimal:
    """Fen, not rounded: rounding comes last. All of it at the bracket reached, or each part at its own."""
    if not progressive:
        row = steps.at(Decimal(sales_fen) / 100)
        return Decimal(sales_fen) * row.rate.basis_points / FULL if row is not None else Decimal(0)
    total = Decimal(0)
    edges = [int(row[steps.measure] * 100) for row in steps.rows]
    for index, row in enumerate(steps.rows):
        upper = edges[index + 1] if index + 1 < len(edges) else sales_fen
        inside = min(sales_fen, upper) - edges[index]
        if inside > 0:
            total += Decimal(inside) * row.rate.basis_points / FULL
    return total


def _rate(sales_fen: int, steps: Steps) -> str:
    row = steps.at(Decimal(sales_fen) / 100)
    return str(row.rate) if row is not None else ""


def _factor(facts: Facts, rules: Rules) -> tuple[Decimal, tuple[Because, ...]]:
    if not rules.has(clauses.COEFFICIENT) or facts.card is None or facts.card.score is None:
        return Decimal(1), ()
    row = rules[clauses.COEFFICIENT].at(facts.card.score)
    factor = row.factor if row is not None else Decimal(1)
    return factor, (rules.because(clauses.COEFFICIENT, card_score=facts.card.score, factor=factor),)


def full_attendance(facts: Facts, _rules: Rules) -> Line | None:
    """As attendance says."""
    held = facts.attendance
    if not held.bonus_fen and not held.because:
        return None
    return Line("full_attendance", EARNED, held.bonus_fen, f"full:{facts.person_id}:{facts.month:%Y-%m}", url=held.url, because=tuple(held.because))


def outstanding(facts: Facts, rules: Rules) -> Line | None:
    if not rules.has(clauses.OUTSTANDING) or facts.card is None or facts.card.score is None:
        return None
    said = rules[clauses.OUTSTANDING]
    if facts.card.score < said.score:
        return None
    why = rules.because(clauses.OUTSTANDING, card_score=facts.card.score)
    return Line("outstanding", EARNED, said.amount, f"outstanding:{facts.person_id}:{facts.month:%Y-%m}", quantity=plain(facts.card.score), url=facts.card.url, because=(why,))


def champion(facts: Facts, rules: Rules) -> Line | None:
    if not rules.has(clauses.CHAMPION) or facts.sales is None or not facts.sales.is_champion:
        return None
    why = rules.because(clauses.CHAMPION, net_sales=money.show(facts.sales.net_fen))
    return Line("champion", EARNED, rules[clauses.CHAMPION], f"champion:{facts.person_id}:{facts.month:%Y-%m}", quantity=money.show(facts.sales.net_fen), url=facts.sales.url, because=(why,))


def pool(facts: Facts, rules: Rules) -> Line | None:
    """An even share of a part of the sales that nobody attended."""
    if not rules.has(clauses.POOL) or facts.sales is None or not facts.sales.sharing:
        return None
    amount = Decimal(max(0, facts.sales.pool_fen)) * rules[clauses.POOL].basis_points / FULL / facts.sales.sharing
    why = rules.because(clauses.POOL, public_sales=money.show(facts.sales.pool_fen), people_sharing=facts.sales.sharing)
    return Line("pool", EARNED, int(amount), f"pool:{facts.person_id}:{facts.month:%Y-%m}", quantity=f"1/{facts.sales.sharing}", rate=str(rules[clauses.POOL]), because=(why,))
