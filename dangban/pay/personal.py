"""What this room keeps about staff. Pay records must be kept by law; the account goes when somebody is erased."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dangban.lib.actor import Actor
from dangban.pay.models import LineDispute, PayAccount, Payslip
from dangban.pay.words import kind_name
from dangban.people.personal import KIND


class PayData:
    def collect(self, kind: str, pk: int) -> Mapping[str, Any]:
        if kind != KIND:
            return {}
        slips = Payslip.objects.filter(person=pk).select_related("pay_month").prefetch_related("lines").order_by("pay_month__month")
        account = PayAccount.objects.filter(person=pk).first()
        return {
            "payslips": [
                {
                    "month": str(one.pay_month), "net_fen": one.net_fen,
                    "lines": [{"line": kind_name(line.kind), "detail": line.detail, "amount_fen": line.amount_fen} for line in one.lines.all()],
                }
                for one in slips
            ],
            "account": {"bank": account.bank, "holder": account.holder, "tail": account.tail, "city": account.city} if account else None,
        }  # fmt: skip

    def erase(self, kind: str, pk: int, *, by: Actor, at: datetime) -> int:
        if kind != KIND:
            return 0
        gone = LineDispute.objects.filter(person=pk).exclude(answered_at=None).update(said="–", answer="–")
        return gone + PayAccount.objects.filter(person=pk).delete()[0]

    def subjects(self, kind: str, pk: int) -> Sequence[tuple[str, int]]:
        return ()
