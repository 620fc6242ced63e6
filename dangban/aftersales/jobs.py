"""What time alone brings about: evidence that never came, cases that rest, customers who must not forget."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import close_old_connections, transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales import facts, repairing, telling
from dangban.aftersales.actions import locked, move
from dangban.aftersales.clauses.evidence import NO_EVIDENCE
from dangban.aftersales.clauses.platform import REMIND_BEFORE
from dangban.aftersales.models import Case
from dangban.aftersales.rules import assessment as rules
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import Refused

logger = logging.getLogger(__name__)
EVERY_SECONDS = 20.0
_AT_ONCE = 100
_REMINDED = "reminded_for"


def look_round() -> None:
    close_old_connections()
    sweep(clock.now())


def sweep(now: datetime) -> int:
    """Each thing once, however many look: under the lock of its case everything is asked again."""
    lapsed = _each("evidence", _evidence_lapsed, now) + _each("refused", _rests, now) + _each("settled", _rests, now)
    return lapsed + _remind(now) + repairing.sweep(now)


def _each(state: str, act: Callable[[Case, datetime], object], now: datetime) -> int:
    due = Case.objects.filter(closed_at=None, state=state, due_at__lte=now).order_by("due_at", "pk")
    done = 0
    for pk in list(due.values_list("pk", flat=True)[:_AT_ONCE]):
        try:
            with transaction.atomic():
                held = locked(pk)
                if held.state == state and held.due_at is not None and held.due_at <= now:
                    act(held, now)
                    done += 1
        except Refused as refused:
            # One that nobody can be found for holds up no other.
            logger.warning("case %s stays %s: %s", pk, state, refused)
    return done


def _rests(held: Case, now: datetime) -> None:
    move(held, "let_rest", "closed", by=SYSTEM, at=now)


def _evidence_lapsed(held: Case, now: datetime) -> None:
    """By the handbook: the goods are looked at instead, or the agent asks once more, or it ends here."""
    rulebook = in_force(now)
    what = str(rulebook[NO_EVIDENCE]) if rulebook.has(NO_EVIDENCE) else "ask"
    reason: list[Any] = [rulebook.because(NO_EVIDENCE)] if rulebook.has(NO_EVIDENCE) else []
    if what == "ask":
        move(held, "evidence_lapsed", "opened", by=SYSTEM, at=now, because=reason)
        return
    held.facts = facts.kept(held, {"no_evidence": True})
    if what == "check" and held.order is not None and held.order.dispatched_at is not None:
        move(held, "evidence_lapsed", "returning", by=SYSTEM, at=now, because=reason)
        return
    judged = rules.assess(facts.collect(held), rulebook)
    move(held, "evidence_lapsed", "refused", by=SYSTEM, at=now, because=reason)
    telling.say(held, judged.wording.in_language(settings.LANGUAGE_CODE), by=SYSTEM, at=now)


def _remind(now: datetime) -> int:
    """Whoever has not told a return's number is reminded before the platform closes the refund for want of it."""
    rulebook = in_force(now)
    if not rulebook.has(REMIND_BEFORE):
        return 0
    soon = now + rulebook[REMIND_BEFORE]
    waiting = Case.objects.filter(closed_at=None, state="returning", parcel_cases=None)
    by_platform = Q(platform_due_at__gt=now, platform_due_at__lte=soon)
    due = waiting.filter(by_platform | Q(platform_due_at=None, due_at__gt=now, due_at__lte=soon)).order_by("pk")
    # Those that were reminded stay among them until they are due: they take no place of others.
    rows = due.values_list("pk", "facts", "platform_due_at", "due_at")
    fresh = [pk for pk, known, theirs, ours in rows if not _was_reminded(known, theirs or ours)]
    return sum(_reminded(pk, now) for pk in fresh[:_AT_ONCE])


def _was_reminded(known: Mapping[str, Any], due: datetime | None) -> bool:
    return due is None or known.get(_REMINDED) == due.isoformat()


def _reminded(pk: int, now: datetime) -> int:
    with transaction.atomic():
        held = locked(pk)
        due = held.platform_due_at or held.due_at
        if held.state != "returning" or due is None or _was_reminded(held.facts, due):
            return 0
        held.facts = {**held.facts, _REMINDED: due.isoformat()}
        held.save(update_fields=["facts"])
        with translation.override(settings.LANGUAGE_CODE):
            text = _("About %(case)s: please enter the courier and tracking number of your return by %(until)s. Without it the refund is closed by itself.") % {
                "case": held.number, "until": telling.moment(due),
            }  # fmt: skip
        try:
            with transaction.atomic():
                telling.say(held, text, by=SYSTEM, at=now)
        except Refused:
            return 0
        record("aftersales.reminded", subject=held, by=SYSTEM, shop=held.shop_id, change={"until": due.isoformat()}, at=now)
    return 1
