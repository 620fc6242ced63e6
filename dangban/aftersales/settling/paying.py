"""A payment is made, proved and told; what was wrong is entered against, never erased."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales import access, bell
from dangban.aftersales.actions import moving
from dangban.aftersales.clauses.settling import PROOF_SENT
from dangban.aftersales.models import Case, Evidence, LedgerEntry, Settlement
from dangban.aftersales.settling import knowing, ledger, ordering, receiving
from dangban.aftersales.settling.proposing import (
    CLOCK,
    bumped,
    go_on,
    locked_with_case,
    words,
)
from dangban.chat import actions as chat
from dangban.chat.models import Message, Thread
from dangban.customers.models import Customer
from dangban.desk import actions as desk
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import HasActor, record
from dangban.lib import clock, money, text
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.media import actions as media
from dangban.media.models import Use
from dangban.media.sorting import Unfit
from dangban.orders.models import Order
from dangban.orders.unpaid import saying
from dangban.people.models import Person

Kind, Way, State = Settlement.Kind, Settlement.Way, Settlement.State
Account = LedgerEntry.Account


def release(settlement: Settlement, *, by: Person, reference: str = "", at: datetime | None = None, seen: int | None = None) -> Settlement:
    """The money has moved: by somebody else than who proposed it. Once; the same again by the same person is the same act.

    Refused while it waits for an answer, and where other payments of the order have meanwhile used up what was paid.
    """
    at = at or clock.now()
    access.require(by, "aftersales.pay", settlement.shop_id)
    reference = text.refuse_unstorable(" ".join(reference.split()), "reference")[:80]
    with transaction.atomic():
        held, row = locked_with_case(settlement.pk, settlement.case_id)
        if row.state == State.PAID and row.paid_by_id == by.pk:
            return row
        _may_pay(row, by, seen)
        _still_there(held, row, at)
        row.state, row.paid_by, row.paid_at, row.reference = State.PAID, by, at, reference
        row.version += 1
        row.save(update_fields=["state", "paid_by", "paid_at", "reference", "version"])
        desk.meet_deadline(row, CLOCK, by=by, at=at)
        _enter(held, row, by, at)
        change = {"kind": row.kind, "way": row.way, "amount_fen": row.amount_fen, "reference": reference}
        record("aftersales.paid", subject=held, by=by, shop=held.shop_id, change=change, because=row.because, at=at)
        _go_on(held, by, at)
    return row


def release_many(settlements: Sequence[Settlement], *, by: Person, at: datetime | None = None) -> tuple[list[Settlement], list[tuple[Settlement, str]]]:
    """Those that could be marked as paid, and those that could not with the reason; each by itself."""
    at = at or clock.now()
    paid, left = [], []
    for one in settlements:
        try:
            paid.append(release(one, by=by, at=at))
        except (Refused, Conflict, NotAllowed) as why:
            left.append((one, str(why)))
    return paid, left


def enter_against(settlement: Settlement, why: str, *, by: Person, at: datetime | None = None) -> Settlement:
    """It was paid wrongly, or came back: the same entries the other way round. The first entries stay as they are."""
    at = at or clock.now()
    access.require(by, "aftersales.pay", settlement.shop_id)
    why = words(why)
    with transaction.atomic():
        held, row = locked_with_case(settlement.pk, settlement.case_id)
        if row.state == State.REVERSED:
            return row
        if row.state != State.PAID:
            raise Conflict(_("Only what was paid can be entered against."))
        _not_used(held, row)
        parts = {one.account: -one.amount_fen for one in LedgerEntry.objects.filter(settlement=row)}
        ledger.post(held, row.kind, parts, key=f"{row.key}:against"[:80], by=by, at=at, settlement=row, memo=why)
        row.state, row.ended_why, row.cancelled_at = State.REVERSED, why, at
        row.version += 1
        row.save(update_fields=["state", "ended_why", "cancelled_at", "version"])
        _lower_order(held, row, at)
        _tell_of_against(held, row, why, at)
        record("aftersales.entered_against", subject=held, by=by, shop=held.shop_id, change={"amount_fen": row.amount_fen, "reason": why}, at=at)
        bell.case_changed(bumped(held))
    return row


def prove(settlement: Settlement, path: Path, name: str, *, by: Person, at: datetime | None = None) -> Settlement:
    """The proof of the transfer is filed with the case; where the handbook says so, the customer is sent it."""
    at = at or clock.now()
    access.require(by, "aftersales.pay", settlement.shop_id)
    try:
        use = media.take(path, name, subject=("aftersales.case", settlement.case_id), by=by.actor, at=at)
    except Unfit as unfit:
        message = _("“%(name)s” can't be kept: send a picture or a PDF file.") % {"name": name}
        raise BadInput(message, fields={"file": [message]}) from unfit
    with transaction.atomic():
        held, row = locked_with_case(settlement.pk, settlement.case_id)
        if row.state != State.PAID:
            raise Conflict(_("Mark it as paid first."))
        row.proof = Evidence.objects.create(
            shop_id=held.shop_id, case=held, order_id=held.order_id, customer_id=held.customer_id, kind=Evidence.Kind.TRANSFER,
            media_key=use.key, sha256=use.blob.sha256, text=row.reference, taken_at=row.paid_at or at, by_kind="person", by_id=by.pk,
            by_name=by.name, at=at,
        )  # fmt: skip
        row.version += 1
        row.save(update_fields=["proof", "version"])
        change = {"evidence": [str(Evidence.Kind.TRANSFER.label)], "sha256": [use.blob.sha256]}
        record("aftersales.evidence_filed", subject=held, by=by, shop=held.shop_id, change=change, at=at)
        _tell(held, row, use, by, at)
        bell.case_changed(bumped(held))
    return row


# ---- Parts --------------------------------------------------------------------------------------


def _may_pay(row: Settlement, by: Person, seen: int | None) -> None:
    if row.state == State.PAID:
        raise Conflict(_("%(name)s has paid this already.") % {"name": row.paid_by})
    if row.state == State.PROPOSED:
        raise Refused(_("This payment waits for its approval."), code="waits")
    if row.state != State.READY:
        raise Conflict(_("This payment was cancelled."))
    if seen is not None and row.version != seen:
        raise Conflict(_("This payment has changed meanwhile. Load the page again."))
    if row.kind == Kind.TOPUP:
        raise Refused(_("The customer pays this. Note it on the case when it has come."), code="topup")
    if row.proposed_by_id == by.pk:
        raise Refused(_("Who proposes a payment does not make it."), code="two-persons")
    approval = row.approval
    if approval is not None and by.pk in (approval.settled_by_id, approval.settled_for_id):
        raise Refused(_("Who approved a payment does not make it."), code="two-persons")


def _still_there(held: Case, row: Settlement, at: datetime) -> None:
    """Something was paid back outside of the cases since it was proposed."""
    if held.order_id is None or row.beyond_fen or row.kind == Kind.FREIGHT:
        return
    held.order = Order.objects.select_for_update(of=("self",)).select_related("shop", "customer").get(pk=held.order_id)
    known = knowing.of(held, at=at, way=row.way)
    spent = known.elsewhere_fen + known.done.goods_fen + known.done.given_fen
    if spent > known.paid_fen and not held.settlements.filter(beyond_fen__gt=0, state__in=knowing.UNDER_WAY).exists():
        raise Refused(
            _("More would be paid back than was paid for order %(order)s: something was refunded meanwhile.") % {"order": held.order.platform_id},
            code="beyond-paid",
        )


def _enter(held: Case, row: Settlement, by: Person, at: datetime) -> None:
    gets = Account.CREDIT if row.way == Way.CREDIT else Account.BUYER
    ledger.post(held, row.kind, {Account.SELLER: -row.amount_fen, gets: row.amount_fen}, key=row.key, by=by, at=at, settlement=row)
    ledger.post_legs(held, by=by, at=at)
    if held.order is not None:
        ledger.pay_back(held.order, row.kind, row.amount_fen, by_platform=row.way == Way.PLATFORM, at=at)
    if row.kind == Kind.REFUND:
        _asks_again(held, False)


def _go_on(held: Case, by: Person, at: datetime) -> None:
    if held.state != "settling" or held.settlements.filter(state__in=(State.PROPOSED, State.READY)).exclude(kind=Kind.TOPUP).exists():
        bell.case_changed(bumped(held))
        return
    go_on(held, by=by, at=at)


def _lower_order(held: Case, row: Settlement, at: datetime) -> None:
    """What was paid back of the order is less by it. Goods that have not left wait until it is paid again or the case is over."""
    if held.order is None:
        return
    asks = row.kind == Kind.REFUND and held.closed_at is None
    if ledger.pay_back(held.order, row.kind, -row.amount_fen, by_platform=row.way == Way.PLATFORM, at=at, asks=asks):
        _asks_again(held, True)


def _asks_again(held: Case, asks: bool) -> bool:
    """Keep with the case whether its order waits for what becomes of a refund that was entered against; was it otherwise before?"""
    if bool(held.facts.get(ledger.ASKS_AGAIN)) == asks:
        return False
    others = {name: told for name, told in held.facts.items() if name != ledger.ASKS_AGAIN}
    held.facts = others | ({ledger.ASKS_AGAIN: True} if asks else {})
    held.save(update_fields=["facts"])
    return True


def after_move(case: Case, act: str, before: str, by: HasActor, at: datetime) -> None:
    """With the end of the case nobody asks for its money any more."""
    if case.closed_at is not None and case.order is not None and _asks_again(case, False):
        ledger.asks_no_more(case.order, at)


def _tell_of_against(held: Case, row: Settlement, why: str, at: datetime) -> None:
    """Nothing else brings a case that is settled, over or with others back to who sees to it: somebody may still have to pay."""
    told = {"case": held.number, "amount": money.show(row.amount_fen)}
    with translation.override(settings.LANGUAGE_CODE):
        if row.kind == Kind.TOPUP:
            owed = ordering.owed_fen(held)
            title = _("%(case)s: the customer's payment of %(amount)s was entered against, and %(owed)s is owed again") % {**told, "owed": money.show(owed)} if owed else ""
        elif held.waits_for == "agent" and held.state != "settled":
            title = ""
        else:
            title = _("%(case)s: %(amount)s was entered against; see whether it is to be paid again") % told
    if title:
        desk.write_task(title, body=why, by=SYSTEM, owner=moving.owner_of(held, at), shop=held.shop, subject=held, url=reverse("aftersales:money", args=[held.pk]), at=at)


def _not_used(held: Case, row: Settlement) -> None:
    if row.way != Way.CREDIT or row.kind == Kind.TOPUP:
        return
    if held.customer_id is not None:
        # Nobody uses it on another case meanwhile.
        Customer.objects.select_for_update(no_key=True).get(pk=held.customer_id)
    if receiving.credit_fen(held.customer_id, held.shop_id) < row.amount_fen:
        raise Refused(_("This credit has been used already."), code="used")


def _tell(held: Case, row: Settlement, use: Use, by: Person, at: datetime) -> None:
    rulebook = in_force(at)
    if not rulebook.has(PROOF_SENT) or not rulebook[PROOF_SENT]:
        return
    thread = _thread(held)
    if thread is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        said = _("%(amount)s for %(case)s has been paid to you. Here is the proof of it.") % {"amount": money.show(row.amount_fen), "case": held.number}
    own = media.use_again(use, subject=("chat.thread", thread.pk), by=by.actor, at=at)
    mine = partial(chat.post, thread, author=Message.Author.AGENT, author_id=by.pk, author_name=by.service_name, at=at)
    mine(body=said, client_id=f"proof:{row.pk}:said")
    payload = {"key": own.key, "name": own.name, "mime": use.blob.mime, "size": use.blob.size}
    kind = Message.Kind.IMAGE if own.kind == "image" else Message.Kind.FILE
    mine(kind=kind, payload=payload, client_id=f"proof:{row.pk}")
    row.told_at = at
    row.save(update_fields=["told_at"])


def _thread(held: Case) -> Thread | None:
    if held.thread_id is not None:
        return Thread.objects.filter(pk=held.thread_id).first()
    return saying.thread_of(held.order) if held.order is not None else None
