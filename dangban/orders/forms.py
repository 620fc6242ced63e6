"""What people type about orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dangban.orders import clauses, remarks
from dangban.orders.exceptions.kinds import Kind
from dangban.orders.models import Contact, Requirement
from dangban.orders.ports import Wording


class FilterForm(forms.Form):
    """The search field and the two days above the list; everything else there is a link."""

    q = forms.CharField(label=gettext_lazy("Search"), required=False, max_length=80)
    since = forms.DateField(
        label=gettext_lazy("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=gettext_lazy("To"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )


class RemarkForm(forms.Form):
    """The parts of a remark, in the order in which a flag's format names them."""

    def __init__(self, parts: tuple[str, ...], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in parts:
            if name not in remarks.SIGNATURE:
                label = str(clauses.PARTS.options[name])
                self.fields[name] = forms.CharField(label=label, max_length=120, required=False)


class RequirementForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Requirement.Kind.choices)
    text = forms.CharField(label=gettext_lazy("What the customer wants"), max_length=120)


class ContactForm(forms.Form):
    """How the buyer of an unpaid order was contacted, and what came of it."""

    way = forms.ChoiceField(label=gettext_lazy("How"), choices=Contact.Way.choices)
    script = forms.TypedChoiceField(
        label=gettext_lazy("Script"), required=False, coerce=int, empty_value=None, choices=[]
    )
    text = forms.CharField(
        label=pgettext_lazy("contact", "Words"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    reason = forms.ChoiceField(label=gettext_lazy("Why not paid yet"), choices=Contact.Reason.choices)
    next_at = forms.DateTimeField(
        label=gettext_lazy("Contact again"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, wordings: list[Wording], in_chat: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        way, script = self.fields["way"], self.fields["script"]
        assert isinstance(way, forms.ChoiceField)
        assert isinstance(script, forms.ChoiceField)
        if not in_chat:
            way.choices = [one for one in Contact.Way.choices if one[0] != Contact.Way.CHAT]
        script.choices = [("", _("In my own words")), *((one.script_id, one.title) for one in wordings)]


class OpeningForm(forms.Form):
    """What goes wrong with an order, said by hand."""

    what = forms.ChoiceField(label=gettext_lazy("What is wrong"), choices=[])
    note = forms.CharField(
        label=pgettext_lazy("exception", "What happened"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    mine = forms.BooleanField(label=gettext_lazy("I see to it myself"), required=False, initial=True)

    def __init__(self, *args: Any, kinds: Sequence[Kind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        what = self.fields["what"]
        assert isinstance(what, forms.ChoiceField)
        what.choices = [
            (kind.label, [(f"{kind.code}.{reason}", label) for reason, label in kind.reasons.items()])
            for kind in kinds
        ]


class PromiseForm(forms.Form):
    """A new time for the customer, and the words in which they are told."""

    promised_for = forms.DateTimeField(
        label=gettext_lazy("New time"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    text = forms.CharField(
        label=gettext_lazy("What the customer reads"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)


class SettlingForm(forms.Form):
    outcome = forms.ChoiceField(label=pgettext_lazy("exception", "How it ended"), choices=[])
    answer = forms.CharField(label=gettext_lazy("In words"), required=False, max_length=300)
    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, outcomes: Mapping[str, object], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        outcome = self.fields["outcome"]
        assert isinstance(outcome, forms.ChoiceField)
        outcome.choices = list(outcomes.items())
