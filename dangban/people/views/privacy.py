"""Personal data: shown in full for a reason, handed out, erased, held."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.lib import clock
from dangban.lib.errors import NotAllowed
from dangban.people import actions
from dangban.people.forms import DataForm, RevealForm
from dangban.people.models import DataRequest, LegalHold, Person
from dangban.people.ports import DataSubject, registry
from dangban.people.requests import PersonRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reveal(request: PersonRequest, kind: str, pk: int, field: str) -> HttpResponse:
    """Asks for the reason, then answers with the value alone, to stand where the mask stood."""
    revealable = registry.revealable.get((kind, field))
    if revealable is None:
        raise Http404
    _value, shop_id = revealable.fetch(request.user, pk)
    if not request.user.can(revealable.permission, shop=shop_id):
        raise NotAllowed(_("You may not see this in full. Ask your leader if you need it."))
    form = RevealForm(request.POST or None)
    context: dict[str, Any] = {"form": form, "revealable": revealable, "kind": kind, "pk": pk, "field": field}
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        context["value"] = actions.reveal(request.user, kind, pk, field, reason=reason, at=clock.now())
        response = render(request, "people/_revealed.html", context)
        response["Cache-Control"] = "no-store"
        return response
    response = render(request, "people/_reveal.html", context, status=422 if form.is_bound else 200)
    # The question stands beside the mask, and stays there until it is answered.
    response["HX-Retarget"], response["HX-Reswap"] = f"#{place_of(kind, pk, field)}", "innerHTML"
    return response


def place_of(kind: str, pk: int, field: str) -> str:
    """The id under which a page asks for the reason."""
    return f"reveal-{kind.replace('.', '-')}-{pk}-{field}"


@login_required
@require_safe
def privacy(request: PersonRequest) -> HttpResponse:
    """Requests about personal data, what was done, and what is held for the law."""
    _must_look_after(request)
    context = {
        "requests": DataRequest.objects.select_related("by").order_by("-asked_at", "-pk")[:200],
        "holds": LegalHold.objects.filter(lifted_at=None).select_related("placed_by").order_by("-since"),
        "kinds": {kind: subject.label for kind, subject in registry.data_subjects.items()},
    }
    return render(request, "people/privacy.html", context)


@login_required
@require_safe
def subject(request: PersonRequest, kind: str, pk: int) -> HttpResponse:
    found = _subject(kind)
    name = found.get(request.user, pk)
    may_export, may_erase = request.user.can(found.export_permission), request.user.can(found.erase_permission)
    if not (may_export or may_erase):
        raise NotAllowed(_("You may not hand out or erase personal data."))
    about = {"subject_kind": kind, "subject_id": pk}
    context = {
        "kind": kind,
        "pk": pk,
        "name": name,
        "label": found.label,
        "form": DataForm(),
        "holds": LegalHold.objects.filter(**about, lifted_at=None).select_related("placed_by"),
        "requests": DataRequest.objects.filter(**about).select_related("by").order_by("-asked_at"),
        "may_export": may_export,
        "may_erase": may_erase,
    }
    return render(request, "people/data_subject.html", context)


@login_required
@require_POST
def export(request: PersonRequest, kind: str, pk: int) -> HttpResponse:
    data = actions.export_personal_data(
        kind, pk, reason=request.POST.get("reason", ""), by=request.user, at=clock.now()
    )
    text = json.dumps(data, ensure_ascii=False, indent=2, default=str)
    response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="personal-data-{pk}.json"'
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_POST
def erase(request: PersonRequest, kind: str, pk: int) -> HttpResponse:
    actions.erase_personal_data(kind, pk, reason=request.POST.get("reason", ""), by=request.user, at=clock.now())
    return redirect("privacy")


@login_required
@require_POST
def hold(request: PersonRequest, kind: str, pk: int) -> HttpResponse:
    actions.place_hold(kind, pk, reason=request.POST.get("reason", ""), by=request.user, at=clock.now())
    return redirect("data_subject", kind=kind, pk=pk)


@login_required
@require_POST
def lift(request: PersonRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(LegalHold, pk=pk)
    actions.lift_hold(found, by=request.user, at=clock.now())
    return redirect("data_subject", kind=found.subject_kind, pk=found.subject_id)


def _must_look_after(request: PersonRequest) -> None:
    person = request.user
    assert isinstance(person, Person)
    if not any(person.can(one.export_permission) or person.can(one.erase_permission) for one in registry.data_subjects.values()):
        raise NotAllowed(_("Requests about personal data are answered by managers."))


def _subject(kind: str) -> DataSubject:
    found = registry.data_subjects.get(kind)
    if found is None:
        raise Http404
    return found
