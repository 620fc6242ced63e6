"""Pages of pay: one's own payslips, the month, corrections, accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import pgettext

from dangban.lib.errors import BadInput
from dangban.lib.errors import Said as Refusal
from dangban.pay import access, words
from dangban.people.models import Person


def tabs(reader: Person, current: str) -> list[dict[str, Any]]:
    pages = [("own", pgettext("pay tab", "My pay"), "pay:own")]
    if access.sees_all(reader):
        pages += [("months", pgettext("pay tab", "Months"), "pay:months"), ("corrections", pgettext("pay tab", "Corrections"), "pay:corrections")]
    if reader.can(access.ACCOUNTS):
        pages.append(("accounts", pgettext("pay tab", "Accounts"), "pay:accounts"))
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
    return {"kind_name": words.kind_name, "how_said": words.how_said, "limit_said": words.limit_said, "warnings_said": words.warnings_said, "undecided_said": words.undecided_said}
