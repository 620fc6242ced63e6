"""What people type about parcels."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from dangban.tracking.models import Track


class StepForm(forms.Form):
    """News of a parcel, by hand."""

    state = forms.ChoiceField(
        label=gettext_lazy("Where it is"),
        choices=[
            *((value, label) for value, label in Track.State.choices if value),
            ("refused", Track.Trouble.REFUSED.label),
            ("undeliverable", Track.Trouble.UNDELIVERABLE.label),
        ],
    )
    text = forms.CharField(label=gettext_lazy("What you learned"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    happened_at = forms.DateTimeField(
        label=gettext_lazy("When it happened"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class AccountForm(forms.Form):
    customer = forms.CharField(label=pgettext_lazy("account", "Customer number"), max_length=60)
    key = forms.CharField(
        label=pgettext_lazy("account", "Key"), required=False, max_length=120,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    salt = forms.CharField(
        label=gettext_lazy("Salt of pushes"), required=False, max_length=120,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    asks = forms.BooleanField(label=gettext_lazy("Ask the service for news"), required=False)

    def __init__(self, *args: Any, with_salt: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not with_salt:
            del self.fields["salt"]
