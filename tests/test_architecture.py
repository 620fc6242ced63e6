"""The plan of the house, held by reading the source: which file may import what, and who may ask the time."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "dangban"

# Lower first. Rooms on one line stand side by side and do not import each other.
FLOORS = (
    ("lib",),
    ("journal",),
    ("media",),
    ("handbook",),
    ("people",),
    ("desk",),
    ("staff",),
    ("shops", "customers"),
    ("stock",),
    ("campaigns",),
    ("chat",),
    ("workforce",),
    ("leave",),
    ("orders",),
    ("knowledge",),
    ("backorders",),
    ("dispatch",),
    ("tracking",),
    ("aftersales",),
    ("dealers",),
    ("conversations",),
    ("attendance",),
    ("quality",),
    ("performance",),
    ("pay",),
    ("demo",),
    ("replay",),
    ("project",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}

# Within a room a file imports files of its own rank and below; of lower rooms, files up to `actions`.
RANK = {
    "clauses": 0,
    "rules": 1,
    "roles": 1,
    "events": 1,
    "ports": 2,
    "models": 2,
    "access": 3,
    "queries": 4,
    "actions": 5,
    "forms": 6,
    "views": 7,
    "live": 7,
    "jobs": 7,
    "api": 7,
    "imports": 7,
    "middleware": 7,
    "urls": 8,
    "cli": 9,
    "apps": 9,
}
# A module with a name of its own (a format, a parser) works like an action and serves whoever needs it.
OWN_NAME = 5
# Pure decisions may lean on these only; a clock is not among them.
RULES_MAY_IMPORT = re.compile(
    r"dangban\.(lib(?!\.clock)(\.\w+)*|handbook(\.(decisions|shapes|rulebook|faults)(\.\w+)*)?|\w+\.(\w+\.)?(clauses|rules)(\.\w+)*|performance\.measures(\.\w+)*)$"
)
# A scorecard names the figures it weighs: their registry is as pure as the shapes.
CLAUSES_MAY_IMPORT = re.compile(r"dangban\.handbook(\.(shapes|faults)(\.\w+)*)?$|dangban\.lib(?!\.clock)(\.\w+)*$|dangban\.performance\.measures$")

ASKS_THE_TIME = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("timezone", "now"),
    ("timezone", "localdate"),
    ("time", "time"),
    ("time", "localtime"),
    ("time", "gmtime"),
}

SQL = re.compile(
    r"^\s*(SELECT\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|WITH\s+\w+\s*(\(.*\)\s*)?AS\b"
    r"|CREATE\s+(TABLE|INDEX|VIRTUAL|UNIQUE|TRIGGER|EXTENSION|DATABASE)|ALTER\s+TABLE|DROP\s+(TABLE|INDEX|DATABASE))"
)
MAY_HOLD_SQL = re.compile(
    r"(queries(/\w+)?|migrations/\w+|chat/(lane|writer|log|search|projection)\w*(/\w+)?|\w+/search\w*|journal/seal\w*|\w+/triggers"
    r"|lib/(many|append_only)|performance/(facts/families|measures/statements|parquet)|project/(sqlite/\w+|views)|testing/\w+)\.py$"
)

NAMES_THAT_SAY_NOTHING = {"utils", "util", "common", "core", "helpers", "helper", "services", "managers", "misc"}

LONGEST_FUNCTION = 60


# What is known and reasoned: a file and what it imports against the plan.
GRANTED = {
    # Django asks the user model itself for has_perm.
    ("dangban/people/models.py", "dangban.people.access"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file of the package, and where in the house it stands."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def room(self) -> str:
        return self.path.relative_to(PACKAGE).parts[0].removesuffix(".py")

    @property
    def kind(self) -> str:
        parts = self.path.relative_to(PACKAGE).with_suffix("").parts
        return parts[1] if len(parts) > 1 else parts[0]

    @property
    def is_test(self) -> bool:
        return "tests" in self.path.parts or self.room == "testing"

    @property
    def module(self) -> tuple[str, ...]:
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return parts[:-1] if parts[-1] == "__init__" else parts


@cache
def sources() -> tuple[Source, ...]:
    return tuple(Source(path) for path in sorted(PACKAGE.rglob("*.py")) if "migrations" not in path.parts)


def program() -> Iterator[Source]:
    """The program itself: neither tests nor what only tests use."""
    return (source for source in sources() if not source.is_test)


@cache
def tree(source: Source) -> ast.Module:
    return ast.parse(source.path.read_text(encoding="utf-8"), source.name)


@cache
def imports(source: Source) -> frozenset[str]:
    """Every module this file imports, wherever in the file, but for type checking only."""
    found: set[str] = set()
    for node in _running(tree(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= _imported_from(source, node)
    return frozenset(found)


def _imported_from(source: Source, node: ast.ImportFrom) -> set[str]:
    base = node.module or ""
    if node.level:
        package = source.module if source.path.name == "__init__.py" else source.module[:-1]
        above = package[: len(package) - node.level + 1]
        base = ".".join([*above, *([base] if base else [])])
    if not base.startswith("dangban"):
        return {base}
    return {_module_named(base, alias.name) for alias in node.names}


def _module_named(base: str, name: str) -> str:
    """`from dangban.people import access` imports the module access; `from …access import may` does not import may."""
    candidate = ROOT.joinpath(*base.split("."), name)
    return f"{base}.{name}" if candidate.with_suffix(".py").exists() or candidate.is_dir() else base


def _running(module: ast.AST) -> Iterator[ast.AST]:
    for node in ast.iter_child_nodes(module):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            continue
        yield node
        yield from _running(node)


def ours(source: Source) -> Iterator[tuple[str, str, str]]:
    """What a file imports of our own: the module, its room and its kind."""
    for module in imports(source):
        parts = module.split(".")
        if parts[0] == "dangban" and len(parts) > 1 and (source.name, module) not in GRANTED:
            yield module, parts[1], parts[2] if len(parts) > 2 else ""


def test_a_lower_room_never_imports_an_upper_one() -> None:
    wrong = [
        f"{source.name} imports {module}"
        for source in program()
        for module, room, _ in ours(source)
        if room != source.room and FLOOR[room] >= FLOOR[source.room]
    ]
    assert wrong == []


def test_the_program_never_imports_what_is_made_for_tests() -> None:
    wrong = [
        f"{source.name} imports {module}"
        for source in program()
        for module, room, kind in ours(source)
        if room == "testing" or kind == "tests"
    ]
    assert wrong == []


def test_every_room_has_its_place_in_the_order() -> None:
    rooms = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()} - {"testing"}
    assert rooms <= FLOOR.keys(), "add the room to FLOORS"


def test_files_import_only_what_their_kind_may() -> None:
    wrong = [
        f"{source.name} imports {module}"
        for source in program()
        if source.room not in ("lib", "project") and source.kind not in ("rules", "clauses")
        for module, room, kind in ours(source)
        if not _may_import(source, room, kind)
    ]
    assert wrong == []


def _may_import(source: Source, room: str, kind: str) -> bool:
    mine, theirs = RANK.get(source.kind, OWN_NAME), RANK.get(kind, 0)
    if room == source.room:
        return theirs <= mine
    return theirs <= min(mine, RANK["actions"]) or (mine >= RANK["forms"] and theirs <= RANK["forms"])


def test_rules_know_neither_django_nor_a_clock() -> None:
    wrong = [
        f"{source.name} imports {module}"
        for source in program()
        if source.kind == "rules"
        for module in imports(source)
        if module.split(".")[0] in {"django", "time"}
        or (module.startswith("dangban") and not RULES_MAY_IMPORT.match(module))
    ]
    assert wrong == []


def test_clauses_know_only_the_shapes_of_rules() -> None:
    wrong = [
        f"{source.name} imports {module}"
        for source in program()
        if source.kind == "clauses"
        for module in imports(source)
        if module.startswith("dangban") and not CLAUSES_MAY_IMPORT.match(module)
    ]
    assert wrong == []


def test_only_the_clock_asks_the_time() -> None:
    wrong = [
        f"{source.name}:{node.lineno} {ast.unparse(node)}"
        for source in program()
        if source.name != "dangban/lib/clock.py"
        for node in ast.walk(tree(source))
        if isinstance(node, ast.Attribute) and _asks_the_time(node)
    ]
    assert wrong == []


def _asks_the_time(node: ast.Attribute) -> bool:
    owner = node.value
    name = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
    return (name.lstrip("_"), node.attr) in ASKS_THE_TIME


def test_sql_is_written_in_few_places() -> None:
    wrong = [
        f"{source.name}:{node.lineno}"
        for source in program()
        if not MAY_HOLD_SQL.search(source.name)
        for node in ast.walk(tree(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value)
    ]
    assert wrong == []


def test_no_folder_or_file_has_a_name_that_says_nothing() -> None:
    wrong = [
        source.name for source in sources() if NAMES_THAT_SAY_NOTHING & set(Path(source.name).with_suffix("").parts)
    ]
    assert wrong == []


def test_functions_are_read_at_one_sitting() -> None:
    wrong = [
        f"{source.name}:{node.lineno} {node.name} ({_length(node)} lines)"
        for source in program()
        for node in ast.walk(tree(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _length(node) >= LONGEST_FUNCTION
    ]
    assert wrong == []


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


# Written in two pieces, so that this file does not say them either.
SAID_NOWHERE = {
    "a path of one machine": re.compile(r"/(?:wo" r"rk|ho" r"me|Us" r"ers)/\w"),
    "a package registry": re.compile(r"pyp" r"i\.org|python" r"hosted|mirr" r"ors?\.|npm" r"js|index" r"-url"),
    "the number of a plan's item": re.compile(r"\b(?:HB|PE|SH|CU|CV|OR|DK|PL)" r"-\d{1,2}\b(?!-)"),
}
BESIDE = re.compile(r"\.\./" r"shared")
FINDS_DATA_BESIDE = "dangban/testing/datasets.py"
MAY_SAY = {("bin/lock", "a package registry")}


@cache
def texts() -> dict[str, str]:
    """Every file of the project that git would keep, and is text."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )
    if listed.returncode != 0:
        pytest.skip("not a git working copy")
    found = {}
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            # A fixture may be GBK on purpose; what is looked for is plain ASCII.
            found[name] = content.decode("utf-8", "replace")
    return found


@pytest.mark.parametrize("what", SAID_NOWHERE)
def test_the_project_stands_alone(what: str) -> None:
    wrong = [
        f"{name}: {match.group()}"
        for name, text in texts().items()
        if (name, what) not in MAY_SAY
        for match in SAID_NOWHERE[what].finditer(text)
    ]
    assert wrong == []


def test_data_beside_the_project_is_found_in_one_place() -> None:
    assert [name for name, text in texts().items() if BESIDE.search(text) and name != FINDS_DATA_BESIDE] == []
