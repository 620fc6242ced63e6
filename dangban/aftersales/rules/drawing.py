"""The states of a case as a picture: where each stands, what leads from the present one, and as text for the handbook's pages."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from dangban.aftersales.rules import flow

# Column and row; the way of an ordinary return runs from the upper left to the lower left.
PLACES = {
    "opened": (0, 0), "evidence": (1, 0), "assessed": (2, 0), "approval": (3, 0),
    "refused": (0, 1), "returning": (1, 1), "on_way": (2, 1), "received": (3, 1),
    "settling": (0, 2), "topup": (1, 2), "repairing": (2, 2), "inspected": (3, 2),
    "settled": (0, 3), "sending": (1, 3), "disputed": (2, 3), "ruling": (3, 3),
    "closed": (0, 4), "withdrawn": (1, 4),
}  # fmt: skip
BOX = (124, 42)
STEP = (150, 72)
_EDGE = 2


@dataclass(frozen=True, slots=True)
class Box:
    """One state: `here`, `next`, `been` or nothing of it."""

    state: flow.State
    x: int
    y: int
    role: str


@dataclass(frozen=True, slots=True)
class Line:
    x1: int
    y1: int
    x2: int
    y2: int


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    following: tuple[flow.State, ...]


def draw(state: str, been: Collection[str] = ()) -> Drawing:
    """With the present state lit, those that may follow marked, and where the case has been."""
    following = _following(state)
    boxes = tuple(
        Box(flow.STATES[code], _EDGE + column * STEP[0], _EDGE + row * STEP[1], _role(code, state, following, been))
        for code, (column, row) in PLACES.items()
    )
    at = {box.state.code: box for box in boxes}
    lines = tuple(_line(at[state], at[code]) for code in following if code != state)
    columns, rows = (max(place[axis] for place in PLACES.values()) for axis in (0, 1))
    size = (columns * STEP[0] + BOX[0] + 2 * _EDGE, rows * STEP[1] + BOX[1] + 2 * _EDGE)
    return Drawing(*size, boxes, lines, tuple(flow.STATES[code] for code in following))


def _following(state: str) -> list[str]:
    found = dict.fromkeys(to for act in flow.acts_from(state) for to in act.to)
    return [code for code in found if code != state]


def _role(code: str, state: str, following: Collection[str], been: Collection[str]) -> str:
    if code == state:
        return "here"
    return "next" if code in following else "been" if code in been else "far"


def _line(source: Box, target: Box) -> Line:
    """From border to border, along the line between the middles."""
    middle = [(box.x + BOX[0] / 2, box.y + BOX[1] / 2) for box in (source, target)]
    (x1, y1), (x2, y2) = middle
    dx, dy = x2 - x1, y2 - y1
    share = min(BOX[0] / 2 / abs(dx) if dx else 9, BOX[1] / 2 / abs(dy) if dy else 9)
    gap = 3 / max(1, (dx * dx + dy * dy) ** 0.5)
    return Line(round(x1 + dx * share), round(y1 + dy * share), round(x2 - dx * (share + gap)), round(y2 - dy * (share + gap)))


def mermaid() -> str:
    """All states and acts as a Mermaid diagram; what may happen nearly anywhere is said in words below it."""
    return "\n".join(_mermaid())


def _mermaid() -> Iterator[str]:
    yield "stateDiagram-v2"
    for state in flow.STATES.values():
        party = f"（{flow.PARTIES[state.waits_for].zh}）" if state.waits_for else ""  # han
        yield f'    state "{state.label.zh}{party}" as {state.code}'
    yield "    [*] --> opened"
    for act in flow.ACTS.values():
        if is_anywhere(act):
            continue
        for source in act.sources:
            for to in act.to:
                yield f"    {source} --> {to}: {act.label.zh}"
    for state in flow.STATES.values():
        if state.is_final:
            yield f"    {state.code} --> [*]"


def is_anywhere(act: flow.Act) -> bool:
    """Acts that lead from so many states that arrows would hide the rest."""
    return len(act.sources) > len(flow.STATES) // 2
