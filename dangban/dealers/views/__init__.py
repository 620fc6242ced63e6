"""Pages of what dealers send back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.dealers import access
from dangban.lib.errors import BadInput, NotAllowed
from dangban.lib.errors import Said as Refusal
from dangban.people.access import signed_in
from dangban.people.models import Person


def reader(request: HttpRequest, permission: str = access.VIEW) -> Person:
    person = signed_in(request)
    if not person.can(permission):
        raise NotAllowed(_("Returns of dealers are not part of your work here."))
    return person


def tabs(person: Person, current: str) -> list[dict[str, Any]]:
    pages = [
        ("list", pgettext("dealers tab", "Returns"), "dealers:list", access.VIEW),
        ("gate", pgettext("dealers tab", "At the gate"), "dealers:gate", access.VIEW),
        ("month", pgettext("dealers tab", "By month"), "dealers:month", access.VIEW),
        ("dealers", pgettext("dealers tab", "Dealers"), "dealers:dealers", access.VIEW),
    ]
    return [{"label": label, "url": reverse(url), "current": key == current} for key, label, url, needs in pages if person.can(needs)]


def tell(form: forms.Form, said: Refusal) -> None:
    """What an action found wrong stands beside its field, the rest above the form."""
    fields = said.fields if isinstance(said, BadInput) else {}
    known = {name: faults for name, faults in fields.items() if name in form.fields}
    for name, faults in known.items():
        form.add_error(name, list(faults))
    if not known:
        form.add_error(None, said.message)


def first_fault(form: forms.Form) -> BadInput:
    faults = {name: [str(error) for error in errors] for name, errors in form.errors.items()}
    return BadInput(next(iter(faults.values()))[0], fields=faults)
