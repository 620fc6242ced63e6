"""Tasks: lists, one task with its steps, words, files and objections; those that come again."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangban.desk import access, actions
from dangban.desk.actions.talking import SUBJECT, may_answer_objection, may_object
from dangban.desk.forms import CommentForm, RecurrenceForm
from dangban.desk.models import Recurrence, Task, TaskObjection, TaskStep
from dangban.desk.views.doing import done, paged
from dangban.lib import clock
from dangban.lib.errors import BadInput, NotAllowed
from dangban.media.links import signed_url
from dangban.media.models import Use
from dangban.media.storage import scratch
from dangban.people.access import scope
from dangban.people.requests import PersonRequest

LARGEST = 20 * 1024 * 1024


@login_required
@require_safe
def tasks(request: PersonRequest) -> HttpResponse:
    person, which = request.user, request.GET.get("which", "mine")
    rows, following = paged(request, _of(request, which))
    context = {
        "tasks": rows,
        "following": following,
        "which": which,
        "may_note": person.can("desk.task"),
        "may_assign": person.can("desk.assign"),
    }
    return render(request, "desk/tasks.html", context)


def _of(request: PersonRequest, which: str) -> QuerySet[Task]:
    person = request.user
    seen = access.visible_tasks(person).select_related("owner", "team")
    if which == "given":
        return seen.filter(made_by_kind="person", made_by_id=person.pk, done_at=None).exclude(owner=person)
    if which == "team":
        return seen.filter(done_at=None).exclude(owner=person)
    if which == "done":
        return seen.filter(done_at__isnull=False)
    return seen.filter(Q(owner=person) | Q(owner=None, team_id__in=scope(person).teams), done_at=None)


@login_required
@require_safe
def task(request: PersonRequest, pk: int) -> HttpResponse:
    found = access.get_task(request.user, pk)
    return render(request, "desk/task.html", _about(request, found) | {"comment": CommentForm(by=request.user)})


@login_required
@require_safe
def task_body(request: PersonRequest, pk: int) -> HttpResponse:
    """The part that changes while one looks at it."""
    return render(request, "desk/_task.html", _about(request, access.get_task(request.user, pk)))


def _about(request: PersonRequest, found: Task) -> dict[str, object]:
    objections = list(found.objections.select_related("by", "answered_by", "task").order_by("pk"))
    waiting = next((one for one in objections if one.answered_at is None), None)
    files = Use.objects.filter(subject_kind=SUBJECT, subject_id=found.pk).select_related("blob").order_by("pk")
    return {
        "task": found,
        "steps": list(found.steps.order_by("position")),
        "comments": list(found.comments.select_related("by").prefetch_related("mentioned").order_by("pk")),
        "files": [(use, signed_url(use.key)) for use in files],
        "objections": objections,
        "waiting": waiting,
        "may_do": access.may_do(request.user, found),
        "may_object": waiting is None and may_object(request.user, found),
        "may_answer": waiting is not None and may_answer_objection(request.user, waiting),
    }


@login_required
@require_POST
def step(request: PersonRequest, pk: int, step_pk: int) -> HttpResponse:
    found = access.get_task(request.user, pk)
    one = TaskStep.objects.select_related("task").filter(task=found, pk=step_pk).first()
    if one is None:
        raise Http404
    actions.tick_step(one, request.POST.get("done") == "yes", by=request.user, at=clock.now())
    return _back(request, found)


@login_required
@require_POST
def comment(request: PersonRequest, pk: int) -> HttpResponse:
    found = access.get_task(request.user, pk)
    form = CommentForm(request.POST, by=request.user)
    if form.is_valid():
        given = form.cleaned_data
        said = done(
            form,
            lambda: actions.comment_on_task(
                found, given["body"], mentioned=given["mentioned"], by=request.user, at=clock.now()
            ),
        )
        if said is not None:
            return redirect("task", pk=pk)
    return render(request, "desk/task.html", _about(request, found) | {"comment": form}, status=422)


@login_required
@require_POST
def attach(request: PersonRequest, pk: int) -> HttpResponse:
    found = access.get_task(request.user, pk)
    sent = request.FILES.get("file")
    if sent is None or sent.size is None:
        raise BadInput(_("Choose a file first."), fields={"file": [_("Choose a file first.")]})
    if sent.size > LARGEST:
        raise BadInput(_("A file has up to %(most)s MB.") % {"most": LARGEST // (1024 * 1024)})
    with tempfile.NamedTemporaryFile(dir=scratch(), delete=False) as file:
        for chunk in sent.chunks():
            file.write(chunk)
    actions.attach_to_task(found, Path(file.name), sent.name or "", by=request.user, at=clock.now())
    return redirect("task", pk=pk)


@login_required
@require_POST
def objection(request: PersonRequest, pk: int) -> HttpResponse:
    found = access.get_task(request.user, pk)
    actions.object_to_task(found, request.POST.get("reason", ""), by=request.user, at=clock.now())
    return _back(request, found)


@login_required
@require_POST
def objection_answer(request: PersonRequest, pk: int, objection_pk: int) -> HttpResponse:
    found = access.get_task(request.user, pk)
    one = TaskObjection.objects.select_related("task", "by").filter(task=found, pk=objection_pk).first()
    if one is None:
        raise Http404
    upheld = request.POST.get("upheld") == "yes"
    actions.answer_objection(one, upheld, answer=request.POST.get("answer", ""), by=request.user, at=clock.now())
    return _back(request, found)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def recurring(request: PersonRequest) -> HttpResponse:
    """What comes again; a new one is written below the list."""
    person = request.user
    if not person.can("desk.task"):
        raise NotAllowed(_("You may not give tasks to others. Ask your leader."))
    form = RecurrenceForm(request.POST or None, by=person)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        if given["team"]:
            given["owner"] = None
        if done(form, lambda: actions.write_recurrence(given.pop("title"), **given, by=person, at=clock.now())):
            return redirect("recurring")
    return render(request, "desk/recurring.html", {"rules": list(_recurrences(request)), "form": form})


@login_required
@require_POST
def end_recurring(request: PersonRequest, pk: int) -> HttpResponse:
    rule = _recurrences(request).filter(pk=pk).first()
    if rule is None:
        raise Http404
    actions.end_recurrence(rule, by=request.user, at=clock.now())
    return redirect("recurring")


def _recurrences(request: PersonRequest) -> QuerySet[Recurrence]:
    kept = scope(request.user)
    mine = Q(made_by=request.user) | Q(owner=request.user) | Q(team_id__in=kept.teams)
    rows = Recurrence.objects.filter(mine, ended_at=None)
    return rows.select_related("owner", "team", "made_by").order_by("next_at", "pk")


def _back(request: PersonRequest, found: Task) -> HttpResponse:
    if request.headers.get("HX-Request") == "true":
        found.refresh_from_db()
        return render(request, "desk/_task.html", _about(request, found))
    return redirect("task", pk=found.pk)
