"""Whoever leaves is on no roster any more: shifts to come, cells, wishes, swaps and make-ups end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from dangban.desk.actions import refresh_duty_deadlines
from dangban.desk.models import Approval
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import Actor
from dangban.people.models import Person
from dangban.people.ports import OpenItem
from dangban.staff import queries as staff
from dangban.workforce.actions import swapping
from dangban.workforce.actions.duty import ring, told
from dangban.workforce.actions.training import take_back
from dangban.workforce.models import Cell, DutyPeriod, MakeUp, Plan, Swap, Wish


class Shifts:
    """Nobody needs to be named for them: the gap is seen on the roster, by who plans it."""

    def list(self, person: Person) -> Sequence[OpenItem]:
        return []

    def hand_over(self, person: Person, to: Person, *, by: Actor, at: datetime) -> int:
        swapping.drop_swaps_of(person, by=by, at=at)
        take_back(MakeUp.objects.filter(person=person), at=at)
        today = clock.business_day(at)
        Wish.objects.filter(person=person, day__gt=today).delete()
        # Entered late, the days since the last one go too.
        after = Q(starts_at__gt=at) | Q(day__gt=staff.last_day(person) or today)
        coming = list(DutyPeriod.objects.filter(after, person=person, ended_at=None).order_by("starts_at"))
        served = DutyPeriod.objects.filter(person=person, day=today, starts_at__lte=at).exists()
        gone = Cell.objects.filter(person=person, day__gt=today) if served else Cell.objects.filter(person=person, day__gte=today)
        gone.exclude(plan__state=Plan.State.DROPPED).delete()
        if not coming:
            return 0
        DutyPeriod.objects.filter(pk__in=[duty.pk for duty in coming]).delete()
        lines = [f"{duty.day.isoformat()} {told(duty)} → –" for duty in coming]
        record("workforce.duty_laid", subject=person, by=by, change={"duty": lines}, at=at)
        teams = {duty.team_id for duty in coming}
        refresh_duty_deadlines(teams, at=at)
        for team_id in teams:
            ring(person.pk, team_id)
        return 0


def hold(person: Person) -> None:
    """Whoever answers a swap holds its approval first, then the swap, then the two people."""
    mine = Swap.objects.filter(Q(asked_by=person) | Q(with_person=person), state__in=swapping.OPEN).order_by("pk")
    list(Approval.objects.select_for_update(no_key=True).filter(pk__in=mine.values("approval")).order_by("pk").values_list("pk", flat=True))
    list(mine.select_for_update(no_key=True).values_list("pk", flat=True))
