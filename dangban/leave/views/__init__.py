"""Pages of leave."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import pgettext

from dangban.leave import access
from dangban.lib.errors import BadInput, Said
from dangban.people.models import Person


def tabs(person: Person, current: str) -> list[dict[str, Any]]:
    pages = [("own", pgettext("leave tab", "My leave"), "leave:own")]
    if leads(person):
        pages += [("team", pgettext("leave tab", "The team"), "leave:team"), ("balances", pgettext("leave tab", "Balances"), "leave:balances")]
    return [{"label": label, "url": reverse(name), "current": key == current} for key, label, name in pages]


def leads(person: Person) -> bool:
    return access.sees_all(person) or person.can(access.APPROVE) or Person.objects.filter(manager=person, is_active=True).exists()


def tell(form: forms.Form, said: Said) -> None:
    """What an action found wrong stands beside its field, the rest above the form."""
    fields = said.fields if isinstance(said, BadInput) else {}
    known = {name: faults for name, faults in fields.items() if name in form.fields}
    for name, faults in known.items():
        form.add_error(name, list(faults))
    if not known:
        form.add_error(None, [said.message, *said.details])
