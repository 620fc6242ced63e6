"""Scripts: found by stage, written with a preview, measured by what customers did afterwards."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dangban.chat.clauses import IMAGE_SIZE
from dangban.handbook.current import in_force
from dangban.knowledge import access, actions, queries
from dangban.knowledge.forms import ScriptForm
from dangban.knowledge.models import Script
from dangban.lib import clock
from dangban.lib.errors import BadInput, NotAllowed, Said
from dangban.lib.text import normalise, whole
from dangban.media import actions as media
from dangban.media.models import Use
from dangban.media.sorting import Unfit
from dangban.media.storage import scratch
from dangban.people.access import scope, visible_shops
from dangban.people.models import Person, Team

PAGE = 100
MEGABYTE = 1024 * 1024


def _who(request: HttpRequest) -> Person:
    assert isinstance(request.user, Person)
    if not (request.user.can("conversations.serve") or request.user.can(access.MANAGE)):
        raise NotAllowed(_("Scripts are for people who answer customers, and their leaders."))
    return request.user


@require_GET
@login_required
def scripts(request: HttpRequest) -> HttpResponse:
    person = _who(request)
    chosen = {name: request.GET.get(name, "").strip() for name in ("stage", "scope", "shop", "q")}
    rows = _narrowed(access.visible_scripts(person).filter(retired_at=None), chosen)
    of_stage = dict(rows.values_list("stage").annotate(count=Count("pk")).order_by())
    if chosen["stage"]:
        rows = rows.filter(stage=chosen["stage"])
    context = {
        "rows": _counted(rows).order_by("stage", "-uses", "title", "pk")[:PAGE],
        "stages": _stages(of_stage),
        "scopes": Script.Scope.choices,
        "chosen": chosen,
        "kept": {name: value for name, value in chosen.items() if value},
        "shops": visible_shops(person),
        "today": clock.business_day(clock.now()),
    }
    return render(request, "knowledge/scripts.html", context)


def _narrowed(rows: QuerySet[Script], chosen: dict[str, str]) -> QuerySet[Script]:
    if chosen["scope"]:
        rows = rows.filter(scope=chosen["scope"])
    if (shop_id := whole(chosen["shop"])) is not None:
        rows = rows.filter(Q(shop=None) | Q(shop=shop_id))
    wanted = "".join(normalise(chosen["q"]).split())
    if wanted:
        rows = rows.filter(Q(keys__contains=wanted) | Q(title__icontains=wanted) | Q(body__icontains=wanted))
    return rows


def _stages(of_stage: dict[str, int]) -> list[tuple[str, Any, int]]:
    found: list[tuple[str, Any, int]] = [("", pgettext("stage", "All"), sum(of_stage.values()))]
    return found + [(value, label, of_stage.get(value, 0)) for value, label in Script.Stage.choices]


def _counted(rows: QuerySet[Script]) -> QuerySet[Script]:
    """With how many uses are on record, and after how many of them the customer paid."""
    return rows.select_related("team", "shop", "image", "owner").annotate(
        counted=Count("use_rows"), converted=Count("use_rows", filter=Q(use_rows__converted_at__isnull=False))
    )


@require_http_methods(["GET", "POST"])
@login_required
def script_new(request: HttpRequest) -> HttpResponse:
    person = _who(request)
    form = _form(request, person, initial={"scope": Script.Scope.PERSONAL, "stage": request.GET.get("stage", "greeting")})
    if request.method == "POST" and form.is_valid():
        try:
            kept = actions.write_script(by=person, image=_picture(request, person, 0), **form.cleaned_data)
        except Said as said:
            _tell(form, said)
        else:
            messages.success(request, _("Kept. In the chat it comes after “/”."))
            return redirect("script", kept.pk)
    return _page(request, person, form, None)


@require_http_methods(["GET", "POST"])
@login_required
def script(request: HttpRequest, pk: int) -> HttpResponse:
    person = _who(request)
    shown = _counted(Script.objects.filter(pk=access.get_script(person, pk).pk)).get()
    names = ("scope", "team", "shop", "stage", "title", "body", "expires_on")
    form = _form(request, person, initial={name: getattr(shown, name) for name in names})
    form.fields["scope"].disabled = True
    if request.method == "POST" and form.is_valid():
        changes: dict[str, Any] = {name: form.cleaned_data[name] for name in names if name != "scope"}
        try:
            picture = _picture(request, person, pk)
            changes |= {"image": picture} if picture else {}
            actions.rewrite_script(shown, by=person, **changes)
        except Said as said:
            _tell(form, said)
        else:
            messages.success(request, _("Kept"))
            return redirect("script", pk)
    return _page(request, person, form, shown)


def _form(request: HttpRequest, person: Person, initial: dict[str, Any]) -> ScriptForm:
    manages = person.can(access.MANAGE)
    kept = scope(person)
    scopes = [one for one in Script.Scope.choices if manages or one[0] in (Script.Scope.PERSONAL, initial["scope"])]
    teams = Team.objects.all() if kept.everywhere else Team.objects.filter(pk__in=kept.teams)
    return ScriptForm(
        request.POST or None, scopes=scopes, teams=teams.order_by("name"), shops=visible_shops(person), initial=initial
    )


def _page(request: HttpRequest, person: Person, form: ScriptForm, shown: Any) -> HttpResponse:
    context = {
        "form": form,
        "script": shown,
        "may_edit": shown is None or access.may_edit(person, shown),
        "variables": _variables(),
        "limit": int(in_force()[IMAGE_SIZE]) * MEGABYTE,
    }
    return render(request, "knowledge/script.html", context, status=422 if form.errors else 200)


def _variables() -> list[tuple[str, str]]:
    return [
        ("customer", _("the customer's name")),
        ("order", _("the number of their newest order")),
        ("courier", _("the courier of that order")),
        ("tracking", _("its tracking number")),
        ("shop", _("the shop")),
        ("agent", _("the name customers know you by")),
    ]


def _picture(request: HttpRequest, person: Person, script_id: int) -> Use | None:
    sent = request.FILES.get("picture")
    if not isinstance(sent, UploadedFile):
        return None
    most = int(in_force()[IMAGE_SIZE])
    if sent.size is None or sent.size > most * MEGABYTE:
        raise _unfit(_("A picture has up to %(most)s MB.") % {"most": most})
    with tempfile.NamedTemporaryFile(dir=scratch(), delete=False) as file:
        for chunk in sent.chunks():
            file.write(chunk)
    try:
        kept = media.take(Path(file.name), sent.name or "", subject=("script", script_id), by=person.actor)
    except Unfit as unfit:
        raise _unfit(_("This is not a picture that can be shown.")) from unfit
    if kept.kind != "image":
        raise _unfit(_("This is not a picture that can be shown."))
    return kept


def _unfit(message: str) -> BadInput:
    return BadInput(message)


def _tell(form: ScriptForm, said: Said) -> None:
    fields = said.fields if isinstance(said, BadInput) else {}
    known = {name: found for name, found in fields.items() if name in form.fields}
    for name, found in known.items():
        form.add_error(name, list(found))
    if not known:
        form.add_error(None, said.message)


@require_POST
@login_required
def script_retirement(request: HttpRequest, pk: int) -> HttpResponse:
    person = _who(request)
    actions.retire_script(access.get_script(person, pk), by=person)
    messages.success(request, _("No longer offered. What was said with it stays counted."))
    return redirect("scripts")


@require_POST
@login_required
def script_preview(request: HttpRequest) -> HttpResponse:
    """The text with an example customer's facts in it."""
    person = _who(request)
    facts = {
        "customer": _("Ms Fang"),
        "order": "4126330781125590312",
        "shop": str(visible_shops(person).first() or ""),
        "courier": _("ZTO Express"),
        "tracking": "78654320119876",
        "agent": person.service_name,
    }
    made = queries.render(request.POST.get("body", "")[:2000], facts)
    return render(request, "knowledge/_preview.html", {"text": made.text, "missing": made.missing})
