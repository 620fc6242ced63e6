"""Every room's Chinese: extracted from its code, merged into its catalogue, compiled, checked."""

from __future__ import annotations

import argparse
import ast
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages import Catalog
from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent.parent
STATIC = PACKAGE.parent / "static"
LOCALE = "zh_Hans"

METHODS = [("templates/**.html", "jinja2"), ("**.py", "python")]
TEMPLATE_OPTIONS = {
    "trimmed": "true",
    "newstyle_gettext": "true",
    "extensions": "jinja2.ext.i18n,jinja2.ext.do",
}
OPTIONS = {"templates/**.html": TEMPLATE_OPTIONS}
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
# Files whose text reaches people. What reads platforms' files, addresses or wishes knows Chinese by nature.
SHOWN = {
    "views",
    "forms",
    "actions",
    "models",
    "access",
    "queries",
    "reads",
    "apps",
    "live",
    "jobs",
    "middleware",
}
SKIPPED = {"tests", "migrations", "locale", "__pycache__", "testing", "demo", "samples"}
HAN = re.compile(r"[\u3400-\u9fff]")
# No dates and names, which would change with every run.
HEADER = b"""msgid ""
msgstr ""
"Language: zh_Hans\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
ASKED = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)*)"')
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
# On a line of code whose Chinese is meant, such as a language's own name.
MARKED = "# han"


@dataclass(frozen=True, slots=True)
class Fault:
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


def rooms() -> list[Path]:
    """The folders that are packages of ours, each with its own catalogue."""
    return sorted(folder for folder in PACKAGE.iterdir() if (folder / "__init__.py").exists())


def catalogue_path(room: Path) -> Path:
    return room / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


def extract(room: Path) -> Catalog:
    """What the room says now, without translations."""
    catalog = Catalog(project="dangban", charset="utf-8")
    found = extract_from_dir(
        room, METHODS, OPTIONS, KEYWORDS, comment_tags=("Translators:",), directory_filter=_is_said_to_users
    )
    for name, line, message, comments, context in found:
        catalog.add(message, None, [(name, line)], auto_comments=comments, context=context)
    return catalog


def _is_said_to_users(path: str) -> bool:
    return Path(path).name not in SKIPPED


def read(room: Path) -> Catalog:
    path = catalogue_path(room)
    if not path.exists():
        return Catalog(locale=LOCALE, charset="utf-8")
    with path.open("rb") as file:
        return read_po(file, locale=LOCALE)


def update(room: Path) -> int:
    """Merge what the room says now into its catalogue; the number of msgids."""
    said, kept = extract(room), read(room)
    if not len(said):
        return 0
    kept.update(said, no_fuzzy_matching=True, update_header_comment=False, keep_user_comments=True)
    kept.obsolete.clear()
    path = catalogue_path(room)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(HEADER)
        write_po(file, kept, width=110, sort_output=True, omit_header=True, no_location=True)
    return len(kept)


def compile_all() -> int:
    """Write the .mo beside every .po that is newer; how many were written."""
    paths = [path for path in map(catalogue_path, rooms()) if path.exists() and is_stale(path)]
    for path in paths:
        with path.open("rb") as source:
            catalog = read_po(source, locale=LOCALE)
        # Put in place whole: another process may be reading it at this moment.
        half = path.with_suffix(f".{os.getpid()}")
        with half.open("wb") as file:
            write_mo(file, catalog)
        half.replace(path.with_suffix(".mo"))
    return len(paths)


def is_stale(path: Path) -> bool:
    target = path.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime_ns < path.stat().st_mtime_ns


def check() -> list[Fault]:
    """Everything that would be shown in the wrong language, or not at all."""
    faults = [fault for room in rooms() for fault in _check_catalogue(room)]
    faults += _check_agreement()
    faults += [fault for room in rooms() for fault in _check_raw_chinese(room)]
    return [*faults, *_check_scripts()]


def _check_catalogue(room: Path) -> Iterator[Fault]:
    kept = read(room)
    for said in extract(room):
        if not said.id:
            continue
        message = kept.get(_first(said.id), said.context)
        where = f"{room.name}: {_first(said.id)!r}"
        if message is None or not _texts(message):
            yield Fault(where, "no Chinese")
        elif message.fuzzy:
            yield Fault(where, "fuzzy")
        elif any(_placeholders(text) != _placeholders(_last(said.id)) for text in _texts(message)):
            yield Fault(where, f"other placeholders in {message.string!r}")


def _check_agreement() -> Iterator[Fault]:
    """Django merges all catalogues: one msgid in one context can have one translation only."""
    seen: dict[tuple[str, str | None], tuple[str, list[str]]] = {}
    for room in rooms():
        for message in read(room):
            if not message.id or not _texts(message):
                continue
            key = (_first(message.id), message.context)
            other, texts = seen.setdefault(key, (room.name, _texts(message)))
            if texts != _texts(message):
                yield Fault(
                    f"{room.name}: {key[0]!r}", f"{other} translates it as {texts[0]!r}; give it a context"
                )


def _check_raw_chinese(room: Path) -> Iterator[Fault]:
    for path in sorted(room.rglob("*")):
        parts = set(path.relative_to(room).with_suffix("").parts)
        name = str(path.relative_to(PACKAGE))
        if parts & SKIPPED or room.name in SKIPPED:
            continue
        if path.suffix == ".html" and "templates" in parts:
            yield from _raw_chinese_in_template(path, name)
        elif path.suffix == ".py" and parts & SHOWN:
            yield from _raw_chinese_in_code(path, name)


def _raw_chinese_in_template(path: Path, name: str) -> Iterator[Fault]:
    said = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)
    for line in said.splitlines():
        if HAN.search(line):
            yield Fault(name, f"Chinese in a template: {line.strip()[:60]}")


def _raw_chinese_in_code(path: Path, name: str) -> Iterator[Fault]:
    source = path.read_text("utf-8")
    lines = source.splitlines()
    tree = ast.parse(source)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in docstrings:
            continue
        if HAN.search(node.value) and MARKED not in lines[node.lineno - 1]:
            yield Fault(f"{name}:{node.lineno}", f"Chinese in code: {node.value[:40]!r}")


def _check_scripts() -> Iterator[Fault]:
    """Scripts ask for words by msgid; each must stand in some room's strings.py, and no other there."""
    listed = {msgid: room.name for room in rooms() for msgid in _listed(room)}
    asked = set()
    for path in sorted((STATIC / "js").rglob("*.js")):
        for msgid in ASKED.findall(path.read_text("utf-8")):
            asked.add(msgid)
            if msgid not in listed:
                yield Fault(path.name, f"{msgid!r} stands in no room's strings.py")
    for msgid in listed.keys() - asked:
        yield Fault(f"{listed[msgid]}/strings.py", f"no script says {msgid!r}")


def _listed(room: Path) -> Iterator[str]:
    path = room / "strings.py"
    if not path.exists():
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text.replace("%%", "")))


def _texts(message: Message) -> list[str]:
    strings = message.string if isinstance(message.string, (list, tuple)) else [message.string]
    return [text for text in strings if text]


def _first(msgid: str | tuple[str, ...] | list[str]) -> str:
    return msgid if isinstance(msgid, str) else msgid[0]


def _last(msgid: str | tuple[str, ...] | list[str]) -> str:
    return msgid if isinstance(msgid, str) else msgid[-1]


def main() -> int:
    top = argparse.ArgumentParser(prog="bin/translations", description=__doc__)
    top.add_argument("act", choices=["update", "check", "compile"], nargs="?", default="update")
    top.add_argument("rooms", nargs="*", help="only these rooms are updated")
    options = top.parse_args()
    if options.act == "check":
        faults = check()
        sys.stdout.writelines(f"{fault}\n" for fault in faults)
        return 1 if faults else 0
    if options.act == "update":
        for room in rooms():
            if not options.rooms or room.name in options.rooms:
                update(room)
    compile_all()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
