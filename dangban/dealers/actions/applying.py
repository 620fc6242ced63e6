"""Dealers put on the list; returns applied for, shown in photos, withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from dangban.customers.models import Customer
from dangban.dealers import access, facts, holding, rules
from dangban.dealers.actions import advancing
from dangban.dealers.models import Dealer, DealerReturn, ReturnLine
from dangban.desk import actions as desk
from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict
from dangban.lib.text import refuse_unstorable
from dangban.media import actions as media
from dangban.media.models import Use
from dangban.media.sorting import Unfit
from dangban.people.models import Person, Shop
from dangban.shops.models import Sku

State = DealerReturn.State
MOST_LINES = 40
MOST_PIECES = 99_999


@dataclass(frozen=True, slots=True)
class About:
    """What is written down of a dealer."""

    name: str
    contact: str
    phone: str = ""
    address: str = ""
    contract: str = ""
    breach_points: int | None = None
    note: str = ""
    customer: Customer | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many pieces of one kind that a dealer wants to send back, and what is wrong with them."""

    sku: Sku
    quantity: int
    price_fen: int
    fault: str
    nonstandard: bool = False


@dataclass(frozen=True, slots=True)
class Application:
    reason: str
    words: str
    received_on: date
    lines: Sequence[Wanted]
    batch: bool = False
    disputed: bool = False
    order_number: str = ""
    photos: Sequence[tuple[Path, str]] = ()


def add_dealer(shop: Shop, about: About, *, by: Person, at: datetime | None = None) -> Dealer:
    access.require(by, shop.pk, access.MANAGE)
    at = holding.when(at)
    dealer = Dealer(shop=shop, added_at=at)
    with transaction.atomic():
        _write(dealer, about)
        record("dealers.dealer_added", subject=dealer, by=by, shop=shop.pk, change={"name": dealer.name}, at=at)
    return dealer


def change_dealer(dealer: Dealer, about: About, *, by: Person, at: datetime | None = None) -> Dealer:
    access.require(by, dealer.shop_id, access.MANAGE)
    with transaction.atomic():
        held = Dealer.objects.select_for_update(no_key=True).get(pk=dealer.pk)
        before = (held.name, held.contract, held.breach_points)
        _write(held, about)
        change: dict[str, list[object]] = {"name": [before[0], held.name], "contract": [before[1], held.contract], "breach_points": [before[2], held.breach_points]}
        told = {name: both for name, both in change.items() if both[0] != both[1]}
        record("dealers.dealer_changed", subject=held, by=by, shop=held.shop_id, change=told, at=holding.when(at))
    return held


def _write(dealer: Dealer, about: About) -> None:
    dealer.name, dealer.contact = holding.said(about.name, "name", 80), holding.said(about.contact, "contact", 40)
    for name, longest in (("phone", 30), ("address", 200), ("contract", 60), ("note", 200)):
        setattr(dealer, name, refuse_unstorable(getattr(about, name).strip(), name)[:longest])
    if about.breach_points is not None and not 0 <= about.breach_points <= 10_000:
        raise BadInput(_("Between 0 and 100 percent."), fields={"breach": [_("Between 0 and 100 percent.")]})
    dealer.breach_points, dealer.customer = about.breach_points, about.customer
    try:
        with transaction.atomic():
            dealer.save()
    except IntegrityError as error:
        message = _("This shop has a dealer of this name already.")
        raise BadInput(message, fields={"name": [message]}) from error


def apply(dealer: Dealer, asked: Application, *, by: Person, key: str, at: datetime | None = None) -> DealerReturn:
    """A dealer wants to send goods back. The same key again is the same application.

    Pictures that can't be kept refuse the whole; nothing is written then.
    """
    access.require(by, dealer.shop_id, access.APPLY)
    at = holding.when(at)
    _check(dealer, asked, clock.business_day(at))
    with transaction.atomic():
        Dealer.objects.select_for_update(no_key=True).get(pk=dealer.pk)
        before = DealerReturn.objects.filter(key=key).first()
        if before is not None:
            if (before.dealer_id, before.applied_by_id) != (dealer.pk, by.pk):
                raise Conflict(_("This was sent before with other figures. Load the page again."))
            return before
        made = DealerReturn.objects.create(
            dealer=dealer, shop_id=dealer.shop_id, reason=asked.reason, words=holding.said(asked.words, "words"),
            order_number=refuse_unstorable(asked.order_number.strip(), "order_number")[:60], received_on=asked.received_on, batch=asked.batch,
            disputed=asked.disputed, applied_by=by, applied_at=at, key=key,
        )  # fmt: skip
        ReturnLine.objects.bulk_create(
            ReturnLine(
                made=made, position=number, sku=line.sku, quantity=line.quantity, price_fen=line.price_fen,
                fault=holding.said(line.fault, "fault", 200), nonstandard=line.nonstandard,
            )
            for number, line in enumerate(asked.lines, 1)
        )  # fmt: skip
        for path, name in asked.photos:
            _take(made, path, name, by=by, at=at)
        decision = rules.acceptance(facts.asked(made), in_force(at))
        made.because = [reason.as_data() for reason in decision.because]
        if decision.because:
            keep(decision, subject=made, by=by, shop=made.shop_id, at=at)
        holding.begin(made, by=by, at=at)
    return made


def _check(dealer: Dealer, asked: Application, today: date) -> None:
    faults: dict[str, list[str]] = {}
    if dealer.closed_on is not None:
        faults["dealer"] = [_("This dealer is no longer on the list.")]
    if asked.reason not in DealerReturn.Reason.values:
        faults["reason"] = [_("Choose why it is sent back.")]
    if not date(2000, 1, 1) <= asked.received_on <= today:
        faults["received_on"] = [_("The day on which the dealer received the goods is not in the future.")]
    if not asked.lines or len(asked.lines) > MOST_LINES:
        faults["lines"] = [_("Between 1 and %(most)s lines of goods.") % {"most": MOST_LINES}]
    if len({line.sku.pk for line in asked.lines}) != len(asked.lines):
        faults["lines"] = [_("The same goods stand there twice. Put them together.")]
    if any(line.sku.shop_id != dealer.shop_id for line in asked.lines):
        faults["lines"] = [_("Goods of the dealer's shop only.")]
    if any(not 0 < line.quantity <= MOST_PIECES or not 0 <= line.price_fen <= 10**10 for line in asked.lines):
        faults["lines"] = [_("Each line needs pieces and a price.")]
    if faults:
        raise BadInput(next(iter(faults.values()))[0], fields=faults)


def add_photo(made: DealerReturn, path: Path, name: str, *, by: Person, at: datetime | None = None) -> Use:
    """A further picture, while it is judged, counted or inspected."""
    if not any(by.can(permission, shop=made.shop_id) for permission in (access.APPLY, access.JUDGE, access.RECEIVE)):
        access.require(by, made.shop_id, access.APPLY)
    at = holding.when(at)
    with transaction.atomic():
        held = holding.locked(made)
        if not held.is_open:
            raise Conflict(_("This is over already: %(state)s.") % {"state": held.get_state_display()})
        use = _take(held, path, name, by=by, at=at)
        holding.journal("photo_added", held, by=by, at=at, file=use.name)
        holding.store(held)
    return use


def _take(made: DealerReturn, path: Path, name: str, *, by: Person, at: datetime) -> Use:
    try:
        use = media.take(path, name, subject=(holding.SUBJECT, made.pk), by=by.actor, at=at)
    except Unfit as unfit:
        message = _("“%(name)s” can't be kept here. Send pictures, a video or a PDF.") % {"name": name[:60]}
        raise BadInput(message, fields={"photos": [message]}) from unfit
    if use.kind == "file":
        message = _("“%(name)s” can't be kept here. Send pictures, a video or a PDF.") % {"name": name[:60]}
        raise BadInput(message, fields={"photos": [message]})
    made.photos_at = made.photos_at or at
    return use


def withdraw(made: DealerReturn, why: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> DealerReturn:
    """The dealer keeps the goods after all. Not once a replacement has left, nor once they are on their way."""
    access.require(by, made.shop_id, access.APPLY)
    at, why = holding.when(at), holding.said(why, "why", 300)
    with transaction.atomic():
        holding.hold_approvals(made)
        held = holding.locked(made, State.APPLIED, State.SIGNING, State.APPROVED, State.TOLD, seen=seen)
        advancing.call_off(held, why, by=by, at=at)
        for signature in held.signatures.filter(approval__settled_at=None, approval__isnull=False).select_related("approval"):
            assert signature.approval is not None
            desk.withdraw_approval(signature.approval, why, by=by, at=at)
        holding.go(held, "withdraw", State.WITHDRAWN, by=by, at=at, words=why)
        held.closed_at = at
        held.save(update_fields=["closed_at"])
    return held
