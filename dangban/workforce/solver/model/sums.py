"""Sums of yes-or-no variables in which what is already known is a plain number, and the model they are written into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ortools.sat.python import cp_model


@dataclass(slots=True)
class Sum:
    constant: int = 0
    terms: list[tuple[int, cp_model.IntVar]] = field(default_factory=list)

    def plus(self, other: Sum, times: int = 1) -> Sum:
        """A new sum; neither of the two changes."""
        more = other.terms if times == 1 else [(times * factor, variable) for factor, variable in other.terms]
        return Sum(self.constant + times * other.constant, self.terms + more)

    @property
    def largest(self) -> int:
        """An upper bound, all variables being 0 or 1."""
        return self.constant + sum(factor for factor, _ in self.terms if factor > 0)

    @property
    def smallest(self) -> int:
        return self.constant + sum(factor for factor, _ in self.terms if factor < 0)


def total(sums: Iterable[Sum]) -> Sum:
    gathered = Sum()
    for each in sums:
        gathered.constant += each.constant
        gathered.terms += each.terms
    return gathered


class Sheet:
    """The model as it is written: constraints over sums, and what everything costs."""

    def __init__(self, strict: bool = False) -> None:
        self.cp = cp_model.CpModel()
        self.costs = Sum()
        self.strict = strict

    def flag(self) -> Sum:
        return Sum(0, [(1, self.cp.new_bool_var(""))])

    def cost(self, what: Sum, weight: int) -> None:
        self.costs.constant += weight * what.constant
        self.costs.terms += [(weight * factor, variable) for factor, variable in what.terms]

    def at_most(self, what: Sum, bound: int, weight: int | None = None) -> None:
        """Must hold; or, with a weight, each unit beyond costs it."""
        beyond = what.largest - bound
        if beyond <= 0:
            return
        if weight is None:
            self._bounded(what, None, bound)
        elif not what.terms:
            self.costs.constant += weight * beyond
        elif weight:
            slack = self.cp.new_int_var(0, beyond, "")
            self.costs.terms.append((weight, slack))
            self._bounded(what.plus(Sum(0, [(-1, slack)])), None, bound)

    def at_least(self, what: Sum, bound: int, weight: int | None = None) -> None:
        self.at_most(Sum().plus(what, -1), -bound, weight)

    def equal(self, what: Sum, bound: int) -> None:
        self._bounded(what, bound, bound)

    def exactly_one(self, variables: list[cp_model.IntVar]) -> None:
        self.cp.add_exactly_one(variables)

    def minimise(self) -> None:
        self.cp.minimize(_expression(self.costs.terms) + self.costs.constant)

    def contradicted(self) -> None:
        """What is settled breaks a rule."""
        if self.strict:
            self.cp.add_bool_or([])

    def _bounded(self, what: Sum, low: int | None, high: int) -> None:
        """Between plain numbers there is nothing to decide: whether they fit, the check tells; strictly, they must."""
        if not what.terms:
            if not (high >= what.constant >= (what.constant if low is None else low)):
                self.contradicted()
            return
        expression = _expression(what.terms)
        if low is None:
            self.cp.add(expression <= high - what.constant)
        else:
            self.cp.add(expression == high - what.constant)


def _expression(terms: list[tuple[int, cp_model.IntVar]]) -> cp_model.LinearExpr:
    return cp_model.LinearExpr.weighted_sum([variable for _, variable in terms], [factor for factor, _ in terms])
