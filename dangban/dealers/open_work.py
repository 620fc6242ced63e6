"""Returns of dealers go over to somebody else when the person who sees to them leaves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from dangban.dealers import holding
from dangban.dealers.models import DealerReturn
from dangban.desk import actions as desk
from dangban.lib.actor import Actor
from dangban.people.models import Person
from dangban.people.ports import OpenItem


class OpenWork:
    def list(self, person: Person) -> Sequence[OpenItem]:
        rows = DealerReturn.objects.filter(owner=person).exclude(state__in=DealerReturn.FINAL).select_related("dealer").order_by("pk")
        return [
            OpenItem(
                f"dealer-return:{one.pk}",
                _("Return %(number)s of %(dealer)s: %(state)s") % {"number": one.title, "dealer": one.dealer.name, "state": one.get_state_display()},
                holding.address(one),
            )
            for one in rows
        ]

    def hand_over(self, person: Person, to: Person, *, by: Actor, at: datetime) -> int:
        rows = DealerReturn.objects.filter(owner=person).exclude(state__in=DealerReturn.FINAL).order_by("pk")
        return sum(_give(pk, person, to, by, at) for pk in list(rows.values_list("pk", flat=True)))

    def hand_over_one(self, key: str, person: Person, to: Person, *, by: Actor, at: datetime) -> bool:
        kind, _colon, pk = key.partition(":")
        if kind != "dealer-return" or not pk.isdecimal() or not DealerReturn.objects.filter(pk=int(pk)).exists():
            return False
        return bool(_give(int(pk), person, to, by, at))


def _give(pk: int, person: Person, to: Person, by: Actor, at: datetime) -> int:
    held = holding.locked(pk)
    if held.owner_id != person.pk or not held.is_open:
        return 0
    held.owner = to
    desk.reassign_deadline(held, owner=to, by=by, kinds=(holding.clock_kind(held.state),), at=at)
    holding.journal("handed_on", held, by=by, at=at, owner=[person.name, to.name])
    holding.store(held)
    return 1
