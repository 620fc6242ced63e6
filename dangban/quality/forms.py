"""What people type about conduct."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy, pgettext_lazy

from dangban.aftersales.workshop.forms import SeenForm, YuanField
from dangban.lib.fields import DayField
from dangban.people.models import Person
from dangban.quality.actions.appealing import LIFTED, LIGHTER, UPHELD
from dangban.quality.actions.deciding import MILD
from dangban.quality.models import Commendation
from dangban.quality.words import consequence_name, offence_name


def area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class ReportForm(forms.Form):
    person = forms.ModelChoiceField(Person.objects.none(), label=pgettext_lazy("offence", "Who"), empty_label="")
    offence = forms.ChoiceField(label=pgettext_lazy("offence", "What"))
    happened_on = DayField(label=gettext_lazy("On which day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    facts = forms.CharField(
        label=gettext_lazy("What was seen, by whom, when"), max_length=1000, widget=area(4), help_text=gettext_lazy("Facts only; the person reads this and answers.")
    )
    url = forms.CharField(label=gettext_lazy("Where it shows"), max_length=200, required=False, help_text=gettext_lazy("Address of a conversation, case or order here."))

    def __init__(self, people: Any, known: Sequence[str], host: str, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.host = host
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        self.fields["offence"].choices = [("", ""), *((code, offence_name(code)) for code in known)]  # type: ignore[attr-defined]

    def clean_url(self) -> str:
        """Only places within the program: an address of another host is refused, and not bent into one of ours."""
        url = str(self.cleaned_data["url"]).strip()
        try:
            address = urlsplit(url)
        except ValueError as error:
            raise forms.ValidationError(gettext_lazy("An address of a page here begins with /.")) from error
        if address.scheme or address.netloc:
            if address.scheme not in ("http", "https") or address.netloc.lower() != self.host.lower():
                raise forms.ValidationError(gettext_lazy("This is an address of another site. Name a page of this program; it begins with /."))
            url = url[url.index(address.netloc) + len(address.netloc) :] or "/"
        if url and (not url.startswith("/") or url.startswith(("//", "/\\"))):
            raise forms.ValidationError(gettext_lazy("An address of a page here begins with /."))
        return url


class WordsForm(SeenForm):
    words = forms.CharField(label=gettext_lazy("In your words"), max_length=1000, widget=area())


class DecideForm(SeenForm):
    chosen = forms.ChoiceField(label=gettext_lazy("What follows"), required=False)
    loss = YuanField(label=gettext_lazy("Proven loss to be made good"))
    words = forms.CharField(label=gettext_lazy("Why, as the person will read it"), max_length=500, widget=area())

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["chosen"].choices = [("", "–"), *((code, consequence_name(code)) for code in MILD)]  # type: ignore[attr-defined]


class AnswerForm(SeenForm):
    outcome = forms.ChoiceField(
        label=pgettext_lazy("appeal", "What becomes of it"),
        choices=[
            ("", ""), (UPHELD, pgettext_lazy("appeal", "It stands")), (LIGHTER, pgettext_lazy("appeal", "Something milder")), (LIFTED, pgettext_lazy("appeal", "It is lifted")),
        ],
    )  # fmt: skip
    consequence = forms.ChoiceField(label=gettext_lazy("Milder, namely"), required=False)
    words = forms.CharField(label=pgettext_lazy("offence", "Why"), max_length=500, widget=area())

    def __init__(self, milder: Sequence[str], *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["consequence"].choices = [("", "–"), *((code, consequence_name(code)) for code in milder)]  # type: ignore[attr-defined]


class CommendForm(forms.Form):
    person = forms.ModelChoiceField(Person.objects.none(), label=pgettext_lazy("commendation", "Who"), empty_label="")
    kind = forms.ChoiceField(label=pgettext_lazy("commendation", "What for"), choices=Commendation.Kind.choices)
    words = forms.CharField(label=gettext_lazy("What was done well"), max_length=500, widget=area(2))
    url = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)
    source = forms.RegexField(r"^[a-z]+:\d{1,17}$", max_length=60, required=False, widget=forms.HiddenInput)

    def __init__(self, people: Any, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        return url if url.startswith("/") and not url.startswith("//") else ""


class WhyForm(forms.Form):
    why = forms.CharField(label=pgettext_lazy("offence", "Why"), max_length=200)


class SpendForm(forms.Form):
    what = forms.CharField(label=pgettext_lazy("purse", "Spent on"), max_length=200)
    amount = YuanField(label=gettext_lazy("Amount"))
