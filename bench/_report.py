"""How every benchmark prints: a table, what was to be reached, the machine, and one JSON object as last line."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Report:
    """Figures under the names by which they are compared between runs, in the order in which they were taken."""

    title: str
    database: str = ""
    figures: dict[str, Any] = field(default_factory=dict)
    targets: dict[str, dict[str, Any]] = field(default_factory=dict)
    invalid: list[str] = field(default_factory=list)

    def section(self, title: str) -> None:
        print(f"\n{title}", flush=True)

    def add(self, name: str, value: Any, explained: str = "") -> None:
        """Print a figure as soon as it is known, and keep it."""
        self.figures[name] = value
        print(f"  {name:<36} {_shown(value):>12}  {explained}".rstrip(), flush=True)

    def target(self, name: str, *, at_least: float | None = None, at_most: float | None = None) -> None:
        """What a figure was to reach; one that was not taken has no target."""
        value = self.figures.get(name)
        if value is None:
            return
        reached = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
        bound = {"at_least": at_least} if at_least is not None else {"at_most": at_most}
        self.targets[name] = {**bound, "value": value, "reached": reached}

    def void(self, why: str) -> None:
        """The run says nothing."""
        self.invalid.append(why)

    def end(self) -> int:
        """Targets, machine and the JSON line; the exit status: 1 where the run says nothing."""
        if self.targets:
            self.section("Targets")
        for name, target in self.targets.items():
            sign, bound = ("≥", target["at_least"]) if "at_least" in target else ("≤", target["at_most"])
            verdict = "reached" if target["reached"] else "MISSED"
            print(f"  {name:<36} {_shown(target['value']):>12}  {sign} {_shown(bound):<8} {verdict}")
        about = machine(self.database)
        print("\n" + ", ".join(f"{name} {value}" for name, value in about.items()))
        for why in self.invalid:
            print(f"This run says nothing: {why}")
        told = {
            "bench": self.title,
            **self.figures,
            "targets": self.targets,
            "machine": about,
            "valid": not self.invalid,
        }
        print(json.dumps(told, ensure_ascii=False))
        return 1 if self.invalid else 0


def machine(database: str = "") -> dict[str, str]:
    """What the figures were taken on."""
    told = {
        "cores": str(os.cpu_count()),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "load": " ".join(f"{load:.1f}" for load in os.getloadavg()),
    }
    return told | {"database": database or _sqlite(), "revision": _revision()}


def postgres_version(url: str) -> str:
    import psycopg

    with psycopg.connect(url) as db:
        return f"PostgreSQL {db.info.server_version // 10_000}.{db.info.server_version % 10_000}"


def _sqlite() -> str:
    import sqlite3

    return f"SQLite {sqlite3.sqlite_version}"


def _revision() -> str:
    """Of the program, where it lies in a repository."""
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return asked.stdout.strip() or "unknown"


def _processor() -> str:
    about = Path("/proc/cpuinfo")
    if sys.platform == "linux" and about.exists():
        for line in about.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _shown(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, float | int):
        return str(value)
    if isinstance(value, int) or value == int(value) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:,.2f}"
