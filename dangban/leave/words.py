"""How journal and desk tell of leave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.desk import ports as desk
from dangban.journal import ports
from dangban.leave import actions, telling
from dangban.leave.actions import asking
from dangban.leave.models import BalanceEntry, Kind, LeaveRequest, Part
from dangban.lib import rail

VERBS = {
    "leave.asked": _("asked for leave:"),
    "leave.called": _("noted urgent leave told by phone:"),
    "leave.put_in_writing": _("put in writing the leave"),
    "leave.approved": _("approved the leave"),
    "leave.refused": _("refused the leave"),
    "leave.withdrawn": _("took back the request for leave"),
    "leave.cancelled": _("cancelled the leave"),
    "leave.shortened": _("shortened the leave"),
    "leave.lapsed": _("was not put in writing in time: the leave"),
    "leave.stood_in": _("found somebody to stand in for the leave"),
    "leave.adjusted": _("adjusted the leave balance of"),
    "leave.rest_closed": _("closed the rest days of a month for"),
    "leave.exported": _("exported the leave of a month:"),
}

LEAVE = _("Leave")

FIELDS = {
    "leave_kind": pgettext_lazy("leave", "kind"),
    "first_day": pgettext_lazy("leave", "first day"),
    "last_day": pgettext_lazy("leave", "last day"),
    "days": pgettext_lazy("leave", "days"),
    "part": pgettext_lazy("leave", "whole or half"),
    "told": pgettext_lazy("leave", "told"),
    "shifts": pgettext_lazy("leave", "shifts concerned"),
    "stands_in": pgettext_lazy("leave", "stands in"),
    "period": pgettext_lazy("leave", "period"),
    "becomes": pgettext_lazy("leave", "what becomes of them"),
    "note": pgettext_lazy("leave", "note"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="leave")
    ports.name_values("leave_kind", dict(Kind.choices))
    ports.name_values("part", dict(Part.choices))
    ports.name_values("becomes", dict(BalanceEntry.What.choices))
    ports.name_subject("leave.leaverequest", _("leave"), url_name="leave:request", titles=_titles)
    desk.name_deadlines({asking.REPAIR: _("Leave to be put in writing")})
    desk.register_approval(asking.KIND, desk.ApprovalKind(LEAVE, actions.settled))
    rail.register(rail.RailItem("leave", pgettext_lazy("rail", "Leave"), "leave", "leave:own", order=330))


def _titles(ids: Sequence[int]) -> Mapping[int, str]:
    rows = LeaveRequest.objects.filter(pk__in=ids).select_related("person")
    return {one.pk: f"{one.person.name} {telling.span(one)}" for one in rows}
