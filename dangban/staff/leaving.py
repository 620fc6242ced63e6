"""Whoever leaves is proposed for nothing more, nobody is reminded of what runs out for them, and their newcomers get
another mentor."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk.actions import cancel_deadlines, settle_tasks, withdraw_approval, write_task
from dangban.desk.models import Approval
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM, Actor
from dangban.people.models import Person
from dangban.people.ports import OpenItem
from dangban.staff.actions.filing import CONTRACT_ENDS, LICENCE_ENDS, PROBATION_ENDS
from dangban.staff.models import Attainment, Contract, Departure, Proposal, StaffFile

State = Proposal.State


class Files:
    """Nobody needs to be named for it. Changes granted for a later day stay on record and are never applied."""

    def list(self, person: Person) -> Sequence[OpenItem]:
        return []

    def hand_over(self, person: Person, to: Person, *, by: Actor, at: datetime) -> int:
        why = _("%(name)s has left") % {"name": person.name}
        contracts, held = Contract.objects.filter(person=person), Attainment.objects.filter(person=person)
        for subject in (person, *contracts, *held):
            cancel_deadlines(subject, by=by, kinds=(PROBATION_ENDS, CONTRACT_ENDS, LICENCE_ENDS), reason=why, at=at)
        for made in Proposal.objects.select_for_update(of=("self",), no_key=True).filter(person=person, state=State.ASKED):
            made.state, made.decided_at = State.REFUSED, at
            made.save(update_fields=["state", "decided_at"])
            if made.approval is not None:
                withdraw_approval(made.approval, why, by=by, at=at)
            change = {"proposal": made.kind, "level": [made.from_level, made.level], "since": made.since.isoformat()}
            record("staff.proposal_refused", subject=person, by=by, change=change, personal={"reason": why}, at=at)
        _ask_for_mentors(person, to, at)
        going = Departure.objects.select_for_update(of=("self",), no_key=True).filter(Departure.OPEN, person=person)
        for entered in going.select_related("entered_by"):
            entered.closed_at = at
            entered.save(update_fields=["closed_at"])
            settle_tasks(entered, by=entered.entered_by, at=at)
        return 0


def hold(person: Person) -> None:
    """A leaving is held before the person when it is withdrawn; whoever decides holds the approval, the proposal, the person."""
    list(Departure.objects.select_for_update(no_key=True).filter(Departure.OPEN, person=person).values_list("pk", flat=True))
    waiting = Proposal.objects.filter(person=person, state=State.ASKED)
    list(Approval.objects.select_for_update(no_key=True).filter(pk__in=waiting.values("approval")).order_by("pk").values_list("pk", flat=True))
    list(waiting.select_for_update(no_key=True).values_list("pk", flat=True))


def _ask_for_mentors(person: Person, to: Person, at: datetime) -> None:
    """Newcomers of whoever leaves need another mentor: who leads them is asked for one."""
    today = clock.business_day(at)
    rows = StaffFile.objects.filter(mentor=person, person__is_active=True, probation_until__gte=today)
    for kept in rows.filter(Q(confirmed_on=None) | Q(confirmed_on__gt=today)).select_related("person__manager").order_by("pk"):
        above = kept.person.manager
        owner = above if above is not None and above.is_active and above.pk != person.pk else to
        with translation.override(owner.language):
            title = _("Choose another mentor for %(name)s: %(mentor)s has left") % {"name": kept.person.name, "mentor": person.name}
        write_task(title, by=SYSTEM, owner=owner, subject=kept, url=reverse("staff:file", args=[kept.person_id]), at=at)
