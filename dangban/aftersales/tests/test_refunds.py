"""A platform's file of refunds: every refund one case, the same file twice the same, bad rows told kindly."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dangban.aftersales import settling
from dangban.aftersales.models import Case, InboundParcel, LedgerEntry, Settlement
from dangban.aftersales.refunds import formats, imports
from dangban.aftersales.settling import ledger, listing
from dangban.aftersales.tests.story import ReturningCase
from dangban.desk.models import Notice, Task
from dangban.lib import tables
from dangban.lib.errors import Conflict, Refused
from dangban.shops import runs
from dangban.shops.models import ImportRefusal, ImportRun
from dangban.testing.cast import NOW

HEAD = "退款编号,订单编号,退款类型,退款状态,退款原因,买家申请时间,申请退款金额,退货物流公司,退货物流单号"
ASKED = "买家已经申请退款，等待卖家同意"


class Loading(ReturningCase):
    def load(self, *rows: str, dry_run: bool = False) -> ImportRun:
        data = "\n".join([HEAD, *rows]).encode("gb18030")
        run = runs.begin(self.cast.shop, ImportRun.Kind.REFUNDS, "refunds.csv", data, by=self.cast.mei, dry_run=dry_run)
        imports.take_in(run)
        run.refresh_from_db()
        return run


class RefundsTest(Loading):
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

    def test_our_own_template_is_read_by_who_gave_it_out(self) -> None:
        blank = self.as_person(self.cast.mei).get("/aftersales/refunds/template/").content
        read = tables.read(blank, "refunds-template.xlsx")
        assert set(formats.recognise(read.headers)) == {"refund", "order", "kind", "state", "reason", "asked_at", "asked", "due_at", "courier", "number"}
        row = dict(zip(read.headers, next(read.rows()).cells, strict=True))
        assert (row["退款类型"], formats.state_of(row["退款状态"])) == ("退货退款", "WAIT_SELLER_AGREE")

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

    def test_amounts_that_are_none_are_told_and_write_nothing(self) -> None:
        self.story.order()
        run = self.load(*(f"TK{number},8899,退货退款,{ASKED},质量问题,,{wrong},," for number, wrong in enumerate(("-5", "9" * 30, "1e3", "NaN"))))
        assert (run.refused, run.created, Case.objects.count()) == (4, 0, 0)

    def test_refunds_that_were_over_before_get_no_case(self) -> None:
        self.story.order()
        run = self.load("TK1,8899,退货退款,退款成功,质量问题,,199,,")
        assert (run.created, run.unchanged, Case.objects.count()) == (0, 1, 0)


def test_the_platforms_words_are_told_apart() -> None:
    words = ("买家已经申请退款，等待卖家同意", "卖家已经同意退款，等待买家退货", "买家已经退货，等待卖家确认收货", "退款成功", "退款关闭", "卖家拒绝退款")
    assert [formats.state_of(word) for word in words] == [
        "WAIT_SELLER_AGREE", "WAIT_BUYER_RETURN_GOODS", "WAIT_SELLER_CONFIRM_GOODS", "SUCCESS", "CLOSED", "SELLER_REFUSE_BUYER",
    ]  # fmt: skip


class RefundedByThePlatformTest(Loading):
    SUCCESS = "TK1,8899,仅退款,退款成功,质量问题,,{},,"

    def waiting(self, way: str = "platform") -> tuple[Case, Settlement]:
        """A refund of 199.00 that Mei proposed and nobody has paid yet."""
        self.story.order()
        self.load(f"TK1,8899,仅退款,{ASKED},质量问题,,199,,")
        case = Case.objects.get()
        self.story.move(self.story.move(case, "assess", "assessed"), "agree_payment", "settling")
        row = Settlement.objects.create(
            case=case, shop=case.shop, kind="refund", way=way, state="ready", amount_fen=19_900, key="k1", proposed_by=self.cast.mei, proposed_at=NOW
        )
        return case, row

    def test_what_waited_to_be_paid_through_it_is_paid_and_never_twice(self) -> None:
        case, row = self.waiting()
        self.load(self.SUCCESS.format(199))
        self.load(self.SUCCESS.format(199))
        row.refresh_from_db()
        case = Case.objects.select_related("order").get()
        assert (row.state, row.paid_by, row.reference, case.state, case.refunded_fen) == ("paid", None, "TK1", "settled", 19_900)
        assert (case.order.refunded_fen, case.order.settled_fen, LedgerEntry.objects.filter(kind="refund").count()) == (19_900, 19_900, 2)
        with pytest.raises(Conflict):
            settling.release(row, by=self.cast.qian, at=NOW)

    def test_another_amount_is_cancelled_here_and_told_with_both_figures(self) -> None:
        case, row = self.waiting()
        self.load(self.SUCCESS.format(150))
        row.refresh_from_db()
        case.refresh_from_db()
        assert (row.state, case.state, case.refunded_fen, ledger.balances(case)) == ("cancelled", "settled", 15_000, {"buyer": 15_000, "seller": -15_000})
        task = Task.objects.get(title__startswith=f"{case.number}：")
        assert "150.00" in task.body
        assert "199.00" in task.body

    def test_what_goes_another_way_stays_with_finance_who_are_told(self) -> None:
        case, row = self.waiting("alipay")
        self.load(self.SUCCESS.format(199))
        row.refresh_from_db()
        case.refresh_from_db()
        assert (row.state, case.state, case.refunded_fen) == ("ready", "settling", 19_900)
        assert Task.objects.filter(title__startswith=f"{case.number}：").count() == 1
        with pytest.raises(Refused):
            settling.release(row, by=self.cast.qian, at=NOW)
        assert ledger.balances(case) == {"buyer": 19_900, "seller": -19_900}

    def test_what_nobody_had_put_down_here_stands_in_the_ledger_once(self) -> None:
        self.story.order()
        self.load(f"TK1,8899,仅退款,{ASKED},质量问题,,199,,")
        self.load(self.SUCCESS.format(199))
        self.load(self.SUCCESS.format(199))
        case = Case.objects.select_related("order").get()
        assert (case.state, case.refunded_fen, ledger.balances(case)) == ("settled", 19_900, {"buyer": 19_900, "seller": -19_900})
        assert (case.order.settled_fen, case.order.refunded_fen, case.order.refund) == (19_900, 19_900, "full")
        assert Settlement.objects.values_list("kind", "way", "state", "reference").get() == ("refund", "platform", "paid", "TK1")
        assert listing.reconcile(self.cast.qian).agrees

    def test_what_was_paid_in_the_end_counts_and_not_what_was_asked_for(self) -> None:
        self.waiting()
        data = "退款编号,订单编号,退款类型,退款状态,申请退款金额,退款金额\nTK1,8899,仅退款,退款成功,199,150".encode()
        imports.take_in(runs.begin(self.cast.shop, ImportRun.Kind.REFUNDS, "refunds.csv", data, by=self.cast.mei, dry_run=False))
        assert Case.objects.get().refunded_fen == 15_000

    def test_what_finance_marked_as_paid_before_is_not_entered_again(self) -> None:
        case, row = self.waiting()
        settling.release(row, by=self.cast.qian, at=NOW)
        self.load(self.SUCCESS.format(199))
        assert (Settlement.objects.count(), ledger.balances(case)) == (1, {"buyer": 19_900, "seller": -19_900})


class OutOfOrderTest(Loading):
    def test_what_was_refunded_is_not_closed_by_an_older_file(self) -> None:
        self.story.order()
        self.load(f"TK1,8899,仅退款,{ASKED},质量问题,,199,,")
        self.load("TK1,8899,仅退款,退款成功,质量问题,,199,,")
        self.load("TK1,8899,仅退款,退款关闭,质量问题,,199,,")
        case = Case.objects.get()
        assert (case.state, case.platform_state) == ("settled", "SUCCESS")
        assert not Task.objects.exists()

    def dated(self, state: str, changed: str) -> ImportRun:
        data = f"退款编号,订单编号,退款类型,退款状态,退款金额,退款更新时间\nTK1,8899,退货退款,{state},199,{changed}".encode()
        run = runs.begin(self.cast.shop, ImportRun.Kind.REFUNDS, "refunds.csv", data, by=self.cast.mei, dry_run=False)
        imports.take_in(run)
        run.refresh_from_db()
        return run

    def test_a_file_that_was_taken_out_before_changes_nothing(self) -> None:
        self.story.order()
        self.dated("卖家已经同意退款，等待买家退货", "2026-11-19 09:00:00")
        before = Case.objects.values().get()
        run = self.dated(ASKED, "2026-11-18 09:00:00")
        assert (run.unchanged, Case.objects.values().get()) == (1, before)
        assert self.dated("卖家拒绝退款", "2026-11-19 10:00:00").updated == 1

    def test_the_amount_follows_what_the_customer_asks_for_now(self) -> None:
        self.story.order()
        self.load(f"TK1,8899,仅退款,{ASKED},质量问题,,199,,")
        assert self.load(f"TK1,8899,仅退款,{ASKED},质量问题,,50,,").updated == 1
        assert Case.objects.get().asked_fen == 5_000

    def test_a_number_of_no_use_holds_up_nothing_else(self) -> None:
        self.story.order()
        self.load(f"TK1,8899,退货退款,{ASKED},质量问题,,199,,")
        InboundParcel.objects.create(shop=self.cast.shop, number="ZT777", courier="中通", state="inspected", arrived_at=NOW)
        row = "TK1,8899,退货退款,退款成功,质量问题,,199,中通,ZT777"
        assert self.load(row).updated == 1
        assert Case.objects.get().platform_state == "SUCCESS"
        assert (self.load(row).unchanged, Notice.objects.filter(title__contains="SH").count()) == (1, 1)
