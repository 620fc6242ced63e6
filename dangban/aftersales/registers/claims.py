"""Claims on couriers (快递理赔): drafted from the case, filed in time, answered, paid or set off, chased like debts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales import access, bell
from dangban.aftersales.actions import deciding, moving
from dangban.aftersales.clauses.registers import CLAIM_AGES
from dangban.aftersales.models import Case, ClaimTemplate, CourierClaim, Evidence, LedgerEntry
from dangban.aftersales.rules import blame
from dangban.aftersales.settling import ledger
from dangban.desk import actions as desk
from dangban.desk import house
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.orders.models import Parcel
from dangban.people.models import Person

CLOCK = "aftersales.claim"
State = CourierClaim.State
# What couriers ask for where nobody has written down what this one wants.
MATERIALS = {"lost": ("stub", "purchase"), "damaged": ("photo", "stub")}
_MOST_FEN = 10**9


def follow(case: Case, at: datetime) -> None:
    """Draft the claim of a case about a lost or damaged parcel, once it was accepted; take it back with the case."""
    if case.reason not in ClaimTemplate.Kind.values or case.state == "withdrawn":
        for one in CourierClaim.objects.filter(case=case, state=State.DRAFT):
            _drop(one, _("the case was taken back"), SYSTEM, at)
        return
    made = deciding.newest(case)
    if made is None or not deciding.is_open_to(made) or made.outcome == "evidence" or CourierClaim.objects.filter(case=case).exists():
        return
    if case.order_id is not None:
        draft(case, at)


def draft(case: Case, at: datetime) -> CourierClaim:
    """What the courier of the order's parcel is to pay, by the rule, with the time to file it."""
    parcel = Parcel.objects.filter(order=case.order_id).order_by("-sent_at", "-pk").first()
    courier = (parcel.courier if parcel else case.order.courier if case.order else "") or "–"
    template = template_of(courier, case.reason)
    rules = in_force(at)
    goods = sum(case.lines.values_list("paid_fen", flat=True))
    decision = blame.claim(goods, _freight(case), template.most_fen if template else None, rules)
    due = blame.claim_until(at, template.within_days if template else None, rules)
    made = CourierClaim.objects.create(
        shop_id=case.shop_id, case=case, order_id=case.order_id, courier=courier, number=parcel.number if parcel else (case.order.tracking_number if case.order else ""),
        kind=case.reason, reckoned_fen=decision.amount_fen or 0, amount_fen=decision.amount_fen or 0,
        because=[one.as_data() for one in decision.because], at=at, due_at=due,
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
        held = _locked(claim.pk, seen, (State.GRANTED, State.FILED))
        return _paid(held, paid_fen, bill, by, at)


def settle_month(courier: str, bill: str, shops: Sequence[int], *, by: Person, at: datetime | None = None) -> tuple[int, int]:
    """Set off all that a courier has granted against its bill of a month: how many, and how much. What was paid stays as it is."""
    at = at or clock.now()
    for shop in shops:
        access.require(by, "aftersales.pay", shop)
    count = fen = 0
    with transaction.atomic():
        rows = CourierClaim.objects.filter(courier=courier, state=State.GRANTED, shop__in=shops, answered_at__lt=clock.day_span(_after(bill))[0])
        for pk in list(rows.order_by("pk").values_list("pk", flat=True)):
            held = _locked(pk, None, (State.GRANTED,))
            _paid(held, held.granted_fen or 0, bill, by, at)
            count, fen = count + 1, fen + (held.granted_fen or 0)
    return count, fen


def drop(claim: CourierClaim, why: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> CourierClaim:
    """No claim is made after all."""
    access.require(by, "aftersales.handle", claim.shop_id)
    at = at or clock.now()
    why = refuse_unstorable(why.strip(), "why")[:300]
    if not why:
        raise BadInput(_("Say why."), fields={"why": [_("Say why.")]})
    with transaction.atomic():
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


def month_of(bill: str) -> str:
    """A month as 2026-11; BadInput for anything else."""
    try:
        return f"{date.fromisoformat(f'{bill.strip()}-01'):%Y-%m}"
    except ValueError:
        raise BadInput(_("Choose a month."), fields={"bill": [_("Choose a month.")]}) from None


def _after(bill: str) -> date:
    """The first day of the month after."""
    first = date.fromisoformat(f"{bill}-01")
    return (first.replace(day=28) + timedelta(days=4)).replace(day=1)


def _done(case: Case) -> list[str]:
    """The steps of a lost parcel that are behind us."""
    confirmed = ["confirm"] if case.facts.get("loss_confirmed") else []
    return [*confirmed, *(["settle"] if case.remedy or case.solved_at else [])]


def _early_words(step: str) -> str:
    if step == "confirm":
        return _("First have the courier confirm the loss, and note it in the case.")
    return _("First agree with the customer: send it again, or pay it back.")


def _freight(case: Case) -> int:
    """What sending the parcel cost, as far as the assessment knows."""
    made = deciding.newest(case)
    return sum(leg.fen for leg in deciding.result_of(made).freight if leg.leg == "out") if made else 0


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
    parts = {str(LedgerEntry.Account.SELLER): paid_fen, str(LedgerEntry.Account.COURIER): -paid_fen}
    ledger.post(case, "claim", parts, key=f"claim-{held.pk}", by=by, at=at, memo=f"{held} {held.courier}")
    return _moved(held, "claim_paid", by, at, paid_fen=paid_fen, bill=bill)


def _drop(held: CourierClaim, why: str, by: HasActor, at: datetime) -> CourierClaim:
    held.state, held.note, held.due_at = State.DROPPED, why, None
    return _moved(held, "claim_dropped", by, at, reason=why)


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
    with translation.override(settings.LANGUAGE_CODE):
        label = f"{held} {held.courier} {held.get_state_display()}"
    desk.start_deadline(
        CLOCK, held, rule=CLAIM_AGES.path, allowed_seconds=max(1, int((held.due_at - since).total_seconds())), because=held.because, by=SYSTEM,
        owner=case.owner, shop=case.shop, label=label, url=reverse("aftersales:claim", args=[held.pk]),
        warn_seconds=int(house.warn_before(at).total_seconds()), at=since,
    )  # fmt: skip


def after_move(case: Case, act: str, before: str, by: HasActor, at: datetime) -> None:
    follow(case, at)
