"""What people type about stock."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dangban.people.models import Person, Shop
from dangban.shops.models import Batch, Sku
from dangban.stock import access
from dangban.stock.models import Movement, Warehouse, Zone

Kind = Movement.Kind
_DAY = {"type": "date"}
_MOST = 1_000_000

# What each act asks for, beside the quantity.
FIELDS = {
    Kind.RECEIPT: ("target", "batch", "reference", "reason"),
    Kind.DISPATCH: ("reference", "reason"),
    Kind.RETURN: ("target", "batch", "reference", "reason"),
    Kind.MOVE: ("source", "target", "batch", "reason"),
    Kind.SCRAP: ("source", "batch", "reason", "reference"),
    Kind.COUNT: ("source", "batch", "reason"),
}


# Where these acts mostly take from and put to; another zone can be chosen.
_USUALLY = {
    Kind.RECEIPT: {"target": Zone.Status.GOOD},
    Kind.RETURN: {"target": Zone.Status.RETURNS},
    Kind.MOVE: {"source": Zone.Status.PENDING, "target": Zone.Status.GOOD},
    Kind.SCRAP: {"source": Zone.Status.DEFECTIVE},
    Kind.COUNT: {"source": Zone.Status.GOOD},
}


class ZoneChoice(forms.ModelChoiceField):
    def label_from_instance(self, zone: Any) -> str:
        return f"{zone.warehouse.name} · {zone.name}"


class BatchChoice(forms.ModelChoiceField):
    def label_from_instance(self, batch: Any) -> str:
        return f"{batch.number} ({batch.expires_on})" if batch.expires_on else batch.number


class MovementForm(forms.Form):
    """One act with the goods of a SKU; which fields it has depends on the kind."""

    quantity = forms.IntegerField(label=gettext_lazy("Pieces"), min_value=0, max_value=_MOST)
    source = ZoneChoice(label=pgettext_lazy("stock", "From"), queryset=Zone.objects.none(), empty_label=None)
    target = ZoneChoice(label=pgettext_lazy("stock", "To"), queryset=Zone.objects.none(), empty_label=None)
    batch = BatchChoice(
        label=gettext_lazy("Batch"), queryset=Batch.objects.none(), required=False, empty_label=gettext_lazy("no batch")
    )
    reference = forms.CharField(label=gettext_lazy("Document"), required=False, max_length=80)
    reason = forms.CharField(label=pgettext_lazy("stock", "Why"), required=False, max_length=200)
    key = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def __init__(self, person: Person, sku: Sku, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zones = access.visible_zones(person, "stock.keep").filter(warehouse__serves__shop=sku.shop_id)
        for name in ("source", "target"):
            chosen = self.fields[name]
            assert isinstance(chosen, forms.ModelChoiceField)
            chosen.queryset = zones.select_related("warehouse")
        batch = self.fields["batch"]
        assert isinstance(batch, forms.ModelChoiceField)
        batch.queryset = Batch.objects.filter(sku=sku).order_by("expires_on", "number")
        for name in ("source", "target", "batch", "reference", "reason"):
            if name not in FIELDS[Kind(kind)]:
                del self.fields[name]
        for name, status in _USUALLY.get(Kind(kind), {}).items():
            self.fields[name].initial = zones.filter(status=status).values_list("pk", flat=True).first()
        if kind == Kind.SCRAP:
            self.fields["reason"].required = True
        if kind == Kind.COUNT:
            self.fields["quantity"].label = _("Pieces counted")


class ExpectForm(forms.Form):
    """Goods that will come."""

    code = forms.CharField(label=gettext_lazy("Code of the goods"), max_length=64)
    warehouse = forms.ModelChoiceField(label=gettext_lazy("Warehouse"), queryset=Warehouse.objects.none(), empty_label=None)
    quantity = forms.IntegerField(label=gettext_lazy("Pieces"), min_value=1, max_value=_MOST)
    expected_on = forms.DateField(label=gettext_lazy("Expected on"), widget=forms.DateInput(attrs=_DAY))
    supplier = forms.CharField(label=gettext_lazy("Supplier"), required=False, max_length=80)
    reference = forms.CharField(label=gettext_lazy("Document"), required=False, max_length=80)

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        chosen = self.fields["warehouse"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = access.visible_warehouses(person, "stock.keep")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        warehouse, code = data.get("warehouse"), data.get("code", "").strip()
        if warehouse is None or not code:
            return data
        skus = Sku.objects.filter(access.where(self.person, "stock.keep"), code=code, shop__in=warehouse.serves.values("shop"))
        found = list(skus.select_related("product")[:2])
        if not found:
            self.add_error("code", _("No goods with this code are sent from this warehouse."))
        elif len(found) > 1:
            self.add_error("code", _("Several shops have goods with this code; note the arrival on the page of the goods."))
        data["sku"] = found[0] if found else None
        return data


class ReceiptForm(forms.Form):
    """What has come of an arrival."""

    quantity = forms.IntegerField(label=gettext_lazy("Pieces"), min_value=1, max_value=_MOST)
    target = ZoneChoice(label=pgettext_lazy("stock", "To"), queryset=Zone.objects.none(), empty_label=None)
    key = forms.CharField(widget=forms.HiddenInput, max_length=60)

    def __init__(self, warehouse: Warehouse, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["target"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = Zone.objects.filter(warehouse=warehouse).select_related("warehouse").order_by("code")


class DateForm(forms.Form):
    """Another day for an arrival, and the one that the page showed."""

    expected_on = forms.DateField(widget=forms.DateInput(attrs=_DAY))
    was = forms.DateField(widget=forms.HiddenInput)


class WarehouseForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("warehouse", "Name"), max_length=60)
    code = forms.SlugField(label=pgettext_lazy("warehouse", "Code"), max_length=20)
    shops = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Sends for"), queryset=Shop.objects.none(), widget=forms.CheckboxSelectMultiple(attrs={"class": "choices"})
    )

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["shops"]
        assert isinstance(chosen, forms.ModelMultipleChoiceField)
        chosen.queryset = access.visible_shops(person, "stock.arrange")


class ZoneForm(forms.Form):
    code = forms.SlugField(label=pgettext_lazy("zone", "Code"), max_length=20)
    name = forms.CharField(label=pgettext_lazy("zone", "Name"), max_length=60)
    status = forms.ChoiceField(label=pgettext_lazy("zone", "For"), choices=Zone.Status.choices)
