"""What is typed about payments and goods of a case."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.aftersales.models import CaseOrder, Settlement
from dangban.aftersales.settling.proposing import Beyond, Payee


def _amount(label: Any, *, required: bool = True) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=required, min_value=Decimal("0.01"), max_value=Decimal(1_000_000), max_digits=9, decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )  # fmt: skip


def fen(amount: Decimal | None) -> int:
    return int((amount or Decimal(0)) * 100)


_KINDS = [one for one in Settlement.Kind.choices if one[0] != Settlement.Kind.TOPUP]
_WAYS = [one for one in Settlement.Way.choices if one[0] != Settlement.Way.CASH]
_BACK = [one for one in Settlement.Way.choices if one[0] != Settlement.Way.COUPON]


class _Form(forms.Form):
    """Several of these stand on one page: each field's id begins with its form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{type(self).__name__.lower()}-%s", **kwargs})


class PaymentForm(_Form):
    """A payment to the customer; the key makes a second press of the button the same payment."""

    kind = forms.ChoiceField(label=pgettext_lazy("settlement", "For what"), choices=_KINDS)
    amount = _amount(_("Amount (yuan)"))
    way = forms.ChoiceField(label=pgettext_lazy("settlement", "Way"), choices=_WAYS)
    payee = forms.CharField(label=_("Payee"), required=False, max_length=60)
    account = forms.CharField(label=_("Account"), required=False, max_length=80)
    consent = forms.CharField(label=_("How the customer agreed"), required=False, max_length=200)
    note = forms.CharField(label=_("Note"), required=False, max_length=300)
    clause = forms.CharField(label=pgettext_lazy("settlement", "By which clause"), required=False, max_length=120)
    why = forms.CharField(label=pgettext_lazy("settlement", "Why beyond the ceiling"), required=False, max_length=300)
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    @property
    def beyond(self) -> Beyond | None:
        given = self.cleaned_data
        return Beyond(given["clause"], given["why"]) if given["clause"] or given["why"] else None

    @property
    def to(self) -> Payee:
        given = self.cleaned_data
        return Payee(given["payee"], given["account"], given["consent"])


class TopUpForm(_Form):
    """What came from the customer."""

    amount = _amount(_("Amount (yuan)"))
    way = forms.ChoiceField(label=pgettext_lazy("settlement", "How it came"), choices=_BACK)
    reference = forms.CharField(label=_("Reference"), required=False, max_length=80)
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)


class GoodsForm(_Form):
    """One thing to be sent for the case; a worth of its own counts against what would be paid back."""

    kind = forms.ChoiceField(label=pgettext_lazy("case order", "What for"), choices=CaseOrder.Kind.choices)
    line = forms.TypedChoiceField(label=pgettext_lazy("case order", "For"), coerce=int, empty_value=None, choices=[])
    sku = forms.CharField(label=_("SKU that is sent"), max_length=64)
    quantity = forms.IntegerField(label=_("Pieces"), min_value=1, max_value=9999)
    worth = _amount(_("Worth a piece (yuan)"), required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, lines: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        line = self.fields["line"]
        assert isinstance(line, forms.ChoiceField)
        line.choices = lines


class StockForm(_Form):
    """What left by mistake, and what is still there because of it."""

    sent = forms.CharField(label=_("SKU that was really sent"), max_length=64)
    instead_of = forms.CharField(label=_("Instead of SKU"), required=False, max_length=64, help_text=_("Empty where it was sent beside what was ordered."))
    quantity = forms.IntegerField(label=_("Pieces"), min_value=1, max_value=9999)


class OfferForm(_Form):
    kind = forms.ChoiceField(label=pgettext_lazy("retention", "Offer"), choices=[])
    amount = _amount(_("Amount (yuan)"), required=False)
    note = forms.CharField(label=_("Note"), required=False, max_length=200)

    def __init__(self, *args: Any, kinds: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = kinds


class CreditForm(_Form):
    """Credit used on another order of the customer."""

    order = forms.CharField(label=_("On order"), max_length=64)
    amount = _amount(_("Amount (yuan)"))
    key = forms.CharField(widget=forms.HiddenInput, max_length=40)
