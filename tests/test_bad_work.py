"""What is typed into the pages about people at work and makes no sense: refused kindly, never a 500."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from tests.strangers.routes import ROUTES
from tests.strangers.story import StrangerCase

ROOMS = ("staff/", "duty/", "demand/", "rosters/", "holidays/", "leave/", "attendance/", "conduct/", "performance/", "pay/")
FAR = ("0001-01-01", "9999-12-31", "2199-12-31")
HUGE = ("9" * 5000, "9" * 18, "²", "1e400", "NaN")
DAYS = (
    "day", "first", "last", "since", "starts_on", "ends_on", "signed_on", "on", "expires_on", "happened_on", "first_day", "absent_first", "absent_last",
    "other_day", "month", "concerns",
)  # fmt: skip
NUMBERS = (
    "base", "insurance", "experience_months", "result", "amount", "special", "loss", "points", "weeks", "seconds", "people", "minutes", "days", "seen",
)  # fmt: skip
OWN_DOORS = ("duty/mine/", "duty/swaps/", "leave/new/", "attendance/punch/", "attendance/people/", "pay/lines/", "conduct/<int:pk>/hearing/")
KINDS = {"leave": ("sick", "rest", "annual"), "staff": ("confirmation", "promotion", "fixed", "licence"), "holidays": ("workday",)}
IDS = ("person", "with", "substitute", "told", "mentor", "absent", "cell", "team", "shop", "run")


class Typed(StrangerCase):
    def sound(self) -> dict[str, str]:
        lin, mei = str(self.cast.lin.pk), str(self.cast.mei.pk)
        sound = dict.fromkeys(DAYS, "2026-11-26") | dict.fromkeys(NUMBERS, "1") | dict.fromkeys(IDS, lin)
        return sound | {
            "month": "2026-10", "concerns": "2026-10", "with": mei, "absent": mei, "cell": f"{lin}:2026-11-26", "kind": "wage", "level": "mid", "code": "x",
            "reason": "x", "said": "x", "word": "x", "words": "x", "why": "x", "text": "x", "note": "x", "answer": "agree", "granted": "yes", "upheld": "yes",
            "outcome": "upheld", "what": "x", "name": "x", "holder": "x", "bank": "x", "number": "6222000011114477", "city": "x", "side": "departure", "at": "17:00",
            "shift": "rest", "wish": "rest", "measure": "sales", "offence": "games", "facts": "x", "amount": "1", "title": "x", "team": str(self.cast.team.pk),
            "shop": str(self.cast.shop.pk), "part": "day", "education": "", "secret": "x", "app_key": "x", "address": "https://oapi.dingtalk.com/x", "run": "1",
        }  # fmt: skip

    def bodies(self, route: str) -> Iterator[tuple[str, dict[str, str]]]:
        for names, values in ((DAYS, FAR), (NUMBERS, HUGE), (IDS, HUGE[:3])):
            for value in values:
                yield f"{names[0]}={value[:12]}", self.sound() | dict.fromkeys(names, value)
        for kind in KINDS.get(route.split("/")[0], ()):
            yield kind, self.sound() | {"kind": kind} | dict.fromkeys(DAYS, "0001-01-01")
            yield kind, self.sound() | {"kind": kind} | dict.fromkeys(DAYS, "9999-12-31")

    def status(self, client: Client, path: str, data: dict[str, object]) -> int:
        with transaction.atomic():
            status = client.post(path, data).status_code
            transaction.set_rollback(True)
        return status

    def test_no_form_breaks(self) -> None:
        broken = []
        for name in ("bao", "lin"):
            client = self.as_person(getattr(self.cast, name))
            client.raise_request_exception = False
            for route, kind in ROUTES.items():
                # What is one's own is tried by Lin, the rest by who may most.
                if not route.startswith(ROOMS) or (name == "lin") != route.startswith(OWN_DOORS):
                    continue
                path = self.address(route, kind) if isinstance(kind, dict) else f"/{route}".replace("<slug:code>", "sales").replace("<str:token>", "x")
                if {self.status(client, path, {}), self.status(client, path, dict(self.sound()))} <= {403, 404, 405}:
                    continue
                for told, body in self.bodies(route):
                    status = self.status(client, path, dict(body))
                    # 503 says kindly that no handbook was in force so long ago.
                    if status >= 500 and status != 503:
                        broken.append((name, path, told, status))
        assert not broken, "\n" + "\n".join(map(str, broken[:60]))

    def files(self) -> Iterator[tuple[str, bytes]]:
        book = io.BytesIO()
        with zipfile.ZipFile(book, "w") as made:
            made.writestr("[Content_Types].xml", "<Types/>")
        yield "empty.xlsx", b""
        yield "cut.xlsx", b"PK\x03\x04" + b"\0" * 30
        yield "bare.xlsx", book.getvalue()
        yield "text.xlsx", "姓名,日期\n林,1".encode()
        yield "old.xls", b"\xd0\xcf\x11\xe0" + b"\0" * 600
        yield "nul.csv", b"a,b\0\n1,2"
        yield "lone.csv", "审批编号,创建人".encode()
        yield "far.csv", "旺旺昵称,日期,销售额\nx,9999-12-31,1e999\ny,0001-01-01,9e99".encode()
        yield "page.csv", b"<!doctype html><table>"

    def test_no_file_breaks(self) -> None:
        client = self.as_person(self.cast.bao)
        client.raise_request_exception = False
        broken = []
        for path in ("/attendance/dingtalk/", "/performance/imports/"):
            for name, data in self.files():
                more = {"shop": str(self.cast.shop.pk), "first": "0001-01-01", "last": "9999-12-31"}
                for given in ({}, more):
                    status = self.status(client, path, {"file": SimpleUploadedFile(name, data), "shop": more["shop"], **given})
                    if status >= 500:
                        broken.append((path, name, status))
        assert not broken, "\n" + "\n".join(map(str, broken))


pytestmark = [pytest.mark.django_db, pytest.mark.long]
