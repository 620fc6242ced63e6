"""Reading recorded dialogues, in the three shapes they come in.

- Marked: `label<TAB>turn<TAB>turn…`, turns alternating from the customer's first; only rows with label 1
  were really said, and the blanks between their words are the segmenter's.
- Paired: `NAME.enc` holds what was said before, its pieces divided by ASCII commas, and `NAME.dec` the
  agent's answer. Who said which piece is not marked. By convention the first half of the pieces (rounded
  up) is played as the customer's and the rest as the agent's: every line is sent, and nobody answers
  before being asked.
- Own: blocks divided by empty lines, each line beginning with `顾客:` or `客服:`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Literal

Side = Literal["customer", "agent"]

_OWN = re.compile(r"(顾客|客服)\s*[:：]\s*(.*)")
_SIDES: dict[str, Side] = {"顾客": "customer", "客服": "agent"}
_BETWEEN_HAN = re.compile(r"(?<![0-9A-Za-z])\s+|\s+(?![0-9A-Za-z])")


@dataclass(frozen=True, slots=True)
class Spoken:
    side: Side
    text: str


@dataclass(frozen=True, slots=True)
class Dialogue:
    """One recorded conversation; it begins with the customer and has at least one line of each side."""

    source: str
    lines: tuple[Spoken, ...]


class Unreadable(Exception):
    """A file that holds no dialogues in any known shape."""


def read(path: Path, *, limit: int | None = None) -> list[Dialogue]:
    """The dialogues of a file, up to `limit`; raises Unreadable where there are none."""
    found: list[Dialogue] = []
    for dialogue in _shape(path):
        if limit is not None and len(found) >= limit:
            break
        if dialogue.lines and {line.side for line in dialogue.lines} == {"customer", "agent"}:
            found.append(dialogue)
    if not found:
        raise Unreadable(
            f"{path}: no dialogues. Known are rows of a label and turns divided by tabs, pairs of .enc and .dec, "
            "and blocks of lines that begin with 顾客: or 客服:"
        )
    return found


def _shape(path: Path) -> Iterator[Dialogue]:
    if path.suffix in (".enc", ".dec"):
        return _paired(path)
    with path.open(encoding="utf-8", errors="replace") as file:
        first = file.readline()
    return _marked(path) if re.match(r"[01]\t", first) else _own(path)


def _marked(path: Path) -> Iterator[Dialogue]:
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, row in enumerate(file, 1):
            label, *turns = row.rstrip("\n").split("\t")
            if label == "1":
                sides: tuple[Side, Side] = ("customer", "agent")
                spoken = ((sides[index % 2], _joined(turn)) for index, turn in enumerate(turns))
                yield _dialogue(f"{path.name}:{number}", spoken)


def _joined(segmented: str) -> str:
    """Without the segmenter's blanks; those between two Latin words or numbers are real."""
    return _BETWEEN_HAN.sub("", segmented.strip())


def _paired(path: Path) -> Iterator[Dialogue]:
    before, answers = path.with_suffix(".enc"), path.with_suffix(".dec")
    with before.open(encoding="utf-8", errors="replace") as asked, answers.open(encoding="utf-8", errors="replace") as given:
        for number, (context, answer) in enumerate(zip_longest(asked, given, fillvalue=""), 1):
            pieces = [piece.strip() for piece in context.split(",") if piece.strip()]
            half = (len(pieces) + 1) // 2
            spoken: list[tuple[Side, str]] = [("customer", piece) for piece in pieces[:half]]
            spoken += [("agent", piece) for piece in pieces[half:]]
            spoken += [("agent", piece.strip()) for piece in answer.split(",") if piece.strip()]
            yield _dialogue(f"{before.name}:{number}", iter(spoken))


def _own(path: Path) -> Iterator[Dialogue]:
    blocks = re.split(r"\n\s*\n", path.read_text(encoding="utf-8", errors="replace"))
    for number, block in enumerate(blocks, 1):
        spoken = [(_SIDES[said[1]], said[2]) for row in block.splitlines() if (said := _OWN.match(row.strip()))]
        yield _dialogue(f"{path.name}:{number}", iter(spoken))


def _dialogue(source: str, spoken: Iterator[tuple[Side, str]]) -> Dialogue:
    lines = [Spoken(side, text) for side, text in spoken if text]
    # What an agent said before the customer's first line belongs to an earlier conversation.
    while lines and lines[0].side == "agent":
        lines.pop(0)
    return Dialogue(source, tuple(lines))
