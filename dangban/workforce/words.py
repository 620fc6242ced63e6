"""How the journal tells of duty."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.journal import ports
from dangban.lib import rail

VERBS = {
    "workforce.duty_set": _("entered the duty of"),
    "workforce.duty_cleared": _("took out the duty of"),
    "workforce.duty_laid": _("entered, with the roster, the duty of"),
    "workforce.plan_made": _("began the roster"),
    "workforce.plan_dropped": _("dropped the draft of the roster"),
    "workforce.plan_published": _("published the roster"),
    "workforce.roster_computed": _("took over a computed roster into"),
    "workforce.roster_known": _("confirmed to know the roster"),
    "workforce.swap_asked": _("asked for a swap of shifts:"),
    "workforce.swap_agreed": _("agreed to the swap of shifts"),
    "workforce.swap_declined": _("declined the swap of shifts"),
    "workforce.swap_withdrawn": _("withdrew the swap of shifts"),
    "workforce.swap_refused": _("did not approve the swap of shifts"),
    "workforce.swap_lapsed": _("closed, unanswered in time, the swap of shifts"),
    "workforce.swap_done": _("carried out the swap of shifts"),
    "workforce.training_planned": _("planned the training"),
    "workforce.training_cancelled": _("called off the training"),
    "workforce.training_held": _("entered who came to the training"),
    "workforce.make_up_given": _("gave a task to those who rested, for the training"),
    "workforce.holiday_set": _("changed the calendar of holidays"),
    "workforce.calendar_filled": _("filled the calendar of holidays"),
    "workforce.shift_ended": _("ended the shift of"),
    "workforce.shift_extended": _("the shift was extended for customers, of"),
}

FIELDS = {
    "day": _("day"),
    "shift": _("shift"),
    "minutes_past_end": _("minutes past the end"),
    "conversations": _("conversations"),
    "duty": _("duty"),
    "first_day": _("first day"),
    "weeks": _("weeks"),
    "changes": _("changes"),
    "broken": _("broken rules"),
    "roster_version": _("version of the roster"),
    "colleague": _("colleague"),
    "of_person": _("whose"),
    "other_day": _("other day"),
    "other_shift": _("other shift"),
    "day_kind": _("kind of day"),
    "days_entered": _("days entered"),
    "present": _("were there"),
    "makes_up": _("make up for it"),
}

SWAP = _("Swap of shifts")
SHIFTS = _("Shifts to come")


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="workforce")
    also = ("/rosters/", "/trainings/", "/demand/", "/holidays/")
    rail.register(rail.RailItem("duty", pgettext_lazy("rail", "Duty"), "roster", "duty", order=310, also=also))
