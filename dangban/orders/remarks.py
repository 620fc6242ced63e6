"""What a remark says: built from its parts in a legend's format, and taken apart again. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from dangban.orders.clauses import REMARK_SEPARATOR, REMARK_SIGNED

if TYPE_CHECKING:
    from dangban.handbook.rulebook import Rules
    from dangban.handbook.shapes import Flag

# Who wrote it, and when: with the time, or the day only.
SIGNATURE = ("who", "when", "day")
# What a separator inside a part becomes, so that it doesn't separate.
_STAND_INS = {" ": "\u00a0"}
# How people type a separator who don't look closely.
_VARIANTS = {"，": "，,", "/": "/／", "；": "；;", "+": "+＋", " ": " \t\u3000"}
_BREAKS = re.compile(r"\s*[\r\n\v\f\x85\u2028\u2029]+\s*")
_DAY = r"(?:\d{4}[.\-/年])?\d{1,2}[.\-/月]\d{1,2}日?"
_TIME = r"[ \-\u00a0]\d{1,2}:\d{2}"
_WHEN = re.compile(rf"(?P<when>{_DAY}(?P<time>{_TIME})?)(?:[\s；;。|]+(?P<rest>.+))?")
_LONGEST_NAME = 20


@dataclass(frozen=True, slots=True)
class Format:
    """How a flag's remark is written: which parts, what stands between them, what between author and date."""

    parts: tuple[str, ...] = ()
    between: str = "，"
    signed: str = "，"

    @property
    def content(self) -> tuple[str, ...]:
        return tuple(name for name in self.parts if name not in SIGNATURE)

    @property
    def signature(self) -> tuple[str, ...]:
        """Author and date are never left out, unless the format itself names only one of them."""
        return tuple(name for name in self.parts if name in SIGNATURE) or ("who", "when")


@dataclass(frozen=True, slots=True)
class RemarkParts:
    """A remark taken apart: the parts in the legend's order, by whom and when."""

    parts: dict[str, str] = field(default_factory=dict)
    who: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """What helps to tell the parts of a remark apart that somebody typed on the platform."""

    couriers: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    skus: frozenset[str] = frozenset()
    # What a part may be called in front of a colon.
    labels: Mapping[str, str] = field(default_factory=dict)
    # Remarks of the house on this order: their parts need no guessing.
    ours: Mapping[str, RemarkParts] = field(default_factory=dict)


def format_of(flag: Flag | None, rules: Rules) -> Format:
    """How the handbook wants a remark of this flag; without a flag its parts stand as they come."""
    between = rules[REMARK_SEPARATOR] if rules.has(REMARK_SEPARATOR) else "，"
    signed = rules[REMARK_SIGNED] if rules.has(REMARK_SIGNED) else between
    return Format(flag.remark if flag is not None else (), between, signed)


def write(form: Format, parts: Mapping[str, str], who: str, wall: datetime) -> str:
    """A remark in the format; `wall` is the company's clock. Parts that it doesn't name stand behind those it does."""
    filled = {name: _part(form, value) for name, value in parts.items() if value.strip()}
    content = [filled[name] for name in form.content if name in filled]
    content += [value for name, value in filled.items() if name not in form.parts]
    day = f"{wall.month}.{wall.day}"
    moment = f"{day}-{wall:%H:%M}" if " " in (form.between, form.signed) else f"{day} {wall:%H:%M}"
    said = {"who": _without(form.signed, _part(form, who)), "when": moment, "day": day}
    return form.between.join([*content, form.signed.join(said[name] for name in form.signature)])


def read(form: Format, written: str, known: Known | None = None) -> list[RemarkParts]:
    """The remarks in a text, one after the other, each taken apart.

    A remark ends with its author and date, or with its line. What the house wrote itself is known by its
    words. With as many parts before the signature as the format names, each gets its name; with
    fewer, a part is known by a label in front of it or by its looks, and the rest is `other`.
    """
    known = known or Known()
    found: list[RemarkParts] = []
    for piece, ours in _apart(written, known.ours):
        if ours is not None:
            found.append(ours)
            continue
        for line in _BREAKS.split(piece):
            found += _line(form, line, known)
    return found


# ---- Writing -------------------------------------------------------------------------------------


def _part(form: Format, value: str) -> str:
    value = _without(form.between, _BREAKS.sub(_stand_in(form.between), value.strip()))
    if form.signed != form.between and _signature(form, value) is not None:
        value = _without(form.signed, value)
    return value


def _without(separator: str, value: str) -> str:
    return value.replace(separator, _stand_in(separator))


def _stand_in(separator: str) -> str:
    return _STAND_INS.get(separator, "、")


# ---- Reading -------------------------------------------------------------------------------------


def _apart(written: str, ours: Mapping[str, RemarkParts]) -> Iterable[tuple[str, RemarkParts | None]]:
    longest_first = sorted((words for words, one in ours.items() if one.when), key=len, reverse=True)
    if not longest_first:
        return [(written, None)]
    pieces = re.split(f"({'|'.join(map(re.escape, longest_first))})", written)
    return [(piece, ours.get(piece)) for piece in pieces]


@dataclass(frozen=True, slots=True)
class _Signed:
    who: str
    when: str
    rest: str


def _line(form: Format, line: str, known: Known) -> list[RemarkParts]:
    pieces = _pieces(line, form)
    found: list[RemarkParts] = []
    content: list[str] = []
    for index, piece in enumerate(pieces):
        end = _end(form, content, piece, known, last=index == len(pieces) - 1)
        if end is None:
            content.append(piece)
            continue
        before = content if form.signed != form.between else content[:-1]
        found.append(RemarkParts(_named(form, before, known), end.who, end.when))
        content = []
        if end.rest:
            if index == len(pieces) - 1:
                found += _line(form, end.rest, known)
            else:
                content = [end.rest]
    if content:
        found.append(_unsigned(form, content, known))
    return found


def _pieces(line: str, form: Format) -> list[str]:
    pieces = line.split(form.between)
    if len(pieces) == 1:
        pieces = re.split(f"[{re.escape(_VARIANTS.get(form.between, form.between))}]", line)
    if len(pieces) == 1 < len(form.content) == len(line.split()):
        pieces = line.split()
    return [piece.strip(" \t；;。|") for piece in pieces if piece.strip(" \t；;。|\u00a0")]


def _end(form: Format, content: Sequence[str], piece: str, known: Known, *, last: bool) -> _Signed | None:
    """The signature that a piece ends a remark with, if it does."""
    if form.signed != form.between:
        return _signature(form, piece)
    match = _WHEN.fullmatch(piece)
    if match is None or not content:
        return None
    who, rest = content[-1], match["rest"] or ""
    if len(who) > _LONGEST_NAME:
        return None
    # A date in the middle may be a part of its own: an arrival, the next contact.
    sure = (last and not rest) or who in known.people or len(content) - 1 == len(form.content)
    return _Signed(who, match["when"], rest) if sure or rest else None


def _signature(form: Format, piece: str) -> _Signed | None:
    """Author and date in one piece, where something of its own stands between them."""
    variants = re.escape(_VARIANTS.get(form.signed, form.signed))
    match = re.fullmatch(rf"(?P<who>[^{variants}]{{1,{_LONGEST_NAME}}})[{variants}]\s*{_WHEN.pattern}", piece)
    return _Signed(match["who"].strip(), match["when"], match["rest"] or "") if match is not None else None


def _unsigned(form: Format, content: list[str], known: Known) -> RemarkParts:
    """A remark without a date: its author stands at the end where the format asks for nobody else, or the name is known."""
    by_format = form.signature == ("who",) and len(content[-1]) <= _LONGEST_NAME and len(content) > len(form.content)
    if by_format or content[-1] in known.people:
        return RemarkParts(_named(form, content[:-1], known), content[-1])
    return RemarkParts(_named(form, content, known))


def _named(form: Format, pieces: Sequence[str], known: Known) -> dict[str, str]:
    """Each piece under the name of its part."""
    named: dict[str, list[str]] = {}
    left = []
    for piece in pieces:
        label, colon, value = _labelled(piece, known.labels)
        if colon:
            named.setdefault(label, []).append(value)
        else:
            left.append(piece)
    if not named and len(left) == len(form.content):
        return dict(zip(form.content, left, strict=True))
    for piece in left:
        named.setdefault(_looks_like(form, piece, known), []).append(piece)
    order = [*form.content, *(name for name in named if name not in form.content)]
    return {name: (form.between if name == "other" else "、").join(named[name]) for name in order if name in named}


def _labelled(piece: str, labels: Mapping[str, str]) -> tuple[str, bool, str]:
    head, colon, value = piece.replace("：", ":", 1).partition(":")
    name = labels.get(head.strip().lower(), "") if colon else ""
    return name, bool(name and value.strip()), value.strip()


_USUAL_COURIERS = ("顺丰", "申通", "圆通", "中通", "韵达", "百世", "极兔", "邮政", "EMS", "京东", "德邦", "天天", "丹鸟")
_GIFT = re.compile(r"(?:送|赠送?|加送|礼品|赠品)(?!货|到|件|达|前|上门|至|去|给|回|修|检|电).+")
_ARRIVAL = re.compile(rf"(?:预计|大概|约)?(?:{_DAY}|下?周[一二三四五六日天]|明天|后天|月底|下旬)(?:{_TIME})?左?右?(?:到货?|来货|有货|补货)?")
_SKU = re.compile(r"[A-Za-z]{1,6}[-_]?\d{2,}[A-Za-z0-9_-]*")
_TRACKING = re.compile(r"[A-Z]{0,4}\d{10,18}")
_PIECES = re.compile(r"(?:数量)?[x×*]?\d{1,4}[件个套条双包盒瓶只张份]?")


def _looks_like(form: Format, piece: str, known: Known) -> str:
    couriers = sorted({*known.couriers, *_USUAL_COURIERS}, key=len, reverse=True)
    names = "|".join(map(re.escape, couriers))
    looks = {
        "courier": re.compile(rf"(?:发|走|用|寄|改发|要求?)*(?:{names})(?:快递|速运|物流|特快|标快|快运|小包)?(?:发|寄)?", re.IGNORECASE),
        "gift": _GIFT,
        "tracking": _TRACKING,
        "expected": _ARRIVAL,
        "next_contact": _ARRIVAL,
        "quantity": _PIECES,
    }
    if piece in known.skus or ("sku" in form.content and _SKU.fullmatch(piece)):
        return "sku"
    for name, look in looks.items():
        if (name in form.content or name in ("courier", "gift")) and look.fullmatch(piece):
            return name
    free = [name for name in form.content if name not in looks and name != "sku"]
    return free[0] if free else "other"
