"""A month's payslips worked out, without storing anything."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from dangban.lib.days import month_of
from dangban.pay.gathering import Gathered, gather, rules_of
from dangban.pay.rules import Slip, slip
from dangban.pay.rules.facts import RulesOf
from dangban.people.models import Person


@dataclass(frozen=True, slots=True)
class Worked:
    slip: Slip
    gathered: Gathered


def compute(month: date, people: Collection[Person], rules_by_day: RulesOf = rules_of) -> dict[int, Worked]:
    """The payslips of these people, by person: a fixed number of queries, however many they are."""
    found = gather(people, month_of(month), rules_by_day)
    return {pk: Worked(slip(one.facts, rules_by_day), one) for pk, one in found.items()}
