"""What no rule covers: asked in words, answered by who leads; and what one may do where one was only mentioned."""

from __future__ import annotations

import pytest
from django.utils import translation

from dangban.desk import actions
from dangban.desk.models import Approval, Handover, Notice, Task
from dangban.desk.tests.desk import DayCase
from dangban.lib.errors import BadInput, Conflict, NotAllowed
from dangban.testing.cast import NOW, at


class Exceptions(DayCase):
    def test_one_is_its_own_subject_so_that_two_alike_are_two(self) -> None:
        asked = [
            actions.ask_exception("多送一件赠品", "老顾客生日", by=self.cast.lin, shop=self.cast.shop, at=NOW) for _ in range(2)
        ]
        assert [(one.subject_kind, one.subject_id) for one in asked] == [("desk.approval", one.pk) for one in asked]
        assert Approval.objects.get(pk=asked[0].pk).facts == {"原因": "老顾客生日"}

    def test_its_reason_is_kept_under_the_companys_word_whoever_asks(self) -> None:
        with translation.override("en"):
            asked = actions.ask_exception("One gift more", "Birthday", by=self.cast.lin, shop=self.cast.shop, at=NOW)
        assert Approval.objects.get(pk=asked.pk).facts == {"原因": "Birthday"}

    def test_who_asked_is_told_and_nobody_answers_their_own(self) -> None:
        asked = actions.ask_exception("多送一件赠品", "老顾客生日", by=self.cast.lin, shop=self.cast.shop, at=NOW)
        with pytest.raises(NotAllowed):
            actions.settle_approval(asked, True, by=self.cast.lin, at=NOW)
        assert Approval.objects.get().settled_at is None
        actions.settle_approval(asked, True, by=self.cast.zhou, at=NOW)
        assert Notice.objects.filter(title="同意了：多送一件赠品", url=f"/approvals/{asked.pk}/").count() == 1

    def test_without_a_reason_or_for_another_shop_nothing_is_asked(self) -> None:
        with pytest.raises(BadInput) as bad:
            actions.ask_exception("多送一件赠品", " ", by=self.cast.lin, shop=self.cast.shop, at=NOW)
        assert list(bad.value.fields) == ["why"]
        with pytest.raises(NotAllowed):
            actions.ask_exception("多送一件", "生日", by=self.cast.lin, shop=self.cast.other_shop, at=NOW)
        assert Approval.objects.count() == 0

    def test_asked_on_its_page(self) -> None:
        page = self.as_person(self.cast.lin)
        answer = page.post("/approvals/new/", {"title": "多送一件赠品", "why": "生日", "shop": self.cast.shop.pk})
        assert answer.headers["location"] == f"/approvals/{Approval.objects.get().pk}/"
        again = page.post("/approvals/new/", {"title": "多送一件赠品", "why": ""})
        assert (again.status_code, Approval.objects.count()) == (200, 1)


class Mentioned(DayCase):
    def test_who_was_mentioned_may_speak_but_not_do(self) -> None:
        task = self.task(steps=["找到赠品"])
        actions.comment_on_task(task, "@梅芳 你看一下", by=self.cast.lin, mentioned=[self.cast.mei], at=NOW)
        actions.comment_on_task(task, "看了", by=self.cast.mei, at=NOW)
        with pytest.raises(NotAllowed):
            actions.tick_step(task.steps.get(), True, by=self.cast.mei, at=NOW)
        with pytest.raises(NotAllowed):
            actions.finish_task(task, by=self.cast.mei, at=NOW)
        assert (Task.objects.get().done_at, task.steps.get().done_at) == (None, None)


class Sheets(DayCase):
    def test_what_stands_on_a_signed_sheet_is_not_offered_twice(self) -> None:
        task = self.task()
        first = actions.draft_handover(self.cast.lin, at=at("17:30"))
        item = first.items.get(key=f"task:{task.pk}")
        actions.sign_handover(first, self.cast.mei, notes={item.pk: "还差一件"}, by=self.cast.lin, at=at("17:40"))
        assert actions.draft_handover(self.cast.lin, at=at("17:50")).items.count() == 0

    def test_words_are_kept_before_the_sheet_is_signed_and_not_after(self) -> None:
        task = self.task()
        sheet = actions.draft_handover(self.cast.lin, at=at("17:30"))
        item = sheet.items.get(key=f"task:{task.pk}")
        page = self.as_person(self.cast.lin)
        page.post("/handover/draft/", {"act": "keep", f"note-{item.pk}": "", "rest": "明早跟进"})
        item.refresh_from_db()
        assert item.note == "明早跟进"
        actions.sign_handover(sheet, self.cast.mei, by=self.cast.lin, at=at("17:40"))
        with pytest.raises(Conflict):
            actions.keep_words(Handover.objects.get(), {item.pk: "别的"}, by=self.cast.lin)
        item.refresh_from_db()
        assert item.note == "明早跟进"
