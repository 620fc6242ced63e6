"""The pages of campaigns: what runs, comes and is over; one of them; and what a basket costs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.campaigns import access, actions, queries, telling
from dangban.campaigns.forms import CampaignForm, PriceForm, basket_of, faults, initial_of
from dangban.campaigns.models import Campaign
from dangban.handbook.current import in_force
from dangban.lib import clock
from dangban.lib.errors import BadInput, NotAllowed
from dangban.lib.text import whole
from dangban.people.access import signed_in
from dangban.people.models import Person, Shop
from dangban.shops import queries as catalogue

HITS = 8


def only_viewers(request: HttpRequest, permission: str = "campaigns.view") -> Person:
    person = signed_in(request)
    if not person.can(permission):
        raise NotAllowed(_("Campaigns are not part of your work here."))
    return person


def tabs(person: Person, current: str, at: datetime) -> list[dict[str, Any]]:
    counts = queries.counts(person, at)
    labels = {"running": pgettext("campaigns", "Running"), "coming": pgettext("campaigns", "Coming"), "over": pgettext("campaigns", "Over")}
    lists = [
        {"label": label, "url": f"{reverse('campaigns:list')}?which={key}", "current": key == current, "count": counts.get(key, 0)}
        for key, label in labels.items()
    ]
    return [*lists, {"label": _("Calculator"), "url": reverse("campaigns:price"), "current": current == "price", "count": 0}]


@require_safe
@login_required
def campaign_list(request: HttpRequest) -> HttpResponse:
    person, at = only_viewers(request), clock.now()
    which = request.GET.get("which", "")
    which = which if which in queries.WHICH else "running"
    shop = whole(request.GET.get("shop", ""))
    rows, following = queries.campaigns(person, which, shop, request.GET.get("after", ""), at)
    shops, goods = queries.shops_seen(person, rows), queries.goods_seen(person, rows)
    address = reverse("campaigns:list") + f"?which={which}"
    narrowed = f"{address}&shop={shop}" if shop is not None else address
    context = {
        "tabs": tabs(person, which, at),
        "which": which,
        "rows": [{"row": row, "gives": telling.gives(row), **_shown(row, shops[row.pk], goods[row.pk])} for row in rows],
        "chips": [(_("All shops"), address, shop is None)]
        + [(one.name, f"{address}&shop={one.pk}", one.pk == shop) for one in access.visible_shops(person)],
        "narrowed": shop is not None,
        "first_url": narrowed if request.GET.get("after") else "",
        "next_url": f"{narrowed}&after={following}" if following else "",
        "may_manage": person.can("campaigns.manage"),
        "here": request.GET,
    }
    fragment = request.headers.get("HX-Target") == "campaign-list"
    return render(request, "campaigns/_list.html" if fragment else "campaigns/list.html", context)


def _shown(row: Campaign, shops: list[Shop], goods: list[Any]) -> dict[str, Any]:
    # Goods of shops one doesn't see are not named, and not taken for "everything" either.
    hidden = len(row.for_products.all()) - len(goods)
    what = telling.for_what([product.title for product in goods], row.categories) if goods or not hidden else "–"
    return {"shops": shops, "for_what": what}


@require_safe
@login_required
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    person, at = only_viewers(request), clock.now()
    found = queries.whole(access.get_campaign(person, pk))
    shops = queries.shops_seen(person, [found])[found.pk]
    goods = queries.goods_seen(person, [found])[found.pk]
    every = [row.shop_id for row in found.in_shops.all()]
    state = found.state(at)
    meets = [] if state == "over" else queries.overlapping(
        queries.offer_of(found), [shop.pk for shop in shops], found.starts_at, found.ends_at, in_force(at), but=found.pk
    )  # fmt: skip
    context = {
        "campaign": found,
        "state": state,
        "gives": telling.gives(found),
        "goods": goods,
        "overlaps": meets,
        "may_manage": state != "over" and access.may_manage(person, every),
        **_shown(found, shops, goods),
    }
    return render(request, "campaigns/campaign.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest) -> HttpResponse:
    person = only_viewers(request, "campaigns.manage")
    form = CampaignForm(person, request.POST or None)
    return _edited(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def change(request: HttpRequest, pk: int) -> HttpResponse:
    only_viewers(request)
    person = signed_in(request)
    found = queries.whole(access.get_campaign(person, pk))
    access.require(person, [row.shop_id for row in found.in_shops.all()])
    form = CampaignForm(person, request.POST or None, initial=initial_of(found))
    return _edited(request, form, found)


def _edited(request: HttpRequest, form: CampaignForm, found: Campaign | None) -> HttpResponse:
    """The form; saved once it is right and its overlaps were told."""
    person, overlaps = signed_in(request), []
    if request.method == "POST" and form.is_valid() and _can_stand(form, found):
        overlaps = _overlaps(form, found)
        told = ",".join(str(one.campaign.pk) for one in overlaps)
        if told == form.cleaned_data["seen"]:
            saved = _save(form, found, person)
            messages.success(request, _("The campaign is written down."))
            return redirect("campaigns:campaign", saved.pk)
        form.told(told)
    context = {"form": form, "campaign": found, "overlaps": overlaps}
    return render(request, "campaigns/edit.html", context, status=422 if request.method == "POST" else 200)


def _can_stand(form: CampaignForm, found: Campaign | None) -> bool:
    """Whether the terms hold together; what is wrong goes beside the fields."""
    try:
        actions.checked(form.terms(), clock.now(), found.starts_at if found else None)
    except BadInput as said:
        faults(form, said.fields)
        return False
    return True


def _overlaps(form: CampaignForm, found: Campaign | None) -> list[queries.Overlap]:
    terms = form.terms()
    meant = queries.Offer(
        id=0, kind=terms.kind, by_platform=terms.by_platform and terms.kind in ("spend", "coupon"),
        products=frozenset(product.pk for product in terms.products), categories=frozenset(terms.categories),
    )  # fmt: skip
    shops = [shop.pk for shop in terms.shops]
    return queries.overlapping(
        meant, shops, terms.starts_at, terms.ends_at, in_force(clock.now()), but=found.pk if found else None
    )


def _save(form: CampaignForm, found: Campaign | None, person: Person) -> Campaign:
    if found is None:
        return actions.plan_campaign(form.terms(), by=person)
    return actions.change_campaign(found, form.terms(), version=form.cleaned_data["version"] or 0, by=person)


@require_POST
@login_required
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    person = only_viewers(request)
    found = access.get_campaign(person, pk)
    actions.stop_campaign(found, version=whole(request.POST.get("version", "")) or 0, by=person)
    messages.success(request, _("The campaign is over."))
    return redirect("campaigns:campaign", found.pk)


# ---- The calculator --------------------------------------------------------------------------------


@require_safe
@login_required
def calculator(request: HttpRequest) -> HttpResponse:
    """What a basket costs, step by step; its address holds the whole question."""
    person, at = only_viewers(request), clock.now()
    context = _worked(request, person, reverse("campaigns:price")) | {"tabs": tabs(person, "price", at)}
    part = request.headers.get("HX-Target") == "price-calculator"
    return render(request, "campaigns/_calculator.html" if part else "campaigns/price.html", context)


@require_safe
@login_required
def panel(request: HttpRequest) -> HttpResponse:
    """The same beside a conversation, for the shop of its customer."""
    person = only_viewers(request)
    access.get_shop(person, whole(request.GET.get("shop", "")) or 0)
    return render(request, "campaigns/_calculator.html", _worked(request, person, reverse("campaigns:panel")) | {"panel": True})


def _worked(request: HttpRequest, person: Person, address: str) -> dict[str, Any]:
    asked = request.GET
    first = access.visible_shops(person).first()
    given = asked.copy()
    given.setdefault("shop", str(first.pk) if first else "")
    form = PriceForm(person, given)
    # What was searched for is found once it is added.
    typed = "" if asked.get("add") else asked.get("q", "").strip()[:80]
    shown: dict[str, Any] = {"form": form, "address": address, "typed": typed, "hits": [], "worked": None, "panel": False, "steps": [], "line": "", "again": None}
    if not form.is_valid():
        return shown
    shop = form.cleaned_data["shop"]
    at = form.cleaned_data["at"] or clock.now()
    wanted = basket_of(asked)
    worked = queries.work_out(shop, wanted, form.cleaned_data["freight"], at, in_force(clock.now()))
    shown |= {"worked": worked, "shop": shop, "again": _again(asked, wanted, shop, typed)}
    if worked.price is not None:
        shown["steps"] = [(step, worked.campaigns[step.offer], telling.gives(worked.campaigns[step.offer])) for step in worked.price.steps]
        shown["line"] = telling.price_line(worked.price, worked.pieces, worked.campaigns)
    if typed and person.can("shops.view", shop=shop):
        shown["hits"] = catalogue.find_products(person, typed, shop_id=shop.pk, limit=HITS)
    return shown


def _again(asked: QueryDict, wanted: Sequence[queries.Wanted], shop: Shop, typed: str) -> dict[str, Any]:
    """The same question once more: what was put in or taken out stands in its lines now."""
    same = {"shop": shop.pk, "line": [one.key for one in wanted], "pieces": [one.pieces for one in wanted], "q": typed}
    return same | {name: asked.get(name, "") for name in ("freight", "at")}
