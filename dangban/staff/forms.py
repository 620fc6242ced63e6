"""What is typed into staff files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from dangban.lib import clock, money
from dangban.lib.fields import DayField
from dangban.people.models import Person
from dangban.staff.models import Attainment, Contract, Departure, Proposal, StaffFile
from dangban.staff.queries import TOOLS
from dangban.staff.rules.promotion import RANKS

# Nobody earns ten millions a month: whoever writes that has leant on a key.
MOST_FEN = 1_000_000_000


def day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", "class": "input"}, format="%Y-%m-%d")


class YuanField(forms.CharField):
    """An amount in yuan as people write it, kept as fen."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_length=16, widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "input"}), **given)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return 0
        try:
            amount = money.fen(text)
        except ValueError as error:
            raise forms.ValidationError(_("Write an amount like 2800.00.")) from error
        if abs(amount) > MOST_FEN:
            raise forms.ValidationError(_("Write an amount like 2800.00."))
        return amount


def _colleagues(person: Person) -> Any:
    return Person.objects.filter(is_active=True).exclude(pk=person.pk).order_by("name", "pk")


class FileForm(forms.Form):
    education = forms.ChoiceField(label=gettext_lazy("Education"), choices=[("", "–"), *StaffFile.Education.choices], required=False)
    experience_months = forms.IntegerField(label=gettext_lazy("Like experience in months"), min_value=0, max_value=720, initial=0)
    mentor = forms.ModelChoiceField(Person.objects.none(), label=gettext_lazy("Mentor"), required=False, empty_label="–")

    def __init__(self, person: Person, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["mentor"].queryset = _colleagues(person)  # type: ignore[attr-defined]


class OpenForm(FileForm):
    base = YuanField(label=gettext_lazy("Base wage a month"))
    insurance = YuanField(label=gettext_lazy("Insurance a month, both shares"), required=False)
    on_probation = forms.BooleanField(label=gettext_lazy("With probation"), required=False, initial=True)
    field_order = ["base", "insurance", "on_probation", "mentor", "education", "experience_months"]


class ContractForm(forms.Form):
    kind = forms.ChoiceField(label=pgettext_lazy("contract", "Kind"), choices=Contract.Kind.choices)
    number = forms.CharField(label=pgettext_lazy("contract", "Number"), max_length=40, required=False)
    starts_on = DayField(label=gettext_lazy("First day"), widget=day())
    ends_on = DayField(label=gettext_lazy("Last day"), widget=day(), required=False)
    signed_on = DayField(label=gettext_lazy("Signed on"), widget=day())


class AttainmentForm(forms.Form):
    kind = forms.ChoiceField(label=pgettext_lazy("staff", "What"), choices=Attainment.Kind.choices)
    code = forms.CharField(label=gettext_lazy("Name or code"), max_length=40, help_text=gettext_lazy("The exam before the first customer is called “Tools exam”."))
    on = DayField(label=gettext_lazy("Day"), widget=day())
    result = forms.IntegerField(
        label=pgettext_lazy("staff", "Result"), min_value=0, max_value=1000, required=False,
        help_text=gettext_lazy("Points of an exam, characters a minute of a typing test."),
    )  # fmt: skip
    passed = forms.BooleanField(label=pgettext_lazy("staff", "Passed"), required=False, initial=True)
    number = forms.CharField(label=gettext_lazy("Number of the licence"), max_length=60, required=False)
    expires_on = DayField(label=gettext_lazy("Good until"), widget=day(), required=False)
    note = forms.CharField(label=gettext_lazy("Remark"), max_length=200, required=False)

    def clean_code(self) -> str:
        """The tools exam by its name on the page too; rules and exports know it by its code."""
        typed: str = self.cleaned_data["code"]
        return TOOLS if typed == pgettext("exam", "Tools exam") else typed


class ProposalForm(forms.Form):
    kind = forms.ChoiceField(label=pgettext_lazy("proposal", "What"), choices=Proposal.Kind.choices)
    level = forms.ChoiceField(label=pgettext_lazy("person", "Level"), choices=(), required=False)
    base = YuanField(label=gettext_lazy("Base wage a month"), required=False, help_text=gettext_lazy("Empty: as it is."))
    since = DayField(label=pgettext_lazy("proposal", "From"), widget=day())
    reason = forms.CharField(label=pgettext_lazy("proposal", "Why"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, person: Person, *args: Any, **given: Any) -> None:
        given.setdefault("initial", {"since": clock.business_day(clock.now()), "level": person.level})
        super().__init__(*args, **given)
        levels = sorted(Person.Level.choices, key=lambda one: RANKS[one[0]])
        self.fields["level"].choices = levels  # type: ignore[attr-defined]


class MentorForm(forms.Form):
    mentor = forms.ModelChoiceField(Person.objects.none(), label=gettext_lazy("Mentor"))

    def __init__(self, person: Person, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["mentor"].queryset = _colleagues(person)  # type: ignore[attr-defined]


class DepartureForm(forms.Form):
    kind = forms.ChoiceField(label=pgettext_lazy("departure", "Why"), choices=[("", ""), *Departure.Kind.choices])
    last_day = DayField(label=gettext_lazy("Last day of work"), widget=day(), help_text=gettext_lazy("Until then they work and are planned; the account closes on the day after."))
    to = forms.ModelChoiceField(Person.objects.none(), label=gettext_lazy("Open work goes to"), required=False, empty_label="–")
    reason = forms.CharField(label=gettext_lazy("Remark"), max_length=200, required=False)

    def __init__(self, person: Person, must_name: bool, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["to"].queryset = _colleagues(person)  # type: ignore[attr-defined]
        self.fields["to"].required = must_name


class WithdrawForm(forms.Form):
    why = forms.CharField(label=pgettext_lazy("departure", "Why it is withdrawn"), max_length=200)


class LookForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("What you need it for"), max_length=200)
