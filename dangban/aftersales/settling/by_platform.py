"""The platform has refunded by itself what waited to be paid here: it is the same money, and nobody pays it again."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales.models import Case, LedgerEntry, Settlement
from dangban.aftersales.settling import ledger
from dangban.aftersales.settling.proposing import CLOCK
from dangban.desk import actions as desk
from dangban.desk.models import Approval
from dangban.journal.actions import HasActor, record
from dangban.lib import money
from dangban.lib.actor import SYSTEM

Kind, Way, State = Settlement.Kind, Settlement.Way, Settlement.State
Account = LedgerEntry.Account


def hold_approvals(case_id: int) -> None:
    """Approvals are locked before cases: by who answers them, and here."""
    asked = Settlement.objects.filter(case=case_id, state=State.PROPOSED).values("approval")
    list(Approval.objects.select_for_update(no_key=True).filter(pk__in=asked).order_by("pk").values_list("pk"))


def settle(held: Case, refund: str, refunded_fen: int | None, *, by: HasActor, at: datetime) -> list[Settlement]:
    """Mark what was to go back through the platform as paid by it; call it on a locked case.

    Where the platform paid another amount, that is what is entered, and what would be paid twice through it is cancelled.
    What waits to be paid another way stays with finance; who sees to the case gets a task with both figures.
    """
    waiting = Settlement.objects.select_for_update(of=("self",)).filter(case=held, state__in=(State.PROPOSED, State.READY))
    rows = list(waiting.exclude(kind=Kind.TOPUP).select_related("approval").order_by("pk"))
    through = [row for row in rows if row.way == Way.PLATFORM]
    ours, before = sum(row.amount_fen for row in through), _paid_before(held)
    theirs = ours if refunded_fen is None else refunded_fen - before
    same = ours == theirs
    for row in through:
        if same:
            _paid(held, row, refund, by, at)
        else:
            _cancelled(held, row, refund, by, at)
    # What finance has entered against, the platform does not bring back by saying it once more.
    denied = not through and not same and held.settlements.filter(way=Way.PLATFORM, state=State.REVERSED, reference=refund[:80]).exists()
    made = through if same else [_by_itself(held, refund, theirs, by, at)] if theirs > 0 and not denied else []
    if theirs < 0 or denied or (rows and (not same or len(through) < len(rows))):
        _tell(held, refund, refunded_fen, before + sum(row.amount_fen for row in rows), at)
    return made


def _paid_before(held: Case) -> int:
    """What finance has marked as paid through the platform already."""
    paid = held.settlements.filter(way=Way.PLATFORM, state=State.PAID).exclude(kind=Kind.TOPUP)
    return sum(paid.values_list("amount_fen", flat=True))


def _by_itself(held: Case, refund: str, refunded_fen: int, by: HasActor, at: datetime) -> Settlement:
    """What the platform paid without anybody having put it down here: it has moved, and counts against everything else."""
    key = f"platform:{held.pk}:{refund}"[:76]
    before = held.settlements.filter(key__startswith=key).count()
    made = Settlement.objects.create(
        case=held, shop_id=held.shop_id, kind=Kind.REFUND, way=Way.PLATFORM, state=State.READY, amount_fen=refunded_fen,
        key=f"{key}:{before + 1}" if before else key, proposed_by=held.owner, proposed_at=at, note=_by_itself_words(refund),
    )  # fmt: skip
    made.case = held
    _paid(held, made, refund, by, at)
    return made


def _paid(held: Case, row: Settlement, refund: str, by: HasActor, at: datetime) -> None:
    _no_approval(row, refund, by, at)
    row.state, row.paid_at, row.reference = State.PAID, at, refund[:80]
    row.version += 1
    row.save(update_fields=["state", "paid_at", "reference", "version"])
    desk.meet_deadline(row, CLOCK, by=by, at=at)
    ledger.post(held, row.kind, {Account.SELLER: -row.amount_fen, Account.BUYER: row.amount_fen}, key=row.key, by=by, at=at, settlement=row)
    ledger.post_legs(held, by=by, at=at)
    if held.order is not None:
        ledger.pay_back(held.order, row.kind, row.amount_fen, by_platform=True, at=at)
    change = {"kind": row.kind, "way": row.way, "amount_fen": row.amount_fen, "reference": row.reference}
    record("aftersales.paid", subject=held, by=by, shop=held.shop_id, change=change, because=row.because, at=at)


def _cancelled(held: Case, row: Settlement, refund: str, by: HasActor, at: datetime) -> None:
    why = _by_itself_words(refund)
    _no_approval(row, refund, by, at)
    row.state, row.cancelled_at, row.ended_why = State.CANCELLED, at, why[:300]
    row.version += 1
    row.save(update_fields=["state", "cancelled_at", "ended_why", "version"])
    desk.cancel_deadlines(row, by=by, kinds=(CLOCK,), reason=why, at=at)
    record("aftersales.payment_cancelled", subject=held, by=by, shop=held.shop_id, change={"amount_fen": row.amount_fen, "reason": why}, at=at)


def _by_itself_words(refund: str) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return _("the platform has paid refund %(refund)s by itself") % {"refund": refund}


def _no_approval(row: Settlement, refund: str, by: HasActor, at: datetime) -> None:
    if row.approval is not None and row.state == State.PROPOSED:
        desk.withdraw_approval(row.approval, refund, by=by, at=at)


def _tell(held: Case, refund: str, refunded_fen: int | None, ours_fen: int, at: datetime) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        title = _("%(case)s: the platform has refunded by itself; look at what is still to be paid") % {"case": held.number}
        told = money.show(refunded_fen) if refunded_fen is not None else "–"
        body = _("Refund %(refund)s: %(theirs)s by the platform, %(ours)s were to be paid here. Cancel what would be paid twice.") % {
            "refund": refund, "theirs": told, "ours": money.show(ours_fen),
        }  # fmt: skip
    desk.write_task(title, body=body, by=SYSTEM, owner=held.owner, shop=held.shop, subject=held, url=reverse("aftersales:case", args=[held.pk]), at=at)
