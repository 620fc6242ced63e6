"""The picture of the states: everything has a place, and the documentation shows what the program does."""

from __future__ import annotations

import re
from pathlib import Path

from dangban.aftersales.rules import drawing, flow

DOC = Path(__file__).resolve().parents[3] / "docs" / "aftersales.md"


def test_every_state_has_a_place_of_its_own() -> None:
    assert set(drawing.PLACES) == set(flow.STATES)
    assert len(set(drawing.PLACES.values())) == len(flow.STATES)


def test_the_present_state_is_lit_and_what_may_follow_is_marked() -> None:
    drawn = drawing.draw("returning", {"opened", "assessed", "returning"})
    roles = {box.state.code: box.role for box in drawn.boxes}
    assert (roles["returning"], roles["on_way"], roles["assessed"], roles["settled"]) == ("here", "next", "been", "far")
    assert len(drawn.lines) == len(drawn.following)


def test_lines_end_at_the_borders_of_boxes() -> None:
    drawn = drawing.draw("opened")
    for line in drawn.lines:
        assert not any(
            box.x < line.x2 < box.x + drawing.BOX[0] and box.y < line.y2 < box.y + drawing.BOX[1] and box.role == "next" for box in drawn.boxes
        )


def test_the_documentation_draws_the_program() -> None:
    text = DOC.read_text(encoding="utf-8")
    drawn = re.search(r"<!-- diagram -->\n```mermaid\n(.*?)\n```", text, re.DOTALL)
    assert drawn is not None
    assert drawn[1] == drawing.mermaid()
    table = re.search(r"<!-- states -->\n(.*?)\n<!-- end -->", text, re.DOTALL)
    assert table is not None
    told = [tuple(cell.strip(" `") for cell in row.strip("|").split("|")) for row in table[1].splitlines()]
    assert [(code, label, whom, due) for code, label, whom, due, _then in told] == [
        (state.code, state.label.zh, flow.PARTIES[state.waits_for].zh if state.waits_for else "–", state.due.path if state.due else "–")
        for state in flow.STATES.values()
    ]
