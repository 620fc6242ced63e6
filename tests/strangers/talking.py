"""The story, third part: the talk, and what lies on the desks."""

from __future__ import annotations

from typing import Any

from dangban.conversations.models import (
    Assignment,
    AutoReply,
    Conversation,
    Draft,
    Enquiry,
    GuardHit,
    GuardOverride,
    Invitation,
    Promise,
    Rating,
    Seat,
    SeatHolding,
    Transfer,
)
from dangban.desk.models import (
    Approval,
    ApprovalWord,
    DaySummary,
    Deadline,
    DepartmentRequest,
    Handover,
    HandoverItem,
    Incident,
    Notice,
    Question,
    Recurrence,
    StandIn,
    Task,
    TaskComment,
    TaskObjection,
    TaskStep,
)
from dangban.knowledge.models import Script, ScriptUse
from dangban.media.models import Blob, Use
from dangban.testing.cast import NOW, TODAY, at
from tests.strangers.telling import Telling


class Talking(Telling):
    """Said, promised, asked, handed over, announced."""

    def _talk(self) -> None:
        case, cast = self.case, self.cast
        floor = case("setUp")
        floor.online(cast.lin, cast.mei)
        floor.on_duty(cast.lin, "09:00", "18:00")
        floor.customer_says(self.secret("question"), when="09:40")
        floor.agent_says(cast.lin, self.secret("reply"), when="09:41")
        floor.agent_says(cast.mei, self.secret("note"), kind="note", internal=True, when="09:42")
        floor.agent_says(cast.zhou, self.secret("whisper"), kind="whisper", internal=True, when="09:43")
        self.talk = Conversation.objects.get()
        self.thread = case.thread
        common: dict[str, Any] = {"shop": cast.shop, "customer": cast.fang, "conversation": self.talk}
        self.assignment = Assignment.objects.get(conversation=self.talk)
        self.transfer = Transfer.objects.create(
            conversation=self.talk, ordinal=1, from_person=cast.lin, to_person=cast.mei, note=self.secret("transfer"),
            summary=self.secret("summary"), at=NOW, business_day=TODAY,
        )  # fmt: skip
        self.promise = Promise.objects.create(
            **common, order=self.order, text=self.secret("promise"), due_at=at("16:00"), owner=cast.lin, by=cast.lin, at=NOW
        )
        # The room itself opened one when she asked before buying.
        Enquiry.objects.filter(conversation=self.talk).update(
            product=self.product, wanted=self.secret("wanted"), reason="price", next_contact_at=at("15:00"), owner=cast.lin
        )
        self.enquiry = Enquiry.objects.get(conversation=self.talk)
        asked = Invitation.objects.create(conversation=self.talk, person=cast.lin, at=NOW)
        self.rating = Rating.objects.create(invitation=asked, stars=1, text=self.secret("rating"), at=NOW)
        guarded: dict[str, Any] = {"thread": case.thread, "shop": cast.shop, "person": cast.lin}
        GuardHit.objects.create(
            **guarded, client_id="x" * 8, rule="conversations.guard.rude", word=self.secret("word"), act="block",
            body=self.secret("hit"), sent=False, at=NOW,
        )  # fmt: skip
        self.override = GuardOverride.objects.create(**guarded, body=self.secret("override"), digest="0" * 64, asked_at=NOW)
        Draft.objects.create(person=cast.lin, thread=case.thread, text=self.secret("draft"), updated_at=NOW)
        self.auto_reply = AutoReply.objects.create(shop=cast.shop, kind="greeting", text=self.secret("autoreply"))
        self.seat = Seat.objects.create(shop=cast.shop, handle=self.secret("seat"))
        SeatHolding.objects.create(seat=self.seat, person=cast.lin, started_at=NOW)
        blob = Blob.objects.create(sha256="0" * 64, mime="image/png", size=1, created_at=NOW)
        self.picture = Use.objects.create(
            blob=blob, subject_kind="chat.thread", subject_id=case.thread.pk, key="secret-key-of-a-picture",
            name=self.secret("picture"), kind="image", by_kind="customer", created_at=NOW,
        )  # fmt: skip
        self.case.marks.append("secret-key-of-a-picture")

    def _scripts(self) -> None:
        cast = self.cast
        self.script = Script.objects.create(
            scope="team", team=cast.team, shop=cast.shop, stage="greeting", title=self.secret("script"),
            body=self.secret("scriptbody"), keys="暗号ah", created_at=NOW, updated_at=NOW,
        )  # fmt: skip
        ScriptUse.objects.create(
            script=self.script, person=cast.lin, shop=cast.shop, customer_id=cast.fang.pk, thread_id=1, message_seq=1, at=NOW
        )
        Script.objects.create(
            scope="personal", owner=cast.lin, stage="greeting", title=self.secret("own"), body=self.secret("ownbody"),
            keys="暗号", created_at=NOW, updated_at=NOW,
        )  # fmt: skip
        subject: dict[str, Any] = {"subject_kind": "orders.order", "subject_id": self.order.pk, "shop": cast.shop}
        Deadline.objects.create(
            **subject, kind="orders.dispatch", label=self.secret("deadline"), team=cast.team, owner=cast.lin,
            rule="orders.x", allowed_seconds=60, started_at=NOW, running_since=NOW, due_at=NOW, missed_at=NOW,
        )  # fmt: skip

    def _tasks(self) -> None:
        cast = self.cast
        made = {"made_by_kind": "person", "made_by_id": cast.zhou.pk, "made_by_name": cast.zhou.name, "created_at": NOW}
        self.task = Task.objects.create(title=self.secret("task"), body=self.secret("taskbody"), owner=cast.lin, shop=cast.shop, **made)
        Task.objects.create(title=self.secret("teamtask"), team=cast.team, shop=cast.shop, **made)
        self.approval = Approval.objects.create(
            kind="test", subject_kind="orders.order", subject_id=self.order.pk, shop=cast.shop, title=self.secret("approval"),
            needs="desk.approve", asked_by=cast.lin, asked_at=NOW,
        )  # fmt: skip
        ApprovalWord.objects.create(approval=self.approval, by=cast.zhou, body=self.secret("approvalword"), at=NOW)
        self.step = TaskStep.objects.create(task=self.task, position=1, text=self.secret("step"))
        TaskComment.objects.create(task=self.task, by=cast.zhou, body=self.secret("comment"), at=NOW)
        self.objection = TaskObjection.objects.create(task=self.task, by=cast.lin, reason=self.secret("objection"), at=NOW)
        self.recurrence = Recurrence.objects.create(
            title=self.secret("recurrence"), owner=cast.lin, appears_at="09:00", next_at=at("11-20 09:00"), made_by=cast.zhou,
            made_at=NOW,
        )  # fmt: skip
        self.stand_in = StandIn.objects.create(
            person=cast.zhou, deputy=cast.mei, since=NOW, until=at("11-20 09:00"), reason=self.secret("away"), made_by=cast.zhou,
            made_at=NOW,
        )  # fmt: skip

    def _asked(self) -> None:
        cast = self.cast
        self.question = Question.objects.create(
            text=self.secret("question"), context=self.secret("context"), shop=cast.shop, asked_by=cast.lin, asked_at=NOW
        )
        self.incident = Incident.objects.create(
            shop=cast.shop, facts={"problem": self.secret("problem")}, title=self.secret("incident"), by=cast.lin, at=NOW,
            owner=cast.lin,
        )  # fmt: skip
        self.request = DepartmentRequest.objects.create(
            kind="warehouse.parcel", department=cast.service, shop=cast.shop, title=self.secret("request"),
            body=self.secret("requestbody"), asked_by=cast.lin, asked_at=NOW,
        )  # fmt: skip
        self.handover = Handover.objects.create(
            from_person=cast.lin, to_person=cast.mei, team=cast.team, day=TODAY, begun_at=NOW, signed_at=NOW,
            note=self.secret("handover"),
        )  # fmt: skip
        self.handover_item = HandoverItem.objects.create(
            handover=self.handover, position=1, label=self.secret("line"), note=self.secret("linenote")
        )
        DaySummary.objects.create(team=cast.team, day=TODAY, by=cast.zhou, at=NOW, questions=self.secret("summary"))
        self.notice = Notice.objects.create(
            title=self.secret("notice"), body=self.secret("noticebody"), shop=cast.shop, by_kind="person",
            by_id=cast.zhou.pk, by_name=cast.zhou.name, at=NOW, must_read=True,
        )  # fmt: skip
        Notice.objects.create(
            title=self.secret("teamnotice"), body=self.secret("tn"), team=cast.team, by_kind="person", by_id=cast.zhou.pk,
            by_name=cast.zhou.name, at=NOW,
        )  # fmt: skip
