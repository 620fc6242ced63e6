"""Pure decisions about what dealers send back: the way of a return, its windows, who answers, who pays what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from dangban.dealers import clauses
from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules
from dangban.lib import money
from dangban.lib.days import FRIDAY

WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


# ---- The way of a return -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stop:
    """A state: who is awaited (with the permission that lets them act), and where each act leads.

    A final one awaits nobody; what was settled wrongly is still entered against there. By when, the handbook says
    (`dealers.deadlines`).
    """

    party: str = ""
    permission: str = ""
    moves: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_final(self) -> bool:
        return not self.party


FLOW: Mapping[str, Stop] = {
    "applied": Stop(
        "quality", "dealers.judge",
        {"advise": ("advised",), "judge": ("signing",), "refuse": ("refused",), "withdraw": ("withdrawn",)},
    ),
    "signing": Stop("signers", "dealers.sign", {"signed": ("approved",), "turned_down": ("applied",), "withdraw": ("withdrawn",)}),
    "approved": Stop("agent", "dealers.apply", {"tell": ("told",), "withdraw": ("withdrawn",)}),
    "told": Stop("dealer", "dealers.apply", {"send": ("on_way",), "missed": ("settling",), "withdraw": ("withdrawn",)}),
    "on_way": Stop("warehouse", "dealers.receive", {"arrive": ("counting",), "missed": ("settling",), "lose": ("told",)}),
    "counting": Stop("counters", "dealers.receive", {"count": ("inspecting",)}),
    "inspecting": Stop("inspector", "dealers.judge", {"report": ("disposing", "settling")}),
    "disposing": Stop("warehouse", "dealers.receive", {"disposed": ("settling",)}),
    "settling": Stop("finance", "dealers.settle", {"settle": ("settled",), "arrive": ("counting",)}),
    "settled": Stop("agent", "dealers.apply", {"close": ("closed",), "against": ("settling",)}),
    "closed": Stop(moves={"against": ("settling",)}),
    "advised": Stop(),
    "refused": Stop(),
    "withdrawn": Stop(),
}  # fmt: skip


def leads_to(state: str, act: str) -> tuple[str, ...]:
    """Where an act leads from a state; nothing where it is not to be done there."""
    return FLOW[state].moves.get(act, ())


def time_for(state: str, rules: Rules) -> tuple[timedelta, Because] | None:
    """How long the party of a state has."""
    row = rules[clauses.DEADLINES].get(state) if rules.has(clauses.DEADLINES) else None
    return (row.hours, rules.because(clauses.DEADLINES, state=state)) if row is not None else None


# ---- Whether it is accepted at all ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known when a dealer asks: why, when the goods came, when they said so, when photos came."""

    reason: str
    received_on: date
    reported_on: date
    photos_on: date | None = None
    # Days that public holidays have moved.
    moved: tuple[date, ...] = ()


def last_day(start: date, days: int, rest: Sequence[str], moved: Sequence[date] = ()) -> date:
    """The last of so many days after `start`, days of rest not counted; a week of rest only counts them all.

    Where there are days of rest, a holiday is one too, and a weekend worked for it is none.
    """
    resting = set(rest) if set(rest) != set(WEEK) else set()
    day = start
    while days > 0:
        day += timedelta(days=1)
        rests = day.weekday() <= FRIDAY if resting and day in moved else WEEK[day.weekday()] in resting
        days -= not rests
    return day


def acceptance(asked: Asked, rules: Rules) -> Decision:
    """``open`` to be judged; ``late`` where it came after its window; ``photos`` while they are wanted and may still come."""
    row = rules[clauses.WINDOWS].get(asked.reason) if rules.has(clauses.WINDOWS) else None
    if row is None:
        return Decision("dealers.acceptance", "open")
    rest = rules[clauses.REST_DAYS] if row.counted == "working" and rules.has(clauses.REST_DAYS) else ()
    last = last_day(asked.received_on, row.days, rest, asked.moved)
    facts = {"reason": asked.reason, "received_on": asked.received_on, "reported_on": asked.reported_on, "last_day": last}
    because = [rules.because(clauses.WINDOWS, **facts, **({"photos_on": asked.photos_on} if asked.photos_on else {}))]
    if row.counted == "working" and rules.has(clauses.REST_DAYS):
        because.append(rules.because(clauses.REST_DAYS))
    if asked.reported_on > last or (row.shows == "photos" and asked.photos_on is not None and asked.photos_on > last):
        return Decision("dealers.acceptance", "late", because=tuple(because))
    wanted = row.shows == "photos" and asked.photos_on is None
    return Decision("dealers.acceptance", "photos" if wanted else "open", because=tuple(because))


def on_site(batch: bool, disputed: bool, visited: bool, rules: Rules) -> Decision:
    """Whether a quality engineer confirms on site first: ``required`` until one has been, else ``free``."""
    if not rules.has(clauses.ON_SITE):
        return Decision("dealers.on_site", "free")
    meant = {"batch": batch, "disputed": disputed}
    wanted = any(meant[one] for one in rules[clauses.ON_SITE])
    outcome = "required" if wanted and not visited else "free"
    return Decision("dealers.on_site", outcome, because=(rules.because(clauses.ON_SITE),) if wanted else ())


# ---- Who signs ------------------------------------------------------------------------------------


def signers(rules: Rules) -> tuple[list[list[str]], tuple[Because, ...]]:
    """The units that sign, step by step; those of a step together."""
    table = rules[clauses.SIGNERS] if rules.has(clauses.SIGNERS) else None
    rows = list(table or ())
    steps = sorted({row.step for row in rows})
    return [[row.unit for row in rows if row.step == step] for step in steps], (rules.because(clauses.SIGNERS),) if rows else ()


def permission_of(unit: str) -> str:
    return "dealers.approve" if unit == "general_manager" else "dealers.sign"


def count_parts(rules: Rules) -> tuple[str, ...]:
    """Who counts together; the keeper in any case."""
    parts = rules[clauses.COUNT_PARTS] if rules.has(clauses.COUNT_PARTS) else ()
    return parts if "keeper" in parts else ("keeper", *parts)


COUNT_PERMISSIONS = {"sales": "dealers.apply", "keeper": "dealers.receive", "admin": "dealers.sign", "finance": "dealers.settle"}


# ---- Who answers ----------------------------------------------------------------------------------


def liability(cause: str, asked: Asked, rules: Rules) -> Decision:
    """Which cause counts: as found, or ``sales`` where nobody can tell any more because word came too late."""
    if cause == "other" and rules.has(clauses.LATE_AFTER):
        last = asked.received_on + rules[clauses.LATE_AFTER]
        if asked.reported_on > last:
            facts = {"received_on": asked.received_on, "reported_on": asked.reported_on, "last_day": last, "cause": cause}
            return Decision("dealers.liability", "sales", because=(rules.because(clauses.LATE_AFTER, **facts),))
    because = (rules.because(clauses.LIABLE, cause=cause),) if rules.has(clauses.LIABLE) else ()
    return Decision("dealers.liability", cause, because=because)


def department(cause: str, rules: Rules) -> str:
    """What the department is called that answers for a cause; the cause itself where no rule says."""
    row = rules[clauses.LIABLE].get(cause) if rules.has(clauses.LIABLE) else None
    return str(row.department) if row is not None else cause


def needs_approval(disposal: str, rules: Rules) -> Decision:
    """``ask`` before goods are disposed of this way, or ``free``. Scrap is never free."""
    if not rules.has(clauses.NEEDS_APPROVAL):
        return Decision("dealers.disposal", "ask" if disposal == "scrap" else "free")
    because = (rules.because(clauses.NEEDS_APPROVAL, disposal=disposal),)
    asked = disposal in rules[clauses.NEEDS_APPROVAL] or disposal == "scrap"
    return Decision("dealers.disposal", "ask" if asked else "free", because=because)


def loss(disposal: str, value_fen: int, cost_fen: int, rules: Rules) -> int:
    """What goods worth `value_fen` lose by their disposal, with what it costs to do it."""
    if disposal in ("scrap", "material"):
        return value_fen + cost_fen
    if disposal == "discount" and rules.has(clauses.DISCOUNT):
        return value_fen - rules[clauses.DISCOUNT].of(value_fen) + cost_fen
    return cost_fen


# ---- What is paid ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """So many pieces with one cause and one disposal: what they are worth, what they lose."""

    cause: str
    disposal: str
    quantity: int
    value_fen: int
    loss_fen: int
    nonstandard: bool = False
    # The worth of those that do not go back to a dealer who wanted them repaired.
    kept_fen: int = 0


@dataclass(frozen=True, slots=True)
class Costs:
    """What the return cost to send: there again and to wrap."""

    dispatch_fen: int = 0
    packing_fen: int = 0


@dataclass(frozen=True, slots=True)
class Owing:
    """What was replaced beforehand and did not come back."""

    units: int = 0
    value_fen: int = 0


@dataclass(frozen=True, slots=True)
class Fee:
    kind: str
    amount_fen: int
    because: Because


@dataclass(frozen=True, slots=True)
class Bill:
    """What a dealer is credited and pays, and what the company bears: cents that add up."""

    credit_fen: int
    fees: tuple[Fee, ...]
    shares: tuple[tuple[str, int], ...]

    @property
    def fees_fen(self) -> int:
        return sum(fee.amount_fen for fee in self.fees)

    @property
    def net_fen(self) -> int:
        """To the dealer; below zero what the dealer pays."""
        return self.credit_fen - self.fees_fen

    @property
    def borne_fen(self) -> int:
        return sum(amount for _cause, amount in self.shares)


def bill(
    reason: str, judged: str, found: Sequence[Found], costs: Costs, contract: int | None, rules: Rules, owing: Owing | None = None
) -> Bill:
    """The settlement of a return. `contract` is the breach fee in hundredths of a percent, None where it says nothing.

    `owing` where a replacement left beforehand: nothing is credited then, and what did not come or was spoilt is charged.
    """
    breach = _breach(reason, found, contract, rules)
    fees = breach or _caused(reason, found, costs, rules)
    paid = {fee.kind: fee.amount_fen for fee in fees}
    left = Costs(costs.dispatch_fen - paid.get("dispatch", 0), costs.packing_fen - paid.get("packing", 0))
    if owing is None:
        return Bill(_credit(judged, found), fees, _shares(found, left))
    return Bill(0, (*fees, *_replaced(found, owing, rules)), _shares(found, left))


def _credit(judged: str, found: Sequence[Found]) -> int:
    """Goods that were repaired stay the dealer's, those that could not be are paid for; what the dealer spoilt is not bought back."""
    if judged == "repair":
        return sum(one.kept_fen for one in found if one.cause != "customer")
    if judged != "return":
        return 0
    return sum(one.value_fen for one in found if one.cause != "customer" or one.disposal == "stock")


def _breach(reason: str, found: Sequence[Found], contract: int | None, rules: Rules) -> tuple[Fee, ...]:
    if not rules.has(clauses.BREACH_REASONS) or reason not in rules[clauses.BREACH_REASONS]:
        return ()
    worth = sum(one.value_fen for one in found if one.nonstandard)
    if not worth:
        return ()
    if contract is None and rules.has(clauses.BREACH):
        amount = rules[clauses.BREACH].of(worth)
        because = rules.because(clauses.BREACH, value_fen=worth, reason=reason)
    else:
        amount = (worth * (contract or 0) + 5_000) // 10_000
        because = rules.because(clauses.BREACH_REASONS, value_fen=worth, reason=reason, share=f"{(contract or 0) / 100:g}%")
    return (Fee("breach", amount, because),) if amount else ()


def _caused(reason: str, found: Sequence[Found], costs: Costs, rules: Rules) -> tuple[Fee, ...]:
    """Dispatch, packing and labour of what the dealer caused: all of it, or by the pieces found to be theirs."""
    if not rules.has(clauses.CUSTOMER_CAUSED) or not rules.has(clauses.CUSTOMER_PAYS):
        return ()
    all_theirs = reason in rules[clauses.CUSTOMER_CAUSED]
    units = sum(one.quantity for one in found if all_theirs or one.cause == "customer")
    pieces = sum(one.quantity for one in found)
    if not units:
        return ()
    labour = rules[clauses.LABOUR] * units if rules.has(clauses.LABOUR) else 0
    by_pieces = (pieces - units, units)
    amounts = {
        "dispatch": money.split(costs.dispatch_fen, by_pieces)[1], "packing": money.split(costs.packing_fen, by_pieces)[1], "labour": labour,
    }  # fmt: skip
    facts = {"reason": reason, "units": units}
    fees = []
    for kind in rules[clauses.CUSTOMER_PAYS]:
        clause = clauses.LABOUR if kind == "labour" and rules.has(clauses.LABOUR) else clauses.CUSTOMER_PAYS
        if amounts[kind]:
            fees.append(Fee(kind, amounts[kind], rules.because(clause, **facts)))
    return tuple(fees)


def _replaced(found: Sequence[Found], owing: Owing, rules: Rules) -> tuple[Fee, ...]:
    """A dealer who has a new piece already pays for the old one that never came, or that they spoilt."""
    spoilt = [one for one in found if one.cause == "customer" and one.disposal != "stock"]
    worth = sum(one.value_fen for one in spoilt)
    fees = []
    if owing.value_fen and rules.has(clauses.ADVANCE_BACK):
        because = rules.because(clauses.ADVANCE_BACK, units=owing.units, value_fen=owing.value_fen)
        fees.append(Fee("unreturned", owing.value_fen, because))
    if worth and rules.has(clauses.LIABLE):
        because = rules.because(clauses.LIABLE, cause="customer", units=sum(one.quantity for one in spoilt), value_fen=worth)
        fees.append(Fee("spoilt", worth, because))
    return tuple(fees)


def _shares(found: Sequence[Found], left: Costs) -> tuple[tuple[str, int], ...]:
    """What each cause bears: the loss of its pieces, and of what it cost to send by the pieces. Cents add up."""
    causes = list(dict.fromkeys(one.cause for one in found if one.cause != "customer"))
    pieces = {cause: sum(one.quantity for one in found if one.cause == cause) for cause in causes}
    losses = {cause: sum(one.loss_fen for one in found if one.cause == cause) for cause in causes}
    theirs = sum(one.loss_fen for one in found if one.cause == "customer" and one.disposal == "stock")
    sent = left.dispatch_fen + left.packing_fen + theirs
    if not causes:
        return (("other", sent),) if sent else ()
    parts = money.split(sent, [pieces[cause] for cause in causes])
    return tuple((cause, losses[cause] + part) for cause, part in zip(causes, parts, strict=True))


def advance(way: str, rules: Rules) -> Decision:
    """A replacement before the return ``may`` be asked for with this proof, or is ``refused`` without one of those wanted."""
    if not rules.has(clauses.ADVANCE_NEEDS):
        return Decision("dealers.advance", "may")
    outcome = "may" if way in rules[clauses.ADVANCE_NEEDS] else "refused"
    return Decision("dealers.advance", outcome, because=(rules.because(clauses.ADVANCE_NEEDS),))


def back_by(replaced_on: date, told_on: date, parcel_due: date | None, rules: Rules) -> tuple[date, Because] | None:
    """The last day on which replaced goods may come; a parcel that left in time has the time of its way besides."""
    if not rules.has(clauses.ADVANCE_BACK):
        return None
    last = max(replaced_on, told_on) + rules[clauses.ADVANCE_BACK]
    last = max(last, parcel_due) if parcel_due is not None else last
    return last, rules.because(clauses.ADVANCE_BACK, replaced_on=replaced_on, last_day=last)
