"""How good rosters get in how much time: public nurse rostering problems, and a department of our own.

    bin/bench roster [--instance N …] [--seconds 600] [--workers 2] [--data DIR]
    bin/bench roster --department [--people 60] [--weeks 4] [--seconds 30]

Without a choice the department and every public problem that is there are solved. The best known values are those of
the table that lies beside the problems; where the data are absent, that is said. Every roster is checked by rules
that know nothing of the search. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import csv
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._report import Report
from dangban.testing.datasets import FOLDER
from dangban.testing.rosters import department
from dangban.workforce.solver import Problem, Solution, check, nrp, score, solve

PROVEN = (1, 2, 3)
WITHIN_PERCENT = {4: 2, 5: 2, 6: 2, 7: 2, 8: 5, 10: 2}
DEPARTMENT_SECONDS = 30


def best_known(folder: Path) -> dict[int, int]:
    table = folder / "best_known_curtois_qu.csv"
    if not table.exists():
        return {}
    with table.open(encoding="utf-8", newline="") as file:
        return {int(row["instance"]): int(row["best_in_table"]) for row in csv.DictReader(file) if row["best_in_table"]}


def instances(folder: Path, wanted: list[int]) -> dict[int, Path]:
    there = {int(path.stem.removeprefix("Instance")): path for path in folder.glob("Instance*.txt")}
    return {number: there[number] for number in sorted(there) if not wanted or number in wanted}


def found(report: Report, name: str, problem: Problem, options: argparse.Namespace, seconds: float) -> Solution:
    solution = solve(problem, seconds, options.workers, options.seed)
    broken = [breach for breach in check(problem, solution.cells) if breach.rule != "cover"]
    if score(problem, solution.cells).total != solution.objective:
        report.void(f"{name}: the cost told is not that of the roster")
    if broken:
        report.void(f"{name}: {len(broken)} rules are broken, the first is {broken[0]}")
    report.add(f"{name}_objective", solution.objective)
    report.add(f"{name}_bound", solution.bound)
    report.add(f"{name}_status", solution.status)
    report.add(f"{name}_seconds", round(solution.seconds, 1))
    report.add(f"{name}_breaches", len(broken))
    return solution


def public(report: Report, number: int, path: Path, best: int | None, options: argparse.Namespace) -> None:
    problem = nrp.read(path.read_text(encoding="utf-8"))
    name = f"instance_{number}"
    report.section(f"Instance {number}: {len(problem.people)} people, {problem.days} days, {len(problem.shifts)} shifts")
    solution = found(report, name, problem, options, options.seconds or 600)
    if best is None or solution.objective is None:
        return
    report.add(f"{name}_best_known", best)
    report.add(f"{name}_gap_percent", round((solution.objective / best - 1) * 100, 2), "above the best known")
    if number in PROVEN:
        report.add(f"{name}_proven", int(solution.status == "optimal"))
        report.target(f"{name}_proven", at_least=1)
    report.target(f"{name}_gap_percent", at_most=WITHIN_PERCENT.get(number, 0))


def own(report: Report, options: argparse.Namespace) -> None:
    problem = department(options.people, options.weeks, options.seed)
    report.section(f"A department: {options.people} people, {options.weeks} weeks, {len(problem.cover)} lines of cover")
    solution = found(report, "department", problem, options, options.seconds or DEPARTMENT_SECONDS)
    costs: dict[str, int] = {}
    for penalty in score(problem, solution.cells).penalties:
        costs[penalty.kind] = costs.get(penalty.kind, 0) + penalty.cost
    for kind, cost in sorted(costs.items()):
        report.add(f"department_cost_{kind}", cost)
    asked = sum(len(person.wishes) for person in problem.people)
    refused = sum(penalty.kind == "wish" for penalty in score(problem, solution.cells).penalties)
    report.add("department_wishes", asked)
    report.add("department_wishes_refused", refused)
    report.add("department_short", sum(unmet.short for unmet in solution.unmet), "people missing where some must be")
    report.target("department_short", at_most=0)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instance", type=int, nargs="*", default=None, help="which public problems; none: all")
    parser.add_argument("--department", action="store_true", help="only our own department")
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--weeks", type=int, default=4)
    parser.add_argument("--seconds", type=float, help="for each; else 600 for a public one, 30 for the department")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, default=FOLDER / "nurse_rostering", help="folder of the public problems")
    options = parser.parse_args()
    report = Report("roster")
    if options.instance is None:
        own(report, options)
    if not options.department:
        paths = instances(options.data, options.instance or [])
        if not paths:
            print(f"\nThe public problems are not in {options.data}: nothing to compare with.")
        known = best_known(options.data)
        for number, path in paths.items():
            public(report, number, path, known.get(number), options)
    return report.end()


if __name__ == "__main__":
    sys.exit(main())
