"""Broken rules and what can't be met, in words, with the clause behind them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules
from dangban.handbook.shapes import REGISTRY
from dangban.workforce import clauses
from dangban.workforce.rosters import contract, skills, versions
from dangban.workforce.solver.problem import LEADER, Breach, Hindered, Unmet

# What the law has to say of a rule that is kept only on paper.
_LAW = {clauses.DAYS_ON.path, clauses.WEEKLY_HOURS.path, clauses.OVERTIME_MONTH.path}


@dataclass(frozen=True, slots=True)
class Told:
    """One point: whose, on which days, what is wrong, and the rules behind it; `hard` breaks a rule, else it is advice."""

    text: str
    days: tuple[date, ...] = ()
    person_id: int | None = None
    because: tuple[Because, ...] = ()
    hard: bool = True
    lines: tuple[str, ...] = ()


def tell_breaches(
    breaches: Iterable[Breach], days: Sequence[date], names: Mapping[int, str], rules: Rules
) -> list[Told]:
    found = list(breaches)
    called = skills.labels(one.unit for one in found if one.rule == "cover" and one.unit)
    return [_breach(one, days, names, rules, called) for one in found]


def tell_unmet(unmet: Iterable[Unmet], days: Sequence[date], names: Mapping[int, str], rules: Rules) -> list[Told]:
    """What a computed roster leaves open, with why each who might have come can't."""
    found = []
    open_points = list(unmet)
    called = skills.labels(one.skill for one in open_points if one.skill)
    for one in open_points:
        if one.breach is not None:
            told = _breach(one.breach, days, names, rules, called)
            against = "、".join(dict.fromkeys(source_name(source, rules) for source in one.against))
            lines = (_("These can't all hold: %(rules)s") % {"rules": against},) if against else ()
            found.append(Told(told.text, told.days, told.person_id, told.because, True, lines))
            continue
        day = days[one.day] if one.day is not None and one.day < len(days) else None
        found.append(
            Told(
                short_of(day, one.shifts, one.skill, one.short, called), (day,) if day else (), None,
                reasons([one.source], rules), True, tuple(_hindered(each, names, rules) for each in one.hindered),
            )
        )  # fmt: skip
    return found


def legal_warnings(rules: Rules) -> list[Told]:
    """Where the handbook itself asks more of people than the law allows."""
    found = []
    for path in sorted(_LAW):
        rule = rules.table.get(path)
        if rule is None or rule.repealed or not rule.is_beyond_the_law:
            continue
        bound = REGISTRY.clauses[path].bound
        if bound is not None:
            found.append(Told(str(bound.says), because=(rules.because(REGISTRY.clauses[path]),), hard=False))
    return found


def changes_within(days: Sequence[date], rules: Rules) -> list[Told]:
    """From which days on the handbook says otherwise, and what then goes by which version."""
    found = []
    for (_first, before), (index, then) in pairwise(versions.turns(days, rules)):
        paths = versions.changed(before, then)
        named = "、".join(source_name(path, then) for path in paths)
        text = _(
            "From %(day)s on the handbook says otherwise: %(rules)s. Each day is judged by the version of the day, hours of a week or "
            "month by that of its first day; computing keeps rest and days in a row by the stricter of the versions."
        ) % {"day": f"{days[index]:%m-%d}", "rules": named}
        found.append(Told(text, (days[index],), None, reasons(paths, then), hard=False))
    return found


def reasons(sources: Iterable[str], rules: Rules) -> tuple[Because, ...]:
    known = [REGISTRY.clauses[source] for source in dict.fromkeys(sources) if source in REGISTRY.clauses]
    return tuple(rules.because(clause) for clause in known if rules.has(clause))


def source_name(source: str, rules: Rules) -> str:
    """Whose rule it is, for a line of text."""
    own = {
        contract.LEAVE: _("leave"), contract.TEAM: _("not of the team then"),
        contract.ELSEWHERE: _("on duty for another team"), contract.WISHED: _("a wish"), contract.BY_HAND: _("set by hand"),
        contract.PLANNED: _("what this roster needs"), contract.OVER: _("the day is over"),
    }  # fmt: skip
    if source in own:
        return own[source]
    if source in REGISTRY.clauses and rules.has(REGISTRY.clauses[source]):
        return str(rules.rule(REGISTRY.clauses[source]).summary)
    return source


def short_of(day: date | None, shifts: Sequence[str], skill: str, short: int, called: Mapping[str, str]) -> str:
    values = {"day": f"{day:%m-%d}" if day else "", "shift": "、".join(shifts), "count": short, "skill": called.get(skill, skill)}
    if skill == LEADER:
        return _("%(day)s %(shift)s has nobody who may lead it") % values
    if skill:
        return _("%(day)s %(shift)s lacks %(count)s for %(skill)s") % values
    return ngettext("%(day)s %(shift)s lacks %(count)s person", "%(day)s %(shift)s lacks %(count)s people", short) % values


def _breach(
    breach: Breach, days: Sequence[date], names: Mapping[int, str], rules: Rules, called: Mapping[str, str]
) -> Told:
    on = tuple(days[day] for day in breach.days if 0 <= day < len(days))
    because = reasons([breach.source], rules)
    if breach.rule == "cover":
        text = short_of(on[0] if on else None, breach.shifts, breach.unit, breach.bound - breach.found, called)
        return Told(text, on, None, because)
    person_id = int(breach.person) if breach.person.isdigit() else None
    # What began before the roster is told with the day on which it did.
    first = days[0] + timedelta(days=breach.days[0]) if breach.days else None
    values = {
        "name": names.get(person_id or 0, "–"), "found": _figure(breach, breach.found), "bound": _figure(breach, breach.bound),
        "day": f"{first:%m-%d}" if first else "", "shift": "、".join(breach.shifts), "why": source_name(breach.source, rules),
    }  # fmt: skip
    return Told(_sentence(breach, values), on, person_id, because)


def _sentence(breach: Breach, values: Mapping[str, str]) -> str:
    if breach.rule == "run_most":
        if breach.shifts:
            return _("%(name)s has %(found)s night shifts in a row from %(day)s, at most %(bound)s are allowed") % values
        return _("%(name)s works %(found)s days in a row from %(day)s, at most %(bound)s are allowed") % values
    if breach.source in (clauses.OVERTIME_MONTH.path, clauses.RESTS_OF_MONTH.path):
        return _("%(name)s has %(found)s in the whole month of %(day)s, at most %(bound)s are allowed") % values
    if breach.rule == "tally_most":
        return _("%(name)s has %(found)s from %(day)s on, at most %(bound)s are allowed") % values
    if breach.rule == "tally_least":
        return _("%(name)s has %(found)s from %(day)s on, at least %(bound)s are due") % values
    if breach.rule == "rest":
        return _("%(name)s rests only %(found)s before the shift of the day after %(day)s, %(bound)s are due") % values
    if breach.rule == "barred":
        return _("%(name)s can't work on %(day)s: %(why)s") % values
    if breach.rule == "fixed":
        return _("%(name)s was promised something else on %(day)s: %(why)s") % values
    if breach.rule == "shift":
        return _("%(name)s has a shift on %(day)s that the handbook doesn't know") % values
    return _("%(name)s on %(day)s: %(found)s instead of %(bound)s (%(why)s)") % values


def _figure(breach: Breach, value: int) -> str:
    if breach.rule == "rest" or breach.unit == "minutes":
        hours = f"{value / 60:.1f}".removesuffix(".0")
        return _("%(hours)s hours") % {"hours": hours}
    if breach.unit == "shifts":
        return ngettext("%(count)s shift", "%(count)s shifts", value) % {"count": value}
    return str(value)


def _hindered(one: Hindered, names: Mapping[int, str], rules: Rules) -> str:
    name = names.get(int(one.person) if one.person.isdigit() else 0, one.person)
    if one.busy:
        return _("%(name)s: on %(shift)s that day") % {"name": name, "shift": one.busy}
    why = "、".join(dict.fromkeys(source_name(breach.source, rules) for breach in one.breaches))
    return f"{name}：{why}" if why else _("%(name)s: could, against wishes or evenness") % {"name": name}  # han
