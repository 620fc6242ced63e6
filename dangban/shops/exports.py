"""The catalogue's template and the refused rows of a loaded file, for people's spreadsheets."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.lib import excel
from dangban.lib.excel import Column
from dangban.shops.models import ImportRun
from dangban.shops.template import TEMPLATE_COLUMNS


def refusals(run: ImportRun) -> bytes:
    """The rows of an import that were not taken, with line and reason before their own cells."""
    found = list(run.refusals.order_by("line").values_list("line", "reference", "reason", "row"))
    headers = list(dict.fromkeys(name for _line, _number, _reason, row in found for name in row))
    columns = [
        Column(_("Line"), "number", 8),
        Column(pgettext("goods", "Number"), width=24),
        Column(_("Why it was not taken"), width=60),
        *(Column(name, width=16) for name in headers),
    ]
    rows = (
        [line, number, reason, *(row.get(name, "") for name in headers)]
        for line, number, reason, row in found
    )
    return excel.xlsx(columns, rows, sheet=_("Refused rows"))


def template_csv() -> bytes:
    return excel.csv_bytes(_columns(), _rows())


def template_xlsx() -> bytes:
    return excel.xlsx(_columns(), _rows(), sheet="商品")


def _columns() -> list[Column]:
    return [Column(column.header, width=16) for column in TEMPLATE_COLUMNS]


def _rows() -> list[list[str]]:
    first = [column.example for column in TEMPLATE_COLUMNS]
    second = [column.second if column.second is not None else column.example for column in TEMPLATE_COLUMNS]
    return [first, second]
