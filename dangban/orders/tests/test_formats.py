import csv
from collections import defaultdict

import pytest

from dangban.orders import formats
from dangban.testing.datasets import dataset


def test_headers_are_recognised_whatever_their_width_and_blanks():
    found = formats.recognise(
        ["订单编号", "订单创建时间 ", " 订单状态", "买家实际支付金额", "宝贝种类 ", "谜之列"]
    )
    assert found.format.code == "taobao"
    assert found.columns["订单创建时间 "] == "created_at"
    assert found.unknown == ["谜之列"]


def test_any_subset_of_pinduoduos_columns_in_any_order_will_do():
    assert formats.recognise(["订单成交时间", "商品数量（件）", "订单状态", "订单号"]).format.code == "pdd"


def test_unknown_headers_name_the_nearest_format_and_what_it_lacks():
    with pytest.raises(formats.Unrecognised) as refusal:
        formats.recognise(["订单编号", "订单状态", "买家会员名", "下单日期"])
    assert "订单编号、订单状态、买家会员名、下单日期" in str(refusal.value)
    assert "订单创建时间" in str(refusal.value)


def test_foreign_headers_are_said_to_be_foreign():
    with pytest.raises(formats.Unrecognised, match="姓名、班次"):
        formats.recognise(["姓名", "班次"])


def test_columns_that_fit_two_formats_are_not_guessed_at():
    with pytest.raises(formats.Unrecognised, match=r"京东|JD"):
        formats.recognise(["订单号", "下单时间", "订单状态", "订单金额", "商品名称", "京东价", "单价"])


@pytest.mark.data
@pytest.mark.parametrize(
    ("layout", "code"),
    [
        ("taobao_order_csv_legacy", "taobao"),
        ("taobao_item_csv_legacy", "qianniu-lines"),
        ("qianniu_order_xlsx_2026", "taobao"),
        ("qianniu_suborder_xlsx_2024", "qianniu-lines"),
        ("jd_order_2016", "jd"),
        ("pdd_order_2023_full", "pdd"),
        ("pdd_order_2026_min", "pdd"),
    ],
)
def test_the_platforms_own_headers_are_all_understood(layout, code):
    headers = defaultdict(list)
    with dataset("export_headers/headers.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            headers[row["format_id"]].append(row["column_name"])
    found = formats.recognise(headers[layout])
    assert (found.format.code, found.unknown) == (code, [])
