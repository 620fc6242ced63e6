"""The customer's own request, by the link to their order: asking, showing, sending back, how it stands."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dangban.aftersales.evidence.arriving import ACCEPT, MOST_AT_ONCE
from dangban.aftersales.models import Case, Evidence
from dangban.aftersales.rules.assessment.facts import DAMAGE_FOUND
from dangban.aftersales.rules.assessment.reasons import REASONS
from dangban.aftersales.self_service import asking, progress
from dangban.chat.lane.bounds import MEGABYTE, read_bounds
from dangban.dispatch import barcodes
from dangban.lib import clock, text
from dangban.lib.errors import BadInput, Conflict, Refused
from dangban.media.links import signed_url
from dangban.orders.models import Order
from dangban.orders.self_service import links
from dangban.orders.self_service.door import by_link, is_seen
from dangban.shops.models import Courier, Profile

_REASON_WORDS = {
    "quality": gettext_lazy("There is a fault in it"),
    "described": gettext_lazy("It is not as described"),
    "wrong": gettext_lazy("Something else was sent"),
    "missing": gettext_lazy("Something is missing"),
    "damaged": gettext_lazy("It was damaged on the way"),
    "lost": gettext_lazy("The parcel never came"),
    "dislike": gettext_lazy("I don't like it"),
    "size": gettext_lazy("The size doesn't fit"),
    "colour": gettext_lazy("The colour is a little different"),
    "mistaken": gettext_lazy("I ordered the wrong thing"),
}
_WANTED_WORDS = {
    "return": gettext_lazy("Send it back for my money"),
    "exchange": gettext_lazy("Exchange it"),
    "refund": gettext_lazy("Money back, nothing to send back"),
    "reship": gettext_lazy("Send what is missing"),
    "adjust": gettext_lazy("Keep it for a compensation"),
    "repair": gettext_lazy("Have it repaired"),
}
_CONDITION_WORDS = {
    "used": gettext_lazy("it was used"),
    "washed": gettext_lazy("it was washed"),
    "tag_cut": gettext_lazy("the tag is off"),
    "packaging_missing": gettext_lazy("the packaging is gone"),
    "accessories_missing": gettext_lazy("a part, an accessory or the manual is missing"),
}


class AskForm(forms.Form):
    reason = forms.ChoiceField(label=pgettext_lazy("own page", "What is wrong"), choices=[("", gettext_lazy("Please choose")), *_REASON_WORDS.items()])
    damage_found = forms.ChoiceField(
        label=gettext_lazy("When was the damage seen"), required=False,
        choices=[("", gettext_lazy("Please choose")), *((code, words) for code, words in DAMAGE_FOUND.items())],
    )  # fmt: skip
    wanted = forms.ChoiceField(label=pgettext_lazy("own page", "What you would like"), choices=list(_WANTED_WORDS.items()), widget=forms.RadioSelect)
    condition = forms.MultipleChoiceField(
        label=gettext_lazy("Does any of this hold"), required=False, choices=list(_CONDITION_WORDS.items()), widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(
        label=pgettext_lazy("own page", "In your words"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What happened, how it looks; for an exchange what you would like instead."),
    )  # fmt: skip


class ParcelForm(forms.Form):
    courier = forms.CharField(label=pgettext_lazy("own page", "Courier"), max_length=40, widget=forms.TextInput(attrs={"list": "couriers", "autocomplete": "off"}))
    number = forms.CharField(label=gettext_lazy("Tracking number"), max_length=60, widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}))


@require_http_methods(["GET", "HEAD", "POST"])
@by_link
def new(request: HttpRequest, token: str, order: Order, claims: links.Claims) -> HttpResponse:
    if not is_seen(request, order, claims):
        return redirect("order-link:page", token)
    goods = asking.askable(order)
    if request.method != "POST":
        return render(request, "aftersales/own/new.html", _new(token, order, goods, AskForm()))
    form = AskForm(request.POST)
    status, said = 422, ""
    if form.is_valid():
        try:
            made = asking.ask(order, claims, _asked(request, form, goods), request.FILES.getlist("files"), at=clock.now())
        except BadInput as wrong:
            _put(form, wrong)
        except Refused as no:
            status, said = 409, no.message
        else:
            return redirect(reverse("own-return:case", args=[token, made.pk], query={"done": "asked"}))
    context = _new(token, order, asking.askable(order), form) | {"said": said, "typed": request.POST}
    return render(request, "aftersales/own/new.html", context, status=status)


@require_GET
@by_link
def case(request: HttpRequest, token: str, order: Order, claims: links.Claims, pk: int) -> HttpResponse:
    if not is_seen(request, order, claims):
        return redirect("order-link:page", token)
    return render(request, "aftersales/own/case.html", _case(request, token, asking.get_case(order, pk)))


@require_POST
@by_link
def evidence(request: HttpRequest, token: str, order: Order, claims: links.Claims, pk: int) -> HttpResponse:
    return _acted(
        request, token, order, claims, pk, "shown",
        lambda found, at: asking.show(order, claims, found, request.FILES.getlist("files"), request.POST.get("words", "")[:500], at=at),
    )  # fmt: skip


@require_POST
@by_link
def parcel(request: HttpRequest, token: str, order: Order, claims: links.Claims, pk: int) -> HttpResponse:
    form = ParcelForm(request.POST)
    if not form.is_valid():
        return _again(request, token, order, claims, pk, form=form)
    given = form.cleaned_data
    return _acted(
        request, token, order, claims, pk, "sent",
        lambda found, at: asking.send_back(order, claims, found, given["courier"], given["number"], at=at), form,
    )  # fmt: skip


@require_POST
@by_link
def withdrawal(request: HttpRequest, token: str, order: Order, claims: links.Claims, pk: int) -> HttpResponse:
    return _acted(request, token, order, claims, pk, "withdrawn", lambda found, at: asking.withdraw(order, claims, found, at=at))


@require_GET
@by_link
def card(request: HttpRequest, token: str, order: Order, claims: links.Claims, pk: int) -> HttpResponse:
    """The card that goes into the parcel."""
    if not is_seen(request, order, claims):
        return redirect("order-link:page", token)
    found = asking.get_case(order, pk)
    context = {
        "token": token, "order": order, "case": found, "lines": _lines(found), "reason": REASONS[found.reason].label if found.reason in REASONS else "",
        "note": _own_note(found), "profile": _profile(found), "barcode": barcodes.data_url(found.number),
    }  # fmt: skip
    return render(request, "aftersales/own/card.html", context)


def _acted(
    request: HttpRequest, token: str, order: Order, claims: links.Claims, pk: int, done: str,
    act: Callable[[Case, datetime], Any], form: ParcelForm | None = None,
) -> HttpResponse:  # fmt: skip
    """Done, and back to the page; or the page with what was typed and what was wrong with it."""
    if not is_seen(request, order, claims):
        return redirect("order-link:page", token)
    found = asking.get_case(order, pk)
    try:
        act(found, clock.now())
    except BadInput as wrong:
        if form is not None:
            _put(form, wrong)
            return _again(request, token, order, claims, pk, form=form)
        return _again(request, token, order, claims, pk, said=wrong.message)
    except (Refused, Conflict) as no:
        return _again(request, token, order, claims, pk, said=no.message, status=409)
    return redirect(reverse("own-return:case", args=[token, pk], query={"done": done}))


def _again(
    request: HttpRequest, token: str, order: Order, claims: links.Claims, pk: int, *, said: str = "", form: ParcelForm | None = None, status: int = 422
) -> HttpResponse:
    if not is_seen(request, order, claims):
        return redirect("order-link:page", token)
    shown = _case(request, token, asking.get_case(order, pk)) | {"said": said}
    return render(request, "aftersales/own/case.html", shown | ({"form": form} if form is not None else {}), status=status)


def _put(form: forms.Form, wrong: BadInput) -> None:
    for name, messages in wrong.fields.items():
        form.add_error(name if name in form.fields else None, list(messages))


def _asked(request: HttpRequest, form: AskForm, goods: list[asking.Askable]) -> asking.Asked:
    given = form.cleaned_data
    pieces: dict[int, int] = {}
    instead: dict[int, int] = {}
    for one in goods:
        typed = text.whole(request.POST.get(f"pieces-{one.line.pk}", "")) or 0
        if typed > 0:
            pieces[one.line.pk] = typed
        chosen = text.whole(request.POST.get(f"instead-{one.line.pk}", ""))
        if chosen:
            instead[one.line.pk] = chosen
    told: dict[str, Any] = dict.fromkeys(given["condition"], True)
    if given["damage_found"] and given["reason"] == "damaged":
        told["damage_found"] = given["damage_found"]
    return asking.Asked(pieces, given["reason"], given["wanted"], given["note"], instead, told)


def _new(token: str, order: Order, goods: list[asking.Askable], form: AskForm) -> dict[str, Any]:
    return {
        "token": token, "order": order, "goods": goods, "form": form, "said": "", "typed": {}, "wide": len(goods) == 1 and goods[0].left == 1,
        "files": _files(),
    }  # fmt: skip


def _files() -> dict[str, Any]:
    bounds = read_bounds()
    return {"accept": ACCEPT, "most": MOST_AT_ONCE, "photo": bounds.image_size // MEGABYTE, "film": bounds.video_size // MEGABYTE}


def _case(request: HttpRequest, token: str, found: Case) -> dict[str, Any]:
    at = clock.now()
    shown = Evidence.objects.filter(case=found, by_kind="customer").exclude(media_key="").order_by("pk")
    return {
        "token": token, "order": found.order, "case": found, "head": progress.head(found), "next_step": progress.next_step(found, at),
        "wording": progress.wording(found), "stages": progress.STAGES, "stage": progress.stage(found), "events": progress.events(found),
        "note": _own_note(found), "payments": progress.payments(found), "lines": _lines(found), "reason": _REASON_WORDS.get(found.reason, ""),
        "wanted": _WANTED_WORDS.get(found.kind, found.get_kind_display()), "profile": _profile(found),
        "pictures": [{"key": one.media_key, "url": signed_url(one.media_key), "small": signed_url(one.media_key, small=True), "kind": one.kind} for one in shown],
        "parcels": [one.parcel for one in found.parcel_cases.select_related("parcel").order_by("pk")],
        "may_announce": asking.may_announce(found, at), "may_show": found.state in ("evidence", "opened", "assessed", "approval", "refused"),
        "may_withdraw": found.state in asking.MAY_WITHDRAW and not found.parcel_cases.exists(),
        "couriers": _couriers(found), "form": ParcelForm(), "files": _files(), "done": request.GET.get("done", ""), "said": "",
    }  # fmt: skip


def _lines(found: Case) -> list[Any]:
    return list(found.lines.select_related("wanted_sku").order_by("pk"))


def _own_note(found: Case) -> str:
    """In the customer's words, from here or the platform; what an agent wrote down is between us."""
    return found.note if found.source in (Case.Source.CUSTOMER, Case.Source.PLATFORM) else ""


def _profile(found: Case) -> Profile | None:
    return Profile.objects.filter(shop=found.shop_id).first()


def _couriers(found: Case) -> list[str]:
    return list(Courier.objects.filter(shop=found.shop_id).order_by("name").values_list("name", flat=True).distinct()[:20])


pages = [
    path("", new, name="new"),
    path("<int:pk>/", case, name="case"),
    path("<int:pk>/evidence/", evidence, name="evidence"),
    path("<int:pk>/parcel/", parcel, name="parcel"),
    path("<int:pk>/withdrawal/", withdrawal, name="withdrawal"),
    path("<int:pk>/card/", card, name="card"),
]
