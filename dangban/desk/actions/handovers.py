"""The sheet that goes from one shift to the next: drafted, signed, accepted item by item, open until closed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.desk import access, blockers, days, house
from dangban.desk.actions.deadlines import meet_deadline, reassign_deadline, ring, start_deadline
from dangban.desk.actions.notices import notify
from dangban.desk.models import Handover, HandoverItem
from dangban.handbook.actions import keep
from dangban.handbook.decisions import Decision
from dangban.journal.actions import record
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.access import members_of, scope
from dangban.people.models import Person
from dangban.people.ports import OpenItem, OpenWorkByPiece, registry

KIND = "desk.night_item"
State = HandoverItem.State


def draft_handover(person: Person, *, at: datetime) -> Handover:
    """The sheet somebody is about to leave, with what is open now; what was settled meanwhile goes off it again."""
    with transaction.atomic():
        sheet = _draft_of(person, at)
        waiting = _offered_already(person)
        there = {key: found for key, found in open_things(person, at) if key not in waiting}
        kept = {item.key: item for item in sheet.items.exclude(key="")}
        for key in kept.keys() - there.keys():
            kept[key].delete()
        last = sheet.items.order_by("-position").values_list("position", flat=True).first() or 0
        new = [(source, one) for key, (source, one) in there.items() if key not in kept]
        HandoverItem.objects.bulk_create(
            HandoverItem(handover=sheet, position=last + number, source=source, key=one.key, label=one.label[:300], url=one.url[:200])
            for number, (source, one) in enumerate(new, 1)
        )  # fmt: skip
    return sheet


def _offered_already(person: Person) -> set[str]:
    """What stands on a signed sheet and waits to be accepted is not offered a second time."""
    offered = HandoverItem.objects.filter(handover__from_person=person, handover__signed_at__isnull=False, state=State.OFFERED)
    return set(offered.exclude(key="").values_list("key", flat=True))


def open_things(person: Person, at: datetime) -> Iterator[tuple[str, tuple[str, OpenItem]]]:
    """What is open with a person: what their rooms would hand over, and what is left of the day; each once."""
    seen = blockers.silent_clocks(person)
    left = blockers.leftovers(person, at)
    seen -= {one.key for one in left}
    for name, (_label, source) in sorted(registry.open_work.items()):
        for one in source.list(person):
            if one.key not in seen:
                seen.add(one.key)
                yield one.key, (name, one)
    for other in left:
        if other.key not in seen and not other.key.startswith(blockers.ONES_OWN):
            seen.add(other.key)
            yield other.key, ("", OpenItem(other.key, other.label, other.url))


def write_line(person: Person, label: str, note: str, *, at: datetime) -> HandoverItem:
    """Something no room knows of."""
    label = refuse_unstorable(label.strip(), "label")[:300]
    if not label:
        raise BadInput(_("Write something first."), fields={"label": [_("Write something first.")]})
    with transaction.atomic():
        sheet = _draft_of(person, at)
        last = sheet.items.order_by("-position").values_list("position", flat=True).first() or 0
        return HandoverItem.objects.create(
            handover=sheet, position=last + 1, label=label, note=refuse_unstorable(note.strip(), "note")[:500]
        )


def keep_words(sheet: Handover, notes: Mapping[int, str], *, by: Person, for_the_rest: str = "") -> None:
    """What was said so far of each line of a draft; `for_the_rest` is said of those without a word."""
    if sheet.from_person_id != by.pk:
        raise NotAllowed(_("Only who leaves writes on this sheet."))
    with transaction.atomic():
        locked = Handover.objects.select_for_update(of=("self",)).get(pk=sheet.pk)
        if locked.signed_at is not None:
            raise Conflict(_("This sheet was signed already."))
        items = list(locked.items.all())
        for item in items:
            said = notes.get(item.pk, item.note).strip() or for_the_rest.strip()
            item.note = refuse_unstorable(said, "note")[:500]
        HandoverItem.objects.bulk_update(items, ["note"])


def sign_handover(
    sheet: Handover, to: Person | None, *, by: Person, at: datetime, note: str = "", notes: Mapping[int, str] | None = None
) -> Handover:
    """Sign and leave it to somebody, or to whoever of the team comes; every line says how it stands."""
    if sheet.from_person_id != by.pk:
        raise NotAllowed(_("Only who leaves signs this sheet."))
    if to is not None:
        _must_be_colleague(by, to)
    with transaction.atomic():
        locked = Handover.objects.select_for_update(of=("self",)).select_related("team").get(pk=sheet.pk)
        if locked.signed_at is not None:
            raise Conflict(_("This sheet was signed already."))
        if to is None and locked.team_id is None:
            raise BadInput(_("Say who takes over."), fields={"to": [_("Say who takes over.")]})
        items = list(locked.items.order_by("position"))
        for item in items:
            if notes is not None and item.pk in notes:
                item.note = refuse_unstorable(notes[item.pk].strip(), "note")[:500]
        silent = [item.label for item in items if not item.note]
        if silent:
            raise Refused(_("Say of each how it stands and what is to be done."), details=silent, code="silent")
        HandoverItem.objects.bulk_update(items, ["note"])
        locked.to_person, locked.signed_at, locked.note = to, at, refuse_unstorable(note.strip(), "note")[:4000]
        # A draft may have been begun on another day; it counts for the one whose end it is.
        locked.day = days.work_day(at)
        locked.save(update_fields=["to_person", "signed_at", "note", "day"])
        _set_night_clocks(locked, items, by, at)
        change = {"to": to.name if to else None, "lines": len(items)}
        record("desk.handover_signed", subject=locked, by=by, change=change, at=at)
        if items:
            _tell_successors(locked, len(items), by, at)
        ring([by.pk, *successors(locked)])
    return locked


def accept_item(item: HandoverItem, *, by: Person, at: datetime) -> HandoverItem:
    """Take one thing over: it is theirs from now on, in its room too, and its clocks run on."""
    with transaction.atomic():
        locked = _offered(item, by)
        locked.state, locked.answered_at, locked.answered_by = State.ACCEPTED, at, by
        locked.save(update_fields=["state", "answered_at", "answered_by"])
        sheet = locked.handover
        source = registry.open_work.get(locked.source)
        if source is not None and isinstance(source[1], OpenWorkByPiece):
            source[1].hand_over_one(locked.key, sheet.from_person, by, by=by.actor, at=at)
        reassign_deadline(locked, owner=by, by=by, kinds=[KIND], at=at)
        record("desk.item_accepted", subject=sheet, by=by, change={"title": locked.label}, at=at)
        ring([sheet.from_person_id, by.pk, *successors(sheet)])
    return locked


def decline_item(item: HandoverItem, reason: str, *, by: Person, at: datetime) -> HandoverItem:
    """Give one thing back, with the reason: who left it and who is above them are told."""
    reason = refuse_unstorable(reason.strip(), "reason")[:300]
    if not reason:
        raise BadInput(_("Say why."), fields={"reason": [_("Say why.")]})
    with transaction.atomic():
        locked = _offered(item, by)
        locked.state, locked.answered_at, locked.answered_by, locked.answer = State.DECLINED, at, by, reason
        locked.save(update_fields=["state", "answered_at", "answered_by", "answer"])
        sheet = locked.handover
        reassign_deadline(locked, owner=sheet.from_person, by=by, kinds=[KIND], at=at)
        record("desk.item_declined", subject=sheet, by=by, change={"title": locked.label, "reason": reason}, at=at)
        for person in filter(None, (sheet.from_person, sheet.from_person.manager)):
            with translation.override(person.language):
                title = _("%(name)s gave back: %(label)s") % {"name": by.name, "label": locked.label}
            notify(person, title, reason, by=by, url=_address(sheet), at=at)
        ring([sheet.from_person_id, by.pk, *successors(sheet)])
    return locked


def close_item(item: HandoverItem, outcome: str, *, by: Person, at: datetime) -> HandoverItem:
    """Settled. Refused while the room it came from still knows it as open."""
    item = HandoverItem.objects.select_related("handover__from_person", "answered_by").get(pk=item.pk)
    holder = holder_of(item)
    if holder is None or (by.pk != holder.pk and holder.manager_id != by.pk):
        raise NotAllowed(_("Whoever has it in hand closes it."))
    if item.key and _known_as_open(item, holder, at):
        raise Refused(_("It is still open where it came from. Settle it there first."), code="still-open")
    outcome = refuse_unstorable(outcome.strip(), "outcome")[:300]
    if not outcome:
        raise BadInput(_("Say how it ended."), fields={"outcome": [_("Say how it ended.")]})
    with transaction.atomic():
        if not _close(item, outcome, by, at):
            raise Conflict(_("This was closed already."))
    item.refresh_from_db()
    return item


def close_what_is_settled(at: datetime) -> int:
    """Things that were settled in their rooms: their lines are closed, so that sheets tell the truth."""
    waiting = HandoverItem.objects.filter(handover__signed_at__isnull=False, closed_at=None).exclude(key="")
    there: dict[int, set[str]] = {}
    closed = 0
    for item in waiting.select_related("handover__from_person", "answered_by").order_by("pk")[:500]:
        concerned = [person for person in (item.handover.from_person, item.answered_by) if person is not None]
        for person in concerned:
            if person.pk not in there:
                there[person.pk] = {key for key, _one in open_things(person, at)}
        if not any(item.key in there[person.pk] for person in concerned):
            with transaction.atomic():
                closed += _close(item, "", None, at)
    return closed


def _known_as_open(item: HandoverItem, holder: Person, at: datetime) -> bool:
    """Whether it is still open with who has it, or with who left it."""
    people = {holder, item.handover.from_person}
    return any(item.key == key for person in people for key, _one in open_things(person, at))


def holder_of(item: HandoverItem) -> Person | None:
    """In whose hands a thing is: who accepted it; given back or not yet accepted, who left it."""
    if item.handover.signed_at is None:
        return None
    return item.answered_by if item.state == State.ACCEPTED else item.handover.from_person


def successors(sheet: Handover) -> list[int]:
    """Those who may accept its lines."""
    if sheet.to_person_id is not None:
        return [sheet.to_person_id]
    team = members_of([sheet.team_id]) if sheet.team_id else Person.objects.none()
    return list(team.exclude(pk=sheet.from_person_id).values_list("pk", flat=True))


def _close(item: HandoverItem, outcome: str, by: Person | None, at: datetime) -> bool:
    still = HandoverItem.objects.filter(pk=item.pk, closed_at=None).exclude(state=State.CLOSED)
    if not still.update(state=State.CLOSED, closed_at=at, closed_by=by, outcome=outcome):
        return False
    actor = by or SYSTEM
    meet_deadline(item, KIND, by=actor, at=at)
    record("desk.item_closed", subject=item.handover, by=actor, change={"title": item.label, "outcome": outcome}, at=at)
    ring([pk for pk in (item.handover.from_person_id, item.answered_by_id) if pk is not None])
    return True


def _draft_of(person: Person, at: datetime) -> Handover:
    found = Handover.objects.select_for_update().filter(from_person=person, signed_at=None).first()
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return Handover.objects.create(from_person=person, team=access.team_of(person), day=days.work_day(at), begun_at=at)
    except IntegrityError:
        return Handover.objects.select_for_update().get(from_person=person, signed_at=None)


def _offered(item: HandoverItem, by: Person) -> HandoverItem:
    related = ("handover__from_person__manager", "handover__team", "handover__to_person")
    locked = HandoverItem.objects.select_for_update(of=("self",)).select_related(*related).get(pk=item.pk)
    if locked.handover.signed_at is None or not access.may_take_over(by, locked.handover):
        raise NotAllowed(_("This was left to somebody else."))
    if locked.state != State.OFFERED:
        name = locked.answered_by.name if locked.answered_by else ""
        raise Conflict(_("%(name)s has answered this already.") % {"name": name or _("Somebody")})
    return locked


def _must_be_colleague(by: Person, to: Person) -> None:
    if to.pk == by.pk:
        raise BadInput(_("Choose somebody else."), fields={"to": [_("Choose somebody else.")]})
    access.must_be_able_to_take(to, None)
    if not (scope(to).everywhere or scope(by).shops & scope(to).shops):
        raise NotAllowed(_("%(name)s works for other shops. Ask their leader.") % {"name": to.name})


def _set_night_clocks(sheet: Handover, items: list[HandoverItem], by: Person, at: datetime) -> None:
    """What a night leaves has until the hour that the handbook names."""
    decision = house.night_items(at)
    if decision is None or not items:
        return
    keep(decision, subject=sheet, by=by, at=at)
    due = datetime.fromisoformat(decision.outcome)
    for item in items:
        _start_night_clock(sheet, item, due, decision, by, at)
    HandoverItem.objects.filter(handover=sheet).update(due_at=due)


def _start_night_clock(
    sheet: Handover, item: HandoverItem, due: datetime, decision: Decision, by: Person, at: datetime
) -> None:
    # Clocks count whole seconds: from the begun one, so that it ends at the hour itself.
    at = at.replace(microsecond=0)
    start_deadline(
        KIND, item, rule=decision.paths[0], allowed_seconds=int((due - at).total_seconds()), by=by,
        because=[one.as_data() for one in decision.because], owner=sheet.to_person, team=sheet.team, label=item.label,
        url=_address(sheet), warn_seconds=int(house.warn_before(at).total_seconds()), at=at,
    )  # fmt: skip


def _tell_successors(sheet: Handover, count: int, by: Person, at: datetime) -> None:
    for person in Person.objects.filter(pk__in=successors(sheet), is_active=True):
        with translation.override(person.language):
            title = _("%(name)s hands over %(count)s things") % {"name": by.name, "count": count}
        notify(person, title, sheet.note, by=by, url=_address(sheet), at=at)


def _address(sheet: Handover) -> str:
    return reverse("handover", args=[sheet.pk])


def drop_draft_line(item: HandoverItem, *, by: Person) -> None:
    """Take a line of one's own hand off the sheet again; what a room knows stays on it."""
    if item.handover.from_person_id != by.pk:
        raise NotAllowed(_("Only who leaves writes on this sheet."))
    if item.handover.signed_at is not None or item.key:
        raise Conflict(_("This line stays on the sheet."))
    item.delete()
