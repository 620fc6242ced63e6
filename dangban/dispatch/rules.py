"""Pure decisions: what keeps an order from being printed, by when it must leave, what being late costs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from dangban.dispatch.clauses import MANY_PIECES, PICKUP_LEAD, REMOTE_CHECKED
from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules
from dangban.orders.clauses import CALL_FOR_HELP, CUT_OFF, SHIP_WITHIN, STAND_IN
from dangban.shops.clauses import LATE_DISPATCH_LEAST, LATE_DISPATCH_SHARE

# What only goes away when it is settled where it belongs; everything else may be released by a person who looked.
SETTLED_ELSEWHERE = frozenset({"wish", "stock", "refund", "change", "closed"})
# Looked at rather than argued about: no reason needs to be given.
ONLY_READ = frozenset({"message", "remark", "remote"})
NEEDED = ("receiver", "phone", "province", "city", "address")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an order when it is audited."""

    status: str = "paid"
    refund: str = "none"
    address: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    remarks: Sequence[str] = ()
    wishes: Sequence[str] = ()
    pieces: int = 0
    risks: Sequence[str] = ()
    twins: Sequence[str] = ()
    prices: Sequence[Sequence[str]] = ()
    exceptions: Sequence[str] = ()
    changes: Sequence[str] = ()
    is_remote: bool = False
    remote_because: Sequence[Because] = ()
    couriers: Sequence[str] = ()
    beyond: Sequence[str] = ()
    asked_courier: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """One thing that stands in the way: a code for programs, facts for words, the rules it rests on."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    because: tuple[Because, ...] = ()

    @property
    def digest(self) -> str:
        """A release holds for these facts only: a new message is a new one."""
        said = json.dumps([self.code, self.facts], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(said.encode()).hexdigest()[:32]

    def as_data(self) -> dict[str, Any]:
        because = [reason.as_data() for reason in self.because]
        return {"code": self.code, "facts": dict(self.facts), "because": because, "digest": self.digest}


def audit(facts: Facts, rules: Rules, released: Iterable[str] = ()) -> list[Hold]:
    """What stands in the way of printing, the most serious first; nothing where the order is clean.

    `released` are the digests of what somebody has looked at and let pass.
    """
    known = set(released)
    found = [*_settled_elsewhere(facts), *_address(facts), *_suspicious(facts, rules), *_to_read(facts, rules)]
    return [hold for hold in found if hold.code in SETTLED_ELSEWHERE or hold.digest not in known]


def _settled_elsewhere(facts: Facts) -> list[Hold]:
    found = []
    if facts.refund == "asked":
        found.append(Hold("refund"))
    if facts.changes:
        found.append(Hold("change", {"changes": list(facts.changes)}))
    if facts.wishes:
        found.append(Hold("wish", {"wishes": list(facts.wishes)}))
    if facts.exceptions:
        found.append(Hold("exception", {"exceptions": list(facts.exceptions)}))
    if facts.refund == "partial":
        found.append(Hold("refunded"))
    return found


def _address(facts: Facts) -> list[Hold]:
    missing = [name for name in NEEDED if not facts.address.get(name, "").strip()]
    if missing:
        return [Hold("address", {"missing": missing})]
    if facts.asked_courier and facts.asked_courier in facts.beyond:
        return [Hold("unreachable", {"courier": facts.asked_courier, "couriers": list(facts.couriers)})]
    if facts.beyond and not facts.couriers:
        return [Hold("unreachable", {"courier": "", "couriers": []})]
    return []


def _suspicious(facts: Facts, rules: Rules) -> list[Hold]:
    found = []
    if facts.risks:
        found.append(Hold("risk", {"marks": list(facts.risks)}))
    if rules.has(MANY_PIECES) and facts.pieces >= rules[MANY_PIECES]:
        because = (rules.because(MANY_PIECES, pieces=facts.pieces),)
        found.append(Hold("many", {"pieces": facts.pieces}, because))
    if facts.twins:
        found.append(Hold("twins", {"orders": sorted(facts.twins)}))
    if facts.prices:
        found.append(Hold("price", {"prices": [list(one) for one in facts.prices]}))
    return found


def _to_read(facts: Facts, rules: Rules) -> list[Hold]:
    found = []
    if facts.message.strip():
        found.append(Hold("message", {"mark": _mark([facts.message])}))
    if facts.remarks:
        found.append(Hold("remark", {"mark": _mark(facts.remarks)}))
    if facts.is_remote and rules.has(REMOTE_CHECKED) and rules[REMOTE_CHECKED]:
        because = (*facts.remote_because, rules.because(REMOTE_CHECKED))
        found.append(Hold("remote", {"couriers": list(facts.couriers)[:6]}, because))
    return found


def _mark(words: Sequence[str]) -> str:
    """Stands for words without keeping them: they may be personal."""
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


# ---- Time ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """By when an order is to leave, by when the platform wants it gone, and why."""

    at: datetime
    ship_by: datetime | None
    because: tuple[Because, ...]


def due(paid_at: datetime, wall: datetime, own_cut_off: time | None, rules: Rules) -> Due | None:
    """The next cut-off after `wall` (the company's clock), or the platform's limit where that comes first.

    The shop's own cut-off comes before the handbook's. None where nothing says when.
    """
    because: list[Because] = []
    cut_off = own_cut_off
    if cut_off is None and rules.has(CUT_OFF):
        cut_off = rules[CUT_OFF]
        because.append(rules.because(CUT_OFF, paid_at=paid_at))
    ship_by = None
    if rules.has(SHIP_WITHIN):
        ship_by = paid_at + rules[SHIP_WITHIN]
        because.append(rules.because(SHIP_WITHIN, paid_at=paid_at))
    leaves = next_cut_off(wall, cut_off) if cut_off is not None else None
    ends = [one for one in (leaves, ship_by if ship_by and ship_by > wall else None) if one is not None]
    return Due(min(ends), ship_by, tuple(because)) if ends else None


def next_cut_off(wall: datetime, cut_off: time) -> datetime:
    """The first cut-off after a moment of the company's clock."""
    today = wall.replace(hour=cut_off.hour, minute=cut_off.minute, second=0, microsecond=0)
    return today if wall < today else today + timedelta(days=1)


def compensation(price_fen: int, ship_by: datetime | None, at: datetime, rules: Rules) -> Decision:
    """``owed`` with the amount once the platform's limit has passed, ``none`` before it or where no rule says."""
    if ship_by is None or at < ship_by or not rules.has(LATE_DISPATCH_SHARE):
        return Decision("dispatch.compensation", "none")
    amount = rules[LATE_DISPATCH_SHARE].of(price_fen)
    because = [rules.because(LATE_DISPATCH_SHARE, price=price_fen, ship_by=ship_by)]
    if rules.has(LATE_DISPATCH_LEAST):
        because.append(rules.because(LATE_DISPATCH_LEAST))
        amount = max(amount, rules[LATE_DISPATCH_LEAST])
    return Decision("dispatch.compensation", "owed", amount, tuple(because))


def missed(stage: str, holds: Sequence[str]) -> str:
    """Why an order did not leave, by how far it had come."""
    if "stock" in holds:
        return "out_of_stock"
    return {
        "waiting": "not_audited", "held": "held", "passed": "not_printed", "printed": "not_packed", "packed": "not_sent",
    }[stage]  # fmt: skip


# ---- Help ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Booking:
    """By when a courier's pick-up is to be settled."""

    by: datetime
    because: tuple[Because, ...] = ()


def pickup_by(cut_off: datetime, rules: Rules) -> Booking:
    """So long before the cut-off as the handbook asks for; where it asks nothing, by the cut-off itself."""
    if not rules.has(PICKUP_LEAD):
        return Booking(cut_off)
    return Booking(cut_off - rules[PICKUP_LEAD], (rules.because(PICKUP_LEAD, cut_off=cut_off),))


def standing_in(keeper_on_duty: bool, rules: Rules, *, named: bool = False) -> Decision:
    """An order agent ``may`` stand in for a keeper who isn't there; ``keeper`` is there, or it is ``refused``.

    Who is `named` by somebody who knows that the keeper is away needs no empty roster.
    """
    if not rules.has(STAND_IN):
        return Decision("dispatch.standing_in", "refused")
    because = (rules.because(STAND_IN),)
    if not rules[STAND_IN]:
        return Decision("dispatch.standing_in", "refused", because=because)
    return Decision("dispatch.standing_in", "keeper" if keeper_on_duty and not named else "may", because=because)


def helping(place: str, rules: Rules) -> Decision:
    """Whether agents ``may`` be called to help, or it is ``refused``."""
    if not rules.has(CALL_FOR_HELP):
        return Decision("dispatch.helping", "refused")
    outcome = "may" if rules[CALL_FOR_HELP] else "refused"
    return Decision("dispatch.helping", outcome, because=(rules.because(CALL_FOR_HELP, place=place),))
