"""A payment is proposed, agreed to where that takes somebody else, and stands ready to be paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Sum
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangban.aftersales import access, bell
from dangban.aftersales.actions.moving import locked, move, who_handles
from dangban.aftersales.clauses.deadlines import APPROVE_WITHIN, REFUND_WITHIN
from dangban.aftersales.clauses.settling import TRANSFER_WITHIN
from dangban.aftersales.models import Case, CaseOrder, Settlement
from dangban.aftersales.rules import settling as rules
from dangban.aftersales.settling import knowing
from dangban.desk import actions as desk
from dangban.desk import house
from dangban.desk.models import Approval
from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules
from dangban.journal.actions import HasActor, record
from dangban.lib import clock, money, text
from dangban.lib.actor import SYSTEM, Actor
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.orders import ticking
from dangban.orders.models import Order
from dangban.people.models import Person

APPROVAL = "aftersales.settlement"
CLOCK = "aftersales.payment"
Kind, Way, State = Settlement.Kind, Settlement.Way, Settlement.State
# Where a case is over: nothing is proposed for it any more.
_OVER = ("closed", "withdrawn")
_MOST_FEN = 100_000_000


@dataclass(frozen=True, slots=True)
class Beyond:
    """Why a payment may pass what was reckoned: the clause somebody names, and their reason."""

    clause: str
    why: str


@dataclass(frozen=True, slots=True)
class Payee:
    """To whom it goes where it does not go back the way it came, and how the customer agreed to that."""

    name: str = ""
    account: str = ""
    consent: str = ""


def propose(
    case: Case,
    kind: str,
    amount_fen: int,
    way: str,
    *,
    by: Person,
    key: str,
    at: datetime | None = None,
    beyond: Beyond | None = None,
    payee: Payee | None = None,
    note: str = "",
    promised_for: datetime | None = None,
    seen: int | None = None,
) -> Settlement:
    """Put a payment down: ready to be paid where one's own authority is enough, else asked for.

    The same key again is the same payment. Refused beyond the ceiling, unless who may let it pass names a clause.
    What the customer pays (TOPUP) stands ready until it comes.
    """
    at = at or clock.now()
    access.require(by, "aftersales.handle" if not by.can("aftersales.pay", shop=case.shop_id) else "aftersales.pay", case.shop_id)
    payee = _checked(kind, way, amount_fen, payee or Payee(), note)
    with transaction.atomic():
        held = locked(case.pk, seen)
        known = Settlement.objects.filter(key=key).first()
        if known is not None:
            return _same(known, held, kind, amount_fen, way)
        if held.state in _OVER and not _comes_again(held, kind, amount_fen):
            raise Refused(_("%(case)s is over: nothing is paid on it any more.") % {"case": held.number}, code="over")
        _lock_order(held)
        rulebook = in_force(at)
        if kind != Kind.TOPUP:
            _check_payee(held, way, payee, rulebook)
        made = Settlement(
            case=held, shop_id=held.shop_id, kind=kind, way=way, amount_fen=amount_fen, key=key, payee=payee.name, account=payee.account,
            consent=payee.consent, note=note.strip()[:300], proposed_by=by, proposed_at=at, promised_for=promised_for,
        )  # fmt: skip
        decision = _within(made, held, beyond, rulebook, by, at)
        _write(made, held, decision, by, at)
    return made


def cancel(settlement: Settlement, why: str, *, by: Person, at: datetime | None = None) -> Settlement:
    """Nobody pays it: by who proposed it, by finance, or by who approves. Refused once it was paid."""
    at = at or clock.now()
    why = _words(why)
    with transaction.atomic():
        held, row = _locked_to_end(settlement.pk)
        if row.state == State.CANCELLED:
            return row
        if row.state not in (State.PROPOSED, State.READY):
            raise Conflict(_("This payment has been made already. Enter it against if it was wrong."))
        if by.pk != row.proposed_by_id:
            access.require(by, "aftersales.pay" if by.can("aftersales.pay", shop=row.shop_id) else "aftersales.approve", row.shop_id)
        if row.approval is not None and row.state == State.PROPOSED:
            desk.withdraw_approval(row.approval, why, by=by, at=at)
        end(row, State.CANCELLED, why, by, at)
        _not_paid(held, at)
    return row


def settled(approval: Approval, by: Actor, at: datetime) -> None:
    """The answer to who proposed it: ready to be paid, or cancelled. Whoever grants must be able to."""
    pk = Settlement.objects.values_list("pk", flat=True).get(approval=approval)
    row = Settlement.objects.get(pk=pk)
    held = locked(row.case_id)
    row = Settlement.objects.select_for_update(of=("self",)).select_related("proposed_by").get(pk=pk)
    if row.state != State.PROPOSED:
        raise Conflict(_("This payment is settled already."))
    if not approval.granted:
        end(row, State.CANCELLED, approval.answer, by, at)
        _not_paid(held, at)
        return
    holder = approval.settled_for or approval.settled_by
    assert holder is not None
    decision = rules.granting(row.kind, _of_this_sort(held, row), holder.level, in_force(at))
    if decision.outcome != "may":
        raise Refused(_("This is beyond your limit, too. Somebody above you answers it."), decision=decision, code="beyond")
    keep(decision, subject=row, by=by, shop=row.shop_id, at=at)
    _ready(row, by, at)
    bell.case_changed(_bumped(held))


def preview(case: Case, kind: str, amount_fen: int, by: Person, at: datetime) -> Decision:
    """Whose consent this payment would take."""
    return rules.authority(kind, amount_fen + _sort_so_far(case, kind), by.level, in_force(at))


# ---- Parts --------------------------------------------------------------------------------------


def _checked(kind: str, way: str, amount_fen: int, payee: Payee, note: str) -> Payee:
    if kind not in Kind.values or way not in Way.values:
        raise BadInput(_("Choose what is paid, and how."), fields={"way": [_("Choose what is paid, and how.")]})
    if not 0 < amount_fen <= _MOST_FEN:
        raise BadInput(_("An amount above 0."), fields={"amount": [_("An amount above 0.")]})
    text.refuse_unstorable(note, "note")
    name, account, consent = (text.refuse_unstorable(" ".join(said.split()), "payee") for said in (payee.name, payee.account, payee.consent))
    return Payee(name[:60], "".join(account.split())[:80], consent[:200])


_FAULTS = {
    "alipay": gettext_lazy("An Alipay account is a mobile number or an e-mail address."),
    "bank": gettext_lazy("A bank account has 12 to 30 digits."),
    "checksum": gettext_lazy("A digit of this card number is wrong or in the wrong place."),
    "wechat": gettext_lazy("A WeChat account is its ID or a mobile number."),
}


def _check_payee(held: Case, way: str, payee: Payee, rulebook: Rules) -> None:
    if way == Way.CREDIT:
        if not rules.credit_allowed(rulebook):
            raise Refused(_("By the handbook nothing is kept as credit."), code="no-credit")
        if not payee.consent:
            message = _("Write how the customer agreed to keep it as credit.")
            raise BadInput(message, fields={"consent": [message]})
        if held.customer_id is None:
            raise Refused(_("Nobody knows who the customer is: there is nobody to keep credit for."), code="nobody")
    if way not in rules.TRANSFERS:
        return
    if not payee.name:
        raise BadInput(_("Say who gets it."), fields={"payee": [_("Say who gets it.")]})
    fault = rules.account_fault(way, payee.account)
    if fault:
        message = str(_FAULTS[fault])
        raise BadInput(message, fields={"account": [message]})
    receiver = held.order.receiver if held.order else held.customer.name if held.customer else ""
    if not payee.consent and not rules.same_name(payee.name, receiver):
        message = _("The payee is not the receiver of the order. Write how the customer agreed to that.")
        raise BadInput(message, fields={"consent": [message]})


def _same(known: Settlement, held: Case, kind: str, amount_fen: int, way: str) -> Settlement:
    if (known.case_id, known.kind, known.amount_fen, known.way) != (held.pk, kind, amount_fen, way):
        raise Conflict(_("Another payment was entered from this page already. Load it again."))
    return known


def _comes_again(held: Case, kind: str, amount_fen: int) -> bool:
    """What was entered against on a case that is closed may be paid once more, and no more than that."""
    gone = held.settlements.filter(state=State.REVERSED).exclude(kind=Kind.TOPUP).aggregate(fen=Sum("amount_fen"), first=Min("cancelled_at"))
    if held.state != "closed" or kind == Kind.TOPUP or gone["first"] is None:
        return False
    again = held.settlements.filter(state__in=knowing.UNDER_WAY, proposed_at__gte=gone["first"]).exclude(kind=Kind.TOPUP)
    return amount_fen <= gone["fen"] - sum(again.values_list("amount_fen", flat=True))


def _lock_order(held: Case) -> None:
    """Two cases of one order never promise the same money."""
    if held.order_id is not None:
        held.order = Order.objects.select_for_update(of=("self",)).select_related("shop", "customer").get(pk=held.order_id)


def _within(made: Settlement, held: Case, beyond: Beyond | None, rulebook: Rules, by: Person, at: datetime) -> Decision:
    """Whose consent it takes; what passes the ceiling is written down with clause and reason."""
    if made.kind == Kind.TOPUP:
        return Decision("aftersales.settlement", "own", made.amount_fen)
    ceiling = knowing.ceiling(held, at=at, way=made.way)
    most = ceiling.most(made.kind)
    reasons = list(ceiling.because)
    if made.amount_fen > most:
        _let_pass(made, held, most, beyond, by)
    decision = rules.authority(made.kind, made.amount_fen + _sort_so_far(held, made.kind), by.level, rulebook)
    made.because = _plain([*decision.because, *reasons])
    return decision


def _let_pass(made: Settlement, held: Case, most: int, beyond: Beyond | None, by: Person) -> None:
    if beyond is None or not beyond.clause.strip() or not beyond.why.strip():
        message = _("At most %(most)s may be paid here. Beyond that somebody who may lets it pass, naming clause and reason.") % {
            "most": money.show(most)
        }
        raise Refused(message, code="beyond-ceiling")
    access.require(by, "aftersales.override", held.shop_id)
    made.beyond_fen = made.amount_fen - most
    made.beyond_clause = text.refuse_unstorable(beyond.clause.strip(), "clause")[:120]
    made.beyond_why = text.refuse_unstorable(beyond.why.strip(), "why")[:300]


def _sort_so_far(case: Case, kind: str) -> int:
    """What was or is to be paid of this sort in the case: limits are of all together."""
    known = knowing.done(case)
    return known.given_fen if kind in rules.GIVEN else known.goods_fen + known.freight_fen


def _of_this_sort(held: Case, row: Settlement) -> int:
    return max(row.amount_fen, _sort_so_far(held, row.kind))


def _write(made: Settlement, held: Case, decision: Decision, by: Person, at: datetime) -> None:
    own = decision.outcome == "own"
    made.state = State.READY if own else State.PROPOSED
    made.save()
    keep(decision, subject=made, by=by, shop=held.shop_id, at=at)
    change = {
        "kind": made.kind, "way": made.way, "amount_fen": made.amount_fen, "authority": decision.outcome, "beyond_fen": made.beyond_fen,
        "clause": made.beyond_clause, "why": made.beyond_why,
    }  # fmt: skip
    record("aftersales.payment_proposed", subject=held, by=by, shop=held.shop_id, change=change, because=made.because, at=at)
    if own:
        _ready(made, by, at)
    else:
        made.approval = _ask(made, held, by, at)
        made.save(update_fields=["approval"])
    bell.case_changed(_bumped(held))


def _ask(made: Settlement, held: Case, by: Person, at: datetime) -> Approval:
    with translation.override(settings.LANGUAGE_CODE):
        title = _("%(case)s: %(kind)s %(amount)s") % {
            "case": held.number, "kind": made.get_kind_display(), "amount": money.show(made.amount_fen),
        }  # fmt: skip
        facts = {_("Way"): str(made.get_way_display()), _("Note"): made.note or "–"}
        if made.beyond_fen:
            facts[_("Beyond the ceiling")] = f"{money.show(made.beyond_fen)} · {made.beyond_clause} · {made.beyond_why}"
        if held.order is not None:
            facts[_("Order")] = held.order.platform_id
    rulebook = in_force(at)
    answer_by = at + rulebook[APPROVE_WITHIN] if rulebook.has(APPROVE_WITHIN) else None
    return desk.ask_approval(
        APPROVAL, made, title=title, needs="aftersales.approve", by=by, shop=held.shop, facts=facts, because=made.because,
        answer_by=answer_by, at=at,
    )  # fmt: skip


def _ready(row: Settlement, by: HasActor, at: datetime) -> None:
    """To be paid: from here its promised time runs."""
    row.state = State.READY
    if row.kind != Kind.TOPUP:
        _promise(row, by, at)
    row.version += 1
    row.save(update_fields=["state", "promised_for", "version"])


def _promise(row: Settlement, by: HasActor, at: datetime) -> None:
    rulebook = in_force(at)
    clause = TRANSFER_WITHIN if row.way in rules.TRANSFERS else REFUND_WITHIN
    because = []
    if row.promised_for is None and rulebook.has(clause):
        row.promised_for = at + rulebook[clause]
    if rulebook.has(clause):
        because = [rulebook.because(clause, since=at)]
    if row.promised_for is None:
        return
    since = at.replace(microsecond=0)
    owner = who_handles(row.shop_id, at, "aftersales.pay")
    with translation.override(settings.LANGUAGE_CODE):
        label = _("Pay %(amount)s: %(case)s") % {"amount": money.show(row.amount_fen), "case": row.case.number}
    desk.start_deadline(
        CLOCK, row, rule=clause.path, allowed_seconds=max(1, int((row.promised_for - since) / timedelta(seconds=1))),
        because=_plain(because), by=by, owner=owner, team=ticking.team_of(row.shop_id, owner), shop=row.case.shop, label=label,
        url=reverse("aftersales:payments"), warn_seconds=int(house.warn_before(at).total_seconds()), at=since,
    )  # fmt: skip


def _not_paid(held: Case, at: datetime) -> None:
    """A case that waited for this payment as its last goes back to where it is agreed on: who sees to it knows what is still owed."""
    open_ones = held.settlements.filter(state__in=(State.PROPOSED, State.READY)).exclude(kind=Kind.TOPUP)
    if held.state != "settling" or open_ones.exists():
        bell.case_changed(_bumped(held))
        return
    move(held, "unpay", agreed_on_in(held), by=SYSTEM, at=at)


def go_on(held: Case, *, by: HasActor, at: datetime) -> None:
    """With its last payment a case that waited for it goes on to what is still to come or to be sent, or is settled."""
    if held.settlements.filter(state=State.READY, kind=Kind.TOPUP).exists():
        move(held, "pay", "topup", by=by, at=at)
        return
    to_send = CaseOrder.objects.filter(case=held, order__status__in=(Order.Status.UNPAID, Order.Status.PAID, Order.Status.PART)).exists()
    move(held, "pay", "sending" if to_send else "settled", by=by, at=at)


def agreed_on_in(held: Case) -> str:
    """The state in which something else is agreed on: with the goods here and looked at, or without."""
    return "inspected" if held.parcel_cases.filter(parcel__inspected_at__isnull=False).exists() else "assessed"


def end(row: Settlement, state: str, why: str, by: HasActor, at: datetime) -> None:
    row.state, row.cancelled_at, row.ended_why = state, at, why[:300]
    row.version += 1
    row.save(update_fields=["state", "cancelled_at", "ended_why", "version"])
    desk.cancel_deadlines(row, by=by, kinds=(CLOCK,), reason=why, at=at)
    change = {"kind": row.kind, "amount_fen": row.amount_fen, "reason": why}
    record("aftersales.payment_cancelled", subject=row.case, by=by, shop=row.shop_id, change=change, at=at)


def _locked_to_end(pk: int) -> tuple[Case, Settlement]:
    """The approval's row first, as its answer begins with that; then case and payment."""
    case_id, approval = Settlement.objects.values_list("case", "approval").get(pk=pk)
    if approval is not None:
        Approval.objects.select_for_update(no_key=True).get(pk=approval)
    return locked_with_case(pk, case_id)


def locked_with_case(pk: int, case_id: int) -> tuple[Case, Settlement]:
    """Case, then payment: in this order everywhere."""
    held = locked(case_id)
    row = Settlement.objects.select_for_update(of=("self",)).select_related("proposed_by", "approval").get(pk=pk)
    row.case = held
    return held, row


def _bumped(held: Case) -> Case:
    held.version += 1
    held.save(update_fields=["version"])
    return held


bumped = _bumped


def _words(why: str) -> str:
    why = text.refuse_unstorable(why.strip(), "why")[:300]
    if not why:
        raise BadInput(_("Say why."), fields={"why": [_("Say why.")]})
    return why


words = _words


def _plain(because: list[Any]) -> list[Any]:
    return [one.as_data() if isinstance(one, Because) else one for one in because]
