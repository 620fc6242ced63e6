"""Who sees payslips and who may do what with a month of pay. Leaders don't: wages are between company and person."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dangban.lib.errors import NotAllowed
from dangban.pay.models import LineDispute, PayMonth, Payslip
from dangban.people.models import Person

PERMISSIONS = {
    "pay.manage": gettext_noop("Work out wages, check them, correct and pay them"),
    "pay.release": gettext_noop("Release wages that somebody else has checked"),
    "pay.accounts": gettext_noop("Keep and see the accounts wages go to"),
}
MANAGE, RELEASE, ACCOUNTS = "pay.manage", "pay.release", "pay.accounts"
OUT = (PayMonth.State.RELEASED, PayMonth.State.CLOSED)


def sees_all(reader: Person) -> bool:
    return reader.can(MANAGE) or reader.can(RELEASE)


def must_see_all(reader: Person) -> None:
    if not sees_all(reader):
        raise NotAllowed(_("Wages of others are seen by finance and the manager only. Your own stand under “My pay”."))


def must(by: Person, permission: str) -> None:
    if not by.can(permission):
        raise NotAllowed(_("This is done by finance, or the manager. Ask them."))


def visible_slips(reader: Person) -> QuerySet[Payslip]:
    """One's own once they are out; all for finance and the manager."""
    if sees_all(reader):
        return Payslip.objects.all()
    return Payslip.objects.filter(person=reader, pay_month__state__in=OUT)


def get_slip(reader: Person, pk: int) -> Payslip:
    found = visible_slips(reader).select_related("person", "pay_month").filter(pk=pk).first()
    if found is None:
        raise Http404("payslip")
    return found


def get_month(reader: Person, pk: int) -> PayMonth:
    must_see_all(reader)
    found = PayMonth.objects.select_related("checked_by", "released_by", "closed_by").filter(pk=pk).first()
    if found is None:
        raise Http404("month of pay")
    return found


def get_dispute(reader: Person, pk: int) -> LineDispute:
    rows = LineDispute.objects.select_related("line__payslip__pay_month", "person", "answered_by")
    if not sees_all(reader):
        rows = rows.filter(Q(person=reader))
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404("dispute")
    return found
