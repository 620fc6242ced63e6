"""Tasks and approvals."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dangban.desk import access, actions, ports, queries
from dangban.desk.forms import AnswerForm, TaskForm
from dangban.desk.views.inbox import answer
from dangban.lib import clock
from dangban.people.requests import PersonRequest


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new_task(request: PersonRequest) -> HttpResponse:
    form = TaskForm(request.POST or None, by=request.user)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        owner = None if given["team"] else given["owner"]
        actions.write_task(
            given["title"], body=given["body"], steps=given["steps"], owner=owner, team=given["team"], due_at=given["due_at"],
            by=request.user, at=clock.now(),
        )  # fmt: skip
        return answer(request, _("Noted."), closes=True)
    return render(request, "desk/_task_form.html", {"form": form})


@login_required
@require_POST
def finish_task(request: PersonRequest, pk: int) -> HttpResponse:
    actions.finish_task(access.get_task(request.user, pk), by=request.user, at=clock.now())
    return answer(request, _("Done."), reverse("task_reopen", args=[pk]))


@login_required
@require_POST
def reopen_task(request: PersonRequest, pk: int) -> HttpResponse:
    actions.reopen_task(access.get_task(request.user, pk), by=request.user, at=clock.now())
    return answer(request, "")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def approval(request: PersonRequest, pk: int) -> HttpResponse:
    """What is asked, on what grounds; the answer of who may give one."""
    found = access.get_approval(request.user, pk)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        granted = request.POST.get("granted") == "yes"
        actions.settle_approval(found, granted, answer=form.cleaned_data["answer"], by=request.user, at=clock.now())
        return redirect("approval", pk=pk)
    kind = ports.registry.approval_kinds.get(found.kind)
    holder = access.answers_for(request.user, found, clock.now())
    context = {
        "approval": found,
        "kind": kind.label if kind else found.kind,
        "form": form,
        "mine": found.asked_by_id == request.user.pk,
        "clock": queries.deadlines_of("desk.approval", [found.pk]).get(found.pk, [None])[0],
        "holder": holder,
        "may_answer": found.settled_at is None and holder is not None,
    }
    return render(request, "desk/approval.html", context)
