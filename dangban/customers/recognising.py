"""Finding or making the customers behind a batch of orders or visits, a few queries for the lot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from dangban.customers import identity
from dangban.customers.models import Address, Customer, CustomerShop, Handle
from dangban.lib import text
from dangban.people.models import Shop


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of somebody who did business with a shop."""

    handle: str = ""
    phone: str = ""
    receiver: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recognised:
    """For each `Seen` the customer's id (None: nothing to go by), and which of the customers are new."""

    ids: list[int | None]
    new: set[int]


def recognise(shop: Shop, seen: Sequence[Seen], *, at: datetime) -> Recognised:
    """Match by account name, else by phone number; whoever matches nobody becomes a new customer.

    A name and a phone that point to two customers are left apart: merging them is for a person to
    decide. Runs in the caller's transaction.
    """
    platform = identity.namespace(shop.platform)
    by_handle = _by_handle(platform, seen)
    by_phone = _by_phone(seen, by_handle)
    made = _make(platform, seen, by_handle, by_phone, at)
    ids = [_id_of(one, by_handle, by_phone) for one in seen]
    _belong(shop, ids, seen, at)
    return Recognised(ids, made)


def _key(one: Seen) -> str:
    return one.handle.strip() if identity.is_handle(one.handle) else ""


def _id_of(one: Seen, by_handle: dict[str, int], by_phone: dict[str, int]) -> int | None:
    key = _key(one)
    return by_handle.get(key) if key else by_phone.get(identity.phone_digest(one.phone))


def _by_handle(platform: str, seen: Iterable[Seen]) -> dict[str, int]:
    names = {key for one in seen if (key := _key(one))}
    if not names:
        return {}
    return dict(
        Handle.objects.filter(platform=platform, handle__in=names).values_list("handle", "customer_id")
    )


def _by_phone(seen: Iterable[Seen], by_handle: dict[str, int]) -> dict[str, int]:
    digests = {identity.phone_digest(one.phone) for one in seen if not _key(one)} - {""}
    if not digests:
        return {}
    found = Customer.objects.filter(phone_digest__in=digests, merged_into=None, erased_at=None).order_by(
        "-pk"
    )
    return dict(found.values_list("phone_digest", "pk"))


def _make(
    platform: str, seen: Iterable[Seen], by_handle: dict[str, int], by_phone: dict[str, int], at: datetime
) -> set[int]:
    wanted: dict[tuple[str, str], Seen] = {}
    for one in seen:
        key, digest = _key(one), identity.phone_digest(one.phone)
        if key and key not in by_handle:
            wanted.setdefault(("handle", key), one)
        elif not key and digest and digest not in by_phone:
            wanted.setdefault(("phone", digest), one)
    made = Customer.objects.bulk_create([_customer(one, at) for one in wanted.values()])
    for (kind, key), customer in zip(wanted, made, strict=True):
        (by_handle if kind == "handle" else by_phone)[key] = customer.pk
    Handle.objects.bulk_create(
        Handle(customer=customer, original=customer, platform=platform, handle=key)
        for (kind, key), customer in zip(wanted, made, strict=True)
        if kind == "handle"
    )
    return {customer.pk for customer in made}


def _customer(one: Seen, at: datetime) -> Customer:
    number = identity.digits(one.phone)
    return Customer(
        name=_key(one)[:80],
        phone=number,
        phone_digest=identity.phone_digest(number),
        phone_tail=text.tail(number),
        created_at=one.at or at,
    )


def _belong(shop: Shop, ids: Sequence[int | None], seen: Sequence[Seen], at: datetime) -> None:
    """Make each of them visible to the shop's people."""
    first: dict[int, datetime] = {}
    for customer_id, one in zip(ids, seen, strict=True):
        if customer_id is not None:
            first[customer_id] = min(first.get(customer_id, one.at or at), one.at or at)
    known = set(
        CustomerShop.objects.filter(shop=shop, customer__in=first).values_list("customer_id", flat=True)
    )
    CustomerShop.objects.bulk_create(
        CustomerShop(customer_id=customer_id, shop=shop, first_at=first[customer_id])
        for customer_id in first
        if customer_id not in known
    )


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a customer had something sent."""

    customer_id: int
    receiver: str
    phone: str
    province: str
    city: str
    district: str
    detail: str
    postcode: str
    at: datetime

    @property
    def key(self) -> tuple[int, str, str, str]:
        return self.customer_id, self.receiver, self.phone, self.detail


def remember_addresses(deliveries: Iterable[Delivery]) -> None:
    """Keep each address once per customer with when it was last used. Masked ones are not kept."""
    whole = {one.key: one for one in sorted(deliveries, key=lambda one: one.at) if _is_whole(one)}
    if not whole:
        return
    known = {
        (row.customer_id, row.receiver, row.phone, row.detail): row
        for row in Address.objects.filter(customer__in={key[0] for key in whole})
    }
    later = [row for key, row in known.items() if key in whole and whole[key].at > row.last_used_at]
    for row in later:
        row.last_used_at = whole[row.customer_id, row.receiver, row.phone, row.detail].at
    # An upsert: a bulk update would spell out a case for every row.
    Address.objects.bulk_create(
        later, update_conflicts=True, unique_fields=["id"], update_fields=["last_used_at"]
    )
    Address.objects.bulk_create(_address(one) for key, one in whole.items() if key not in known)


def _is_whole(one: Delivery) -> bool:
    return bool(one.detail and one.receiver) and "*" not in one.detail + one.receiver + one.phone


def _address(one: Delivery) -> Address:
    return Address(
        customer_id=one.customer_id,
        receiver=one.receiver,
        phone=one.phone,
        province=one.province,
        city=one.city,
        district=one.district,
        detail=one.detail,
        postcode=one.postcode,
        last_used_at=one.at,
    )


@dataclass(frozen=True, slots=True)
class Figures:
    """What a customer has bought from one shop."""

    orders: int
    spent_fen: int
    last_order_at: datetime | None


def keep_figures(shop: Shop, figures: dict[int, Figures], *, at: datetime) -> None:
    """Store what the orders add up to for these customers of a shop."""
    CustomerShop.objects.bulk_create(
        (
            CustomerShop(
                customer_id=customer_id,
                shop=shop,
                first_at=at,
                orders=found.orders,
                spent_fen=found.spent_fen,
                last_order_at=found.last_order_at,
            )
            for customer_id, found in figures.items()
        ),
        update_conflicts=True,
        unique_fields=["customer", "shop"],
        update_fields=["orders", "spent_fen", "last_order_at"],
    )
