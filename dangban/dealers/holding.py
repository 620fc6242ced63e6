"""One return under its locks, where it goes, its clock, and who sees to it.

The goods are locked before the return, and approvals before both, as their own rooms do it: whoever
changes several never waits for somebody who waits for them.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.dealers import access, bell, rules
from dangban.dealers.models import DealerReturn, ReturnLine, Step
from dangban.desk import actions as desk
from dangban.desk import house
from dangban.desk.models import Approval
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person
from dangban.stock import ledger

SUBJECT = "dealers.dealerreturn"
State = DealerReturn.State


# Whoever took over from the one who would see to it goes on seeing to it.
_STAYS = ("agent", "dealer", "inspector")


def clock_kind(state: str) -> str:
    return f"dealers.{state}"


def locked(made: DealerReturn | int, *states: str, seen: int | None = None, goods: bool = False) -> DealerReturn:
    """The return (with its goods), held until the transaction ends; Conflict where it is not as it was seen."""
    pk = made.pk if isinstance(made, DealerReturn) else made
    if goods:
        ledger.lock(*ReturnLine.objects.filter(made=pk).values_list("sku", flat=True))
    rows = DealerReturn.objects.select_for_update(no_key=True, of=("self",))
    held = rows.select_related("dealer", "shop", "owner", "applied_by", "judged_by", "inspected_by", "warehouse").get(pk=pk)
    if states and held.state not in states:
        raise Conflict(_("This return is not there any more: %(state)s.") % {"state": held.get_state_display()})
    if seen is not None and seen != held.version:
        raise Conflict(_("This has changed meanwhile. Look at it as it is now."))
    return held


def go(held: DealerReturn, act: str, state: str, *, by: HasActor, at: datetime, words: str = "", **change: object) -> None:
    """Along the table of states only: the clock of the state before is met, that of the next one begins."""
    before = held.state
    if state not in rules.leads_to(before, act):
        raise RuntimeError(f"{act} does not lead from {before} to {state}")
    desk.meet_deadline(held, clock_kind(before), by=by, at=at)
    held.state = state
    _note_step(held, act, before, by=by, at=at, words=words)
    start_clock(held, at)
    journal(act, held, by=by, at=at, reason=words, **change)
    store(held)


def begin(held: DealerReturn, *, by: HasActor, at: datetime) -> None:
    """The first step of a return that has just been written."""
    _note_step(held, "apply", "", by=by, at=at, words=held.words)
    start_clock(held, at)
    journal("apply", held, by=by, at=at, reason=held.words)
    store(held)


def note(held: DealerReturn, act: str, *, by: HasActor, at: datetime, words: str = "", **change: object) -> None:
    """Something was done with it that leaves it where it is."""
    _note_step(held, act, held.state, by=by, at=at, words=words)
    journal(act, held, by=by, at=at, reason=words, **change)
    store(held)


def _note_step(held: DealerReturn, act: str, before: str, *, by: HasActor, at: datetime, words: str) -> None:
    actor = by.actor
    Step.objects.create(
        made=held, act=act, before=before, after=held.state, words=words[:500], by_kind=actor.kind, by_id=actor.id,
        by_name=actor.name, at=at,
    )  # fmt: skip


def start_clock(held: DealerReturn, at: datetime) -> None:
    held.owner = who_sees_to(held)
    limit = rules.time_for(held.state, in_force(at))
    if limit is None or rules.FLOW[held.state].is_final:
        return
    allowed, because = limit
    desk.start_deadline(
        clock_kind(held.state), held, rule=because.path, allowed_seconds=int(allowed.total_seconds()), because=[because.as_data()],
        by=SYSTEM, owner=held.owner, shop=held.shop, label=_label(held), url=address(held),
        warn_seconds=int(house.warn_before(at).total_seconds()), at=at,
    )  # fmt: skip


def who_sees_to(held: DealerReturn) -> Person | None:
    """The agent who applied follows the dealer, the judge follows signers and goods; else whoever may act."""
    stop = rules.FLOW[held.state]
    if stop.is_final:
        return held.owner
    before = held.owner if held.owner is not None and held.owner.is_active and held.owner.can(stop.permission, shop=held.shop_id) else None
    known = {"agent": held.applied_by, "dealer": held.applied_by, "signers": held.judged_by, "inspector": held.judged_by}.get(stop.party)
    if known is not None and known.is_active and known.can(access.VIEW, shop=held.shop_id):
        return known
    return before if before is not None and stop.party in _STAYS else access.somebody(stop.permission, held.shop_id)


def store(held: DealerReturn) -> None:
    held.version += 1
    held.save()
    bell.return_changed(held)


def journal(verb: str, held: DealerReturn, *, by: HasActor, at: datetime, **change: object) -> None:
    said = {name: value for name, value in change.items() if value not in ("", None)}
    record(f"dealers.{verb}", subject=held, by=by, shop=held.shop_id, change={"dealer": held.dealer.name, **said}, at=at)


def hold_approvals(made: DealerReturn) -> None:
    """Lock what waits for an answer about a return, before the return itself."""
    asked = Q(pk__in=made.signatures.values("approval")) | Q(pk__in=made.advances.values("approval"))
    list(Approval.objects.select_for_update(no_key=True).filter(asked).order_by("pk").values_list("pk", flat=True))


def address(made: DealerReturn) -> str:
    return reverse("dealers:return", args=[made.pk])


def _label(held: DealerReturn) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return f"{held.title} {held.dealer.name} · {State(held.state).label}"


def said(text: str, name: str, longest: int = 500) -> str:
    text = refuse_unstorable(text.strip(), name)
    if not text:
        raise BadInput(_("Write something first."), fields={name: [_("Write something first.")]})
    if len(text) > longest:
        raise BadInput(_("At most %(count)s characters.") % {"count": longest}, fields={name: [_("At most %(count)s characters.") % {"count": longest}]})
    return text


def when(at: datetime | None) -> datetime:
    return at or clock.now()
