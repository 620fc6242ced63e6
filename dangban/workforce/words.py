"""How the journal tells of duty."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.journal import ports
from dangban.lib import rail

VERBS = {
    "workforce.duty_set": _("entered the duty of"),
    "workforce.duty_cleared": _("took out the duty of"),
    "workforce.shift_ended": _("ended the shift of"),
    "workforce.shift_extended": _("the shift was extended for customers, of"),
}

FIELDS = {
    "day": _("day"),
    "shift": _("shift"),
    "minutes_past_end": _("minutes past the end"),
    "conversations": _("conversations"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS)
    rail.register(rail.RailItem("duty", pgettext_lazy("rail", "Duty"), "roster", "duty", order=70))
