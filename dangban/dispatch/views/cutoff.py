"""The cut-off (截单): what is still open, what was missed, the day's sheet; and help where hands are short."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangban.dispatch import access, collecting, cutoff, helping, listing
from dangban.dispatch.models import Help, Miss
from dangban.dispatch.views import frame, moment, reader
from dangban.handbook.current import in_force_so_far as in_force
from dangban.lib import clock, text
from dangban.lib.errors import BadInput
from dangban.lib.listing import is_fragment
from dangban.orders.clauses import CALL_FOR_HELP, STAND_IN
from dangban.people.models import Person, Shop


@require_safe
@login_required
def board(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    shared = frame(request, person, "cut-off")
    today = clock.business_day(clock.now())
    day = _day(request.GET.get("day", ""), today)
    holder = request.GET.get("holder", "")[:60]
    context = shared | {
        "day": day,
        "kept": {} if day == today else {"day": str(day)},
        "today": day == today,
        "standings": listing.standings(person, day, shared["shop"]),
        "uncovered": _uncovered(person, shared["shop"]) if day == today else {},
        "misses": listing.misses(person, day, shared["shop"]),
        "open_rows": list(listing.open_orders(person, day, shared["shop"], holder)),
        "holder": holder,
        "reasons_of_miss": Miss.Reason.choices,
    }
    template = "dispatch/_cut_off.html" if is_fragment(request) else "dispatch/cut_off.html"
    return render(request, template, context)


def _uncovered(person: Person, shop: int | None) -> dict[int, list[collecting.Pile]]:
    """By shop: parcels that no courier was asked to collect."""
    found: dict[int, list[collecting.Pile]] = {}
    for pile in collecting.open_piles(person, shop, clock.now()):
        for one in pile.shops if pile.uncovered else ():
            found.setdefault(one.pk, []).append(pile)
    return found


def _day(written: str, otherwise: date) -> date:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return otherwise
    return day if 2000 <= day.year < 2200 else otherwise


@require_POST
@login_required
def cause(request: HttpRequest, pk: int) -> HttpResponse:
    person = reader(request)
    miss = Miss.objects.filter(access.where(person), pk=pk).first()
    if miss is None:
        raise Http404("miss")
    access.require_either(person, miss.shop_id)
    cutoff.explain(miss, request.POST.get("reason", ""), request.POST.get("note", ""), by=person)
    return redirect("dispatch:cut-off")


@require_safe
@login_required
def help_page(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    now = clock.now()
    rulebook = in_force(now)
    calls = access.visible_help(person).filter(closed_at=None, until__gt=now).select_related("shop", "by")
    rows = [
        {
            "call": one,
            "helpers": [helper for helper in listing.helpers_now(person, now) if helper.help_id == one.pk],
            "candidates": helping.candidates(one, now) if _may_assign(person, one) and one.kind == Help.Kind.HELP else [],
            "may_end": helping.may_end(one, person),
        }
        for one in calls.order_by("pk")
    ]
    shared = frame(request, person, "help")
    may_name = rulebook.has(STAND_IN) and rulebook[STAND_IN]
    context = shared | {
        "rows": rows,
        "namings": _namings(person, shared["shops"], now) if may_name else [],
        "tomorrow": clock.local(now) + timedelta(days=1),
        "places": Help.Place.choices,
        "until": clock.local(now).replace(hour=18, minute=0) if clock.local(now).hour < 18 else None,
        "may_call": rulebook.has(CALL_FOR_HELP) and rulebook[CALL_FOR_HELP],
        "may_stand_in": rulebook.has(STAND_IN) and rulebook[STAND_IN] and person.can(access.AUDIT) and not person.can(access.PACK),
    }
    return render(request, "dispatch/help.html", context)


def _namings(person: Person, shops: Sequence[Shop], at: datetime) -> list[tuple[Shop, list[Person]]]:
    """Shops whose warehouse this person may give to somebody, and to whom."""
    mine = [shop for shop in shops if helping.may_name(person, shop.pk)]
    found = [(shop, helping.stand_in_candidates(shop.pk, person, at)) for shop in mine]
    return [(shop, people) for shop, people in found if people]


def _may_assign(person: Person, one: Help) -> bool:
    return person.can("desk.assign", shop=one.shop_id)


def _shop(request: HttpRequest, person: Person) -> Shop:
    shop = access.visible_shops(person).filter(pk=text.whole(request.POST.get("shop", "")) or 0).first()
    if shop is None:
        message = _("Choose the shop.")
        raise BadInput(message, fields={"shop": [message]})
    return shop


def _until(request: HttpRequest) -> datetime:
    """A time of today's clock; one that is past already is tomorrow's."""
    written = request.POST.get("until", "")
    now = clock.local(clock.now())
    try:
        wall = datetime.strptime(written, "%H:%M")  # noqa: DTZ007  only its time is taken
    except ValueError:
        message = _("Say until when.")
        raise BadInput(message, fields={"until": [message]}) from None
    until = now.replace(hour=wall.hour, minute=wall.minute, second=0, microsecond=0)
    return until if until > now else until + timedelta(days=1)


@require_POST
@login_required
def call(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    given = request.POST
    wanted = text.whole(given.get("people", "")) or 0
    helping.call(
        _shop(request, person), given.get("place", ""), people_wanted=wanted, why=given.get("why", ""), until=_until(request), by=person
    )
    return redirect("dispatch:help")


@require_POST
@login_required
def stand_in(request: HttpRequest) -> HttpResponse:
    person = reader(request)
    helping.stand_in(_shop(request, person), until=_until(request), why=request.POST.get("why", ""), by=person)
    return redirect("dispatch:pack")


@require_POST
@login_required
def name_stand_in(request: HttpRequest) -> HttpResponse:
    """Somebody else stands in: named by the keeper who goes, or by whoever assigns people."""
    person = reader(request)
    shop = _shop(request, person)
    chosen = Person.objects.filter(pk=text.whole(request.POST.get("person", "")) or 0, is_active=True).first()
    if chosen is None:
        message = _("Choose an order agent of this shop.")
        raise BadInput(message, fields={"person": [message]})
    helping.name_stand_in(shop, chosen, until=moment(request, "until"), why=request.POST.get("why", ""), by=person)
    return redirect("dispatch:help")


@require_POST
@login_required
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    person = reader(request)
    asked = access.get_help(person, pk)
    helper = Person.objects.filter(pk=text.whole(request.POST.get("person", "")) or 0, is_active=True).first()
    if helper is None:
        message = _("Choose who helps.")
        raise BadInput(message, fields={"person": [message]})
    helping.assign(asked, helper, by=person)
    return redirect("dispatch:help")


@require_POST
@login_required
def end(request: HttpRequest, pk: int) -> HttpResponse:
    person = reader(request)
    helping.end(access.get_help(person, pk), by=person)
    return redirect("dispatch:help")
