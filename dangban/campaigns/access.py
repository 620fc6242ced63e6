"""Who sees campaigns and who arranges them: always by the shops in which they run."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.campaigns.models import Campaign, CampaignShop
from dangban.lib.errors import NotAllowed
from dangban.people.access import scope
from dangban.people.models import Person, Shop
from dangban.shops.models import Product

PERMISSIONS = {
    "campaigns.view": gettext_lazy("See campaigns and work out prices"),
    "campaigns.manage": gettext_lazy("Plan, change and stop campaigns"),
}


def where(person: Person, permission: str = "campaigns.view", path: str = "shop") -> Q:
    """The condition that keeps a queryset to the shops for which a person holds `permission`."""
    shops = scope(person).granted.get(permission, frozenset())
    return Q() if shops is None else Q(**{f"{path}__in": shops})


def visible_shops(person: Person, permission: str = "campaigns.view") -> QuerySet[Shop]:
    return Shop.objects.filter(where(person, permission, "pk"), closed_on=None).order_by("name", "pk")


def visible_products(person: Person, permission: str = "campaigns.view") -> QuerySet[Product]:
    return Product.objects.filter(where(person, permission))


def visible_campaigns(person: Person) -> QuerySet[Campaign]:
    """Those that run in a shop of this person."""
    return Campaign.objects.filter(pk__in=CampaignShop.objects.filter(where(person)).values("campaign"))


def get_campaign(person: Person, pk: int) -> Campaign:
    found = visible_campaigns(person).filter(pk=pk).first()
    if found is None:
        raise Http404("campaign")
    return found


def get_shop(person: Person, pk: int) -> Shop:
    shop = visible_shops(person).filter(pk=pk).first()
    if shop is None:
        raise Http404("shop")
    return shop


def may_manage(person: Person, shop_ids: Collection[int]) -> bool:
    """A campaign is arranged by whoever may do so in all of its shops."""
    return bool(shop_ids) and all(person.can("campaigns.manage", shop=shop) for shop in shop_ids)


def require(by: object, shop_ids: Collection[int]) -> None:
    """Refuse a person who may not arrange campaigns in one of these shops; the program itself is no person."""
    if isinstance(by, Person) and not all(by.can("campaigns.manage", shop=shop) for shop in shop_ids):
        raise NotAllowed(_("You may not arrange campaigns in all of these shops. Their supervisor can."))
