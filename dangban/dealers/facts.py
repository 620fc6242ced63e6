"""What the rules are asked about, read from the rows of a return."""

from __future__ import annotations

from datetime import date, datetime

from dangban.aftersales import calendar
from dangban.dealers import rules
from dangban.dealers.models import Advance, DealerReturn, Finding
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.lib import clock

_CALENDAR_DAYS = 90


def asked(made: DealerReturn) -> rules.Asked:
    photos = clock.business_day(made.photos_at) if made.photos_at is not None else None
    moved = tuple(calendar.moved(made.received_on, _CALENDAR_DAYS))
    return rules.Asked(made.reason, made.received_on, clock.business_day(made.applied_at), photos, moved)


def found(made: DealerReturn) -> list[rules.Found]:
    rows = Finding.objects.filter(line__made=made).select_related("line", "rework").order_by("line__position", "position")
    return [
        rules.Found(
            row.cause, row.disposal, row.quantity, row.line.price_fen * row.quantity, row.loss_fen, row.line.nonstandard,
            row.line.price_fen * _kept(row),
        )
        for row in rows
    ]


def _kept(row: Finding) -> int:
    """Pieces that never go back to the dealer, whatever was agreed on."""
    if row.disposal == Finding.Disposal.REWORK:
        return row.rework.scrapped if row.rework is not None else 0
    return 0 if row.disposal == Finding.Disposal.STOCK else row.quantity


def bill(made: DealerReturn, costs: rules.Costs, rulebook: Rules) -> rules.Bill:
    """The settlement as the rules have it now; goods that were replaced beforehand are not credited as well."""
    return rules.bill(made.reason, made.judged, found(made), costs, made.dealer.breach_points, rulebook, owing(made))


def rules_for_settling(made: DealerReturn, at: datetime) -> Rules:
    """Those in force now; what is settled anew goes by the rules it was settled by at first."""
    first = made.notes.order_by("pk").first()
    return in_force(first.at if first is not None else at)


def owing(made: DealerReturn) -> rules.Owing | None:
    """Where a replacement has left: the pieces that did not come back for it."""
    if not Advance.objects.filter(made=made, state=Advance.State.SENT).exists():
        return None
    missing = [(max(0, quantity - (counted or 0)), price) for quantity, counted, price in made.lines.values_list("quantity", "counted", "price_fen")]
    return rules.Owing(sum(units for units, _price in missing), sum(units * price for units, price in missing))


def back_by(made: DealerReturn, rulebook: Rules) -> tuple[date, Because] | None:
    """By when replaced goods are to be back, once the dealer knows where to send them."""
    sent = Advance.objects.filter(made=made, state=Advance.State.SENT).first()
    if sent is None or sent.sent_at is None or made.told_at is None:
        return None
    way = rules.time_for(DealerReturn.State.ON_WAY, rulebook)
    underway = clock.business_day(made.sent_at + way[0]) if way is not None and made.sent_at is not None else None
    return rules.back_by(clock.business_day(sent.sent_at), clock.business_day(made.told_at), underway, rulebook)
