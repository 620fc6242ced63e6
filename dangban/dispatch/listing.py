"""Reads for the pages: the work lists by stage, a wave, void slips, what is open at the cut-off, the day's sheet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Q, QuerySet, Sum

from dangban.dispatch import access
from dangban.dispatch.models import AuditRun, Helper, Miss, Preparation, Slip, Wave
from dangban.lib import clock, keys
from dangban.orders.queries import listing
from dangban.people.models import Person, Shop

PAGE = 50
MOST_COUNTED = 1000
Stage = Preparation.Stage
OPEN = (Stage.WAITING, Stage.HELD, Stage.PASSED, Stage.PRINTED, Stage.PACKED)


@dataclass(frozen=True, slots=True)
class Row:
    preparation: Preparation
    order: listing.OrderRow
    joined: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    next: str
    first: bool


def work_list(
    person: Person, stage: str, *, shop: int | None = None, hold: str = "", after: str = "", size: int = PAGE
) -> Page:
    """Orders at a stage, those that must leave first before all others. What goes in another's parcel is counted with it."""
    key = keys.read(after)
    found: list[Preparation] = []
    for shop_id in shops_of(person, shop):
        rows = Preparation.objects.filter(shop=shop_id, stage=stage)
        if hold:
            rows = rows.filter(hold=hold)
        found += keys.behind(rows.select_related("order__shop", "holder"), "due_at", key)[: size + 1]
    found.sort(key=lambda one: (one.due_at, one.pk))
    following = keys.write(found[size - 1].due_at, found[size - 1].pk) if len(found) > size else ""
    return Page(rows_of(found[:size]), following, first=key is None)


def rows_of(found: Sequence[Preparation]) -> list[Row]:
    known = {row.pk: row for row in listing.rows_of([one.order for one in found])}
    joined = Preparation.objects.filter(joined_to__in=[one.pk for one in found], closed_at=None).values("joined_to").annotate(n=Count("pk"))
    counts = dict(joined.values_list("joined_to", "n"))
    return [Row(one, known[one.order_id], counts.get(one.pk, 0)) for one in found]


def shops_of(person: Person, shop: int | None = None) -> list[int]:
    shops = access.visible_shops(person)
    return list((shops.filter(pk=shop) if shop is not None else shops).order_by("pk").values_list("pk", flat=True))


def counts(shops: Sequence[int]) -> dict[str, int]:
    """How many stand at each stage, counted no further than is worth showing; void slips to pull beside them."""
    found = {
        str(stage): Preparation.objects.filter(shop__in=shops, stage=stage).order_by()[:MOST_COUNTED].count() for stage in OPEN
    }
    found["void"] = Slip.objects.filter(shop__in=shops, void_at__isnull=False, pulled_at=None).order_by()[:MOST_COUNTED].count()
    return found


def hold_counts(person: Person, shop: int | None = None) -> list[tuple[str, int]]:
    """Why orders are held, the most frequent first."""
    held = Preparation.objects.filter(shop__in=shops_of(person, shop), stage=Stage.HELD)
    rows = held.order_by().values("hold").annotate(n=Count("pk")).values_list("hold", "n")
    return sorted(rows, key=lambda one: (-one[1], one[0]))


def runs(person: Person) -> list[AuditRun]:
    return list(AuditRun.objects.filter(by=person).order_by("-pk")[:3])


def joinable(preparation: Preparation) -> list[Preparation]:
    """Other orders of the same buyer to the same place that are not printed yet."""
    order = preparation.order
    if order.customer_id is None:
        return []
    place = {f"order__{name}": getattr(order, name) for name in ("receiver", "phone", "province", "city", "district", "address")}
    rows = Preparation.objects.filter(
        shop=preparation.shop_id, closed_at=None, joined_to=None, order__customer=order.customer_id,
        stage__in=(Stage.WAITING, Stage.HELD, Stage.PASSED), **place,
    )  # fmt: skip
    return list(rows.exclude(pk=preparation.pk).select_related("order").order_by("pk")[:20])


# ---- Waves and slips -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WaveRow:
    wave: Wave
    sent: int
    void: int

    @property
    def open(self) -> int:
        return self.wave.orders - self.sent - self.void


def waves(person: Person, *, shop: int | None = None, after: str = "", size: int = 20) -> tuple[list[WaveRow], str]:
    found = Wave.objects.filter(shop__in=shops_of(person, shop)).select_related("shop", "by").order_by("-pk")
    if re.fullmatch(r"\d{1,17}", after):
        found = found.filter(pk__lt=int(after))
    rows = list(found[: size + 1])
    sums = Slip.objects.filter(wave__in=[one.pk for one in rows]).order_by().values("wave").annotate(
        sent=Count("pk", filter=Q(sent_at__isnull=False)), void=Count("pk", filter=Q(void_at__isnull=False))
    )  # fmt: skip
    by_wave = {row["wave"]: (row["sent"], row["void"]) for row in sums}
    return [WaveRow(one, *by_wave.get(one.pk, (0, 0))) for one in rows[:size]], str(rows[size - 1].pk) if len(rows) > size else ""


def slips_of(wave: Wave) -> list[Slip]:
    slips = Slip.objects.filter(wave=wave).select_related("preparation__order", "packer")
    return list(slips.annotate(pieces=Sum("lines__quantity"), packed=Sum("lines__packed")).order_by("pk"))


def void_slips(person: Person, shop: int | None = None) -> list[Slip]:
    """Paper that is to be taken out of the pile."""
    slips = Slip.objects.filter(shop__in=shops_of(person, shop), void_at__isnull=False, pulled_at=None)
    return list(slips.select_related("preparation__order", "wave", "shop", "packer").order_by("void_at", "pk")[:200])


def sent_lately(person: Person, shop: int | None = None) -> list[Slip]:
    """What this person sent today, newest first: where a mistake is corrected."""
    since = clock.day_span(clock.business_day(clock.now()))[0]
    slips = Slip.objects.filter(shop__in=shops_of(person, shop), sent_at__gte=since, packer=person)
    return list(slips.select_related("preparation__order").order_by("-sent_at", "-pk")[:10])


# ---- The cut-off -----------------------------------------------------------------------------


@dataclass(slots=True)
class Standing:
    """A shop before its next cut-off: what is still open, by how far it has come, why, and with whom."""

    shop: Shop
    next_due: datetime | None = None
    open: int = 0
    overdue: int = 0
    stages: list[tuple[str, int]] = field(default_factory=list)
    holds: list[tuple[str, int]] = field(default_factory=list)
    people: list[tuple[str, int]] = field(default_factory=list)
    sent: int = 0
    missed: int = 0
    compensation_fen: int = 0


def standings(person: Person, day: date, shop: int | None = None) -> list[Standing]:
    """Each shop's day: open, sent, missed. A few queries a shop, each by its index."""
    start, end = clock.day_span(day)
    shops = access.visible_shops(person)
    return [_standing(one, day, start, end) for one in (shops.filter(pk=shop) if shop else shops)]


def _standing(shop: Shop, day: date, start: datetime, end: datetime) -> Standing:
    due = Preparation.objects.filter(shop=shop, stage__in=OPEN, due_at__lt=end)
    found = Standing(shop)
    by_stage: dict[str, int] = {}
    by_hold: dict[str, int] = {}
    by_person: dict[str, int] = {}
    rows = due.order_by().values("stage", "hold", "holder__name").annotate(n=Count("pk"))
    for row in rows:
        found.open += row["n"]
        by_stage[row["stage"]] = by_stage.get(row["stage"], 0) + row["n"]
        by_person[row["holder__name"] or ""] = by_person.get(row["holder__name"] or "", 0) + row["n"]
        if row["stage"] == Stage.HELD:
            by_hold[row["hold"]] = by_hold.get(row["hold"], 0) + row["n"]
    found.stages = [(str(Stage(stage).label), by_stage[stage]) for stage in OPEN if stage in by_stage]
    found.holds = sorted(by_hold.items(), key=lambda one: (-one[1], one[0]))
    found.people = sorted(by_person.items(), key=lambda one: (-one[1], one[0]))
    found.next_due = due.order_by("due_at").values_list("due_at", flat=True).first()
    found.sent = Preparation.objects.filter(shop=shop, stage=Stage.SENT, closed_at__gte=start, closed_at__lt=end).count()
    missed = Miss.objects.filter(shop=shop, day=day).aggregate(n=Count("pk"), owed=Sum("compensation_fen"))
    found.missed, found.compensation_fen = missed["n"], missed["owed"] or 0
    return found


def misses(person: Person, day: date, shop: int | None = None) -> list[Miss]:
    rows = Miss.objects.filter(shop__in=shops_of(person, shop), day=day)
    return list(rows.select_related("order", "shop", "holder", "exception__owner").order_by("-pk")[:200])


def open_orders(person: Person, day: date, shop: int | None = None, holder: str = "", size: int = PAGE) -> QuerySet[Preparation]:
    """What is to leave by the end of the day and has not."""
    end = clock.day_span(day)[1]
    rows = Preparation.objects.filter(shop__in=shops_of(person, shop), stage__in=OPEN, due_at__lt=end)
    if holder:
        rows = rows.filter(holder__name=holder) if holder != "-" else rows.filter(holder=None)
    return rows.select_related("order", "shop", "holder").order_by("due_at", "pk")[:size]


def helpers_now(person: Person, at: datetime) -> list[Helper]:
    rows = Helper.objects.filter(help__in=access.visible_help(person), ended_at=None, help__until__gt=at)
    return list(rows.select_related("help__shop", "person").order_by("pk"))
