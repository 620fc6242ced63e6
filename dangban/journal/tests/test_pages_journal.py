"""The journal's page: within one's shops, in words, filtered by its address, exported with a trace."""

from __future__ import annotations

import io

import openpyxl
from django.db import transaction

from dangban.journal import sealing
from dangban.journal.actions import record
from dangban.journal.models import Entry
from dangban.testing import pages
from dangban.testing.cast import NOW, at


class JournalPage(pages.PageCase):
    reader = "zhou"
    strangers = ("lin", "hu", "ding")
    stranger_status = 403
    queries = 14
    chinese = "日志"
    english = "who did what, when and why"

    @classmethod
    def set_up_story(cls) -> None:
        with transaction.atomic():
            for shop, flag in ((cls.cast.shop, "红旗"), (cls.cast.other_shop, "蓝旗")):
                record(
                    "orders.flagged", subject=("orders.order", 7), by=cls.cast.lin, shop=shop.pk,
                    change={"flag": [None, flag]}, at=NOW,
                )  # fmt: skip
            record("people.signed_in", subject=cls.cast.mei, by=cls.cast.mei, at=at("11-18 09:00"))
        sealing.seal_pending()

    def address(self) -> str:
        return "/journal/"

    def shown(self, reader: str = "zhou", /, **query: str) -> str:
        return self.as_person(getattr(self.cast, reader)).get("/journal/", query).content.decode()

    def test_a_supervisor_reads_of_their_own_shops_only(self) -> None:
        page = self.shown()
        assert "红旗" in page
        assert "蓝旗" not in page
        assert "梅芳" not in page

    def test_a_manager_reads_all_of_it(self) -> None:
        page = self.shown("bao")
        assert "红旗" in page
        assert "蓝旗" in page
        assert "登录" in page

    def test_one_key_is_named_as_the_room_of_the_verb_names_it(self) -> None:
        with transaction.atomic():
            for verb in ("desk.deadline_escalated", "leave.asked"):
                record(verb, subject=("orders.order", 7), by=self.cast.lin, shop=self.cast.shop.pk, change={"told": "周敏"}, at=NOW)
        sealing.seal_pending()
        desk, leave = (self.shown(verb=verb) for verb in ("desk.deadline_escalated", "leave.asked"))
        assert ("接电话的人" in desk, "接电话的人" in leave) == (False, True)

    def test_what_is_set_stands_on_the_line_that_folds_the_filters(self) -> None:
        assert "3 项" in self.shown("bao", who="梅", verb="people.signed_in", since="2026-11-01")
        assert "filters__set" not in self.shown("bao")

    def test_filters_stand_in_the_address(self) -> None:
        assert "红旗" not in self.shown("bao", who="梅")
        assert "梅芳" in self.shown("bao", verb="people.signed_in")
        assert "红旗" not in self.shown("bao", until="2026-11-18")
        assert "红旗" in self.shown("bao", since="2026-11-19", shop=str(self.cast.shop.pk))
        assert "红旗" in self.shown("bao", since="not a day", shop="x", before="99999999999999999999")

    def test_pages_go_on_from_the_last_entry(self) -> None:
        with transaction.atomic():
            for number in range(60):
                record("orders.flagged", subject=("orders.order", number), by=self.cast.ou, shop=self.cast.shop.pk)
        first = self.shown()
        assert first.count('id="entry-') == 50
        before = Entry.objects.order_by("-id").values_list("id", flat=True)[49]
        assert f"before={before}" in first
        assert self.shown(before=str(before)).count('id="entry-') == 11

    def test_the_export_holds_what_the_page_shows_and_leaves_a_trace(self) -> None:
        response = self.as_person(self.cast.zhou).get("/journal/export/", {"who": "林"})
        book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
        rows = list(book.active.iter_rows(values_only=True))
        assert len(rows) == 2
        assert rows[1][2] == "林小雨"
        entry = Entry.objects.get(verb="journal.exported")
        assert entry.change == {"entries": 1, "filters": {"who": "林"}}

    def test_strangers_export_nothing(self) -> None:
        assert self.as_person(self.cast.lin).get("/journal/export/").status_code == 403
        assert not Entry.objects.filter(verb="journal.exported").exists()

    def test_markup_in_names_is_shown_not_run(self) -> None:
        with transaction.atomic():
            record(
                "orders.flagged", subject=("orders.order", 1), by=self.cast.ou, shop=self.cast.shop.pk,
                change={"note": "<script>alert(1)</script>"},
            )  # fmt: skip
        assert "<script>alert(1)" not in self.shown()
