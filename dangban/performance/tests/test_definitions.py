"""The registry: complete, in both languages, and as the documentation tells it."""

from __future__ import annotations

from pathlib import Path

import dangban
from dangban.performance.facts.families import FAMILIES
from dangban.performance.measures import MEASURES
from dangban.performance.measures.columns import COLUMNS, WORK
from dangban.performance.measures.documented import table

DOCS = Path(dangban.__file__).parent.parent / "docs" / "performance.md"


def test_the_documentation_tells_the_registry() -> None:
    assert table() in DOCS.read_text(encoding="utf-8"), "run: bin/dangban performance definitions"


def test_every_column_is_made_by_one_family_and_read_by_a_measure() -> None:
    made = [column for family in FAMILIES for column in family.columns] + list(WORK)
    assert sorted(made) == sorted(COLUMNS)
    read = {column for one in MEASURES.values() for column in one.columns}
    assert set(COLUMNS) <= read


def test_every_measure_says_what_it_is_in_both_languages() -> None:
    for code, one in MEASURES.items():
        assert one.code == code
        assert one.label.zh, code
        assert one.label.en, code
        assert len(one.definition.zh) > 3, code
        assert len(one.definition.en) > 8, code
        assert one.columns or one.source in ("given", "targets"), code
