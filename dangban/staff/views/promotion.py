"""The promotion page: who qualifies, who nearly does and what is missing."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from dangban.handbook.current import in_force_so_far
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import Row
from dangban.lib import clock
from dangban.lib.errors import NotAllowed
from dangban.people.clauses import LEVELS
from dangban.people.models import Person
from dangban.people.requests import PersonRequest
from dangban.staff import access, standing
from dangban.staff.models import Proposal
from dangban.staff.rules import promotion as rules
from dangban.staff.views import tabs


@login_required
@require_safe
def promotion(request: PersonRequest) -> HttpResponse:
    reader = request.user
    if not access.sees_others(reader):
        raise NotAllowed(_("This page is for who leads others. What you still need for the next level stands in your own file."))
    now = clock.now()
    people = list(access.visible_files(reader).filter(is_active=True, hired_on__isnull=False).exclude(pk=reader.pk).order_by("name", "pk")[:500])
    found = standing.board(people, clock.business_day(now))
    rulebook = in_force_so_far(now)
    waiting = Proposal.objects.filter(state=Proposal.State.ASKED, person__in=people).select_related("person", "asked_by", "approval").order_by("asked_at")
    done = Proposal.objects.filter(state=Proposal.State.GRANTED, person__in=people).exclude(kind=Proposal.Kind.WAGE)
    context = {
        "tabs": tabs(reader, "promotion"),
        "groups": [
            (pgettext("promotion", "Qualify"), "ok", found["qualifies"]),
            (pgettext("promotion", "Nearly there"), "warn", found["nearly"]),
            (pgettext("promotion", "Not yet"), "", found["lacks"]),
        ],
        "ladders": [(_("Professional ladder"), _rows(rules.PROFESSIONAL, rulebook)), (_("Management ladder"), _rows(rules.MANAGEMENT, rulebook))],
        "requirement": standing.requirement,
        "waiting": waiting,
        "may_decide": reader.can("staff.promote"),
        "proposable": _proposable(reader, found["qualifies"]) - {one.person_id for one in waiting},
        "done": done.select_related("person").order_by("-since", "-pk")[:30],
    }
    return render(request, "staff/promotion.html", context)


def _proposable(reader: Person, qualified: list[standing.Towards]) -> set[int]:
    """For whom of these the reader may propose the next level."""
    ids = {one.person.pk for one in qualified}
    return ids if access.may_manage(reader) else ids & access.line_below(reader)


def _rows(ladder: tuple[str, ...], rulebook: Rules) -> list[tuple[object, Row | None]]:
    """Each level with what the handbook asks for; a level it doesn't have stands without."""
    table = rulebook[LEVELS] if rulebook.has(LEVELS) else None
    return [(Person.Level(level).label, table.get(level) if table is not None else None) for level in ladder]
