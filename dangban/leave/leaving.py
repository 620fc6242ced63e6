"""Whoever leaves is on leave no more: what waits is taken back, what was granted ends with their last day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.utils.translation import gettext as _

from dangban.desk.models import Approval
from dangban.leave.actions import ending
from dangban.leave.models import LeaveRequest
from dangban.lib import clock
from dangban.lib.actor import Actor
from dangban.people.models import Person
from dangban.people.ports import OpenItem
from dangban.staff import queries as staff

State = LeaveRequest.State


class Requests:
    """Nobody needs to be named for them. What was told by phone for days that are over is still answered, if it is in writing."""

    def list(self, person: Person) -> Sequence[OpenItem]:
        return []

    def hand_over(self, person: Person, to: Person, *, by: Actor, at: datetime) -> int:
        today = min(clock.business_day(at), staff.last_day(person) or date.max)
        rows = LeaveRequest.objects.filter(person=person)
        why = _("%(name)s has left") % {"name": person.name}
        for one in rows.filter(state__in=(State.ASKED, State.CALLED)).order_by("pk"):
            ending.drop(one, today, why, by=by, at=at)
        for one in rows.filter(state=State.APPROVED, last_day__gt=today).order_by("pk"):
            ending.shorten(one, today, why, by=by, at=at)
        return 0


def hold(person: Person) -> None:
    """Whoever answers a request holds its approval first, then the request, then the person; so does whoever cancels one."""
    standing = LeaveRequest.objects.filter(person=person, state__in=(State.ASKED, State.CALLED, State.APPROVED)).order_by("pk")
    list(Approval.objects.select_for_update(no_key=True).filter(pk__in=standing.values("approval"), settled_at=None).order_by("pk").values_list("pk", flat=True))
    list(standing.select_for_update(no_key=True).values_list("pk", flat=True))
