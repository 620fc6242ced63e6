"""How soon a request is solved as a whole, however often it goes from hand to hand; severe ones sooner."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales.actions.moving import SOLVE
from dangban.aftersales.clauses.deadlines import SOLVE_WITHIN
from dangban.aftersales.clauses.platform import SEVERE_WITHIN
from dangban.aftersales.models import Case
from dangban.desk import actions as desk
from dangban.desk import house
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import HasActor
from dangban.orders import ticking

_SOLVED = ("settled", "closed", "refused")


def after_move(case: Case, act: str, before: str, by: HasActor, at: datetime) -> None:
    if act in ("open", "reopen"):
        _start(case, by, at)
    elif case.state == "withdrawn":
        desk.cancel_deadlines(case, by=by, kinds=(SOLVE,), reason=case.number, at=at)
    elif case.state in _SOLVED:
        desk.meet_deadline(case, SOLVE, by=by, at=at)


def _start(case: Case, by: HasActor, at: datetime) -> None:
    rule, rules = SEVERE_WITHIN if case.severe else SOLVE_WITHIN, in_force(at)
    if not rules.has(rule):
        return
    with translation.override(settings.LANGUAGE_CODE):
        label = _("%(case)s %(kind)s: to be solved") % {"case": case.number, "kind": case.get_kind_display()}
    desk.start_deadline(
        SOLVE, case, rule=rule.path, allowed_seconds=int(rules[rule] / timedelta(seconds=1)),
        because=[rules.because(rule, since=at).as_data()], by=by, owner=case.owner, team=ticking.team_of(case.shop_id, case.owner),
        shop=case.shop, label=label, url=reverse("aftersales:case", args=[case.pk]), warn_seconds=int(house.warn_before(at).total_seconds()),
        at=at.replace(microsecond=0),
    )  # fmt: skip
