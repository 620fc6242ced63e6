"""Cases go over to somebody else when who sees to them leaves; and what of them keeps a day from being over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from dangban.aftersales import bell
from dangban.aftersales.actions import moving
from dangban.aftersales.models import Case
from dangban.desk import actions as desk
from dangban.desk.ports import Leftover
from dangban.lib.actor import Actor
from dangban.people.models import Person
from dangban.people.ports import OpenItem

_RESTING = ("settled", "refused")


class OpenWork:
    def list(self, person: Person) -> Sequence[OpenItem]:
        rows = Case.objects.filter(owner=person, closed_at=None).exclude(state__in=_RESTING).order_by("due_at", "pk")
        return [OpenItem(f"case:{one.pk}", moving.label_of(one), reverse("aftersales:case", args=[one.pk])) for one in rows]

    def hand_over(self, person: Person, to: Person, *, by: Actor, at: datetime) -> int:
        rows = list(Case.objects.select_for_update(of=("self",)).filter(owner=person, closed_at=None).order_by("pk"))
        return sum(_give(one, to, by, at) for one in rows)

    def hand_over_one(self, key: str, person: Person, to: Person, *, by: Actor, at: datetime) -> bool:
        kind, _colon, pk = key.partition(":")
        if kind != "case" or not pk.isdecimal():
            return False
        one = Case.objects.select_for_update(of=("self",)).filter(pk=int(pk), owner=person, closed_at=None).first()
        return one is not None and bool(_give(one, to, by, at))


def _give(case: Case, to: Person, by: Actor, at: datetime) -> int:
    case.owner = to
    case.version += 1
    case.save(update_fields=["owner", "version"])
    kinds = (moving.WAIT, moving.SOLVE) if case.waits_for != "agent" else (moving.CLOCK, moving.WAIT, moving.SOLVE)
    desk.reassign_deadline(case, owner=to, by=by, kinds=kinds, at=at)
    for claim in case.claims.order_by("pk"):
        desk.reassign_deadline(claim, owner=to, by=by, kinds=(moving.CLAIM,), at=at)
    bell.case_changed(case)
    return 1


def leftovers(person: Person, end: datetime, at: datetime) -> Sequence[Leftover]:
    """What waits for this agent and is due before the day is over."""
    rows = Case.objects.filter(owner=person, closed_at=None, waits_for="agent", due_at__lt=end).exclude(state="settled").order_by("due_at", "pk")
    return [Leftover(f"case:{one.pk}", moving.label_of(one), reverse("aftersales:case", args=[one.pk])) for one in rows]
