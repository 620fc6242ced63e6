"""What is known of a case when it is reckoned how much may be paid back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Max, Sum

from dangban.aftersales.clauses.goods import CONDITION
from dangban.aftersales.models import Assessment, Case, CaseLine, CaseOrder, Finding, Settlement
from dangban.aftersales.rules import assessment as judging
from dangban.aftersales.rules import settling as rules
from dangban.campaigns import queries as campaigns
from dangban.campaigns.clauses import ORDER
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.orders.models import Order, OrderLine

UNDER_WAY = (Settlement.State.PROPOSED, Settlement.State.READY, Settlement.State.PAID)
# What a remedy, or before one was agreed on the kind of the case, pays for: pieces looked at, pieces asked for, none.
_BY_FINDINGS = frozenset({"return", "exchange", "refused", "undeliverable"})
_BY_CLAIM = frozenset({"refund"})


def ceiling(case: Case, *, at: datetime | None = None, way: str = "") -> rules.Ceiling:
    """How much of this case may be paid back, by the rules of when it was asked for.

    What the platform itself paid back already is not taken off what goes through the platform: it is the same money.
    """
    at = at or clock.now()
    return rules.ceiling(of(case, at=at, way=way), in_force(at))


def of(case: Case, *, at: datetime, way: str = "") -> rules.Facts:
    order = case.order
    if order is None:
        return rules.Facts(paid_fen=0, legs=_legs(newest(case)), done=done(case))
    made = newest(case)
    mine, others = _settled(case, order)
    unexplained = 0 if way == Settlement.Way.PLATFORM else max(0, order.refunded_fen - order.settled_fen)
    elsewhere = sum(fen for kinds in others.values() for kind, fen in kinds.items() if kind in rules.TO_BUYER and kind != rules.FREIGHT)
    judged = judging.Assessment.from_data(made.result) if made and made.result else None
    adjust = judged.remedy("adjust") if judged else None
    owed, back, worth = _gifts(case, made)
    return rules.Facts(
        paid_fen=order.paid_fen, freight_fen=min(order.freight_fen, order.paid_fen),
        lines=_lines(case, order, others, made, in_force(at)), kept_basket=counts_as_kept(case),
        offers=_offers(order, in_force(at)), gifts_missing=max(0, owed - back), gift_value_fen=worth,
        given_fen=_given(case), resent_fen=resent(case), legs=_legs(made), outbound_gone=_outbound_gone(others),
        given_limit_fen=adjust.limit_fen if adjust else None, done=_done(mine), elsewhere_fen=elsewhere + unexplained,
    )  # fmt: skip


def newest(case: Case) -> Assessment | None:
    return Assessment.objects.filter(case=case).order_by("-pk").first()


def done(case: Case) -> rules.Done:
    rows = Settlement.objects.filter(case=case, state__in=UNDER_WAY).values_list("kind").annotate(Sum("amount_fen"))
    return _done(dict(rows.order_by()))


def _done(kinds: Mapping[str, int]) -> rules.Done:
    return rules.Done(
        goods_fen=sum(kinds.get(kind, 0) for kind in rules.FOR_GOODS), freight_fen=kinds.get(rules.FREIGHT, 0),
        given_fen=sum(kinds.get(kind, 0) for kind in rules.GIVEN),
    )  # fmt: skip


def _settled(case: Case, order: Order) -> tuple[dict[str, int], dict[int, dict[str, int]]]:
    """By kind what was or is to be paid in this case, and in each other case of the order."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Settlement.objects.filter(case__order=order, state__in=UNDER_WAY).order_by().values_list("case", "kind").annotate(Sum("amount_fen"))
    for pk, kind, fen in rows:
        found[pk][kind] = fen
    mine = found.pop(case.pk, {})
    return mine, dict(found)


def counts_by(case: Case) -> str:
    """``findings``, ``claim`` or nothing: which pieces the payment of goods goes by."""
    what = case.remedy or case.kind
    return "findings" if what in _BY_FINDINGS else "claim" if what in _BY_CLAIM else ""


def counts_as_kept(case: Case) -> bool:
    """Goods that others replace stay part of what was bought: no discount is lost by them."""
    return (case.remedy or case.kind) == "exchange" and resent(case) > 0


def _lines(case: Case, order: Order, others: Mapping[int, Mapping[str, int]], made: Assessment | None, rulebook: Rules) -> tuple[rules.Line, ...]:
    bought = [line for line in OrderLine.objects.filter(order=order).select_related("sku__product").order_by("position") if line.price_fen != 0]
    units = _units(case, made, rulebook)
    gone = _gone(others, rulebook)
    each = (order.paid_fen - order.freight_fen) // max(1, sum(line.quantity for line in bought))
    return tuple(
        rules.Line(
            title=line.title, price_fen=max(0, each) if line.price_fen is None else line.price_fen, quantity=line.quantity,
            product=line.sku.product_id if line.sku else 0, category=line.sku.product.category if line.sku else "",
            gone=min(line.quantity, gone.get(line.pk, 0)), units=tuple(units.get(line.pk, ())),
        )
        for line in bought
    )  # fmt: skip


def _units(case: Case, made: Assessment | None, rulebook: Rules) -> dict[int, list[rules.Unit]]:
    by = counts_by(case)
    found: dict[int, list[rules.Unit]] = defaultdict(list)
    if by == "claim" and _may_be_had_back(case, made):
        for line, pieces in CaseLine.objects.filter(case=case, order_line__isnull=False).values_list("order_line", "quantity"):
            found[line].append(rules.Unit(pieces))
    elif by == "findings":
        table = rulebook[CONDITION] if rulebook.has(CONDITION) else None
        whose = rules.damage_back(rulebook).outcome
        category = (made.facts if made else case.facts).get("category", "other")
        rows = Finding.objects.filter(item__line__case=case).exclude(item__line__order_line=None)
        for line, quantity, condition, who, loss in rows.values_list("item__line__order_line", "quantity", "condition", "responsibility", "loss_fen"):
            on_way = is_damage_back(case.reason, condition, who)
            told = "less" if on_way and whose == "buyer" else rules.verdict(condition, who, table, category)
            found[line].append(rules.Unit(quantity, told, condition, loss, on_way))
    return found


def is_damage_back(reason: str, condition: str, responsibility: str) -> bool:
    """The courier damaged it on its way back to us; what came damaged to the customer is another matter."""
    return condition == Finding.Condition.DAMAGED and responsibility == "courier" and reason not in ("damaged", "lost")


def _may_be_had_back(case: Case, made: Assessment | None) -> bool:
    """Without the goods coming back: before anything left, or where the assessment says so."""
    order = case.order
    if order is not None and order.dispatched_at is None and order.status in (Order.Status.PAID, Order.Status.CLOSED):
        return True
    if made is None:
        return False
    judged = judging.Assessment.from_data(made.result) if made.result else None
    allowed = judged is not None and made.outcome == "accepted" and judged.remedy("refund") is not None
    return allowed or made.lifted_at is not None


def _gone(others: Mapping[int, Mapping[str, int]], rulebook: Rules) -> dict[int, int]:
    """Order line → pieces paid back in other cases; what was paid back whole without anybody looking at it is gone, too."""
    found: dict[int, int] = defaultdict(int)
    paid = {pk: sum(kinds.get(kind, 0) for kind in rules.FOR_GOODS) for pk, kinds in others.items()}
    for other in Case.objects.filter(pk__in=[pk for pk, fen in paid.items() if fen]):
        units = _units(other, newest(other), rulebook)
        for line, found_units in units.items():
            found[line] += sum(unit.quantity for unit in found_units if unit.verdict != "none")
        if not units:
            asked = list(CaseLine.objects.filter(case=other, order_line__isnull=False).values_list("order_line", "quantity", "paid_fen"))
            if asked and paid[other.pk] >= sum(fen for _line, _pieces, fen in asked):
                for line, pieces, _fen in asked:
                    found[line] += pieces
    return found


def _offers(order: Order, rulebook: Rules) -> tuple[tuple[campaigns.Offer, ...], ...]:
    """What held when it was ordered: with the coupons, without them, and without anything."""
    if not rulebook.has(ORDER):
        return ((),)
    held = [campaigns.offer_of(one) for one in campaigns.in_force(order.shop_id, order.created_at) if one.kind not in ("gift", "freight")]
    plain = tuple(one for one in held if one.kind != "coupon")
    return (plain, tuple(held), ()) if len(plain) < len(held) else (plain, ())


def _gifts(case: Case, made: Assessment | None) -> tuple[int, int, int]:
    """Owed, came back, worth each: once the goods were looked at."""
    told = {**(made.facts if made else {}), **case.facts}
    if counts_by(case) != "findings" or not Finding.objects.filter(item__line__case=case).exists():
        return 0, 0, 0
    found = Finding.objects.filter(item__line__case=case, item__line__gift=True).exclude(condition__in=("missing", "swapped"))
    back = found.aggregate(n=Sum("quantity"))["n"]
    return told.get("gifts_owed", 0), told.get("gifts_back", 0) if back is None else back, told.get("gift_value_fen", 0)


def _given(case: Case) -> int:
    """Compensation for these very goods, in this case or in another about them; once, by the first that paid them back after it."""
    lines = list(CaseLine.objects.filter(case=case).exclude(order_line=None).values_list("order_line", flat=True))
    cases = {case.pk, *CaseLine.objects.filter(order_line__in=lines).values_list("case", flat=True)}
    about = Settlement.objects.filter(case__in=cases)
    paid_back = about.filter(kind__in=rules.FOR_GOODS, state__in=UNDER_WAY).exclude(case=case)
    since = paid_back.aggregate(last=Max("proposed_at"))["last"]
    given = about.filter(kind=Settlement.Kind.COMPENSATION, state=Settlement.State.PAID)
    given = given if since is None else given.filter(paid_at__gt=since)
    return given.aggregate(fen=Sum("amount_fen"))["fen"] or 0


def resent(case: Case) -> int:
    """The worth of goods that were sent, or are to be sent, instead of money."""
    sent = CaseOrder.objects.filter(case=case, kind__in=(CaseOrder.Kind.EXCHANGE, CaseOrder.Kind.RESHIP)).exclude(order__status=Order.Status.CLOSED)
    lines = OrderLine.objects.filter(order__case_order__in=sent)
    return sum((line.price_fen or 0) * line.quantity for line in lines)


def _legs(made: Assessment | None) -> tuple[judging.Leg, ...]:
    return tuple(judging.Leg.from_data(one) for one in made.result.get("freight", ())) if made else ()


legs_of = _legs


def _outbound_gone(others: Mapping[int, Mapping[str, int]]) -> bool:
    cases = [pk for pk, kinds in others.items() if any(kind in (*rules.FOR_GOODS, rules.FREIGHT) for kind in kinds)]
    return any(
        leg.leg == "out" and leg.borne_by == "seller" and leg.advanced_by == "buyer"
        for other in Case.objects.filter(pk__in=cases)
        for leg in _legs(newest(other))
    )
