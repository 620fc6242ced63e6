"""Waves (波次): audited orders become slips to print, and slips that say something wrong are pulled."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from dangban.dispatch import access, bell, contents, keeping
from dangban.dispatch.models import Preparation, Slip, SlipLine, Wave
from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.lib.text import refuse_unstorable
from dangban.people.models import Person, Shop

MOST = 500
Stage = Preparation.Stage


def make_wave(shop: Shop, preparations: Sequence[int], *, by: Person, at: datetime | None = None) -> Wave:
    """Put audited orders of a shop together to be picked and packed; each gets its slip.

    Conflict where one of them is not passed any more, or something that goes in its parcel is not.
    """
    access.require_either(by, shop.pk)
    at = at or clock.now()
    if not preparations or len(preparations) > MOST:
        raise BadInput(_("Choose 1 to %(most)s orders for a wave.") % {"most": MOST})
    with transaction.atomic():
        # One wave after the other in a shop, so that their numbers follow each other.
        Shop.objects.select_for_update(no_key=True).get(pk=shop.pk)
        mains = _passed(shop, preparations)
        wave = _number(shop, len(mains), by, at)
        found = contents.of(mains)
        slips = [_slip(wave, found[main.pk], ordinal, at) for ordinal, main in enumerate(mains, 1)]
        Slip.objects.bulk_create(slips)
        SlipLine.objects.bulk_create(line for slip in slips for line in _lines(slip, found[slip.preparation_id]))
        pks = [main.pk for main in mains]
        rows = Preparation.objects.filter(pk__in=pks) | Preparation.objects.filter(joined_to__in=pks, closed_at=None)
        rows.update(stage=Stage.PRINTED, wave=wave, holder=by, version=F("version") + 1)
        record("dispatch.wave_made", subject=wave, by=by, shop=shop.pk, change={"wave": str(wave), "slips": len(slips)}, at=at)
        bell.desk_changed(shop.pk)
    return wave


def _passed(shop: Shop, preparations: Sequence[int]) -> list[Preparation]:
    rows = Preparation.objects.select_for_update().filter(shop=shop, pk__in=preparations, joined_to=None, stage=Stage.PASSED)
    mains = list(rows.order_by("due_at", "pk"))
    if len(mains) != len(set(preparations)):
        raise Conflict(_("Some of these orders are not to be printed any more, or are printed already. Load the page again."))
    waiting = Preparation.objects.filter(joined_to__in=mains, closed_at=None).exclude(stage=Stage.PASSED)
    late = list(waiting.values_list("order__platform_id", flat=True))
    if late:
        raise Refused(_("Orders that go in the same parcel have not passed their audit yet."), details=late)
    return mains


def _number(shop: Shop, orders: int, by: Person, at: datetime) -> Wave:
    day = clock.business_day(at)
    last = Wave.objects.filter(shop=shop, day=day).aggregate(last=Max("ordinal"))["last"] or 0
    return Wave.objects.create(shop=shop, day=day, ordinal=last + 1, orders=orders, by=by, made_at=at)


def _slip(wave: Wave, content: contents.Content, ordinal: int, at: datetime) -> Slip:
    return Slip(
        number=f"{wave.day:%y%m%d}-{wave.shop_id}-{wave.ordinal}-{ordinal}", preparation=content.main, wave=wave,
        shop_id=wave.shop_id, digest=content.digest, courier=content.courier, made_at=at,
    )  # fmt: skip


def _lines(slip: Slip, content: contents.Content) -> list[SlipLine]:
    return [
        SlipLine(
            slip=slip, position=position, order_id=line.order_id, line=line, sku=line.sku, code=line.sku_code,
            title=line.title, variant=line.variant, quantity=line.quantity,
        )
        for position, line in enumerate(content.lines, 1)
    ]  # fmt: skip


def still_good(slips: Sequence[Slip], *, by: Person, at: datetime | None = None) -> list[Slip]:
    """Those of these slips that say what is to be sent; the others become void now, whatever changed unheard."""
    at = at or clock.now()
    found = contents.of([slip.preparation for slip in Slip.objects.filter(pk__in=[slip.pk for slip in slips]).select_related("preparation")])
    good = []
    for slip in slips:
        if slip.sent_at is not None or found[slip.preparation_id].digest == slip.digest:
            good.append(slip)
        else:
            refuse_stale(slip, by=by, at=at)
    return good


def refuse_stale(slip: Slip, *, by: Person, at: datetime) -> None:
    """What is to be sent is not what the slip says: void it and let the order be audited anew."""
    with transaction.atomic():
        main = Preparation.objects.select_for_update().get(pk=slip.preparation_id)
        if main.closed_at is None and Slip.objects.filter(pk=slip.pk, void_at=None, sent_at=None).exists():
            keeping.send_back(main, at, why="digest")


def note_printed(wave: Wave, kind: str, slips: Sequence[int], *, by: Person, at: datetime | None = None) -> None:
    """A sheet of a wave was made: labels count as the slips' paper."""
    at = at or clock.now()
    with transaction.atomic():
        if kind == "labels":
            Slip.objects.filter(pk__in=slips).update(prints=F("prints") + 1)
            Slip.objects.filter(pk__in=slips, printed_at=None).update(printed_at=at)
        change = {"wave": str(wave), "sheet": kind, "slips": len(slips)}
        record("dispatch.printed", subject=wave, by=by, shop=wave.shop_id, change=change, at=at)
        bell.desk_changed(wave.shop_id)


def void(slip: Slip, reason: str, *, by: Person, at: datetime | None = None) -> None:
    """The slip is no good (torn, lost, wrong sheet): its order is to be printed anew."""
    access.require_either(by, slip.shop_id)
    at = at or clock.now()
    reason = refuse_unstorable(reason.strip(), "reason")[:200]
    if not reason:
        raise BadInput(_("Say why."), fields={"reason": [_("Say why.")]})
    with transaction.atomic():
        main = Preparation.objects.select_for_update().get(pk=slip.preparation_id)
        if main.closed_at is not None or not keeping.void_slips([main.pk], reason, at, by=by):
            raise Conflict(_("This slip is void or sent already. Load the page again."))
        rows = Preparation.objects.filter(pk=main.pk) | Preparation.objects.filter(joined_to=main.pk, closed_at=None)
        rows.update(stage=Stage.PASSED, wave=None, version=F("version") + 1)


def pull(slip: Slip, *, by: Person, at: datetime | None = None) -> None:
    """The void paper is out of the pile."""
    access.require_either(by, slip.shop_id)
    at = at or clock.now()
    with transaction.atomic():
        pulled = Slip.objects.filter(pk=slip.pk, void_at__isnull=False, pulled_at=None).update(pulled_at=at, pulled_by=by)
        if not pulled:
            raise Conflict(_("Somebody has pulled this slip already."))
        change = {"slip": slip.number}
        record("dispatch.slip_pulled", subject=(keeping.ORDER, slip.preparation.order_id), by=by, shop=slip.shop_id, change=change, at=at)
        bell.slip_changed(slip)
