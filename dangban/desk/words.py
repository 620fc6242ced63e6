"""How the journal tells of the desk."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dangban.desk.models import DepartmentRequest, Handover, Notice, Question, Recurrence, Task
from dangban.desk.ports import registry
from dangban.journal import ports
from dangban.lib import rail

VERBS = {
    "desk.deadline_missed": _("the time ran out for"),
    "desk.deadline_escalated": _("a breach was reported up for"),
    "desk.deadline_cancelled": _("ended the clock of"),
    "desk.deadline_moved": _("passed the clock to somebody else for"),
    "desk.breach_withdrawn": _("a breach was taken back, the act had come in time, for"),
    "desk.task_written": _("noted the task"),
    "desk.task_added_to": _("added to the task"),
    "desk.task_done": _("finished the task"),
    "desk.task_reopened": _("reopened the task"),
    "desk.task_delegated": _("passed on the task"),
    "desk.notice_written": _("wrote the notice"),
    "desk.notice_reminded": _("reminded those who had not confirmed"),
    "desk.notice_withdrawn": _("withdrew the notice"),
    "desk.approval_asked": _("asked for approval of"),
    "desk.approval_granted": _("granted what was asked for"),
    "desk.approval_refused": _("refused what was asked for"),
    "desk.approval_asked_back": _("asked back before an answer to"),
    "desk.approval_explained": _("explained what was asked for"),
    "desk.approval_withdrawn": _("no longer needs the answer to"),
    "desk.stand_in_named": _("named who stands in for"),
    "desk.stand_in_ended": _("ended the standing in for"),
    "desk.step_done": _("ticked a step of the task"),
    "desk.step_reopened": _("took back the tick of a step of the task"),
    "desk.task_commented": _("said something about the task"),
    "desk.file_attached": _("attached a file to the task"),
    "desk.task_objected": _("objected to the task"),
    "desk.objection_upheld": _("took back, after an objection, the task"),
    "desk.objection_answered": _("let stand, after an objection, the task"),
    "desk.recurrence_written": _("let come again the task"),
    "desk.recurrence_ended": _("lets come no more the task"),
    "desk.question_asked": _("asked the question"),
    "desk.question_answered": _("answered the question"),
    "desk.customer_told": _("told the customer the answer to"),
    "desk.incident_noted": _("noted the incident"),
    "desk.incident_followed_up": _("set when to look again at the incident"),
    "desk.incident_passed": _("passed on the incident"),
    "desk.incident_settled": _("settled the incident"),
    "desk.department_asked": _("asked another department for"),
    "desk.request_received": _("took in hand the request"),
    "desk.request_done": _("settled the request"),
    "desk.request_declined": _("declined the request"),
    "desk.request_withdrawn": _("took back the request"),
    "desk.handover_signed": _("signed the handover"),
    "desk.item_accepted": _("accepted something of the handover"),
    "desk.item_declined": _("gave back something of the handover"),
    "desk.item_closed": _("closed something of the handover"),
    "desk.day_begun": _("began the day"),
    "desk.day_signed_off": _("signed off the day"),
    "desk.day_summed_up": _("summed up the day of"),
}

FIELDS = {
    "kind": _("kind"),
    "rule": _("rule"),
    "owner": _("owner"),
    "title": _("title"),
    "answer": _("answer"),
    "told": _("told"),
    "must_read": _("must be read"),
    "due_at": _("due"),
    "instead_of": _("instead of"),
    "stands_in": _("stands in"),
    "reason": _("reason"),
    "step": _("step"),
    "file": _("file"),
    "department": _("department"),
    "outcome": _("outcome"),
    "lines": _("number of lines"),
    "left": _("left over"),
    "done": _("done"),
    "next_at": _("look again"),
}


# Whatever else stands on the desk of a person is reached from their inbox.
_INBOX = ("/tasks/", "/approvals/", "/requests/", "/notices/", "/questions/", "/incidents/")


def register() -> None:
    ports.name_verbs(VERBS)
    ports.name_fields(FIELDS, room="desk")
    ports.name_values("kind", registry.deadline_kinds)
    ports.name_subject(
        "desk.task", _("task"), url_name="task", titles=lambda ids: dict(Task.objects.filter(pk__in=ids).values_list("pk", "title"))
    )
    ports.name_subject(
        "desk.recurrence", _("recurring task"),
        titles=lambda ids: dict(Recurrence.objects.filter(pk__in=ids).values_list("pk", "title")),
    )  # fmt: skip
    ports.name_subject(
        "desk.question", _("question"), url_name="question",
        titles=lambda ids: dict(Question.objects.filter(pk__in=ids).values_list("pk", "text")),
    )  # fmt: skip
    ports.name_subject("desk.incident", _("incident"), url_name="incident")
    ports.name_subject(
        "desk.departmentrequest", _("request"), url_name="request",
        titles=lambda ids: dict(DepartmentRequest.objects.filter(pk__in=ids).values_list("pk", "title")),
    )  # fmt: skip
    ports.name_subject(
        "desk.handover", _("handover"), url_name="handover",
        titles=lambda ids: {one.pk: str(one) for one in Handover.objects.filter(pk__in=ids).select_related("from_person")},
    )  # fmt: skip
    ports.name_subject(
        "desk.notice", _("notice"), url_name="notice",
        titles=lambda ids: dict(Notice.objects.filter(pk__in=ids).values_list("pk", "title")),
    )  # fmt: skip
    rail.register(rail.RailItem("day", pgettext_lazy("rail", "Day"), "check", "day", order=130, also=("/handover/",)))
    rail.register(rail.RailItem("inbox", pgettext_lazy("rail", "Inbox"), "inbox", "inbox", order=120, also=_INBOX))
