"""The work list of unpaid orders, one of them with its contacts, and the board of who follows what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.http import Http404

from dangban.desk.models import Deadline
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.lib import clock, keys
from dangban.orders import access, ports
from dangban.orders.models import Contact, FollowUp
from dangban.orders.queries import listing
from dangban.orders.unpaid import following, rules
from dangban.people.models import Person, Shop
from dangban.workforce import queries as workforce

PAGE = 50
MOST_ON_BOARD = 300
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list: the order as in the list of orders, and what was done about it."""

    follow_up: FollowUp
    order: listing.OrderRow
    last: Contact | None = None
    due_at: datetime | None = None
    missed: bool = False

    @property
    def first(self) -> bool:
        """Whether it stands in the list that comes first."""
        return self.follow_up.off_duty


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    next: str
    first: bool
    decision: Decision

    @property
    def apart(self) -> bool:
        return self.decision.outcome == "first"


# Whether the page ended in the list that comes first, and behind which row.
Key = tuple[bool, keys.Key]


def visible(person: Person) -> QuerySet[FollowUp]:
    return FollowUp.objects.filter(access.where(person, "orders.view"))


def get(person: Person, pk: int) -> FollowUp:
    """With its order, shop and buyer; 404 where this person may not know of it."""
    joined = visible(person).select_related("order__shop", "order__customer", "shop", "owner")
    found = joined.filter(pk=pk).first()
    if found is None:
        raise Http404("follow-up")
    return found


def untouched(person: Person, *, shop: int | None = None, after: str = "", size: int = PAGE) -> Page:
    """A page of orders that nobody has contacted yet, oldest first; where the handbook says so, those
    placed while nobody was on duty stand before all others."""
    decision = rules.off_duty_first(in_force(clock.now()))
    apart = decision.outcome == "first"
    key = _read_key(after)
    found: list[FollowUp] = []
    for shop_id in _shops(person, shop):
        for off_duty in (True, False):
            found += _of(shop_id, off_duty, key, apart)[: size + 1]
    found.sort(key=lambda one: _sorting(one, apart))
    following_key = _write_key(found[size - 1]) if len(found) > size else ""
    return Page(rows_of(found[:size]), following_key, first=key is None, decision=decision)


def _of(shop_id: int, off_duty: bool, key: Key | None, apart: bool) -> QuerySet[FollowUp]:
    rows = FollowUp.objects.filter(shop=shop_id, off_duty=off_duty, ended_at=None, contacts=0)
    rows = rows.select_related("order__shop", "owner")
    if key is None:
        return keys.behind(rows, "placed_at", None)
    was_off, behind = key
    if apart and off_duty != was_off:
        # The first list is through once the second has begun, and the second has not begun before.
        return rows.none() if off_duty else keys.behind(rows, "placed_at", None)
    return keys.behind(rows, "placed_at", behind)


def _sorting(one: FollowUp, apart: bool) -> tuple[bool, datetime, int]:
    return (apart and not one.off_duty, one.placed_at, one.pk)


def _write_key(one: FollowUp) -> str:
    return f"{int(one.off_duty)}-{keys.write(one.placed_at, one.pk)}"


def _read_key(after: str) -> Key | None:
    was_off, _dash, name = after.partition("-")
    behind = keys.read(name)
    return (was_off == "1", behind) if behind is not None and was_off in ("0", "1") else None


def _shops(person: Person, shop: int | None) -> list[int]:
    shops = Shop.objects.filter(access.where(person, "orders.view", "pk"))
    if shop is not None:
        shops = shops.filter(pk=shop)
    return list(shops.order_by("pk").values_list("pk", flat=True))


def count_untouched(person: Person, shop: int | None = None) -> int:
    """How many wait for a first contact, counted no further than is worth showing."""
    rows = FollowUp.objects.filter(shop__in=_shops(person, shop), ended_at=None, contacts=0)
    return rows.order_by()[:MOST_COUNTED].count()


def rows_of(follow_ups: Sequence[FollowUp]) -> list[Row]:
    orders = {row.pk: row for row in listing.rows_of([one.order for one in follow_ups])}
    pks = [one.pk for one in follow_ups]
    last = {
        one.follow_up_id: one
        for one in Contact.objects.filter(follow_up__in=pks).select_related("person").order_by("ordinal")
    }
    clocks = {
        one.subject_id: one
        for one in Deadline.objects.filter(
            subject_kind="orders.followup", subject_id__in=pks, met_at=None, cancelled_at=None
        )
    }
    return [
        Row(
            one,
            orders[one.order_id],
            last.get(one.pk),
            clocks[one.pk].due_at if one.pk in clocks else None,
            one.pk in clocks and clocks[one.pk].is_missed,
        )
        for one in follow_ups
    ]


def contacts_of(follow_up: FollowUp) -> list[Contact]:
    return list(follow_up.contact_rows.select_related("person").order_by("-ordinal"))


# ---- The board: who follows what today ---------------------------------------------------------


@dataclass(slots=True)
class Follower:
    """One person of the board: what they follow today, the most pressing first."""

    person: Person | None
    rows: list[Row] = field(default_factory=list)
    intending: list[ports.Intending] = field(default_factory=list)

    @property
    def overdue(self) -> int:
        return sum(one.missed for one in self.rows) + sum(one.overdue for one in self.intending)


@dataclass(slots=True)
class Shift:
    """Those of the board who are on the same shift today; without a name, those who are on none."""

    name: str
    hours: str
    followers: list[Follower] = field(default_factory=list)


def board(person: Person, *, shop: int | None = None) -> list[Shift]:
    """Who follows which unpaid orders and intending customers today, by shift: whose clock runs, whose day it is.

    An intending customer whose day has passed stands with the leader of who talked to them.
    """
    now = clock.now()
    end_of_today = clock.day_span(clock.business_day(now))[1]
    open_ones = FollowUp.objects.filter(shop__in=_shops(person, shop), ended_at=None, owner__isnull=False)
    today = open_ones.filter(
        Q(next_at__lt=end_of_today) | Q(contacts=0) | Q(next_at=None, last_contact_at__gte=now - timedelta(days=1))
    )
    joined = today.select_related("order__shop", "owner").order_by("next_at", "placed_at", "pk")
    rows = rows_of(list(joined[:MOST_ON_BOARD]))
    by_owner: dict[int, Follower] = {}
    for row in rows:
        owner = row.follow_up.owner
        assert owner is not None
        by_owner.setdefault(owner.pk, Follower(owner)).rows.append(row)
    for follower in by_owner.values():
        follower.rows.sort(key=lambda row: (not row.missed, row.due_at or end_of_today, row.follow_up.pk))
    for meant in ports.intending(person, _shops(person, shop), end_of_today, MOST_ON_BOARD):
        who = _leader(meant.owner) if meant.overdue else meant.owner
        by_owner.setdefault(who.pk, Follower(who)).intending.append(meant)
    return _by_shift(list(by_owner.values()), now)


def _leader(owner: Person) -> Person:
    leader = owner.manager if owner.level not in following.LEADS else None
    return leader if leader is not None and leader.is_active else owner


def _by_shift(followers: list[Follower], now: datetime) -> list[Shift]:
    duty = {
        period.person_id: period for period in workforce.duty_of_day(clock.business_day(now)).order_by("-starts_at")
    }
    shifts: dict[tuple[str, str], Shift] = {}
    grouped: dict[tuple[str, str], list[Follower]] = defaultdict(list)
    for follower in followers:
        period = duty.get(follower.person.pk) if follower.person else None
        name = period.name if period else ""
        hours = f"{clock.local(period.starts_at):%H:%M}–{clock.local(period.ends_at):%H:%M}" if period else ""
        grouped[hours, name].append(follower)
    for (hours, name), some in sorted(grouped.items(), key=lambda one: (one[0][0] == "", one[0])):
        some.sort(key=lambda one: (-one.overdue, one.person.name if one.person else ""))
        shifts[hours, name] = Shift(name, hours, some)
    return list(shifts.values())


def may_follow(person: Person, follow_up: FollowUp) -> list[Person]:
    """To whom a leader may hand an order on."""
    from_those = following.people_for(follow_up.shop_id)
    return [one for one in from_those if one.pk != follow_up.owner_id]
