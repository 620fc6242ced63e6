"""Building the demonstration: open the department, write its past, act out its present."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random

from dangban.chat import projection
from dangban.demo.attending import Attending
from dangban.demo.behaving import Behaving
from dangban.demo.content import HANDBOOK, Content, content
from dangban.demo.dealing import Dealing
from dangban.demo.department import Opening
from dangban.demo.employing import Employing
from dangban.demo.measuring import Measuring
from dangban.demo.outgoing import Outgoing
from dangban.demo.paying import Paying
from dangban.demo.present import Present
from dangban.demo.promotions import Promotions
from dangban.demo.quarrelling import Quarrelling
from dangban.demo.returning import Returning
from dangban.demo.roster import Roster
from dangban.demo.rostering import Rostering, published_until
from dangban.demo.rows import Rows
from dangban.demo.storage import Storage
from dangban.demo.volume import History, Span
from dangban.demo.waiting import Waiting
from dangban.desk import actions as desk
from dangban.desk.clauses import DAY_ENDS
from dangban.desk.inbox import unread_notices
from dangban.handbook import actions as handbook
from dangban.handbook.loader import load
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.people.models import Person
from dangban.workforce.queries import shifts_of

SEED = 20260
DAYS = 60
LONG_AGO = date(2020, 1, 1)
_JUST_TOLD = timedelta(hours=2)

Tell = Callable[[str], None]


def build(*, password: str, now: datetime, tell: Tell, days: int = DAYS, busy: float = 1.0) -> None:
    """Fill an empty database. The same day and seed give the same department."""
    made_of = content()
    handbook.adopt(load(HANDBOOK), by=SYSTEM, reason="开业时采用", effective_on=LONG_AGO, backdating_confirmed=True, at=now)
    day_ends = handbook.in_force(now)[DAY_ENDS]
    opening = Opening(made_of, at=now - timedelta(days=days + 30), now=now, password=password)
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
    Quarrelling(opening.people, now).act()
    Behaving(opening.people, now).act()
    Attending(opening.people, now).act()
    rostering = Rostering(opening.people, opening.teams, roster, now)
    rostering.publish()
    Employing(opening.people, now, opening.at).act()
    rostering.plan_ahead()
    # What was said to customers last has its effects too.
    projection.run_pending()
    Measuring(opening.people, now).act()
    Paying(opening.people, now).act()
    _read_news(now)
    tell("and what is going on now")


def _read_news(now: datetime) -> None:
    """What people were told until two hours ago they have read, as on any day; what must be confirmed still waits."""
    for person in Person.objects.filter(is_active=True).order_by("pk"):
        for notice in unread_notices(person, now).filter(person=person, at__lt=now - _JUST_TOLD):
            desk.read_notice(notice, by=person, at=notice.at + timedelta(minutes=20))


def _roster(random: Random, rows: Rows, made_of: Content, opening: Opening, *, now: datetime, days: int) -> Roster:
    staff = {one.username: (opening.people[one.username], one) for one in made_of.staff}
    today = clock.business_day(now)
    early, late = shifts_of(handbook.in_force(now))
    teams = {code: team.pk for code, team in opening.teams.items()}
    roster = Roster(random, rows, staff, teams, {"day": early, "late": late}, today=today)
    # Also of a short history this week's roster is whole.
    for offset in range(min(-days - 1, -today.weekday()), (published_until(today) - today).days + 1):
        roster.plan(today + timedelta(days=offset), now=now)
    return roster
