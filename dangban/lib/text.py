"""One way to compare text: how messages, names and titles are folded and cut for index, query and guard.

An index stores `NORMALISE_VERSION` beside what it holds; when the number here differs, it is rebuilt.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from importlib import resources
from itertools import chain

from django.utils.translation import gettext as _

from .errors import BadInput

NORMALISE_VERSION = 1

# Characters nobody sees: zero-width blanks and joiners, direction marks, soft hyphen, variation
# selectors. Speakers put them between the characters of a word to slip past a filter.
_UNSEEN: dict[int, str | None] = dict.fromkeys(
    chain(
        (0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFEFF, 0xFFA0),
        *(range(0x180B, 0x1810), range(0x200B, 0x2010), range(0x202A, 0x202F), range(0x2060, 0x2070)),
        *(range(0xFE00, 0xFE10), range(0xE0000, 0xE0080), range(0xE0100, 0xE01F0)),
    )
)

# Longest tail that is indexed: people remember the last four to eight digits of a number.
_TAILS = range(4, 9)

_RUN = re.compile(r"([a-z0-9]+)|([^\W_a-z0-9]+)")
_PIECE = re.compile(r"[a-z]+|[0-9]+")
_BLANKS = re.compile(r"\s+")


@cache
def _simplified() -> dict[int, str | None]:
    table = resources.files("opencc").joinpath("dictionary/TSCharacters.txt").read_text("utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    return {ord(source): targets.split(" ")[0] for source, targets in pairs if len(source) == 1}


@cache
def _folding() -> dict[int, str | None]:
    """Unseen characters out, traditional to simplified, followed through chains of the table."""
    simple = _simplified()
    folding: dict[int, str | None] = {}
    for source, target in simple.items():
        while target and ord(target) in simple and simple[ord(target)] != target:
            target = simple[ord(target)]
        folding[source] = target
    return {**folding, **_UNSEEN}


def normalise(text: str) -> str:
    """Fold width, case, traditional forms and unseen characters; runs of blanks become one blank.

    Folding what is folded changes nothing. About 3 µs for a message of 20 characters.
    """
    if text.isascii():
        folded = text.lower()
    else:
        folded = unicodedata.normalize("NFKC", text.translate(_folding()))
        folded = unicodedata.normalize("NFKC", folded.casefold()).translate(_folding())
    return " ".join(folded.split())


def bigrams(text: str) -> list[str]:
    """The words under which `text` is found, each once, in order of appearance.

    Chinese gives each pair of neighbours, a lone character stands for itself. Latin words and
    numbers stay whole; a word that mixes letters and digits (``180cm``) also gives its parts, and
    a number its tails of four to eight digits, so that the end of a phone or order number finds
    it. Index and query use the same words: what contains all words of the query is a candidate.
    """
    words: dict[str, None] = {}
    for match in _RUN.finditer(normalise(text)):
        latin, other = match.groups()
        if latin:
            _cut_latin(latin, words)
        elif len(other) == 1:
            words[other] = None
        else:
            for index in range(len(other) - 1):
                words[other[index : index + 2]] = None
    return list(words)


def _cut_latin(word: str, words: dict[str, None]) -> None:
    words[word] = None
    pieces = [word] if word.isdigit() or word.isalpha() else _PIECE.findall(word)
    for piece in pieces:
        words[piece] = None
        if piece.isdigit():
            for size in _TAILS:
                if size < len(piece):
                    words[piece[-size:]] = None


def tail(text: str, size: int = 4) -> str:
    """The last digits of a phone or order number, by which people ask for it; empty if too few."""
    digits = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", text))
    return digits[-size:] if len(digits) >= size else ""


def is_storable(text: str) -> bool:
    """Whether both databases keep `text` exactly: no NUL, no half of a surrogate pair."""
    if "\0" in text:
        return False
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def whole(text: str) -> int | None:
    """The number that `text` is, as addresses carry ids and cursors; None where no database could hold it."""
    return int(text) if text.isdecimal() and len(text) <= 18 else None


def refuse_unstorable(text: str, field: str = "text") -> str:
    """`text` itself, or BadInput naming `field` where a database could not keep it."""
    if is_storable(text):
        return text
    message = _("This text contains a damaged character that can't be stored. Please type it again.")
    raise BadInput(message, fields={field: [message]})


def one_line(text: str, limit: int = 80) -> str:
    """`text` on one line, cut with an ellipsis where it is longer than `limit` characters."""
    line = _BLANKS.sub(" ", text).strip()
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
