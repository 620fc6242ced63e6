"""A platform's file of refunds: every refund one case, the same file twice the same, bad rows told kindly."""

from __future__ import annotations

from datetime import timedelta

from dangban.aftersales.models import Case
from dangban.aftersales.refunds import formats, imports
from dangban.aftersales.tests.story import ReturningCase
from dangban.shops import runs
from dangban.shops.models import ImportRefusal, ImportRun
from dangban.testing.cast import NOW

HEAD = "退款编号,订单编号,退款类型,退款状态,退款原因,买家申请时间,申请退款金额,退货物流公司,退货物流单号"
ASKED = "买家已经申请退款，等待卖家同意"


class RefundsTest(ReturningCase):
    def load(self, *rows: str, dry_run: bool = False) -> ImportRun:
        data = "\n".join([HEAD, *rows]).encode("gb18030")
        run = runs.begin(self.cast.shop, ImportRun.Kind.REFUNDS, "refunds.csv", data, by=self.cast.mei, dry_run=dry_run)
        imports.take_in(run)
        run.refresh_from_db()
        return run

    def test_a_refund_becomes_a_case_with_the_platforms_clock(self) -> None:
        self.story.order()
        run = self.load(f"TK1,8899,退货退款,{ASKED},质量问题,2026-11-19 09:00:00,199.00,,")
        case = Case.objects.get()
        assert (run.created, case.platform_refund_id, case.kind, case.reason, case.asked_fen) == (1, "TK1", "return", "quality", 19_900)
        assert (case.platform_state, case.platform_due_at) == ("WAIT_SELLER_AGREE", NOW - timedelta(hours=1) + timedelta(days=5))
        assert case.lines.get().paid_fen == 19_900

    def test_goods_that_were_not_sent_are_refunded_sooner(self) -> None:
        order = self.story.order(signed_at=None)
        type(order).objects.filter(pk=order.pk).update(dispatched_at=None, status="paid")
        self.load(f"TK1,8899,仅退款,{ASKED},不想要了,2026-11-19 09:00:00,199.00,,")
        case = Case.objects.get()
        assert (case.kind, case.platform_due_at) == ("refund", NOW - timedelta(hours=1) + timedelta(hours=48))

    def test_the_same_file_again_changes_nothing(self) -> None:
        self.story.order()
        row = f"TK1,8899,退货退款,{ASKED},质量问题,2026-11-19 09:00:00,199.00,,"
        self.load(row)
        before = Case.objects.values().get()
        run = self.load(row)
        assert (run.created, run.updated, run.unchanged) == (0, 0, 1)
        assert Case.objects.values().get() == before

    def test_an_order_has_as_many_cases_as_refunds(self) -> None:
        self.story.order(self.story.blue, self.story.grey)
        self.load(f"TK1,8899,仅退款,{ASKED},少件,,10,,", f"TK2,8899,仅退款,{ASKED},色差,,20,,")
        assert sorted(Case.objects.values_list("platform_refund_id", "reason")) == [("TK1", "missing"), ("TK2", "colour")]

    def test_a_trial_writes_nothing(self) -> None:
        self.story.order()
        run = self.load(f"TK1,8899,退货退款,{ASKED},质量问题,,199,,", dry_run=True)
        assert (run.created, Case.objects.count()) == (1, 0)

    def test_the_number_of_a_return_brings_the_case_on(self) -> None:
        self.story.order()
        self.load(f"TK1,8899,退货退款,{ASKED},不喜欢,,199,,")
        self.story.move(Case.objects.get(), "assess", "assessed")
        self.load("TK1,8899,退货退款,买家已经退货，等待卖家确认收货,不喜欢,,199,中通,ZT777")
        case = Case.objects.get()
        assert (case.state, case.parcel_cases.get().parcel.number) == ("on_way", "ZT777")

    def test_what_the_platform_closed_is_withdrawn_and_an_older_file_does_not_bring_it_back(self) -> None:
        self.story.order()
        asked = f"TK1,8899,退货退款,{ASKED},不喜欢,,199,,"
        self.load(asked)
        self.load("TK1,8899,退货退款,退款关闭,不喜欢,,199,,")
        assert Case.objects.get().state == "withdrawn"
        self.load(asked)
        assert (Case.objects.get().state, Case.objects.get().platform_state) == ("withdrawn", "CLOSED")

    def test_bad_rows_say_what_is_wrong_and_the_others_are_taken(self) -> None:
        self.story.order()
        run = self.load(
            f"TK1,7777,退货退款,{ASKED},质量问题,,199,,",
            "TK2,8899,退货退款,莫名其妙,质量问题,,199,,",
            f"1.93E+18,8899,退货退款,{ASKED},质量问题,,199,,",
            f"TK4,8899,退货退款,{ASKED},质量问题,,一百,,",
            f"TK5,8899,退货退款,{ASKED},质量问题,,199,,",
        )
        assert (run.created, run.refused, ImportRefusal.objects.filter(run=run).count()) == (1, 4, 4)
        assert Case.objects.get().platform_refund_id == "TK5"

    def test_refunds_that_were_over_before_get_no_case(self) -> None:
        self.story.order()
        run = self.load("TK1,8899,退货退款,退款成功,质量问题,,199,,")
        assert (run.created, run.unchanged, Case.objects.count()) == (0, 1, 0)


def test_the_platforms_words_are_told_apart() -> None:
    words = ("买家已经申请退款，等待卖家同意", "卖家已经同意退款，等待买家退货", "买家已经退货，等待卖家确认收货", "退款成功", "退款关闭", "卖家拒绝退款")
    assert [formats.state_of(word) for word in words] == [
        "WAIT_SELLER_AGREE", "WAIT_BUYER_RETURN_GOODS", "WAIT_SELLER_CONFIRM_GOODS", "SUCCESS", "CLOSED", "SELLER_REFUSE_BUYER",
    ]  # fmt: skip
