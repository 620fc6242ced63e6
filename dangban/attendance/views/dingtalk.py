"""DingTalk: files tried and taken in, its users matched, its word beside ours, the application kept."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.attendance import access
from dangban.attendance.dingtalk import asking, intake
from dangban.attendance.forms import AppForm, FileForm, faults
from dangban.attendance.models import DingTalkApp, DingTalkUser, Intake
from dangban.attendance.views.shared import acted, tabs
from dangban.attendance.words import REASONS, WHATS
from dangban.lib.errors import BadInput
from dangban.lib.excel import Column
from dangban.lib.listing import taken_out
from dangban.lib.tables import MAX_BYTES
from dangban.lib.text import whole
from dangban.people.models import Person
from dangban.people.requests import PersonRequest

SHOWN = 200


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: PersonRequest) -> HttpResponse:
    access.must_import(request.user)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        if file.size <= MAX_BYTES:
            run = intake.try_out(file.name, file.read(), by=request.user, midday=form.cleaned_data["midday"])
            return redirect("attendance:intake", run.pk)
        form.add_error("file", _("This file is too large."))
    context = {
        "tabs": tabs(request.user, "dingtalk"), "form": form, "recent": list(Intake.objects.order_by("-pk").defer("contents")[:20]),
        "unmatched": DingTalkUser.objects.filter(person=None, ignored=False).count(), "app": DingTalkApp.objects.first(),
    }  # fmt: skip
    return render(request, "attendance/dingtalk.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def run(request: PersonRequest, pk: int) -> HttpResponse:
    """What a file holds, what is refused, and where DingTalk says something else than we do."""
    held = access.get_intake(request.user, pk)
    reason = request.GET.get("reason", "")
    rows = held.differences.order_by("name", "day", "what")
    counted: dict[str, int] = {}
    for code in held.differences.values_list("reason", flat=True):
        counted[code] = counted.get(code, 0) + 1
    if reason in REASONS:
        rows = rows.filter(reason=reason)
    if request.GET.get("as") == "xlsx":
        return _excel(rows)
    counts, settled = intake.as_matched_now(held)
    refusals = held.refusals.exclude(pk__in=settled)
    context = {
        "tabs": tabs(request.user, "dingtalk"), "run": held, "counts": counts, "refusals": list(refusals.order_by("sheet", "line")[:SHOWN]),
        "refused": refusals.count(), "rows": list(rows[:SHOWN]), "count": rows.count(), "reasons": REASONS, "whats": WHATS,
        "counted": sorted(counted.items(), key=lambda one: -one[1]), "reason": reason, "may_confirm": held.dry_run and held.contents is not None and bool(counts.get("matched")),
    }  # fmt: skip
    return render(request, "attendance/intake.html", context)


@login_required
@require_POST
def confirmation(request: PersonRequest, pk: int) -> HttpResponse:
    made = intake.confirm(access.get_intake(request.user, pk), by=request.user)
    return redirect("attendance:intake", made.pk)


@login_required
@require_safe
def users(request: PersonRequest) -> HttpResponse:
    access.must_import(request.user)
    which = request.GET.get("which", "open")
    rows = DingTalkUser.objects.select_related("person").order_by("name", "pk")
    chosen = {
        "open": rows.filter(person=None, ignored=False), "matched": rows.exclude(person=None), "left": rows.filter(ignored=True),
    }  # fmt: skip
    if which not in chosen:
        raise Http404("list")
    taken = DingTalkUser.objects.exclude(person=None).values("person")
    context = {
        "tabs": tabs(request.user, "dingtalk"), "rows": list(chosen[which][:SHOWN]), "which": which, "counts": {name: found.count() for name, found in chosen.items()},
        "people": list(Person.objects.filter(is_active=True).exclude(pk__in=taken).order_by("name")),
    }  # fmt: skip
    return render(request, "attendance/users.html", context)


@login_required
@require_POST
def match(request: PersonRequest, pk: int) -> HttpResponse:
    access.must_import(request.user)
    user = DingTalkUser.objects.filter(pk=pk).first()
    if user is None:
        raise Http404("user")
    chosen = request.POST.get("person", "")
    number = whole(chosen)
    person = Person.objects.filter(pk=number, is_active=True).first() if number is not None else None
    if person is None and chosen not in ("", "none"):
        raise Http404("person")
    return acted(
        request, lambda: intake.match(user, person, ignored=chosen == "none", by=request.user), _("Kept."), reverse("attendance:users")
    )


@login_required
@require_POST
def match_all(request: PersonRequest) -> HttpResponse:
    count = intake.match_by_name(by=request.user)
    messages.success(request, ngettext("%(count)s person was matched.", "%(count)s people were matched.", count) % {"count": count})
    return redirect("attendance:users")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def app(request: PersonRequest) -> HttpResponse:
    access.must_import(request.user)
    kept = DingTalkApp.objects.first()
    form = AppForm(request.POST or None, initial={"app_key": kept.app_key, "asks": kept.asks} if kept else {})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            asking.keep(given["app_key"], given["secret"], asks=given["asks"], by=request.user)
        except BadInput as wrong:
            faults(form, dict(wrong.fields))
        else:
            return redirect("attendance:dingtalk")
    context = {"tabs": tabs(request.user, "dingtalk"), "form": form, "kept": kept}
    return render(request, "attendance/app.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def app_removal(request: PersonRequest) -> HttpResponse:
    access.must_import(request.user)
    kept = DingTalkApp.objects.first()
    if kept is None:
        raise Http404("application")
    asking.drop(kept, by=request.user)
    return redirect("attendance:dingtalk")


def _excel(rows: object) -> HttpResponse:
    columns = [Column(_("Name")), Column("UserId"), Column(_("Day")), Column(_("Shift")), Column(pgettext("attendance", "What")), Column(_("DingTalk says")), Column(_("We say")), Column(pgettext("attendance", "Why"), width=50)]
    lines = [
        (one.name, one.user_id, one.day.isoformat(), one.shift, str(WHATS[one.what]), one.theirs, one.ours, str(REASONS[one.reason]))
        for one in rows  # type: ignore[attr-defined]
    ]
    return taken_out("xlsx", "dingtalk-differences", columns, lines)
