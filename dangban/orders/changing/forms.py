"""What is typed for a change, field by field."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.orders.models import ChangeRequest, Order
from dangban.shops.models import Courier

_LINE = ("item", "quantity")


class ChangeForm(forms.Form):
    """One kind of change of one order; `seen` says what the page had shown of it."""

    cause = forms.ChoiceField(label=_("Whose cause"), choices=ChangeRequest.Cause.choices)
    note = forms.CharField(label=pgettext_lazy("change", "Note"), required=False, max_length=200)
    seen = forms.CharField(required=False, max_length=16, widget=forms.HiddenInput)

    def __init__(self, field: str, order: Order, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if field in _LINE:
            lines = order.lines.order_by("position")
            choices = [(line.position, f"{line.title} {line.variant} ×{line.quantity}") for line in lines]
            self.fields["line"] = forms.ChoiceField(label=_("Item"), choices=choices)
        for name, made in _FIELDS[field].items():
            self.fields[name] = made()
        if field == "courier":
            names = Courier.objects.filter(shop=order.shop_id, stopped_on=None).order_by("name").values_list("name", flat=True)
            if names:
                self.fields["courier"] = forms.ChoiceField(label=_("Courier"), choices=[(name, name) for name in names])
        if field == "cancel":
            self.fields["note"].required = True
            self.fields["note"].label = str(_("Why it is cancelled"))
        self.order_fields([name for name in self.fields if name not in ("cause", "note", "seen")])

    def typed(self) -> dict[str, str]:
        return {name: str(value or "") for name, value in self.cleaned_data.items() if name not in ("cause", "note", "seen")}


_FIELDS: dict[str, dict[str, Any]] = {
    "address": {
        "address": lambda: forms.CharField(
            label=_("New address"), required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("Province, city, district, street and number in one line; empty: the address stays."),
        ),
        "receiver": lambda: forms.CharField(label=_("Receiver"), required=False, max_length=60, help_text=_("Empty: stays as it is.")),
        "phone": lambda: forms.CharField(label=_("Phone"), required=False, max_length=20, help_text=_("Empty: stays as it is.")),
    },
    "item": {"sku": lambda: forms.CharField(label=_("Code of the other SKU"), max_length=64)},
    "quantity": {"quantity": lambda: forms.IntegerField(label=_("Pieces"), min_value=1, max_value=9999)},
    "courier": {"courier": lambda: forms.CharField(label=_("Courier"), max_length=40)},
    "invoice": {"invoice_title": lambda: forms.CharField(label=_("Invoice title"), max_length=120)},
    "cancel": {},
}  # fmt: skip
