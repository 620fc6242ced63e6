"""Every way in which a handbook's files can be wrong, and what its writer is told to do about it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, Protocol, runtime_checkable

Translate = Callable[[str], str]


def _(message: str) -> str:
    """Mark for translation; the reader's language is chosen when a fault is shown."""
    return message


MESSAGES: dict[str, str] = {
    "no-manifest": _("This folder has no handbook.toml. Add one with at least a name and a title in both languages."),
    "not-utf8": _("This file is not UTF-8 text. Save it again and choose the encoding UTF-8."),
    "not-toml": _("The file can't be read from here on (%(detail)s). Look for a missing quote, bracket or equals sign."),
    "written-twice": _("Something is written twice here (%(detail)s). Keep one of the two."),
    "impossible-day": _("There is no such day or time. Correct the date; it is written year-month-day, as in 2026-03-31."),
    "unknown-setting": _("handbook.toml has no setting “%(key)s”. Did you mean “%(nearest)s”?"),
    "missing-setting": _("handbook.toml doesn't say its “%(key)s”. Add it."),
    "wrong-setting": _("“%(key)s” in handbook.toml must be %(expected)s, not %(found)s."),
    "unknown-parent": _("There is no handbook named “%(name)s” to extend. Did you mean “%(nearest)s”?"),
    "circular-parent": _("“%(name)s” extends itself, by way of %(chain)s. Take one “extends” out."),
    "unknown-chapter": _("No rule belongs to a chapter “%(name)s”. Did you mean “%(nearest)s.toml”?"),
    "unknown-rule": _("There is no rule “%(path)s”. Did you mean “%(nearest)s”?"),
    "missing-rule": _("The rule “%(path)s” is missing (%(meaning)s). Add it here, or let the handbook extend “default”."),
    "missing-chapter": _("The whole chapter “%(name)s” is missing (%(count)s rules). Add a file %(name)s.toml, or let the handbook extend “default”."),
    "not-a-rule": _("“%(path)s” should be a rule with a summary and dated values, but is %(found)s. Write it as [%(name)s] with [[%(name)s.value]] below."),
    "unknown-key": _("A rule has no “%(key)s”. Did you mean “%(nearest)s”?"),
    "missing-summary": _("“%(path)s” needs a summary in both languages: summary = {zh = \"…\", en = \"…\"}."),
    "missing-unit": _("“%(path)s” doesn't say its unit. Add: unit = \"%(unit)s\"."),
    "wrong-unit": _("“%(path)s” is counted in “%(unit)s”, not in “%(found)s”. Convert the figure and write the unit as “%(unit)s”."),
    "needless-unit": _("“%(path)s” has no unit. Take the line out."),
    "no-values": _("“%(path)s” has no dated value. Add [[%(name)s.value]] with since, clause and the value."),
    "missing-since": _("This value doesn't say from which day it holds. Add: since = 2026-01-01 (with your day)."),
    "since-not-a-day": _("“%(key)s” must be a day such as 2026-01-01, without quotes and without a time, not %(found)s."),
    "day-out-of-range": _("%(found)s can't be right for “%(key)s”. Days from 1990 to 2100 are accepted."),
    "same-day-twice": _("“%(path)s” has two values since %(day)s. Keep one of them."),
    "days-not-ascending": _("Values are listed oldest first, but %(day)s comes after %(before)s. Move this value up."),
    "missing-clause": _("This value doesn't say where it comes from. Add: clause = \"handbook: …\" (or law:, practice:, assumption:)."),
    "unknown-clause-kind": _("A clause begins with handbook:, law:, practice: or assumption: and then says where; “%(found)s” doesn't."),
    "repealed-with-value": _("A value is either given or repealed, not both. Take out “repealed” or “%(key)s”."),
    "nothing-to-repeal": _("“%(path)s” can't begin by being repealed. Put the value that was in force before it."),
    "required-repealed": _("“%(path)s” can't be repealed: the program needs a value on every day. Give the new value instead."),
    "repealed-false": _("“repealed” is only ever written as repealed = true. Take the line out."),
    "missing-value": _("This value has no “%(key)s”. Write %(key)s = %(example)s."),
    "unknown-value-key": _("A value of “%(path)s” has no “%(key)s”. Did you mean “%(nearest)s”?"),
    "wrong-type": _("Here belongs %(expected)s, not %(found)s."),
    "too-small": _("%(found)s is too small. The least that makes sense here is %(least)s."),
    "too-large": _("%(found)s is too large. The most that makes sense here is %(most)s."),
    "too-fine": _("%(found)s has too many places after the point. %(places)s are kept."),
    "money-as-number": _("Write amounts in quotes so that no cent is lost: \"%(found)s\"."),
    "not-an-amount": _("“%(found)s” is not an amount. Write yuan with up to two places, as in \"12.50\"."),
    "not-a-clock-time": _("“%(found)s” is not a time of day. Write it as \"16:30\"."),
    "not-a-span": _("“%(found)s” is not a stretch of the day. Write it as \"08:00-16:00\"."),
    "not-a-choice": _("“%(found)s” is not one of the choices. Did you mean “%(nearest)s”? Possible: %(choices)s."),
    "empty-text": _("This text is empty. Write something, or take the line out."),
    "hidden-character": _("This text holds a character that can't be seen (%(found)s). Take it out."),
    "empty-list": _("This list is empty. Give at least one entry."),
    "listed-twice": _("“%(found)s” stands in the list twice. Keep one."),
    "missing-field": _("This line has no “%(key)s”. Add it."),
    "unknown-field": _("This line has no place for “%(key)s”. Did you mean “%(nearest)s”?"),
    "steps-not-ascending": _("Brackets go upwards, but %(found)s comes after %(before)s. Put them in order."),
    "steps-overlap": _("Two brackets begin at %(found)s, so it isn't clear which applies. Keep one."),
    "steps-start": _("The first bracket must begin at %(first)s, but begins at %(found)s: nothing is said about what lies below."),
    "steps-gap": _("Nothing is said between %(upto)s and %(found)s. Let one bracket begin where the one before ends."),
    "steps-cross": _("This bracket begins at %(found)s, before the one above ends at %(upto)s. Let one begin where the other ends."),
    "steps-open": _("Only the last bracket may be without an end, and it must be. Put “upto” in every line but the last, or in none."),
    "ladder-order": _("Times are counted 1, 2, 3 …; here %(expected)s was expected, not %(found)s."),
    "weights-sum": _("The weights add up to %(sum)s, not to 100. Correct them."),
    "unknown-weight": _("There is nothing named “%(key)s” to weigh. Did you mean “%(nearest)s”?"),
    "missing-weight": _("“%(key)s” has no weight. Add it, with 0 if it should not count."),
    "missing-cell": _("Row “%(row)s” has no “%(column)s”. Every row needs every column."),
    "missing-row": _("The table has no row “%(row)s”. Add it."),
    "unknown-row": _("The table has no place for row “%(row)s”. Did you mean “%(nearest)s”?"),
    "unknown-column": _("The table has no column “%(column)s”. Did you mean “%(nearest)s”?"),
    "flag-twice": _("Flag “%(code)s” is explained twice. Keep one."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, where, and what to do."""

    code: str
    file: str
    line: int
    params: dict[str, Any] = field(default_factory=dict, hash=False)

    def text(self, translate: Translate = _, language: str = "en") -> str:
        """What is wrong, in the language that `translate` speaks."""
        said = {key: _said(value, translate, language) for key, value in self.params.items()}
        return translate(MESSAGES[self.code]) % said

    def located(self, translate: Translate = _, language: str = "en") -> str:
        return f"{self.file}:{self.line}: {self.text(translate, language)}"


EXPECTED: dict[str, str] = {
    "text": _("a text in quotes"),
    "texts": _("a text in both languages, {zh = \"…\", en = \"…\"}"),
    "whole": _("a whole number"),
    "number": _("a number"),
    "yes-no": _("true or false"),
    "list": _("a list in square brackets"),
    "lines": _("lines in square brackets, each in braces"),
    "line": _("a line in braces"),
    "table": _("a table"),
    "day": _("a day"),
    "moment": _("a day with a time"),
    "clock": _("a time of day"),
    "nothing": _("nothing"),
}


class Expected(str):
    """A word for a kind of value; translated together with the message it stands in."""

    __slots__ = ()


@runtime_checkable
class Bilingual(Protocol):
    """Anything that can say itself in a language (the shapes' `Words`)."""

    def in_language(self, language: str) -> str: ...


def kind_of(raw: object) -> Expected:
    """What a raw TOML value is, in words."""
    if isinstance(raw, bool):
        return Expected(EXPECTED["yes-no"])
    for kinds, word in (
        (str, "text"), (int, "whole"), (float, "number"), (list, "list"), (dict, "table"),
        (datetime, "moment"), (date, "day"), (time, "clock"),
    ):  # fmt: skip
        if isinstance(raw, kinds):
            return Expected(EXPECTED[word])
    return Expected(EXPECTED["nothing"])


def expected(word: str) -> Expected:
    return Expected(EXPECTED[word])


def nearest(word: str, candidates: Iterable[str]) -> str:
    """The candidate that looks most like `word`; the first one when none does."""
    known = list(candidates)
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.0)
    return close[0] if close else "–"


def _said(value: Any, translate: Translate, language: str) -> Any:
    if isinstance(value, Expected):
        return translate(str.__str__(value))
    return value.in_language(language) if isinstance(value, Bilingual) else value


class Wrong(Exception):
    """Raised inside the loader once a fault has been noted; never leaves it."""


Key = tuple[str | int, ...]


@dataclass(slots=True)
class Spot:
    """A place in a file: where a value was read, so that what is wrong with it can be pointed at."""

    file: str
    keys: Key
    line_of: Callable[[Key], int]
    faults: list[Fault]

    def at(self, *keys: str | int) -> Spot:
        return Spot(self.file, self.keys + keys, self.line_of, self.faults)

    def note(self, code: str, /, **params: Any) -> None:
        fault = Fault(code, self.file, self.line_of(self.keys), params)
        if fault not in self.faults:
            self.faults.append(fault)

    def wrong(self, code: str, /, **params: Any) -> Wrong:
        self.note(code, **params)
        return Wrong(code)

    def expect(self, raw: Any, kinds: type | tuple[type, ...], word: str) -> None:
        """Note and raise unless `raw` is of these kinds (a yes/no is not a number)."""
        if not isinstance(raw, kinds) or (isinstance(raw, bool) and kinds is not bool):
            raise self.wrong("wrong-type", expected=expected(word), found=kind_of(raw))
