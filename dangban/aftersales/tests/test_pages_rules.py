"""The decision table as a page, and the case one tries on it."""

from __future__ import annotations

from django.urls import reverse

from dangban.handbook.actions import adopt_preset, forget
from dangban.people.models import Person
from dangban.testing import pages


class RulesPage(pages.PageCase):
    reader = "zhou"
    wrong_methods = ("put", "delete", "post")
    chinese = "签收次日"
    english = "from the day after signing"
    queries = 5

    @classmethod
    def set_up_story(cls) -> None:
        forget()
        adopt_preset("returns-first")

    def address(self) -> str:
        return reverse("aftersales:rules")

    def page(self, language: str = "zh", **told: object) -> str:
        if language == "en":
            Person.objects.filter(pk=self.cast.zhou.pk).update(language="en")
        response = self.as_person(self.cast.zhou).get(self.address(), {name: str(value) for name, value in told.items()})
        assert response.status_code == 200, response.content[:400]
        return response.content.decode()

    def test_who_has_no_part_in_after_sales_is_told_so(self) -> None:
        role = self.cast.roles["warehouse"]
        role.permissions = [code for code in role.permissions if code != "aftersales.view"]
        role.save()
        assert self.as_person(self.cast.ding).get(self.address()).status_code == 403

    def test_every_reason_has_its_row_with_the_clauses_behind_every_answer(self) -> None:
        text = self.page()
        for label in ("质量问题", "发错货", "少发漏发", "签收后破损", "丢件", "快递延误", "轻微色差"):
            assert label in text
        for clause in ("质量与非质量的区分 2", "不予办理 2", "退换货流程 温馨提示", "售后流程 2 折价"):
            assert clause in text

    def test_where_the_law_has_its_say_it_is_marked(self) -> None:
        text = self.page()
        assert "按法律" in text
        assert "网络购买商品七日无理由退货暂行办法 §10" in text

    def test_a_worn_dress_is_refused_kindly_with_its_clause(self) -> None:
        text = self.page(reason="dislike", wanted="return", category="clothing", days=3, used="on", paid="99.00")
        assert "不予办理" in text
        assert "商品有使用痕迹，不能再次销售，没有办法退换" in text
        assert "向主管申请破例" in text
        assert "退换货操作说明；不予办理 4" in text

    def test_a_fault_is_accepted_and_the_freight_split_to_the_cent(self) -> None:
        text = self.page(
            "en", reason="quality", wanted="return", days=2, photos="on", paid="99.00", freight_out="8.00", freight_back="12.00"
        )
        assert "We have accepted your return" in text
        for amount in ("8.00", "4.00"):
            assert f"{amount}</td>" in text

    def test_what_nobody_signed_for_yet_is_not_too_late(self) -> None:
        assert "已经过了" not in self.page(reason="dislike", wanted="return", paid="99.00")

    def test_an_unsent_order_is_refunded_without_freight(self) -> None:
        text = self.page("en", reason="dislike", wanted="refund", unsent="on", paid="99.00")
        assert "We have accepted your request for a refund" in text
        assert "Paid first by" not in text

    def test_what_cannot_be_read_is_said_at_its_field(self) -> None:
        response = self.as_person(self.cast.zhou).get(self.address(), {"reason": "quality", "wanted": "return", "days": "-1", "paid": "plenty"})
        assert response.status_code == 422
        assert "我们已经受理" not in response.content.decode()
