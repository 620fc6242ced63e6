"""The shelf of parcels that nobody announced (无主件): described, matched with one key, or in the end disposed of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dangban.aftersales import access, bell
from dangban.aftersales.actions import moving
from dangban.aftersales.clauses.parcels import COUNT_WITHIN, UNCLAIMED_DISPOSED
from dangban.aftersales.inbound import announcing, coming_back, holding
from dangban.aftersales.inbound.holding import State
from dangban.aftersales.models import Case, InboundParcel
from dangban.desk import actions as desk
from dangban.desk.models import Approval
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.journal.actions import HasActor
from dangban.lib import clock
from dangban.lib.actor import Actor
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.media import actions as media
from dangban.media.models import Use
from dangban.media.sorting import Unfit
from dangban.orders.models import Order
from dangban.people.models import Person

GIVE_UP = "aftersales.give_up"
MOST_PHOTOS = 12
_MOST_CODES = 20


def photograph(parcel: InboundParcel, path: Path, name: str, *, by: Person, at: datetime | None = None) -> Use:
    """Keep a photo of the parcel, its label or what lies in it. The file at `path` is gone afterwards."""
    at = at or clock.now()
    try:
        access.require(by, "aftersales.receive", parcel.shop_id)
        if Use.objects.filter(subject_kind=holding.SUBJECT, subject_id=parcel.pk).count() >= MOST_PHOTOS:
            raise Refused(_("%(most)s photos of a parcel are enough.") % {"most": MOST_PHOTOS}, code="enough")
        use = media.take(path, name, subject=(holding.SUBJECT, parcel.pk), by=by.actor, at=at)
    except Unfit as unfit:
        raise BadInput(_("This is no picture that can be kept: take a photo, or choose a JPEG or PNG."), fields={"photo": [_("Choose a photo.")]}, code=unfit.code) from unfit
    finally:
        path.unlink(missing_ok=True)
    if use.kind not in ("image", "video"):
        use.delete()
        raise BadInput(_("This is no picture that can be kept: take a photo, or choose a JPEG or PNG."), fields={"photo": [_("Choose a photo.")]})
    with transaction.atomic():
        holding.journal("parcel_photographed", parcel, by=by, at=at)
        bell.parcel_changed(parcel)
    return use


def photos(parcels: Collection[int]) -> Mapping[int, list[Use]]:
    found: dict[int, list[Use]] = {pk: [] for pk in parcels}
    for use in Use.objects.filter(subject_kind=holding.SUBJECT, subject_id__in=parcels).select_related("blob").order_by("pk"):
        found[use.subject_id].append(use)
    return found


def describe(
    parcel: InboundParcel, *, sender: str, phone_tail: str, label_text: str, goods: Sequence[str], weight_g: int | None, shelf: str,
    by: Person, at: datetime | None = None,
) -> InboundParcel:  # fmt: skip
    """What the label and the slip say and where it lies: the guesses go by it."""
    at = at or clock.now()
    with transaction.atomic():
        parcel, _cases = holding.held(parcel.pk)
        access.require(by, "aftersales.receive", parcel.shop_id)
        _on_shelf(parcel)
        parcel.sender, parcel.label_text = _text(sender, "sender", 60), _text(label_text, "label_text", 300)
        parcel.phone_tail = "".join(letter for letter in phone_tail if letter.isdecimal())[-4:]
        parcel.goods_seen = [_text(code, "goods", 64).upper() for code in goods if code.strip()][:_MOST_CODES]
        parcel.weight_g, parcel.shelf = weight_g, _text(shelf, "shelf", 40)
        holding.store(parcel)
        holding.journal("parcel_described", parcel, by=by, at=at, shelf=parcel.shelf, goods=", ".join(parcel.goods_seen))
    return parcel


def claim(parcel: InboundParcel, cases: Sequence[Case], *, by: Person, seen: int | None = None, at: datetime | None = None) -> InboundParcel:
    """It belongs to these cases: its goods are theirs and they go on. Matched with the same again, nothing changes."""
    at = at or clock.now()
    with transaction.atomic():
        _hold_approval(parcel)
        held_cases = [moving.locked(pk) for pk in sorted({case.pk for case in cases})]
        parcel, known = holding.held(parcel.pk)
        if not held_cases:
            raise BadInput(_("Say whose it is."), fields={"cases": [_("Choose a case.")]})
        for case in held_cases:
            _may_match(by, parcel, case.shop_id)
        if parcel.state != State.SHELF and {case.pk for case in held_cases} <= {case.pk for case in known}:
            return parcel
        _on_shelf(parcel, seen)
        _take_down(parcel, held_cases, by, at)
    return parcel


def claim_order(parcel: InboundParcel, order: Order, *, by: Person, seen: int | None = None, at: datetime | None = None) -> Case:
    """It belongs to this order, about which there is no case yet: one is opened with the parcel as its source."""
    at = at or clock.now()
    with transaction.atomic():
        _hold_approval(parcel)
        parcel, _known = holding.held(parcel.pk)
        _may_match(by, parcel, order.shop_id)
        _on_shelf(parcel, seen)
        parcel.order = order if parcel.origin != InboundParcel.Origin.RETURN else None
        wanted = dict(order.lines.order_by("position").values_list("pk", "quantity"))
        # The opener is the program on this person's behalf: agents match too, and they receive no parcels.
        case = coming_back.open_for(parcel, order, wanted, by=by.actor, at=at)
        _take_down(parcel, [case], by, at)
    return case


def put_back(parcel: InboundParcel, why: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> InboundParcel:
    """It was matched wrongly: back to the shelf, as long as nobody has counted it. Its cases are told."""
    at, why = at or clock.now(), _text(why, "why", 300)
    if not why:
        raise BadInput(_("Say why."), fields={"why": [_("Say why.")]})
    with transaction.atomic():
        parcel, cases = holding.held(parcel.pk, seen)
        holding.require(by, "aftersales.receive", parcel, cases)
        if parcel.state != State.ARRIVED:
            raise Refused(_("This parcel is “%(state)s”; it stays with its case.") % {"state": parcel.get_state_display()}, code="state")
        parcel.items.all().delete()
        parcel.parcel_cases.all().delete()
        parcel.state, parcel.note = State.SHELF, why
        holding.store(parcel)
        desk.cancel_deadlines(parcel, by=by, kinds=(holding.COUNT,), reason=why, at=at)
        holding.journal("parcel_put_back", parcel, by=by, at=at, reason=why, cases=", ".join(case.number for case in cases))
        for case in cases:
            holding.tell_owner(case, gettext_noop("%(case)s: parcel %(number)s was not its own and lies on the shelf again"), parcel, by=by, at=at, body=why)
    return parcel


def may_be_disposed(parcel: InboundParcel, at: datetime) -> Decision:
    """``may`` be given up or ``wait``, by how long nobody has claimed it; never where no rule allows it."""
    rules = in_force(at)
    if not rules.has(UNCLAIMED_DISPOSED) or parcel.arrived_at is None:
        return Decision("aftersales.give_up", "wait")
    outcome = "may" if at - parcel.arrived_at >= rules[UNCLAIMED_DISPOSED] else "wait"
    return Decision("aftersales.give_up", outcome, because=(rules.because(UNCLAIMED_DISPOSED, since=parcel.arrived_at),))


def ask_disposal(parcel: InboundParcel, why: str, *, by: Person, at: datetime | None = None) -> Approval:
    """Nobody has claimed it in the time the handbook gives: whoever approves is asked whether it may go."""
    at, why = at or clock.now(), _text(why, "why", 300)
    if not why:
        raise BadInput(_("Say what is to become of it."), fields={"why": [_("Say what is to become of it.")]})
    with transaction.atomic():
        parcel, _cases = holding.held(parcel.pk)
        access.require(by, "aftersales.receive", parcel.shop_id)
        _on_shelf(parcel)
        if _asked(parcel).exists():
            raise Conflict(_("This was asked already and waits for an answer."))
        decision = may_be_disposed(parcel, at)
        if decision.outcome != "may":
            raise Refused(_("It is kept a while longer; somebody may still ask for it."), decision=decision, code="too-soon")
        with translation.override(settings.LANGUAGE_CODE):
            title = _("Dispose of unclaimed parcel %(number)s") % {"number": parcel.number}
            facts = {_("Came"): clock.local(parcel.arrived_at).date().isoformat() if parcel.arrived_at else "", _("What becomes of it"): why}
        approval = desk.ask_approval(
            GIVE_UP, parcel, title=title, needs="aftersales.approve", by=by, shop=parcel.shop, facts=facts, because=[one.as_data() for one in decision.because], at=at
        )
        parcel.note = why
        parcel.because = [one.as_data() for one in decision.because]
        holding.store(parcel)
    return approval


def disposal_settled(approval: Approval, by: Actor, at: datetime) -> None:
    parcel, _cases = holding.held(approval.subject_id)
    if parcel.state != State.SHELF:
        return
    if approval.granted:
        parcel.state = State.GIVEN_UP
        desk.cancel_deadlines(parcel, by=by, kinds=(holding.SHELF,), reason=parcel.note, at=at)
    holding.store(parcel)
    holding.journal(
        "parcel_given_up" if approval.granted else "parcel_kept", parcel, by=by, at=at, because=parcel.because, reason=parcel.note,
        note=approval.answer,
    )  # fmt: skip


def _take_down(parcel: InboundParcel, cases: Sequence[Case], by: Person, at: datetime) -> None:
    for case in cases:
        announcing.put_in(parcel, case, announcing.wanted(case))
    parcel.state, parcel.shop, parcel.shelf = State.ARRIVED, cases[0].shop, ""
    holding.store(parcel)
    desk.meet_deadline(parcel, holding.SHELF, by=by, at=at)
    for open_one in _asked(parcel):
        desk.withdraw_approval(open_one, cases[0].number, by=by, at=at)
    holding.start_clock(holding.COUNT, COUNT_WITHIN, parcel, by=by, at=at)
    holding.journal("parcel_claimed", parcel, by=by, at=at, cases=", ".join(case.number for case in cases))
    holding.receive_cases(cases, parcel, by=by.actor, at=at)


def _asked(parcel: InboundParcel) -> QuerySet[Approval]:
    return Approval.objects.filter(kind=GIVE_UP, subject_kind=holding.SUBJECT, subject_id=parcel.pk, settled_at=None).order_by("pk")


def _hold_approval(parcel: InboundParcel) -> None:
    """Approvals are locked before cases and parcels: by who answers them, and here."""
    list(_asked(parcel).select_for_update(no_key=True).values_list("pk"))


def _may_match(by: HasActor, parcel: InboundParcel, shop_id: int) -> None:
    """Keepers match, and so do agents who know their customers."""
    permission = "aftersales.handle" if isinstance(by, Person) and not access.may(by, "aftersales.receive", shop_id) else "aftersales.receive"
    access.require(by, permission, shop_id)


def _on_shelf(parcel: InboundParcel, seen: int | None = None) -> None:
    if parcel.state != State.SHELF:
        raise Conflict(_("This parcel is on the shelf no more: %(state)s.") % {"state": parcel.get_state_display()})
    if seen is not None and parcel.version != seen:
        raise Conflict(_("Somebody has worked on this parcel meanwhile. Look at it as it is now."))


def _text(value: str, field: str, longest: int) -> str:
    return refuse_unstorable(" ".join(value.split()), field)[:longest]
