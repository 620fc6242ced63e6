"""What may be wrong with an order: each kind has its reasons, its outcomes and the time it may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.handbook.shapes import Clause
from dangban.orders import clauses

LATE = "late"
OVERSOLD = "oversold"
URGENT = "urgent"
# What every kind may end with; a kind may add its own.
OUTCOMES: Mapping[str, object] = {
    "sent": pgettext_lazy("exception", "Dispatched"),
    "told": pgettext_lazy("exception", "Cleared up with the customer"),
    "substituted": pgettext_lazy("exception", "Substitute agreed"),
    "reshipped": pgettext_lazy("exception", "Sent again"),
    "refunded": pgettext_lazy("exception", "Refunded or cancelled"),
    "compensated": pgettext_lazy("exception", "Compensated"),
    "unfounded": pgettext_lazy("exception", "Nothing was wrong"),
}
# Nobody settled it: what was wrong is wrong no longer.
BY_ITSELF = "by_itself"


@dataclass(frozen=True, slots=True)
class Kind:
    """`needs` is the permission of whoever may own and settle one; `within` the rule that says how long it may take.

    `reasons` are what may be chosen or found as its cause; `by_hand` kinds may be opened by people.
    """

    code: str
    label: object
    needs: str = "orders.flag"
    within: Clause[timedelta] = clauses.EXCEPTION_WITHIN
    reasons: Mapping[str, object] = field(default_factory=dict)
    outcomes: Mapping[str, object] = field(default_factory=dict)
    by_hand: bool = False

    def reason_label(self, reason: str) -> object:
        return self.reasons.get(reason, "")

    def outcome_label(self, outcome: str) -> object:
        if outcome == BY_ITSELF:
            return pgettext_lazy("exception", "Over by itself")
        return self.outcomes.get(outcome) or OUTCOMES.get(outcome, outcome)


_kinds: dict[str, Kind] = {}


def name_kind(
    code: str,
    label: object,
    *,
    needs: str = "orders.flag",
    within: Clause[timedelta] = clauses.EXCEPTION_WITHIN,
    reasons: Mapping[str, object] | None = None,
    outcomes: Mapping[str, object] | None = None,
    by_hand: bool = False,
) -> Kind:
    """Called from the `ready` of the room that finds such exceptions; the same code again replaces it."""
    _kinds[code] = Kind(code, label, needs, within, reasons or {}, outcomes or {}, by_hand)
    return _kinds[code]


def kind_of(code: str) -> Kind:
    return _kinds[code]


def all_kinds() -> list[Kind]:
    return list(_kinds.values())


def choices_of(kind: Kind) -> dict[str, object]:
    """How one of this kind may be settled: its own outcomes first."""
    return {**kind.outcomes, **{code: label for code, label in OUTCOMES.items() if code not in kind.outcomes}}


def register() -> None:
    name_kind(
        LATE,
        _("Not shipped in time"),
        reasons={
            "presale": pgettext_lazy("late", "Pre-sale"),
            "out_of_stock": pgettext_lazy("late", "Out of stock"),
            "not_downloaded": pgettext_lazy("late", "Not downloaded by the warehouse"),
            "in_warehouse": pgettext_lazy("late", "Printed or packed, not sent"),
            "not_marked": pgettext_lazy("late", "Sent, but not marked as dispatched"),
            "cut_off": pgettext_lazy("late", "Missed the cut-off"),
        },
    )
    name_kind(OVERSOLD, _("Oversold"), reasons={"short": pgettext_lazy("oversold", "Less in stock than is owed")})
    name_kind(
        URGENT,
        _("Urgent"),
        within=clauses.URGENT_WITHIN,
        by_hand=True,
        reasons={
            "wrong_goods": pgettext_lazy("urgent", "Wrong or missing goods"),
            "gift": pgettext_lazy("urgent", "Promised gift"),
            "complaint": pgettext_lazy("urgent", "Complaint"),
            "hurry": pgettext_lazy("urgent", "Customer is in a hurry"),
            "other": pgettext_lazy("urgent", "Something else"),
        },
    )
