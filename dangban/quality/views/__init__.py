"""Pages of conduct: offences, commendations, the purse."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import pgettext

from dangban.lib.errors import BadInput
from dangban.lib.errors import Said as Refusal
from dangban.quality.models import Commendation
from dangban.quality.words import consequence_name, decider_name, offence_name

# So many of what the program has seen stand open; the rest is unfolded.
SUGGESTED = 6


def tabs(current: str) -> list[dict[str, Any]]:
    pages = [
        ("offences", pgettext("conduct tab", "Offences"), "quality:offences"),
        ("commendations", pgettext("conduct tab", "Commendations"), "quality:commendations"),
        ("purse", pgettext("conduct tab", "Purse"), "quality:purse"),
        ("rules", pgettext("conduct tab", "What is not allowed"), "quality:rules"),
    ]
    return [{"label": label, "url": reverse(url), "current": key == current} for key, label, url in pages]


def tell(form: forms.Form, said: Refusal) -> None:
    """What an action found wrong stands beside its field, the rest above the form."""
    fields = said.fields if isinstance(said, BadInput) else {}
    known = {name: faults for name, faults in fields.items() if name in form.fields}
    for name, faults in known.items():
        form.add_error(name, list(faults))
    if not known:
        form.add_error(None, said.message)


def names() -> dict[str, Any]:
    """What templates call offences, consequences and kinds of thanks."""
    return {"offence_name": offence_name, "consequence_name": consequence_name, "decider_name": decider_name, "kind_name": lambda code: Commendation.Kind(code).label}
