"""What the demonstration is made of, read once from content/*.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "content"
HANDBOOK = Path(__file__).parent / "handbook"


@dataclass(frozen=True, slots=True)
class Staff:
    """One of the twelve."""

    username: str
    name: str
    service_name: str
    role: str
    level: str
    department: str
    title: str
    hired: date | None = None
    # Newcomers: so many days before the demonstration is made.
    hired_ago: int = 0
    team: str = ""
    manager: str = ""
    stages: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    shift: str = ""
    rests: tuple[int, ...] = ()
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A kind of conversation: who says what in turn, each line in several wordings."""

    code: str
    stage: str
    weight: int
    lines: tuple[tuple[str, tuple[str, ...]], ...]
    about: frozenset[str] = frozenset()
    # Which order it is about: one not paid, one paid and not sent, or any.
    unpaid: bool = False
    paid: bool = False


@dataclass(frozen=True, slots=True)
class Goods:
    """One listing of the catalogue."""

    shops: tuple[str, ...]
    name: str
    title: str
    category: str
    price: float
    colours: tuple[str, ...]
    sizes: tuple[tuple[str, float], ...]
    supplier: str
    must_say: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    shops: tuple[dict[str, Any], ...]
    departments: tuple[dict[str, Any], ...]
    teams: tuple[dict[str, Any], ...]
    staff: tuple[Staff, ...]
    goods: tuple[Goods, ...]
    scenarios: tuple[Scenario, ...]
    words: dict[str, Any] = field(default_factory=dict)


@cache
def content() -> Content:
    department, catalogue, talk = (_read(name) for name in ("department", "catalogue", "dialogues"))
    return Content(
        shops=tuple(department["shop"]),
        departments=tuple(department["department"]),
        teams=tuple(department["team"]),
        staff=tuple(Staff(**_tuples(one)) for one in department["person"]),
        goods=tuple(Goods(**_tuples(one)) for one in catalogue["product"]),
        scenarios=tuple(_scenario(one) for one in talk.pop("scenario")),
        words=talk,
    )


def _scenario(one: dict[str, Any]) -> Scenario:
    lines = tuple((line[0], tuple(line[1:])) for line in one.pop("lines"))
    return Scenario(lines=lines, about=frozenset(one.pop("about", ())), **one)


def _tuples(one: dict[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(tuple(part) if isinstance(part, list) else part for part in value)
        if isinstance(value, list)
        else value
        for name, value in one.items()
    }


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
