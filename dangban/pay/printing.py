"""A payslip on paper."""

from __future__ import annotations

from django.template.loader import render_to_string

from dangban.dispatch import typeset
from dangban.lib import clock
from dangban.pay import queries, words
from dangban.pay.models import Payslip


def make(slip: Payslip, by_name: str) -> bytes:
    context = {
        "slip": slip, "groups": queries.groups(slip),
        "kind_name": words.kind_name, "how_said": words.how_said, "limit_said": words.limit_said, "undecided_said": words.undecided_said,
        "printed_at": clock.now(), "printed_by": by_name,
    }  # fmt: skip
    return typeset.pdf(render_to_string("pay/print_slip.html", context))
