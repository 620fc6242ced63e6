"""How leave is put into words: in pages, approvals, notices and refusals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.conf import settings
from django.urls import reverse
from django.utils import formats, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dangban.leave.models import Kind, LeaveRequest, Part
from dangban.leave.rules.asking import Effect, Finding


def url(request: LeaveRequest) -> str:
    return reverse("leave:request", args=[request.pk])


def title(request: LeaveRequest, language: str = "") -> str:
    with translation.override(language or settings.LANGUAGE_CODE):
        return f"{request.person.name} · {request.get_kind_display()} · {span(request)}"


def span(request: LeaveRequest) -> str:
    if request.first_day == request.last_day:
        half = "" if request.part == Part.DAY else f" {request.get_part_display()}"
        return f"{day(request.first_day)}{half}"
    return f"{day(request.first_day)} – {day(request.last_day)}"


def day(on: date) -> str:
    return f"{on:%Y-%m-%d} {formats.date_format(on, 'D')}"


def days(amount: Decimal) -> str:
    return ngettext("%(count)s day", "%(count)s days", 1 if amount == 1 else 2) % {"count": figure(amount)}


def figure(amount: Decimal) -> str:
    """Whole days without anything behind a point."""
    return f"{amount.normalize():f}"


def finding(one: Finding) -> str:
    """What was found, in a sentence that says what to do."""
    figures = one.figures
    match one.code:
        case "unknown_kind":
            return _("The handbook has no leave of this kind.")
        case "short_notice":
            return _("It is asked for %(days)s ahead: %(earliest)s at the earliest. If it is urgent, phone your leader and note it as urgent.") % {
                "days": days(Decimal(str(figures["days"]))), "earliest": _day(figures["earliest"]),
            }  # fmt: skip
        case "no_halves":
            return _("Half days are not given. Ask for whole days.")
        case "free_anyway":
            return _("These days are free anyway; no leave is needed.")
        case "proof":
            return _("A proof is needed; hand it in to personnel.")
        case "urgent":
            within = {"days": days(Decimal(str(figures["days"])))}
            if figures["absence"]:
                return _("Told by phone: put it in writing within %(days)s of the last day, or it counts as absence.") % within
            return _("Told by phone: put it in writing within %(days)s of the last day, or it stands as private leave.") % within
        case "balance":
            return _("%(period)s: %(wanted)s asked for, %(left)s left.") % {
                "period": _balance(str(figures["period"])), "wanted": _days(figures["wanted"]), "left": _days(figures["left"]),
            }  # fmt: skip
        case "quota":
            return _("At most %(quota)s; %(used)s used, %(wanted)s asked for.") % {
                name: _days(figures[name]) for name in ("quota", "used", "wanted")
            }
    return _warning(one)


def _warning(one: Finding) -> str:
    figures = one.figures
    match one.code:
        case "cancels_rest":
            said = {"month": figures["month"], "days": _days(figures["days"]), "kept": _days(figures["kept"])}
            if figures["kept"]:
                return _("Private leave of %(month)s comes to %(days)s: of the month after only the law's rest days stay then, %(kept)s.") % said
            return _("Private leave of %(month)s comes to %(days)s: the month after has no rest days then.") % said
        case "beyond_year":
            return _("%(over)s lie beyond what %(year)s allows and count as absence.") % {"over": _days(figures["over"]), "year": figures["year"]}
        case "below_least":
            return _("%(day)s %(shift)s: %(left)s left, at least %(least)s needed.") % {
                "day": _day(figures["day"]), "shift": figures["shift"], "left": figures["left"], "least": figures["least"],
            }  # fmt: skip
    return one.code


def effects(found: Iterable[Effect]) -> list[str]:
    lines = []
    for one in found:
        said = {"day": day(one.day), "shift": one.shift, "left": one.left, "least": one.least}
        lines.append(
            _("%(day)s %(shift)s: %(left)s left, at least %(least)s needed.") % said if one.least is not None
            else _("%(day)s %(shift)s: %(left)s left.") % said
        )  # fmt: skip
    return lines


def lapsed(request: LeaveRequest, language: str) -> str:
    with translation.override(language):
        if request.state == LeaveRequest.State.APPROVED:
            return _("Not put in writing in time, so it stands as private leave: %(leave)s") % {"leave": title(request, language)}
        return _("Not put in writing in time, so no longer leave: %(leave)s") % {"leave": title(request, language)}


def _balance(period: str) -> str:
    """Of what it is: rest days have a month, annual leave a year, time in lieu neither."""
    kind = Kind.REST if "-" in period else Kind.ANNUAL if period else Kind.IN_LIEU
    return f"{kind.label} {period}".strip()


def _day(value: object) -> str:
    return day(value) if isinstance(value, date) else str(value)


def _days(value: object) -> str:
    return days(Decimal(str(value)))
