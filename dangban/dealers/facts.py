"""What the rules are asked about, read from the rows of a return."""

from __future__ import annotations

from dangban.dealers import rules
from dangban.dealers.models import Advance, DealerReturn, Finding
from dangban.handbook.rulebook import Rules
from dangban.lib import clock


def asked(made: DealerReturn) -> rules.Asked:
    photos = clock.business_day(made.photos_at) if made.photos_at is not None else None
    return rules.Asked(made.reason, made.received_on, clock.business_day(made.applied_at), photos)


def found(made: DealerReturn) -> list[rules.Found]:
    rows = Finding.objects.filter(line__made=made).select_related("line").order_by("line__position", "position")
    return [
        rules.Found(
            row.cause, row.disposal, row.quantity, row.line.price_fen * row.quantity, row.loss_fen, nonstandard=row.line.nonstandard
        )
        for row in rows
    ]


def bill(made: DealerReturn, costs: rules.Costs, rulebook: Rules) -> rules.Bill:
    """The settlement as the rules have it now; goods that were replaced beforehand are not credited as well."""
    replaced = Advance.objects.filter(made=made, state=Advance.State.SENT).exists()
    judged = "replaced" if replaced else made.judged
    return rules.bill(made.reason, judged, found(made), costs, made.dealer.breach_points, rulebook)
