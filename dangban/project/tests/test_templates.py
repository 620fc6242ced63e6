"""What holds for every template and script of every room."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "dangban").glob("*/templates/**/*.html"))
SCRIPTS = sorted((ROOT / "static/js").rglob("*.js"))
SPRITE = set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/icons/sprite.svg").read_text("utf-8")))

# The content-security policy refuses these silently; better loudly here.
FORBIDDEN = re.compile(r"""\sstyle=|\son[a-z]+=["']|hx-on|hx-vals=["']js:|<style|javascript:""")
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\b(?:nonce|application/json))")
# Read by the typesetter of sheets, never by a browser; their style has to stand in them.
PRINTED = frozenset({"dispatch/_print_base.html"})
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)


def said(path: Path) -> str:
    return COMMENT.sub("", path.read_text("utf-8"))


def name(path: Path) -> str:
    return "/".join(path.parts[path.parts.index("templates") + 1 :])


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_the_template_can_be_read(path: Path) -> None:
    engines.all()[0].env.get_template(name(path))  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", [path for path in TEMPLATES if name(path) not in PRINTED], ids=name)
def test_the_template_asks_nothing_that_the_browser_must_refuse(path: Path) -> None:
    text = said(path)
    assert FORBIDDEN.findall(text) == []
    assert INLINE_SCRIPT.findall(text) == []


def test_every_icon_is_in_the_sprite() -> None:
    asked = {icon for path in TEMPLATES for icon in re.findall(r"\bicon\(['\"]([\w-]+)['\"]", said(path))}
    asked |= {
        icon
        for path in (ROOT / "dangban").glob("*/apps.py")
        for icon in re.findall(r"RailItem\([^,]+,[^,]+\),\s*\"([\w-]+)\"", path.read_text("utf-8"))
    }
    assert asked - SPRITE == set()


def test_scripts_import_each_other_by_names_that_exist() -> None:
    known = {f"dangban/{path.relative_to(ROOT / 'static/js').with_suffix('').as_posix()}" for path in SCRIPTS}
    asked = {
        found
        for path in SCRIPTS
        for found in re.findall(r"""(?:from|import)\s*\(?["'](dangban/[^"']+)""", path.read_text("utf-8"))
    }
    assert asked - known == set()


def test_scripts_write_no_markup_from_data() -> None:
    guilty = [
        f"{path.name}: {line.strip()}"
        for path in SCRIPTS
        for line in path.read_text("utf-8").splitlines()
        if re.search(
            r"\.(inner|outer)HTML\s*\+?=|insertAdjacentHTML|document\.write|\beval\(|new Function", line
        )
        and not re.search(r"HTML = '[^'$]*';", line)
    ]
    assert guilty == []
