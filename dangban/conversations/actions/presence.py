"""Coming, going, being away: what it takes, and what becomes of the customers one has."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from dangban.chat import hub
from dangban.chat.models import IdleStretch, Presence
from dangban.chat.presence import keep_seen, last_seen, record_presence
from dangban.conversations import facts, reminders
from dangban.conversations.actions.queueing import sweep_queue
from dangban.conversations.models import Conversation
from dangban.conversations.rules import service
from dangban.handbook.actions import in_force
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, NotAllowed, Refused
from dangban.people.access import scope
from dangban.people.models import Person, TeamMembership, TeamShop
from dangban.workforce import actions as workforce
from dangban.workforce.models import DutyPeriod, ShiftExtension

State = Presence.State
Reason = Presence.Reason
_CHOSEN = frozenset(Reason.values) - {Reason.CONNECTION}


def change_presence(
    person: Person, state: str, *, by: Person, reason: str = "", at: datetime | None = None
) -> Presence:
    """Change one's state, or as their leader somebody else's.

    Refused while conversations are open if it means going off line: `items` lists them.
    """
    at = at or clock.now()
    _check(state, reason)
    _may_set(person, by)
    with transaction.atomic():
        # Whoever gives this person a conversation locks the row too: the list can't grow meanwhile.
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        if state == State.OFFLINE:
            refuse_while_serving(person, at)
        before = facts.present_state(person.pk)
        presence = _record(person, state, reason, by, at)
        if before is None or before.pk != presence.pk:
            _end_idleness(person.pk, at)
    sweep_queue(_shops(person), at)
    return presence


def end_shift(person: Person, *, by: Person, at: datetime | None = None) -> DutyPeriod | None:
    """End the shift and go off line; refused like going off line while customers are being served."""
    at = at or clock.now()
    _may_set(person, by)
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=person.pk)
        refuse_while_serving(person, at)
        duty = facts.duty_at(person.pk, at) or _unended(person, at)
        if duty is not None:
            duty = workforce.end_shift(duty, by=by, at=at)
        _record(person, State.OFFLINE, "", by, at)
        _end_idleness(person.pk, at)
    sweep_queue(_shops(person), at)
    return duty


def open_conversations(person: Person) -> list[Conversation]:
    """What stands between a person and the way home."""
    rows = Conversation.objects.filter(assignee=person, state=Conversation.State.SERVING)
    return list(rows.select_related("customer", "shop").order_by("last_at", "pk"))


def refuse_while_serving(person: Person, at: datetime) -> None:
    """Refused with the list of open conversations, if there are any."""
    still_open = open_conversations(person)
    decision = service.leaving(len(still_open), in_force(at))
    if decision.outcome == "may":
        return
    items = [
        {
            "conversation": one.pk,
            "customer": str(one.customer),
            "shop": one.shop.name,
            "waiting": one.waiting_since is not None,
            "last_at": one.last_at.isoformat(),
            "preview": one.preview,
            "url": reminders.address(one.pk),
        }
        for one in still_open
    ]
    details = [
        _("%(customer)s: %(preview)s") % {"customer": one.customer, "preview": one.preview} for one in still_open
    ]
    raise Refused(
        _("Customers are still with you. Answer and end each conversation, pass it on, or leave it to the next shift."),
        decision=decision,
        details=details,
        items=items,
        code="still_serving",
    )


def touch(person: Person, at: datetime | None = None) -> None:
    """Something was touched in this person's pages: they are not idle."""
    at = at or clock.now()
    keep_seen((), (person.pk,), at)
    _end_idleness(person.pk, at)


def connection_lost(person: Person, at: datetime | None = None) -> Presence | None:
    """A person's pages are not heard of any more. Their customers stay theirs for the grace."""
    at = at or clock.now()
    with transaction.atomic():
        present = facts.present_state(person.pk)
        if present is None or present.state == State.OFFLINE:
            return None
        return _record(person, State.OFFLINE, Reason.CONNECTION, SYSTEM, at)


def connection_back(person: Person, at: datetime | None = None) -> Presence | None:
    """They are heard of again: back to the state before the line was lost."""
    at = at or clock.now()
    with transaction.atomic():
        present = facts.present_state(person.pk)
        if present is None or (present.state, present.reason) != (State.OFFLINE, Reason.CONNECTION):
            return None
        before = Presence.objects.filter(person=person, ended_at__lte=present.started_at).order_by("-ended_at", "-pk")
        last = before.first()
        if last is None or last.state == State.OFFLINE:
            return None
        keep_seen((person.pk,), (), at)
        presence = _record(person, last.state, last.reason, SYSTEM, at)
    sweep_queue(_shops(person), at)
    return presence


def on_stream(person_id: int, is_open: bool, at: datetime) -> None:
    """A page that listens was opened, or the last one of a process is gone; the sweep notes absences."""
    if is_open:
        person = Person.objects.filter(pk=person_id, is_active=True).first()
        if person is not None:
            connection_back(person, at)


# Pages report every twenty seconds; twice and a little more without a word is a lost line.
UNHEARD = timedelta(seconds=45)


def notice_lost_connections(at: datetime) -> int:
    """People shown as there whose pages have not been heard of."""
    there = Presence.objects.filter(ended_at=None).exclude(state=State.OFFLINE).select_related("person")
    people = {one.person_id: one for one in there}
    lost = 0
    for person_id, seen in last_seen(people).items():
        present = people[person_id]
        heard = seen.connected_at
        if heard is not None and heard >= present.started_at - UNHEARD and at - heard > UNHEARD:
            lost += connection_lost(present.person, max(heard, present.started_at)) is not None
    return lost


def notice_idleness(at: datetime) -> int:
    """Shown online and touching nothing for longer than the handbook allows is recorded, once per stretch."""
    rules = in_force(at)
    shown = Presence.objects.filter(ended_at=None, state=State.ONLINE).select_related("person")
    people = {one.person_id: one for one in shown}
    noticed = 0
    for person_id, seen in last_seen(people).items():
        active = max(seen.active_at or people[person_id].started_at, people[person_id].started_at)
        open_stretch = IdleStretch.objects.filter(person=person_id, ended_at=None).first()
        decision = service.idleness(active, at, rules)
        if decision.outcome == "idle" and open_stretch is None:
            _notice(people[person_id].person, active, at, decision.because[0].as_data())
            noticed += 1
        elif decision.outcome == "active" and open_stretch is not None:
            _end_idleness(person_id, active)
    return noticed


def extend_shifts(at: datetime) -> int:
    """Shifts that have run out go on while customers are being served, and end with the last one."""
    rules = in_force(at)
    run_out = DutyPeriod.objects.filter(ends_at__lte=at, ends_at__gt=at - timedelta(hours=16), ended_at=None)
    changed = 0
    for duty in run_out.select_related("person"):
        serving = [one.pk for one in open_conversations(duty.person)]
        running = ShiftExtension.objects.filter(duty=duty, ended_at=None).first()
        decision = service.extension(len(serving), duty.ends_at, at, rules)
        if decision.outcome == "extend" and (running is None or not set(serving) <= set(running.conversations)):
            because = [reason.as_data() for reason in decision.because]
            # It began when the shift should have ended, not when somebody looked.
            workforce.extend_shift(duty, conversations=serving, because=because, by=SYSTEM, at=duty.ends_at)
            changed += 1
        elif decision.outcome == "end" and running is not None:
            workforce.end_extension(duty, by=SYSTEM, at=_last_served(running, at))
            changed += 1
    return changed


def _last_served(running: ShiftExtension, at: datetime) -> datetime:
    """It lasted until the last of its customers was done, not until somebody looked."""
    ended = Conversation.objects.filter(pk__in=running.conversations, ended_at__isnull=False).order_by("-ended_at")
    last = ended.values_list("ended_at", flat=True).first()
    return min(at, max(last or at, running.started_at))


def _notice(person: Person, since: datetime, at: datetime, because: object) -> None:
    with transaction.atomic():
        IdleStretch.objects.create(person=person, started_at=since, noticed_at=at, because=[because])
        record(
            "conversations.idle_noticed", subject=person, by=SYSTEM,
            change={"since": since.isoformat()}, because=[because], at=at,
        )  # fmt: skip
        _tell_idleness(person.pk)


def _end_idleness(person_id: int, at: datetime) -> None:
    if IdleStretch.objects.filter(person=person_id, ended_at=None, started_at__lte=at).update(ended_at=at):
        _tell_idleness(person_id)


def _tell_idleness(person_id: int) -> None:
    """The floor of those who lead this person's teams."""
    teams = TeamMembership.objects.filter(person=person_id, until=None).values("team")
    for shop_id in TeamShop.objects.filter(team__in=teams).values_list("shop", flat=True).distinct():
        hub.changed("presence", person_id, shop_id=shop_id)


def _check(state: str, reason: str) -> None:
    if state not in State.values:
        message = _("This is not a state.")
        raise BadInput(message, fields={"state": [message]})
    if state == State.AWAY and reason not in _CHOSEN:
        message = _("Say why you are away: it decides what customers are told.")
        raise BadInput(message, fields={"reason": [message]})


def _may_set(person: Person, by: Person) -> None:
    if person.pk == by.pk:
        return
    teams = TeamMembership.objects.filter(person=person, until=None).values_list("team_id", flat=True)
    rights = scope(by)
    leads = rights.everywhere or bool(rights.teams & set(teams))
    if not leads or not by.can("conversations.supervise"):
        raise NotAllowed(_("Only their leader changes the state of somebody else."))


def _record(person: Person, state: str, reason: str, by: HasActor, at: datetime) -> Presence:
    before = facts.present_state(person.pk)
    presence = record_presence(person, state, reason, by=by.actor, at=at)
    if before is None or before.pk != presence.pk:
        record(
            "conversations.presence_changed", subject=person, by=by,
            change={"state": [before.state if before else None, state], "reason": reason}, at=at,
        )  # fmt: skip
    return presence


def _shops(person: Person) -> list[int] | None:
    rights = scope(person)
    return None if rights.everywhere else sorted(rights.shops)


def _unended(person: Person, at: datetime) -> DutyPeriod | None:
    rows = DutyPeriod.objects.filter(
        person=person, starts_at__lte=at, ends_at__gt=at - timedelta(hours=16), ended_at=None
    )
    return rows.order_by("-starts_at").first()
