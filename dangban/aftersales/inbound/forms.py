"""What keepers, inspectors and agents type about parcels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from dangban.aftersales.inbound.arriving import AtTheDoor
from dangban.aftersales.models import Finding, InboundParcel, ParcelItem
from dangban.aftersales.rules.inspecting import RESPONSIBLE, Found
from dangban.aftersales.workshop.forms import SeenForm, YuanField
from dangban.lib import money, text
from dangban.lib.errors import BadInput

# Lines of findings for one item: what the keeper counted may fall into so many kinds.
LINES = 4
_ORIGINS = [("", pgettext_lazy("inbound", "By the courier's news")), *InboundParcel.Origin.choices[1:]]


class ScanForm(forms.Form):
    number = forms.CharField(label=pgettext_lazy("parcel", "Tracking number"), max_length=60)
    courier = forms.CharField(label=pgettext_lazy("parcel", "Courier"), max_length=40, required=False)
    collect = YuanField(label=gettext_lazy("Freight collect"))
    surface = forms.BooleanField(label=gettext_lazy("Surface mail"), required=False)
    origin = forms.ChoiceField(label=gettext_lazy("One of our own parcels came back"), choices=_ORIGINS, required=False)
    despite = forms.CharField(label=gettext_lazy("Take it in nevertheless, because"), max_length=300, required=False)

    def at_the_door(self) -> AtTheDoor:
        given = self.cleaned_data
        return AtTheDoor(given["courier"], given["collect"], given["surface"], despite=given["despite"])


class DescribeForm(forms.Form):
    sender = forms.CharField(label=gettext_lazy("Sender"), max_length=60, required=False)
    phone_tail = forms.CharField(label=gettext_lazy("Last four of the phone"), max_length=20, required=False, widget=forms.TextInput(attrs={"inputmode": "numeric"}))
    label_text = forms.CharField(label=gettext_lazy("What label and slip say"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    goods = forms.CharField(label=gettext_lazy("Codes of the goods inside"), max_length=300, required=False, help_text=gettext_lazy("Several with blanks between them."))
    weight_g = forms.IntegerField(label=gettext_lazy("Weight in grams"), min_value=0, max_value=999_999, required=False)
    shelf = forms.CharField(label=gettext_lazy("Where it lies"), max_length=40, required=False)


class InsideForm(SeenForm):
    card = forms.TypedChoiceField(
        label=gettext_lazy("Return card inside"), required=False, empty_value=None, coerce=lambda value: value == "yes",
        choices=[("", pgettext_lazy("card", "Not looked")), ("yes", pgettext_lazy("card", "Yes")), ("no", pgettext_lazy("card", "No"))],
    )
    cash = YuanField(label=gettext_lazy("Cash inside"))
    weight_g = forms.IntegerField(label=gettext_lazy("Weight in grams"), min_value=0, max_value=999_999, required=False)
    note = forms.CharField(label=gettext_lazy("Note"), max_length=300, required=False)


class WhyForm(SeenForm):
    why = forms.CharField(label=pgettext_lazy("reason", "Why"), max_length=300)


class ResendForm(forms.Form):
    courier = forms.CharField(label=pgettext_lazy("parcel", "Courier"), max_length=40)
    surcharge = YuanField(label=gettext_lazy("Extra cost"))
    why = forms.CharField(label=pgettext_lazy("reason", "Why"), max_length=200)


class SendBackForm(forms.Form):
    courier = forms.CharField(label=pgettext_lazy("parcel", "Courier"), max_length=40)
    number = forms.CharField(label=pgettext_lazy("parcel", "Tracking number"), max_length=60)
    waived = forms.CharField(label=gettext_lazy("Without the freight, because"), max_length=300, required=False)


class AmountForm(forms.Form):
    amount = YuanField(label=gettext_lazy("Both freights"))


def read_counts(items: list[ParcelItem], given: Mapping[str, str]) -> dict[int, int]:
    """Item → pieces from the fields ``count-12``; BadInput beside what is no number."""
    counts, wrong = {}, {}
    for item in items:
        value = given.get(f"count-{item.pk}", "").strip()
        if not value.isdecimal() or len(value) > 5:
            wrong[f"count-{item.pk}"] = [_("Zero or more.")]
        else:
            counts[item.pk] = int(value)
    if wrong:
        raise BadInput(_("Count every line, with 0 where nothing came."), fields=wrong)
    return counts


def read_findings(items: list[ParcelItem], given: Mapping[str, str]) -> list[Found]:
    """Every line that has a quantity; BadInput beside the item whose figures are none."""
    found, wrong = [], {}
    for item in items:
        for line in range(LINES):
            name = f"find-{item.pk}-{line}-"
            pieces = given.get(name + "quantity", "").strip()
            if not pieces or pieces == "0":
                continue
            if not pieces.isdecimal() or len(pieces) > 5:
                wrong[f"item-{item.pk}"] = [_("Zero or more.")]
                continue
            try:
                cost, loss = _fen(given.get(name + "cost", "")), _fen(given.get(name + "loss", ""))
            except ValueError:
                wrong[f"item-{item.pk}"] = [_("Write an amount such as 12.50.")]
                continue
            matches = {"yes": True, "no": False}.get(given.get(name + "matches", ""))
            found.append(
                Found(
                    item.pk, int(pieces), given.get(name + "condition", ""), given.get(name + "disposal", ""), matches,
                    given.get(name + "responsibility", ""), cost, loss, text.refuse_unstorable(given.get(name + "note", "")[:300], name + "note"),
                )
            )  # fmt: skip
    if wrong:
        raise BadInput(_("Some pieces are not accounted for yet. Look at the lines marked."), fields=wrong)
    return found


def _fen(value: str) -> int:
    value = value.strip()
    return money.fen(value) if value else 0


def inspection_lines(items: list[ParcelItem], given: Mapping[str, str] | None) -> dict[int, list[dict[str, Any]]]:
    """What the inspector's form shows: as it was sent, or all as new and what did not come as missing."""
    shown: dict[int, list[dict[str, Any]]] = {}
    for item in items:
        counted = item.announced if item.counted is None else item.counted
        short = max(0, item.announced - counted)
        usual = [{"quantity": counted, "condition": "good", "disposal": "stock"}] if counted else []
        usual += [{"quantity": short, "condition": "missing", "disposal": "none"}] if short else []
        shown[item.pk] = [_line(item, number, given, usual) for number in range(LINES)]
    return shown


def _line(item: ParcelItem, number: int, given: Mapping[str, str] | None, usual: list[dict[str, Any]]) -> dict[str, Any]:
    name = f"find-{item.pk}-{number}-"
    blank = {"quantity": "", "condition": "", "disposal": "", "matches": "", "responsibility": "", "cost": "", "loss": "", "note": ""}
    if given is not None:
        return {"name": name} | {key: given.get(name + key, "") for key in blank}
    return {"name": name} | blank | (usual[number] if number < len(usual) else {})


CHOICES = {"conditions": Finding.Condition.choices, "disposals_": Finding.Disposal.choices, "responsible": RESPONSIBLE}
