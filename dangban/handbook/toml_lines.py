"""Where in a TOML file each key and list entry stands. `tomllib` reads values but forgets their lines.

The text is known to be valid TOML when it gets here, so this only has to keep count, not to judge.
"""

from __future__ import annotations

from .faults import Key


def line_numbers(text: str) -> dict[Key, int]:
    """The line of every table, key and list entry, by its keys from the root of the file."""
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0
        self.lines: dict[Key, int] = {(): 1}
        self.table: Key = ()
        self.counts: dict[Key, int] = {}
        self._counted_to = 0
        self._line = 1

    @property
    def line(self) -> int:
        self._line += self.text.count("\n", self._counted_to, self.position)
        self._counted_to = self.position
        return self._line

    @property
    def here(self) -> str:
        return self.text[self.position : self.position + 1]

    def scan(self) -> dict[Key, int]:
        self._skip_blank()
        while self.here:
            if self.here == "[":
                self._header()
            else:
                self._pair(self.table)
            self._skip_blank()
        return self.lines

    def _header(self) -> None:
        line = self.line
        is_list = self.text.startswith("[[", self.position)
        self.position += 2 if is_list else 1
        keys = self._keys("]")
        self.position += 2 if is_list else 1
        place = self._resolved(keys[:-1]) + keys[-1:]
        self._mark(place, line)
        if is_list:
            index = self.counts.get(place, -1) + 1
            self.counts[place] = index
            place += (index,)
            self._mark(place, line)
        self.table = place

    def _resolved(self, keys: Key) -> Key:
        """Header keys with the index of the newest entry after each list of tables."""
        place: Key = ()
        for key in keys:
            place += (key,)
            if place in self.counts:
                place += (self.counts[place],)
            else:
                self._mark(place, self.line)
        return place

    def _mark(self, place: Key, line: int) -> None:
        self.lines.setdefault(place, line)

    def _pair(self, table: Key) -> None:
        line = self.line
        keys = self._keys("=")
        for depth in range(1, len(keys) + 1):
            self._mark(table + keys[:depth], line)
        self.position += 1
        self._value(table + keys)

    def _keys(self, end: str) -> Key:
        keys: list[str | int] = []
        while self.here and self.here != end:
            if self.here in " \t.":
                self.position += 1
            elif self.here in "\"'":
                keys.append(self._string())
            else:
                start = self.position
                while self.here and self.here not in " \t." + end:
                    self.position += 1
                keys.append(self.text[start : self.position])
        return tuple(keys)

    def _value(self, place: Key) -> None:
        self._skip_blank()
        if self.here == "[":
            self._list(place)
        elif self.here == "{":
            self._braces(place)
        elif self.here in ('"', "'"):
            self._string()
        else:
            while self.here and self.here not in ",]}\n#":
                self.position += 1

    def _list(self, place: Key) -> None:
        self.position += 1
        self._skip_separators()
        index = 0
        while self.here and self.here != "]":
            self._mark((*place, index), self.line)
            self._value((*place, index))
            self._skip_separators()
            index += 1
        self.position += 1

    def _braces(self, place: Key) -> None:
        self.position += 1
        self._skip_separators()
        while self.here and self.here != "}":
            self._pair(place)
            self._skip_separators()
        self.position += 1

    def _string(self) -> str:
        quote = self.here
        mark = quote * 3 if self.text.startswith(quote * 3, self.position) else quote
        start = self.position = self.position + len(mark)
        while self.here and not self.text.startswith(mark, self.position):
            self.position += 2 if self.here == "\\" and quote == '"' else 1
        content = self.text[start : self.position]
        self.position += len(mark)
        while len(mark) == 3 and self.here == quote:  # a closing mark may be preceded by its own quote
            self.position += 1
        return content

    def _skip_blank(self) -> None:
        while self.here and (self.here in " \t\r\n" or self.here == "#"):
            if self.here == "#":
                self._skip_comment()
            else:
                self.position += 1

    def _skip_separators(self) -> None:
        self._skip_blank()
        while self.here == ",":
            self.position += 1
            self._skip_blank()

    def _skip_comment(self) -> None:
        end = self.text.find("\n", self.position)
        self.position = len(self.text) if end < 0 else end
