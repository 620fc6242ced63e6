"""The catalogue's template and the refused rows of a loaded file, for people's spreadsheets."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.lib import blanks, excel
from dangban.lib.excel import Column
from dangban.shops.models import ImportRun
from dangban.shops.template import TEMPLATE


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
    return blanks.as_csv(TEMPLATE)


def template_xlsx() -> bytes:
    return blanks.as_xlsx(TEMPLATE, "商品")
