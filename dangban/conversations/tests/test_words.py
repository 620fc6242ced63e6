"""Everything that is journalled can be read by people."""

from __future__ import annotations

import re
from pathlib import Path

import dangban
from dangban.conversations import words
from dangban.knowledge import words as script_words


def test_every_verb_written_in_full_has_words() -> None:
    root = Path(dangban.__file__).parent
    files = [*(root / "conversations").rglob("*.py"), *(root / "knowledge").rglob("*.py")]
    source = "\n".join(path.read_text("utf-8") for path in files if "tests" not in path.parts)
    verbs = set(re.findall(r'record\(\s*"([a-z_.]+)"', source))
    assert len(verbs) > 8
    assert verbs <= words.VERBS.keys() | script_words.VERBS.keys()
