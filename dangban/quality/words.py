"""How journal and desk tell of conduct, and what offences and consequences are called."""

from __future__ import annotations

from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from dangban.desk import ports as desk
from dangban.journal import ports
from dangban.quality import clauses

VERBS = {
    "quality.reported": _("reported an offence of"),
    "quality.heard": _("answered to an offence:"),
    "quality.hearing_over": _("was not heard because they left:"),
    "quality.decided": _("decided on an offence of"),
    "quality.dropped": _("dropped an offence of"),
    "quality.accepted": _("accepted what was decided:"),
    "quality.appealed": _("appealed against what was decided:"),
    "quality.not_appealed": _("became final, of"),
    "quality.upheld": _("upheld what was decided on"),
    "quality.lighter": _("lightened what was decided on"),
    "quality.lifted": _("lifted what was decided on"),
    "quality.commended": _("commended"),
    "quality.commendation_withdrawn": _("took back a commendation of"),
    "quality.fund_moved": _("moved money of the purse:"),
}
OFFENCES = pgettext_lazy("conduct tab", "Offences")

FIELDS = {
    "offence": pgettext_lazy("journal", "offence"),
    "consequence": pgettext_lazy("journal", "consequence"),
    "facts": pgettext_lazy("journal", "facts"),
    "words": pgettext_lazy("journal", "words"),
    "kind": pgettext_lazy("journal", "kind"),
    "what": pgettext_lazy("journal", "what"),
    "amount": pgettext_lazy("journal", "amount in fen"),
    "nobody_else": pgettext_lazy("journal", "took part before: nobody else of rank was there"),
}
CLOCKS = {
    "quality.hearing": _("answer to an offence"),
    "quality.appeal": _("time to appeal"),
    "quality.answer": _("answer to an appeal"),
}


def said(pair: tuple[str, str]) -> str:
    """A pair of words, Chinese and English, in the reader's language."""
    return pair[0] if (get_language() or "zh").startswith("zh") else pair[1]


def offence_name(code: str) -> str:
    return said(clauses.OFFENCE_NAMES.get(code, (code, code)))


def consequence_name(code: str) -> str:
    return said(clauses.CONSEQUENCES.get(code, (code, code)))


def decider_name(code: str) -> str:
    return said(clauses.DECIDERS.get(code, (code, code)))


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="quality")
    ports.name_subject("quality.offence", _("offence"))
    ports.name_subject("quality.commendation", _("commendation"))
    ports.name_subject("quality.fundentry", _("the purse of fines"))
    desk.name_deadlines(CLOCKS)
