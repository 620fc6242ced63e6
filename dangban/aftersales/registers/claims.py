"""Claims on couriers (快递理赔): drafted from the case, filed in time, answered, paid or set off, chased like debts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales import access, bell, facts
from dangban.aftersales.actions import deciding, moving
from dangban.aftersales.clauses.registers import CLAIM_AGES, CLAIM_COVERS, CLAIM_WITHIN
from dangban.aftersales.models import Case, ClaimTemplate, CourierClaim, Evidence, InboundParcel, LedgerEntry
from dangban.aftersales.rules import blame
from dangban.aftersales.settling import ledger
from dangban.desk import actions as desk
from dangban.desk import house
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Because, Decision
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.days import next_month, typed_day
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.orders.models import Order, Parcel
from dangban.people.models import Person

CLOCK = moving.CLAIM
State = CourierClaim.State
# What couriers ask for where nobody has written down what this one wants.
MATERIALS = {"lost": ("stub", "purchase"), "damaged": ("photo", "stub")}
_MOST_FEN = 10**9
_MOST_DAYS = 365


def follow(case: Case, at: datetime) -> None:
    """Draft the claim of a case about a lost or damaged parcel, once it was accepted; take it back with the case."""
    if case.reason not in ClaimTemplate.Kind.values or case.state == "withdrawn":
        back = case.parcel_cases.values("parcel__number")
        drafts = CourierClaim.objects.filter(case=case, state=State.DRAFT).exclude(number__in=back)
        if drafts.exists():
            _hold_order(case.order_id)
        for one in drafts.select_for_update(of=("self",)).select_related("case__owner", "case__shop", "shop").order_by("pk"):
            _drop(one, _("the case was taken back"), SYSTEM, at)
        return
    made = deciding.newest(case)
    if made is None or not deciding.is_open_to(made) or made.outcome == "evidence" or CourierClaim.objects.filter(case=case).exists():
        return
    if case.order_id is not None:
        draft(case, at)


def draft(case: Case, at: datetime) -> CourierClaim:
    """What the courier of the order's parcel is to pay, by the rule, with the time to file it."""
    _hold_order(case.order_id)
    parcel = Parcel.objects.filter(order=case.order_id).order_by("-sent_at", "-pk").first()
    courier = (parcel.courier if parcel else case.order.courier if case.order else "") or "–"
    number = parcel.number if parcel else (case.order.tracking_number if case.order else "")
    template = template_of(courier, case.reason)
    decision = _reckon(case, _beside(case, number), template, at)
    due = blame.claim_until(at, template.within_days if template else None, in_force(at))
    return _drafted(case, case.reason, courier, number, decision.amount_fen or 0, decision.because, due, at)


def _reckon(case: Case, beside: Sequence[CourierClaim], template: ClaimTemplate | None, at: datetime) -> Decision:
    """However many cases are about a parcel, its goods and its freight are claimed once, and no more than the courier's contract has for it."""
    goods = sum(case.lines.values_list("paid_fen", flat=True))
    if beside and case.order is not None:
        bought = max(case.order.paid_fen, case.order.total_fen) - case.order.freight_fen
        goods = max(0, min(goods, bought - sum(_told_in(one, "goods_fen") for one in beside)))
    freight = 0 if any(freight_in(one) for one in beside) else _freight(case)
    return blame.claim(goods, freight, _left_of(template, beside), in_force(at))


def _left_of(template: ClaimTemplate | None, beside: Sequence[CourierClaim]) -> int | None:
    """What the courier still pays for the parcel by its contract; None where nothing bounds it."""
    if template is None or template.most_fen is None:
        return None
    return max(0, template.most_fen - sum(_still_asked(one) for one in beside))


def draft_return(case: Case, parcel: InboundParcel, lost_fen: int, decision: Decision, at: datetime) -> CourierClaim | None:
    """What the courier damaged on its way back to us: the loss that the inspector named. Once a parcel."""
    if CourierClaim.objects.filter(case=case, number=parcel.number).exists():
        return None
    kind = str(ClaimTemplate.Kind.DAMAGED)
    template = template_of(parcel.courier, kind)
    others = CourierClaim.objects.filter(case__parcel_cases__parcel=parcel, number=parcel.number).exclude(state=State.DROPPED)
    most = _left_of(template, list(others))
    amount = lost_fen if most is None else min(lost_fen, most)
    due = blame.claim_until(at, template.within_days if template else None, in_force(at))
    return _drafted(case, kind, parcel.courier or "–", parcel.number, amount, decision.because, due, at)


def _drafted(
    case: Case, kind: str, courier: str, number: str, amount_fen: int, because: Sequence[Because], due: datetime | None, at: datetime
) -> CourierClaim:  # fmt: skip
    made = CourierClaim.objects.create(
        shop_id=case.shop_id, case=case, order_id=case.order_id, courier=courier, number=number, kind=kind, reckoned_fen=amount_fen,
        amount_fen=amount_fen, because=[one.as_data() for one in because], at=at, due_at=due,
    )  # fmt: skip
    _start_clock(made, case, at)
    record("aftersales.claim_drafted", subject=made, by=SYSTEM, shop=made.shop_id, change={"case": case.number, "amount_fen": made.amount_fen}, because=made.because, at=at)
    bell.registers_changed(made.shop_id)
    return made


def file_claim(
    claim: CourierClaim, amount_fen: int, reference: str, *, by: Person, note: str = "", seen: int | None = None, at: datetime | None = None
) -> CourierClaim:
    """The courier has the claim. Refused before the handbook's earlier steps; without all materials it takes a note."""
    access.require(by, "aftersales.handle", claim.shop_id)
    at = at or clock.now()
    if not 0 < amount_fen <= _MOST_FEN:
        raise BadInput(_("Type an amount such as 25.00."), fields={"amount": [_("Type an amount such as 25.00.")]})
    with transaction.atomic():
        held = _locked(claim.pk, seen, (State.DRAFT,))
        early = blame.before_a_claim(_done(held.case), in_force(at)) if held.kind == ClaimTemplate.Kind.LOST else None
        if early is not None:
            raise Refused(_early_words(early.outcome), code="step", decision=early)
        note = refuse_unstorable(note.strip(), "note")[:300]
        if [one for one in checklist(held) if not one[2]] and not note:
            message = _("Not all that the courier asks for is on file. File it first, or say why it goes without.")
            raise BadInput(message, fields={"note": [message]})
        held.state, held.amount_fen, held.filed_at, held.filed_by = State.FILED, amount_fen, at, by
        held.reference, held.note = refuse_unstorable(reference.strip(), "reference")[:80], note
        held.due_at = _chase_by(at)
        return _moved(held, "claim_filed", by, at, amount_fen=amount_fen, reference=held.reference)


def chase(claim: CourierClaim, note: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> CourierClaim:
    """The courier was asked what becomes of it; it is due again after the rule's time."""
    access.require(by, "aftersales.handle", claim.shop_id)
    at = at or clock.now()
    with transaction.atomic():
        held = _locked(claim.pk, seen, (State.FILED, State.GRANTED))
        held.chased += 1
        held.due_at = _chase_by(at)
        return _moved(held, "claim_chased", by, at, note=refuse_unstorable(note.strip(), "note")[:300])


def answer(claim: CourierClaim, granted_fen: int, words: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> CourierClaim:
    """What the courier grants; nothing is a refusal, with its reason."""
    access.require(by, "aftersales.handle", claim.shop_id)
    at = at or clock.now()
    words = refuse_unstorable(words.strip(), "answer")[:300]
    if not 0 <= granted_fen <= _MOST_FEN:
        raise BadInput(_("Type an amount such as 25.00."), fields={"amount": [_("Type an amount such as 25.00.")]})
    if not granted_fen and not words:
        raise BadInput(_("Say why the courier refuses."), fields={"answer": [_("Say why the courier refuses.")]})
    with transaction.atomic():
        held = _locked(claim.pk, seen, (State.FILED,))
        held.answered_at, held.answer, held.granted_fen = at, words, granted_fen
        held.state = State.GRANTED if granted_fen else State.REFUSED
        held.due_at = _chase_by(at) if granted_fen else None
        return _moved(held, "claim_answered", by, at, granted_fen=granted_fen, note=words)


def pay(claim: CourierClaim, paid_fen: int, *, by: Person, bill: str = "", seen: int | None = None, at: datetime | None = None) -> CourierClaim:
    """The money is here, or set off against the courier's bill of a month; it lowers what the case cost."""
    access.require(by, "aftersales.pay", claim.shop_id)
    at = at or clock.now()
    if not 0 < paid_fen <= _MOST_FEN:
        raise BadInput(_("Type an amount such as 25.00."), fields={"amount": [_("Type an amount such as 25.00.")]})
    with transaction.atomic():
        moving.locked(claim.case_id)
        held = _locked(claim.pk, seen, (State.GRANTED, State.FILED))
        return _paid(held, paid_fen, bill, by, at)


def enter_against(claim: CourierClaim, why: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> CourierClaim:
    """The payment was typed wrongly, or the courier took it back: the same entries the other way round. The claim waits for its payment again."""
    access.require(by, "aftersales.pay", claim.shop_id)
    at = at or clock.now()
    why = _why(why)
    with transaction.atomic():
        case = moving.locked(claim.case_id)
        held = _locked(claim.pk, seen, (State.PAID,))
        wrong, bill = held.paid_fen or 0, held.bill
        _enter(held, case, -wrong, by, at, memo=why)
        held.state, held.paid_at, held.paid_fen, held.bill = State.GRANTED, None, None, ""
        held.due_at = _chase_by(at)
        return _moved(held, "claim_against", by, at, paid_fen=wrong, bill=bill, reason=why)


def take_up(claim: CourierClaim, why: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> CourierClaim:
    """It goes on after all: the courier looks at it again, its answer was typed wrongly, or it was dropped too early."""
    access.require(by, "aftersales.handle", claim.shop_id)
    at = at or clock.now()
    why = _why(why)
    with transaction.atomic():
        _hold_order(claim.order_id)
        held = _locked(claim.pk, seen, (State.GRANTED, State.REFUSED, State.DROPPED))
        was, dropped = str(held.get_state_display()), held.state == State.DROPPED
        held.answered_at, held.answer, held.granted_fen = None, "", None
        held.state, held.due_at = State.FILED, _chase_by(at)
        if dropped:
            # Others may claim the parcel's freight by now: it is reckoned and filed anew.
            held.state, held.filed_at, held.filed_by, held.reference, held.note = State.DRAFT, None, None, "", ""
            template = template_of(held.courier, held.kind)
            held.due_at = blame.claim_until(held.at, template.within_days if template else None, in_force(at))
            _reckon_anew(held, at)
        return _moved(held, "claim_taken_up", by, at, state=[was, str(held.get_state_display())], reason=why)


def settle_month(courier: str, bill: str, shops: Sequence[int], *, by: Person, at: datetime | None = None) -> tuple[int, int]:
    """Set off all that a courier has granted against its bill of a month: how many, and how much. What was paid stays as it is."""
    at = at or clock.now()
    for shop in shops:
        access.require(by, "aftersales.pay", shop)
    count = fen = 0
    with transaction.atomic():
        rows = CourierClaim.objects.filter(courier=courier, state=State.GRANTED, shop__in=shops, answered_at__lt=clock.day_span(_after(bill))[0])
        for pk, case in list(rows.order_by("case", "pk").values_list("pk", "case")):
            # Cases are locked before their claims, as by a case that moves.
            moving.locked(case)
            held = _locked(pk, None, (*State,))
            if held.state != State.GRANTED:
                continue
            _paid(held, held.granted_fen or 0, bill, by, at)
            count, fen = count + 1, fen + (held.granted_fen or 0)
    return count, fen


def drop(claim: CourierClaim, why: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> CourierClaim:
    """No claim is made after all."""
    access.require(by, "aftersales.handle", claim.shop_id)
    at = at or clock.now()
    why = _why(why)
    with transaction.atomic():
        _hold_order(claim.order_id)
        return _drop(_locked(claim.pk, seen, (State.DRAFT, State.FILED)), why, by, at)


def template_of(courier: str, kind: str) -> ClaimTemplate | None:
    """Couriers are called by a longer and a shorter name."""
    for one in ClaimTemplate.objects.filter(kind=kind):
        if courier.startswith(one.courier) or one.courier.startswith(courier):
            return one
    return None


def write_template(
    courier: str, kind: str, materials: Sequence[str], *, by: Person, within_days: int | None = None, most_fen: int | None = None, contact: str = "", at: datetime | None = None
) -> ClaimTemplate:
    """What this courier wants to see of a lost or damaged parcel."""
    access.require(by, "aftersales.approve", None)
    at = at or clock.now()
    courier = refuse_unstorable(" ".join(courier.split()), "courier")[:40]
    if not courier or kind not in ClaimTemplate.Kind.values:
        raise BadInput(_("Say which courier takes it."), fields={"courier": [_("Say which courier takes it.")]})
    if within_days is not None and not 1 <= within_days <= _MOST_DAYS:
        message = _("Between 1 and %(most)s days.") % {"most": _MOST_DAYS}
        raise BadInput(message, fields={"within": [message]})
    if most_fen is not None and not 0 < most_fen <= _MOST_FEN:
        raise BadInput(_("Type an amount such as 25.00."), fields={"most": [_("Type an amount such as 25.00.")]})
    chosen = [code for code in Evidence.Kind.values if code in materials]
    with transaction.atomic():
        made, _fresh = ClaimTemplate.objects.update_or_create(
            courier=courier, kind=kind,
            defaults={"materials": chosen, "within_days": within_days, "most_fen": most_fen, "contact": refuse_unstorable(contact.strip(), "contact")[:200], "changed_by": by, "changed_at": at},
        )  # fmt: skip
        record("aftersales.claim_template", subject=made, by=by, change={"courier": courier, "materials": chosen, "most_fen": most_fen}, at=at)
    return made


def checklist(claim: CourierClaim) -> list[tuple[str, str, bool]]:
    """What the courier wants to see: code, label, whether it is on file."""
    template = template_of(claim.courier, claim.kind)
    wanted = template.materials if template else MATERIALS[claim.kind]
    there = set(Evidence.objects.filter(case=claim.case_id).values_list("kind", flat=True))
    return [(code, str(Evidence.Kind(code).label), code in there) for code in wanted]


def entries(claim: CourierClaim) -> QuerySet[LedgerEntry]:
    """What was entered for it on the shop's account: payments, and what was entered against them."""
    key = f"claim-{claim.pk}"
    return LedgerEntry.objects.filter(Q(key=key) | Q(key__startswith=f"{key}:"), case=claim.case_id, kind="claim", account=LedgerEntry.Account.SELLER).order_by("pk")


def beside(claim: CourierClaim) -> list[CourierClaim]:
    """Other cases' claims for the same parcel; what was dropped is none."""
    return _beside(claim.case, claim.number)


def freight_in(claim: CourierClaim) -> int:
    """How much of the freight of the parcel stands in this claim, by the reckoning it was drafted with."""
    return _told_in(claim, "freight_fen")


def month_of(bill: str) -> str:
    """A month as 2026-11; BadInput for anything else."""
    first = typed_day(f"{bill.strip()}-01")
    if first is None:
        raise BadInput(_("Choose a month."), fields={"bill": [_("Choose a month.")]})
    return f"{first:%Y-%m}"


def _after(bill: str) -> date:
    """The first day of the month after."""
    return next_month(date.fromisoformat(f"{bill}-01"))


def _done(case: Case) -> list[str]:
    """The steps of a lost parcel that are behind us."""
    confirmed = ["confirm"] if case.facts.get("loss_confirmed") else []
    return [*confirmed, *(["settle"] if case.remedy or case.solved_at else [])]


def _early_words(step: str) -> str:
    if step == "confirm":
        return _("First have the courier confirm the loss, and note it in the case.")
    return _("First agree with the customer: send it again, or pay it back.")


def _freight(case: Case) -> int:
    """What sending the parcel cost: by the assessment, which knows a way out only where money goes back; else by the order."""
    made = deciding.newest(case)
    judged = sum(leg.fen for leg in deciding.result_of(made).freight if leg.leg == "out") if made else 0
    return judged or (facts.outbound_fen(case.order) if case.order else 0)


def _chase_by(at: datetime) -> datetime | None:
    rules = in_force(at)
    return at + rules[CLAIM_AGES] if rules.has(CLAIM_AGES) else None


def _locked(pk: int, seen: int | None, states: Sequence[str]) -> CourierClaim:
    held = CourierClaim.objects.select_for_update(of=("self",)).select_related("case__owner", "case__shop", "shop").get(pk=pk)
    if seen is not None and held.version != seen:
        raise Conflict(_("Somebody has changed this meanwhile. Read it first."))
    if held.state not in states:
        raise Refused(_("This claim is “%(state)s”.") % {"state": held.get_state_display()}, code="state")
    return held


def _paid(held: CourierClaim, paid_fen: int, bill: str, by: Person, at: datetime) -> CourierClaim:
    held.state, held.paid_at, held.paid_fen, held.bill, held.due_at = State.PAID, at, paid_fen, bill, None
    if held.granted_fen is None:
        held.granted_fen, held.answered_at = paid_fen, at
    case = moving.locked(held.case_id)
    _enter(held, case, paid_fen, by, at, memo=" ".join(filter(None, (str(held), held.courier, bill))))
    return _moved(held, "claim_paid", by, at, paid_fen=paid_fen, bill=bill)


def _enter(held: CourierClaim, case: Case, fen: int, by: Person, at: datetime, *, memo: str) -> None:
    """The claim is locked, so that its version names each of its entries once."""
    parts = {str(LedgerEntry.Account.SELLER): fen, str(LedgerEntry.Account.COURIER): -fen}
    ledger.post(case, "claim", parts, key=f"claim-{held.pk}:{held.version}", by=by, at=at, memo=memo)


def _drop(held: CourierClaim, why: str, by: HasActor, at: datetime) -> CourierClaim:
    held.state, held.note, held.due_at = State.DROPPED, why, None
    _moved(held, "claim_dropped", by, at, reason=why)
    _reckon_beside(held, by, at)
    return held


def _reckon_beside(gone: CourierClaim, by: HasActor, at: datetime) -> None:
    """What a claim that was dropped leaves of a parcel goes to the oldest draft beside it."""
    rows = CourierClaim.objects.select_for_update(of=("self",)).filter(pk__in=[one.pk for one in beside(gone)], state=State.DRAFT)
    draft = rows.select_related("case__order", "shop").order_by("pk").first()
    if draft is None or not _reckon_anew(draft, at):
        return
    draft.version += 1
    draft.save()
    change = {"case": draft.case.number, "amount_fen": draft.amount_fen}
    record("aftersales.claim_drafted", subject=draft, by=by, shop=draft.shop_id, change=change, because=draft.because, at=at)
    bell.registers_changed(draft.shop_id)


def _reckon_anew(draft: CourierClaim, at: datetime) -> bool:
    """Whether it comes to another amount. What an inspector named of a parcel on its way back stays as it was named."""
    if draft.kind != draft.case.reason:
        return False
    decision = _reckon(draft.case, beside(draft), template_of(draft.courier, draft.kind), at)
    changed = draft.reckoned_fen != decision.amount_fen
    draft.reckoned_fen = draft.amount_fen = decision.amount_fen or 0
    draft.because = [one.as_data() for one in decision.because]
    return changed


def _hold_order(order_id: int | None) -> None:
    """Claims for one parcel are drafted and dropped one after the other."""
    if order_id is not None:
        Order.objects.select_for_update(of=("self",), no_key=True).get(pk=order_id)


def _beside(case: Case, number: str) -> list[CourierClaim]:
    if case.order_id is None:
        return []
    return list(CourierClaim.objects.filter(order=case.order_id, number=number).exclude(case=case).exclude(state=State.DROPPED).order_by("pk"))


def _told_in(claim: CourierClaim, name: str) -> int:
    """A figure of the reckoning that the claim was drafted with."""
    found = [one.get("inputs", {}).get(name) or 0 for one in claim.because if one.get("path") == CLAIM_COVERS.path]
    return found[0] if found else 0


def _still_asked(claim: CourierClaim) -> int:
    """What a courier pays or may still pay by this claim."""
    if claim.state == State.REFUSED:
        return 0
    known = [fen for fen in (claim.paid_fen, claim.granted_fen) if fen is not None]
    return known[0] if known else claim.amount_fen


def _why(typed: str) -> str:
    typed = refuse_unstorable(typed.strip(), "why")[:300]
    if not typed:
        raise BadInput(_("Say why."), fields={"why": [_("Say why.")]})
    return typed


def _moved(held: CourierClaim, verb: str, by: HasActor, at: datetime, **change: object) -> CourierClaim:
    held.version += 1
    held.save()
    desk.meet_deadline(held, CLOCK, by=by, at=at)
    if held.is_open:
        _start_clock(held, held.case, at)
    record(f"aftersales.{verb}", subject=held, by=by, shop=held.shop_id, change=dict(change), at=at)
    bell.registers_changed(held.shop_id)
    return held


def _start_clock(held: CourierClaim, case: Case, at: datetime) -> None:
    if held.due_at is None:
        return
    since = at.replace(microsecond=0)
    rules, clause = in_force(at), CLAIM_WITHIN if held.state == State.DRAFT else CLAIM_AGES
    because = [rules.because(clause, loss_at=since).as_data()] if rules.has(clause) else held.because
    with translation.override(settings.LANGUAGE_CODE):
        label = f"{held} {held.courier} {held.get_state_display()}"
    desk.start_deadline(
        CLOCK, held, rule=clause.path, allowed_seconds=max(1, int((held.due_at - since).total_seconds())), because=because, by=SYSTEM,
        owner=case.owner, shop=case.shop, label=label, url=reverse("aftersales:claim", args=[held.pk]),
        warn_seconds=int(house.warn_before(at).total_seconds()), at=since,
    )  # fmt: skip


def after_move(case: Case, act: str, before: str, by: HasActor, at: datetime) -> None:
    follow(case, at)
