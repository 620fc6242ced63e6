"""What stands in the scratch installation before a journey begins; run in a process of its own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from dangban.handbook.actions import adopt_preset
from dangban.knowledge import actions as knowledge
from dangban.lib import clock
from dangban.orders.models import Order, OrderLine
from dangban.people.models import Person
from dangban.testing.cast import LONG_AGO, Cast


def floor_story() -> dict[str, Any]:
    """The cast today, Lin and Mei signed in, a script, and an unshipped order of Fang's."""
    with clock.frozen(LONG_AGO + timedelta(days=1)):
        cast = Cast()
        adopt_preset()
    now = clock.now()
    knowledge.write_script(by=cast.zhou, scope="company", stage="need", title="尺码说明", body="您好{顾客}，1.8 米床选 220 的那套。")
    order = Order.objects.create(
        shop=cast.shop, platform_id="4126330781125590312", number_tail="590312", customer=cast.fang, status="paid",
        total_fen=39900, paid_fen=39900, quantity=1, created_at=now, paid_at=now,
        business_day=clock.business_day(now), imported_at=now,
    )  # fmt: skip
    OrderLine.objects.create(order=order, position=1, title="南风纯棉四件套", variant="雾蓝 220", quantity=1)
    return {"lin": session_of(cast.lin), "mei": session_of(cast.mei), "shop": cast.shop.pk, "key": "key-nanfeng",
            "fang": customer_token(cast)}  # fmt: skip


def customer_token(cast: Cast) -> str:
    from dangban.chat import actions as chat
    from dangban.chat import tokens

    thread = chat.open_thread(cast.shop, customer=cast.fang)
    return tokens.visitor_token(thread, name=cast.fang.name)


def session_of(person: Person) -> str:
    """A session as signing in makes it."""
    session = SessionStore()
    session[SESSION_KEY] = str(person.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = person.get_session_auth_hash()
    session.create()
    return str(session.session_key)
