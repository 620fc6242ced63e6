"""What is typed on the pages of staff and account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.people.models import Person


class PreferencesForm(forms.Form):
    language = forms.ChoiceField(label=_("Language"), choices=[("zh-hans", "简体中文"), ("en", "English")])
    theme = forms.ChoiceField(
        label=_("Appearance"),
        choices=[
            ("auto", _("As the system")),
            ("light", pgettext_lazy("theme", "Light")),
            ("dark", pgettext_lazy("theme", "Dark")),
        ],
    )
    enter_sends = forms.BooleanField(
        label=_("Enter sends a message"),
        required=False,
        help_text=_("Shift+Enter then begins a new line. Without it, Ctrl+Enter sends."),
    )

    @staticmethod
    def of(person: Any) -> dict[str, Any]:
        assert isinstance(person, Person)
        return {"language": person.language, "theme": person.theme, "enter_sends": person.enter_sends}
