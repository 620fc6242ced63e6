"""A case moves by an act from one state to the next: one door, with its step, its clock, its journal entry."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales import access, bell, events
from dangban.aftersales.models import Case, CaseStep
from dangban.aftersales.rules import flow
from dangban.desk import actions as desk
from dangban.desk import house
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Because
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.errors import Conflict, Refused
from dangban.orders import ticking
from dangban.people.access import people_who_may
from dangban.people.models import Person, Skill
from dangban.workforce import queries as workforce

# Our own time, which counts as kept or missed; and others' time, of which the owner is only reminded.
CLOCK = "aftersales.case"
WAIT = "aftersales.waiting"
# By when a claim of the case on its courier is to be filed, then chased.
CLAIM = "aftersales.claim"
# From the request to its end, whoever has it meanwhile.
SOLVE = "aftersales.solve"
_OURS = {"agent": "", "warehouse": "aftersales.receive", "workshop": "aftersales.inspect", "finance": "aftersales.pay"}
_SOLVED = ("settled", "closed", "refused")
_LONGEST = 300


def locked(pk: int, seen: int | None = None) -> Case:
    """The case's row, locked; call it inside a transaction. `seen` is the version the page showed: Conflict for the slower."""
    held = Case.objects.select_for_update(of=("self",)).select_related("shop", "order", "customer", "owner").get(pk=pk)
    if seen is not None and held.version != seen:
        raise Conflict(_("Somebody has worked on this case meanwhile. Read what became of it first."))
    return held


def move(
    held: Case,
    act: str,
    to: str,
    *,
    by: HasActor,
    at: datetime,
    note: str = "",
    because: Sequence[Any] = (),
    due_at: datetime | None = None,
    change: dict[str, Any] | None = None,
) -> Case:
    """Bring a locked case to the state `to` by `act`; further fields set on it are saved along.

    Refused where the act does not lead there. `due_at` overrides the rule of the new state, as where a
    platform or a promise says by when. Call it inside the transaction that locked the case.
    """
    known = flow.ACTS[act]
    if known.needs:
        access.require(by, known.needs, held.shop_id)
    if not flow.leads(held.state, act, to):
        raise Refused(
            _("A case that is “%(state)s” can't be brought to “%(to)s” this way.")
            % {"state": flow.STATES[held.state].label, "to": flow.STATES[to].label},
            code="flow",
        )
    before = held.state
    _end_clock(held, by, at)
    held.state, held.waits_for, held.state_since = to, flow.STATES[to].waits_for, at
    if act != "receive" and held.answered_at is None and isinstance(by, Person):
        held.answered_at = at
    held.solved_at = (held.solved_at or at) if to in _SOLVED else None
    held.closed_at = at if flow.STATES[to].is_final else None
    rule, reasons = _due(held, due_at, at)
    held.version += 1
    held.save()
    _write_step(held, act, before, note, by, at)
    _start_clock(held, rule, reasons, by, at)
    record(
        "aftersales.moved", subject=held, by=by, shop=held.shop_id,
        change={"act": act, "state": [before, to], "note": note[:_LONGEST], **(change or {})}, because=_plain([*because, *reasons]), at=at,
    )  # fmt: skip
    bell.case_changed(held)
    events.moved(held, act, before, by, at)
    return held


def start(held: Case, *, by: HasActor, at: datetime) -> None:
    """The first step and clock of a case that has just been written; inside its transaction."""
    rule, reasons = _due(held, None, at)
    held.save(update_fields=["due_at"])
    _write_step(held, "open", "", "", by, at)
    _start_clock(held, rule, reasons, by, at)
    events.moved(held, "open", "", by, at)


# Who leads takes what nobody else on duty can.
_ABOVE = (Person.Level.LEADER, Person.Level.DEPUTY, Person.Level.SUPERVISOR, Person.Level.MANAGER)


def hand_to(case: Case, to: Person, *, by: Person, seen: int | None = None, at: datetime | None = None) -> Case:
    """Somebody else sees to the case from now on; by its owner, or by who assigns work in the shop."""
    at = at or clock.now()
    if by.pk != case.owner_id:
        access.require(by, "desk.assign", case.shop_id)
    access.require(to, "aftersales.handle", case.shop_id)
    with transaction.atomic():
        held = locked(case.pk, seen)
        if held.owner_id == to.pk:
            return held
        was, held.owner = held.owner, to
        held.version += 1
        held.save(update_fields=["owner", "version"])
        kinds = (CLOCK, WAIT, SOLVE) if not _OURS.get(held.waits_for) else (WAIT, SOLVE)
        desk.reassign_deadline(held, owner=to, by=by, kinds=kinds, at=at)
        for claim in held.claims.order_by("pk"):
            desk.reassign_deadline(claim, owner=to, by=by, kinds=(CLAIM,), at=at)
        record("aftersales.handed_on", subject=held, by=by, shop=held.shop_id, change={"owner": [was.name, to.name]}, at=at)
        bell.case_changed(held)
    return held


def who_handles(shop_id: int, at: datetime, permission: str = "aftersales.handle") -> Person:
    """Of those who may, somebody on duty, who serves after the sale, before leaders and managers, with the fewest open cases. Refused where nobody may at all."""
    may = list(people_who_may(permission, shop_id)) or list(people_who_may("desk.assign", shop_id))
    if not may:
        raise Refused(_("Nobody looks after the after-sales of this shop. Say in staff who does."), code="nobody")
    on_duty = workforce.people_on_duty(at)
    rows = Case.objects.filter(owner__in=may, closed_at=None).values("owner").annotate(n=Count("pk"))
    load = dict(rows.values_list("owner", "n"))
    # Everybody of the floor may handle a case; those who serve after the sale are asked first.
    after = set(Skill.objects.filter(person__in=may, kind=Skill.Kind.STAGE, value="aftersale").values_list("person", flat=True))
    return min(may, key=lambda one: (one.pk not in on_duty, one.level in _ABOVE, one.pk not in after, load.get(one.pk, 0), one.pk))


def owner_of(held: Case, at: datetime) -> Person:
    """Who sees to a case, also to one that was over when they left."""
    return held.owner if held.owner.is_active else who_handles(held.shop_id, at)


def _due(held: Case, due_at: datetime | None, at: datetime) -> tuple[str, list[Because]]:
    """Fills in by when the state has to be left; the rule that says so, with its reason."""
    rule = flow.STATES[held.state].due
    held.due_at = due_at
    if rule is None:
        return "", []
    rules = in_force(at)
    if not rules.has(rule):
        return rule.path, []
    if due_at is None:
        held.due_at = at + rules[rule]
    return rule.path, [rules.because(rule, state=held.state, since=at)]


def _write_step(held: Case, act: str, before: str, note: str, by: HasActor, at: datetime) -> None:
    actor = by.actor
    CaseStep.objects.filter(case=held, left_at=None).update(left_at=at)
    CaseStep.objects.create(
        case=held, act=act, before=before, state=held.state, waits_for=held.waits_for, note=note[:_LONGEST],
        by_kind=actor.kind, by_id=actor.id, by_name=actor.name, at=at, due_at=held.due_at,
    )  # fmt: skip


def _start_clock(held: Case, rule: str, reasons: Sequence[Because], by: HasActor, at: datetime) -> None:
    # What waits for an approver has the clock of its approval.
    if held.due_at is None or held.waits_for in ("", "approver"):
        return
    permission = _OURS.get(held.waits_for)
    owner = who_handles(held.shop_id, at, permission) if permission else held.owner
    since = at.replace(microsecond=0)
    desk.start_deadline(
        CLOCK if held.waits_for in _OURS else WAIT, held, rule=rule,
        allowed_seconds=max(1, int((held.due_at - since) / timedelta(seconds=1))),
        because=_plain(reasons), by=by, owner=owner, team=ticking.team_of(held.shop_id, owner), shop=held.shop,
        label=label_of(held), url=reverse("aftersales:case", args=[held.pk]),
        warn_seconds=int(house.warn_before(at).total_seconds()), at=since,
    )  # fmt: skip


def _end_clock(held: Case, by: HasActor, at: datetime) -> None:
    desk.meet_deadline(held, CLOCK, by=by, at=at)
    desk.cancel_deadlines(held, by=by, kinds=(WAIT,), reason=str(flow.STATES[held.state].label), at=at)


def label_of(held: Case) -> str:
    # Read by whoever has the clock then, not by who starts it.
    with translation.override(settings.LANGUAGE_CODE):
        return f"{held.number} {held.get_kind_display()} {flow.STATES[held.state].label}"


def _plain(because: Sequence[Any]) -> list[Any]:
    return [reason.as_data() if isinstance(reason, Because) else reason for reason in because]
