"""The live fragments of a piece of HTML, cut out of it byte for byte."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])

# What two drawings of the same thing may differ in: the masked token of each form, and how long a clock
# ran when it was drawn, which the browser counts on by itself.
DIFFERS = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]*|(<span class="clock"[^>]* data-since="[^>]*>)[^<]*')


@dataclass(frozen=True, slots=True)
class Element:
    """An element with an address: live, or fetched by htmx as soon as it is there."""

    attributes: dict[str, str]
    start: int
    inner: int
    inner_end: int
    end: int

    @property
    def is_live(self) -> bool:
        return "data-live" in self.attributes

    @property
    def source(self) -> str:
        """Where its content comes from; tabs beside a thread are each opened."""
        names = ("data-live-src",) if self.is_live else ("hx-get",) if self.loads else ("data-src",)
        return next(self.attributes[name] for name in names)

    @property
    def loads(self) -> bool:
        return self.attributes.get("hx-trigger", "").split(",")[0].strip() == "load"

    @property
    def is_tab(self) -> bool:
        return "data-tab" in self.attributes and "data-src" in self.attributes


class _Finder(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=False)
        self.found: list[Element] = []
        self._lines = [0]
        for line in text.splitlines(keepends=True):
            self._lines.append(self._lines[-1] + len(line))
        self._open: list[tuple[str, dict[str, str], int, int]] = []
        self.feed(text)
        self.close()

    def _here(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            given = {name: html.unescape(value or "") for name, value in attrs}
            start = self._here()
            self._open.append((tag, given, start, start + len(self.get_starttag_text() or "")))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            opened, given, start, inner = self._open.pop()
            if opened == tag:
                inner_end = self._here()
                element = Element(given, start, inner, inner_end, inner_end + len(f"</{tag}>"))
                if element.is_live or element.loads or element.is_tab:
                    self.found.append(element)
                return


def elements(text: str) -> list[Element]:
    """All with an address, in the order in which they begin."""
    return sorted(_Finder(text).found, key=lambda one: one.start)


def cut(text: str, element: Element, found: list[Element]) -> str:
    """An element as it stands, what is live within it left to itself."""
    inside = [one for one in found if one.is_live and element.start < one.start < element.end]
    parts: list[str] = []
    at = element.start
    for one in inside:
        if one.start >= at:
            parts += [text[at : one.start], f"<live {one.source}>"]
            at = one.end
    parts.append(text[at : element.end])
    return DIFFERS.sub(r"\1\2", "".join(parts))


def live_sources(template: str) -> list[tuple[str, str]]:
    """From which address each live element of a template's source comes: name and literal argument."""
    found = []
    for tag in re.findall(r"<[^>]*\bdata-live=[^>]*>", re.sub(r"{%.*?%}", "", template)):
        source = re.search(r"data-live-src=\"{{ url\('([\w:-]+)'(?:, [\w.]+)?(?:, '(\w+)')?", tag)
        assert source, f"a live element's address is not to be read off its template: {tag}"
        found.append((source[1], source[2] or ""))
    return found
