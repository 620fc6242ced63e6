"""What is typed into a cell of the duty page."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from dangban.lib.errors import BadInput
from dangban.workforce.queries import shifts
from dangban.workforce.shifts import Shift, read_hours

REST = ""
OWN = "own"


def read_cell(chosen: str, hours: str, at: datetime) -> Shift | None:
    """The shift of a cell; None is a day of rest. BadInput where it names neither a shift nor hours."""
    if chosen == REST:
        return None
    if chosen == OWN:
        read = read_hours(hours)
        if read is None:
            message = _("Write hours like 8:30-17:30.")
            raise BadInput(message, fields={"hours": [message]})
        return Shift(f"{read[0]:%H:%M}-{read[1]:%H:%M}", *read)
    found = next((shift for shift in shifts(at) if shift.name == chosen), None)
    if found is None:
        raise BadInput(_("There is no shift of this name in the handbook."), fields={"shift": [chosen[:40]]})
    return found
