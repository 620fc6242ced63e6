"""Pure: what is taken in at the door and what is turned away; whose the cost of sending again is."""

from __future__ import annotations

from collections.abc import Sequence

from dangban.aftersales.clauses.freight import RESENDING_OURS, SURFACE_MAIL
from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules

SHORT = 2


def at_the_door(courier: str, collect: bool, surface: bool, taken_from: Sequence[str], because: Sequence[Because], rules: Rules) -> Decision:
    """A parcel is ``accepted``, or refused as ``collect`` or ``surface`` mail.

    `taken_from` are the couriers from which freight collect is taken, with the rule that says so.
    """
    if surface and rules.has(SURFACE_MAIL) and not rules[SURFACE_MAIL]:
        return Decision("aftersales.door", "surface", because=(rules.because(SURFACE_MAIL, surface_mail=True),))
    if collect and not any(_same(courier, one) for one in taken_from):
        return Decision("aftersales.door", "collect", because=tuple(because))
    return Decision("aftersales.door", "accepted", because=tuple(because) if collect else ())


def _same(one: str, other: str) -> bool:
    """Couriers are called by a longer and a shorter name: 顺丰, 顺丰速运."""
    one, other = one.strip().upper(), other.strip().upper()
    return len(min(one, other, key=len)) >= SHORT and (one.startswith(other) or other.startswith(one))


def sending_again(earlier: int, surcharge_fen: int, rules: Rules) -> Decision:
    """Who bears the extra cost of sending again what could not be delivered: ``seller`` the first times, then ``buyer``."""
    if not rules.has(RESENDING_OURS):
        return Decision("aftersales.sending_again", "seller", amount_fen=surcharge_fen)
    outcome = "seller" if earlier < rules[RESENDING_OURS] else "buyer"
    return Decision("aftersales.sending_again", outcome, amount_fen=surcharge_fen, because=(rules.because(RESENDING_OURS, earlier=earlier),))
