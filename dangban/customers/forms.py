"""What people type about customers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from dangban.customers import queries


class TagForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Tag"), max_length=30)


class RiskForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Order, conversation, what happened. The mark expires by the handbook."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = self.fields["kind"]
        assert isinstance(kinds, forms.ChoiceField)
        kinds.choices = list(queries.RISKS.items())


class MergeForm(forms.Form):
    other = forms.IntegerField(label=gettext_lazy("Number of the other customer"), min_value=1)
    reason = forms.CharField(label=gettext_lazy("Why they are the same person"), max_length=200)
