"""Customer and agent agree on a remedy: the goods come back, money goes, other goods go, or kind words were enough."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.aftersales.actions import deciding
from dangban.aftersales.actions.moving import locked, move
from dangban.aftersales.clauses.platform import EXTEND_ON_AGREEMENT, EXTENSION
from dangban.aftersales.models import Case, Settlement
from dangban.aftersales.rules import assessment as rules
from dangban.aftersales.rules.assessment.results import REMEDIES
from dangban.aftersales.settling import knowing, ordering, proposing
from dangban.desk import actions as desk
from dangban.handbook.current import in_force_so_far as in_force
from dangban.handbook.decisions import Because
from dangban.lib import clock, money
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Refused
from dangban.people.models import Person

_BACK = ("return", "exchange", "repair", "collect")
_WORDS = ("soothe", "stub", "complain")


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed beside the remedy itself. Without an amount it is what was reckoned."""

    amount_fen: int | None = None
    way: str = Settlement.Way.PLATFORM
    payee: proposing.Payee | None = None
    note: str = ""


def agree(
    case: Case, code: str, *, by: Person, terms: Terms | None = None, key: str = "", at: datetime | None = None, seen: int | None = None
) -> Case:
    """Bring the case where this remedy leads. Refused where the newest assessment does not offer it.

    Money and goods are put down with the same key only once, however often the button is pressed.
    """
    at, terms = at or clock.now(), terms or Terms()
    with transaction.atomic():
        held = locked(case.pk, seen)
        remedy = _offered(held, code)
        held.remedy = code
        key = key or f"case-{held.pk}-{held.version}"
        if code in _WORDS:
            return move(held, "agree_soothing", "settled", by=by, at=at, note=terms.note or str(REMEDIES[code]), because=remedy.because)
        if code in _BACK and held.state == "assessed" and not _goes_first(held, code):
            _extend_first(held, at)
            return move(held, "agree_return", "returning", by=by, at=at, note=terms.note or str(REMEDIES[code]), because=remedy.because)
        if code == "repair":
            return move(held, "repair", "repairing", by=by, at=at, note=terms.note, because=remedy.because)
        if code in ("exchange", "reship"):
            return _send(held, code, remedy.because, by, key, terms, at)
        return _pay(held, remedy, by, key, terms, at)


def _offered(held: Case, code: str) -> rules.Remedy:
    made = deciding.newest(held)
    judged = deciding.result_of(made) if made else None
    if made is None or judged is None:
        raise Refused(_("Assess the request first."), code="unassessed")
    if not deciding.is_open_to(made):
        raise Refused(_("By the handbook this request is refused. Ask for an exception if it should be let pass."), code="refused", decision=judged.decision)
    found = judged.remedy(code)
    if found is None and made.lifted_at is not None and code in _wanted(held, made):
        return rules.Remedy(code)
    if found is None:
        raise Refused(_("The handbook does not offer “%(remedy)s” here.") % {"remedy": REMEDIES.get(code, code)}, code="remedy")
    return found


def remedies(held: Case) -> list[rules.Remedy]:
    """What may be agreed on now, in the handbook's order; after an exception also what was asked for."""
    made = deciding.newest(held)
    if made is None or not deciding.is_open_to(made):
        return []
    offered = list(deciding.result_of(made).remedies)
    if made.lifted_at is not None:
        known = {one.code for one in offered}
        offered += [rules.Remedy(code) for code in _wanted(held, made) if code not in known]
    return offered


def _wanted(held: Case, made: object) -> tuple[str, ...]:
    wanted = {"refused": "return", "undeliverable": "return", "over": "collect"}.get(held.kind, held.kind)
    return (wanted,) if wanted in REMEDIES else ()


def _goes_first(held: Case, code: str) -> bool:
    """Whether the replacement leaves before the goods are back: asked for, and somebody agreed."""
    made = deciding.newest(held)
    return code == "exchange" and bool(held.facts.get("ship_first")) and made is not None and made.lifted_at is not None


def _extend_first(held: Case, at: datetime) -> None:
    """The platform's transaction would end before the goods are back: to be put off there, before anything else."""
    rulebook = in_force(at)
    if held.order is None or not (rulebook.has(EXTEND_ON_AGREEMENT) and rulebook[EXTEND_ON_AGREEMENT]) or not rulebook.has(EXTENSION):
        return
    with translation.override(settings.LANGUAGE_CODE):
        title = _("Extend the transaction of order %(number)s by %(days)s days on the platform") % {
            "number": held.order.platform_id, "days": rulebook[EXTENSION].days,
        }  # fmt: skip
    desk.write_task(
        title, by=SYSTEM, owner=held.owner, shop=held.shop, subject=held.order, url=reverse("aftersales:case", args=[held.pk]),
        due_at=at + timedelta(days=1), at=at,
    )  # fmt: skip


def _pay(held: Case, remedy: rules.Remedy, by: Person, key: str, terms: Terms, at: datetime) -> Case:
    kind = Settlement.Kind.COMPENSATION if remedy.code == "adjust" else Settlement.Kind.REFUND
    asked: dict[str, int | None] = {kind: terms.amount_fen} if terms.amount_fen is not None else reckoned(held, remedy.code, at, terms.way)
    parts = {one: fen for one, fen in asked.items() if fen}
    if not parts and held.settlements.filter(state__in=knowing.UNDER_WAY).exclude(kind=Settlement.Kind.TOPUP).exists():
        return _goes_along(held, remedy, by, terms, at)
    if not parts:
        raise Refused(_("Nothing is left to be paid on %(case)s. Name an amount, or close the case.") % {"case": held.number}, code="nothing")
    if remedy.limit_fen is not None and sum(parts.values()) > remedy.limit_fen and not _is_lifted(held):
        message = _("At most %(most)s here; beyond that ask for an exception.") % {"most": money.show(remedy.limit_fen)}
        raise BadInput(message, fields={"amount": [message]})
    moved = move(held, "agree_payment", "settling", by=by, at=at, note=terms.note, because=remedy.because)
    for name, fen in parts.items():
        proposing.propose(moved, name, fen, terms.way, by=by, key=f"{key}-{name}", at=at, payee=terms.payee, note=terms.note)
    return locked(held.pk)


def _goes_along(held: Case, remedy: rules.Remedy, by: Person, terms: Terms, at: datetime) -> Case:
    """All of it was put down already: the case waits for its payment, or is over with it."""
    moved = move(held, "agree_payment", "settling", by=by, at=at, note=terms.note, because=remedy.because)
    if not moved.settlements.filter(state__in=(Settlement.State.PROPOSED, Settlement.State.READY)).exclude(kind=Settlement.Kind.TOPUP).exists():
        proposing.go_on(moved, by=SYSTEM, at=at)
    return locked(held.pk)


def _is_lifted(held: Case) -> bool:
    made = deciding.newest(held)
    return made is not None and made.lifted_at is not None


def reckoned(held: Case, code: str, at: datetime, way: str = "") -> dict[str, int | None]:
    """What this remedy comes to: goods and freight apart, or the compensation that was asked for."""
    if code == "adjust":
        made = deciding.newest(held)
        offered = deciding.result_of(made).remedy("adjust") if made else None
        most = offered.limit_fen if offered and offered.limit_fen is not None else held.asked_fen
        return {Settlement.Kind.COMPENSATION: min(one for one in (held.asked_fen, most) if one is not None) if most is not None else None}
    left = knowing.ceiling(held, at=at, way=way)
    goods = max(0, min(left.goods_fen - left.done.goods_fen, left.most(Settlement.Kind.REFUND)))
    return {Settlement.Kind.REFUND: goods, Settlement.Kind.FREIGHT: max(0, min(left.most(Settlement.Kind.FREIGHT), left.left_fen - goods))}


def _send(held: Case, code: str, because: tuple[Because, ...], by: Person, key: str, terms: Terms, at: datetime) -> Case:
    made = ordering.order_goods(held, code, None, by=by, key=key, at=at)
    owed = ordering.owed(made)
    to = "topup" if owed > 0 else "sending"
    # Ordering has written the case's sums: go on from those.
    fresh = locked(held.pk)
    fresh.remedy = code
    return move(fresh, "agree_sending", to, by=by, at=at, note=terms.note, because=because)
