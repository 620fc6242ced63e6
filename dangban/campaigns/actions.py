"""What is done with campaigns: planned, changed, stopped; and whoever serves the shops is told in time."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.campaigns import access, ports, queries, words
from dangban.campaigns.models import Campaign, CampaignProduct, CampaignShop
from dangban.desk.actions import notify
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.access import people_of_shops
from dangban.people.models import Person, Shop
from dangban.shops.models import Product

Kind = Campaign.Kind
MOST_TIERS = 5
_TEXTS = (("name", 80), ("gift", 120), ("say", 500))


@dataclass(frozen=True, slots=True)
class Terms:
    """All that a campaign promises, as somebody writes it. What is not of its kind is dropped."""

    name: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    shops: Sequence[Shop]
    products: Sequence[Product] = ()
    categories: Sequence[str] = ()
    by_platform: bool = False
    pays_percent: int | None = None
    price_fen: int | None = None
    nth: int | None = None
    tiers: Sequence[tuple[int, int]] = ()
    repeats: bool = False
    most_times: int = 0
    gift: str = ""
    say: str = ""


def plan_campaign(terms: Terms, *, by: HasActor, at: datetime | None = None) -> Campaign:
    """Write a campaign down; from its first moment on it counts in every price."""
    access.require(by, [shop.pk for shop in terms.shops])
    at = at or clock.now()
    values = checked(terms, at)
    actor = by.actor
    with transaction.atomic():
        made = Campaign.objects.create(**values, made_at=at, by_kind=actor.kind, by_id=actor.id, by_name=actor.name)
        _cover(made, terms)
        change = {"name": made.name, "kind": str(made.kind), "shops": [shop.name for shop in terms.shops]}
        record("campaigns.planned", subject=made, by=by, shop=_one(terms.shops), change=change, at=at)
        ports.ring({shop.pk for shop in terms.shops})
        _tell_what_is_due(made, at)
    return made


def change_campaign(
    campaign: Campaign, terms: Terms, *, version: int, by: HasActor, at: datetime | None = None
) -> Campaign:
    """Promise something else from now on. While it runs, whoever serves the shops is told what is new."""
    at = at or clock.now()
    with transaction.atomic():
        kept = _locked(campaign, version)
        before = [row.shop for row in kept.in_shops.select_related("shop")]
        shops = list({shop.pk: shop for shop in [*before, *terms.shops]}.values())
        access.require(by, [shop.pk for shop in shops])
        if kept.state(at) == "over":
            raise Refused(_("This campaign is over. Plan a new one instead."), code="over")
        ran = kept.state(at) == "running"
        old, values = _standing(kept), checked(terms, at, since=kept.starts_at)
        for name, value in values.items():
            setattr(kept, name, value)
        kept.version += 1
        if kept.starts_at > at:
            kept.start_told_at = None
        _cover(kept, terms)
        change = {name: [old[name], new] for name, new in _standing(kept).items() if new != old[name]}
        if not change:
            return campaign
        kept.save()
        record("campaigns.changed", subject=kept, by=by, shop=_one(shops), change=change, at=at)
        ports.ring({shop.pk for shop in shops})
        if ran:
            _tell(kept, "changed", [shop.pk for shop in shops], by=by, at=at, what_changed=list(change))
        _tell_what_is_due(kept, at)
    return kept


def stop_campaign(campaign: Campaign, *, version: int, by: HasActor, at: datetime | None = None) -> Campaign:
    """End it now, or take back what has not begun. Whoever serves the shops is told if it ran."""
    at = at or clock.now()
    with transaction.atomic():
        kept = _locked(campaign, version)
        shops = list(kept.in_shops.values_list("shop", flat=True))
        access.require(by, shops)
        if kept.state(at) == "over":
            raise Conflict(_("This campaign is over already."))
        change = {"ends_at": [kept.ends_at.isoformat(), at.isoformat()]}
        kept.ends_at = at.replace(microsecond=0)
        kept.starts_at = min(kept.starts_at, kept.ends_at)
        kept.stopped_at, kept.version = at, kept.version + 1
        kept.save()
        record("campaigns.stopped", subject=kept, by=by, shop=shops[0] if len(shops) == 1 else None, change=change, at=at)
        ports.ring(shops)
        _tell_what_is_due(kept, at)
    return kept


def tell_what_began_and_ended(at: datetime) -> int:
    """Tell of every campaign that has begun or ended since the last look; each once, whoever looks."""
    begun = Campaign.objects.filter(start_told_at=None, starts_at__lte=at)
    ended = Campaign.objects.filter(end_told_at=None, ends_at__lte=at)
    due = sorted({*begun.values_list("pk", flat=True), *ended.values_list("pk", flat=True)})
    for pk in due:
        with transaction.atomic():
            _tell_what_is_due(Campaign.objects.select_for_update(of=("self",)).get(pk=pk), at)
    return len(due)


# ---- What a campaign may be ----------------------------------------------------------------------


def checked(terms: Terms, at: datetime, since: datetime | None = None) -> dict[str, Any]:
    """The columns of a campaign, or BadInput naming every field that is wrong."""
    faults: dict[str, list[str]] = {}
    texts = {name: refuse_unstorable(getattr(terms, name).strip(), name)[:limit] for name, limit in _TEXTS}
    starts_at, ends_at = terms.starts_at.replace(second=0, microsecond=0), terms.ends_at.replace(second=0, microsecond=0)
    if not texts["name"]:
        faults["name"] = [_("A campaign has a name.")]
    if not terms.shops:
        faults["shops"] = [_("Choose at least one shop.")]
    if ends_at <= starts_at:
        faults["ends_at"] = [_("It ends after it begins.")]
    elif ends_at <= at and since is None:
        faults["ends_at"] = [_("This time is over already.")]
    shops = {shop.pk for shop in terms.shops}
    if [product for product in terms.products if product.shop_id not in shops]:
        faults["goods"] = [_("Some of these goods are of another shop.")]
    if unknown := sorted(set(terms.categories) - set(queries.categories(shops))):
        faults["categories"] = [_("The catalogue has no such category: %(names)s") % {"names": "、".join(unknown[:5])}]
    faults |= _faults_of_kind(terms, texts)
    if faults:
        raise BadInput(_("This campaign can't stand like this."), fields=faults)
    return {"starts_at": starts_at, "ends_at": ends_at, "say": texts["say"], "name": texts["name"], **_of_kind(terms, texts)}


def _faults_of_kind(terms: Terms, texts: Mapping[str, str]) -> dict[str, list[str]]:
    faults: dict[str, list[str]] = {}
    least = 0 if terms.kind == Kind.NTH else 1
    if terms.kind not in Kind.values:
        faults["kind"] = [_("Choose what kind of campaign it is.")]
    if terms.kind in (Kind.PERCENT, Kind.NTH) and not least <= (terms.pays_percent if terms.pays_percent is not None else -1) <= 99:
        faults["pays_percent"] = [_("How much of the price is paid: 85 for fifteen percent off.")]
    if terms.kind == Kind.NTH and not 2 <= (terms.nth or 0) <= 20:
        faults["nth"] = [_("From the second piece to the twentieth.")]
    if terms.kind == Kind.FIXED and (terms.price_fen or 0) <= 0:
        faults["price"] = [_("A fixed price is more than nothing.")]
    if terms.kind == Kind.FIXED and not terms.products:
        faults["goods"] = [_("A fixed price is for goods that are named.")]
    if terms.kind == Kind.GIFT and not texts["gift"]:
        faults["gift"] = [_("Say what is given.")]
    if terms.kind in (Kind.SPEND, Kind.COUPON):
        faults |= _faults_of_tiers(terms)
    return faults


def _faults_of_tiers(terms: Terms) -> dict[str, list[str]]:
    tiers = list(terms.tiers)
    one = terms.kind == Kind.COUPON or terms.repeats
    if not tiers or len(tiers) > (1 if one else MOST_TIERS):
        return {"tiers": [_("One threshold here, please.") if one else _("One to %(most)s thresholds.") % {"most": MOST_TIERS}]}
    # A coupon without a threshold takes off what is there; all others leave something to pay.
    least = 0 if terms.kind == Kind.COUPON else 1
    if any(off <= 0 or threshold < least or (threshold and off >= threshold) for threshold, off in tiers):
        return {"tiers": [_("Less comes off than the threshold.")]}
    rising = all(low[0] < high[0] and low[1] < high[1] for low, high in itertools.pairwise(tiers))
    return {} if rising else {"tiers": [_("From threshold to threshold more comes off.")]}


def _of_kind(terms: Terms, texts: Mapping[str, str]) -> dict[str, Any]:
    """The columns that the kind has; the others are empty."""
    kind = terms.kind
    tiered = kind in (Kind.SPEND, Kind.COUPON, Kind.GIFT, Kind.FREIGHT)
    repeats = kind in (Kind.SPEND, Kind.GIFT, Kind.NTH) and terms.repeats
    thresholds = [[threshold, off if kind in (Kind.SPEND, Kind.COUPON) else 0] for threshold, off in terms.tiers]
    return {
        "kind": kind,
        "by_platform": kind in (Kind.SPEND, Kind.COUPON) and terms.by_platform,
        "pays_percent": terms.pays_percent if kind in (Kind.PERCENT, Kind.NTH) else None,
        "price_fen": terms.price_fen if kind == Kind.FIXED else None,
        "nth": terms.nth if kind == Kind.NTH else None,
        "tiers": thresholds if tiered else [],
        "repeats": repeats,
        "most_times": terms.most_times if repeats else 0,
        "gift": texts["gift"] if kind == Kind.GIFT else "",
        "categories": sorted(set(terms.categories)),
    }


def _cover(campaign: Campaign, terms: Terms) -> None:
    shops, products = {shop.pk for shop in terms.shops}, {product.pk for product in terms.products}
    campaign.in_shops.exclude(shop__in=shops).delete()
    campaign.for_products.exclude(product__in=products).delete()
    CampaignShop.objects.bulk_create((CampaignShop(campaign=campaign, shop_id=pk) for pk in sorted(shops)), ignore_conflicts=True)
    CampaignProduct.objects.bulk_create(
        (CampaignProduct(campaign=campaign, product_id=pk) for pk in sorted(products)), ignore_conflicts=True
    )


def _standing(campaign: Campaign) -> dict[str, Any]:
    """What a campaign promises now, as plain data for the journal."""
    plain = {name: getattr(campaign, name) for name in words.COLUMNS}
    plain |= {name: getattr(campaign, name).isoformat(timespec="minutes") for name in ("starts_at", "ends_at")}
    plain["kind"] = str(plain["kind"])
    plain["tiers"] = [list(tier) for tier in campaign.tiers]
    plain["shops"] = list(campaign.in_shops.order_by("shop__name", "pk").values_list("shop__name", flat=True))
    plain["goods"] = list(campaign.for_products.order_by("product").values_list("product__platform_id", flat=True))
    return plain


def _locked(campaign: Campaign, version: int) -> Campaign:
    kept = Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
    if kept.version != version:
        raise Conflict(_("Somebody has changed this campaign meanwhile. Look at it again first."))
    return kept


def _one(shops: Sequence[Shop]) -> int | None:
    return shops[0].pk if len(shops) == 1 else None


# ---- Who is told -----------------------------------------------------------------------------------


def _tell_what_is_due(campaign: Campaign, at: datetime) -> None:
    """That it runs, or that it ran and is over; what passed unheard of is not told afterwards."""
    state = campaign.state(at)
    shops = list(campaign.in_shops.values_list("shop", flat=True))
    if state == "running" and campaign.start_told_at is None and _claim(campaign, "start_told_at", at):
        _tell(campaign, "started", shops, by=SYSTEM, at=at)
    if state == "over" and campaign.end_told_at is None and _claim(campaign, "end_told_at", at):
        if campaign.start_told_at is not None:
            _tell(campaign, "ended", shops, by=SYSTEM, at=at)
        else:
            _claim(campaign, "start_told_at", at)


def _claim(campaign: Campaign, column: str, at: datetime) -> bool:
    """Of several that look at the same time one tells."""
    won = Campaign.objects.filter(pk=campaign.pk, **{column: None}).update(**{column: at})
    if won:
        setattr(campaign, column, at)
        ports.ring(campaign.in_shops.values_list("shop", flat=True))
    return bool(won)


def _tell(
    campaign: Campaign, what: str, shop_ids: Collection[int], *, by: HasActor, at: datetime, what_changed: Sequence[str] = ()
) -> None:
    url = reverse("campaigns:campaign", args=[campaign.pk])
    whole = queries.whole(campaign)
    readers = [
        person
        for person in people_of_shops(shop_ids)
        if person.pk != by.actor.id and any(person.can("campaigns.view", shop=shop) for shop in shop_ids)
    ]
    for language in sorted({person.language for person in readers}):
        people: list[Person] = [person for person in readers if person.language == language]
        with translation.override(language):
            title, body = words.news(whole, what, what_changed)
            notify(people, title, body, by=by, url=url, at=at)
    if what != "changed":
        record(f"campaigns.{what}", subject=campaign, by=by, change={"name": campaign.name, "told": len(readers)}, at=at)
