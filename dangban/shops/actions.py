"""Changing how a shop works and what is written about its goods."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.journal.actions import HasActor, record
from dangban.lib import clock, text
from dangban.lib.errors import BadInput, NotAllowed
from dangban.people.access import holds_everywhere
from dangban.people.models import Person, Shop
from dangban.shops import access, catalogue
from dangban.shops.models import Batch, Courier, CourierArea, Product, Profile, Sku

PROFILE_FIELDS = (
    *("opens", "closes", "cut_off", "return_name", "return_phone", "return_address", "remote_areas"),
    *("policies", "welcome", "origins"),
)
_PERSONAL = frozenset({"return_name", "return_phone", "return_address"})


CODE = re.compile(r"[a-z0-9][a-z0-9-]{1,38}[a-z0-9]")


def open_shop(
    code: str,
    name: str,
    platform: str,
    *,
    by: HasActor,
    brand: str = "",
    public_key: str = "",
    opened_on: date | None = None,
    at: datetime | None = None,
) -> Shop:
    """Begin to serve a shop; its chat page stands at the public key, its code if none is given."""
    at = at or clock.now()
    if isinstance(by, Person) and not holds_everywhere(by, "shops.manage"):
        raise NotAllowed(_("Only who manages all shops may open one."))
    if not CODE.fullmatch(code) or platform not in Shop.Platform.values:
        message = _("A shop's code has 3 to 40 small letters, digits and dashes.")
        raise BadInput(message, fields={"code": [message]})
    key = public_key or code
    if Shop.objects.filter(code=code).exists() or Profile.objects.filter(public_key=key).exists():
        message = _("There is a shop with this code already.")
        raise BadInput(message, fields={"code": [message]})
    text.refuse_unstorable(name, "name")
    with transaction.atomic():
        shop = Shop.objects.create(
            code=code, name=name.strip(), platform=platform, brand=brand.strip(),
            opened_on=opened_on or clock.business_day(at),
        )  # fmt: skip
        Profile.objects.create(shop=shop, public_key=key)
        record("shops.shop_opened", subject=shop, by=by, shop=shop.pk, change={"name": shop.name}, at=at)
    return shop


def change_profile(
    shop: Shop, values: Mapping[str, Any], *, by: HasActor, at: datetime | None = None
) -> Profile:
    """Change a shop's hours, return address, remote areas and texts. What is not named stays."""
    access.require(by, "shops.manage", shop.pk)
    at = at or clock.now()
    with transaction.atomic():
        profile = Profile.objects.select_for_update().get(shop=shop)
        changes = {name: [getattr(profile, name), values[name]] for name in PROFILE_FIELDS if name in values}
        changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
        if not changes:
            return profile
        for name, (_before, after) in changes.items():
            setattr(profile, name, after)
        profile.save(update_fields=list(changes))
        plain = {
            name: [_plain(one) for one in pair] for name, pair in changes.items() if name not in _PERSONAL
        }
        personal = {name: pair for name, pair in changes.items() if name in _PERSONAL}
        record(
            "shops.profile_changed",
            subject=shop,
            by=by,
            shop=shop.pk,
            change=plain,
            personal=personal or None,
            at=at,
        )
    return profile


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | list) else str(value)


def keep_courier(
    shop: Shop,
    name: str,
    *,
    by: HasActor,
    code: str = "",
    accepts_collect: bool = False,
    at: datetime | None = None,
) -> Courier:
    """Add a courier to a shop's list, or bring one back that it had stopped using."""
    access.require(by, "shops.manage", shop.pk)
    name = text.refuse_unstorable(name.strip(), "name")[:40]
    if not name:
        message = _("Name the courier.")
        raise BadInput(message, fields={"name": [message]})
    with transaction.atomic():
        position = Courier.objects.filter(shop=shop).count()
        courier, _made = Courier.objects.update_or_create(
            shop=shop,
            name=name,
            defaults={"code": code.strip()[:40], "accepts_collect": accepts_collect, "stopped_on": None},
            create_defaults={
                "code": code.strip()[:40],
                "accepts_collect": accepts_collect,
                "position": position,
            },
        )
        record("shops.courier_kept", subject=courier, by=by, shop=shop.pk, change={"name": name}, at=at)
    return courier


def stop_courier(courier: Courier, *, by: HasActor, on: date | None = None) -> Courier:
    """Stop sending with a courier; what went with it stays as it is."""
    access.require(by, "shops.manage", courier.shop_id)
    with transaction.atomic():
        courier.stopped_on = on or clock.business_day(clock.now())
        courier.save(update_fields=["stopped_on"])
        record(
            "shops.courier_stopped",
            subject=courier,
            by=by,
            shop=courier.shop_id,
            change={"name": courier.name},
        )
    return courier


def set_areas(courier: Courier, areas: Sequence[Mapping[str, Any]], *, by: HasActor) -> None:
    """Replace a courier's list of areas and prices."""
    access.require(by, "shops.manage", courier.shop_id)
    named = [(area["province"], area.get("city", "")) for area in areas]
    twice = next((pair for pair in named if named.count(pair) > 1), None)
    if twice:
        raise BadInput(_("%(area)s stands in the list twice.") % {"area": " ".join(twice).strip()})
    with transaction.atomic():
        CourierArea.objects.filter(courier=courier).delete()
        CourierArea.objects.bulk_create(CourierArea(courier=courier, **area) for area in areas)
        change = {"courier": courier.name, "areas": [dict(area) for area in areas]}
        record("shops.courier_areas_set", subject=courier, by=by, shop=courier.shop_id, change=change)


def change_product(
    product: Product, values: Mapping[str, Any], *, by: HasActor, at: datetime | None = None
) -> bool:
    """Change a listing by hand; whether anything was different."""
    access.require(by, "shops.catalogue", product.shop_id)
    for name, value in values.items():
        if isinstance(value, str):
            text.refuse_unstorable(value, name)
    return catalogue.change_product(product, values, by=by, at=at or clock.now())


def keep_batch(
    sku: Sku, number: str, *, by: HasActor, made_on: date | None = None, expires_on: date | None = None
) -> Batch:
    """Write down a batch of a SKU and when it expires."""
    access.require(by, "shops.catalogue", sku.shop_id)
    number = text.refuse_unstorable(number.strip(), "number")[:40]
    if not number:
        message = _("Give the batch its number.")
        raise BadInput(message, fields={"number": [message]})
    if made_on and expires_on and expires_on <= made_on:
        message = _("A batch expires after it was made.")
        raise BadInput(message, fields={"expires_on": [message]})
    with transaction.atomic():
        batch, _made = Batch.objects.update_or_create(
            sku=sku, number=number, defaults={"made_on": made_on, "expires_on": expires_on}
        )
        change = {"sku": sku.code, "number": number, "expires_on": str(expires_on or "")}
        record("shops.batch_kept", subject=batch, by=by, shop=sku.shop_id, change=change)
    return batch
