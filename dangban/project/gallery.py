"""Every piece of the front end on one page, with content as it really looks. For managers and builders."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from dangban.handbook.decisions import Because
from dangban.lib import clock
from dangban.lib.errors import NotAllowed


@cache
def samples() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "samples" / "gallery.toml").read_text("utf-8"))


class SampleForm(forms.Form):
    """One field of each kind, bound to data of which one is wrong."""

    buyer = forms.CharField(
        label=pgettext_lazy("sample", "Buyer"),
        max_length=40,
        help_text=pgettext_lazy("sample", "As the platform shows it"),
    )
    amount = forms.DecimalField(
        label=pgettext_lazy("sample", "Amount"), max_digits=8, decimal_places=2, max_value=500
    )
    reason = forms.ChoiceField(
        label=pgettext_lazy("sample", "Reason"),
        choices=[
            ("late", pgettext_lazy("sample", "Late parcel")),
            ("damage", pgettext_lazy("sample", "Damaged in transit")),
        ],
    )
    due = forms.DateField(
        label=pgettext_lazy("sample", "Due"), widget=forms.DateInput(attrs={"type": "date"})
    )
    text = forms.CharField(
        label=pgettext_lazy("sample", "Note"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    urgent = forms.BooleanField(
        label=pgettext_lazy("sample", "Urgent"),
        required=False,
        help_text=pgettext_lazy("sample", "The leader is told at once"),
    )


def _only_managers(request: HttpRequest) -> None:
    if not request.user.can("people.manage"):  # type: ignore[union-attr]
        raise NotAllowed(str(pgettext_lazy("sample", "The gallery is for managers.")))


@require_safe
@login_required
def gallery(request: HttpRequest) -> HttpResponse:
    _only_managers(request)
    sample = samples()
    now = clock.now()
    context = {
        "sample": sample,
        "form": SampleForm(sample["form"]),
        "fresh": SampleForm(),
        "because": [Because.from_data(reason) for reason in sample["because"]],
        "ago": {seconds: now - timedelta(seconds=seconds) for seconds in (12, 68, 134, 305, 90000)},
        "soon": {seconds: now + timedelta(seconds=seconds) for seconds in (-250, 400, 5400)},
    }
    return render(request, "project/gallery.html", context)


@require_safe
@login_required
def gallery_sheet(request: HttpRequest) -> HttpResponse:
    _only_managers(request)
    return render(request, "project/_gallery_sheet.html", {"sample": samples()})


@require_safe
@login_required
def gallery_dialog(request: HttpRequest) -> HttpResponse:
    _only_managers(request)
    return render(request, "project/_gallery_dialog.html", {"fresh": SampleForm(prefix="dialog")})


@require_safe
@login_required
def gallery_completion(request: HttpRequest) -> JsonResponse:
    _only_managers(request)
    asked = request.GET.get("q", "").lower()
    items = [item for item in samples()["completion"] if asked in item["keys"] or asked in item["label"]]
    return JsonResponse({"items": items})


urlpatterns = [
    path("design/", gallery, name="gallery"),
    path("design/sheet/", gallery_sheet, name="gallery_sheet"),
    path("design/dialog/", gallery_dialog, name="gallery_dialog"),
    path("design/completion/", gallery_completion, name="gallery_completion"),
]
