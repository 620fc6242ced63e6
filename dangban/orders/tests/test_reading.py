from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import translation

from dangban.lib import tables
from dangban.orders import cells, formats, reading
from dangban.orders.cells import Misread
from dangban.orders.reading import Line
from dangban.testing.datasets import dataset

FILES = Path(__file__).parent / "files"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def read(path):
    table = tables.read(path.read_bytes(), path.name)
    reader = reading.Reader(table, formats.recognise(table.headers))
    return {order.platform_id: order for order in reader.orders()}, reader


def test_taobao_in_gbk_with_its_wrapped_cells():
    orders, reader = read(FILES / "taobao.gbk.csv")
    assert reader.rows == 6
    first = orders["2201000000000000001"]
    assert first.said == {
        "total_fen": 41000,
        "paid_fen": 41000,
        "freight_fen": 1200,
        "created_at": datetime(2026, 11, 18, 12, 1, tzinfo=UTC),
        "paid_at": datetime(2026, 11, 18, 12, 2, 30, tzinfo=UTC),
        "status": "paid",
        "province": "浙江省",
        "city": "杭州市",
        "district": "西湖区",
        "address": "古荡街道 示例路8号2幢",
        "postcode": "310012",
        "phone": "13500000005",
        "buyer": "fang_2008",
        "receiver": "方静",
        "buyer_message": "周末送",
        "quantity": 2,
    }
    assert first.lines == [Line("南风四件套 深蓝", 1), Line("南风枕芯", 1)]


def test_a_comma_inside_a_single_title_does_not_make_two_items():
    orders, _reader = read(FILES / "taobao.gbk.csv")
    assert orders["2201000000000000002"].lines == [Line("南风浴巾，加厚款", 3)]


def test_a_time_of_zeros_is_not_a_time():
    orders, _reader = read(FILES / "taobao.gbk.csv")
    assert "paid_at" not in orders["2201000000000000003"].said
    assert orders["2201000000000000003"].said["close_reason"] == "买家未付款"
    assert orders["2201000000000000003"].said["buyer_message"] == '急用,请\n尽快"发"'


def test_rows_that_are_not_understood_are_refused_with_line_and_reason():
    _orders, reader = read(FILES / "taobao.gbk.csv")
    assert [(one.line, one.reference, one.reason) for one in reader.refusals] == [
        (7, "2201000000000000005", "订单状态: The status “神秘状态” is not known"),
        (
            8,
            "2.20100E+18",
            "The order number was rounded by a spreadsheet (2.20100E+18); "
            "export the file again and load it without opening it first",
        ),
    ]


def test_jd_repeats_the_order_on_each_item():
    orders, reader = read(FILES / "jd.gb18030.csv")
    assert reader.rows == 3
    first = orders["310000000001"]
    assert first.lines_from == [2, 3]
    assert (first.said["total_fen"], first.said["paid_fen"], first.said["quantity"]) == (50000, 49000, 3)
    assert first.lines == [
        Line("南风四件套", 1, "", "NF-BLUE-180", "501", 25000),
        Line("南风枕芯", 2, "", "NF-PAD", "502", 12500),
    ]
    assert orders["310000000002"].said["status"] == "paid"


def test_pinduoduo_has_one_time_and_tabs_behind_each_value():
    orders, _reader = read(FILES / "pdd.utf8bom.csv")
    first = orders["261118-000000000000001"]
    assert (first.said["status"], first.said["refund"]) == ("sent", "none")
    assert first.said["paid_at"] == first.said["created_at"] == datetime(2026, 11, 18, 4, 0, 1, tzinfo=UTC)
    assert first.said["total_fen"] == 1980
    assert orders["261118-000000000000002"].said["refund"] == "asked"
    third = orders["261118-000000000000003"].said
    assert (third["status"], third["refund"]) == ("closed", "full")


def test_a_report_without_statuses_tells_them_by_times_and_amounts():
    orders, _reader = read(FILES / "tmall_report.utf8.csv")
    stages = {number: (one.said["status"], one.said.get("refund")) for number, one in orders.items()}
    assert stages == {
        "1": ("unpaid", None),
        "2": ("paid", None),
        "3": ("closed", "full"),
        "4": ("paid", "partial"),
    }
    assert all(order.status_derived for order in orders.values())


def test_items_at_different_stages_make_a_partly_dispatched_order():
    orders, _reader = read(FILES / "qianniu_lines.xlsx")
    order = orders["8001"]
    assert (order.said["status"], order.said["refund"]) == ("part", "asked")
    assert (order.said["total_fen"], order.said["paid_fen"], order.said["flag"]) == (35000, 35000, "红旗")
    assert [line.variant for line in order.lines] == ["颜色:深蓝;尺寸:1.8m", "颜色:白色"]


def test_the_same_file_read_twice_has_the_same_digests():
    once, _reader = read(FILES / "jd.gb18030.csv")
    again, _reader = read(FILES / "jd.gb18030.csv")
    assert [order.digest() for order in once.values()] == [order.digest() for order in again.values()]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ("等待买家付款", "unpaid"),
        ("买家已付款，等待卖家发货", "paid"),
        ("买家已付款,等待卖家发货", "paid"),
        ("卖家部分发货", "part"),
        ("卖家已发货，等待买家确认", "sent"),
        ("已签收", "signed"),
        ("交易成功", "done"),
        ("交易关闭", "closed"),
    ],
)
def test_platform_words_become_our_statuses(words, status):
    assert cells.status_of(words) == (status, "")


@pytest.mark.parametrize(
    ("written", "wall"),
    [
        ("2026-11-18 20:01:00", datetime(2026, 11, 18, 12, 1, tzinfo=UTC)),
        ("2026/11/18 20:01", datetime(2026, 11, 18, 12, 1, tzinfo=UTC)),
        ("2026年11月18日 20:01:05", datetime(2026, 11, 18, 12, 1, 5, tzinfo=UTC)),
        ("2026-11-18", datetime(2026, 11, 17, 16, 0, tzinfo=UTC)),
        ("0000-00-00 00:00:00", None),
        ("", None),
    ],
)
def test_times_are_the_companys_wall_clock(written, wall):
    assert cells.moment(written) == wall


@pytest.mark.parametrize("written", ["昨天", "2026-13-01", "1899-01-01"])
def test_what_is_no_time_is_refused(written):
    with pytest.raises(Misread):
        cells.moment(written)


@pytest.mark.data
def test_fourteen_thousand_real_orders_are_read_without_a_refusal():
    orders, reader = read(dataset("tmall_orders/tmall_order_report.csv"))
    assert (len(orders), len(reader.refusals)) == (14356, 0)
    stages = [order.said["status"] for order in orders.values()]
    assert {stage: stages.count(stage) for stage in set(stages)} == {
        "paid": 9617,
        "closed": 2692,
        "unpaid": 2047,
    }
