"""What of conduct belongs into somebody's file: sanctions that stand, and thanks."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from dangban.people.models import Person
from dangban.quality.access import visible_commendations
from dangban.quality.models import Offence
from dangban.quality.words import consequence_name, offence_name
from dangban.staff.ports import Conduct

_MOST = 20


def of(person: Person) -> Sequence[Conduct]:
    """The newest of each, newest first."""
    final = Offence.objects.filter(person=person, state=Offence.State.FINAL).order_by("-happened_on", "-pk")[:_MOST]
    bad = [
        Conduct(one.happened_on, offence_name(one.offence), False, consequence_name(one.consequence), reverse("quality:offence", args=[one.pk]))
        for one in final
    ]
    thanks = visible_commendations().filter(person=person).order_by("-day", "-pk")[:_MOST]
    good = [Conduct(one.day, f"{one.get_kind_display()}: {one.words}"[:120], True, url=reverse("quality:commendations", query={"person": person.pk})) for one in thanks]
    return [*bad, *good]
