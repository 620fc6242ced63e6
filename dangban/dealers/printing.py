"""The papers of a return: the count sheet, the inspection report, the settlement note."""

from __future__ import annotations

from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from dangban.dealers import access, holding, queries, words
from dangban.dealers.models import DealerReturn
from dangban.dispatch import typeset
from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock
from dangban.lib.errors import Refused
from dangban.people.models import Person

SHEETS = {"count": "dealers/print_count.html", "report": "dealers/print_report.html", "note": "dealers/print_note.html"}


def make(made: DealerReturn, name: str, *, by: Person) -> bytes:
    """A sheet as PDF, noted as printed. Refused while what it tells has not happened."""
    access.require(by, made.shop_id, access.VIEW)
    at = clock.now()
    sheet = queries.sheet(made, in_force(at))
    there = {"count": bool(sheet.counting), "report": made.inspected_at is not None, "note": sheet.note is not None}
    if not there[name]:
        raise Refused(_("There is nothing to print yet."), code="not-yet")
    context = {"made": made, "sheet": sheet, "unit": words.unit, "printed_at": at, "printed_by": by.name}
    pdf = typeset.pdf(render_to_string(SHEETS[name], context))
    with transaction.atomic():
        holding.journal("printed", made, by=by, at=at, sheet=name)
    return pdf
