"""What the solver found, as plain data for a row, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from dangban.workforce.solver.problem import Breach, Hindered, Solution, Unmet


def as_data(solution: Solution) -> dict[str, Any]:
    return {
        "cells": {person: list(row) for person, row in solution.cells.items()},
        "objective": solution.objective,
        "bound": solution.bound,
        "status": solution.status,
        "seconds": round(solution.seconds, 1),
        "unmet": [asdict(one) for one in solution.unmet],
    }


def unmet_from(data: Iterable[Mapping[str, Any]]) -> list[Unmet]:
    found = []
    for one in data:
        breach = one.get("breach")
        hindered = tuple(
            Hindered(each["person"], tuple(_breach(b) for b in each["breaches"]), each["busy"]) for each in one["hindered"]
        )
        values = {**one, "shifts": tuple(one["shifts"]), "against": tuple(one["against"]), "hindered": hindered}
        found.append(Unmet(**{**values, "breach": _breach(breach) if breach else None}))
    return found


def _breach(data: Mapping[str, Any]) -> Breach:
    return Breach(**{**data, "days": tuple(data["days"]), "shifts": tuple(data["shifts"])})
