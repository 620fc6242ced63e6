"""Finding messages by any part of what was said, Chinese above all.

Each line is indexed under the pairs of its characters and under a few marks (shop, month, thread,
author, kind), so that whoever may see little searches little. The index proposes, the line itself
decides: every hit is compared with the folded text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, ExpressionWrapper, F

from dangban.chat.models import Message, Thread
from dangban.chat.ports import Line
from dangban.chat.rows import as_line
from dangban.lib import clock
from dangban.lib.many import among
from dangban.lib.text import bigrams, normalise
from dangban.people.access import Scope

# No word contains this sign, so marks and words never meet.
MARK = "§"
PAGE = 200
# How many candidates are compared before the rest is left to “more”.
MOST_COMPARED = 5000
# A single character is in no pair: it is looked for in this many of the newest lines.
SCANNED = 200_000
SEARCHED = frozenset({"text", "note", "whisper", "card", "file"})


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search; everything given has to hold."""

    shop: int | None = None
    person: int | None = None
    customer: int | None = None
    since: date | None = None
    until: date | None = None
    kind: str = ""
    internal: bool = True


@dataclass(frozen=True, slots=True)
class Hit:
    id: int
    thread_id: int
    seq: int
    shop_id: int
    customer_id: int
    customer_name: str
    author: str
    author_name: str
    kind: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """A page of hits, newest first; `before` continues it, None where there is no more."""

    hits: Sequence[Hit]
    before: int | None


NOTHING = Found((), None)


def search(
    text: str, scope: Scope, filters: Filters = Filters(), *, before: int | None = None, limit: int = 20
) -> Found:
    """Lines that contain every part of `text` (parts are separated by blanks), in shops of this scope."""
    parts = normalise(text).split()
    shops = _shops(scope, filters)
    if not parts or shops == []:
        return NOTHING
    wanted = Wanted(parts, words_of(parts), _alternatives(shops, filters), shops, filters)
    hits: list[Hit] = []
    for compared, row in enumerate(candidates(wanted, before), start=1):
        hit = Hit(*(*row[:10], _aware(row[10])))
        if wanted.holds(hit, row[11]):
            hits.append(hit)
        if len(hits) > limit or compared >= MOST_COMPARED:
            return Found(hits[:limit], hits[limit - 1].id if len(hits) > limit else hit.id)
    return Found(hits, None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A search taken apart: parts to compare, words to look up, and marks of which one of each group is needed."""

    parts: Sequence[str]
    words: Sequence[str]
    groups: Sequence[Sequence[str]]
    shops: Sequence[int] | None
    filters: Filters

    def holds(self, hit: Hit, file_name: str | None) -> bool:
        text = normalise(f"{hit.body} {file_name or ''}")
        return all(part in text for part in self.parts)

    def span(self) -> list[tuple[str, datetime]]:
        """The instants of the days asked for, each with how a line's stands to it."""
        since, until = self.filters.since, self.filters.until
        found = [(">=", clock.at_local(since, time(0)))] if since is not None else []
        return found + ([("<", clock.at_local(until + timedelta(days=1), time(0)))] if until is not None else [])


def words_of(parts: Sequence[str]) -> list[str]:
    """The words of a query; a lone Chinese character stands inside pairs and is only compared."""
    words = [word for part in parts for word in bigrams(part)]
    return list(dict.fromkeys(word for word in words if len(word) > 1 or word.isascii()))


def _shops(scope: Scope, filters: Filters) -> list[int] | None:
    """The shops to search; None for all of them."""
    if filters.shop is not None:
        return [filters.shop] if scope.sees(filters.shop) else []
    return None if scope.everywhere else sorted(scope.shops)


def _alternatives(shops: Sequence[int] | None, filters: Filters) -> list[list[str]]:
    groups: list[list[str]] = []
    if shops is not None:
        groups.append([f"{MARK}s{shop}" for shop in shops])
    if filters.person is not None:
        groups.append([f"{MARK}p{filters.person}"])
    if filters.customer is not None:
        threads = Thread.objects.filter(customer=filters.customer).values_list("pk", flat=True)[:500]
        groups.append([f"{MARK}t{thread}" for thread in threads] or [f"{MARK}t0"])
    if filters.kind:
        groups.append([f"{MARK}k{filters.kind}"])
    if not filters.internal:
        groups.append([f"{MARK}open"])
    if filters.since is not None:
        groups.append(months(filters.since, filters.until or clock.business_day(clock.now())))
    return groups


def months(since: date, until: date) -> list[str]:
    """The marks of the months from `since` to `until`, newest first; at least one."""
    numbers = range(until.year * 12 + until.month - 1, since.year * 12 + since.month - 2, -1)
    marks = [f"{MARK}m{number // 12}{number % 12 + 1:02}" for number in numbers]
    return marks or [f"{MARK}m0"]


# --- the index


@dataclass(frozen=True, slots=True)
class Entries:
    """What new lines of one thread change in the index."""

    thread_id: int
    rows: Sequence[tuple[int, list[str]]]
    recalled: Sequence[int]


class Index:
    """Projector: enters lines, and takes out those that were taken back."""

    def prepare(self, threads: Mapping[int, Sequence[Line]]) -> Mapping[int, Entries]:
        condition, ids = among(threads)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT id, shop_id FROM chat_thread WHERE id {condition}", [ids])
            shops = dict(cursor.fetchall())
        return {
            thread_id: _entries(thread_id, shops[thread_id], lines) for thread_id, lines in threads.items()
        }

    def keep(self, prepared: Sequence[Entries]) -> None:
        rows = [row for entries in prepared for row in entries.rows]
        if rows:
            _enter(rows)
        for entries in prepared:
            if entries.recalled:
                forget(Message.objects.filter(thread=entries.thread_id, seq__in=entries.recalled))


def _entries(thread_id: int, shop_id: int, lines: Sequence[Line]) -> Entries:
    said = [line for line in lines if line.kind in SEARCHED and searched_text(line)]
    recalled = [line.payload.get("seq") for line in lines if line.kind == "recall"]
    return Entries(
        thread_id,
        [(line.id, document(line, shop_id)) for line in said],
        [seq for seq in recalled if isinstance(seq, int)],
    )


def document(line: Line, shop_id: int) -> list[str]:
    """All words and marks a line is found under."""
    day = clock.business_day(line.at)
    marks = [
        f"{MARK}s{shop_id}",
        f"{MARK}m{day.year}{day.month:02}",
        f"{MARK}t{line.thread_id}",
        f"{MARK}k{line.kind}",
    ]
    if line.author == "agent":
        marks.append(f"{MARK}p{line.author_id}")
    if not line.internal:
        marks.append(f"{MARK}open")
    return [*marks, *bigrams(searched_text(line))]


def searched_text(line: Line) -> str:
    """What can be searched of a line: its words, and the name of what it shows."""
    name = line.payload.get("name") or line.payload.get("title") or ""
    return f"{line.body} {name}".strip()


def forget(messages: Iterable[Message]) -> None:
    """Take lines out of the index; call it before their text is changed."""
    for message in messages:
        if message.kind not in SEARCHED:
            continue
        line = as_line(message)
        shop_id = Thread.objects.values_list("shop_id", flat=True).get(pk=message.thread_id)
        _leave(message.pk, document(line, shop_id))


def _enter(rows: Sequence[tuple[int, list[str]]]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(
                "INSERT INTO chat_search (rowid, words) VALUES (%s, %s)",
                [(pk, " ".join(words)) for pk, words in rows],
            )
        else:
            cursor.execute(
                "INSERT INTO chat_search (message_id, words) SELECT id, string_to_array(words, ' ')"
                " FROM unnest(%s::bigint[], %s::text[]) AS d (id, words)",
                [[pk for pk, _ in rows], [" ".join(words) for _, words in rows]],
            )


def _leave(pk: int, words: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            # An index without content is told what it had been told.
            cursor.execute(
                "INSERT INTO chat_search (chat_search, rowid, words) VALUES ('delete', %s, %s)",
                [pk, " ".join(words)],
            )
        else:
            cursor.execute("DELETE FROM chat_search WHERE message_id = %s", [pk])


# --- candidates, newest first

COLUMNS = "m.id, m.thread_id, m.seq, t.shop_id, t.customer_id, c.name, m.author, m.author_name, m.kind, m.body, m.at"
SOURCES = "chat_message m JOIN chat_thread t ON t.id = m.thread_id JOIN customers_customer c ON c.id = t.customer_id"
Row = tuple[Any, ...]


def candidates(wanted: Wanted, before: int | None) -> Iterator[Row]:
    if not wanted.words:
        return _scan(wanted, before)
    return _in_sqlite(wanted, before) if connection.vendor == "sqlite" else _in_postgres(wanted, before)


def _in_sqlite(wanted: Wanted, before: int | None) -> Iterator[Row]:
    needed = [f'"{word}"' for word in wanted.words]
    needed += ["(" + " OR ".join(f'"{mark}"' for mark in group) + ")" for group in wanted.groups]
    sql = (
        f"SELECT {COLUMNS}, COALESCE(json_extract(m.payload, '$.name'), json_extract(m.payload, '$.title'))"
        f" FROM chat_search f JOIN {SOURCES.replace('chat_message m', 'chat_message m ON m.id = f.rowid', 1)}"
        f" WHERE chat_search MATCH %s{_said(wanted)} AND f.rowid < %s ORDER BY f.rowid DESC LIMIT %s"
    )
    yield from _pages(sql, [" AND ".join(needed), *_instants(wanted)], before)


def _in_postgres(wanted: Wanted, before: int | None) -> Iterator[Row]:
    """Month by month, so that a common word is not collected from all of the past."""
    given = next((group for group in wanted.groups if group[0].startswith(f"{MARK}m")), None)
    groups = [group for group in wanted.groups if group is not given]
    overlap = "".join(" AND words && %s::text[]" for _group in groups)
    sql = (
        f"WITH f AS MATERIALIZED (SELECT message_id FROM chat_search WHERE words @> %s::text[]{overlap})"
        f" SELECT {COLUMNS}, COALESCE(m.payload->>'name', m.payload->>'title')"
        f" FROM f JOIN {SOURCES.replace('chat_message m', 'chat_message m ON m.id = f.message_id', 1)}"
        f" WHERE TRUE{_said(wanted)} AND f.message_id < %s ORDER BY f.message_id DESC LIMIT %s"
    )
    for month in given or _all_months():
        yield from _pages(sql, [[*wanted.words, month], *map(list, groups), *_instants(wanted)], before)


def _said(wanted: Wanted) -> str:
    """The days as the database compares them: their months alone would let it hand over everything of a month."""
    return "".join(f" AND m.at {sign} %s" for sign, _instant in wanted.span())


def _instants(wanted: Wanted) -> list[Any]:
    return [connection.ops.adapt_datetimefield_value(instant) for _sign, instant in wanted.span()]


def _all_months() -> list[str]:
    first = Message.objects.order_by("pk").values_list("at", flat=True).first()
    today = clock.business_day(clock.now())
    return months(min(today, clock.business_day(first)), today) if first else []


def _scan(wanted: Wanted, before: int | None) -> Iterator[Row]:
    """Look through the newest lines themselves, for what no pair contains."""
    newest = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    lines = Message.objects.filter(pk__gt=newest - SCANNED, pk__lt=before or newest + 1, kind__in=SEARCHED)
    for part in wanted.parts:
        lines = lines.filter(body__icontains=part)
    filters = wanted.filters
    for sign, instant in wanted.span():
        lines = lines.filter(**{{">=": "at__gte", "<": "at__lt"}[sign]: instant})
    if wanted.shops is not None:
        # A sum and not the column: an index of shops would lead through all their threads instead of the newest lines.
        shop = ExpressionWrapper(F("thread__shop") + 0, output_field=BigIntegerField())
        lines = lines.alias(of_shop=shop).filter(of_shop__in=wanted.shops)
    if filters.person is not None:
        lines = lines.filter(author=Message.Author.AGENT, author_id=filters.person)
    if filters.customer is not None:
        lines = lines.filter(thread__customer=filters.customer)
    if filters.kind:
        lines = lines.filter(kind=filters.kind)
    if not filters.internal:
        lines = lines.filter(internal=False)
    columns = ("pk", "thread_id", "seq", "thread__shop_id", "thread__customer_id", "thread__customer__name")
    rows = lines.order_by("-pk").values_list(*columns, "author", "author_name", "kind", "body", "at")
    below = newest + 1
    while page := list(rows.filter(pk__lt=below)[:PAGE]):
        yield from ((*row, None) for row in page)
        below = page[-1][0]


def _pages(sql: str, params: Sequence[Any], before: int | None) -> Iterator[Row]:
    """Rows in pages, each from below the last row of the one before."""
    before = before or 2**62
    while True:
        with connection.cursor() as cursor:
            cursor.execute(sql, [*params, before, PAGE])
            rows = cursor.fetchall()
        yield from rows
        if len(rows) < PAGE:
            return
        before = rows[-1][0]


def _aware(at: datetime | str) -> datetime:
    """SQLite hands over what it holds: UTC as text."""
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
    return at if at.tzinfo else at.replace(tzinfo=UTC)
