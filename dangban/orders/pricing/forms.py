"""What is typed for a discount."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.orders.pricing.actions import Ask


class DiscountForm(forms.Form):
    """Money, freight, a gift; and why."""

    off = forms.DecimalField(
        label=pgettext_lazy("discount", "Money off (yuan)"), required=False, min_value=Decimal(0), max_value=Decimal(1000000), max_digits=9,
        decimal_places=2, widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    freight_free = forms.BooleanField(label=_("Freight free"), required=False)
    gift = forms.CharField(label=pgettext_lazy("discount", "Gift"), required=False, max_length=100)
    gift_worth = forms.DecimalField(
        label=_("Worth (yuan)"), required=False, min_value=Decimal(0), max_value=Decimal(1000000), max_digits=9, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip
    reason = forms.CharField(label=pgettext_lazy("discount", "Why"), max_length=200)

    def ask(self) -> Ask:
        given = self.cleaned_data
        return Ask(
            off_fen=int((given["off"] or Decimal(0)) * 100), freight_free=given["freight_free"], gift=given["gift"],
            gift_fen=int((given["gift_worth"] or Decimal(0)) * 100), reason=given["reason"],
        )  # fmt: skip
