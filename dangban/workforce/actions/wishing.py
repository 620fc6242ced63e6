"""What people would like: a day of rest, a shift."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.lib import clock
from dangban.lib.errors import BadInput, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person
from dangban.workforce import queries
from dangban.workforce.models import Wish


def set_wish(day: date, shift: str, note: str = "", *, by: Person, at: datetime) -> Wish:
    """One's own wish for a day to come; an empty shift is a day of rest. The last word counts."""
    _must_come(day, at)
    if shift and shift not in {one.name for one in queries.shifts(clock.day_span(day)[0])}:
        raise BadInput(_("There is no shift of this name in the handbook."), fields={"shift": [shift[:40]]})
    note = refuse_unstorable(note.strip()[:120], "note")
    with transaction.atomic():
        wish, _made = Wish.objects.update_or_create(
            person=by, day=day, defaults={"shift": shift, "note": note, "made_at": at}
        )
    return wish


def clear_wish(day: date, *, by: Person, at: datetime) -> bool:
    _must_come(day, at)
    gone, _kinds = Wish.objects.filter(person=by, day=day).delete()
    return bool(gone)


def _must_come(day: date, at: datetime) -> None:
    if day <= clock.business_day(at):
        raise Refused(_("Wishes are for days to come."))
