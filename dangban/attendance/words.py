"""How the journal and the inbox tell of attendance."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.attendance.models import Consequence
from dangban.desk.ports import name_deadlines
from dangban.journal import ports

VERBS = {
    "attendance.punched": _("punched"),
    "attendance.lateness_announced": _("announced lateness of"),
    "attendance.repair_asked": _("asked for a punch to be repaired, of"),
    "attendance.repair_answered": _("answered the repair of a punch of"),
    "attendance.rejudged": _("had a shift judged anew, of"),
    "attendance.proposed": _("proposed what follows from attendance, for"),
    "attendance.corrected": _("corrected a closed month of"),
    "attendance.confirmed": _("confirmed what follows from attendance, for"),
    "attendance.withdrawn": _("withdrew what followed from attendance, for"),
    "attendance.packets_sent": _("noted red packets as sent, of"),
    "attendance.packets_doubled": _("doubled red packets not sent, of"),
    "attendance.disputed": _("disputed their attendance"),
    "attendance.dispute_answered": _("answered the dispute of"),
    "attendance.published": _("published the attendance of a team"),
    "attendance.exported": _("exported the attendance of a month:"),
    "attendance.month_closed": _("closed the month of attendance"),
    "attendance.user_matched": _("matched a DingTalk user"),
    "attendance.file_taken_in": _("took in a file of DingTalk"),
    "attendance.app_kept": _("kept the application at DingTalk"),
    "attendance.app_dropped": _("gave up the application at DingTalk"),
}
FIELDS = {
    "late_minutes": _("minutes late"),
    "early_minutes": _("minutes early"),
    "arrived_at": _("arrived"),
    "left_at": _("left"),
    "missed_arrival": _("arrival missing"),
    "missed_departure": _("departure missing"),
    "absence_days": _("days of absence"),
    "excused": _("announced or forgiven"),
    "leave_share": _("share on leave"),
    "extension_minutes": _("minutes of extension"),
    "way": _("in which way"),
    "side": _("which punch"),
    "nth": _("which of the month"),
    "month": _("month"),
    "undecided": _("leave not answered"),
}
CONDITIONS = {
    "no_lateness": _("No lateness"),
    "no_early": _("Never left early"),
    "no_leave": _("No leave beyond the days of rest"),
    "no_absence": _("No absence"),
    "no_missed": _("No missed punch"),
    "whole_month": _("Here all of the month"),
}
# Why we say something else than DingTalk.
REASONS = {
    "changed": _("An administrator changed DingTalk's result"),
    "grace": _("So few minutes late don't count by the handbook"),
    "exempt": _("DingTalk doesn't ask this person to punch"),
    "night": _("A punch of the night: DingTalk takes it for another shift than we do"),
    "single": _("A single punch far from both ends: DingTalk takes it for an arrival"),
    "beside_leave": _("Minutes beside leave: DingTalk forgives them, or a break lies there that the file doesn't tell"),
    "repaired": _("A repaired punch"),
    "away": _("Leave or an errand reaches almost to the end of the shift"),
    "other_shift": _("The same punch lies nearer to the other end of the shift, or to the next shift"),
}
WHATS = {
    "late": pgettext_lazy("attendance", "Late"),
    "late_minutes": _("Minutes late"),
    "early": _("Left early"),
    "early_minutes": _("Minutes early"),
    "missed_arrival": _("Arrival missing"),
    "missed_departure": _("Departure missing"),
    "absence": _("Absence"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="attendance")
    ports.name_values("way", dict(Consequence.Way.choices))
    ports.name_subject("attendance.publication", _("attendance sheet"), url_name="attendance:published")
    ports.name_subject("attendance.monthclose", pgettext_lazy("attendance", "month"))
    ports.name_subject("attendance.intake", _("file of DingTalk"), url_name="attendance:intake")
    ports.name_subject("attendance.dingtalkuser", _("DingTalk user"))
    ports.name_subject("attendance.dingtalkapp", _("application at DingTalk"))
    name_deadlines({"attendance.dispute": _("Dispute of attendance")})
