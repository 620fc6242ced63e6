"""Reads for the pages: the list, one return with all of it, the gate, the table of a month."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from dangban.dealers import access, clauses, facts, holding, rules
from dangban.dealers.models import (
    Advance,
    Arrival,
    Dealer,
    DealerReturn,
    Finding,
    Note,
    ReturnLine,
    Signature,
    Step,
)
from dangban.desk.models import Deadline
from dangban.handbook.decisions import Because, Decision
from dangban.handbook.rulebook import Rules
from dangban.lib import clock
from dangban.lib.listing import OPEN, OVER, StateFilters
from dangban.media.links import signed_url
from dangban.media.models import Use
from dangban.people.models import Person

PAGE = 50
MOST_COUNTED = 1000
STATES = (OPEN, *DealerReturn.State.values, OVER)


@dataclass(frozen=True, slots=True)
class Row:
    made: DealerReturn
    clock: Deadline | None
    pieces: int
    worth_fen: int


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Row]
    next: str = ""
    first: bool = True


def filtered(person: Person, filters: StateFilters) -> QuerySet[DealerReturn]:
    found = access.visible_returns(person)
    if filters.shop is not None:
        found = found.filter(shop=filters.shop)
    if filters.mine:
        found = found.filter(Q(owner=person) | Q(applied_by=person))
    if filters.search:
        number = re.fullmatch(r"(?i)jt0*(\d{1,12})", filters.search)
        by_words = Q(dealer__name__icontains=filters.search) | Q(number__iexact=filters.search) | Q(lines__sku__code__istartswith=filters.search)
        hits = DealerReturn.objects.filter(Q(pk=int(number[1])) if number else by_words).values("pk")
        found = found.filter(pk__in=hits)
    final = Q(state__in=DealerReturn.FINAL)
    return found.filter(~final if filters.state == OPEN else final if filters.state == OVER else Q(state=filters.state))


def list_page(person: Person, filters: StateFilters, after: str = "") -> Page:
    """A page, newest first; `after` is the key of the last line before it."""
    key = int(after) if re.fullmatch(r"\d{1,17}", after) else 0
    base = filtered(person, filters)
    base = base.filter(pk__lt=key) if key else base
    found = list(base.select_related("dealer", "shop", "owner").order_by("-pk")[: PAGE + 1])
    shown = [made.pk for made in found[:PAGE]]
    sums = {
        line["made"]: line
        for line in ReturnLine.objects.filter(made__in=shown).values("made").annotate(pieces=Sum("quantity"), worth=Sum(F("quantity") * F("price_fen")))
    }
    clocks = {one.subject_id: one for one in _clocks(shown)}
    rows = [Row(made, clocks.get(made.pk), sums[made.pk]["pieces"], sums[made.pk]["worth"]) for made in found[:PAGE] if made.pk in sums]
    return Page(rows, str(shown[-1]) if len(found) > PAGE else "", not key)


def _clocks(pks: Sequence[int]) -> QuerySet[Deadline]:
    return Deadline.objects.filter(subject_kind=holding.SUBJECT, subject_id__in=list(pks), met_at=None, cancelled_at=None)


def count(person: Person, filters: StateFilters) -> int:
    """How many fit, counted no further than is worth showing."""
    return filtered(person, filters).order_by()[:MOST_COUNTED].count()


# ---- One return ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sheet:
    """A return with everything that hangs on it, for its page and its papers."""

    made: DealerReturn
    clock: Deadline | None
    lines: list[ReturnLine]
    photos: list[tuple[Use, str]]
    releases: list[Signature]
    counting: list[Signature]
    findings: list[Finding]
    advances: list[Advance]
    arrivals: list[Arrival]
    steps: list[Step]
    # The one that stands; all of them, and what was entered against, in their order.
    note: Note | None
    notes: list[Note]
    acceptance: Decision
    on_site: Decision
    back_by: tuple[date, Because] | None

    @property
    def pieces(self) -> int:
        return sum(line.quantity for line in self.lines)

    @property
    def worth_fen(self) -> int:
        return sum(line.quantity * line.price_fen for line in self.lines)

    @property
    def party(self) -> str:
        return rules.FLOW[self.made.state].party

    @property
    def differs(self) -> bool:
        return any(line.counted is not None and line.counted != line.quantity for line in self.lines)

    def findings_of(self, line: ReturnLine) -> list[Finding]:
        return [one for one in self.findings if one.line_id == line.pk]


def sheet(made: DealerReturn, rulebook: Rules) -> Sheet:
    uses = Use.objects.filter(subject_kind=holding.SUBJECT, subject_id=made.pk).select_related("blob").order_by("pk")
    signatures = list(made.signatures.select_related("person", "approval").order_by("round", "step", "pk"))
    counts = [one for one in signatures if one.kind == Signature.Kind.COUNT]
    last = counts[-1].round if counts else 0
    notes = list(made.notes.select_related("by", "against").prefetch_related("fees", "shares").order_by("pk"))
    return Sheet(
        made=made,
        clock=_clocks([made.pk]).first(),
        lines=list(made.lines.select_related("sku__product").order_by("position")),
        photos=[(use, signed_url(use.key)) for use in uses],
        releases=[one for one in signatures if one.kind == Signature.Kind.RELEASE],
        counting=[one for one in counts if one.round == last],
        findings=list(Finding.objects.filter(line__made=made).select_related("line__sku", "rework").order_by("line__position", "position")),
        advances=list(made.advances.select_related("asked_by", "sent_by").order_by("pk")),
        arrivals=list(made.arrivals.select_related("by").order_by("pk")),
        steps=list(made.steps.order_by("pk")),
        note=notes[-1] if notes and notes[-1].against_id is None else None,
        notes=notes,
        acceptance=rules.acceptance(facts.asked(made), rulebook),
        on_site=rules.on_site(made.batch, made.disputed, made.visited_on is not None, rulebook),
        back_by=facts.back_by(made, rulebook),
    )


@dataclass(frozen=True, slots=True)
class May:
    """What this person may do with this return as it stands."""

    judge: bool = False
    apply: bool = False
    receive: bool = False
    settle: bool = False
    parts: tuple[str, ...] = ()
    photo: bool = False
    advance: bool = False
    withdraw: bool = False
    against: bool = False


def may(person: Person, shown: Sheet) -> May:
    made = shown.made
    against = shown.note is not None and person.can(access.SETTLE, shop=made.shop_id)
    if not made.is_open:
        return May(against=against)
    can = {name: person.can(permission, shop=made.shop_id) for name, permission in (
        ("apply", access.APPLY), ("judge", access.JUDGE), ("receive", access.RECEIVE), ("settle", access.SETTLE), ("sign", access.SIGN),
    )}  # fmt: skip
    signed = {one.person_id for one in shown.counting}
    held = {part for part, needs in rules.COUNT_PERMISSIONS.items() if person.can(needs, shop=made.shop_id)}
    open_parts = tuple(one.unit for one in shown.counting if one.person_id is None and one.unit in held)
    counted = made.state == "counting" and all(line.counted is not None for line in shown.lines)
    replaced = any(one.state != Advance.State.REFUSED for one in shown.advances)
    coming = made.state in ("signing", "approved", "told", "on_way")
    return May(
        judge=can["judge"] and not (made.state == "applied" and made.applied_by_id == person.pk),
        apply=can["apply"],
        receive=can["receive"],
        settle=can["settle"],
        parts=open_parts if counted and person.pk not in signed else (),
        photo=can["apply"] or can["judge"] or can["receive"],
        advance=can["apply"] and coming and made.judged == "return" and not replaced,
        withdraw=can["apply"] and "withdraw" in rules.FLOW[made.state].moves,
        against=against,
    )


# ---- The gate ------------------------------------------------------------------------------------


def gate(person: Person) -> tuple[list[DealerReturn], list[Arrival]]:
    """What is released and awaited, and what came lately."""
    awaited = access.visible_returns(person).filter(state__in=("told", "on_way")).select_related("dealer", "shop").order_by("state", "sent_at", "pk")
    came = access.visible_arrivals(person).select_related("made__dealer", "shop", "by").order_by("-pk")
    return list(awaited[:PAGE]), list(came[:PAGE])


# ---- Dealers -------------------------------------------------------------------------------------


def dealers(person: Person) -> list[Dealer]:
    found = access.visible_dealers(person).filter(closed_on=None).select_related("shop")
    counted = found.annotate(
        all_returns=Count("returns"), open_returns=Count("returns", filter=~Q(returns__state__in=DealerReturn.FINAL))
    )
    return list(counted.order_by("name", "pk")[:500])


# ---- The table of a month --------------------------------------------------------------------------


@dataclass(slots=True)
class MonthRow:
    """What one dealer sent back for one cause in a month, by the day on which it was inspected."""

    dealer: str
    cause: str
    department: str
    returns: int = 0
    pieces: int = 0
    worth_fen: int = 0
    loss_fen: int = 0


@dataclass(slots=True)
class Month:
    rows: list[MonthRow] = field(default_factory=list)
    by_department: list[tuple[str, int]] = field(default_factory=list)
    applied: int = 0
    refused: int = 0
    turned_away: int = 0
    # Settled in the month, and entered against in it, whenever it was settled.
    notes: list[Note] = field(default_factory=list)

    @property
    def fees_fen(self) -> int:
        return sum(note.fees_fen for note in self.notes)

    @property
    def credit_fen(self) -> int:
        return sum(note.credit_fen for note in self.notes)

    @property
    def against(self) -> list[Note]:
        return [note for note in self.notes if note.against_id is not None]

    @property
    def pieces(self) -> int:
        return sum(row.pieces for row in self.rows)

    @property
    def loss_fen(self) -> int:
        return sum(row.loss_fen for row in self.rows)

    @property
    def borne_fen(self) -> int:
        return sum(amount for _name, amount in self.by_department)


def month_span(first: date) -> tuple[Any, Any]:
    following = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
    return clock.day_span(first.replace(day=1))[0], clock.day_span(following)[0]


def month(person: Person, first: date, shop: int | None = None, permission: str = access.VIEW) -> Month:
    since, until = month_span(first)
    returns = DealerReturn.objects.filter(access.where(person, permission))
    returns = returns.filter(shop=shop) if shop is not None else returns
    table = Month(rows=_month_rows(returns, since, until))
    notes = Note.objects.filter(made__in=returns.values("pk"), at__gte=since, at__lt=until)
    shares = notes.filter(shares__isnull=False).values("shares__department").annotate(amount=Sum("shares__amount_fen"))
    table.by_department = sorted(((row["shares__department"], row["amount"]) for row in shares), key=lambda one: -one[1])
    table.notes = list(notes.select_related("made__dealer", "against").order_by("pk"))
    asked = returns.filter(applied_at__gte=since, applied_at__lt=until)
    table.applied = asked.count()
    table.refused = asked.filter(state=DealerReturn.State.REFUSED).count()
    arrivals = Arrival.objects.filter(access.where(person, permission)).exclude(why="").filter(at__gte=since, at__lt=until)
    table.turned_away = (arrivals.filter(shop=shop) if shop is not None else arrivals).count()
    return table


def _month_rows(returns: QuerySet[DealerReturn], since: Any, until: Any) -> list[MonthRow]:
    found = Finding.objects.filter(line__made__in=returns.filter(inspected_at__gte=since, inspected_at__lt=until).values("pk"))
    grouped = found.values("line__made__dealer", "line__made__dealer__name", "cause", "department").annotate(
        returns=Count("line__made", distinct=True), pieces=Sum("quantity"), worth=Sum(F("quantity") * F("line__price_fen")), loss=Sum("loss_fen")
    )
    rows = [
        MonthRow(one["line__made__dealer__name"], one["cause"], one["department"], one["returns"], one["pieces"], one["worth"], one["loss"])
        for one in grouped
    ]
    order = list(clauses.CAUSES)
    return sorted(rows, key=lambda row: (row.dealer, order.index(row.cause), row.department))


def pieces_back(made: DealerReturn) -> int:
    """Repaired pieces that are to go back to the dealer."""
    return sum(repaired(made).values())


def repaired(made: DealerReturn) -> dict[int, int]:
    """Line → pieces that lie in stock again and are the dealer's."""
    rows = Finding.objects.filter(line__made=made, disposal__in=("stock", "rework"))
    pieces: dict[int, int] = {}
    for line, quantity, stocked in rows.values_list("line", "quantity", "rework__stocked"):
        pieces[line] = pieces.get(line, 0) + (quantity if stocked is None else stocked)
    return pieces
