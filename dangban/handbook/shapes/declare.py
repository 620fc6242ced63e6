"""Declaring a rule: its path, shape, meaning, legal bound; and the register of all that are declared."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic

from .scalars import Shape, V
from .words import Said, Words, words


@dataclass(frozen=True, slots=True)
class Bound(Generic[V]):
    """What the law allows for a rule, with its source.

    A value `beyond` it loads, but warns until acknowledged by name. `cap` brings a value back to
    the bound; computations use the capped value unless the bound has been lifted for this rule.
    """

    source: str
    says: Words
    beyond: Callable[[V], bool]
    cap: Callable[[V], V] | None = None


def at_most(limit: Any, *, source: str, says: Said) -> Bound[Any]:
    """A legal maximum for a value that can be compared."""
    return Bound(source, words(says), lambda value: value > limit, lambda value: min(value, limit))


def at_least(limit: Any, *, source: str, says: Said) -> Bound[Any]:
    """A legal minimum for a value that can be compared."""
    return Bound(source, words(says), lambda value: value < limit, lambda value: max(value, limit))


def lawful_if(
    lawful: Callable[[V], bool], *, source: str, says: Said, cap: Callable[[V], V] | None = None
) -> Bound[V]:
    """A legal requirement that needs more than a comparison."""
    return Bound(source, words(says), lambda value: not lawful(value), cap)


@dataclass(frozen=True, slots=True, eq=False)
class Clause(Generic[V]):
    """One declared rule. Reading `rules[CLAUSE]` gives its value in force, typed."""

    path: str
    shape: Shape[V]
    meaning: Words
    required: bool = True
    bound: Bound[V] | None = None
    exception: Words | None = None
    # False: written down and kept, while no room of the program goes by it yet.
    applied: bool = True

    @property
    def chapter(self) -> str:
        return self.path.split(".", 1)[0]

    @property
    def unit(self) -> str:
        return self.shape.unit


class Registry:
    """All declared rules by path."""

    def __init__(self) -> None:
        self.clauses: dict[str, Clause[Any]] = {}

    def declare(
        self,
        path: str,
        shape: Shape[V],
        zh: str,
        en: str,
        *,
        required: bool = True,
        bound: Bound[V] | None = None,
        exception: Said | None = None,
        applied: bool = True,
    ) -> Clause[V]:
        """Declare a rule; `zh`/`en` say what it decides, `exception` who may grant one from it.

        `applied=False` while no room reads it: the handbook then says so wherever it shows the rule.
        """
        if path in self.clauses:
            raise ValueError(f"{path} is declared twice")
        if "." not in path:
            raise ValueError(f"{path} names no chapter")
        who = words(exception) if exception else None
        clause = Clause(path, shape, Words(zh, en), required, bound, who, applied)
        self.clauses[path] = clause
        return clause

    @property
    def chapters(self) -> list[str]:
        return sorted({clause.chapter for clause in self.clauses.values()})

    def __iter__(self) -> Iterator[Clause[Any]]:
        return iter(self.clauses.values())


REGISTRY = Registry()
declare = REGISTRY.declare

_discovered = False


def discover() -> Registry:
    """The register with the `clauses` of every room read in; needs no web framework."""
    global _discovered
    if not _discovered:
        import dangban

        for room in pkgutil.iter_modules(dangban.__path__):
            name = f"dangban.{room.name}.clauses"
            if room.ispkg and importlib.util.find_spec(name):
                _import_with_chapters(name)
        _discovered = True
    return REGISTRY


def _import_with_chapters(name: str) -> None:
    module = importlib.import_module(name)
    for chapter in pkgutil.iter_modules(getattr(module, "__path__", [])):
        importlib.import_module(f"{name}.{chapter.name}")
