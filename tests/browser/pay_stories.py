"""A month that finance has yet to work out; run in a process of its own."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from dangban.attendance.models import MonthClose
from dangban.handbook.actions import adopt_preset
from dangban.lib import clock, days
from dangban.lib.sealed import seal
from dangban.pay.actions.accounts import PURPOSE
from dangban.pay.models import PayAccount
from dangban.performance.models import Card
from dangban.staff.models import Terms
from dangban.testing.cast import LONG_AGO, Cast
from tests.browser.stories import session_of


def pay_story() -> dict[str, Any]:
    """Last month: a wage and a final card for everybody, attendance closed, an account for each; finance, the manager and Lin signed in."""
    with clock.frozen(LONG_AGO + timedelta(days=1)):
        cast = Cast()
        adopt_preset("brand-group")
    now = clock.now()
    month = days.month_of(days.month_of(clock.business_day(now)) - timedelta(days=1))
    MonthClose.objects.create(month=month, at=now, by=cast.bao, by_name=cast.bao.name)
    for person in (cast.lin, cast.mei, cast.ou, cast.ding, cast.qian, cast.shen, cast.zhou, cast.bao, cast.hu):
        Terms.objects.create(person=person, since=person.hired_on, level=person.level, base_fen=300_000, reason="合同", at=LONG_AGO)
        Card.objects.create(
            person=person, month=month, code="F", work="aftersale", state=Card.State.FINAL, score=Decimal(90), source="own", provisional=False,
            drafted_at=now,
        )  # fmt: skip
        number = f"622202000000000{person.pk:04}"
        PayAccount.objects.create(person=person, holder=person.name, bank="工商银行", sealed_number=seal(number, PURPOSE), tail=number[-4:], at=now)
    return {"month": f"{month:%Y-%m}", "lin": session_of(cast.lin), "qian": session_of(cast.qian), "bao": session_of(cast.bao)}
