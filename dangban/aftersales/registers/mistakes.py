"""What went wrong on our side (差错登记): written down as soon as a case says so, with who bears it and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import Resolver404, resolve, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dangban.aftersales import access, bell
from dangban.aftersales.actions import deciding
from dangban.aftersales.models import Case, Mistake
from dangban.aftersales.rules import blame
from dangban.desk import actions as desk
from dangban.dispatch.models import Slip
from dangban.handbook import actions as handbook
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Decision
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict
from dangban.lib.text import refuse_unstorable
from dangban.orders.models import FollowUp, Order, OrderException, Parcel, Remark, Requirement, WarehouseChase
from dangban.people.access import people_who_may
from dangban.people.models import Person

KINDS = {
    "wrong": Mistake.Kind.WRONG, "missing": Mistake.Kind.MISSING, "over": Mistake.Kind.OVER, "late": Mistake.Kind.LATE,
    "service": Mistake.Kind.SERVICE,
}  # fmt: skip
LATE = "late"
# What is wrong with goods that were sent; its freight is borne by whoever's doing it was.
GOODS = (Mistake.Kind.WRONG, Mistake.Kind.MISSING)


def follow(case: Case, at: datetime) -> None:
    """Write down, or judge anew, what a case that moved says went wrong; what it no longer says is void."""
    kind = KINDS.get(case.reason) if case.state != "withdrawn" else None
    told = Mistake.objects.filter(case=case).exclude(kind=kind or "")
    # An order that left too late did so whatever becomes of the case.
    told.filter(exception__isnull=False).update(case=None)
    told.filter(void_at=None).update(void_at=at)
    if kind is None:
        return
    held = Mistake.objects.select_for_update(of=("self",)).filter(case=case, kind=kind).first() or _of_late_order(case, kind)
    if held is not None and held.changed_at is not None:
        Mistake.objects.filter(pk=held.pk).update(case=case, void_at=None, freight_fen=_freight(case))
        return
    made = held or Mistake(shop_id=case.shop_id, kind=kind, at=at)
    made.case, made.order_id, made.void_at = case, case.order_id, None
    lines = list(case.lines.order_by("pk"))
    made.goods = "、".join(f"{line.title} {line.variant}".strip() for line in lines)[:300]  # han
    made.pieces = sum(line.quantity for line in lines)
    made.freight_fen = _freight(case)
    decision, person = _judged(case.order, kind, case.owner, at)
    _write(made, decision, person, case, at)
    if kind == Mistake.Kind.SERVICE:
        _tell(made, gettext_noop("After the sale something came back from your talk: %(case)s"), case, reverse("aftersales:case", args=[case.pk]), at)
    elif made.borne_by == Mistake.BorneBy.AGENT and kind in GOODS and made.freight_fen:
        _tell(made, gettext_noop("Nothing was written of what the customer wished, and the goods were wrong: %(case)s"), case, reverse("aftersales:mistake", args=[made.pk]), at)


def left(parcel: Parcel, at: datetime) -> None:
    """A parcel has left: if its order was late, that is written down now, with whoever chased the warehouse in time let off."""
    exception = OrderException.objects.filter(order=parcel.order_id, kind=LATE).select_related("owner", "order").order_by("pk").first()
    if exception is None or Mistake.objects.filter(order=parcel.order_id, kind=Mistake.Kind.LATE).exists():
        return
    order = exception.order
    made = Mistake(shop_id=order.shop_id, kind=Mistake.Kind.LATE, exception=exception, order=order, pieces=order.quantity, at=at)
    made.goods = "、".join(order.lines.order_by("position").values_list("title", flat=True)[:5])[:300]  # han
    decision, person = _judged(order, Mistake.Kind.LATE, exception.owner, at)
    _write(made, decision, person, None, at)


def correct(mistake: Mistake, borne_by: str, person: Person | None, why: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> Mistake:
    """Say otherwise who bears it, with a reason; what a case says later no longer changes it."""
    access.require(by, "aftersales.approve", mistake.shop_id)
    at = at or clock.now()
    why = refuse_unstorable(why.strip(), "why")[:300]
    if not why:
        raise BadInput(_("Say why."), fields={"why": [_("Say why.")]})
    if borne_by not in Mistake.BorneBy.values:
        raise BadInput(_("Choose who bears it."), fields={"borne_by": [_("Choose who bears it.")]})
    if borne_by == Mistake.BorneBy.AGENT and (person is None or not people_who_may("orders.flag", mistake.shop_id).filter(pk=person.pk).exists()):
        raise BadInput(_("Choose the agent."), fields={"person": [_("Choose the agent.")]})
    with transaction.atomic():
        held = Mistake.objects.select_for_update(of=("self",)).select_related("person", "shop").get(pk=mistake.pk)
        if seen is not None and held.version != seen:
            raise Conflict(_("Somebody has changed this meanwhile. Read it first."))
        was = [str(held.get_borne_by_display()), held.person.name if held.person else ""]
        held.borne_by, held.person = borne_by, person if borne_by == Mistake.BorneBy.AGENT else held.person
        held.changed_by, held.changed_at, held.changed_why = by, at, why
        held.version += 1
        held.save()
        change = {"borne_by": [was[0], str(held.get_borne_by_display())], "person": [was[1], held.person.name if held.person else ""], "reason": why}
        record("aftersales.mistake_corrected", subject=held, by=by, shop=held.shop_id, change=change, at=at)
        bell.registers_changed(held.shop_id)
    return held


def _of_late_order(case: Case, kind: str) -> Mistake | None:
    """An order that left too late is in the register already; its case joins it."""
    if kind != Mistake.Kind.LATE or case.order_id is None:
        return None
    return Mistake.objects.select_for_update(of=("self",)).filter(order=case.order_id, kind=kind, case=None).first()


def _judged(order: Order | None, kind: str, fallback: Person, at: datetime) -> tuple[Decision, Person | None]:
    rules = in_force(at)
    if kind == Mistake.Kind.LATE:
        chased = order is not None and WarehouseChase.objects.filter(order=order, at__lte=_left_at(order, at)).exists()
        return blame.late_dispatch(chased, rules), _server(order) or fallback
    if kind == Mistake.Kind.SERVICE:
        return Decision("aftersales.blame", "company"), _server(order)
    wish = _wish_without_remark(order)
    noted = order is not None and Requirement.objects.filter(order=order).exists()
    decision = blame.wrong_goods("not_written" if wish else "written" if noted else "no_wish", rules)
    return decision, wish.by if wish else None


def _left_at(order: Order, at: datetime) -> datetime:
    return min(order.dispatched_at, at) if order.dispatched_at else at


def _wish_without_remark(order: Order | None) -> Requirement | None:
    """A wish that an agent received and nobody wrote on the order, nor saw to otherwise."""
    if order is None:
        return None
    rows = Requirement.objects.filter(order=order, remark=None, by_customer=False).exclude(fulfilled=True)
    return rows.select_related("by").order_by("-at", "-pk").first()


def _server(order: Order | None) -> Person | None:
    """Who served the buyer before the sale."""
    row = FollowUp.objects.filter(order=order).select_related("owner").first() if order is not None else None
    return row.owner if row else None


def _freight(case: Case) -> int:
    """What of the freight is ours by the newest assessment, once it was accepted or let pass."""
    made = deciding.newest(case)
    if made is None or (made.outcome != "accepted" and made.lifted_at is None):
        return 0
    return sum(leg.fen for leg in deciding.result_of(made).freight if leg.borne_by == "seller" and leg.leg != "out")


def _write(made: Mistake, decision: Decision, person: Person | None, case: Case | None, at: datetime) -> None:
    fresh = made.pk is None
    before = (made.borne_by, made.person_id)
    made.borne_by, made.person = decision.outcome, person
    made.because = [one.as_data() for one in decision.because]
    slip = Slip.objects.filter(preparation__order=made.order_id, void_at=None).exclude(packer=None).select_related("packer").order_by("-pk").first() if made.order_id else None
    made.packed_by = slip.packer if slip else None
    remark = Remark.objects.filter(order=made.order_id).order_by("-pk").first() if made.order_id else None
    made.remarked_by = remark.by_name if remark else ""
    made.save()
    if decision.because and (fresh or before != (made.borne_by, made.person_id)):
        made.decision = handbook.keep(decision, subject=made, shop=made.shop_id, at=at)
        made.save(update_fields=["decision"])
    if fresh:
        change = {"kind": str(made.kind), "borne_by": str(made.borne_by), "person": person.name if person else "", "case": case.number if case else ""}
        record("aftersales.mistake_noted", subject=made, by=SYSTEM, shop=made.shop_id, change=change, because=made.because, at=at)
    bell.registers_changed(made.shop_id)


def _tell(made: Mistake, title: str, case: Case, url: str, at: datetime) -> None:
    """What went wrong before the sale is told to who served there, once."""
    if made.person is None or made.told_at is not None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        said = _(title) % {"case": case.number}
    desk.notify(made.person, said, case.note, by=SYSTEM, url=url, shop=case.shop, at=at)
    made.told_at = at
    made.save(update_fields=["told_at"])


def at_address(url: str) -> Mistake | None:
    """The mistake whose page this is."""
    try:
        found = resolve(url)
    except Resolver404:
        return None
    if found.view_name != "aftersales:mistake":
        return None
    return Mistake.objects.select_related("case", "person").filter(pk=found.kwargs["pk"]).first()


def people_of(shop_id: int) -> Sequence[Person]:
    """Who may have been the agent."""
    return list(people_who_may("orders.flag", shop_id).order_by("name", "pk"))


def after_move(case: Case, act: str, before: str, by: HasActor, at: datetime) -> None:
    follow(case, at)
