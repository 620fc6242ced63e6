"""After-sales cases in whole numbers."""

from __future__ import annotations

from datetime import date

from dangban.aftersales.clauses.deadlines import ANSWER_WITHIN, SOLVE_WITHIN
from dangban.aftersales.models import Case, Dispute, RetentionOffer
from dangban.handbook.current import in_force
from dangban.lib import clock
from dangban.performance.models import CaseFact

_LOST = (Dispute.Result.LOST, Dispute.Result.PARTLY)


def build(first: date, last: date) -> None:
    """The cases opened on these days, as they stand now."""
    start, end = clock.day_span(first)[0], clock.day_span(last)[1]
    CaseFact.objects.filter(day__gte=first, day__lte=last).delete()
    cases = list(Case.objects.filter(opened_at__gte=start, opened_at__lt=end).exclude(state="withdrawn").order_by("pk"))
    ids = [case.pk for case in cases]
    disputes = {dispute.case_id: dispute for dispute in Dispute.objects.filter(case__in=ids).order_by("pk")}
    kept = {offer.case_id: offer for offer in RetentionOffer.objects.filter(case__in=ids, result=RetentionOffer.Result.KEPT).order_by("pk")}
    CaseFact.objects.bulk_create([_fact(case, disputes.get(case.pk), kept.get(case.pk)) for case in cases], batch_size=500)


def _fact(case: Case, dispute: Dispute | None, kept: RetentionOffer | None) -> CaseFact:
    rules = in_force(case.asked_at)
    answered, solved = case.answered_at, case.solved_at
    refunded = solved is not None and case.refunded_fen > 0
    return CaseFact(
        case_id=case.pk, day=clock.business_day(case.opened_at), shop_id=case.shop_id, person_id=case.owner_id,
        answered_in_time=int(answered is not None and answered - case.asked_at <= rules[ANSWER_WITHIN]),
        solved_in_time=int(solved is not None and solved - case.asked_at <= rules[SOLVE_WITHIN]),
        refunded=int(refunded), refund_seconds=int((solved - case.asked_at).total_seconds()) if refunded and solved is not None else 0,
        refunded_fen=case.refunded_fen, disputed=int(dispute is not None), lost=int(dispute is not None and dispute.result in _LOST),
        saved_by_id=kept.by_id if kept is not None else None,
        saved_fen=max(0, (case.asked_fen or 0) - kept.amount_fen) if kept is not None else 0,
    )  # fmt: skip
