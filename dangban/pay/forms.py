"""What people type about pay."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dangban.lib import money
from dangban.people.models import Person

# Ten millions: whoever writes more has leant on a key.
MOST_FEN = 1_000_000_000


def area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class SignedYuanField(forms.CharField):
    """An amount that may be taken: yuan on the page, fen in the program."""

    def __init__(self, **given: Any) -> None:
        super().__init__(max_length=16, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **given)

    def clean(self, value: Any) -> int:
        text = super().clean(value)
        if not text:
            return 0
        try:
            amount = money.fen(text.replace("−", "-"))
        except ValueError as error:
            raise forms.ValidationError(_("Write an amount such as 12.50.")) from error
        if abs(amount) > MOST_FEN:
            raise forms.ValidationError(_("Write an amount such as 12.50."))
        return amount


class MonthForm(forms.Form):
    month = forms.CharField(label=pgettext_lazy("pay", "Month"), max_length=7, widget=forms.TextInput(attrs={"type": "month"}))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=pgettext_lazy("pay", "Why"), max_length=300, widget=area(2))


class DisputeForm(forms.Form):
    said = forms.CharField(label=gettext_lazy("What is wrong with it"), max_length=500, widget=area())


class AnswerForm(forms.Form):
    upheld = forms.TypedChoiceField(
        label=pgettext_lazy("pay", "Is the person right?"), coerce=lambda text: text == "yes", widget=forms.RadioSelect,
        choices=[("yes", pgettext_lazy("pay", "Right: it is corrected")), ("no", pgettext_lazy("pay", "It stays as it is"))],
    )  # fmt: skip
    amount = SignedYuanField(label=gettext_lazy("How much was missing"), required=False, help_text=gettext_lazy("Paid with the next month; with a minus, taken off."))
    words = forms.CharField(label=gettext_lazy("What you tell the person"), max_length=500, widget=area())


class CorrectionForm(forms.Form):
    person = forms.ModelChoiceField(Person.objects.none(), label=pgettext_lazy("pay", "Who"), empty_label="")
    concerns = forms.CharField(label=gettext_lazy("Month that was wrong"), max_length=7, widget=forms.TextInput(attrs={"type": "month"}))
    amount = SignedYuanField(label=pgettext_lazy("pay", "Amount"), help_text=gettext_lazy("Too little was paid: above zero. Too much: with a minus."))
    reason = forms.CharField(label=pgettext_lazy("pay", "Why"), max_length=300, widget=area(2))

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["person"].queryset = Person.objects.filter(hired_on__isnull=False).order_by("name", "pk")  # type: ignore[attr-defined]


class AccountForm(forms.Form):
    holder = forms.CharField(label=gettext_lazy("Account holder"), max_length=60)
    bank = forms.CharField(label=pgettext_lazy("pay", "Bank"), max_length=60)
    number = forms.CharField(
        label=gettext_lazy("Account number"), max_length=40, required=False, widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
        help_text=gettext_lazy("Left empty, the number that is there stays."),
    )  # fmt: skip
    city = forms.CharField(label=gettext_lazy("City of work"), max_length=20, required=False, help_text=gettext_lazy("Decides which minimum wage holds."))
    special = SignedYuanField(label=gettext_lazy("Special deductions a month"), required=False, help_text=gettext_lazy("What the person may deduct before tax beside insurance."))


class TryForm(forms.Form):
    handbook = forms.ChoiceField(label=gettext_lazy("Under which handbook"))

    def __init__(self, known: list[tuple[str, str]], *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["handbook"].choices = known  # type: ignore[attr-defined]
