"""What people type about campaigns, and how a basket is asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dangban.campaigns import access, queries
from dangban.campaigns.actions import Terms
from dangban.campaigns.models import Campaign
from dangban.campaigns.queries import Wanted
from dangban.lib import clock, money
from dangban.people.models import Person, Shop

Kind = Campaign.Kind
MOST_LINES = 20
MOST_PIECES = 999
MOST_YUAN = 1_000_000
_APART = re.compile(r"[\s,，、;；]+")
# 300-30, or as the trade writes it, with a word before, between and after the two amounts.
_TIER = re.compile(r"[^\d.]{0,2}([\d.]+)[^\d.]{1,4}([\d.]+)[^\d.]{0,2}")


class LocalDateTime(forms.DateTimeField):
    """A wall-clock time of the company, as the browser's own picker gives it."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def to_python(self, value: Any) -> datetime | None:
        if not value:
            return None
        try:
            wall = datetime.fromisoformat(str(value))
            return wall if wall.tzinfo is not None else clock.at_local(wall.date(), wall.time())
        except (ValueError, OverflowError) as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error

    def prepare_value(self, value: Any) -> Any:
        return clock.local(value).strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else value


def fen_of(typed: str) -> int:
    """Fen of an amount in yuan; a form's error where it is none."""
    try:
        amount = money.fen(typed)
    except ValueError:
        raise forms.ValidationError(_("“%(text)s” is not an amount.") % {"text": typed[:20]}) from None
    if not 0 <= amount <= MOST_YUAN * 100:
        raise forms.ValidationError(_("“%(text)s” is not an amount.") % {"text": typed[:20]})
    return amount


class CampaignForm(forms.Form):
    """All fields of all kinds; what is not of the chosen kind is not looked at."""

    name = forms.CharField(label=pgettext_lazy("campaign", "Name"), max_length=80)
    kind = forms.ChoiceField(label=pgettext_lazy("campaign", "Kind"), choices=Kind.choices)
    by_platform = forms.BooleanField(
        label=gettext_lazy("The platform's own"), required=False, help_text=gettext_lazy("Spend and save, coupons: taken last.")
    )
    starts_at = LocalDateTime(label=pgettext_lazy("campaign", "Begins"))
    ends_at = LocalDateTime(label=pgettext_lazy("campaign", "Ends"))
    pays_percent = forms.IntegerField(
        label=gettext_lazy("Percent of the price that is paid"), required=False, min_value=0, max_value=99,
        help_text=gettext_lazy("Percent off: 85 is fifteen percent off. N-th piece: 50 is half the price, 0 is free."),
    )  # fmt: skip
    nth = forms.IntegerField(
        label=gettext_lazy("Which piece is cheaper"), required=False, min_value=2, max_value=20,
        help_text=gettext_lazy("N-th piece: 2 is the second."),
    )  # fmt: skip
    price = forms.CharField(label=gettext_lazy("Fixed price (yuan)"), required=False, max_length=20)
    tiers = forms.CharField(
        label=gettext_lazy("Thresholds"), required=False, max_length=120,
        help_text=gettext_lazy("300-30 500-60: 30 off from 300, 60 off from 500. Gifts and freight: the amount alone; empty for none."),
    )  # fmt: skip
    repeats = forms.BooleanField(
        label=gettext_lazy("Again with every further one"), required=False,
        help_text=gettext_lazy("Spend and save, gifts, n-th piece."),
    )  # fmt: skip
    most_times = forms.IntegerField(
        label=gettext_lazy("At most so often"), required=False, min_value=0, max_value=999, help_text=gettext_lazy("Empty: without limit.")
    )
    gift = forms.CharField(label=gettext_lazy("What is given"), required=False, max_length=120)
    shops = forms.ModelMultipleChoiceField(
        label=pgettext_lazy("campaign", "Shops"), queryset=Shop.objects.none(), widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"})
    )
    goods = forms.CharField(
        label=gettext_lazy("Only these goods"), required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=4000,
        help_text=gettext_lazy("Ids of listings or codes of SKUs, apart by blanks or commas. Empty: everything."),
    )  # fmt: skip
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("Only these categories"), required=False, widget=forms.CheckboxSelectMultiple(attrs={"class": "checks"})
    )
    say = forms.CharField(
        label=gettext_lazy("What agents say of it"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    # The overlaps that the page has told of: saved only when they are the ones there are.
    seen = forms.CharField(required=False, widget=forms.HiddenInput, max_length=400)

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        shops = access.visible_shops(person, "campaigns.manage")
        chosen, categories = self.fields["shops"], self.fields["categories"]
        assert isinstance(chosen, forms.ModelMultipleChoiceField)
        assert isinstance(categories, forms.MultipleChoiceField)
        chosen.queryset = shops
        categories.choices = [(one, one) for one in queries.categories(list(shops.values_list("pk", flat=True)))]

    def clean_price(self) -> int | None:
        typed = self.cleaned_data["price"].strip()
        return fen_of(typed) if typed and self.data.get("kind") == Kind.FIXED else None

    def clean_tiers(self) -> list[tuple[int, int]]:
        typed = self.cleaned_data["tiers"].strip()
        kind = self.data.get("kind")
        if kind in (Kind.GIFT, Kind.FREIGHT):
            return [(fen_of(typed), 0)] if typed else [(0, 0)]
        if kind not in (Kind.SPEND, Kind.COUPON):
            return []
        return [self._tier(part) for part in _APART.split(typed) if part]

    @staticmethod
    def _tier(part: str) -> tuple[int, int]:
        found = _TIER.fullmatch(part)
        if found is None:
            raise forms.ValidationError(_("“%(text)s” is not a threshold: write 300-30.") % {"text": part[:20]})
        return fen_of(found[1]), fen_of(found[2])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["products"] = self._goods(data.get("goods", ""), data.get("shops") or [])
        return data

    def _goods(self, typed: str, shops: Any) -> list[Any]:
        """The listings meant by ids or by codes of SKUs, in the chosen shops."""
        asked = list(dict.fromkeys(part for part in _APART.split(typed) if part))[:200]
        if not asked:
            return []
        own = access.visible_products(self.person, "campaigns.manage").filter(shop__in=shops)
        by_id: dict[str, list[Any]] = {}
        for product in own.filter(platform_id__in=asked):
            by_id.setdefault(product.platform_id, []).append(product)
        for product, code in _with_codes(own.filter(skus__code__in=asked), asked):
            by_id.setdefault(code, []).append(product)
        if missing := [one for one in asked if one not in by_id]:
            self.add_error("goods", _("Not in these shops: %(codes)s") % {"codes": "、".join(missing[:10])})
        return list({product.pk: product for some in by_id.values() for product in some}.values())

    def told(self, overlaps: str) -> None:
        """Draw the form again with the overlaps it has told of."""
        if isinstance(self.data, QueryDict):
            again = self.data.copy()
            again["seen"] = overlaps
            self.data = again

    def terms(self) -> Terms:
        data = self.cleaned_data
        return Terms(
            name=data["name"], kind=data["kind"], starts_at=data["starts_at"], ends_at=data["ends_at"],
            shops=list(data["shops"]), products=data["products"], categories=data["categories"],
            by_platform=data["by_platform"], pays_percent=data["pays_percent"], price_fen=data["price"], nth=data["nth"],
            tiers=data["tiers"], repeats=data["repeats"], most_times=data["most_times"] or 0, gift=data["gift"], say=data["say"],
        )  # fmt: skip


def _with_codes(found: Any, asked: list[str]) -> list[tuple[Any, str]]:
    return [
        (product, sku.code) for product in found.distinct().prefetch_related("skus") for sku in product.skus.all() if sku.code in asked
    ]


def initial_of(campaign: Campaign) -> dict[str, Any]:
    """A campaign as its form shows it; its shops and goods are at hand."""
    plain = ("name", "kind", "by_platform", "starts_at", "ends_at", "pays_percent", "nth", "repeats", "gift", "categories", "say", "version")
    last = [f"{money.yuan(threshold).normalize():f}" + (f"-{money.yuan(off).normalize():f}" if off else "") for threshold, off in campaign.tiers]
    return {name: getattr(campaign, name) for name in plain} | {
        "price": "" if campaign.price_fen is None else f"{money.yuan(campaign.price_fen):f}",
        "tiers": "" if last == ["0"] else " ".join(last),
        "most_times": campaign.most_times or None,
        "shops": [row.shop_id for row in campaign.in_shops.all()],
        "goods": " ".join(row.product.platform_id for row in campaign.for_products.all()),
    }


class PriceForm(forms.Form):
    """Of which shop, on top of what freight, and when; the goods stand beside."""

    shop = forms.ModelChoiceField(label=gettext_lazy("Shop"), queryset=Shop.objects.none(), empty_label=None)
    freight = forms.CharField(label=gettext_lazy("Freight (yuan)"), required=False, max_length=12)
    at = LocalDateTime(label=gettext_lazy("Ordered at"), required=False)

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["shop"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = access.visible_shops(person)

    def clean_freight(self) -> int:
        typed = self.cleaned_data["freight"].strip()
        return fen_of(typed) if typed else 0


def basket_of(asked: QueryDict) -> list[Wanted]:
    """The goods in an address: ``line=12:34&pieces=2``, once for each; `add` puts one in, `drop` takes one out."""
    pieces = asked.getlist("pieces")
    wanted: dict[str, Wanted] = {}
    for number, line in enumerate(asked.getlist("line")[:MOST_LINES]):
        _put(wanted, line, _count(pieces[number] if number < len(pieces) else "1"))
    if asked.get("add"):
        _put(wanted, str(asked["add"]), 1)
    wanted.pop(asked.get("drop", ""), None)
    return [one for one in wanted.values() if one.pieces][:MOST_LINES]


def _put(wanted: dict[str, Wanted], line: str, count: int) -> None:
    found = re.fullmatch(r"(\d{1,17}):(\d{0,17})", line, re.ASCII)
    if found is None:
        return
    one = Wanted(int(found[1]), int(found[2]) if found[2] else None, count)
    there = wanted.get(one.key)
    wanted[one.key] = Wanted(one.product, one.sku, min(MOST_PIECES, count + (there.pieces if there else 0)))


def _count(typed: str) -> int:
    return min(MOST_PIECES, int(typed)) if re.fullmatch(r"\d{1,6}", typed, re.ASCII) else 1


def faults(form: forms.Form, said: Mapping[str, Any]) -> None:
    """Put what an action found wrong beside the fields."""
    for name, messages in said.items():
        for message in messages:
            form.add_error(name if name in form.fields else None, message)
