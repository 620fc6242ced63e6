"""The daily report: yesterday of a shop, a team or everybody, in the few figures that are talked about."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.handbook.current import in_force_so_far
from dangban.lib import clock
from dangban.people.models import Person
from dangban.performance import access, showing
from dangban.performance.clauses import REPORT_AT
from dangban.performance.models import BuiltDay, Dispatch, PersonDay, Robot
from dangban.performance.queries.values import Value, shop_values, together, values

CODES = ("sales", "deals", "enquiries", "conversion", "first_response", "response", "reply_rate", "taobao_rate", "handled", "satisfaction")
BEST = 5


def put_due(at: datetime) -> int:
    """Put yesterday's report before every robot once the handbook's time has come; each once a day."""
    rules = in_force_so_far(at)
    if not rules.has(REPORT_AT) or clock.local(at).time() < rules[REPORT_AT]:
        return 0
    day = clock.business_day(at) - timedelta(days=1)
    if not BuiltDay.objects.filter(day=day, service_final=True).exists():
        return 0
    said = set(Dispatch.objects.filter(key=_key(day)).values_list("robot", flat=True))
    return sum(_put(robot, day, at) for robot in Robot.objects.filter(is_active=True) if robot.pk not in said)


def _key(day: date) -> str:
    return f"daily:{day.isoformat()}"


def _put(robot: Robot, day: date, at: datetime) -> int:
    with translation.override("zh-hans"):
        title, body = write(robot, day)
    try:
        with transaction.atomic():
            Dispatch.objects.create(robot=robot, key=_key(day), title=title, body=body, made_at=at, try_at=at)
    except IntegrityError:
        return 0
    return 1


def write(robot: Robot, day: date) -> tuple[str, str]:
    """Title and text; figures that may still change say so."""
    name = robot.team.name if robot.team else robot.shop.name if robot.shop else _("All shops")
    title = _("Daily report %(day)s · %(name)s") % {"day": day.isoformat(), "name": name}
    people = access.members(robot.team, day, day) if robot.team else None
    found = together(CODES, day, day, people) if people is not None else shop_values(CODES, day, day, [robot.shop_id] if robot.shop_id else None)
    lines = [f"### {title}", ""]
    lines += [f"- {one.measure.label}: {showing.shown(one)}{_mark(one)}" for one in found.values()]
    best = _best(day, people if people is not None else _people(day, robot.shop_id), robot.shop_id if people is None else None)
    if best:
        lines += ["", "**" + _("Sales of the day") + "**", ""]
        lines += [f"{place}. {who} {amount}" for place, (who, amount) in enumerate(best, 1)]
    lines += ["", _("Figures of enquiries and refunds may still change.")]
    return title, "\n".join(lines)


def _mark(found: Value) -> str:
    return " " + _("(provisional)") if found.provisional and not found.is_missing else ""


def _best(day: date, people: list[int], shop_id: int | None) -> list[tuple[str, str]]:
    sold = {who: one["sales"] for who, one in values(["sales"], day, day, people, shop_id).items() if one["sales"].numerator}
    first = sorted(sold, key=lambda who: (-(sold[who].numerator or 0), who))[:BEST]
    names = dict(Person.objects.filter(pk__in=first).values_list("pk", "name"))
    return [(names[who], showing.shown(sold[who])) for who in first]


def _people(day: date, shop_id: int | None) -> list[int]:
    rows = PersonDay.objects.filter(source="own", day=day, person_id__gt=0)
    if shop_id is not None:
        rows = rows.filter(shop_id=shop_id)
    return sorted(set(rows.values_list("person_id", flat=True)))
