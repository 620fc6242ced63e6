"""A rule that is declared is read by a room, or the handbook says that no room reads it yet."""

import ast
from collections.abc import Iterator
from pathlib import Path

import dangban
from dangban.handbook.shapes import discover

ROOT = Path(dangban.__file__).parent
# They show, play and test the department; what only they read decides nothing.
NO_ROOMS = frozenset({"demo", "replay", "testing"})


def declarations() -> dict[tuple[str, str], str]:
    """(module, name) of every ``NAME = declare("path", …)``, with the rule's path.

    A name bound through a function of the same file (``_guard("rude", …)``) takes the path that
    this function declares, with the first argument filled in.
    """
    found = {}
    for path in _modules("clauses"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        own = {made.name: prefix for made in tree.body if isinstance(made, ast.FunctionDef) and (prefix := _prefix(made))}
        for node in tree.body:
            if not (isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)):
                continue
            target, call = node.targets[0], node.value
            called = call.func.id if isinstance(call.func, ast.Name) else ""
            if (called == "declare" or called in own) and isinstance(target, ast.Name):
                given = call.args[0]
                assert isinstance(given, ast.Constant), f"{path}:{node.lineno} declares a rule without a plain name"
                found[_name(path), target.id] = own.get(called, "") + given.value
    return found


def _prefix(made: ast.FunctionDef) -> str:
    """What ``declare(f"conversations.guard.{name}", …)`` inside a function puts before the name."""
    for call in ast.walk(made):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "declare":
            path = call.args[0]
            if isinstance(path, ast.JoinedStr) and isinstance(path.values[0], ast.Constant):
                return str(path.values[0].value)
    return ""


def reads() -> set[tuple[str, str]]:
    """(module, name) of everything that the rooms take from a module of clauses and then use."""
    modules = {_name(path) for path in _modules("clauses")}
    found: set[tuple[str, str]] = set()
    for path in ROOT.rglob("*.py"):
        room = path.relative_to(ROOT).parts[0]
        if room in NO_ROOMS or "tests" in path.parts or _name(path) in modules:
            continue
        found |= set(_reads_of(ast.parse(path.read_text(encoding="utf-8")), modules))
    return found


def _reads_of(tree: ast.Module, modules: set[str]) -> Iterator[tuple[str, str]]:
    names: dict[str, tuple[str, str]] = {}
    shelves: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                here = alias.asname or alias.name
                if f"{node.module}.{alias.name}" in modules:
                    shelves[here] = f"{node.module}.{alias.name}"
                elif node.module in modules:
                    names[here] = (node.module, alias.name)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in names:
            yield names[node.id]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in shelves:
            yield shelves[node.value.id], node.attr


def _modules(name: str) -> list[Path]:
    """The modules of rules: a file or a folder in each room."""
    return sorted([*ROOT.glob(f"*/{name}.py"), *ROOT.glob(f"*/{name}/*.py")])


def _name(path: Path) -> str:
    return ".".join(("dangban", *path.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")


def read_by_a_room() -> set[str]:
    read = reads()
    return {path for place, path in declarations().items() if place in read}


def test_every_declared_rule_is_found_in_the_source() -> None:
    assert sorted(declarations().values()) == sorted(discover().clauses)


def test_a_rule_that_no_room_reads_says_so_in_its_declaration() -> None:
    silent = {clause.path for clause in discover() if clause.applied} - read_by_a_room()
    assert sorted(silent) == [], "read it in a room, or declare it with applied=False"


def test_a_rule_that_a_room_reads_is_not_said_to_wait() -> None:
    waiting = {clause.path for clause in discover() if not clause.applied}
    assert sorted(waiting & read_by_a_room()) == [], "it is applied now: take applied=False away"
