"""Lin came late to a shift of yesterday; run in a process of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from dangban.attendance import judging
from dangban.attendance.models import Punch
from dangban.lib import clock
from dangban.lib.days import day_of
from dangban.testing.cast import LONG_AGO, Cast
from dangban.testing.handbooks import adopt_with
from dangban.workforce.models import DutyPeriod
from tests.browser.stories import session_of


def late_story() -> dict[str, Any]:
    """Twelve minutes late the day before yesterday, judged; nothing confirmed yet."""
    with clock.frozen(LONG_AGO + timedelta(days=1)):
        cast = Cast()
    adopt_with({})
    now = clock.now()
    start = now.replace(minute=0, second=0, microsecond=0) - timedelta(days=2)
    DutyPeriod.objects.create(
        person=cast.lin, team=cast.team, day=day_of(start), name="白班", starts_at=start, ends_at=start + timedelta(hours=8)
    )
    for at in (start + timedelta(minutes=12), start + timedelta(hours=8, minutes=1)):
        Punch.objects.create(person=cast.lin, at=at, source=Punch.Source.WEB, made_at=at)
    judging.open_records(start - timedelta(hours=1), now)
    judging.sweep(now)
    # On the first days of a month that shift lies in the month before.
    return {name: session_of(getattr(cast, name)) for name in ("lin", "zhou", "bao")} | {"month": f"{day_of(start):%Y-%m}"}
