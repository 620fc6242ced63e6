"""Everything that a shop's day leaves behind, each text of it marked."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, transaction
from django.http import HttpResponseBase

from dangban.conversations.tests.floor import FloorCase
from dangban.journal.actions import record
from dangban.people.models import Person
from dangban.testing.cast import NOW
from tests.strangers.buying import Buying
from tests.strangers.employed import Employed
from tests.strangers.routes import ROUTES
from tests.strangers.sending import Sending
from tests.strangers.talking import Talking

READING = re.compile(r"\s*(SELECT|SAVEPOINT|RELEASE|ROLLBACK)\b", re.IGNORECASE)
LOG_INS = [Session._meta.db_table, *(model._meta.db_table for model in apps.get_app_config("usersessions").get_models())]
# Every text of the story ends in one of these, and all of them begin so.
MARK = "zq"


def digest() -> dict[str, str]:
    """Each table's rows in one line; log-ins aside, which every request of a test makes."""
    kept = {}
    for model in apps.get_models():
        if model is Session or model._meta.app_label == "usersessions":
            continue
        rows = model._default_manager.order_by("pk").values_list()
        kept[model._meta.label] = f"{len(rows)} {hashlib.sha256(repr(list(rows)).encode()).hexdigest()[:16]}"
    return kept


@contextmanager
def writing() -> Iterator[list[str]]:
    """What is told to the database that might change rows; log-ins aside. Where it is nothing, the digest is the same."""
    written: list[str] = []

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not READING.match(sql) and not any(f'"{table}"' in sql for table in LOG_INS):
            written.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(listen):
        yield written


def told(wrong: list[Any]) -> str:
    """One line each: the comparison of long lists takes longer than the test."""
    return "\n" + "\n".join(str(one)[:300] for one in wrong[:60])


class StrangerCase(FloorCase):
    """Everything that a shop's day leaves behind, each text of it marked."""

    ids: ClassVar[dict[str, Any]]
    marks: ClassVar[list[str]]

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        cls.marks, cls.ids = [], {}
        story = Story(cls)
        story.tell()

    @classmethod
    def secret(cls, what: str) -> str:
        """A text that is found by 暗号, with a mark that nobody types."""
        mark = f"{MARK}{len(cls.marks):03d}{what}"
        cls.marks.append(mark)
        return f"暗号 {mark}"

    def address(self, route: str, named: dict[str, str]) -> str:
        path = route
        for name, kept in named.items():
            value = kept[1:] if kept.startswith("=") else str(self.ids[kept])
            for converter in ("int", "str", "slug"):
                path = path.replace(f"<{converter}:{name}>", value)
        return "/" + path

    def filled(self, text: str) -> str:
        return text.format(**self.ids)

    def things(self) -> list[tuple[str, str]]:
        return [(route, self.address(route, named)) for route, named in ROUTES.items() if isinstance(named, dict)]

    def leaked(self, response: HttpResponseBase) -> list[str]:
        body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
        if body.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(body)) as book:
                body = b"".join(book.read(name) for name in book.namelist())
        text = body.decode("utf-8", "replace") + repr(list(response.items()))
        # Figures stand by themselves: six of them come up in some token or request's number sooner or later.
        return [mark for mark in self.marks if mark in text and (not mark.isdigit() or re.search(rf"(?<![0-9A-Za-z]){mark}(?![0-9A-Za-z])", text))]


class Story(Buying, Sending, Talking, Employed):
    """The cast's shop on one day: what was said, bought, marked, asked, promised, refused."""

    def tell(self) -> None:
        cast, ids = self.cast, self.case.ids
        for name in ("shop", "team", "lin", "mei", "hu"):
            ids[name] = getattr(cast, name).pk
        ids["role"] = cast.roles["agent"].pk
        ids["grant"] = cast.lin.grants.first().pk
        ids["device"] = ids["hold"] = 987
        cast.shop.name = f"南风 {self.secret('shop')}"
        cast.shop.save()
        cast.team.name = f"家居组 {self.secret('team')}"
        cast.team.save()
        Person.objects.filter(pk=cast.lin.pk).update(
            name=f"林小雨 {self.secret('lin')}", service_name=self.secret("service"), phone="13900004477"
        )
        self.case.marks.append("13900004477")
        cast.lin.refresh_from_db()
        self._customer()
        self._goods()
        self._stock()
        self._campaign()
        self._order()
        self._backorders()
        self._dispatch()
        self._dealers()
        self._cases()
        self._talk()
        self._scripts()
        self._tasks()
        self._asked()
        self._employed()
        ids |= {name: row.pk for name, row in vars(self).items() if hasattr(row, "pk")}
        ids["customer"] = cast.fang.pk
        ids["inbox_key"] = f"task:{self.task.pk}"
        with transaction.atomic():
            record(
                "orders.flagged", subject=self.order, by=cast.lin, shop=cast.shop.pk,
                change={"flag": ["", self.secret("change")]}, at=NOW,
            )  # fmt: skip
