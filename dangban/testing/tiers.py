"""What bin/test runs: checks, then the tests in tiers, each on what this machine has."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from dangban.testing import live, postgres, scratch

ROOT = Path(__file__).resolve().parents[2]
# Two cores are what we plan for; more workers than eight only wait for the disk.
WORKERS = str(min(8, max(2, len(os.sched_getaffinity(0)))))
APART = "not browser and not redis and not chaos"
# What never asks a database was proven on SQLite; here it would only say so again.
AGAIN = f"{APART} and (rows or postgres)"
# A file's tests share a server, some also a browser, and the next goes on where the last one ended.
BY_FILE = ("-n", WORKERS, "--dist", "loadfile")
BY_TEST = ("-n", WORKERS, "--dist", "worksteal")
NO_TESTS = 5


@dataclass
class Report:
    """What was run, what was not, and why."""

    rows: list[tuple[str, str, str]] = field(default_factory=list)
    failed: bool = False
    skipped: bool = False

    def ran(self, name: str, status: int, seconds: float) -> None:
        if status == NO_TESTS:
            self.rows.append((name, "[dim]no such tests[/]", f"{seconds:.0f} s"))
            return
        self.failed = self.failed or status != 0
        self.rows.append((name, "[green]passed[/]" if status == 0 else f"[bold red]FAILED ({status})[/]", f"{seconds:.0f} s"))

    def skip(self, name: str, why: str) -> None:
        self.skipped = True
        self.rows.append((name, "[yellow]skipped[/]", why))

    def show(self, console: Console) -> None:
        table = Table(title="What was run", title_justify="left", show_edge=False)
        for heading in ("step", "result", "time or reason"):
            table.add_column(heading)
        for row in self.rows:
            table.add_row(*row)
        console.print()
        console.print(table)


class Run:
    """One run of bin/test."""

    def __init__(self, arguments: list[str]) -> None:
        self.console = Console(soft_wrap=True)
        self.report = Report()
        self.arguments = arguments
        # A data folder of the run's own: tests never touch that of the working copy.
        self.data = tempfile.mkdtemp(prefix="dangban-test-")
        (Path(self.data) / "static").mkdir()
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("DANGBAN_")},
            **{name: value for name, value in os.environ.items() if name == "DANGBAN_CHROMIUM"},
            "DANGBAN_SECRET_KEY": "only for tests",
            "DANGBAN_DATA": self.data,
        }

    def all(self) -> None:
        try:
            if self.arguments:
                self.report.skip("style, types, translations, handbooks", "tests were named")
            else:
                self.checks()
            self.tests()
        finally:
            shutil.rmtree(self.data, ignore_errors=True)

    def checks(self) -> None:
        python, tools = sys.executable, Path(sys.executable).parent
        dangban = [python, "-m", "dangban.project.cli"]
        self.step("style (ruff)", [str(tools / "ruff"), "check", "."])
        self.step("types (mypy)", [str(tools / "mypy"), "dangban"])
        self.step("migrations", [*dangban, "manage", "makemigrations", "--check", "--dry-run"])
        self.step("translations", [python, "-m", "dangban.project.translations", "check"])
        self.step("handbooks", [*dangban, "handbook", "check"])

    def tests(self) -> None:
        self.step("compile translations", [sys.executable, "-m", "dangban.project.translations", "compile"])
        self.pytest("tests on SQLite", f"{APART} and not postgres", *BY_TEST)
        has_postgres = postgres.programs() is not None
        if has_postgres:
            self.on_postgres()
        else:
            self.report.skip("tests on PostgreSQL", "PostgreSQL's server is not installed")
        # Tests of the following tiers start the servers that they need themselves.
        only = "" if has_postgres else " and not postgres"
        if shutil.which("redis-server") is None:
            self.report.skip("tests with Redis", "redis-server is not installed")
        else:
            self.pytest("tests with Redis", f"redis and not browser{only}", *BY_FILE)
        if scratch.chromium() is None:
            self.report.skip("tests in the browser", "no chromium was found")
        else:
            self.pytest("tests in the browser", f"browser{only}", *BY_FILE)
        self.pytest("tests that kill processes", f"chaos and not browser and not redis{only}", *BY_FILE)

    def on_postgres(self) -> None:
        name = "tests on PostgreSQL"
        try:
            cluster = postgres.start_cluster()
        except (RuntimeError, KeyError, OSError, subprocess.SubprocessError) as fault:
            # Installed and yet not to be started is a failure: skipping would hide it.
            self.console.print(f"[red]{name}: the server did not start: {fault}[/]")
            self.report.ran(name, 1, 0)
            return
        before = dict(self.environment)
        try:
            self.environment["DANGBAN_TEST_TEMPLATE"] = live.empty_template(cluster)
            self.environment["DANGBAN_TEST_DATABASE_URL"] = cluster.url("dangban")
            self.pytest(name, AGAIN, *BY_TEST)
        except RuntimeError as fault:
            self.console.print(f"[red]{name}: {fault}[/]")
            self.report.ran(name, 1, 0)
        finally:
            self.environment = before
            cluster.stop()

    def pytest(self, name: str, marks: str, *options: str) -> None:
        # -v takes back the -q of pyproject.toml, so that pytest closes with its usual line.
        self.step(name, [sys.executable, "-m", "pytest", "-v", "-rs", "--durations=8", "-m", marks, *options, *self.arguments])

    def step(self, name: str, command: list[str]) -> None:
        self.console.rule(f"[bold]{name}", align="left")
        self.console.file.flush()
        started = time.monotonic()
        status = subprocess.run(command, cwd=ROOT, env=self.environment, check=False).returncode
        self.report.ran(name, status, time.monotonic() - started)


def main(arguments: list[str]) -> int:
    nothing_skipped = "--nothing-skipped" in arguments
    started = time.monotonic()
    # Told to stop, it still takes down the servers that it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    run = Run([argument for argument in arguments if argument != "--nothing-skipped"])
    run.all()
    run.report.show(run.console)
    run.console.print(f"\n{time.monotonic() - started:.0f} s in all.")
    if nothing_skipped and run.report.skipped:
        run.console.print("[bold red]Something was skipped, and here nothing may be.[/]")
        return 1
    return 1 if run.report.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
