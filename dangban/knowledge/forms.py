"""What people fill in about scripts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.knowledge.models import Script
from dangban.people.models import Shop, Team


class ScriptForm(forms.Form):
    scope = forms.ChoiceField(label=pgettext_lazy("script", "For whom"))
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), required=False, empty_label="–")
    shop = forms.ModelChoiceField(label=_("Only for the shop"), queryset=Shop.objects.none(), required=False, empty_label=_("Every shop"))
    stage = forms.ChoiceField(label=_("Stage"), choices=Script.Stage.choices)
    title = forms.CharField(label=_("Title"), max_length=60, help_text=_("Found after “/” by its words or their pinyin initials."))
    body = forms.CharField(label=_("What is said"), max_length=2000, widget=forms.Textarea(attrs={"rows": 6}))
    expires_on = forms.DateField(label=_("Good until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, *args: Any, scopes: list[tuple[str, Any]], teams: Any, shops: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["scope"].choices = scopes  # type: ignore[attr-defined]
        self.fields["team"].queryset = teams  # type: ignore[attr-defined]
        self.fields["shop"].queryset = shops  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("scope") == Script.Scope.TEAM and data.get("team") is None:
            self.add_error("team", _("Say which team it is for."))
        return data
