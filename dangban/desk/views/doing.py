"""How a page of the desk does something: what the action says no with stands at the form's fields."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from dangban.lib.errors import BadInput
from dangban.lib.text import whole

PAGE = 50
Made = TypeVar("Made")
Row = TypeVar("Row", bound=Model)


def done(form: forms.Form, act: Callable[[], Made]) -> Made | None:
    """What the action made, or nothing, with what was wrong said in the form."""
    try:
        return act()
    except BadInput as said:
        known = {name: messages for name, messages in said.fields.items() if name in form.fields}
        for name, messages in known.items():
            form.add_error(name, list(messages))
        if not known:
            form.add_error(None, said.message)
        return None


def paged(request: HttpRequest, rows: QuerySet[Row]) -> tuple[list[Row], int | None]:
    """A page of what is newest, by key, and the key from which the next one goes on."""
    before = whole(request.GET.get("before", ""))
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.order_by("-pk")[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None
