"""Files of a month that is out: for the books, and for the bank."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import Refused
from dangban.lib.excel import Column, xlsx
from dangban.pay import access, words
from dangban.pay.actions.accounts import number_of
from dangban.pay.models import BankExport, PayAccount, PayMonth, Payslip
from dangban.people.models import Person


def books(month: PayMonth, *, by: Person, at: datetime | None = None) -> bytes:
    """Everybody with a column for each kind of line, for the books. Sums stand below."""
    access.must(by, access.MANAGE)
    at = at or clock.now()
    if month.state == PayMonth.State.OPEN:
        raise Refused(_("The month has not been worked out yet."), code="open")
    slips = list(Payslip.objects.filter(pay_month=month).select_related("person").prefetch_related("lines").order_by("person__name", "pk"))
    kinds = [code for code in words.KINDS if any(line.kind == code for slip in slips for line in slip.lines.all())]
    columns = [
        Column(pgettext("pay column", "Username")), Column(pgettext("pay column", "Name")), Column(pgettext("pay column", "Wage"), "money"),
        *(Column(words.kind_name(code), "money") for code in kinds), Column(pgettext("pay column", "Paid out"), "money"),
        Column(pgettext("pay column", "Insurance, company"), "money"),
    ]  # fmt: skip
    rows, total = [], [0] * (len(columns) - 2)
    for slip in slips:
        sums = dict.fromkeys(kinds, 0)
        for line in slip.lines.all():
            sums[line.kind] += line.amount_fen
        amounts = [slip.wage_fen, *sums.values(), slip.net_fen, slip.insurance_company_fen]
        total = [so_far + fen for so_far, fen in zip(total, amounts, strict=True)]
        rows.append([slip.person.username, slip.person.name, *amounts])
    data = xlsx(columns, [*rows, ["", pgettext("pay column", "Sum"), *total]], sheet=str(month))
    _note(month, BankExport.Kind.BOOKS, len(rows), sum(slip.net_fen for slip in slips), data, by, at)
    return data


def bank(month: PayMonth, *, by: Person, at: datetime | None = None) -> bytes:
    """The usual list of a bank: number, account, name, amount, bank, purpose. Refused while an account is missing."""
    access.must(by, access.ACCOUNTS)
    at = at or clock.now()
    if month.state not in access.OUT:
        raise Refused(_("Wages go to the bank once they are released."), code="not-released")
    slips = list(Payslip.objects.filter(pay_month=month, net_fen__gt=0).select_related("person").order_by("person__name", "pk"))
    accounts = {one.person_id: one for one in PayAccount.objects.filter(person__in=[slip.person_id for slip in slips]).exclude(sealed_number="")}
    numbers = {person_id: number_of(account) for person_id, account in accounts.items()}
    # A number that can't be read any more, because the key was changed, is none.
    without = [slip.person.name for slip in slips if not numbers.get(slip.person_id)]
    if without:
        raise Refused(_("No account is on file for: %(names)s. Enter them under accounts first.") % {"names": "、".join(without[:20])}, code="accounts")
    purpose = _("Wages %(month)s") % {"month": month}
    rows = []
    for place, slip in enumerate(slips, 1):
        account = accounts[slip.person_id]
        rows.append([str(place), numbers[slip.person_id], account.holder, slip.net_fen, account.bank, purpose])
    titles = (_("No."), _("Account number"), _("Account holder"), _("Amount"), _("Bank"), _("Purpose"))
    columns = [Column(title, "money" if place == 3 else "text", 26 if place == 1 else 14) for place, title in enumerate(titles)]
    data = xlsx(columns, rows, sheet=str(month))
    _note(month, BankExport.Kind.BANK, len(rows), sum(slip.net_fen for slip in slips), data, by, at)
    return data


def _note(month: PayMonth, kind: str, rows: int, total_fen: int, data: bytes, by: Person, at: datetime) -> None:
    with transaction.atomic():
        BankExport.objects.create(
            pay_month=month, kind=kind, rows=rows, total_fen=total_fen, sha256=hashlib.sha256(data).hexdigest(), by=by, at=at
        )
        record("pay.exported", subject=month, by=by, change={"month": str(month), "kind": kind, "people": rows, "amount_fen": total_fen}, at=at)


def last_exports(month: PayMonth) -> list[BankExport]:
    return list(BankExport.objects.filter(pay_month=month).select_related("by")[:10])


