"""Dashboards, tables of people and shops, and what stands behind a figure."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.errors import NotAllowed
from dangban.lib.excel import Column
from dangban.lib.listing import Sort, taken_out
from dangban.lib.text import whole
from dangban.people.access import signed_in
from dangban.people.models import Person
from dangban.performance import access, actions, charts, showing, working
from dangban.performance.forms import CoachForm
from dangban.performance.measures import MEASURES
from dangban.performance.models import Card, CoachingNote, PersonDay
from dangban.performance.queries import dashboards, drill
from dangban.performance.queries.values import SHOP, Value, binds, by_day, shop_values, together, values
from dangban.performance.views import span_read, spans, tabs, today


@require_safe
@login_required
def mine(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    return _dashboard(request, person, person)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def person(request: HttpRequest, pk: int) -> HttpResponse:
    reader = signed_in(request)
    of = access.get_person(reader, pk)
    form = CoachForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.coach(of, form.cleaned_data["text"], by=reader)
        messages.success(request, _("Noted; both of you see it."))
        return redirect("performance:person", pk)
    return _dashboard(request, reader, of, form)


def _dashboard(request: HttpRequest, reader: Person, of: Person, form: CoachForm | None = None) -> HttpResponse:
    now = today()
    work = working.works(now, now, [of.pk]).get(of.pk, "presale")
    main = dashboards.MAIN[work]
    peers = [who for who, theirs in working.works(now, now).items() if theirs == work]
    cards = Card.objects.filter(person=of).order_by("-month")[:12]
    coaches = reader.pk != of.pk and access.visible_people(reader, access.COACH).filter(pk=of.pk).exists()
    progress = dashboards.progress(of, main, now)
    context = {
        "tabs": tabs(reader, "mine" if reader.pk == of.pk else "team"), "of": of, "own": reader.pk == of.pk, "now": now,
        "lines": dashboards.lines(of, dashboards.CODES[work], now), "progress": progress,
        "main": MEASURES[main], "chart": dashboards.trend(main, now, [of.pk], target=progress), "rank": dashboards.rank(of, peers, main, now.replace(day=1), now),
        "cards": cards, "scores": _scores(list(cards)), "notes": CoachingNote.objects.filter(person=of).select_related("by").order_by("-at")[:10],
        "form": (form or CoachForm()) if coaches else None, "source": binds(now), "shown": showing.shown, "week": now.isocalendar().week,
    }  # fmt: skip
    return render(request, "performance/person.html", context, status=422 if form is not None and form.errors else 200)


def _scores(cards: list[Card]) -> charts.Chart | None:
    return charts.bars([charts.Point(f"{card.month:%y-%m}", card.score, str(card.score or "–"), card.provisional) for card in reversed(cards)]) if len(cards) > 1 else None


@require_safe
@login_required
def team(request: HttpRequest) -> HttpResponse:
    reader = signed_in(request)
    access.must(reader, access.VIEW)
    span = span_read(request)
    teams = list(access.visible_teams(reader))
    chosen = next((one for one in teams if one.pk == whole(request.GET.get("team", ""))), None)
    work = request.GET.get("work", "presale")
    codes = list(dashboards.CODES.get(work, dashboards.PRESALE))
    works = working.works(*span)
    seen = access.visible_people(reader).filter(pk__in=[who for who, theirs in works.items() if theirs == work or (work == "presale" and theirs == "leader")])
    if chosen is not None:
        seen = seen.filter(pk__in=access.members(chosen, *span))
    people = list(seen.order_by("name", "pk"))
    found = values(codes, *span, [one.pk for one in people]) if people else {}
    sort = Sort.read(request.GET, ["name", *codes])
    keys: dict[str, Any] = {"name": lambda one: one.name} | {code: (lambda one, code=code: found[one.pk][code].value) for code in codes}
    people = sort.apply(people, keys)
    if request.GET.get("as"):
        return _table_out(request, reader, people, codes, found)
    everybody = together([code for code in codes if not MEASURES[code].shop_share], *span, [one.pk for one in people])
    context = {
        "tabs": tabs(reader, "team"), "span": span, "spans": spans(span), "teams": teams, "chosen": chosen, "work": work, "sort": sort,
        "people": people, "codes": [MEASURES[code] for code in codes], "found": found, "all": everybody, "shown": showing.shown,
        "works": {"presale": _("Pre-sale"), "aftersale": _("After-sale"), "order": _("Order desk")}, "measures": MEASURES,
        "chart": dashboards.trend(dashboards.MAIN.get(work, "sales"), span[1], [one.pk for one in people]), "main": MEASURES[dashboards.MAIN.get(work, "sales")],
    }  # fmt: skip
    return render(request, "performance/team.html", context)


def _table_out(request: HttpRequest, reader: Person, people: list[Person], codes: list[str], found: dict[int, dict[str, Value]]) -> HttpResponse:
    columns = [Column(_("Name")), *(Column(str(MEASURES[code].label)) for code in codes), Column(_("Source")), Column(_("Definition"))]
    rows = [[one.name, *(showing.shown(found[one.pk][code]) for code in codes), found[one.pk][codes[0]].source, str(found[one.pk][codes[0]].version)] for one in people]
    with transaction.atomic():
        record("performance.exported", subject=reader, by=reader, change={"rows": len(rows)}, at=clock.now())
    return taken_out(request.GET.get("as", ""), "figures", columns, rows)


@require_safe
@login_required
def shops(request: HttpRequest) -> HttpResponse:
    reader = signed_in(request)
    access.must(reader, access.VIEW)
    span = span_read(request)
    codes = ["sales", "deals", "basket", "refund_rate", "enquiries", "conversion", "handled", "first_response", "response", "reply_rate", "taobao_rate", "dispute_rate", "satisfaction"]
    seen = list(access.visible_shops(reader))
    found = {shop.pk: shop_values(codes, *span, [shop.pk]) for shop in seen}
    silent = {shop.pk: _silent(found[shop.pk]["sales"], shop.pk, span) for shop in seen}
    ids = [shop.pk for shop in seen]
    context = {
        "tabs": tabs(reader, "shops"), "span": span, "spans": spans(span), "shops": seen, "found": found, "silent": silent,
        "codes": [MEASURES[code] for code in codes], "all": shop_values(codes, *span, ids) if ids else {}, "shown": showing.shown,
        "chart": dashboards.trend("sales", span[1], None, ids) if ids else None, "main": MEASURES["sales"],
    }  # fmt: skip
    return render(request, "performance/shops.html", context)


def _silent(total: Value, shop: int, span: tuple[Any, Any]) -> str:
    """What nobody served for: the shop's sales less those of people."""
    if total.numerator is None or binds(span[1]) != "own":
        return "–"
    people = PersonDay.objects.filter(shop_id=shop, day__range=span).exclude(person_id=SHOP).values_list("person_id", flat=True).distinct()
    sold = values(["sales"], *span, sorted(people), shop)
    of_people = sum(one["sales"].numerator or 0 for one in sold.values())
    return showing.written(total.measure, total.measure.value(total.numerator - of_people, None))


@require_safe
@login_required
def figure(request: HttpRequest, code: str) -> HttpResponse:
    """One figure day by day, and the rows it was counted from."""
    reader = signed_in(request)
    if code not in MEASURES or MEASURES[code].source in ("given", "targets"):
        raise Http404("figure")
    span = span_read(request)
    who, shop = whole(request.GET.get("who", "")), whole(request.GET.get("shop", ""))
    if who is None and shop is None and not reader.can(access.VIEW):
        who = reader.pk
    of = access.get_person(reader, who) if who is not None else None
    of_shop = access.get_shop(reader, shop) if shop is not None else None
    ids = [of_shop.pk] if of_shop is not None else (None if of is not None else _ids(reader))
    if of is None and not reader.can(access.VIEW):
        raise NotAllowed(_("Figures of others are not your work here."))
    measure = MEASURES[code]
    value = values([code], *span, [of.pk])[of.pk][code] if of is not None else shop_values([code], *span, ids)[code]
    days = by_day([code], *span, [of.pk] if of is not None else None, ids)
    # Rows of shops that are not the reader's stay unseen, though the person served there too.
    rows_of = ids if of is None or of.pk == reader.pk else _ids(reader)
    page = drill.behind(code, *span, of.pk if of is not None else None, rows_of, request.GET.get("after", ""))
    query = {"first": span[0].isoformat(), "last": span[1].isoformat()} | ({"who": of.pk} if of else {}) | ({"shop": shop} if shop else {})
    context = {
        "tabs": tabs(reader, "mine" if of is not None and of.pk == reader.pk else "team"), "measure": measure, "of": of, "of_shop": of_shop, "made_of": showing.made_of, "span": span, "spans": spans(span),
        "value": value, "days": [(day, one[code]) for day, one in sorted(days.items(), reverse=True) if not measure.shop_share], "page": page, "query": query, "shown": showing.shown,
        "chart": charts.bars(dashboards.points(days, code)) if not measure.shop_share else None,
    }  # fmt: skip
    return render(request, "performance/figure.html", context)


def _ids(reader: Person) -> list[int] | None:
    shops_seen = access.shops_of(reader)
    return None if shops_seen is None else sorted(shops_seen)


@require_safe
@login_required
def definitions(request: HttpRequest) -> HttpResponse:
    """Every figure with its meaning, unit, source, attribution and clock: the registry as it is read by all."""
    reader = signed_in(request)
    return render(request, "performance/definitions.html", {"tabs": tabs(reader, "definitions"), "measures": MEASURES.values()})

