"""Faults of goods (质量反馈) by product and batch; the same one too often raises an alarm, once."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales import access, bell
from dangban.aftersales.actions import moving
from dangban.aftersales.models import Case, Finding, QualityAlarm, QualityNote
from dangban.aftersales.rules import blame
from dangban.aftersales.rules.assessment.reasons import REASONS
from dangban.desk import actions as desk
from dangban.handbook import actions as handbook
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person
from dangban.shops.models import Product

ABOUT = ("quality", "described")


def follow(case: Case, at: datetime) -> None:
    """Write down the faults a case tells of, and what the inspector found of them."""
    if case.reason not in ABOUT or case.state == "withdrawn":
        QualityNote.objects.filter(case=case, void_at=None).update(void_at=at)
        return
    for line in case.lines.select_related("sku").exclude(sku=None):
        assert line.sku is not None
        note, made = QualityNote.objects.get_or_create(
            case=case, sku=line.sku,
            defaults={"shop_id": case.shop_id, "product_id": line.sku.product_id, "batch": line.batch, "reason": case.reason, "pieces": line.quantity, "at": at},
        )  # fmt: skip
        _look_again(note, case, line.pk)
        if made:
            bell.registers_changed(case.shop_id)
            raise_alarm(note, at)


def name_fault(note: QualityNote, fault: str, *, by: Person, at: datetime | None = None) -> QualityNote:
    """Say more closely what the fault is; notes of one name count together."""
    access.require(by, "aftersales.handle", note.shop_id)
    at = at or clock.now()
    fault = refuse_unstorable(" ".join(fault.split()), "fault")[:40]
    with transaction.atomic():
        held = QualityNote.objects.select_for_update(of=("self",)).get(pk=note.pk)
        if held.fault == fault:
            return held
        was, held.fault = held.fault, fault
        held.save(update_fields=["fault"])
        record("aftersales.fault_named", subject=held, by=by, shop=held.shop_id, change={"fault": [was, fault]}, at=at)
        bell.registers_changed(held.shop_id)
        raise_alarm(held, at)
    return held


def raise_alarm(note: QualityNote, at: datetime) -> QualityAlarm | None:
    """The alarm of this fault, if it has come often enough; one that is open already only counts on."""
    rules = in_force(at)
    told = blame.alarm_since(at, rules)
    if told is None:
        return None
    since, enough = told
    Product.objects.select_for_update().get(pk=note.product_id)
    last = QualityAlarm.objects.filter(product=note.product_id, reason=note.reason, fault=note.fault).order_by("-pk").first()
    if last is not None and last.ended_at is not None:
        since = max(since, last.ended_at)
    same = QualityNote.objects.filter(product=note.product_id, reason=note.reason, fault=note.fault, void_at=None, at__gt=since).exclude(confirmed=False)
    times = same.values("case").distinct().count()
    if last is not None and last.ended_at is None:
        last.times = max(last.times, times)
        last.save(update_fields=["times"])
        return last
    if times < enough:
        return None
    return _raised(note, times, since, at)


def _raised(note: QualityNote, times: int, since: datetime, at: datetime) -> QualityAlarm:
    decision = blame.alarm(times, in_force(at))
    owner = moving.who_handles(note.shop_id, at, "aftersales.approve")
    made = QualityAlarm.objects.create(
        shop_id=note.shop_id, product=note.product, reason=note.reason, fault=note.fault, times=times, since=since,
        because=[one.as_data() for one in decision.because], owner=owner, raised_at=at,
    )  # fmt: skip
    handbook.keep(decision, subject=made, shop=note.shop_id, at=at)
    with translation.override(settings.LANGUAGE_CODE):
        what = note.fault or str(REASONS[note.reason].label)
        title = _("The same fault %(times)s times: %(product)s, %(fault)s") % {"times": times, "product": note.product.title, "fault": what}
    desk.write_task(title, by=SYSTEM, owner=owner, shop=note.shop, subject=made, url=reverse("aftersales:alarm", args=[made.pk]), at=at)
    record("aftersales.alarm_raised", subject=made, by=SYSTEM, shop=note.shop_id, change={"times": times, "fault": what}, because=made.because, at=at)
    bell.registers_changed(note.shop_id)
    return made


def end_alarm(alarm: QualityAlarm, answer: str, *, by: Person, at: datetime | None = None) -> QualityAlarm:
    """What was found and done about it; from now on the fault counts anew."""
    access.require(by, "aftersales.handle", alarm.shop_id)
    at = at or clock.now()
    answer = refuse_unstorable(answer.strip(), "answer")[:300]
    if not answer:
        raise BadInput(_("Say what was found and done."), fields={"answer": [_("Say what was found and done.")]})
    with transaction.atomic():
        held = QualityAlarm.objects.select_for_update(of=("self",)).get(pk=alarm.pk)
        if held.ended_at is not None:
            raise Conflict(_("This was done already."))
        held.ended_at, held.ended_by, held.answer = at, by, answer
        held.save()
        desk.settle_tasks(held, by=by, at=at)
        record("aftersales.alarm_ended", subject=held, by=by, shop=held.shop_id, change={"answer": answer}, at=at)
        bell.registers_changed(held.shop_id)
    return held


def _look_again(note: QualityNote, case: Case, line_pk: int) -> None:
    findings = list(Finding.objects.filter(item__line=line_pk).values_list("condition", "matches_claim"))
    confirmed = any(matches or condition in ("defective", "damaged") for condition, matches in findings) if findings else None
    if (note.confirmed, note.void_at, note.reason) != (confirmed, None, case.reason):
        note.confirmed, note.void_at, note.reason = confirmed, None, case.reason
        note.save(update_fields=["confirmed", "void_at", "reason"])


def after_move(case: Case, act: str, before: str, by: HasActor, at: datetime) -> None:
    follow(case, at)
