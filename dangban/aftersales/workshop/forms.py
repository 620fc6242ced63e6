"""What people type about a rework."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dangban.lib import money

MOST = 99_999


class YuanField(forms.CharField):
    """An amount of money: yuan on the page, fen in the program."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_length=16, required=False, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **given)

    def clean(self, value: Any) -> int:
        text = super().clean(value)
        if not text:
            return 0
        try:
            amount = money.fen(text)
        except ValueError as error:
            raise forms.ValidationError(_("Write an amount such as 12.50.")) from error
        if not 0 <= amount <= 10**11:
            raise forms.ValidationError(_("Write an amount such as 12.50."))
        return amount


class SeenForm(forms.Form):
    """An act on what a page showed."""

    seen = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


class FinishForm(SeenForm):
    good = forms.IntegerField(label=pgettext_lazy("rework", "Put right"), min_value=0, max_value=MOST)
    bad = forms.IntegerField(label=pgettext_lazy("rework", "Beyond repair"), min_value=0, max_value=MOST, initial=0)
    material = YuanField(label=gettext_lazy("Material"))
    labour = YuanField(label=gettext_lazy("Labour"))
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)


class CheckForm(SeenForm):
    sampled = forms.IntegerField(label=gettext_lazy("Pieces looked at"), min_value=0, max_value=MOST)
    failed = forms.IntegerField(label=gettext_lazy("Of these, failed"), min_value=0, max_value=MOST, initial=0)


class WhyForm(SeenForm):
    why = forms.CharField(label=pgettext_lazy("reason", "Why"), max_length=300)
