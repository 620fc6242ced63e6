"""A person's day: begun, its steps ticked, signed off with nothing left in silence; and the leader's summary."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.desk import access, blockers, days, house, queries
from dangban.desk.actions.deadlines import ring
from dangban.desk.models import DaySummary, DayTick, WorkDay
from dangban.handbook.actions import keep
from dangban.journal.actions import record
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person, Team


def begin_day(person: Person, *, at: datetime) -> WorkDay:
    """The row of the day one works on; begun once."""
    with transaction.atomic():
        work, made = WorkDay.objects.get_or_create(
            person=person, day=days.work_day(at), defaults={"opened_at": at, "team": access.team_of(person)}
        )
        if made:
            record("desk.day_begun", subject=("people.person", person.pk), by=person, change={"day": str(work.day)}, at=at)
    return work


def tick_day(moment: str, step: str, done: bool, *, by: Person, at: datetime) -> None:
    """Tick a step of the day's beginning or end, or take the tick away again."""
    known = dict(house.steps(moment, access.roles_of(by), at)) if moment in ("open", "close") else {}
    if step not in known:
        raise BadInput(_("This step is not on your list."))
    with transaction.atomic():
        work = WorkDay.objects.select_for_update().get(pk=begin_day(by, at=at).pk)
        if work.signed_off_at is not None:
            raise Conflict(_("This day was signed off already."))
        if done:
            DayTick.objects.get_or_create(work_day=work, moment=moment, step=step, defaults={"at": at})
        else:
            DayTick.objects.filter(work_day=work, moment=moment, step=step).delete()


def sign_off(person: Person, *, at: datetime) -> WorkDay:
    """Sign the day off. Refused while something of it is neither settled nor handed over with a reason."""
    with transaction.atomic():
        work = WorkDay.objects.select_for_update().get(pk=begin_day(person, at=at).pk)
        if work.signed_off_at is not None:
            raise Conflict(_("This day was signed off already."))
        left = blockers.leftovers(person, at)
        notes = queries.handed_notes(person, work.day)
        silent = [one for one in left if one.key not in notes]
        decision = house.signing_off(len(silent), at)
        if decision is not None and decision.outcome == "refused":
            raise Refused(
                _("Something of the day is neither settled nor handed over."), decision=decision, code="leftovers",
                details=[one.label for one in silent], items=[{"label": one.label, "url": one.url} for one in silent],
            )  # fmt: skip
        undone = unticked(person, work, "close", at)
        if undone:
            raise Refused(_("Steps of the day's end are still open."), details=undone, code="steps")
        start, end = days.span(work.day, at)
        work.signed_off_at, work.done, work.left = at, queries.done_on(person, start, end), len(left)
        work.handed = [{"label": one.label, "reason": notes.get(one.key, "")} for one in left]
        work.because = [one.as_data() for one in decision.because] if decision is not None else []
        work.save()
        if decision is not None:
            keep(decision, subject=("people.person", person.pk), by=person, at=at)
        change = {"day": str(work.day), "done": work.done, "left": work.left}
        record("desk.day_signed_off", subject=("people.person", person.pk), by=person, change=change, because=work.because, at=at)
        ring([person.pk])
    return work


def unticked(person: Person, work: WorkDay, moment: str, at: datetime) -> list[str]:
    ticked = set(DayTick.objects.filter(work_day=work, moment=moment).values_list("step", flat=True))
    return [str(words) for step, words in house.steps(moment, access.roles_of(person), at) if step not in ticked]


def write_summary(
    team: Team, day: date, *, by: Person, at: datetime, questions: str = "", not_sold: str = "", aftersales: str = ""
) -> DaySummary:
    """The leader's word on a team's day; written again, it replaces what one wrote before."""
    access.get_led_team(by, team.pk)
    texts = {"questions": questions, "not_sold": not_sold, "aftersales": aftersales}
    kept = {name: refuse_unstorable(text.strip(), name)[:4000] for name, text in texts.items()}
    if not any(kept.values()):
        raise BadInput(_("Write something first."), fields={"questions": [_("Write something first.")]})
    with transaction.atomic():
        summary, _made = DaySummary.objects.select_for_update().update_or_create(
            team=team, day=day, defaults={"by": by, "at": at, **kept}
        )
        record("desk.day_summed_up", subject=("people.team", team.pk), by=by, change={"day": str(day)}, at=at)
        ring([by.pk])
    return summary
