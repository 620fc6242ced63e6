"""A team with shifts entered for next week; run in a process of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dangban.handbook.actions import adopt_preset
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.testing.cast import LONG_AGO, Cast
from dangban.workforce.actions import set_duty
from dangban.workforce.queries import shifts
from tests.browser.stories import session_of


def leave_story() -> dict[str, Any]:
    """Lin and Mei by day, Ou in the evening, from Monday to Friday of next week; Zhou answers."""
    with clock.frozen(LONG_AGO + timedelta(days=1)):
        cast = Cast()
        adopt_preset()
    now = clock.now()
    today = clock.business_day(now)
    monday = today + timedelta(days=7 - today.weekday())
    early, late = shifts(now)[:2]
    for offset in range(5):
        for person, shift in ((cast.lin, early), (cast.mei, early), (cast.ou, late)):
            set_duty(person, cast.team, monday + timedelta(days=offset), shift, by=SYSTEM, at=now)
    wednesday = monday + timedelta(days=2)
    return {"lin": session_of(cast.lin), "zhou": session_of(cast.zhou), "lin_id": cast.lin.pk, "team": cast.team.pk, "day": wednesday.isoformat()}
