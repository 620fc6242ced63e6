"""What this room keeps about staff: handed out with a copy of somebody's data; kept as long as the law asks for pay records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dangban.lib.actor import Actor
from dangban.people.personal import KIND
from dangban.quality.models import Commendation, Offence
from dangban.quality.words import consequence_name, offence_name


class ConductData:
    def collect(self, kind: str, pk: int) -> Mapping[str, Any]:
        if kind != KIND:
            return {}
        offences = Offence.objects.filter(person=pk).order_by("pk")
        return {
            "offences": [
                {
                    "offence": offence_name(one.offence), "day": one.happened_on, "facts": one.facts, "answer": one.heard_words,
                    "state": str(one.get_state_display()), "consequence": consequence_name(one.consequence) if one.consequence else "",
                    "appeal": one.appeal_words,
                }
                for one in offences
            ],
            "commendations": [
                {"kind": str(one.get_kind_display()), "day": one.day, "words": one.words, "bounty_fen": one.bounty_fen}
                for one in Commendation.objects.filter(person=pk, withdrawn_at=None).order_by("pk")
            ],
        }  # fmt: skip

    def erase(self, kind: str, pk: int, *, by: Actor, at: datetime) -> int:
        """Free words about the person go; what payslips rest on stays."""
        if kind != KIND:
            return 0
        rows = Offence.objects.filter(person=pk).exclude(state__in=Offence.OPEN)
        gone = rows.update(facts="–", heard_words="", appeal_words="")
        return gone + Commendation.objects.filter(person=pk).update(words="–")

    def subjects(self, kind: str, pk: int) -> Sequence[tuple[str, int]]:
        if kind != KIND:
            return ()
        return [("quality.offence", one) for one in Offence.objects.filter(person=pk).values_list("pk", flat=True)]
