"""Services are asked for news of parcels, no oftener than they allow; a failing one is seen and holds nothing up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx
from django.db import transaction
from django.db.models import F, Q

from dangban.lib.actor import SYSTEM
from dangban.orders.models import Parcel
from dangban.tracking import accounts, noting
from dangban.tracking.connectors import (
    CONNECTORS,
    Connector,
    Failed,
    News,
    Unanswered,
    UnknownCourier,
    Wanted,
)
from dangban.tracking.connectors.base import Key
from dangban.tracking.models import Account, Exchange, Track

AT_ONCE = 20
# After so many failures on end a courier, or the whole service, is left alone until the next round.
GIVES_UP_AFTER = 3


@dataclass(slots=True)
class _Failing:
    """What fails in a round: one courier says nothing of the others, unless one after the other fails."""

    left_alone: set[str] = field(default_factory=set)
    by_courier: Counter[str] = field(default_factory=Counter)
    given_up: int = 0
    unanswered: int = 0

    @property
    def is_over(self) -> bool:
        return GIVES_UP_AFTER in (self.given_up, self.unanswered)

    def went_well(self, courier: str) -> None:
        self.by_courier[courier] = self.given_up = self.unanswered = 0

    def went_wrong(self, courier: str, wrong: Failed) -> None:
        if isinstance(wrong, UnknownCourier):
            self.left_alone.add(courier)
        elif isinstance(wrong, Unanswered):
            self.unanswered += 1
        else:
            self.unanswered = 0
            self.by_courier[courier] += 1
            if self.by_courier[courier] == GIVES_UP_AFTER:
                self.left_alone.add(courier)
                self.given_up += 1


def ask_all(at: datetime) -> int:
    with httpx.Client() as client:
        return ask_each(at, client)


def ask_each(at: datetime, client: httpx.Client) -> int:
    """One round of each service that is asked; a number that one was asked for is not due for the next."""
    asked = Account.objects.filter(asks=True, vendor__in=list(CONNECTORS)).order_by("pk")
    return sum(ask_with(account, at, client) for account in asked)


def ask_with(account: Account, at: datetime, client: httpx.Client) -> int:
    """The parcels that were asked for longest ago."""
    connector, key = CONNECTORS[account.vendor], accounts.key_of(account)
    since = at - timedelta(minutes=connector.at_most_every_minutes)
    due = Track.objects.filter(ended_at=None).filter(Q(asked_at=None) | Q(asked_at__lt=since))
    rows = due.select_related("parcel__order").order_by(F("asked_at").asc(nulls_first=True), "pk")
    told, failing = 0, _Failing()
    for _turn in range(AT_ONCE):
        track = None if failing.is_over else rows.exclude(parcel__courier__in=failing.left_alone).first()
        if track is None:
            break
        Track.objects.filter(pk=track.pk).update(asked_at=at)
        courier = track.parcel.courier
        try:
            news = _ask(connector, key, track, at, client)
        except Failed as wrong:
            failing.went_wrong(courier, wrong)
            if isinstance(wrong, UnknownCourier):
                due.filter(parcel__courier=courier).update(asked_at=at)
            continue
        failing.went_well(courier)
        told += take_in([news], account.vendor, at)
    return told


def _ask(connector: Connector, key: Key, track: Track, at: datetime, client: httpx.Client) -> News:
    order = track.parcel.order
    try:
        news = connector.ask(Wanted(track.parcel.number, track.parcel.courier, order.phone_tail), key, client)
    except Failed as wrong:
        write_down(connector.code, "ask", at, ok=False, said=str(wrong))
        raise
    write_down(connector.code, "ask", at, ok=True, parcels=1, steps=len(news.nodes))
    return news


def take_in(news: Sequence[News], vendor: str, at: datetime) -> int:
    """Note what a service said of numbers that are ours; others are left out. Returns how many steps were new."""
    found = parcels_of([one.number for one in news])
    new = 0
    for one in news:
        for parcel in found.get(one.number, ()):
            with transaction.atomic():
                new += len(noting.note(parcel, one.nodes, vendor, by=SYSTEM, at=at))
    return new


def parcels_of(numbers: Sequence[str]) -> Mapping[str, list[Parcel]]:
    """Our parcels by tracking number; one number may hold goods of several orders."""
    found: dict[str, list[Parcel]] = {}
    for parcel in Parcel.objects.filter(number__in=numbers).select_related("order").order_by("pk"):
        found.setdefault(parcel.number, []).append(parcel)
    return found


def write_down(vendor: str, kind: str, at: datetime, *, ok: bool, said: str = "", parcels: int = 0, steps: int = 0) -> None:
    Exchange.objects.create(vendor=vendor, kind=kind, at=at, ok=ok, said=said[:200], parcels=parcels, steps=steps)
