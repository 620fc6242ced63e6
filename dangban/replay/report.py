"""What a replay found: a table of what was played, and every difference in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from dangban.replay import compare, figures
from dangban.replay.figures import Figures, Seen
from dangban.replay.play import Plan, Played

SHOWN = 40


class Report:
    """`books` is what the own server's database says; None for a server that is somebody else's."""

    def __init__(self, plan: Plan, played: Played, books: Mapping[str, Any] | None) -> None:
        self.plan, self.played = plan, played
        self.counted = figures.count(played.by_agents)
        self.differences = [*played.troubles, *self._lines(books)]
        self.differences += compare.figures_differ(self.counted, played.figures, played.agents)

    def _lines(self, books: Mapping[str, Any] | None) -> list[str]:
        played = self.played
        found = compare.differences(played.sent, played.by_customers, "customers' history")
        found += compare.differences(played.sent, played.by_agents, "agents' history")
        found += compare.differences(played.sent, played.streamed, "customers' stream")
        if books is not None:
            log = {int(thread): [Seen(**line) for line in lines] for thread, lines in books["log"].items()}
            found += compare.differences(played.sent, log, "database")
            # A line that nobody of ours sent may stand in a thread that nobody of ours has.
            found += (f"database, thread {thread}: nobody opened it" for thread in log.keys() - played.by_agents.keys())
        return found

    def show(self, console: Console) -> None:
        console.print(self._summary())
        console.print(self._by_agent())
        if not self.differences:
            console.print("[green]Every line is kept once and in order; the figures agree.[/]")
            return
        console.print(f"[bold red]{len(self.differences)} differences:[/]")
        for one in self.differences[:SHOWN]:
            console.print(f"  {one}", markup=False)
        if len(self.differences) > SHOWN:
            console.print(f"  … and {len(self.differences) - SHOWN} more")

    def _summary(self) -> Table:
        tally, seconds = self.played.tally, self.played.seconds
        lines = len(self.played.sent)
        table = Table(title="Replay", title_justify="left", show_header=False, show_edge=False)
        table.add_row("dialogues", f"{len(self.played.by_agents)} of {len(self.plan.dialogues)}")
        table.add_row("lines sent", f"{lines} ({tally.customer_lines} by customers, {tally.agent_lines} by agents)")
        table.add_row("guard", f"{tally.confirmed} confirmed, {tally.reworded} reworded, {tally.refused} refused")
        table.add_row("told to come back later", str(tally.retried))
        table.add_row("resolved", str(tally.resolved))
        table.add_row("time", f"{seconds:.1f} s, {lines / seconds if seconds else 0:.1f} lines a second")
        return table

    def _by_agent(self) -> Table:
        table = Table(title="Figures of the department, and as the clients counted them", title_justify="left", show_edge=False)
        for heading in ("who", "handled", "answers", "average", "first answer"):
            table.add_column(heading)
        for person, name in sorted(self.played.agents.items()):
            mine = self.counted.get(person, Figures())
            theirs = self.played.figures.get(person, Figures())
            table.add_row(
                name,
                _both(str(theirs.handled), str(mine.handled)),
                _both(str(theirs.answered), str(mine.answered)),
                _both(_seconds(theirs.answer_ms, theirs.answered), _seconds(mine.answer_ms, mine.answered)),
                _both(_seconds(theirs.first_ms, theirs.firsts), _seconds(mine.first_ms, mine.firsts)),
            )
        theirs, mine = self.played.figures.get(figures.NOBODY, Figures()), self.counted.get(figures.NOBODY, Figures())
        table.caption = f"questions {_both(str(theirs.turns), str(mine.turns))}, reply rate {_both(_rate(theirs), _rate(mine))}"
        return table


def _both(theirs: str, mine: str) -> str:
    return f"{theirs} = {mine}" if theirs == mine else f"[red]{theirs} ≠ {mine}[/]"


def _seconds(milliseconds: int, count: int) -> str:
    return f"{milliseconds / count / 1000:.2f} s" if count else "–"


def _rate(of: Figures) -> str:
    return f"{of.replied / of.asking:.1%}" if of.asking else "–"
