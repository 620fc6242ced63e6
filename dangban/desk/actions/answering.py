"""The clock of what waits for somebody's answer: a question, an approval, a request."""

from __future__ import annotations

from datetime import datetime

from django.db import models

from dangban.desk import house
from dangban.desk.actions.deadlines import start_deadline
from dangban.desk.models import Deadline
from dangban.handbook.actions import keep
from dangban.journal.actions import HasActor
from dangban.people.models import Person, Shop


def start_answer_clock(
    kind: str,
    subject: models.Model,
    *,
    by: HasActor,
    at: datetime,
    owner: Person | None,
    shop: Shop | None,
    label: str,
    url: str,
    sooner: datetime | None = None,
) -> Deadline | None:
    """Start it in the handbook's time, or to the earlier time that was agreed; none where neither says."""
    decision = house.answer_by(kind, at)
    allowed = datetime.fromisoformat(decision.outcome) if decision is not None else None
    due = min((one for one in (allowed, sooner) if one is not None), default=None)
    if due is None:
        return None
    if decision is not None:
        keep(decision, subject=subject, by=by, shop=shop.pk if shop else None, at=at)
    because = [reason.as_data() for reason in decision.because] if decision is not None else []
    return start_deadline(
        kind, subject, rule=decision.paths[0] if decision is not None else kind,
        allowed_seconds=max(1, int((due - at).total_seconds())), by=by, because=because, owner=owner, shop=shop,
        label=label, url=url, warn_seconds=int(house.warn_before(at).total_seconds()), at=at,
    )  # fmt: skip
