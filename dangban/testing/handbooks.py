"""Handbooks for tests: the default one, some of its rules written differently."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from dangban.handbook.actions import adopt, forget
from dangban.handbook.loader import MANIFEST, Layer, preset, read_layers
from dangban.handbook.models import Version
from dangban.handbook.rulebook import Handbook
from dangban.handbook.shapes import discover
from dangban.lib.actor import SYSTEM

LONG_AGO = date(2020, 1, 1)


def handbook_with(values: Mapping[str, str], since: str = "2020-01-01") -> Handbook:
    """The default handbook with some rules written differently: ``{"desk.same_day": "is = false"}``."""
    chapters: dict[str, str] = {}
    for path, written in values.items():
        clause = discover().clauses[path]
        name = path.removeprefix(f"{clause.chapter}.")
        unit = f'unit = "{clause.unit}"\n' if clause.unit else ""
        summary = f'summary = {{zh = "{clause.meaning.zh}", en = "{clause.meaning.en}"}}\n'
        dated = f'[[{name}.value]]\nsince = {since}\nclause = "practice: changed for a test"\n{written}\n'
        file = f"{clause.chapter}.toml"
        chapters[file] = chapters.get(file, "") + f"[{name}]\n{summary}{unit}{dated}"
    manifest = 'name = "house"\ntitle = {zh = "本店", en = "House"}\nextends = "default"\n'
    own = Layer("house", {MANIFEST: manifest, **chapters})
    return read_layers([own, *preset("default").layers], discover())


def adopt_with(values: Mapping[str, str]) -> Version:
    """Adopt the default handbook, some rules written differently, as if it had long been in force."""
    forget()
    return adopt(handbook_with(values), by=SYSTEM, reason="test", effective_on=LONG_AGO, backdating_confirmed=True)
