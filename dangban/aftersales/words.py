"""How the journal tells of cases, and what the desk calls their clocks and approvals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.aftersales import bell
from dangban.aftersales.actions import deciding, moving
from dangban.aftersales.models import Case, CaseOrder, Mistake, Settlement
from dangban.aftersales.rules import flow
from dangban.aftersales.rules.assessment.reasons import REASONS
from dangban.desk import ports as desk
from dangban.journal import ports

VERBS = {
    "aftersales.opened": _("opened the after-sales case"),
    "aftersales.moved": _("brought on the after-sales case"),
    "aftersales.handed_on": _("handed on the after-sales case"),
    "aftersales.contacted": _("told the customer of the after-sales case"),
    "aftersales.refunds_taken_in": _("loaded a file of platform refunds into"),
    "aftersales.platform_changed": _("heard from the platform about the after-sales case"),
    "aftersales.reminded": _("reminded the customer of the after-sales case"),
}

FIELDS = {
    "act": pgettext_lazy("case", "act"),
    "outcome": pgettext_lazy("case", "assessment"),
    "source": pgettext_lazy("case", "came by"),
    "platform_state": pgettext_lazy("case", "state on the platform"),
    "platform_due_at": pgettext_lazy("case", "the platform decides"),
}


# What the codes of a change mean here; other rooms have the same keys for theirs.
VALUES: Mapping[str, Mapping[str, object]] = {
    "act": {code: act.label for code, act in flow.ACTS.items()},
    "state": {code: state.label for code, state in flow.STATES.items()},
    "kind": {**dict(Settlement.Kind.choices), **dict(CaseOrder.Kind.choices), **dict(Mistake.Kind.choices), **dict(Case.Kind.choices)},
    "reason": {code: reason.label for code, reason in REASONS.items()},
    "source": dict(Case.Source.choices),
    "way": dict(Settlement.Way.choices),
    "borne_by": dict(Mistake.BorneBy.choices),
}


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="aftersales")
    for key, labels in VALUES.items():
        ports.name_values(key, labels, room="aftersales")
    ports.name_subject("aftersales.case", _("after-sales case"), titles=_numbers)
    desk.name_deadlines(
        {
            moving.CLOCK: _("After-sales case"),
            moving.WAIT: _("After-sales case that waits for others"),
            moving.SOLVE: _("After-sales case to be solved"),
        }
    )
    desk.watch_deadlines(moving.CLOCK, bell.clock_changed)
    desk.watch_deadlines(moving.WAIT, bell.clock_changed)
    desk.watch_deadlines(moving.SOLVE, bell.clock_changed)
    desk.register_approval(deciding.EXCEPTION, desk.ApprovalKind(_("After-sales exception"), deciding.settled))
    desk.register_approval(deciding.CONSENT, desk.ApprovalKind(_("Consent to an after-sales case"), deciding.settled))


def _numbers(ids: Sequence[int]) -> Mapping[int, str]:
    return {one.pk: one.number for one in Case.objects.filter(pk__in=ids).only("pk")}
