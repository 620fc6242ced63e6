"""Adopting a handbook, lifting a legal bound, keeping a decision. `in_force` is read from here too."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, Protocol

from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM, Actor
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused

from .current import NoHandbook, forget, in_force
from .decisions import Decision
from .loader import preset
from .models import BoundLift, DecisionRule, Stamp, StoredDecision, Version
from .rulebook import Handbook
from .shapes import discover

__all__ = [
    "NoHandbook",
    "adopt",
    "adopt_preset",
    "forget",
    "in_force",
    "keep",
    "lift_bound",
    "restore_bound",
]


class HasActor(Protocol):
    @property
    def actor(self) -> Actor: ...


def adopt(
    handbook: Handbook,
    *,
    by: HasActor,
    reason: str,
    effective_on: date | None = None,
    acknowledged: Mapping[str, str] | None = None,
    backdating_confirmed: bool = False,
    at: datetime | None = None,
) -> Version:
    """Make a handbook the company's from a day on, as an immutable version.

    Refuses while a value beyond the law is not acknowledged by name (`acknowledged`: path → name),
    while a day in the past is not confirmed a second time, and when nothing would change.
    """
    _may_adopt(by)
    at = at or clock.now()
    today = clock.business_day(at)
    effective_on = effective_on or today
    names = {path: name.strip() for path, name in (acknowledged or {}).items() if name.strip()}
    if not reason.strip():
        raise BadInput(_("Say why this handbook is adopted."), fields={"reason": [_("Say why.")]})
    _warnings_are_acknowledged(handbook, names)
    with transaction.atomic():
        _count_up()
        before = Version.objects.order_by("effective_on", "id").filter(effective_on__lte=effective_on).last()
        if before is not None and before.content_hash == handbook.content_hash:
            raise Conflict(_("This very handbook is in force already on that day; nothing would change."))
        if effective_on < today and not backdating_confirmed and Version.objects.exists():
            raise Refused(
                _("%(day)s lies in the past: figures already worked out may change. Confirm the backdating.")
                % {"day": effective_on},
                code="backdating",
            )
        version = _write(handbook, by.actor, reason.strip(), effective_on, names, at)
        _journal_adoption(version, handbook, by, names, at)
    forget()
    transaction.on_commit(forget)
    return version


def adopt_preset(
    name: str = "default",
    *,
    by: HasActor = SYSTEM,
    effective_on: date = date(2020, 1, 1),
    at: datetime | None = None,
) -> Version:
    """Adopt a handbook that comes with the program, its legal warnings acknowledged by the adopter."""
    handbook = preset(name)
    names = {warning.path: by.actor.name for warning in handbook.warnings}
    return adopt(
        handbook,
        by=by,
        reason=_("The handbook to begin with"),
        effective_on=effective_on,
        acknowledged=names,
        backdating_confirmed=True,
        at=at,
    )


def lift_bound(path: str, *, by: HasActor, reason: str, at: datetime | None = None) -> BoundLift:
    """Let one rule go beyond its legal bound, on somebody's name."""
    _may_adopt(by)
    clause = discover().clauses.get(path)
    if clause is None or clause.bound is None:
        raise BadInput(_("“%(path)s” has no legal bound that could be lifted.") % {"path": path})
    if not reason.strip():
        raise BadInput(_("Say why the bound is lifted."), fields={"reason": [_("Say why.")]})
    at = at or clock.now()
    with transaction.atomic():
        _count_up()
        if BoundLift.objects.filter(path=path, ended_at=None).exists():
            raise Conflict(_("The bound on “%(path)s” is lifted already.") % {"path": path})
        lift = BoundLift.objects.create(
            path=path, reason=reason.strip(), lifted_at=at, lifted_by=by.actor.name
        )
        change = {"path": path, "source": clause.bound.source, "reason": lift.reason}
        record("handbook.bound_lifted", subject=lift, by=by, change=change, at=at)
    forget()
    transaction.on_commit(forget)
    return lift


def restore_bound(path: str, *, by: HasActor, at: datetime | None = None) -> BoundLift:
    """Let the legal bound hold again."""
    _may_adopt(by)
    at = at or clock.now()
    with transaction.atomic():
        _count_up()
        lift = BoundLift.objects.select_for_update().filter(path=path, ended_at=None).first()
        if lift is None:
            raise Conflict(_("The bound on “%(path)s” is not lifted.") % {"path": path})
        lift.ended_at, lift.ended_by = at, by.actor.name
        lift.save(update_fields=["ended_at", "ended_by"])
        record("handbook.bound_restored", subject=lift, by=by, change={"path": path}, at=at)
    forget()
    transaction.on_commit(forget)
    return lift


def keep(
    decision: Decision,
    *,
    subject: models.Model | tuple[str, int],
    by: HasActor = SYSTEM,
    shop: int | None = None,
    at: datetime | None = None,
) -> StoredDecision:
    """Store a decision that binds; call it inside the transaction of what it decides.

    The version is the one whose rules were applied; a decision worked out on a draft can't be kept.
    """
    at = at or clock.now()
    version_id = decision.version
    if version_id is None:
        if decision.because:
            raise ValueError(f"{decision.kind} was decided by rules that were never adopted")
        version_id = in_force(at).version
    assert version_id is not None
    kind, pk = subject if isinstance(subject, tuple) else (subject._meta.label_lower, subject.pk)
    stored = StoredDecision.objects.create(
        kind=decision.kind,
        outcome=decision.outcome,
        amount_fen=decision.amount_fen,
        version_id=version_id,
        subject_kind=kind,
        subject_id=pk,
        shop_id=shop,
        decided_at=at,
        actor_kind=by.actor.kind,
        actor_id=by.actor.id,
        actor_name=by.actor.name,
        because=[reason.as_data() for reason in decision.because],
    )
    DecisionRule.objects.bulk_create(DecisionRule(decision=stored, path=path) for path in decision.paths)
    return stored


def _may_adopt(by: HasActor) -> None:
    may = getattr(by, "can", None)
    if may is not None and not may("handbook.adopt"):
        raise NotAllowed(_("Only who may adopt handbooks can do this; ask the manager."))


def _warnings_are_acknowledged(handbook: Handbook, names: Collection[str]) -> None:
    open_warnings = [warning for warning in handbook.warnings if warning.path not in names]
    if not open_warnings:
        return
    details = [f"{w.path}: {w.shown}. {w.says} ({w.source})" for w in open_warnings]
    items: list[dict[str, Any]] = [{"path": warning.path} for warning in open_warnings]
    raise Refused(
        _("Some values go beyond what the law allows. Each must be acknowledged by name first."),
        details=details,
        items=items,
        code="legal-warnings",
    )


def _write(
    handbook: Handbook, actor: Actor, reason: str, effective_on: date, names: Mapping[str, str], at: datetime
) -> Version:
    paths = {warning.path for warning in handbook.warnings}
    return Version.objects.create(
        name=handbook.name,
        title=handbook.title.as_data(),
        content_hash=handbook.content_hash,
        effective_on=effective_on,
        adopted_at=at,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name,
        reason=reason,
        source=[{"name": layer.name, "files": dict(layer.files)} for layer in handbook.layers],
        acknowledged=[{"path": path, "name": name} for path, name in names.items() if path in paths],
    )


def _journal_adoption(
    version: Version, handbook: Handbook, by: HasActor, names: Mapping[str, str], at: datetime
) -> None:
    change = {
        "name": version.name,
        "effective_on": version.effective_on.isoformat(),
        "content_hash": version.content_hash,
        "reason": version.reason,
    }
    record("handbook.version_adopted", subject=version, by=by, change=change, at=at)
    for warning in handbook.warnings:
        told = {"path": warning.path, "source": warning.source, "by": names[warning.path]}
        record("handbook.warning_acknowledged", subject=version, by=by, change=told, at=at)


def _count_up() -> None:
    """Raise the stamp first: the row lock lets one adoption happen at a time."""
    if not Stamp.objects.filter(pk=1).update(number=F("number") + 1):
        Stamp.objects.create(pk=1, number=1)


