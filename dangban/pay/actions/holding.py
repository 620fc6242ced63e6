"""One month of pay under its lock, and its journal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dangban.handbook.current import in_force_so_far
from dangban.handbook.rulebook import Rules
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict
from dangban.lib.text import refuse_unstorable
from dangban.pay.models import PayMonth

State = PayMonth.State


def locked(month: PayMonth | int, *states: str, seen: int | None = None) -> PayMonth:
    """The row, held until the transaction ends; Conflict where it has gone another way meanwhile."""
    pk = month.pk if isinstance(month, PayMonth) else month
    held = PayMonth.objects.select_for_update(no_key=True, of=("self",)).get(pk=pk)
    if states and held.state not in states:
        raise Conflict(_("The month is %(state)s already. Look at it as it is now.") % {"state": held.get_state_display()})
    if seen is not None and seen != held.version:
        raise Conflict(_("The month has changed meanwhile. Look at it as it is now."))
    return held


def store(held: PayMonth, verb: str, *, by: HasActor, at: datetime, because: Sequence[Any] = (), **change: object) -> None:
    held.version += 1
    held.save()
    record(f"pay.{verb}", subject=held, by=by, change={"month": str(held), **change}, because=list(because), at=at)


def rules_at(at: datetime) -> Rules:
    return in_force_so_far(at)


def rules_on(day: date) -> Rules:
    return in_force_so_far(clock.day_span(day)[0])


def address(held: PayMonth) -> str:
    return reverse("pay:month", args=[held.pk])


def said(text: str, name: str, longest: int) -> str:
    text = refuse_unstorable(text.strip(), name)
    if not text:
        raise BadInput(_("Say why."), fields={name: [_("Say why.")]})
    if len(text) > longest:
        message = _("At most %(count)s characters.") % {"count": longest}
        raise BadInput(message, fields={name: [message]})
    return text
