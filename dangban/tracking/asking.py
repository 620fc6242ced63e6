"""Services are asked for news of parcels, no oftener than they allow; a failing one is seen and holds nothing up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import httpx
from django.db import transaction
from django.db.models import F, Q

from dangban.lib.actor import SYSTEM
from dangban.orders.models import Parcel
from dangban.tracking import accounts, noting
from dangban.tracking.connectors import CONNECTORS, Connector, Failed, News, Wanted
from dangban.tracking.connectors.base import Key
from dangban.tracking.models import Account, Exchange, Track

AT_ONCE = 20
# After so many failures on end it is left alone until the next round.
GIVES_UP_AFTER = 3


def ask_all(at: datetime) -> int:
    """One round of the service that is asked: the parcels that were asked for longest ago."""
    account = Account.objects.filter(asks=True, vendor__in=list(CONNECTORS)).order_by("pk").first()
    if account is None:
        return 0
    with httpx.Client() as client:
        return ask_with(account, at, client)


def ask_with(account: Account, at: datetime, client: httpx.Client) -> int:
    connector, key = CONNECTORS[account.vendor], accounts.key_of(account)
    since = at - timedelta(minutes=connector.at_most_every_minutes)
    due = Track.objects.filter(ended_at=None).filter(Q(asked_at=None) | Q(asked_at__lt=since))
    due = due.select_related("parcel__order").order_by(F("asked_at").asc(nulls_first=True), "pk")
    told = failed = 0
    for track in due[:AT_ONCE]:
        if failed >= GIVES_UP_AFTER:
            break
        Track.objects.filter(pk=track.pk).update(asked_at=at)
        news = _ask(connector, key, track, at, client)
        failed = failed + 1 if news is None else 0
        told += 0 if news is None else take_in([news], account.vendor, at)
    return told


def _ask(connector: Connector, key: Key, track: Track, at: datetime, client: httpx.Client) -> News | None:
    order = track.parcel.order
    try:
        news = connector.ask(Wanted(track.parcel.number, track.parcel.courier, order.phone_tail), key, client)
    except Failed as wrong:
        write_down(connector.code, "ask", at, ok=False, said=str(wrong))
        return None
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
