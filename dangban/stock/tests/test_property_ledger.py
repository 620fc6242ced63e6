"""Whatever is done in whatever order: balances are sums of movements, nothing is below zero or promised twice."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dangban.lib.errors import Said
from dangban.stock import actions
from dangban.stock.models import Allotment, Balance, Level, Movement, Reservation
from dangban.stock.tests.goods import GoodsCase

PIECES = st.integers(1, 9)
ZONES = st.sampled_from(["good", "pending", "returns", "defective"])
ACTS = st.one_of(
    st.tuples(st.just("receive"), ZONES, PIECES),
    st.tuples(st.just("move"), ZONES, ZONES, PIECES),
    st.tuples(st.just("take"), st.integers(1, 4), PIECES),
    st.tuples(st.just("reserve"), st.integers(1, 4), PIECES),
    st.tuples(st.just("release"), st.integers(1, 4)),
    st.tuples(st.just("scrap"), ZONES, PIECES),
    st.tuples(st.just("count"), ZONES, st.integers(0, 12)),
    st.tuples(st.just("correct"), st.integers(0, 20)),
)


class LedgerTest(GoodsCase):
    def test_balances_are_the_sums_of_the_ledger(self) -> None:
        @given(st.lists(ACTS, max_size=18))
        @settings(max_examples=40, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def whatever_is_done(acts: list[tuple[Any, ...]]) -> None:
            with transaction.atomic():
                for number, act in enumerate(acts):
                    self._do(act, f"act:{number}")
                    self._agrees()
                transaction.set_rollback(True)

        whatever_is_done()

    def _do(self, act: tuple[Any, ...], key: str) -> None:
        goods, blue, by = self.goods, self.goods.blue, self.cast.ding
        before = self._digest()
        try:
            match act:
                case ("receive", zone, pieces):
                    actions.receive(blue, goods.zones[zone], pieces, by=by, key=key)
                case ("move", source, target, pieces):
                    actions.move(blue, goods.zones[source], goods.zones[target], pieces, by=by, key=key)
                case ("take", order, pieces):
                    actions.take_out(blue, pieces, subject=("orders.order", order), by=by, key=key)
                case ("reserve", order, pieces):
                    actions.reserve(blue, pieces, subject=("orders.order", order), label="x", by=by)
                case ("release", order):
                    actions.release_all(("orders.order", order), by=by)
                case ("scrap", zone, pieces):
                    actions.scrap(blue, goods.zones[zone], pieces, reason="x", by=by, key=key)
                case ("count", zone, found):
                    actions.count(blue, goods.zones[zone], found, by=by, key=key)
                    assert goods.lying(goods.zones[zone]) == found
                case ("correct", which):
                    lines = list(Movement.objects.order_by("pk"))
                    if lines:
                        actions.correct(lines[which % len(lines)], reason="x", by=by)
        except Said:
            assert self._digest() == before

    def _digest(self) -> list[Any]:
        models = (Movement, Balance, Level, Reservation, Allotment)
        return [sorted(model.objects.values_list()) if model is not Movement else Movement.objects.count() for model in models]

    def _agrees(self) -> None:
        for balance in Balance.objects.all():
            came = Movement.objects.filter(target=balance.zone).aggregate(n=Sum("quantity"))["n"] or 0
            went = Movement.objects.filter(source=balance.zone).aggregate(n=Sum("quantity"))["n"] or 0
            assert balance.quantity == came - went >= 0
        good, reserved, unreleased = self.goods.figures()
        lying = {status: self.goods.lying(zone) for status, zone in self.goods.zones.items()}
        assert (good, unreleased) == (lying["good"], sum(lying.values()) - lying["good"])
        held = Allotment.objects.aggregate(n=Sum("quantity"))["n"] or 0
        assert reserved == held == (Reservation.objects.aggregate(n=Sum("held"))["n"] or 0)
        waiting = [row.missing for row in Reservation.objects.filter(outcome="").order_by("at", "pk")]
        # Nobody waits while something is free.
        assert not any(waiting) or reserved == good
