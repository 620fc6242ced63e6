"""Building the demonstration: open the department, write its past, act out its present."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from dangban.chat import projection
from dangban.demo.content import Content, content
from dangban.demo.dealing import Dealing
from dangban.demo.department import Opening
from dangban.demo.outgoing import Outgoing
from dangban.demo.present import Present
from dangban.demo.promotions import Promotions
from dangban.demo.returning import Returning
from dangban.demo.roster import Roster
from dangban.demo.rows import Rows
from dangban.demo.storage import Storage
from dangban.demo.volume import History, Span
from dangban.demo.waiting import Waiting
from dangban.desk.clauses import DAY_ENDS
from dangban.handbook import actions as handbook
from dangban.lib import clock

SEED = 20260
DAYS = 60
PLANNED_AHEAD = 7

Tell = Callable[[str], None]


def build(*, password: str, now: datetime, tell: Tell, days: int = DAYS, busy: float = 1.0) -> None:
    """Fill an empty database. The same day and seed give the same department."""
    made_of = content()
    handbook.adopt_preset("default", at=now)
    day_ends = handbook.in_force(now)[DAY_ENDS]
    opening = Opening(made_of, at=now - timedelta(days=days + 30), password=password)
    shelves = opening.open()
    tell(f"{len(opening.shops)} shops, {len(opening.people)} people")
    random, rows = Random(SEED), Rows()  # noqa: S311
    roster = _roster(random, rows, made_of, opening, now=now, days=days)
    history = History(random, made_of, shelves, roster, rows, now=now, day_ends=day_ends)
    today = clock.business_day(now, day_ends)
    history.make(Span(today - timedelta(days=days), today, busy))
    present = Present(random, history, opening.people, opening.teams, opening.shops, now=now)
    written = history.write()
    tell(f"{written['Order']} orders, {written['Conversation']} conversations, {written['Message']} messages")
    Storage(random, shelves, opening.people, now=now).fill()
    Promotions(shelves, opening.people, now=now).plan()
    present.act()
    Waiting(random, opening.people, now).act()
    Outgoing(opening.people, now).act()
    Dealing(shelves, opening.people, now=now).act()
    Returning(opening.people, now).act()
    # What was said to customers last has its effects too.
    projection.run_pending()
    tell("and what is going on now")


def _roster(random: Random, rows: Rows, made_of: Content, opening: Opening, *, now: datetime, days: int) -> Roster:
    staff = {one.username: (opening.people[one.username], one) for one in made_of.staff}
    roster = Roster(random, rows, staff, {code: team.pk for code, team in opening.teams.items()})
    today = clock.business_day(now)
    for offset in range(-days - 1, PLANNED_AHEAD + 1):
        roster.plan(today + timedelta(days=offset), now=now)
    return roster
