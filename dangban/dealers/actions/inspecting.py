"""The inspection report: what is wrong with each piece, who answers for it, and what becomes of it; then it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales.models import ReworkOrder
from dangban.aftersales.workshop import actions as workshop
from dangban.dealers import access, facts, holding, rules
from dangban.dealers.actions.arriving import zone_of
from dangban.dealers.models import DealerReturn, Finding, ReturnLine
from dangban.desk import actions as desk
from dangban.desk.models import Approval
from dangban.handbook.actions import keep
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.rulebook import Rules
from dangban.lib.actor import SYSTEM, Actor
from dangban.lib.errors import BadInput, Conflict
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person
from dangban.stock import actions as stock
from dangban.stock.models import Warehouse, Zone

State, Where, Disposal = DealerReturn.State, Finding.State, Finding.Disposal
KIND = "dealers.disposal"
DISCOUNT_ZONE = "discount"
MOST_FINDINGS = 200


@dataclass(frozen=True, slots=True)
class Result:
    """So many pieces of a line with one fault, one cause and one way to go."""

    line: int
    quantity: int
    fault: str
    cause: str
    disposal: str
    plan: str = ""
    cost_fen: int = 0


def report(
    made: DealerReturn, results: Sequence[Result], *, by: Person, words: str = "", seen: int | None = None, at: datetime | None = None
) -> DealerReturn:
    """Every piece that was counted is found to be something; whose cause nobody can tell any more falls by rule."""
    access.require(by, made.shop_id, access.JUDGE)
    at, words = holding.when(at), refuse_unstorable(words.strip(), "words")[:500]
    with transaction.atomic():
        held = holding.locked(made, State.INSPECTING, seen=seen)
        lines = {line.pk: line for line in held.lines.select_related("sku")}
        _check(lines, results)
        rulebook, places = in_force(at), Counter[int]()
        findings = []
        for result in results:
            places[result.line] += 1
            findings.append(_found(held, lines[result.line], places[result.line], result, rulebook, by=by, at=at))
        held.inspected_by, held.inspected_at = by, at
        to = State.DISPOSING if findings else State.SETTLING
        holding.go(held, "report", to, by=by, at=at, words=words, findings=len(findings))
        for finding in findings:
            _ask_or_ready(held, finding, rulebook, by=by, at=at)
    return held


def _check(lines: dict[int, ReturnLine], results: Sequence[Result]) -> None:
    if len(results) > MOST_FINDINGS or any(result.line not in lines for result in results):
        raise BadInput(_("The report is about the lines of this return."), fields={"findings": [_("The report is about the lines of this return.")]})
    for result in results:
        if result.quantity <= 0 or not 0 <= result.cost_fen <= 10**10:
            raise BadInput(_("Each finding has pieces, and costs zero or more."), fields={"findings": [_("Each finding has pieces, and costs zero or more.")]})
        if result.cause not in Finding.Cause.values or result.disposal not in Disposal.values:
            raise BadInput(_("Choose cause and disposal of each finding."), fields={"findings": [_("Choose cause and disposal of each finding.")]})
    for line in lines.values():
        found = sum(result.quantity for result in results if result.line == line.pk)
        if found != (line.counted or 0):
            message = _("%(sku)s: %(counted)s pieces were counted, the findings speak of %(found)s.") % {
                "sku": line.sku.code, "counted": line.counted or 0, "found": found,
            }  # fmt: skip
            raise BadInput(message, fields={"findings": [message]})


def _found(
    held: DealerReturn, line: ReturnLine, position: int, result: Result, rulebook: Rules, *, by: Person, at: datetime
) -> Finding:
    decision = rules.liability(result.cause, facts.asked(held), rulebook)
    finding = Finding(
        line=line, position=position, quantity=result.quantity, fault=holding.said(result.fault, "fault", 200), found_cause=result.cause,
        cause=decision.outcome, department=rules.department(decision.outcome, rulebook),
        because=[reason.as_data() for reason in decision.because], disposal=result.disposal, cost_fen=result.cost_fen,
    )  # fmt: skip
    _plan(finding, result.plan)
    finding.loss_fen = rules.loss(finding.disposal, line.price_fen * finding.quantity, finding.cost_fen, rulebook)
    finding.save()
    if decision.because:
        keep(decision, subject=finding, by=by, shop=held.shop_id, at=at)
    return finding


def _plan(finding: Finding, plan: str) -> None:
    finding.plan = refuse_unstorable(plan.strip(), "plan")[:500]
    if finding.disposal == Disposal.REWORK and not finding.plan:
        message = _("The workshop needs to know what is to be done: write a plan for each rework.")
        raise BadInput(message, fields={"findings": [message]})


def _ask_or_ready(held: DealerReturn, finding: Finding, rulebook: Rules, *, by: Person, at: datetime) -> None:
    decision = rules.needs_approval(finding.disposal, rulebook)
    if decision.outcome == "free":
        finding.state = Where.READY
        finding.save(update_fields=["state"])
        return
    with translation.override(settings.LANGUAGE_CODE):
        title = _("%(disposal)s of a dealer's return %(number)s: %(count)s × %(sku)s") % {
            "disposal": finding.get_disposal_display(), "number": held.title, "count": finding.quantity, "sku": finding.line.sku.code,
        }  # fmt: skip
        told = {_("Fault"): finding.fault, _("Cause"): str(finding.get_cause_display()), _("Loss"): f"{finding.loss_fen / 100:.2f}"}
    finding.approval = desk.ask_approval(
        KIND, finding, title=title, needs=access.APPROVE, by=by, shop=held.shop, facts=told, because=[reason.as_data() for reason in decision.because], at=at
    )
    finding.state = Where.ASKED
    finding.save(update_fields=["state", "approval"])


def disposal_settled(approval: Approval, by: Actor, at: datetime) -> None:
    """Granted: it may be done. Refused: the inspector decides anew."""
    finding = Finding.objects.select_related("line").get(pk=approval.subject_id)
    held = holding.locked(finding.line.made_id, State.DISPOSING)
    finding = _locked(finding, Where.ASKED)
    finding.state, finding.answer = Where.READY if approval.granted else Where.OPEN, approval.answer
    finding.save(update_fields=["state", "answer"])
    act = "disposal_granted" if approval.granted else "disposal_refused"
    holding.note(held, act, by=by, at=at, words=approval.answer, disposal=str(finding.get_disposal_display()))


def decide_anew(
    finding: Finding, disposal: str, *, by: Person, plan: str = "", cost_fen: int = 0, seen: int | None = None, at: datetime | None = None
) -> Finding:
    """Another way to go for pieces whose first one was refused or called off."""
    made = finding.line.made
    access.require(by, made.shop_id, access.JUDGE)
    at = holding.when(at)
    if disposal not in Disposal.values or not 0 <= cost_fen <= 10**10:
        raise BadInput(_("Choose cause and disposal of each finding."), fields={"disposal": [_("Choose cause and disposal of each finding.")]})
    with transaction.atomic():
        held = holding.locked(made, State.DISPOSING, seen=seen)
        found = _locked(finding, Where.OPEN)
        found.disposal, found.cost_fen, found.rework = disposal, cost_fen, None
        _plan(found, plan)
        rulebook = in_force(at)
        found.loss_fen = rules.loss(disposal, found.line.price_fen * found.quantity, cost_fen, rulebook)
        found.save()
        _ask_or_ready(held, found, rulebook, by=by, at=at)
        holding.note(held, "decide_anew", by=by, at=at, disposal=str(found.get_disposal_display()))
    return found


# ---- Done ------------------------------------------------------------------------------------------


def dispose(finding: Finding, *, by: Person, seen: int | None = None, at: datetime | None = None) -> Finding:
    """The pieces go where they are to go; a rework goes on in the workshop. Once only, by key."""
    made = finding.line.made
    access.require(by, made.shop_id, access.RECEIVE)
    at = holding.when(at)
    with transaction.atomic():
        held = holding.locked(made, State.DISPOSING, seen=seen, goods=True)
        found = _locked(finding, Where.READY)
        _move(held, found, by=by, at=at)
        found.state = Where.WORKSHOP if found.disposal == Disposal.REWORK else Where.DONE
        found.done_at = None if found.disposal == Disposal.REWORK else at
        found.save()
        words = f"{found.line.sku.code} × {found.quantity}"
        holding.note(held, "disposed_of", by=by, at=at, words=words, disposal=str(found.get_disposal_display()))
        _on_if_done(held, by=by.actor, at=at)
    return found


def _move(held: DealerReturn, found: Finding, *, by: Person, at: datetime) -> None:
    assert held.warehouse is not None
    sku, here = found.line.sku, zone_of(held.warehouse, Zone.Status.RETURNS)
    key = f"dealer:{held.pk}:finding:{found.pk}"
    if found.disposal == Disposal.REWORK:
        # Called off once already, the same pieces are a new order.
        turn = ReworkOrder.objects.filter(key__startswith=f"{key}:").count()
        found.rework = workshop.order_rework(
            sku, found.quantity, zone=here, cause=found.fault, plan=found.plan, subject=(holding.SUBJECT, held.pk), by=by,
            key=f"{key}:{turn}", cost_fen=found.cost_fen, responsible=found.department, label=held.title, url=holding.address(held), at=at,
        )  # fmt: skip
        return
    if found.disposal in (Disposal.SCRAP, Disposal.MATERIAL):
        reason = f"{found.get_disposal_display()}: {found.fault}"
        stock.scrap(sku, here, found.quantity, reason=reason, by=by.actor, key=key, reference=held.title, at=at)
        return
    there = zone_of(held.warehouse, Zone.Status.GOOD) if found.disposal == Disposal.STOCK else _discount_zone(held.warehouse, at)
    stock.move(sku, here, there, found.quantity, by=by.actor, key=key, reason=found.fault, reference=held.title, at=at)


def _discount_zone(warehouse: Warehouse, at: datetime) -> Zone:
    """Where goods for a discount sale lie, never among the good ones; made when it is needed first."""
    zone = Zone.objects.filter(warehouse=warehouse, code=DISCOUNT_ZONE).first()
    if zone is not None:
        return zone
    with translation.override(settings.LANGUAGE_CODE):
        name = _("Discount sale")
    return stock.add_zone(warehouse, DISCOUNT_ZONE, name, Zone.Status.DEFECTIVE, by=SYSTEM, at=at)


def rework_closed(order: ReworkOrder, by: Actor, at: datetime) -> None:
    """The workshop has given back what a return sent there, or its order was called off."""
    finding = Finding.objects.filter(rework=order).select_related("line").first()
    if finding is None:
        return
    held = holding.locked(finding.line.made_id, State.DISPOSING)
    found = _locked(finding, Where.WORKSHOP)
    if order.state == ReworkOrder.State.CANCELLED:
        found.state, found.answer = Where.OPEN, order.note
        found.save()
        holding.note(held, "rework_called_off", by=by, at=at, words=order.note)
        return
    found.cost_fen = order.spent_fen
    found.loss_fen = order.spent_fen + found.line.price_fen * order.scrapped
    found.state, found.done_at = Where.DONE, at
    found.save()
    holding.note(held, "reworked", by=by, at=at, words=order.number, stocked=order.stocked, scrapped=order.scrapped)
    _on_if_done(held, by=by, at=at)


def _on_if_done(held: DealerReturn, *, by: Actor, at: datetime) -> None:
    if not Finding.objects.filter(line__made=held).exclude(state=Where.DONE).exists():
        holding.go(held, "disposed", State.SETTLING, by=by, at=at)


def _locked(finding: Finding, state: str) -> Finding:
    """The finding as it is now; its return is held by the caller."""
    found = Finding.objects.select_related("line__sku").get(pk=finding.pk)
    if found.state != state:
        raise Conflict(_("This finding is not there any more: %(state)s.") % {"state": found.get_state_display()})
    return found
