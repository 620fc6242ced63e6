"""One wait under its locks, its promise in the stock, its clock, and who sees to it.

The goods are locked before the wait, as an arrival does it: whoever changes both never waits for
somebody who waits for them.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.backorders import bell, rules
from dangban.backorders.models import Wait
from dangban.desk import actions as desk
from dangban.desk import house
from dangban.desk.models import Deadline
from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import Conflict
from dangban.orders import ticking
from dangban.people.access import people_who_may
from dangban.people.models import Person
from dangban.shops.models import Sku
from dangban.stock import actions as stock
from dangban.stock import ledger
from dangban.stock.models import Reservation
from dangban.workforce import queries as workforce

SUBJECT = "backorders.wait"
# The customer is to be reached.
REACH = "backorders.reach"
_LEADS = (Person.Level.LEADER, Person.Level.DEPUTY, Person.Level.SUPERVISOR, Person.Level.MANAGER)


def locked(pk: int, *also: Sku) -> Wait:
    """The wait and its goods, held until the transaction ends."""
    before = Wait.objects.values_list("sku", "gets").get(pk=pk)
    ledger.lock(*before, *also)
    held = Wait.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "shop", "customer", "sku__product", "gets__product", "owner", "registered_by"
    )
    wait = held.get(pk=pk)
    if wait.gets_id not in before:
        raise Conflict(_("Somebody has just changed what this customer waits for. Load the page again."))
    return wait


def locked_open(pk: int, seen: int | None, *also: Sku) -> Wait:
    """The same for who acts on what a page showed: Conflict if it is over, or another than was seen."""
    wait = locked(pk, *also)
    if not wait.is_open:
        raise Conflict(_("This is over already: %(state)s.") % {"state": wait.get_state_display()})
    if seen is not None and seen != wait.version:
        raise Conflict(_("This has changed meanwhile. Look at it as it is now."))
    return wait


def promise(wait: Wait, *, by: HasActor, at: datetime) -> Reservation:
    """Reserve what the customer gets, behind those who wait already; `ready` says how much lies there."""
    reservation = stock.reserve(
        wait.gets, wait.quantity, subject=(SUBJECT, wait.pk), label=promise_label(wait), url=address(wait), by=by, at=at
    )
    wait.ready = reservation.held
    return reservation


def reservation_of(wait: Wait) -> Reservation | None:
    return Reservation.objects.filter(subject_kind=SUBJECT, subject_id=wait.pk, sku=wait.gets_id, outcome="").first()


def let_go(wait: Wait, *, by: HasActor, why: str, at: datetime) -> None:
    """What was kept for the customer goes to those who wait."""
    stock.release_all((SUBJECT, wait.pk), by=by, why=why, at=at)
    wait.ready = 0


def arrive(wait: Wait, at: datetime) -> None:
    """Everything lies there: the customer is to be told, now or when the quiet hours are over."""
    rulebook = in_force(at)
    moment, telling = rules.telling(clock.local(at), rulebook)
    wait.state, wait.ready_at = Wait.State.READY, at
    wait.to_tell, wait.tell_at = Wait.Tell.ARRIVED, moment.astimezone(at.tzinfo)
    wait.told_at = wait.told_seq = wait.reached_at = None
    keep_goods(wait, wait.tell_at)
    start_clock(wait, at)
    if telling.because:
        keep(telling, subject=wait, by=SYSTEM, shop=wait.shop_id, at=at)


def keep_goods(wait: Wait, since: datetime) -> None:
    """Goods are kept from here on for as long as the handbook of that moment says."""
    kept = rules.kept_until(since, in_force(since))
    wait.kept_until = kept[0] if kept else None


def start_clock(wait: Wait, at: datetime) -> None:
    due = rules.reach_within(in_force(at))
    if due is None:
        return
    allowed, because = due
    owner = who_sees_to(wait, at)
    if owner is not None and owner.pk != wait.owner_id:
        wait.owner = owner
    desk.start_deadline(
        REACH,
        wait,
        rule=because[0].path,
        allowed_seconds=int(allowed.total_seconds()),
        because=[reason.as_data() for reason in because],
        runs=Deadline.Runs.DUTY,
        by=SYSTEM,
        owner=owner,
        team=ticking.team_of(wait.shop_id, owner),
        shop=wait.shop,
        label=clock_label(wait),
        url=address(wait),
        warn_seconds=int(house.warn_before(at).total_seconds()),
        at=at,
    )


def end_clock(wait: Wait, *, by: HasActor, why: str, at: datetime) -> None:
    desk.cancel_deadlines(wait, by=by, kinds=(REACH,), reason=why, at=at)


def close(wait: Wait, state: str, *, by: HasActor, why: str, at: datetime) -> None:
    """It is over; the goods are the caller's. What was still to be said is not said any more."""
    wait.state, wait.closed_at, wait.why = state, at, why[:200]
    wait.to_tell, wait.tell_at, wait.kept_until = Wait.Tell.NOTHING, None, None
    end_clock(wait, by=by, why=str(Wait.State(state).label), at=at)


def store(wait: Wait) -> None:
    wait.version += 1
    wait.save()
    bell.wait_changed(wait)


def journal(verb: str, wait: Wait, *, by: HasActor, at: datetime, **change: object) -> None:
    said = {name: value for name, value in change.items() if value not in ("", None)}
    record(f"backorders.{verb}", subject=wait, by=by, shop=wait.shop_id, change={"sku": wait.gets.code, **said}, at=at)


def who_sees_to(wait: Wait, at: datetime) -> Person | None:
    """Whose the customer is; once that person is gone, somebody of the shop: on duty first, leaders last."""
    if wait.owner.is_active and wait.owner.can("backorders.register", shop=wait.shop_id):
        return wait.owner
    on_duty = workforce.people_on_duty(at)
    may = list(people_who_may("backorders.register", wait.shop_id))
    return min(may, key=lambda one: (one.level in _LEADS, one.pk not in on_duty, one.pk), default=None)


def goods_name(sku: Sku) -> str:
    return " ".join(part for part in (sku.product.title, sku.name) if part)


def address(wait: Wait) -> str:
    return reverse("backorders:wait", args=[wait.pk])


def promise_label(wait: Wait) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return _("Back-order %(number)s") % {"number": wait.pk}


def clock_label(wait: Wait) -> str:
    # Read by whoever has the clock then, not by who starts it.
    with translation.override(settings.LANGUAGE_CODE):
        return _("%(goods)s has arrived: reach the customer who waits") % {"goods": goods_name(wait.gets)}

