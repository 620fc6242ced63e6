"""The dealer is told, sends, and the goods come to the gate: let in only if somebody released them; counted by four."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.dealers import access, bell, holding, rules
from dangban.dealers.models import Arrival, DealerReturn, ReturnLine, Signature
from dangban.desk import actions as desk
from dangban.handbook.current import in_force_so_far as in_force
from dangban.journal.actions import record
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person, Shop
from dangban.stock import actions as stock
from dangban.stock.models import Warehouse, Zone

State = DealerReturn.State
MOST_COUNTED = 99_999


def tell(made: DealerReturn, words: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> DealerReturn:
    """The dealer knows that the goods may come, and how to send them."""
    access.require(by, made.shop_id, access.APPLY)
    at, words = holding.when(at), holding.said(words, "words")
    with transaction.atomic():
        held = holding.locked(made, State.APPROVED, seen=seen)
        held.told_at = at
        holding.go(held, "tell", State.TOLD, by=by, at=at, words=words)
    return held


def send(
    made: DealerReturn, courier: str, number: str, *, by: Person, pickup: str = "", seen: int | None = None, at: datetime | None = None
) -> DealerReturn:
    """The dealer has given courier and number; the warehouse knows what to fetch or expect."""
    access.require(by, made.shop_id, access.APPLY)
    at, courier = holding.when(at), holding.said(courier, "courier", 40)
    number = _number(number)
    with transaction.atomic():
        held = holding.locked(made, State.TOLD, seen=seen)
        taken = DealerReturn.objects.filter(number=number, state=State.ON_WAY).exclude(pk=held.pk).first()
        if taken is not None:
            message = _("This number is noted for %(other)s already.") % {"other": taken.title}
            raise BadInput(message, fields={"number": [message]})
        held.courier, held.number, held.sent_at = courier, number, at
        held.pickup = refuse_unstorable(pickup.strip(), "pickup")[:200]
        holding.go(held, "send", State.ON_WAY, by=by, at=at, words=held.pickup, courier=courier, number=number)
    return held


def lose(made: DealerReturn, why: str, *, by: Person, seen: int | None = None, at: datetime | None = None) -> DealerReturn:
    """It does not come with this number: the dealer is asked again."""
    at, why = holding.when(at), holding.said(why, "why", 300)
    if not by.can(access.APPLY, shop=made.shop_id):
        access.require(by, made.shop_id, access.RECEIVE)
    with transaction.atomic():
        held = holding.locked(made, State.ON_WAY, seen=seen)
        held.courier = held.number = held.pickup = ""
        held.sent_at = None
        holding.go(held, "lose", State.TOLD, by=by, at=at, words=why)
    return held


# ---- At the gate -----------------------------------------------------------------------------------


def arrive(
    shop: Shop, warehouse: Warehouse, number: str, *, by: Person, courier: str = "", sender: str = "", at: datetime | None = None
) -> Arrival:
    """Something of a dealer stands at the gate. What nobody released is turned away, and that is written down."""
    access.require(by, shop.pk, access.RECEIVE)
    at, number = holding.when(at), _number(number)
    if not access.warehouses(by, shop.pk).filter(pk=warehouse.pk).exists():
        raise NotAllowed(_("This warehouse does not keep the goods of this shop."))
    courier, sender = (refuse_unstorable(text.strip(), name) for text, name in ((courier, "courier"), (sender, "sender")))
    with transaction.atomic():
        found = _known(DealerReturn.objects.filter(shop=shop), number)
        held = holding.locked(found) if found is not None else None
        why = _why_not(held)
        arrival = Arrival.objects.create(
            shop=shop, made=held, courier=courier[:40], number=number, sender=sender[:80], why=why, by=by, at=at
        )
        if held is None:
            change = {"number": number, "sender": sender[:80]}
            record("dealers.turned_away", subject=arrival, by=by, shop=shop.pk, change=change, at=at)
        elif why:
            holding.journal("turned_away", held, by=by, at=at, number=number, why=str(arrival.get_why_display()))
            _tell_applicant(held, arrival, by=by, at=at)
        else:
            if held.state != State.ON_WAY:
                # Sent before anybody heard the number: it is noted now.
                held.courier, held.number, held.sent_at = courier[:40], number, at
            if held.state == State.TOLD:
                holding.go(held, "send", State.ON_WAY, by=by, at=at, number=number)
            held.warehouse, held.arrived_at = warehouse, at
            _start_count(held, 1, at)
            holding.go(held, "arrive", State.COUNTING, by=by, at=at, words=sender[:80], number=number)
        bell.arrivals_changed(shop.pk)
    return arrival


def announced(by: Person, number: str) -> DealerReturn | None:
    """The return a number speaks of, in any shop whose goods this person receives."""
    return _known(DealerReturn.objects.filter(access.where(by, access.RECEIVE)), _number(number))


def _known(among: QuerySet[DealerReturn], number: str) -> DealerReturn | None:
    """By the number that the dealer gave, or by the return's own on the parcel."""
    own = int(number[2:]) if number[:2] == "JT" and number[2:].isdecimal() and len(number) < 20 else 0
    rows = among.filter(Q(number=number) | Q(pk=own)).select_related("shop")
    awaited = rows.filter(state=State.ON_WAY).order_by("-pk").first()
    return awaited or rows.order_by("-pk").first()


def _why_not(held: DealerReturn | None) -> str:
    if held is None:
        return Arrival.Why.UNKNOWN
    # What came too late to wait for is let in as long as nothing was charged for it.
    late = held.state == State.SETTLING and held.arrived_at is None
    if late or held.state in (State.ON_WAY, State.TOLD):
        return Arrival.Why.TAKEN
    return Arrival.Why.UNAPPROVED if held.state in (State.APPLIED, State.SIGNING, State.APPROVED) else Arrival.Why.OVER


def _tell_applicant(held: DealerReturn, arrival: Arrival, *, by: Person, at: datetime) -> None:
    with translation.override(held.applied_by.language):
        title = _("Turned away at the gate: %(number)s of %(dealer)s") % {"number": held.title, "dealer": held.dealer.name}
        why = str(arrival.get_why_display())
    desk.notify(held.applied_by, title, why, by=by, url=holding.address(held), shop=held.shop, at=at)


def _number(text: str) -> str:
    text = unicodedata.normalize("NFKC", holding.said(text, "number", 60)).upper().replace(" ", "")
    if len(text) > 60:
        raise BadInput(_("At most %(count)s characters.") % {"count": 60}, fields={"number": [_("At most %(count)s characters.") % {"count": 60}]})
    return text


# ---- Counting together -------------------------------------------------------------------------------


def _start_count(held: DealerReturn, turn: int, at: datetime) -> None:
    parts = rules.count_parts(in_force(at))
    Signature.objects.bulk_create(Signature(made=held, kind=Signature.Kind.COUNT, unit=part, round=turn) for part in parts)


def count_sheet(made: DealerReturn) -> list[Signature]:
    """The signatures of the count as it stands: those of its latest round."""
    rows = list(made.signatures.filter(kind=Signature.Kind.COUNT).select_related("person").order_by("-round", "pk"))
    return [row for row in rows if row.round == rows[0].round] if rows else []


def count(
    made: DealerReturn, counted: Mapping[int, tuple[int, str]], *, by: Person, seen: int | None = None, at: datetime | None = None
) -> DealerReturn:
    """What the keeper finds, line by line, with its looks. Signatures on other figures are void."""
    access.require(by, made.shop_id, access.RECEIVE)
    at = holding.when(at)
    with transaction.atomic():
        held = holding.locked(made, State.COUNTING, seen=seen)
        lines = list(held.lines.select_related("sku__product").order_by("position"))
        if set(counted) != {line.pk for line in lines}:
            raise BadInput(_("Count every line of the return."), fields={"lines": [_("Count every line of the return.")]})
        for line in lines:
            number, looks = counted[line.pk]
            if not 0 <= number <= MOST_COUNTED:
                raise BadInput(_("Count zero or more."), fields={"lines": [_("Count zero or more.")]})
            line.counted, line.looks = number, refuse_unstorable(looks.strip(), "looks")[:200]
        ReturnLine.objects.bulk_update(lines, ["counted", "looks"])
        sheet = count_sheet(held)
        if any(one.person_id for one in sheet):
            _start_count(held, sheet[0].round + 1, at)
        holding.note(held, "counted", by=by, at=at, words=_told(lines))
    return held


def _told(lines: Sequence[ReturnLine]) -> str:
    """What was found other than applied for, line by line; the rest in one sentence."""
    with translation.override(settings.LANGUAGE_CODE):
        off = [
            _("%(goods)s: %(counted)s counted, %(quantity)s applied for")
            % {"goods": f"{line.sku.product.title} {line.sku.name}".strip(), "counted": line.counted, "quantity": line.quantity}
            for line in lines
            if line.counted != line.quantity
        ]
        same = sum(line.quantity for line in lines if line.counted == line.quantity)
        as_asked = [_("the other %(count)s pieces as applied for") if off else _("%(count)s pieces, as applied for")] if same else []
        return "；".join([*off, *(words % {"count": same} for words in as_asked)])  # han


def sign_count(
    made: DealerReturn, part: str, *, by: Person, words: str = "", seen: int | None = None, at: datetime | None = None
) -> DealerReturn:
    """One of those who count signs the sheet. With the last of them the goods may lie in the returns area, not before."""
    at, words = holding.when(at), refuse_unstorable(words.strip(), "words")[:300]
    if part not in rules.COUNT_PERMISSIONS:
        raise BadInput(_("Choose for whom you sign."), fields={"part": [_("Choose for whom you sign.")]})
    access.require(by, made.shop_id, rules.COUNT_PERMISSIONS[part])
    with transaction.atomic():
        held = holding.locked(made, State.COUNTING, seen=seen, goods=True)
        sheet = count_sheet(held)
        signature = next((one for one in sheet if one.unit == part), None)
        if signature is None:
            raise BadInput(_("Choose for whom you sign."), fields={"part": [_("Choose for whom you sign.")]})
        if signature.person is not None:
            raise Conflict(_("%(name)s has signed here already.") % {"name": signature.person.name})
        if any(one.person_id == by.pk for one in sheet):
            raise Refused(_("You have signed this sheet already; somebody else signs here."), code="signed")
        if held.lines.filter(counted=None).exists():
            raise Refused(_("Nothing is counted yet."), code="not-counted")
        signature.person, signature.granted, signature.words, signature.at = by, True, words, at
        signature.save()
        holding.note(held, "sign_count", by=by, at=at, words=words, part=part)
        if all(one.person_id for one in sheet):
            _take_in(held, sheet, by=by, at=at)
    return held


def _take_in(held: DealerReturn, sheet: list[Signature], *, by: Person, at: datetime) -> None:
    assert held.warehouse is not None
    zone = zone_of(held.warehouse, Zone.Status.RETURNS)
    keeper = next(one.person for one in sheet if one.unit == "keeper")
    assert keeper is not None
    for line in held.lines.select_related("sku").order_by("position"):
        if line.counted:
            stock.return_in(
                line.sku, zone, line.counted, by=keeper.actor, key=f"dealer:{held.pk}:in:{line.position}",
                reason=line.fault, reference=held.title, at=at,
            )  # fmt: skip
    held.counted_at = at
    holding.go(held, "count", State.INSPECTING, by=by, at=at)


def zone_of(warehouse: Warehouse, status: str) -> Zone:
    zone = Zone.objects.filter(warehouse=warehouse, status=status).order_by("pk").first()
    if zone is None:
        raise Refused(_("%(warehouse)s has no zone for this. Add one first.") % {"warehouse": warehouse.name}, code="no-zone")
    return zone
