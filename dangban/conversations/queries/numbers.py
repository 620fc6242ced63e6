"""The figures of service: sums and counts over the rows kept as things happened, never averages of averages.

One SQL text per kind of row, the same on SQLite and PostgreSQL. A rule that changes within the
range is applied day by day: the range is cut where one of the rules read here changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from dangban.conversations.clauses import (
    FIRST_REPLY,
    HOUSE_WINDOW,
    LONG_RECEPTION,
    RATE_TARGETS,
    REPLY_DAYS,
    REPLY_WINDOW,
    REPLY_WITHIN,
    SLOW_REPLY,
    TURN_REPLY,
)
from dangban.conversations.queries.definitions import MEASURES, Measure
from dangban.handbook.current import in_force
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import ClockSpan
from dangban.lib import clock
from dangban.lib.errors import NotAllowed
from dangban.people.access import scope
from dangban.people.models import Person, Shop, Team

_ANSWERED = "t.answered_at IS NOT NULL"
# What the response times are made of: answered questions whose clock ran.
_TIMED = f"t.counted AND {_ANSWERED}"
_LEFT = "t.left_message"
# Looked up for left messages only, which are few.
_PROMISED = "(SELECT promised_at FROM conversations_conversation WHERE id = t.conversation_id)"
_HOUSE = "t.counted AND {house_window}"
_KEPT = f"{_ANSWERED} AND t.milliseconds <= CASE WHEN t.first THEN %(first_ms)s ELSE %(turn_ms)s END"
TURNS = f"""
SELECT {{group}},
  COUNT(*),
  SUM(CASE WHEN {_TIMED} THEN 1 ELSE 0 END),
  SUM(CASE WHEN {_TIMED} THEN t.milliseconds ELSE 0 END),
  SUM(CASE WHEN t.first AND {_TIMED} THEN 1 ELSE 0 END),
  SUM(CASE WHEN t.first AND {_TIMED} THEN t.milliseconds ELSE 0 END),
  SUM(CASE WHEN {{platform_window}} THEN 1 ELSE 0 END),
  SUM(CASE WHEN {{platform_window}} AND {_ANSWERED} AND t.milliseconds <= %(within_ms)s THEN 1 ELSE 0 END),
  SUM(CASE WHEN {_HOUSE} THEN 1 ELSE 0 END),
  SUM(CASE WHEN {_HOUSE} AND {_KEPT} THEN 1 ELSE 0 END),
  SUM(CASE WHEN {_TIMED} AND t.milliseconds >= %(slow_ms)s THEN 1 ELSE 0 END),
  SUM(CASE WHEN {_LEFT} THEN 1 ELSE 0 END),
  SUM(CASE WHEN {_LEFT} AND {_ANSWERED} AND t.answered_at <= {_PROMISED} THEN 1 ELSE 0 END)
FROM conversations_turn t {{join}} WHERE {{where}} GROUP BY 1
"""  # noqa: S608  put together from our own pieces
ASKED = """
SELECT {group}, COUNT(*), SUM(a.replied) FROM (
  SELECT {who} AS who, t.shop_id, t.customer_id, t.business_day,
    MAX(CASE WHEN t.same_day THEN 1 ELSE 0 END) AS replied
  FROM conversations_turn t {join} WHERE {where} GROUP BY 1, 2, 3, 4
) a GROUP BY 1
"""
HANDLED = """
SELECT {group}, COUNT(*), SUM(a.said), SUM(a.typed) FROM (
  SELECT {who} AS who, r.shop_id, r.customer_id, r.business_day, SUM(r.lines) AS said, SUM(r.characters) AS typed
  FROM conversations_reception r {join} WHERE {where} AND r.mutual AND r.lines > 0 GROUP BY 1, 2, 3, 4
) a GROUP BY 1
"""
ASSIGNED = """
SELECT {group},
  SUM(CASE WHEN a.waited_ms IS NOT NULL THEN 1 ELSE 0 END),
  SUM(COALESCE(a.waited_ms, 0)),
  SUM(CASE WHEN a.how = 'routed' THEN 1 ELSE 0 END),
  SUM(CASE WHEN a.how = 'taken_over' THEN 1 ELSE 0 END),
  SUM(CASE WHEN a.how = 'transferred' THEN 1 ELSE 0 END)
FROM conversations_assignment a {join} WHERE {where} GROUP BY 1
"""
PASSED_ON = """
SELECT {group}, COUNT(*)
FROM conversations_transfer f {join} WHERE {where} AND f.state <> 'withdrawn' GROUP BY 1
"""
SILENT = """
SELECT {group}, COUNT(*)
FROM conversations_requeue q {join} WHERE {where} AND q.why = 'silence' GROUP BY 1
"""
ENDED = """
SELECT {group}, COUNT(*), SUM(CASE WHEN e.served_ms > %(long_ms)s THEN 1 ELSE 0 END)
FROM conversations_closure e {join} WHERE {where} GROUP BY 1
"""
_TURN_PERSON = "COALESCE(t.answered_by_id, t.owner_id)"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of row: its statement, whose it is, and the names of the sums it gives."""

    sql: str
    alias: str
    person: str
    sums: tuple[str, ...]
    nested: bool = False
    # Whether its rows name their shop; whose don't, have the conversation's.
    in_shop: bool = False
    # Whether its person is the conversation's.
    joined: bool = False


KINDS = (
    Kind(TURNS, "t", _TURN_PERSON, (
        "asked", "answered", "answered_ms", "first_answered", "first_ms", "platform", "platform_kept",
        "house", "house_kept", "slow", "messages", "messages_kept",
    ), in_shop=True),
    Kind(ASKED, "t", _TURN_PERSON, ("asking", "replied"), nested=True, in_shop=True),
    Kind(HANDLED, "r", "r.person_id", ("handled", "lines", "characters"), nested=True, in_shop=True),
    Kind(ASSIGNED, "a", "a.person_id", ("queued", "queued_ms", "routed", "taken_over", "transferred_in")),
    Kind(PASSED_ON, "f", "f.from_person_id", ("transferred_out",)),
    Kind(SILENT, "q", "q.person_id", ("silent",)),
    Kind(ENDED, "e", "c.assignee_id", ("ended", "long"), joined=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure's value with what it was made of; no value where there was nothing to measure."""

    measure: Measure
    numerator: int
    denominator: int | None

    @property
    def value(self) -> float | None:
        if self.denominator is None:
            return float(self.numerator)
        if not self.denominator:
            return None
        share = self.numerator / self.denominator
        return share / 1000 if self.measure.unit == "seconds" else share


@dataclass(frozen=True, slots=True)
class Numbers:
    """All measures of one person, team, shop or everybody, in a range of days."""

    since: date
    until: date
    figures: dict[str, Figure]
    # Today is not over: its questions may still be answered.
    provisional: bool
    reply_rate_target: int | None
    sums: dict[str, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Figure:
        return self.figures[name]


@dataclass(frozen=True, slots=True)
class Of:
    """Whose figures: what the reader may see, narrowed to a person, a team, a shop."""

    shops: frozenset[int] | None
    who: int | None = None
    team: int | None = None
    shop: int | None = None


def numbers(
    person: Person,
    since: date,
    until: date,
    who: Person | None = None,
    team: Team | None = None,
    shop: Shop | None = None,
) -> Numbers:
    """The figures of the days from `since` to `until`, both included (seven statements per change of rules)."""
    of = seen_by(person, who, team, shop)
    return _made(since, until, _sums(of, since, until).get("", {}))


def numbers_with_people(
    person: Person, since: date, until: date, team: Team | None = None, shop: Shop | None = None
) -> tuple[Numbers, dict[int, Numbers]]:
    """Those of everybody together, and by person; what may be added is read once for both."""
    of = seen_by(person, None, team, shop)
    found = _sums(of, since, until, by="person")
    # A customer whom two people served is one customer: such counts can't be added.
    together = _added(found.values()) | _sums(of, since, until, kinds=tuple(kind for kind in KINDS if kind.nested)).get("", {})
    people = {who: _made(since, until, sums) for who, sums in found.items() if isinstance(who, int)}
    return _made(since, until, together), people


def numbers_by_day(
    person: Person,
    since: date,
    until: date,
    who: Person | None = None,
    team: Team | None = None,
    shop: Shop | None = None,
) -> dict[date, Numbers]:
    """The same figures for each day of the range, newest first (as many statements as for all of it)."""
    found = _sums(seen_by(person, who, team, shop), since, until, by="day")
    days = [until - timedelta(days=back) for back in range((until - since).days + 1)]
    return {day: _made(day, day, found.get(day.isoformat(), {})) for day in days}


def platform_rate(person: Person, on: date, shop: Shop | None = None) -> Figure:
    """The platform's human reply rate as it stands on a day: over as many past days as its rule says."""
    days = in_force(_noon(on))[REPLY_DAYS]
    return numbers(person, on - days + timedelta(days=1), on, shop=shop)["platform_rate"]


def seen_by(person: Person, who: Person | None, team: Team | None, shop: Shop | None) -> Of:
    """Everybody may read their own figures; those of others take the right to supervise."""
    kept = scope(person)
    own = who is not None and who.pk == person.pk
    permission = "conversations.serve" if own else "conversations.supervise"
    if permission not in kept.granted:
        raise NotAllowed(_("You can see your own figures only."))
    granted = kept.granted[permission]
    return Of(granted, who.pk if who else None, team.pk if team else None, shop.pk if shop else None)


def _made(since: date, until: date, sums: dict[str, int]) -> Numbers:
    figures = {
        name: Figure(
            measure, sums.get(measure.numerator, 0), sums.get(measure.denominator, 0) if measure.denominator else None
        )
        for name, measure in MEASURES.items()
    }
    rules = in_force(_noon(until))
    target = rules[RATE_TARGETS] if rules.has(RATE_TARGETS) else None
    return Numbers(since, until, figures, until >= clock.business_day(clock.now()), target, dict(sums))


def _added(several: Iterable[dict[str, int]]) -> dict[str, int]:
    total: dict[str, int] = defaultdict(int)
    for sums in several:
        for name, count in sums.items():
            total[name] += count
    return total


def _sums(
    of: Of, since: date, until: date, by: str = "", kinds: Sequence[Kind] = KINDS
) -> dict[int | str, dict[str, int]]:
    """Of everybody together under the empty name, by the key of each `person`, or by `day` as it is written."""
    total: dict[int | str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for first, last, rules in stretches(since, until):
        values = _values(rules)
        for kind in kinds:
            for key, *counted in _rows(kind, of, first, last, values, rules, by):
                group = key if isinstance(key, int) else str(key or "")
                for name, count in zip(kind.sums, counted, strict=True):
                    total[group][name] += int(count or 0)
    return {group: dict(sums) for group, sums in total.items()}


def stretches(since: date, until: date) -> Iterator[tuple[date, date, Rules]]:
    """The range cut where a rule that a figure reads has another value."""
    day = first = since
    rules = in_force(_noon(since))
    while day < until:
        day += timedelta(days=1)
        then = in_force(_noon(day))
        if _values(then) != _values(rules) or _windows(then) != _windows(rules):
            yield first, day - timedelta(days=1), rules
            first, rules = day, then
    yield first, until, rules


def _rows(
    kind: Kind, of: Of, since: date, until: date, values: dict[str, int], rules: Rules, by: str
) -> Sequence[tuple[Any, ...]]:
    who = {"person": kind.person, "day": f"{kind.alias}.business_day"}.get(by, "''")
    where, parameters = condition(kind, of, since, until)
    platform, house = _windows(rules)
    sql = kind.sql.format(
        group="a.who" if kind.nested else who,
        who=who,
        join=joined(kind, of),
        where=where,
        platform_window=_within(platform),
        house_window=_within(house),
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, {**parameters, **values})
        return cursor.fetchall()


def condition(kind: Kind, of: Of, since: date, until: date) -> tuple[str, dict[str, Any]]:
    """The condition of a range and of what may be seen; everything given is a parameter."""
    parts = [f"{kind.alias}.business_day >= %(since)s", f"{kind.alias}.business_day <= %(until)s"]
    parameters: dict[str, Any] = {"since": since.isoformat(), "until": until.isoformat()}
    shop = f"{kind.alias}.shop_id" if kind.in_shop else "c.shop_id"
    if of.who is not None:
        # One person's rows are found by the person: the sign keeps indexes of shops out of it.
        shop = f"+{shop}"
        parts.append(_whose(kind))
        parameters["who"] = of.who
    if of.shops is not None:
        names = {f"shop{number}": shop for number, shop in enumerate(sorted(of.shops))}
        marks = ", ".join(f"%({name})s" for name in names) or "NULL"
        parts.append(f"{shop} IN ({marks})")
        parameters |= names
    elif kind.in_shop and of.shop is None:
        # Sees everything; with shops and days their index is read, without shops everything.
        parts.append(f"{shop} IN (SELECT id FROM people_shop)")  # noqa: S608  a column's name
    for column, value, name in ((shop, of.shop, "only_shop"), ("c.team_id", of.team, "only_team")):
        if value is not None:
            parts.append(f"{column} = %({name})s")
            parameters[name] = value
    if joined(kind, of):
        parts.append(f"c.id = {kind.alias}.conversation_id")
    return " AND ".join(parts), parameters


def joined(kind: Kind, of: Of) -> str:
    """The conversation, where something of it is asked; after the rows of the range, which are fewer."""
    of_shops = not kind.in_shop and (of.shops is not None or of.shop is not None)
    needed = kind.joined or of_shops or of.team is not None
    return "CROSS JOIN conversations_conversation c" if needed else ""


def _whose(kind: Kind) -> str:
    if kind.person == _TURN_PERSON:
        # As `_TURN_PERSON` says it, but each half has its index.
        return "(t.answered_by_id = %(who)s OR (+t.answered_by_id IS NULL AND t.owner_id = %(who)s))"
    # The day leads the index of those that don't name their shop.
    return f"{'' if kind.in_shop else '+'}{kind.person} = %(who)s"


def _values(rules: Rules) -> dict[str, int]:
    clauses = {
        "first_ms": FIRST_REPLY, "turn_ms": TURN_REPLY, "within_ms": REPLY_WITHIN,
        "slow_ms": SLOW_REPLY, "long_ms": LONG_RECEPTION,
    }  # fmt: skip
    return {name: int(rules[clause].total_seconds() * 1000) for name, clause in clauses.items()}


def limits(measure: str, rules: Rules) -> tuple[str, dict[str, int]]:
    """What else must hold of a row to be behind a measure whose limit is a rule."""
    platform, house = _windows(rules)
    values = _values(rules)
    match measure:
        case "platform_rate":
            return _within(platform), {}
        case "house_rate":
            return _within(house), {}
        case "slow":
            return "t.milliseconds >= %(slow_ms)s", {"slow_ms": values["slow_ms"]}
        case "long":
            return "e.served_ms > %(long_ms)s", {"long_ms": values["long_ms"]}
    return "1 = 1", {}


def _windows(rules: Rules) -> tuple[ClockSpan, ClockSpan]:
    return rules[REPLY_WINDOW], rules[HOUSE_WINDOW]


def _within(window: ClockSpan) -> str:
    """Minutes of the day inside a window, as SQL; whole numbers of our own making, nothing given."""
    start = window.start.hour * 60 + window.start.minute
    end = window.end.hour * 60 + window.end.minute or 24 * 60
    joined = "AND" if start < end else "OR"
    return f"(t.minute >= {start} {joined} t.minute < {end})"


def _noon(day: date) -> datetime:
    return clock.at_local(day, time(12))
