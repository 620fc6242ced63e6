"""How people stand towards the next levels: facts from the file, judged by the handbook."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from dangban.handbook.current import in_force_so_far
from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.people.models import Person
from dangban.staff import ports, queries
from dangban.staff.models import Attainment, StaffFile
from dangban.staff.rules import promotion
from dangban.staff.rules.promotion import Judged, Requirement
from dangban.staff.rules.terms import months_between, on_probation

LABELS = {
    "months": gettext_lazy("Months of service"),
    "score": gettext_lazy("Scorecard average"),
    "typing": gettext_lazy("Typing speed"),
    "education": gettext_lazy("Education"),
    "experience": gettext_lazy("Like experience in months"),
    "training": gettext_lazy("Training passed"),
    "confirmed": gettext_lazy("Probation over"),
}


@dataclass(frozen=True, slots=True)
class Towards:
    person: Person
    judged: Judged

    @property
    def level(self) -> str:
        return str(Person.Level(self.judged.level).label)


def facts_of(people: Collection[Person], day: date) -> dict[int, promotion.Facts]:
    """What promotion goes by, of many people in six queries and one call of each figure."""
    terms = queries.facts_of(people)
    files = {one.person_id: one for one in StaffFile.objects.filter(person__in=people)}
    scores = ports.figure(ports.SCORE, people, day)
    typing: dict[int, int] = {}
    trainings: dict[int, set[str]] = {}
    found = Attainment.objects.filter(person__in=people, on__lte=day, passed=True, kind__in=(Attainment.Kind.TYPING, Attainment.Kind.TRAINING))
    for one in found:
        if one.kind == Attainment.Kind.TYPING:
            typing[one.person_id] = max(typing.get(one.person_id, 0), one.result or 0)
        else:
            trainings.setdefault(one.person_id, set()).add(one.code)
    return {
        person.pk: promotion.Facts(
            level=person.level,
            months=months_between(person.hired_on, day) if person.hired_on else 0,
            score=scores.get(person.pk),
            typing=typing.get(person.pk),
            education=files[person.pk].education if person.pk in files else "",
            experience=files[person.pk].experience_months if person.pk in files else 0,
            trainings=frozenset(trainings.get(person.pk, ())),
            on_probation=person.pk in terms and on_probation(terms[person.pk], day),
        )
        for person in people
    }


def judge(person: Person, level: str, day: date) -> Judged | None:
    return promotion.judge(facts_of([person], day)[person.pk], level, _rules(day))


def board(people: Collection[Person], day: date) -> dict[str, list[Towards]]:
    """Everybody by how near they are to a next level: ``qualifies``, ``nearly``, ``lacks``."""
    rules = _rules(day)
    facts = facts_of(people, day)
    found: dict[str, list[Towards]] = {"qualifies": [], "nearly": [], "lacks": []}
    for person in people:
        for level in promotion.next_levels(person.level, rules):
            judged = promotion.judge(facts[person.pk], level, rules)
            if judged is not None:
                found[judged.decision.outcome].append(Towards(person, judged))
    for rows in found.values():
        rows.sort(key=lambda one: (len(one.judged.missing), promotion.RANKS[one.judged.level], one.person.name))
    return found


def as_data(judged: Judged | None) -> list[dict[str, Any]]:
    if judged is None:
        return []
    return [{"what": one.what, "needed": str(one.needed), "has": str(one.has), "met": one.met} for one in judged.requirements]


def in_words(judged: Judged | None) -> dict[str, str]:
    """What an approval shows of it."""
    if judged is None:
        return {}
    missing = "；".join(requirement(one) for one in judged.missing)
    return {_("Requirements"): missing or pgettext("promotion", "all met")}


def requirement(one: Requirement) -> str:
    """What is asked for, and what there is: 打字速度 100（现有 85）."""
    label = str(LABELS[one.what])
    if one.what == "confirmed":
        return label
    needed, has = shown(one.what, one.needed), shown(one.what, one.has)
    if has:
        return _("%(label)s %(needed)s (has %(has)s)") % {"label": label, "needed": needed, "has": has}
    return _("%(label)s %(needed)s (not known)") % {"label": label, "needed": needed}


def shown(what: str, value: Any) -> str:
    if value in (None, ""):
        return ""
    if what == "education":
        return str(StaffFile.Education(value).label)
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def _rules(day: date) -> Rules:
    return in_force_so_far(clock.day_span(day)[0])
