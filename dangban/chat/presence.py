"""Who is present: stretches of time, one open at a time however many tabs and devices there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from dangban.chat import hub
from dangban.chat.models import LastSeen, Presence
from dangban.lib import clock
from dangban.lib.actor import Actor
from dangban.people.access import scope
from dangban.people.models import Person


@dataclass(frozen=True, slots=True)
class Seen:
    """When a person's pages were last connected, and when something was last touched in them."""

    connected_at: datetime | None
    active_at: datetime | None


@transaction.atomic
def record_presence(
    person: Person, state: str, reason: str = "", *, by: Actor | Person, at: datetime | None = None
) -> Presence:
    """Close the present stretch and open the next one; the same state and reason again changes nothing.

    Which changes are allowed is the caller's to decide.
    """
    at = at or clock.now()
    Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    present = Presence.objects.filter(person=person, ended_at=None).first()
    if present is not None and (present.state, present.reason) == (state, reason):
        return present
    if present is not None:
        # Clocks of two machines may differ; a stretch never ends before it began.
        present.ended_at = max(at, present.started_at)
        present.save(update_fields=["ended_at"])
        at = present.ended_at
    opened = Presence.objects.create(
        person=person, state=state, reason=reason, started_at=at, by_id=by.actor.id
    )
    rights = scope(person)
    hub.tell_presence(person.pk, state, reason, at, None if rights.everywhere else rights.shops)
    return opened


def current_presence(person_ids: Iterable[int]) -> dict[int, Presence]:
    """The open stretch of each person; who never was here has none."""
    open_stretches = Presence.objects.filter(person_id__in=list(person_ids), ended_at=None)
    return {stretch.person_id: stretch for stretch in open_stretches}


def keep_seen(connected: Sequence[int], active: Sequence[int], at: datetime) -> None:
    """Note who is connected and who touched something; the lane does so every 20 seconds.

    What a killed process leaves behind is visible here: nobody says goodbye, the time just stands still.
    """
    _keep_seen("connected_at", dict.fromkeys(connected, at))
    keep_active(dict.fromkeys(active, at))


def keep_active(latest: Mapping[int, datetime]) -> None:
    """Note for each of these people when they last did something."""
    _keep_seen("active_at", latest)


def _keep_seen(column: str, latest: Mapping[int, datetime]) -> None:
    LastSeen.objects.bulk_create(
        # In one order everywhere, so that two processes never wait for each other.
        (LastSeen(person_id=person_id, **{column: at}) for person_id, at in sorted(latest.items())),
        update_conflicts=True,
        unique_fields=["person"],
        update_fields=[column],
    )


def last_seen(person_ids: Iterable[int]) -> dict[int, Seen]:
    rows = LastSeen.objects.filter(person_id__in=list(person_ids))
    return {row.person_id: Seen(row.connected_at, row.active_at) for row in rows}


def last_active(person_id: int) -> datetime | None:
    """When mouse or keyboard were last used in any page of a person."""
    return LastSeen.objects.filter(pk=person_id).values_list("active_at", flat=True).first()
