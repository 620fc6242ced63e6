"""Whoever leaves can't be asked to say more: what was reported of them may be decided, and nobody else answers for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from dangban.lib.actor import Actor
from dangban.people.models import Person
from dangban.people.ports import OpenItem
from dangban.quality.actions import holding
from dangban.quality.models import Offence


class Offences:
    def list(self, person: Person) -> Sequence[OpenItem]:
        return []

    def hand_over(self, person: Person, to: Person, *, by: Actor, at: datetime) -> int:
        for pk in Offence.objects.filter(person=person, state=Offence.State.HEARING).values_list("pk", flat=True):
            held = holding.locked(pk)
            held.answer_by = min(held.answer_by, at)
            holding.stop_clock(held, "hearing", by=by, at=at)
            holding.store(held, "hearing_over", by=by, at=at)
        return 0
