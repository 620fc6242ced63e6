"""The platform was called in: what it is about, what is shown, what was answered, how it was ruled, what is learnt."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales import access
from dangban.aftersales.actions import deciding
from dangban.aftersales.actions.moving import locked, move
from dangban.aftersales.clauses.disputes import DISPUTE_MATERIALS, MATERIALS
from dangban.aftersales.inbound.inspecting import all_inspected
from dangban.aftersales.models import Case, CaseStep, Dispute, Evidence
from dangban.aftersales.rules import flow
from dangban.aftersales.settling import ordering
from dangban.aftersales.settling.proposing import agreed_on_in
from dangban.desk import actions as desk
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Because
from dangban.handbook.shapes import Words
from dangban.journal.actions import HasActor, record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person

About, Result = Dispute.About, Dispute.Result
# What a dispute is about, as far as the case's reason tells.
_BY_REASON = {
    "quality": About.QUALITY, "described": About.QUALITY, "missing": About.MISSING, "wrong": About.MISSING, "over": About.SURPLUS,
    "lost": About.NOT_RECEIVED, "delay": About.NOT_RECEIVED, "late": About.NOT_RECEIVED,
}  # fmt: skip
# Which evidence proves it.
SHOWN_BY = {
    "purchase": ("purchase",), "authorisation": ("authorisation",), "chat": ("talk",), "photos": ("photo", "video"), "weight": ("weight",),
    "signed": ("signed",), "stub": ("stub",),
}  # fmt: skip
_LONGEST = 4000
BEFORE_PLATFORM = ("disputed", "ruling")


@dataclass(frozen=True, slots=True)
class Material:
    """One thing the platform wants to see: on file, waived with a reason, or missing."""

    code: str
    label: str
    pieces: int
    waived: str = ""

    @property
    def is_missing(self) -> bool:
        return not self.pieces and not self.waived


def open_one(case: Case) -> Dispute | None:
    return Dispute.objects.filter(case=case, ruled_at=None).first()


def materials(dispute: Dispute) -> tuple[list[Material], Because | None]:
    """What the handbook wants for this kind of dispute, ticked by what is on file, and the rule."""
    rules = in_force(dispute.opened_at)
    if not rules.has(DISPUTE_MATERIALS):
        return [], None
    counts: dict[str, int] = {}
    for kind in Evidence.objects.filter(case=dispute.case_id).values_list("kind", flat=True):
        counts[kind] = counts.get(kind, 0) + 1
    wanted = next((row["materials"] for row in rules[DISPUTE_MATERIALS] if row["about"] == dispute.about), ())
    found = [
        Material(code, str(Words(*MATERIALS[code])), sum(counts.get(kind, 0) for kind in SHOWN_BY[code]), dispute.waived.get(code, "")) for code in wanted
    ]
    return found, rules.because(DISPUTE_MATERIALS, about=str(dispute.get_about_display()))


def after_move(case: Case, act: str, before: str, by: HasActor, at: datetime) -> None:
    """A case that comes before the platform has a dispute, whoever brought it there."""
    if act == "dispute" and open_one(case) is None:
        _open(case, by, at)
    held = open_one(case)
    if held is not None and act == "dispute" and held.due_at != case.due_at:
        # Called in once more before the first dispute was ruled: it is answered anew.
        held.due_at = case.due_at
        held.version += 1
        held.save(update_fields=["due_at", "version"])
    if held is not None and act in ("withdraw", "platform_closed"):
        held.result, held.ruled_at = Result.SETTLED, at
        with translation.override(settings.LANGUAGE_CODE):
            held.cause = held.cause or (_("taken back by the customer") if act == "withdraw" else _("closed by the platform"))
        _saved(held, "dispute_ruled", by, at, outcome=str(held.get_result_display()))
    if held is not None and act == "platform_paid":
        with translation.override(settings.LANGUAGE_CODE):
            title = _("%(case)s: the platform has paid; enter how the dispute was ruled") % {"case": case.number}
        desk.write_task(title, by=SYSTEM, owner=case.owner, shop=case.shop, subject=held, url=reverse("aftersales:dispute", args=[held.pk]), at=at)


def describe(
    dispute: Dispute, about: str, claim: str, *, by: Person, platform_number: str = "", asked_fen: int | None = None, seen: int | None = None, at: datetime | None = None
) -> Dispute:
    """What the dispute is about, by the platform's own words and number; the materials follow from it."""
    access.require(by, "aftersales.handle", dispute.shop_id)
    at = at or clock.now()
    if about not in About.values:
        raise BadInput(_("Choose what it is about."), fields={"about": [_("Choose what it is about.")]})
    with transaction.atomic():
        _case, held = _both(dispute, seen)
        held.about, held.claim, held.asked_fen = about, refuse_unstorable(claim.strip(), "claim")[:_LONGEST], asked_fen
        held.platform_number = refuse_unstorable(platform_number.strip(), "platform_number")[:64]
        return _saved(held, "dispute_described", by, at, about=str(held.get_about_display()), asked_fen=asked_fen)


def waive(dispute: Dispute, code: str, why: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> Dispute:
    """A material that can't be had, and why."""
    access.require(by, "aftersales.handle", dispute.shop_id)
    at = at or clock.now()
    why = _words(why, "why", 200)
    with transaction.atomic():
        _case, held = _both(dispute, seen)
        if code not in SHOWN_BY:
            raise BadInput(_("Choose a material."), fields={"code": [_("Choose a material.")]})
        held.waived = held.waived | {code: why}
        return _saved(held, "dispute_waived", by, at, code=code, reason=why)


def answer(dispute: Dispute, text: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> Dispute:
    """Our answer to the platform. Refused as long as a material is neither on file nor waived."""
    at = at or clock.now()
    text = _words(text, "answer", _LONGEST)
    with transaction.atomic():
        case, held = _both(dispute, seen)
        missing = [one.label for one in materials(held)[0] if one.is_missing]
        if missing:
            raise Refused(_("Not all materials are there yet. File them, or say why one can't be had."), details=missing, code="materials")
        _found, because = materials(held)
        move(case, "answer_dispute", "ruling", by=by, at=at, note=text, because=(because,) if because else ())
        held.answer, held.answered_at, held.answered_by = text, at, by
        return _saved(held, "dispute_answered", by, at)


@dataclass(frozen=True, slots=True)
class Ruling:
    """How the platform decided, why it came to that, what we learn."""

    result: str
    ruled_fen: int | None = None
    cause: str = ""
    lesson: str = ""


def rule(dispute: Dispute, ruling: Ruling, *, by: Person, seen: int | None = None, at: datetime | None = None) -> Dispute:
    """Enter the ruling. For us, the case goes on from where it stood; against us, what was refused is let pass and is agreed on.

    A case that the platform has ended meanwhile stays as it is.
    """
    access.require(by, "aftersales.handle", dispute.shop_id)
    at = at or clock.now()
    if ruling.result not in Result.values:
        raise BadInput(_("Choose how it ended."), fields={"result": [_("Choose how it ended.")]})
    cause = _words(ruling.cause, "cause", 300)
    if ruling.result in (Result.LOST, Result.PARTLY) and ruling.ruled_fen is None:
        raise BadInput(_("Say how much the customer gets."), fields={"ruled": [_("Say how much the customer gets.")]})
    with transaction.atomic():
        case, held = _both(dispute, seen)
        label = str(Result(ruling.result).label)
        if case.state in BEFORE_PLATFORM:
            if ruling.result != Result.WON:
                _let_pass(case, by, at)
            to = _goes_on(case, ruling.result)
            case.disputed_from = ""
            move(case, "rule", to, by=by, at=at, note=f"{label}：{cause}", change={"outcome": label})  # han
        desk.settle_tasks(held, by=by, at=at)
        held.result, held.ruled_fen, held.ruled_at, held.ruled_by = ruling.result, ruling.ruled_fen, at, by
        held.cause, held.lesson = cause, refuse_unstorable(ruling.lesson.strip(), "lesson")[:_LONGEST]
        return _saved(held, "dispute_ruled", by, at, outcome=label, ruled_fen=ruling.ruled_fen)


def _goes_on(case: Case, result: str) -> str:
    """Where the case stood, or where what has happened meanwhile has brought it; else where it is agreed on what is done."""
    to = _stands_now(case)
    if result != Result.WON and to not in ("returning", "on_way", "received", "settling"):
        return agreed_on_in(case)
    if to in ("refused", "settled"):
        return "settled"
    return to if to in flow.ACTS["rule"].to else "assessed"


def _stands_now(case: Case) -> str:
    """The state from which the dispute took it, further where goods, money or parcels have moved since."""
    to = case.disputed_from
    if to in ("returning", "on_way", "received") and all_inspected(case) and agreed_on_in(case) == "inspected":
        return "inspected"
    if to in ("returning", "on_way") and case.parcel_cases.filter(parcel__arrived_at__isnull=False).exists():
        return "received"
    if to == "returning" and case.parcel_cases.exclude(parcel__state__in=("cancelled", "turned_away")).exists():
        return "on_way"
    if to == "topup" and not ordering.owed_fen(case):
        to = "sending"
    if to == "sending" and not ordering.waits_to_leave(case) and case.case_orders.exists():
        return ordering.after_sending(case)
    if to == "settling" and ordering.after_sending(case) == "settled":
        return "settled" if case.refunded_fen else agreed_on_in(case)
    return to


def _let_pass(case: Case, by: Person, at: datetime) -> None:
    made = deciding.newest(case)
    if made is not None and made.lifted_at is None and not deciding.is_open_to(made):
        made.lifted_by, made.lifted_at, made.lifted_why = by, at, _("by the platform's ruling")
        made.save(update_fields=["lifted_by", "lifted_at", "lifted_why"])


def _open(case: Case, by: HasActor, at: datetime) -> Dispute:
    about = _BY_REASON.get(case.reason, About.REFUND)
    step = CaseStep.objects.filter(case=case, act="dispute").order_by("-pk").first()
    made = Dispute.objects.create(
        case=case, shop_id=case.shop_id, about=about, opened_at=at, opened_by=by if isinstance(by, Person) else None, due_at=case.due_at,
        asked_fen=case.asked_fen, claim=step.note if step else "",
    )  # fmt: skip
    record("aftersales.dispute_opened", subject=made, by=by, shop=case.shop_id, change={"case": case.number, "about": str(about)}, at=at)
    return made


def _both(dispute: Dispute, seen: int | None) -> tuple[Case, Dispute]:
    """The case first, as everywhere."""
    case = locked(dispute.case_id)
    held = Dispute.objects.select_for_update(of=("self",)).get(pk=dispute.pk)
    if held.ruled_at is not None or (seen is not None and held.version != seen):
        raise Conflict(_("Somebody has changed this meanwhile. Read it first."))
    return case, held


def _saved(held: Dispute, verb: str, by: HasActor, at: datetime, **change: object) -> Dispute:
    held.version += 1
    held.save()
    record(f"aftersales.{verb}", subject=held, by=by, shop=held.shop_id, change=dict(change), at=at)
    return held


def _words(typed: str, field: str, longest: int) -> str:
    typed = refuse_unstorable(typed.strip(), field)[:longest]
    if not typed:
        raise BadInput(_("Write something first."), fields={field: [_("Write something first.")]})
    return typed
