"""A team whose next week is to be planned; run in a process of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dangban.handbook.actions import adopt_preset
from dangban.lib import clock
from dangban.people.models import Person
from dangban.testing.cast import LONG_AGO, Cast
from dangban.workforce import actions
from tests.browser.stories import session_of


def roster_story() -> dict[str, Any]:
    """An empty draft for the week after this one; Zhou plans, Lin and Mei (who may lead) work by it."""
    with clock.frozen(LONG_AGO + timedelta(days=1)):
        cast = Cast()
        adopt_preset()
    Person.objects.filter(pk=cast.mei.pk).update(level=Person.Level.LEADER)
    now = clock.now()
    today = clock.business_day(now)
    monday = today + timedelta(days=7 - today.weekday())
    plan = actions.make_plan(cast.team, monday, 1, by=cast.zhou, at=now)
    return {
        "zhou": session_of(cast.zhou), "lin": session_of(cast.lin), "mei": session_of(cast.mei), "plan": plan.pk,
        "lin_id": cast.lin.pk, "mei_id": cast.mei.pk, "days": [day.isoformat() for day in plan.days],
    }  # fmt: skip
