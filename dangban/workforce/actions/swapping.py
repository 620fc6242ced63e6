"""Two exchange shifts, or one stands in for the other: asked, agreed to, approved, done."""

from __future__ import annotations

from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, pgettext

from dangban.desk.actions import ask_approval, notify, withdraw_approval
from dangban.desk.models import Approval
from dangban.handbook.current import in_force
from dangban.handbook.decisions import Decision
from dangban.handbook.rulebook import Rules
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM, Actor
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person, Team, TeamShop
from dangban.workforce import access, rules
from dangban.workforce.actions.following import plan_of, write_cell
from dangban.workforce.actions.laying import lay_duty
from dangban.workforce.models import DutyPeriod, Swap
from dangban.workforce.queries import members_on
from dangban.workforce.rosters.exchanging import broken_by
from dangban.workforce.shifts import Shift

KIND = "workforce.swap"
OPEN = (Swap.State.ASKED, Swap.State.AGREED)
NEEDS = {"leader": access.MANAGE, "supervisor": access.OVERSEE}


def ask_swap(
    day: date, with_person: Person, reason: str, *, by: Person, at: datetime, other_day: date | None = None
) -> Swap:
    """Ask a colleague of the team to take one's shift of a day, for theirs of another or for nothing."""
    reason = refuse_unstorable(reason.strip()[:200], "reason")
    if not reason:
        raise BadInput(_("Say why, so that the colleague and who approves know."), fields={"reason": [pgettext("swap", "Why?")]})
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).get(pk=by.pk)
        own = _duty(by, day)
        theirs = _duty(with_person, other_day) if other_day is not None else None
        if own is None or (other_day is not None and (theirs is None or theirs.team_id != own.team_id)):
            raise Refused(_("There is no shift of that day to exchange."))
        if with_person.pk == by.pk or not members_on(own.team, day, day).filter(pk=with_person.pk).exists():
            raise BadInput(_("Choose a colleague of the team."), fields={"with": [_("Choose a colleague of the team.")]})
        rulebook = in_force(at)
        decision = rules.swap_asked(min(one.starts_at for one in (own, theirs) if one), at, rulebook)
        if decision.outcome == "late":
            raise Refused(_("It is too late for this swap; call who leads the team."), decision=decision)
        if Swap.objects.filter(asked_by=by, day=day, state__in=OPEN).exists():
            raise Conflict(_("For this shift you have asked already. Withdraw that first."))
        swap = Swap(
            team=own.team, asked_by=by, day=day, shift=_shown(own), with_person=with_person, other_day=other_day,
            other_shift=_shown(theirs) if theirs else "", reason=reason, asked_at=at,
            because=[one.as_data() for one in decision.because],
        )  # fmt: skip
        _refuse_broken(swap, wanted_by(swap), rulebook)
        swap.save()
        record("workforce.swap_asked", subject=swap, by=by, change=_named(swap), at=at)
        _tell(with_person, gettext_noop("%(name)s asks you to take a shift: %(shift)s"), swap, by=by, at=at)
    return swap


def agree_swap(swap: Swap, *, by: Person, at: datetime) -> Swap:
    """The colleague agrees; then who approves is asked, or it is done where the handbook leaves it to the two."""
    with transaction.atomic():
        swap = _open(swap, Swap.State.ASKED)
        if swap.with_person_id != by.pk:
            raise NotAllowed(_("Only the colleague who is asked can agree."))
        rulebook = in_force(at)
        _refuse_begun(swap, at)
        _refuse_broken(swap, wanted_by(swap), rulebook)
        decision = rules.swap_approved_by(rulebook)
        swap.state, swap.agreed_at = Swap.State.AGREED, at
        if decision.outcome != rules.NOBODY:
            shop = TeamShop.objects.filter(team=swap.team_id).select_related("shop").order_by("shop_id").first()
            with translation.override(settings.LANGUAGE_CODE):
                title, shown = describe(swap), {pgettext("swap", "Why"): swap.reason}
            swap.approval = ask_approval(
                KIND, swap, title=title, needs=NEEDS[decision.outcome], by=swap.asked_by,
                shop=shop.shop if shop else None, facts=shown, because=[one.as_data() for one in decision.because], at=at,
            )  # fmt: skip
        swap.save()
        record("workforce.swap_agreed", subject=swap, by=by, change=_named(swap), at=at)
        if decision.outcome == rules.NOBODY:
            _carry_out(swap, by=SYSTEM, at=at)
        else:
            _tell(swap.asked_by, gettext_noop("%(name)s agrees, the approval is still to come: %(shift)s"), swap, by=by, at=at)
    return swap


def decline_swap(swap: Swap, *, by: Person, at: datetime, answer: str = "") -> Swap:
    with transaction.atomic():
        swap = _open(swap, Swap.State.ASKED)
        if swap.with_person_id != by.pk:
            raise NotAllowed(_("Only the colleague who is asked can decline."))
        _close(swap, Swap.State.DECLINED, answer, at)
        record("workforce.swap_declined", subject=swap, by=by, change=_named(swap), at=at)
        _tell(swap.asked_by, gettext_noop("%(name)s can't take the shift: %(shift)s"), swap, by=by, at=at)
    return swap


def withdraw_swap(swap: Swap, *, by: Person, at: datetime) -> Swap:
    with transaction.atomic():
        # Whoever answers holds the approval first, then the swap: so does whoever withdraws it.
        waiting = Swap.objects.filter(pk=swap.pk).values("approval")
        held = set(Approval.objects.select_for_update(no_key=True).filter(pk__in=waiting).values_list("pk", flat=True))
        swap = _open(swap, Swap.State.ASKED, Swap.State.AGREED)
        if swap.approval_id is not None and swap.approval_id not in held:
            raise Conflict(_("This has changed meanwhile. Look at it as it is now."))
        if swap.asked_by_id != by.pk:
            raise NotAllowed(_("Only who asked can withdraw."))
        if swap.approval is not None:
            withdraw_approval(swap.approval, _("Withdrawn by who asked."), by=by, at=at)
        _close(swap, Swap.State.WITHDRAWN, "", at)
        record("workforce.swap_withdrawn", subject=swap, by=by, change=_named(swap), at=at)
        _tell(swap.with_person, gettext_noop("%(name)s no longer needs the swap: %(shift)s"), swap, by=by, at=at)
    return swap


def lapse_swaps(at: datetime) -> int:
    """Swaps that nobody answered before the first of their shifts began, or whose shift is gone, come to an end."""
    today = clock.business_day(at)
    open_ones = Swap.objects.filter(Q(day__lte=today) | Q(other_day__lte=today), state__in=OPEN)
    lapsed = 0
    for swap in open_ones.select_related("asked_by", "with_person").order_by("pk"):
        if _has_begun(swap, at):
            lapsed += _lapse(swap, _("The shift began before this was answered."), by=SYSTEM, at=at)
    return lapsed


def drop_swaps_of(person: Person, *, by: Actor, at: datetime) -> int:
    """Whoever leaves swaps nothing any more. Call it inside the transaction of what ends."""
    mine = Swap.objects.filter(Q(asked_by=person) | Q(with_person=person), state__in=OPEN)
    why = _("%(name)s has left.") % {"name": person.name}
    return sum(_lapse(swap, why, by=by, at=at) for swap in mine.select_related("asked_by", "with_person").order_by("pk"))


def _lapse(swap: Swap, why: str, *, by: Actor, at: datetime) -> bool:
    """False if it was settled meanwhile. The approval is held before the swap, as by whoever answers it."""
    with transaction.atomic():
        waiting = Swap.objects.filter(pk=swap.pk).values("approval")
        held = set(Approval.objects.select_for_update(no_key=True).filter(pk__in=waiting).values_list("pk", flat=True))
        found = Swap.objects.select_for_update(no_key=True, of=("self",)).get(pk=swap.pk)
        if found.state not in OPEN or (found.approval_id is not None and found.approval_id not in held):
            return False
        if found.approval is not None:
            withdraw_approval(found.approval, why, by=by, at=at)
        _close(found, Swap.State.LAPSED, why, at)
        record("workforce.swap_lapsed", subject=found, by=by, change=_named(found), at=at)
        for person in (found.asked_by, found.with_person):
            _tell(person, gettext_noop("The swap has come to nothing: %(shift)s"), found, by=by, at=at)
    return True


def settle_swap(approval: Approval, by: Actor, at: datetime) -> None:
    """The answer of who approves, in its transaction: done, or refused with the reason."""
    swap = Swap.objects.select_for_update(no_key=True, of=("self",)).get(pk=approval.subject_id)
    if swap.state != Swap.State.AGREED:
        return
    if by.kind == "person" and by.id == swap.with_person_id:
        raise NotAllowed(_("Nobody approves a swap of their own."))
    if approval.granted:
        _refuse_begun(swap, at)
        _carry_out(swap, by=by, at=at)
        return
    _close(swap, Swap.State.REFUSED, approval.answer, at)
    record("workforce.swap_refused", subject=swap, by=by, change=_named(swap), at=at)
    for person in (swap.asked_by, swap.with_person):
        _tell(person, gettext_noop("The swap is not approved: %(shift)s"), swap, by=by, at=at)


def describe(swap: Swap) -> str:
    """Who takes what from whom, in a line."""
    values = {
        "one": swap.asked_by.name, "other": swap.with_person.name,
        "shift": f"{swap.day:%m-%d} {swap.shift}", "own": f"{swap.other_day:%m-%d} {swap.other_shift}" if swap.other_day else "",
    }  # fmt: skip
    if swap.other_day is None:
        return _("%(other)s stands in for %(one)s: %(shift)s") % values
    return _("%(one)s and %(other)s swap: %(shift)s for %(own)s") % values


def wanted_by(swap: Swap) -> dict[tuple[int, date], Shift | None]:
    """What duty is to be after the swap. Refused if the shifts are no longer those that were agreed."""
    own = _duty(swap.asked_by, swap.day)
    theirs = _duty(swap.with_person, swap.other_day) if swap.other_day else None
    if own is None or _shown(own) != swap.shift or (swap.other_day and (theirs is None or _shown(theirs) != swap.other_shift)):
        raise Refused(_("The roster has changed since this was asked; it has to be asked again."))
    wanted: dict[tuple[int, date], Shift | None] = {(swap.asked_by_id, swap.day): None}
    if theirs is not None and swap.other_day is not None:
        wanted[swap.with_person_id, swap.other_day] = None
        wanted[swap.asked_by_id, swap.other_day] = theirs.shift
    elif _duty(swap.with_person, swap.day) is not None:
        raise Refused(_("%(name)s has a shift of their own that day.") % {"name": swap.with_person.name})
    wanted[swap.with_person_id, swap.day] = own.shift
    return wanted


def _carry_out(swap: Swap, *, by: Actor, at: datetime) -> None:
    team = Team.objects.get(pk=swap.team_id)
    # Held before their shifts are read: duty is not changed between the look and the swap.
    list(Person.objects.select_for_update(no_key=True).filter(pk__in=(swap.asked_by_id, swap.with_person_id)).order_by("pk"))
    wanted = wanted_by(swap)
    _refuse_broken(swap, wanted, in_force(at))
    lay_duty(team, wanted, by=by, at=at, source="swap")
    people = {swap.asked_by_id: swap.asked_by, swap.with_person_id: swap.with_person}
    for (person_id, day), shift in wanted.items():
        plan = plan_of(team, day)
        if plan is not None:
            write_cell(plan, people[person_id], day, shift)
    _close(swap, Swap.State.DONE, "", at)
    record("workforce.swap_done", subject=swap, by=by, change=_named(swap), at=at)
    for person in people.values():
        _tell(person, gettext_noop("The swap is done: %(shift)s"), swap, by=by, at=at)


def _refuse_begun(swap: Swap, at: datetime) -> None:
    if _has_begun(swap, at):
        raise Refused(_("The shift has begun already; this swap comes too late."))


def _has_begun(swap: Swap, at: datetime) -> bool:
    """Whether one of its shifts has begun; one that is gone counts from the end of its day."""
    for person, day in ((swap.asked_by, swap.day), (swap.with_person, swap.other_day)):
        if day is None:
            continue
        duty = _duty(person, day)
        if at >= (duty.starts_at if duty is not None else clock.day_span(day)[1]):
            return True
    return False


def _refuse_broken(swap: Swap, wanted: dict[tuple[int, date], Shift | None], rulebook: Rules) -> None:
    """Nobody's further shift is written over, and no rule is broken that was kept before."""
    _refuse_double(swap, wanted)
    broken = broken_by(swap.team, wanted, rulebook)
    if broken:
        because = tuple(dict.fromkeys(one for told in broken for one in told.because))
        raise Refused(
            _("After this swap the roster would break rules:"),
            decision=Decision("workforce.swap_fits", "breaks", because=because), details=[told.text for told in broken], code="broken_rules",
        )  # fmt: skip


def _refuse_double(swap: Swap, wanted: dict[tuple[int, date], Shift | None]) -> None:
    """Nobody's further shift may be written over."""
    for (person_id, day), shift in wanted.items():
        if shift is None or (person_id, day) in ((swap.asked_by_id, swap.day), (swap.with_person_id, swap.other_day)):
            continue
        if DutyPeriod.objects.filter(person_id=person_id, day=day).exists():
            name = swap.asked_by.name if person_id == swap.asked_by_id else swap.with_person.name
            raise Refused(_("%(name)s has a shift of their own that day.") % {"name": name})


def _open(swap: Swap, *states: str) -> Swap:
    found = Swap.objects.select_for_update(no_key=True, of=("self",)).select_related("asked_by", "with_person", "approval").get(pk=swap.pk)
    if found.state not in states:
        raise Conflict(_("This swap is settled already: %(state)s.") % {"state": found.get_state_display()})
    return found


def _close(swap: Swap, state: str, answer: str, at: datetime) -> None:
    swap.state, swap.settled_at, swap.answer = state, at, answer.strip()[:300]
    swap.save(update_fields=["state", "settled_at", "answer"])


def _duty(person: Person, day: date | None) -> DutyPeriod | None:
    if day is None:
        return None
    found = DutyPeriod.objects.filter(person=person, day=day, ended_at=None).select_related("team")
    return found.order_by("starts_at").first()


def _shown(duty: DutyPeriod) -> str:
    return f"{duty.name} {duty.shift.hours}"


def _named(swap: Swap) -> dict[str, object]:
    return {
        "day": swap.day.isoformat(), "shift": swap.shift, "colleague": swap.with_person.name, "of_person": swap.asked_by.name,
        "other_day": swap.other_day.isoformat() if swap.other_day else None, "other_shift": swap.other_shift or None,
    }  # fmt: skip


def _tell(person: Person, title: str, swap: Swap, *, by: Person | Actor, at: datetime) -> None:
    with translation.override(person.language):
        text = _(title) % {"name": by.actor.name, "shift": f"{swap.day:%m-%d} {swap.shift}"}
    # Whoever declined or refused said why; until then it is why it was asked.
    notify(person, text, swap.answer or swap.reason, by=by, url=reverse("own_roster"), at=at)
