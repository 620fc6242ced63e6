import io
import zipfile

import pytest
import xlsxwriter

from dangban.lib import tables
from dangban.lib.tables import TableError

LINES = '订单编号,收货地址 \t,总金额,,\r\n="1930679858170001",吉林省,598,,\r\n'


def workbook(rows):
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    page = book.add_worksheet("export")
    for line, row in enumerate(rows):
        page.write_row(line, 0, row)
    book.close()
    return buffer.getvalue()


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-8-sig", "utf-16"])
def test_every_usual_encoding_is_recognised(encoding):
    table = tables.read(LINES.encode(encoding), "a.csv")
    assert table.headers == ["订单编号", "收货地址", "总金额"]
    assert [row.cells[:3] for row in table.rows()] == [["1930679858170001", "吉林省", "598"]]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('="1930679858170001"', "1930679858170001"),
        ("'13800000001", "13800000001"),
        ("231008-000000000000001\t", "231008-000000000000001"),
        ("\u3000张三\u00a0", "张三"),
        ("=1+1", "=1+1"),
        ("'引'", "'引'"),
    ],
)
def test_what_exports_wrap_around_values_is_taken_off(cell, value):
    assert tables.clean(cell) == value


def test_rows_keep_the_line_on_which_they_begin():
    table = tables.read('号,话\n1,"两行\n的话"\n\n2,一行\n'.encode(), "a.csv")
    assert [(row.line, row.cells) for row in table.rows()] == [(2, ["1", "两行\n的话"]), (5, ["2", "一行"])]


def test_sums_at_the_end_are_left_out_and_noted():
    table = tables.read("旺旺昵称,接待人数\n小林,5\n汇总值,5\n平均值,5\n".encode(), "a.csv")
    assert len(list(table.rows())) == 1
    assert [line for line, _ in table.skipped] == [3, 4]


def test_a_workbook_gives_texts_and_whole_numbers():
    table = tables.read(workbook([["订单编号", "金额"], ["1930679858170001", 598.0], ["x", 88.5]]), "a.xlsx")
    assert [(row.line, row.cells) for row in table.rows()] == [
        (2, ["1930679858170001", "598"]),
        (3, ["x", "88.5"]),
    ]


def test_an_order_number_that_a_spreadsheet_has_rounded_is_recognisable():
    table = tables.read(workbook([["订单编号", "金额"], [1930679858170001.0, 1]]), "a.xlsx")
    number = next(table.rows()).cells[0]
    assert tables.is_lossy_number(number)
    assert tables.is_lossy_number("1.93068E+15")
    assert not tables.is_lossy_number("1930679858170001")


def test_a_record_is_read_by_its_headers():
    table = tables.read(b"a,b,a\n1,2,3\n", "a.csv")
    assert list(table.records()) == [(2, {"a": "1", "b": "2"})]


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "a.csv", "empty"),
        (b"%PDF-1.7 x", "a.csv", "PDF"),
        (b"\x89PNG\r\n", "a.xlsx", "picture"),
        (b"<html><table>", "a.xls", "web page"),
        (b"a,b\n1,2\n", "a.xlsx", "called .xlsx but holds CSV"),
        (b"a,b\n1,2\n", "a.exe", "kind .exe"),
        (b"PK\x03\x04broken", "a.xlsx", "damaged"),
        (b"\xd0\xcf\x11\xe0broken", "a.xls", "damaged"),
        (b"a,b\n\xff\xff\xff,2\n", "a.csv", "Line 2"),
        (b"only one header\n", "a.csv", "No line with column headers"),
        (b'a,b\n1,"' + b"x\n" * 300, "a.csv", "In line 2 a quotation mark"),
    ],
)
def test_each_way_to_be_no_table_is_said_plainly(data, name, words):
    with pytest.raises(TableError, match=words):
        list(tables.read(data, name).rows())


def test_a_workbook_inside_a_gbk_name_is_still_a_workbook():
    with pytest.raises(TableError, match=r"called \.csv but holds XLSX"):
        tables.read(workbook([["a", "b"]]), "订单.csv")


def test_an_archive_without_a_workbook_is_refused():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("orders.csv", "a,b")
    with pytest.raises(TableError, match="Unpack it"):
        tables.read(buffer.getvalue(), "a.xlsx")


def test_a_zip_bomb_is_not_opened(monkeypatch):
    monkeypatch.setattr(tables, "MAX_UNPACKED", 2**20)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 2**22)
    with pytest.raises(TableError, match="unpacks to far more"):
        tables.read(buffer.getvalue(), "a.xlsx")


def test_a_cell_at_the_end_of_the_world_is_refused_before_memory_is_reserved():
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    book.add_worksheet().write(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(TableError, match="far outside"):
        tables.read(buffer.getvalue(), "a.xlsx")


def test_too_many_rows_are_refused_and_none_taken():
    with pytest.raises(TableError, match="more than 2 rows"):
        list(tables.read(b"a,b\n1,1\n2,2\n3,3\n", "a.csv", max_rows=2).rows())
