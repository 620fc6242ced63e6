"""What a night shift leaves; run in a process of its own."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from dangban.desk import actions as desk
from dangban.handbook.actions import adopt_preset
from dangban.lib import clock
from dangban.testing.cast import LONG_AGO, Cast
from tests.browser.stories import session_of


def night_story() -> dict[str, Any]:
    """Two things of Lin's night that are due before it ends; Lin and Mei signed in."""
    with clock.frozen(LONG_AGO + timedelta(days=1)):
        cast = Cast()
        adopt_preset()
    now = clock.now()
    for title, hours in (("核对赠品", 2), ("问仓库缺货", 3)):
        desk.write_task(title, owner=cast.lin, by=cast.zhou, shop=cast.shop, due_at=now + timedelta(hours=hours), at=now)
    tomorrow = clock.local(now).date() + timedelta(days=1)
    noon = clock.at_local(tomorrow, time(12))
    return {"lin": session_of(cast.lin), "mei": session_of(cast.mei), "mei_id": cast.mei.pk, "noon": clock.to_ms(noon)}
