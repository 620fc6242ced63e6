"""What people fill in about conversations. Rules are kept by the actions; forms only read."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.conversations.models import AutoReply, Enquiry, Seat
from dangban.lib import clock
from dangban.orders.models import Order, Requirement
from dangban.people.models import Person, Shop
from dangban.shops.models import Product


class CompanyDateTime(forms.DateTimeField):
    """A date and time on the company's clock, kept as an instant."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M")

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        for form in self.FORMATS:
            try:
                wall = datetime.strptime(str(value), form)  # noqa: DTZ007  the company's zone is put on next
            except ValueError:
                continue
            return clock.at_local(wall.date(), wall.time())
        raise forms.ValidationError(self.error_messages["invalid"], code="invalid")

    def prepare_value(self, value: Any) -> Any:
        return f"{clock.local(value):%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else value


class TransferForm(forms.Form):
    """To a person, a team or a skill; the value says which."""

    to = forms.ChoiceField(label=pgettext_lazy("transfer", "To whom"), widget=forms.RadioSelect(attrs={"class": "choices"}))
    note = forms.CharField(
        label=_("Handover note"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What was asked, what was promised, what is still to do. The customer doesn't see it."),
    )
    reason = forms.CharField(label=_("Reason for passing on again"), max_length=200, required=False)

    def __init__(self, *args: Any, targets: list[tuple[str, str]], again: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["to"].choices = targets  # type: ignore[attr-defined]
        if again:
            self.fields["reason"].help_text = _("It has been passed on before; your leader is told.")
        else:
            del self.fields["reason"]


class ReturnForm(forms.Form):
    answer = forms.CharField(label=_("Why it goes back"), max_length=200)


class TakeOverForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class NextShiftForm(forms.Form):
    note = forms.CharField(
        label=_("What is still to do"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )


class ResolveForm(forms.Form):
    """How it ended; for a pre-sale talk also what became of the enquiry."""

    OUTCOMES = (
        ("answered", pgettext_lazy("outcome", "Answered")),
        ("ordered", _("Ordered")),
        ("after_sale", _("After-sale settled")),
        ("no_answer", _("Customer went silent")),
        ("other", pgettext_lazy("outcome", "Other")),
    )
    outcome = forms.ChoiceField(label=_("Outcome"), choices=OUTCOMES, widget=forms.RadioSelect(attrs={"class": "choices"}), initial="answered")
    enquiry_reason = forms.ChoiceField(label=_("Not ordered because"), required=False)
    next_contact_at = CompanyDateTime(label=_("Ask again at"), required=False)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    def __init__(self, *args: Any, presale: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if presale:
            self.fields["enquiry_reason"].choices = [("", _("Not about buying, or ordered")), *Enquiry.Reason.choices]  # type: ignore[attr-defined]
        else:
            del self.fields["enquiry_reason"], self.fields["next_contact_at"]


class RequirementForm(forms.Form):
    kind = forms.ChoiceField(label=_("Kind"), choices=Requirement.Kind.choices)
    text = forms.CharField(label=_("The customer’s wish"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    order = forms.ModelChoiceField(
        label=_("Order"), queryset=Order.objects.none(), required=False,
        empty_label=_("No order yet: it moves to the next one"),
    )
    due_at = CompanyDateTime(label=_("Not later than"), required=False)
    seq = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, orders: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["order"].queryset = orders  # type: ignore[attr-defined]


class PromiseForm(forms.Form):
    text = forms.CharField(label=_("What was promised"), max_length=300, widget=forms.Textarea(attrs={"rows": 2}))
    due_at = CompanyDateTime(label=pgettext_lazy("promise", "Due"))
    order = forms.ModelChoiceField(label=_("Order"), queryset=Order.objects.none(), required=False, empty_label="–")
    seq = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, orders: Any, **options: Any) -> None:
        options.setdefault("initial", {}).setdefault("due_at", clock.now() + timedelta(hours=2))
        super().__init__(*args, **options)
        self.fields["order"].queryset = orders  # type: ignore[attr-defined]


class WithdrawForm(forms.Form):
    why = forms.CharField(label=_("Why it no longer holds"), max_length=200)


class EnquiryForm(forms.Form):
    wanted = forms.CharField(label=_("What they want"), max_length=200, required=False)
    product = forms.ModelChoiceField(label=_("Product"), queryset=Product.objects.none(), required=False, empty_label="–")
    reason = forms.ChoiceField(label=_("Not ordered because"), choices=[("", "–"), *Enquiry.Reason.choices], required=False)
    next_contact_at = CompanyDateTime(label=_("Ask again at"), required=False)

    def __init__(self, *args: Any, products: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["product"].queryset = products  # type: ignore[attr-defined]


class AutoReplyForm(forms.Form):
    shop = forms.ModelChoiceField(label=_("Shop"), queryset=Shop.objects.none(), required=False, empty_label=_("All shops"))
    kind = forms.ChoiceField(label=_("When it is said"), choices=AutoReply.Kind.choices)
    reason = forms.ChoiceField(label=_("For which absence"), required=False)
    text = forms.CharField(label=_("What is said"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))
    starts = forms.TimeField(label=_("From"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label=_("To"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))

    def __init__(self, *args: Any, shops: Any, reasons: list[tuple[str, Any]], everywhere: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["shop"].queryset = shops  # type: ignore[attr-defined]
        self.fields["shop"].required = not everywhere
        self.fields["reason"].choices = [("", _("Every absence")), *reasons]  # type: ignore[attr-defined]


class SeatForm(forms.Form):
    shop = forms.ModelChoiceField(label=_("Shop"), queryset=Shop.objects.none())
    handle = forms.CharField(label=_("Account"), max_length=80)
    receives = forms.BooleanField(label=_("Answers customers itself"), required=False, initial=True)

    def __init__(self, *args: Any, shops: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["shop"].queryset = shops  # type: ignore[attr-defined]


class SeatHolderForm(forms.Form):
    person = forms.ModelChoiceField(label=_("Person"), queryset=Person.objects.none(), required=False, empty_label=_("Nobody"))

    def __init__(self, *args: Any, seat: Seat, people: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["person"].queryset = people  # type: ignore[attr-defined]
        self.fields["person"].widget.attrs["aria-label"] = seat.handle


class StateForm(forms.Form):
    state = forms.ChoiceField(label=_("State"), widget=forms.RadioSelect(attrs={"class": "choices"}))

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["state"].choices = choices  # type: ignore[attr-defined]


class WhisperForm(forms.Form):
    text = forms.CharField(label=_("What you want to say"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
