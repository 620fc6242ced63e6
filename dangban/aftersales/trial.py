"""A request that is only thought of: typed facts, so that a manager sees what the handbook in force would say."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.aftersales.rules.assessment.facts import (
    CATEGORIES,
    CONDITIONS,
    DAMAGE_FOUND,
    EXCLUDED,
    INSPECTED,
    WANTED,
    Facts,
)
from dangban.aftersales.rules.assessment.reasons import PARTIES, REASONS

_text = lazy(str, str)
# What is asked first; the rest stands behind folds.
FIRST = ("reason", "wanted", "category", "days", "hours", "paid", "asked")
PARTS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("Condition of the goods"), (*CONDITIONS, "misused")),
    (_("What is shown"), ("photos", "weights", "courier_proof", "loss_confirmed", "no_evidence", "damage_found", "inspected")),
    (
        _("Goods and gifts"),
        ("elsewhere", "excluded", "exclusion_confirmed", "gift_claimed", "gifts_owed", "gifts_back", "earlier_exchanges", "business", "proxy_signed"),
    ),
    (_("How it comes back"), ("collect", "courier_back", "surface_mail", "ship_first", "return_number")),
    (
        _("Freight"),
        ("freight_out", "freight_back", "freight_again", "free_shipping", "loses_free_shipping", "insurance"),
    ),
    (_("What was sent too much"), ("denied", "kept")),
)
YUAN = ("paid", "asked", "freight_out", "freight_back", "freight_again", "insurance")


def _choices(words: Any, empty: Any = None) -> list[tuple[str, Any]]:
    listed = [(code, _text(one)) for code, one in words.items()]
    return [("", empty), *listed] if empty is not None else listed


def _amount(label: Any) -> forms.DecimalField:
    return forms.DecimalField(label=label, required=False, min_value=0, max_value=1_000_000, decimal_places=2)


def _flag(label: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False)


def _count(label: Any, most: int = 99) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=most)


class TrialForm(forms.Form):
    """Facts in the words of the department; what is left out is as usual."""

    reason = forms.ChoiceField(label=pgettext_lazy("case", "Reason"), choices=[])
    wanted = forms.ChoiceField(label=_("What is asked"), choices=_choices(WANTED))
    category = forms.ChoiceField(label=_("Kind of goods"), required=False, choices=_choices(CATEGORIES))
    days = _count(_("Signed for so many days ago (empty: not yet)"), 5000)
    hours = _count(_("and so many hours"), 23)
    paid = _amount(_("Paid for it"))
    asked = _amount(_("The customer asks for"))
    photos = _flag(_("Photos or video are there"))
    weights = _flag(_("Box, slip and goods were weighed"))
    courier_proof = _flag(_("The courier's written word is there"))
    loss_confirmed = _flag(_("The courier confirms the loss"))
    no_evidence = _flag(_("The customer can't show anything"))
    damage_found = forms.ChoiceField(label=_("Damage was found"), required=False, choices=_choices(DAMAGE_FOUND, "–"))
    inspected = forms.ChoiceField(label=_("The check found the claim"), required=False, choices=_choices(INSPECTED, "–"))
    misused = _flag(_("Broken by improper use"))
    elsewhere = _flag(_("Bought in another shop"))
    excluded = forms.ChoiceField(label=_("Outside the return without a reason"), required=False, choices=_choices(EXCLUDED, "–"))
    exclusion_confirmed = _flag(_("The buyer confirmed it with this order"))
    gift_claimed = _flag(_("It is about a gift"))
    gifts_owed = _count(_("Gifts that belong to it"))
    gifts_back = _count(_("Gifts that come back"))
    earlier_exchanges = _count(_("Exchanged before"))
    business = _flag(_("A business, not a consumer"))
    proxy_signed = _flag(_("Somebody else took it in"))
    collect = _flag(_("Freight to be paid on arrival"))
    courier_back = forms.CharField(label=_("Courier of the return"), required=False, max_length=40)
    surface_mail = _flag(_("By surface mail"))
    ship_first = _flag(_("Replacement before the return"))
    return_number = forms.CharField(label=_("Tracking number of the return"), required=False, max_length=60)
    freight_out = _amount(_("Outbound freight"))
    freight_back = _amount(_("Return freight"))
    freight_again = _amount(_("Freight of sending again"))
    free_shipping = _flag(_("Free shipping"))
    loses_free_shipping = _flag(_("What is kept no longer earns free shipping"))
    insurance = _amount(_("The insurance pays"))
    denied = _flag(_("The customer denies the surplus"))
    kept = _flag(_("The customer keeps the surplus"))
    unsent = _flag(_("Not sent yet"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in CONDITIONS.items():
            self.fields[name] = _flag(_text(label))
        self.fields["reason"].choices = [  # type: ignore[attr-defined]
            (str(label), [(code, str(one.label)) for code, one in REASONS.items() if one.party == party]) for party, label in PARTIES.items()
        ]

    def first(self) -> list[Any]:
        return [self[name] for name in FIRST] + [self["unsent"]]

    def parts(self) -> list[tuple[Any, list[Any], bool]]:
        """The folds: label, fields, and whether something is told in it."""
        return [(label, [self[name] for name in names], self.is_bound and any(self[name].value() for name in names)) for label, names in PARTS]

    def facts(self, at: datetime) -> Facts:
        """As if it were asked now."""
        told = dict(self.cleaned_data)
        for name in YUAN:
            amount = told.pop(name)
            told[f"{name}_fen"] = None if amount is None else int(amount * 100)
        days, hours, unsent = told.pop("days"), told.pop("hours"), told.pop("unsent")
        signed = at - timedelta(days=days, hours=hours or 0) if days is not None and not unsent else None
        told |= {
            "signed_at": signed, "sent_at": None if unsent else (signed or at) - timedelta(days=3),
            "bought_here": not told.pop("elsewhere"), "surplus_admitted": not told.pop("denied"), "surplus_given_back": not told.pop("kept"),
            "insured_freight": bool(told["insurance_fen"]),
        }  # fmt: skip
        return Facts(asked_at=at, **{name: value for name, value in told.items() if value is not None})
