import io
import zipfile
from datetime import UTC, datetime

from dangban.lib import excel, tables
from dangban.lib.excel import Column

COLUMNS = [Column("订单编号"), Column("实付", "money"), Column("付款时间", "when"), Column("备注")]
PAID = datetime(2026, 11, 22, 6, 5, tzinfo=UTC)


def test_what_is_written_is_read_back():
    data = excel.xlsx(COLUMNS, [["1930679858170001", 12350, PAID, None]])
    table = tables.read(data, "a.xlsx")
    assert table.headers == ["订单编号", "实付", "付款时间", "备注"]
    assert next(table.rows()).cells == ["1930679858170001", "123.5", "2026-11-22 14:05:00", ""]


def test_a_remark_that_looks_like_a_formula_stays_a_text():
    data = excel.xlsx(COLUMNS, [["1", 0, None, '=HYPERLINK("http://x","y")']])
    assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    assert next(tables.read(data, "a.xlsx").rows()).cells[3] == '=HYPERLINK("http://x","y")'


def test_formulas_are_defused_in_csv_and_negative_amounts_are_not():
    data = excel.csv_bytes(COLUMNS, [["1", -300, PAID, "@SUM(A1)"]]).decode("utf-8-sig")
    assert data.splitlines()[1] == "1,-3.00,2026-11-22 14:05:00,'@SUM(A1)"


def test_few_rows_and_many_are_read_back_alike():
    for count in (0, excel.FEW_ROWS, excel.FEW_ROWS + 1):
        data = excel.xlsx(COLUMNS, ([f"单{number}", number, PAID, "=1+1"] for number in range(count)))
        rows = [row.cells for row in tables.read(data, "a.xlsx").rows()]
        assert len(rows) == count
        assert b"<f>" not in zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
        if count:
            assert rows[-1] == [f"单{count - 1}", f"{(count - 1) / 100:.2f}".rstrip("0").rstrip("."), "2026-11-22 14:05:00", "=1+1"]
