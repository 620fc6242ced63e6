"""What is typed on the pages of cases."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.aftersales.models import Case, CaseContact, Settlement
from dangban.aftersales.rules.assessment.facts import CATEGORIES, CONDITIONS, DAMAGE_FOUND, EXCLUDED, Facts
from dangban.aftersales.rules.assessment.reasons import PARTIES, REASONS
from dangban.lib import clock, money
from dangban.orders.models import OrderLine

_text = lazy(str, str)


class YuanField(forms.CharField):
    """An amount as people write it, read as fen."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "size": 8})

    def to_python(self, value: Any) -> Any:
        written = super().to_python(value)
        if not written:
            return None
        try:
            fen = money.fen(written)
        except ValueError as wrong:
            raise forms.ValidationError(_now("Write an amount such as 12.50.")) from wrong
        if not 0 <= fen <= 100_000_000:
            raise forms.ValidationError(_now("Write an amount such as 12.50."))
        return fen

    def prepare_value(self, value: Any) -> Any:
        return f"{money.yuan(value)}" if isinstance(value, int) else value


class InstantField(forms.DateTimeField):
    """A moment on the company's clock."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def prepare_value(self, value: Any) -> Any:
        return clock.local(value).replace(tzinfo=None) if isinstance(value, datetime) and value.tzinfo else value


class _Seen(forms.Form):
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)


def _choices(words: Any, empty: Any = None) -> list[tuple[str, Any]]:
    listed = [(code, _text(one)) for code, one in words.items()]
    return [("", empty), *listed] if empty is not None else listed


# What is asked about by reason or kind; the rest stands behind a fold.
PARTS: dict[str, tuple[str, ...]] = {
    "dates": ("signed_at", "proxy_signed"),
    "shown": ("photos", "weights", "courier_proof", "loss_confirmed", "no_evidence", "damage_found"),
    "condition": (*CONDITIONS, "misused"),
    "goods": ("category", "excluded", "exclusion_confirmed", "gifts_owed", "gifts_back", "gift_value_fen"),
    "back": ("courier_back", "collect", "surface_mail", "ship_first"),
    "money": ("asked_fen", "freight_out_fen", "freight_back_fen", "freight_again_fen", "insured_freight", "insurance_fen", "free_shipping", "loses_free_shipping"),
    "over": ("surplus_admitted", "surplus_given_back"),
}  # fmt: skip
PART_LABELS = {
    "dates": _("Signing"), "shown": _("What is shown"), "condition": _("Condition of the goods"), "goods": _("Goods and gifts"),
    "back": _("How it comes back"), "money": _("Amounts"), "over": _("What was sent too much"),
}  # fmt: skip


class FactsForm(_Seen):
    """What only a person finds out, begun with what is known."""

    reason = forms.ChoiceField(label=pgettext_lazy("case", "Reason"), choices=[])
    signed_at = InstantField(label=_("Signed for at"), required=False)
    proxy_signed = forms.BooleanField(label=_("Somebody else took it in"), required=False)
    photos = forms.BooleanField(label=_("Photos or video are there"), required=False)
    weights = forms.BooleanField(label=_("Box, slip and goods were weighed"), required=False)
    courier_proof = forms.BooleanField(label=_("The courier's written word is there"), required=False)
    loss_confirmed = forms.BooleanField(label=_("The courier confirms the loss"), required=False)
    no_evidence = forms.BooleanField(label=_("The customer can't show anything"), required=False)
    damage_found = forms.ChoiceField(label=_("Damage was found"), required=False, choices=_choices(DAMAGE_FOUND, "–"))
    misused = forms.BooleanField(label=_("Broken by improper use"), required=False)
    category = forms.ChoiceField(label=_("Kind of goods"), required=False, choices=_choices(CATEGORIES))
    excluded = forms.ChoiceField(label=_("Outside the return without a reason"), required=False, choices=_choices(EXCLUDED, "–"))
    exclusion_confirmed = forms.BooleanField(label=_("The buyer confirmed it with this order"), required=False)
    gifts_owed = forms.IntegerField(label=_("Gifts that belong to it"), required=False, min_value=0, max_value=999)
    gifts_back = forms.IntegerField(label=_("Gifts that come back"), required=False, min_value=0, max_value=999)
    gift_value_fen = YuanField(label=_("Worth of a missing gift"), required=False)
    courier_back = forms.CharField(label=_("Courier of the return"), required=False, max_length=40)
    collect = forms.BooleanField(label=_("Freight to be paid on arrival"), required=False)
    surface_mail = forms.BooleanField(label=_("By surface mail"), required=False)
    ship_first = forms.BooleanField(label=_("Replacement before the return"), required=False)
    asked_fen = YuanField(label=_("The customer asks for"), required=False)
    freight_out_fen = YuanField(label=_("Outbound freight"), required=False)
    freight_back_fen = YuanField(label=_("Return freight"), required=False)
    freight_again_fen = YuanField(label=_("Freight of sending again"), required=False)
    insured_freight = forms.BooleanField(label=_("Freight insurance"), required=False)
    insurance_fen = YuanField(label=_("The insurance pays"), required=False)
    free_shipping = forms.BooleanField(label=_("Free shipping"), required=False)
    loses_free_shipping = forms.BooleanField(label=_("What is kept no longer earns free shipping"), required=False)
    surplus_admitted = forms.BooleanField(label=_("The customer says so too"), required=False)
    surplus_given_back = forms.BooleanField(label=_("The customer gives it back"), required=False)

    def __init__(self, case: Case, known: Facts, data: Any = None) -> None:
        began = {name: getattr(known, name) for part in PARTS.values() for name in part if hasattr(known, name)}
        super().__init__(data, initial={**began, "reason": case.reason, "seen": case.version})
        for name, label in CONDITIONS.items():
            self.fields[name] = forms.BooleanField(label=str(label), required=False)
        self.fields["reason"].choices = reason_choices()  # type: ignore[attr-defined]
        self.began = began
        if case.kind != Case.Kind.OVER and case.reason != "over":
            for name in PARTS["over"]:
                del self.fields[name]

    def parts(self) -> list[tuple[str, Any, list[Any]]]:
        """Fields in groups, as the page shows them."""
        return [(code, PART_LABELS[code], [self[name] for name in names if name in self.fields]) for code, names in PARTS.items() if names[0] in self.fields]

    def told(self) -> dict[str, Any]:
        """What differs from what was known: the rest stays the rows' own word."""
        return {name: value for name, value in self.cleaned_data.items() if name in self.began and not _same(value, self.began[name])}


def _same(typed: Any, known: Any) -> bool:
    """A moment is typed without its seconds."""
    if isinstance(typed, datetime) and isinstance(known, datetime):
        return abs((typed - known).total_seconds()) < 60
    return bool(typed == known)


def reason_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    return [(str(label), [(code, str(one.label)) for code, one in REASONS.items() if one.party == party]) for party, label in PARTIES.items()]


class NewCaseForm(forms.Form):
    """What is asked, for which goods of the order."""

    kind = forms.ChoiceField(label=_("What is asked"), choices=Case.Kind.choices)
    reason = forms.ChoiceField(label=pgettext_lazy("case", "Reason"), choices=[])
    note = forms.CharField(label=_("What the customer says"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    asked_fen = YuanField(label=_("The customer asks for"), required=False)
    severe = forms.BooleanField(label=pgettext_lazy("case", "Severe complaint"), required=False)

    def __init__(self, lines: Sequence[OrderLine], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].choices = reason_choices()  # type: ignore[attr-defined]
        self.lines = list(lines)
        for line in self.lines:
            whole = line.quantity if len(self.lines) == 1 else 0
            self.fields[f"line_{line.pk}"] = forms.IntegerField(
                label=f"{line.title} {line.variant}".strip(), min_value=0, max_value=line.quantity, required=False, initial=whole
            )

    def goods(self) -> list[tuple[OrderLine, Any]]:
        return [(line, self[f"line_{line.pk}"]) for line in self.lines]

    def chosen(self) -> dict[OrderLine, int]:
        told = {line: self.cleaned_data.get(f"line_{line.pk}") or 0 for line in self.lines}
        return {line: quantity for line, quantity in told.items() if quantity}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.lines and not any(cleaned.get(f"line_{line.pk}") for line in self.lines):
            raise forms.ValidationError(_now("Say how many of which goods it is about."))
        return cleaned


class WordsForm(_Seen):
    """One text that an act needs."""

    text = forms.CharField(max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


class WhyForm(_Seen):
    why = forms.CharField(max_length=300)


class DisputeForm(WhyForm):
    due_at = InstantField(label=_("The platform wants an answer by"), required=False)


class AgreeForm(_Seen):
    remedy = forms.CharField(max_length=12)
    amount = YuanField(required=False)
    way = forms.ChoiceField(choices=Settlement.Way.choices, required=False)
    note = forms.CharField(max_length=300, required=False)
    key = forms.CharField(max_length=60, required=False)


class ContactForm(forms.Form):
    way = forms.ChoiceField(label=_("How"), choices=CaseContact.Way.choices)
    text = forms.CharField(label=_("What was told"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    reached = forms.TypedChoiceField(
        label=_("Reached?"), choices=[("yes", _("Reached")), ("no", _("Only a message left: no contact"))], coerce=lambda said: said == "yes"
    )


class ReturnForm(_Seen):
    courier = forms.CharField(label=_("Courier"), max_length=40)
    number = forms.CharField(label=_("Tracking number"), max_length=60)
