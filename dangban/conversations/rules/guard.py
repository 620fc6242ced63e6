"""The speech guard: what a line says that must not be said, and what to say instead.

The word lists are compiled once per handbook in force. A clean line costs one folding of its text
and one search over all words; only a line with a candidate is looked at list by list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dangban.conversations.clauses import (
    GUARD_BRUSH_OFF,
    GUARD_CONTACT,
    GUARD_EFFICACY,
    GUARD_PAYMENT,
    GUARD_PROMISES,
    GUARD_REVIEW,
    GUARD_RUDE,
    GUARD_SUPERLATIVES,
    GUARD_WORDINGS,
)
from dangban.handbook.decisions import Because
from dangban.handbook.rulebook import Rules, RuleValue
from dangban.handbook.shapes import Clause, Row
from dangban.lib.text import normalise

LISTS: tuple[Clause[Row], ...] = (
    GUARD_RUDE,
    GUARD_CONTACT,
    GUARD_PAYMENT,
    GUARD_REVIEW,
    GUARD_PROMISES,
    GUARD_SUPERLATIVES,
    GUARD_EFFICACY,
    GUARD_BRUSH_OFF,
)
# What leads off the platform or insults is forbidden in whatever quotation marks.
_ALSO_IN_QUOTES = frozenset({GUARD_RUDE.path, GUARD_CONTACT.path, GUARD_PAYMENT.path, GUARD_REVIEW.path})
# Speakers part these with dots and blanks to slip past.
_ALSO_PARTED = frozenset({GUARD_RUDE.path, GUARD_CONTACT.path, GUARD_PAYMENT.path})

_WEIGHT = {"remark": 1, "warn": 2, "block": 3}
_QUOTED = re.compile(r"“[^”]*”|「[^」]*」|『[^』]*』|\"[^\"]*\"|^\s*>.*$", re.MULTILINE)
_NOT_WORD = re.compile(r"[\W_]+")
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d(?:[\s-]?\d){8}(?!\d)")
_HANDLE = re.compile(
    r"(?:vx|wx|v信|威信|薇信|微信|微|v)(?:号|id)?[\s:是为=-]{0,3}(?P<wechat>[a-z][-_a-z0-9]{5,19})(?![-_a-z0-9])"
    r"|(?:qq|q群|扣扣|企鹅)(?:号|群)?[\s:是为=-]{0,3}(?P<qq>[1-9]\d{4,10})(?!\d)"
)
_INVITES = re.compile(r"加我|加一下|加个|私聊|私信|联系我|打我|发我|联系方式|我的(?:电话|手机|号)")
# A number or handle is looked for only where one of these stands.
_NUMBER_HINTS = frozenset("1vwq微威薇扣企")


@dataclass(frozen=True, slots=True)
class Finding:
    """One forbidden wording met in a line."""

    path: str
    word: str
    act: str
    override: str
    because: Because
    instead: str = ""

    @property
    def list_name(self) -> str:
        return self.path.rsplit(".", 1)[1]

    def as_data(self) -> dict[str, object]:
        return {
            "rule": self.path,
            "word": self.word,
            "act": self.act,
            "override": self.override,
            "instead": self.instead,
            "because": self.because.as_data(),
        }


@dataclass(frozen=True, slots=True)
class _List:
    rule: RuleValue[Row]
    act: str
    override: str
    # Exceptions stand before the words, so that the longer harmless wording swallows the match.
    pattern: re.Pattern[str] | None
    in_quotes: bool
    parted: bool

    def words_in(self, text: str) -> list[str]:
        if self.pattern is None:
            return []
        found = (match["word"] for match in self.pattern.finditer(text))
        return list(dict.fromkeys(word for word in found if word))


class Guard:
    """The lists of one handbook on one day, compiled."""

    def __init__(self, rules: Rules) -> None:
        self.version = rules.version
        self.lists = [_compile(rules.rule(clause)) for clause in LISTS if rules.has(clause)]
        self._any = _Sieve(normalise(word) for one in self.lists for word in one.rule.value.words)
        self._parted = _Sieve(
            _solid(normalise(word)) for one in self.lists if one.parted for word in one.rule.value.words
        )
        contact = next((one for one in self.lists if one.rule.clause is GUARD_CONTACT), None)
        self._contact = contact
        self._instead = {
            normalise(row.said): row.instead
            for row in (rules[GUARD_WORDINGS] if rules.has(GUARD_WORDINGS) else ())
        }

    def examine(self, body: str, known_numbers: Iterable[str] = ()) -> list[Finding]:
        """What `body` says that it must not, gravest first; numbers the customer gave are no exchange."""
        text = normalise(body)
        findings: list[Finding] = []
        if self._any.holds(text) or (self._parted.may_hold(text) and self._parted.holds(_solid(text))):
            findings = self._by_list(body, text)
        if self._contact is not None and not _NUMBER_HINTS.isdisjoint(text):
            findings += self._numbers(text, known_numbers, findings)
        return sorted(findings, key=lambda finding: -_WEIGHT[finding.act]) if findings else findings

    def _by_list(self, body: str, text: str) -> list[Finding]:
        solid = _solid(text)
        unquoted = normalise(_QUOTED.sub(" ", body))
        found: list[Finding] = []
        for one in self.lists:
            words = one.words_in(text if one.in_quotes else unquoted)
            if one.parted and not words:
                words = one.words_in(solid)
            found += [self._finding(one, word, one.act) for word in words]
        return found

    def _numbers(self, text: str, known: Iterable[str], others: Sequence[Finding]) -> list[Finding]:
        """Numbers and handles by which people meet elsewhere.

        A bare mobile number may be a courier's or the receiver's: it is only warned about, unless
        the line invites to use it.
        """
        contact = self._contact
        assert contact is not None
        found = [
            self._finding(contact, match["wechat"] or match["qq"], contact.act)
            for match in _HANDLE.finditer(text)
        ]
        invited = bool(_INVITES.search(text)) or any(one.path == GUARD_CONTACT.path for one in others)
        ours = {re.sub(r"\D", "", number) for number in known}
        for match in _MOBILE.finditer(text):
            number = re.sub(r"\D", "", match[0])
            if number not in ours:
                act = contact.act if invited or contact.act == "remark" else "warn"
                found.append(self._finding(contact, number, act))
        return found

    def _finding(self, one: _List, word: str, act: str) -> Finding:
        because = Because.of(one.rule, {"word": word}, self.version)
        return Finding(one.rule.path, word, act, one.override, because, self._instead.get(word, ""))


def gravest(findings: Sequence[Finding]) -> str:
    """What is to be done with a line: ``block``, ``warn``, ``remark``, or nothing."""
    return max((finding.act for finding in findings), key=_WEIGHT.__getitem__, default="")


def let_pass_by(findings: Iterable[Finding]) -> str:
    """Who may let everything pass that is blocked here: ``leader``, ``supervisor`` or ``nobody``."""
    needed = {finding.override for finding in findings if finding.act == "block"}
    return next((one for one in ("nobody", "supervisor") if one in needed), "leader")


def offered(body: str, findings: Sequence[Finding]) -> str:
    """The wording to use instead, if the handbook has one for what was said."""
    return "\n".join(dict.fromkeys(finding.instead for finding in findings if finding.instead))


_kept: tuple[tuple[RuleValue[Any], ...], Guard] | None = None


def compiled(rules: Rules) -> Guard:
    """The guard of these rules; compiled anew only when one of its lists has changed."""
    global _kept
    clauses: tuple[Clause[Any], ...] = (*LISTS, GUARD_WORDINGS)
    lists = tuple(rules.rule(clause) for clause in clauses if rules.has(clause))
    kept = _kept
    unchanged = (
        kept is not None
        and len(kept[0]) == len(lists)
        and all(one is other for one, other in zip(kept[0], lists, strict=True))
        and kept[1].version == rules.version
    )
    if not unchanged:
        kept = (lists, Guard(rules))
        _kept = kept
    assert kept is not None
    return kept[1]


def _compile(rule: RuleValue[Row]) -> _List:
    row, path = rule.value, rule.path
    words = {normalise(word) for word in row.words}
    exceptions = {normalise(word) for word in row.exceptions or ()}
    parted = path in _ALSO_PARTED
    if parted:
        words |= {_solid(word) for word in words}
    alternatives = _alternatives(words)
    source = f"{_alternatives(exceptions)}|(?P<word>{alternatives})" if exceptions else f"(?P<word>{alternatives})"
    pattern = re.compile(source) if words else None
    return _List(rule, row.act, row.override, pattern, path in _ALSO_IN_QUOTES, parted)


class _Sieve:
    """Whether any of many words may be in a text; says yes too often rather than no."""

    def __init__(self, words: Iterable[str]) -> None:
        kept = {word for word in words if word}
        self._firsts = frozenset(word[0] for word in kept)
        # The engine skips to the first character of a literal, but not through the bounds of Latin words.
        literal = sorted(word for word in kept if not _is_latin(word))
        self._literal = re.compile("|".join(map(re.escape, literal))) if literal else None
        self._latin = sorted(word for word in kept if _is_latin(word))

    def may_hold(self, text: str) -> bool:
        return not self._firsts.isdisjoint(text)

    def holds(self, text: str) -> bool:
        if self._literal is not None and self._literal.search(text):
            return True
        return any(word in text for word in self._latin)


def _alternatives(words: Iterable[str]) -> str:
    """The longest first, so that a word never hides a longer one; Latin words only as whole words."""
    longest_first = sorted((word for word in words if word), key=lambda word: (-len(word), word))
    return "|".join(
        rf"(?<![a-z]){re.escape(word)}(?![a-z])" if _is_latin(word) else re.escape(word)
        for word in longest_first
    )


def _is_latin(word: str) -> bool:
    return word.isascii() and word.isalpha()


def _solid(text: str) -> str:
    return _NOT_WORD.sub("", text)
