"""Reads for the pages, for the payslip and for the figures of a person."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.urls import reverse

from dangban.desk.queries import deadlines_of
from dangban.lib import clock
from dangban.people.models import Person
from dangban.quality import access
from dangban.quality.models import Commendation, FundEntry, Offence
from dangban.quality.words import consequence_name, offence_name

PAGE = 50
OPEN, OVER = "open", "over"
STATES = (OPEN, *Offence.State.values, OVER)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; the same words as in its address."""

    state: str = OPEN
    mine: bool = False
    person: int | None = None

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        person = int(given["person"]) if re.fullmatch(r"\d{1,17}", given.get("person", "")) else None
        state = given.get("state", "")
        return cls(state if state in STATES else OPEN, given.get("mine") == "1", person)

    def as_query(self, **changed: Any) -> dict[str, str]:
        values = {"state": self.state, "mine": "1" if self.mine else "", "person": self.person} | changed
        return {name: str(value) for name, value in values.items() if value not in ("", None, False) and (name, value) != ("state", OPEN)}


def filtered(reader: Person, filters: Filters) -> QuerySet[Offence]:
    found = access.visible_offences(reader)
    if filters.mine:
        found = found.filter(person=reader)
    if filters.person is not None:
        found = found.filter(person=filters.person)
    still = Q(state__in=Offence.OPEN)
    return found.filter(still if filters.state == OPEN else ~still if filters.state == OVER else Q(state=filters.state))


def offences(reader: Person, filters: Filters, after: str = "") -> tuple[list[Offence], str]:
    """A page, newest first, and the key of the next."""
    rows = filtered(reader, filters)
    if re.fullmatch(r"\d{1,17}", after):
        rows = rows.filter(pk__lt=int(after))
    found = list(rows.select_related("person", "reported_by", "decided_by").order_by("-pk")[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""


def earlier_of(held: Offence) -> list[Offence]:
    """What the person was sanctioned for before, of the same kind; newest first."""
    same = Offence.objects.filter(person=held.person_id, offence=held.offence, state=Offence.State.FINAL).exclude(pk=held.pk)
    return list(same.order_by("-happened_on", "-pk")[:10])


def answer_due(held: Offence) -> datetime | None:
    """By when the appeal against it is to be answered."""
    clocks = deadlines_of("quality.offence", [held.pk]).get(held.pk, []) if held.state == Offence.State.APPEALED else []
    return next((one.due_at for one in clocks if one.kind == "quality.answer"), None)


def commendations(after: str = "", person: int | None = None) -> tuple[list[Commendation], str]:
    rows = access.visible_commendations()
    rows = rows.filter(person=person) if person else rows
    rows = rows.filter(pk__lt=int(after)) if re.fullmatch(r"\d{1,17}", after) else rows
    found = list(rows.select_related("person", "given_by").order_by("-pk")[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""


def most_commended(first: date, last: date) -> list[dict[str, Any]]:
    """Who was commended how often between two days (both included), most first."""
    rows = access.visible_commendations().filter(day__gte=first, day__lte=last).values("person", "person__name")
    return [dict(row) for row in rows.annotate(count=Count("pk"), sum=Sum("bounty_fen")).order_by("-count", "person__name")[:20]]


def purse() -> list[FundEntry]:
    return list(FundEntry.objects.select_related("by", "offence__person")[:200])


def fines_to_collect(keeper: Person) -> list[Offence]:
    """Final fines nobody has paid in yet, of the people for whom the purse is kept by this one."""
    rows = access.fines_of(keeper).filter(state=Offence.State.FINAL, amount_fen__gt=0, received=None)
    return list(rows.select_related("person").order_by("final_at", "pk")[:100])


@dataclass(frozen=True, slots=True)
class Line:
    """Money that conduct brings a person in a month: fen, negative where it is taken. `ref` is unique."""

    label: str
    amount_fen: int
    ref: str
    url: str
    kind: str
    because: Sequence[Any] = field(default_factory=tuple)


def money_lines(person: Person, month: date) -> list[Line]:
    """Fines and losses that became final, and bounties given, in the company's month of `month`."""
    return money_lines_of([person.pk], month).get(person.pk, [])


def money_lines_of(person_ids: Sequence[int], month: date) -> dict[int, list[Line]]:
    """The same for many people, in two statements."""
    start, end = month_bounds(month)
    found: dict[int, list[Line]] = {}
    final = Offence.objects.filter(state=Offence.State.FINAL, final_at__gte=start, final_at__lt=end, person_id__in=list(person_ids))
    for held in final.order_by("final_at", "pk"):
        found.setdefault(held.person_id, []).extend(_taken(held))
    given = access.visible_commendations().filter(given_at__gte=start, given_at__lt=end, bounty_fen__gt=0, person_id__in=list(person_ids))
    for made in given.order_by("given_at", "pk"):
        url = reverse("quality:commendations", query={"person": made.person_id})
        line = Line(f"{made.get_kind_display()} {made.day:%m-%d}", made.bounty_fen, f"commendation:{made.pk}", url, "bounty", made.because)
        found.setdefault(made.person_id, []).append(line)
    return found


def _taken(held: Offence) -> list[Line]:
    url, name = reverse("quality:offence", args=[held.pk]), f"{offence_name(held.offence)} {held.happened_on:%m-%d}"
    lines = []
    if held.amount_fen:
        lines.append(Line(f"{name} {consequence_name(held.consequence)}", -held.amount_fen, f"offence:{held.pk}", url, "fine", held.because))
    if held.loss_fen:
        lines.append(Line(name, -held.loss_fen, f"loss:{held.pk}", url, "loss", held.because))
    return lines


def counts(person_ids: Sequence[int], first: date, last: date) -> dict[int, tuple[int, int]]:
    """(final sanctions, commendations) by person between two days, both included."""
    bad = Offence.objects.filter(person_id__in=list(person_ids), state=Offence.State.FINAL, happened_on__gte=first, happened_on__lte=last)
    good = access.visible_commendations().filter(person_id__in=list(person_ids), day__gte=first, day__lte=last)
    worse = dict(bad.values_list("person").annotate(count=Count("pk")))
    better = dict(good.values_list("person").annotate(count=Count("pk")))
    return {pk: (worse.get(pk, 0), better.get(pk, 0)) for pk in person_ids}


def month_bounds(month: date) -> tuple[datetime, datetime]:
    """The instants at which the company's month begins and ends."""
    first = month.replace(day=1)
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return clock.at_local(first, time(0)), clock.at_local(following, time(0))
