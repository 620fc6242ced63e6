"""Who asked on a day, whom, and what came of it within the days that count."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from dangban.conversations.clauses import ENQUIRY_DAYS
from dangban.conversations.models import Conversation, Reception, Transfer
from dangban.lib import clock
from dangban.performance.clauses import AFTERSALE_ENQUIRY, TRANSFER_LINES
from dangban.performance.facts import clocks
from dangban.performance.models import Asking, Deal

# Who was asked: a customer in a shop, by a person or (None) by whomever.
Asked = tuple[int, int, int | None]


def build(first: date, last: date, at: datetime) -> None:
    """The enquiries of these days, made anew."""
    Asking.objects.filter(day__gte=first, day__lte=last).delete()
    for step in range((last - first).days + 1):
        day = first + timedelta(days=step)
        rules = clocks.of_day(day)
        window = rules[ENQUIRY_DAYS]
        asked = _asked(day, lines=rules[TRANSFER_LINES], aftersale=rules[AFTERSALE_ENQUIRY])
        deals = _deals(asked, day, window)
        settled = int(day + window <= clock.business_day(at))
        rows = [_row(day, one, conversation, deals, window, settled) for one, conversation in sorted(asked.items(), key=str)]
        Asking.objects.bulk_create(rows, batch_size=500)


def _asked(day: date, *, lines: int, aftersale: bool) -> dict[Asked, int]:
    """With the conversation in which they first asked; without talks after the sale and such as were only passed on."""
    talks = Reception.objects.filter(business_day=day, mutual=True, lines__gt=0)
    if not aftersale:
        talks = talks.exclude(conversation__stage=Conversation.Stage.AFTERSALE)
    rows = list(talks.order_by("conversation").values_list("shop", "customer", "person", "conversation", "lines"))
    passed = set(
        Transfer.objects.filter(conversation__in={row[3] for row in rows if row[4] <= lines}, business_day=day)
        .exclude(state=Transfer.State.WITHDRAWN).values_list("conversation", "from_person")
    )  # fmt: skip
    found: dict[Asked, int] = {}
    for shop, customer, person, conversation, said in rows:
        found.setdefault((shop, customer, None), conversation)
        if said > lines or (conversation, person) not in passed:
            found.setdefault((shop, customer, person), conversation)
    return found


def _deals(asked: dict[Asked, int], day: date, window: timedelta) -> dict[tuple[int, int], list[Deal]]:
    """The sales of those who asked that were placed, or placed before and paid, within the days that count."""
    last = day + window - timedelta(days=1)
    customers = sorted({customer for _shop, customer, _person in asked})
    found: dict[tuple[int, int], list[Deal]] = defaultdict(list)
    for start in range(0, len(customers), 500):
        rows = Deal.objects.filter(customer__in=customers[start : start + 500], void=Deal.Void.NONE, created_day__lte=last)
        for deal in rows.exclude(created_day__lt=day, paid_day__lt=day).exclude(created_day__lt=day, paid_day=None):
            if deal.created_day >= day or (deal.paid_day is not None and deal.paid_day <= last):
                found[deal.shop_id, deal.customer_id or 0].append(deal)
    return found


def _row(
    day: date, asked: Asked, conversation: int, deals: dict[tuple[int, int], list[Deal]], window: timedelta, settled: int
) -> Asking:
    shop, customer, person = asked
    theirs = [deal for deal in deals.get((shop, customer), []) if person is None or (deal.person_id or deal.by_order_id) == person]
    placed = [deal for deal in theirs if deal.created_day >= day]
    paid = [deal for deal in theirs if deal.paid_day is not None]
    return Asking(
        day=day, shop_id=shop, customer_id=customer, person_id=person, conversation_id=conversation, settled=settled,
        ordered_same=int(any(deal.created_day == day for deal in placed)),
        ordered_final=int(bool(placed)),
        paid_same=_paid_by(paid, day), paid_next=_paid_by(paid, day + timedelta(days=1)),
        paid_final=int(bool(paid)), paid_fen=sum(deal.paid_fen for deal in paid),
    )  # fmt: skip


def _paid_by(paid: Sequence[Deal], day: date) -> int:
    return int(any(deal.paid_day is not None and deal.paid_day <= day for deal in paid))
