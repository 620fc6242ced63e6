"""What the registers are called in the journal, at the desk and among the parts of the room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.aftersales import bell, events, navigation
from dangban.aftersales.disputes import words as dispute_words
from dangban.aftersales.models import CourierClaim, Mistake
from dangban.aftersales.registers import claims, mistakes, quality
from dangban.desk import ports as desk
from dangban.desk.models import Deadline
from dangban.journal import ports
from dangban.orders import events as orders

VERBS = {
    "aftersales.mistake_noted": _("wrote down the mistake"),
    "aftersales.mistake_corrected": _("said otherwise who bears the mistake"),
    "aftersales.fault_named": _("named the fault of the goods"),
    "aftersales.alarm_raised": _("raised the alarm about the fault"),
    "aftersales.alarm_ended": _("ended the alarm about the fault"),
    "aftersales.claim_drafted": _("drafted the claim on the courier"),
    "aftersales.claim_filed": _("filed the claim on the courier"),
    "aftersales.claim_chased": _("chased the claim on the courier"),
    "aftersales.claim_answered": _("entered the courier's answer to the claim"),
    "aftersales.claim_paid": _("entered what the courier paid of the claim"),
    "aftersales.claim_against": _("entered against what the courier paid of the claim"),
    "aftersales.claim_taken_up": _("took up the claim on the courier again"),
    "aftersales.claim_dropped": _("dropped the claim on the courier"),
    "aftersales.claim_template": _("wrote down what a courier asks for"),
    "aftersales.register_exported": _("exported a register of after-sales"),
    "aftersales.evidence_filed": _("filed evidence for the after-sales case"),
    "aftersales.evidence_lapsed": _("took away evidence that is kept no longer"),
    "aftersales.evidence_verified": _("verified evidence of the after-sales case"),
}
FIELDS = {
    "borne_by": pgettext_lazy("mistake", "borne by"),
    "fault": pgettext_lazy("quality", "fault"),
    "times": pgettext_lazy("quality", "times"),
    "granted_fen": pgettext_lazy("claim", "granted"),
    "paid_fen": pgettext_lazy("claim", "paid"),
    "bill": pgettext_lazy("claim", "monthly bill"),
    "evidence": pgettext_lazy("evidence", "evidence"),
    "sha256": pgettext_lazy("evidence", "hash"),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="aftersales")
    ports.name_subject("aftersales.mistake", _("mistake"), url_name="aftersales:mistake", titles=_titles_of(Mistake))
    ports.name_subject("aftersales.courierclaim", _("claim on a courier"), url_name="aftersales:claim", titles=_titles_of(CourierClaim))
    ports.name_subject("aftersales.qualityalarm", _("alarm about a fault"), url_name="aftersales:alarm")
    desk.name_deadlines({claims.CLOCK: _("Claim on a courier")}, delegable=True)
    desk.watch_deadlines(claims.CLOCK, _clock_changed)
    for listener in (mistakes.after_move, quality.after_move, claims.after_move):
        events.on_moved(listener)
    orders.on_left(mistakes.left)
    dispute_words.register()
    navigation.add("registers", pgettext_lazy("after-sales", "Registers"), "aftersales:mistakes")
    navigation.add("reports", pgettext_lazy("after-sales", "Reports"), "aftersales:reports")


def _titles_of(model: type[Mistake] | type[CourierClaim]) -> ports.Titles:
    def titles(ids: Sequence[int]) -> Mapping[int, str]:
        return {one.pk: str(one) for one in model.objects.filter(pk__in=ids)}

    return titles


def _clock_changed(deadline: Deadline) -> None:
    if deadline.shop_id is not None:
        bell.registers_changed(deadline.shop_id)
