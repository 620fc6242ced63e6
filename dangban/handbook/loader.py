"""Reads a handbook's folder: every fault with file and line, or else all of its rules."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from .faults import Fault, Key, Spot, Translate, Wrong, expected, kind_of, nearest
from .rulebook import Handbook, Layer, Record, RuleValue
from .shapes import Clause, Registry, Words, discover
from .toml_lines import line_numbers

PRESETS = Path(__file__).resolve().parents[2] / "presets"
MANIFEST = "handbook.toml"
SETTINGS = ("name", "title", "extends")
RECORD_KEYS = ("summary", "unit", "value")
DATED_KEYS = ("since", "clause", "published", "checked", "repealed")
UNREADABLE = ("not-toml", "not-utf8", "written-twice", "impossible-day")
CLAUSE = re.compile(r"(handbook|law|practice|assumption): *\S")


class Faulty(Exception):
    """A handbook that can't be used. Nothing of it has been taken over."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(fault.located() for fault in faults))
        self.faults = list(faults)

    def report(self, translate: Translate, language: str = "en") -> list[str]:
        return [fault.located(translate, language) for fault in self.faults]


def load(folder: Path, registry: Registry | None = None) -> Handbook:
    """Read a handbook with all that it extends. Raises `Faulty` with every fault found."""
    faults: list[Fault] = []
    layers = _layers(folder, faults)
    return read_layers(layers, registry or discover(), faults)


def preset(name: str) -> Handbook:
    """A handbook that comes with the program; read once per process."""
    return _preset(name)


@cache
def _preset(name: str) -> Handbook:
    return load(PRESETS / name)


def read_layers(
    layers: Sequence[Layer],
    registry: Registry,
    faults: list[Fault] | None = None,
    *,
    as_adopted: bool = False,
) -> Handbook:
    """Rules from the files of a handbook, own ones first, then those it extends.

    `as_adopted` reads a version that was accepted in the past by a program whose declarations may
    have differed: rules no longer declared are passed over, rules that this program can't read any
    more are left out and told in `unread`, and rules declared since are simply without a value.
    """
    faults = [] if faults is None else faults
    records: dict[str, Record] = {}
    title = Words("", "")
    unread: list[Fault] = []
    for layer in layers:
        reader = _LayerReader(layer, registry, faults, as_adopted, unread)
        title = title or reader.title()
        for path, record in reader.records().items():
            records.setdefault(path, record)
    if not as_adopted and layers:
        _missing(layers[0], records, registry, faults)
    if faults:
        raise Faulty(sorted(faults, key=lambda fault: (fault.file, fault.line)))
    ordered = {clause.path: records[clause.path] for clause in registry if clause.path in records}
    return Handbook(layers[0].name, title, ordered, tuple(layers), content_hash(layers), tuple(unread))


def content_hash(layers: Sequence[Layer]) -> str:
    """The digest of everything a handbook says, independent of where its files lie."""
    plain = [[layer.name, sorted(layer.files.items())] for layer in layers]
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()


def _layers(folder: Path, faults: list[Fault]) -> list[Layer]:
    """The handbook's own files, then those of what it extends, nearest first."""
    layers: list[Layer] = []
    visited: list[Path] = []
    next_folder: Path | None = folder
    while next_folder is not None:
        visited.append(next_folder.resolve())
        files = _files(next_folder, faults)
        layer = Layer(_name(files, next_folder), files)
        layers.append(layer)
        next_folder = _parent(next_folder, layer, visited, faults)
    return layers


def _name(files: Mapping[str, str], folder: Path) -> str:
    """What the handbook calls itself; its folder's name until it says so."""
    said = _Source(MANIFEST, files.get(MANIFEST, "")).data([]).get("name")
    return said if isinstance(said, str) and said else folder.name


def _parent(folder: Path, layer: Layer, visited: Sequence[Path], faults: list[Fault]) -> Path | None:
    source = _Source(MANIFEST, layer.files.get(MANIFEST, ""))
    name = source.data([]).get("extends")
    if not isinstance(name, str):
        return None
    spot = source.spot(faults).at("extends")
    found = next((home / name for home in (folder.parent, PRESETS) if (home / name / MANIFEST).is_file()), None)
    if found is None:
        spot.note("unknown-parent", name=name, nearest=nearest(name, _handbooks_near(folder)))
    elif found.resolve() in visited:
        chain = " → ".join([*(path.name for path in visited), name])
        spot.note("circular-parent", name=name, chain=chain)
        return None
    return found


def _handbooks_near(folder: Path) -> list[str]:
    homes = (folder.parent, PRESETS)
    return sorted({found.parent.name for home in homes for found in home.glob(f"*/{MANIFEST}")})


def _files(folder: Path, faults: list[Fault]) -> dict[str, str]:
    files: dict[str, str] = {}
    for path in sorted(folder.glob("*.toml")):
        try:
            # Windows editors put a byte order mark in front, which TOML doesn't know.
            files[path.name] = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = path.read_bytes()[: error.start].count(b"\n") + 1
            faults.append(Fault("not-utf8", path.name, line))
    if not (folder / MANIFEST).is_file():
        faults.append(Fault("no-manifest", MANIFEST, 1))
    return files


@dataclass
class _Source:
    """One file's text, its values, and the lines on which they stand."""

    name: str
    text: str
    _lines: dict[Key, int] = field(default_factory=dict)

    def data(self, faults: list[Fault]) -> dict[str, Any]:
        try:
            return tomllib.loads(self.text)
        except ValueError as error:
            faults.append(self._unreadable(str(error)))
            return {}

    def _unreadable(self, said: str) -> Fault:
        place = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", said)
        detail = said[: place.start()] if place else said
        line = int(place[1]) if place and place[1] else self.text.count("\n") + 1
        if re.match(r"Cannot (overwrite|declare|mutate)|Duplicate", detail):
            return Fault("written-twice", self.name, line, {"detail": detail})
        if re.search(r"date|time|is out of range|must be in", detail):
            return Fault("impossible-day", self.name, line)
        return Fault("not-toml", self.name, line, {"detail": detail})

    def line_of(self, keys: Key) -> int:
        """The line of a key, or of the nearest thing around it that was written."""
        if not self._lines:
            self._lines = line_numbers(self.text)
        while keys not in self._lines:
            keys = keys[:-1]
        return self._lines[keys]

    def spot(self, faults: list[Fault]) -> Spot:
        return Spot(self.name, (), self.line_of, faults)

    @property
    def last_line(self) -> int:
        return self.text.rstrip("\n").count("\n") + 1


@dataclass
class _LayerReader:
    layer: Layer
    registry: Registry
    faults: list[Fault]
    as_adopted: bool
    unread: list[Fault] = field(default_factory=list)

    @cached_property
    def _manifest(self) -> tuple[dict[str, Any], Spot]:
        source = _Source(MANIFEST, self.layer.files.get(MANIFEST, ""))
        return source.data(self.faults), source.spot(self.faults)

    def title(self) -> Words:
        """The handbook's title, once its settings have been checked."""
        data, spot = self._manifest
        if MANIFEST not in self.layer.files or not (data or not self.faults):
            return Words("", "")
        for key in data:
            if key not in SETTINGS and not self.as_adopted:
                spot.at(key).note("unknown-setting", key=key, nearest=nearest(key, SETTINGS))
        self._setting("name", str, "text")
        if "extends" in data:
            self._setting("extends", str, "text")
        title = self._setting("title", dict, "texts")
        return Words(str(title.get("zh", "")), str(title.get("en", ""))) if title else Words("", "")

    def _setting(self, key: str, kind: type, word: str) -> Any:
        data, spot = self._manifest
        if key not in data:
            spot.note("missing-setting", key=key)
            return None
        value = data[key]
        if not isinstance(value, kind) or (isinstance(value, dict) and value.keys() != {"zh", "en"}):
            spot.at(key).note("wrong-setting", key=key, expected=expected(word), found=kind_of(value))
            return None
        return value

    def records(self) -> dict[str, Record]:
        """Every rule of this layer's chapters."""
        records: dict[str, Record] = {}
        for name, text in self.layer.files.items():
            if name != MANIFEST:
                source = _Source(name, text)
                spot = source.spot(self.faults)
                prefix = name.removesuffix(".toml")
                if self._is_chapter(prefix, spot):
                    self._walk(prefix, source.data(self.faults), spot, records)
        return records

    def _is_chapter(self, prefix: str, spot: Spot) -> bool:
        if any(path.startswith(prefix + ".") for path in self.registry.clauses):
            return True
        if not self.as_adopted:
            spot.note("unknown-chapter", name=prefix, nearest=nearest(prefix, self.registry.chapters))
        return False

    def _walk(self, prefix: str, table: Mapping[str, Any], spot: Spot, into: dict[str, Record]) -> None:
        for key, raw in table.items():
            path, place = f"{prefix}.{key}", spot.at(key)
            clause = self.registry.clauses.get(path)
            if clause is not None:
                record = self._record(clause, raw, place)
                if record is not None:
                    into[path] = record
            elif self._is_group(path) and isinstance(raw, dict):
                self._walk(path, raw, place, into)
            elif not self.as_adopted:
                place.note("unknown-rule", path=path, nearest=nearest(path, self.registry.clauses))

    def _record(self, clause: Clause[Any], raw: Any, place: Spot) -> Record | None:
        if not self.as_adopted:
            return _RecordReader(clause, raw, place, self.layer.name).read()
        own: list[Fault] = []
        record = _RecordReader(clause, raw, replace(place, faults=own), self.layer.name).read()
        self.unread += own
        return None if own else record

    def _is_group(self, path: str) -> bool:
        return any(declared.startswith(path + ".") for declared in self.registry.clauses)


@dataclass
class _RecordReader:
    """One rule as written: summary, unit, dated values."""

    clause: Clause[Any]
    raw: Any
    spot: Spot
    handbook: str

    def read(self) -> Record | None:
        if not isinstance(self.raw, dict):
            self.spot.note("not-a-rule", path=self.clause.path, name=self._name, found=kind_of(self.raw))
            return None
        for key in self.raw:
            if key not in RECORD_KEYS:
                self.spot.at(key).note("unknown-key", key=key, nearest=nearest(key, RECORD_KEYS))
        summary = self._summary()
        self._check_unit()
        values = self._values(summary)
        self._check_days(values)
        return Record(self.clause, summary, tuple(values), self.spot.file, self.handbook)

    @property
    def _name(self) -> str:
        return ".".join(str(key) for key in self.spot.keys)

    def _summary(self) -> Words:
        raw = self.raw.get("summary")
        whole = isinstance(raw, dict) and set(raw) == {"zh", "en"}
        if not whole or not all(isinstance(text, str) and text.strip() for text in raw.values()):
            self.spot.at("summary").note("missing-summary", path=self.clause.path)
            return Words("", "")
        return Words(raw["zh"], raw["en"])

    def _check_unit(self) -> None:
        unit, stated = self.clause.unit, self.raw.get("unit")
        if unit and stated is None:
            self.spot.note("missing-unit", path=self.clause.path, unit=unit)
        elif unit and stated != unit:
            self.spot.at("unit").note("wrong-unit", path=self.clause.path, unit=unit, found=stated)
        elif not unit and stated is not None:
            self.spot.at("unit").note("needless-unit", path=self.clause.path)

    def _values(self, summary: Words) -> list[RuleValue[Any]]:
        raw = self.raw.get("value")
        if not isinstance(raw, list) or not raw:
            self.spot.note("no-values", path=self.clause.path, name=self._name)
            return []
        values = []
        for index, dated in enumerate(raw):
            spot = self.spot.at("value", index)
            reader = _DatedReader(self.clause, dated, spot, summary)
            value = reader.read()
            if value is not None:
                if index == 0 and value.repealed:
                    spot.at("repealed").note("nothing-to-repeal", path=self.clause.path)
                values.append(value)
        return values

    def _check_days(self, values: Sequence[RuleValue[Any]]) -> None:
        places = [self.spot.at("value", index, "since") for index in range(len(self.raw.get("value") or ()))]
        if len(places) != len(values):
            return
        for above, value, place in zip(values, values[1:], places[1:], strict=False):
            if value.since == above.since:
                place.note("same-day-twice", path=self.clause.path, day=value.since)
            elif value.since < above.since:
                place.note("days-not-ascending", day=value.since, before=above.since)


@dataclass
class _DatedReader:
    """One dated value of a rule."""

    clause: Clause[Any]
    raw: Any
    spot: Spot
    summary: Words

    def read(self) -> RuleValue[Any] | None:
        if not isinstance(self.raw, dict):
            self.spot.note("wrong-type", expected=expected("table"), found=kind_of(self.raw))
            return None
        before = len(self.spot.faults)
        allowed = (self.clause.shape.key, *DATED_KEYS)
        for key in self.raw:
            if key not in allowed:
                close = nearest(key, allowed)
                self.spot.at(key).note("unknown-value-key", path=self.clause.path, key=key, nearest=close)
        since = self._day("since")
        if "since" not in self.raw:
            self.spot.note("missing-since")
        published, checked = self._day("published"), self._day("checked")
        reference = self._reference()
        repealed = self._repealed()
        value = None if repealed else self._value()
        if len(self.spot.faults) > before or since is None:
            return None
        return RuleValue(self.clause, since, reference, self.summary, value, published, checked, repealed)

    def _day(self, key: str) -> date | None:
        raw = self.raw.get(key)
        if raw is None:
            return None
        if not isinstance(raw, date) or isinstance(raw, datetime):
            self.spot.at(key).note("since-not-a-day", key=key, found=kind_of(raw))
            return None
        if not 1990 <= raw.year <= 2100:
            self.spot.at(key).note("day-out-of-range", key=key, found=raw)
            return None
        return raw

    def _reference(self) -> str:
        raw = self.raw.get("clause")
        if not isinstance(raw, str) or not raw.strip():
            self.spot.note("missing-clause")
            return ""
        if not CLAUSE.match(raw):
            self.spot.at("clause").note("unknown-clause-kind", found=raw)
        return raw

    def _repealed(self) -> bool:
        raw = self.raw.get("repealed")
        if raw is None:
            return False
        if raw is not True:
            self.spot.at("repealed").note("repealed-false")
        elif self.clause.shape.key in self.raw:
            self.spot.at("repealed").note("repealed-with-value", key=self.clause.shape.key)
        elif self.clause.required:
            self.spot.at("repealed").note("required-repealed", path=self.clause.path)
        return True

    def _value(self) -> Any:
        key = self.clause.shape.key
        if key not in self.raw:
            self.spot.note("missing-value", key=key, example=self.clause.shape.example)
            return None
        try:
            return self.clause.shape.parse(self.raw[key], self.spot.at(key))
        except Wrong:
            return None


def _missing(own: Layer, records: Mapping[str, Record], registry: Registry, faults: list[Fault]) -> None:
    """Note required rules that neither the handbook nor what it extends states."""
    unreadable = {fault.file for fault in faults if fault.code in UNREADABLE}
    already = {fault.params.get("path") for fault in faults}
    missing: dict[str, list[Clause[Any]]] = {}
    for clause in registry:
        if clause.required and clause.path not in records and clause.path not in already:
            missing.setdefault(clause.chapter, []).append(clause)
    stated = {record.clause.chapter for record in records.values()}
    for chapter, clauses in missing.items():
        file = f"{chapter}.toml"
        if file in unreadable:
            continue
        if file not in own.files and chapter not in stated:
            faults.append(Fault("missing-chapter", MANIFEST, 1, {"name": chapter, "count": len(clauses)}))
            continue
        source = _Source(file, own.files[file]) if file in own.files else _Source(MANIFEST, "")
        for clause in clauses:
            params = {"path": clause.path, "meaning": clause.meaning}
            faults.append(Fault("missing-rule", source.name, source.last_line, params))
