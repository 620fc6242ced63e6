"""Pages of staff files."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import pgettext

from dangban.lib.errors import BadInput, Said
from dangban.people.models import Person
from dangban.staff import access


def tabs(person: Person, current: str) -> list[dict[str, Any]]:
    pages = [("own", pgettext("staff tab", "My file"), reverse("staff:file", args=[person.pk]))]
    if access.sees_others(person):
        pages += [
            ("files", pgettext("staff tab", "Files"), reverse("staff:files")),
            ("promotion", pgettext("staff tab", "Promotion"), reverse("staff:promotion")),
        ]
    return [{"label": label, "url": url, "current": key == current} for key, label, url in pages]


def tell(form: forms.Form, said: Said) -> None:
    """What an action found wrong stands beside its field, the rest above the form."""
    fields = said.fields if isinstance(said, BadInput) else {}
    known = {name: faults for name, faults in fields.items() if name in form.fields}
    for name, faults in known.items():
        form.add_error(name, list(faults))
    if not known:
        form.add_error(None, [said.message, *said.details])
