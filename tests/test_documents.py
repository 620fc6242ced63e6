"""What the program offers is written down, and what is written down is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONFIGURATION = ROOT / "docs/configuration.md"
VARIABLE = re.compile(r"DANGBAN_[A-Z_]+")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")


def documents() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])


def variables_read() -> set[str]:
    sources = [*(ROOT / "dangban").rglob("*.py"), *(ROOT / "bin").iterdir(), *ROOT.glob("bench/*.py")]
    read = re.compile(r"""(?:environ(?:\.get\(|\[)|getenv\(|flag\(|\$\{)\s*["']?(DANGBAN_[A-Z_]+)""")
    return {name for path in sources if path.is_file() for name in read.findall(path.read_text("utf-8"))}


def test_every_variable_that_is_read_is_documented() -> None:
    assert variables_read() - set(VARIABLE.findall(CONFIGURATION.read_text("utf-8"))) == set()


def test_every_documented_variable_is_read() -> None:
    assert set(VARIABLE.findall(CONFIGURATION.read_text("utf-8"))) - variables_read() == set()


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.name)
def test_links_and_pictures_of_a_document_are_there(document: Path) -> None:
    missing = [link for link in LINK.findall(document.read_text("utf-8")) if not (document.parent / link).exists()]
    assert missing == []


def test_both_readmes_show_the_same_pictures() -> None:
    shown = [
        set(re.findall(r"docs/pictures/[\w-]+\.png", (ROOT / name).read_text("utf-8")))
        for name in ("README.md", "README.zh-CN.md")
    ]
    assert shown[0] == shown[1] == {f"docs/pictures/{path.name}" for path in (ROOT / "docs/pictures").glob("*.png")}
