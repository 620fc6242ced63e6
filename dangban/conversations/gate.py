"""May this line be sent? One pure answer for the lane and for actions alike.

`facts` reads for a whole batch; `decide` neither reads nor writes. What the guard found is kept
afterwards, off the hot path.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from dangban.chat.models import Thread
from dangban.chat.ports import SEND, Line, Sender, Verdict
from dangban.conversations.actions.overrides import PERMISSION, digest_of, may_override
from dangban.conversations.models import GuardHit
from dangban.conversations.queries.posting import BESIDES, BESIDES_TIMES, OPEN, repeated, with_marks
from dangban.conversations.rules import guard
from dangban.handbook.actions import NoHandbook, in_force
from dangban.lib import clock
from dangban.people.models import Person

Fetch = Callable[[str, Sequence[Any]], list[tuple[Any, ...]]]

# Said to customers in words; the rest is for colleagues, or carries no words.
_SPOKEN = frozenset({"text", "card"})
_INTERNAL = frozenset({"note"})
_BY_ACTION = frozenset({"recall", "event", "whisper"})


@dataclass(slots=True)
class Facts:
    """A thread as the gate sees it."""

    guard: guard.Guard | None
    state: str = ""
    assignee_id: int | None = None
    assignee: str = ""
    inside: set[int] = field(default_factory=set)
    # (person, digest) → who let it pass.
    leave: dict[tuple[int, str], int] = field(default_factory=dict)
    numbers: set[str] = field(default_factory=set)

    def learn(self, kind: str, person_id: int, text: str, by_id: int) -> None:
        if kind == "inside":
            self.inside.add(person_id)
        elif kind == "leave":
            self.leave[person_id, text] = by_id
        else:
            self.numbers.add(text)


class Gate:
    def asks(self, line: Line) -> bool:
        """Customers may always write."""
        return line.author == "agent"

    def facts(self, thread_ids: Sequence[int], fetch: Fetch) -> Mapping[int, Facts]:
        """Two statements for any number of threads."""
        words = _words()
        found = {thread_id: Facts(words) for thread_id in thread_ids}
        if not found:
            return found
        ids = repeated(list(found))
        for thread_id, state, assignee_id, name in fetch(with_marks(OPEN, len(ids)), ids):
            one = found[thread_id]
            one.state, one.assignee_id, one.assignee = state, assignee_id, name or ""
        for kind, thread_id, person_id, text, by_id in fetch(with_marks(BESIDES, len(ids)), ids * BESIDES_TIMES):
            found[thread_id].learn(kind, person_id, text, by_id)
        return found

    def decide(self, facts: Facts | None, sender: Sender, line: Line, *, confirmed: bool) -> Verdict:
        """An agent writes where they serve, and what may be said."""
        if line.author != "agent":
            return SEND
        assert facts is not None
        with override(sender.language):
            if line.kind in _BY_ACTION:
                return Verdict("refuse", "by_action", _("This is done by its own button, not as a message."))
            if line.internal or line.kind in _INTERNAL:
                return SEND
            refusal = _whose(facts, sender)
            if refusal is not None:
                return refusal
            return _wording(facts, sender, line, confirmed) if line.kind in _SPOKEN and line.body else SEND

    def kept(self, sender: Sender, line: Line, verdict: Verdict, *, sent: bool) -> None:
        """Keep the guard's findings; the same line tried again is kept once."""
        if verdict.remarks:
            keep(sender, line, verdict, sent=sent, at=line.at)


def _words() -> guard.Guard | None:
    """The guard in force; None before a department has adopted a handbook, so that customers can write at once."""
    try:
        return guard.compiled(in_force(clock.now()))
    except NoHandbook:
        return None


def _whose(facts: Facts, sender: Sender) -> Verdict | None:
    """Nobody answers into a colleague's conversation by accident."""
    if facts.assignee_id == sender.id or sender.id in facts.inside or not facts.state:
        return None
    if facts.assignee_id is None:
        return Verdict("refuse", "take", _("Nobody is serving this customer yet. Take the conversation first."))
    said = _("%(name)s is serving this customer. Step in, or take the conversation over, before you answer.")
    return Verdict("refuse", "taken", said % {"name": facts.assignee})


def _wording(facts: Facts, sender: Sender, line: Line, confirmed: bool) -> Verdict:
    findings = facts.guard.examine(line.body, facts.numbers) if facts.guard is not None else ()
    if not findings:
        return SEND
    act = guard.gravest(findings)
    offer = guard.offered(line.body, findings)
    remarks = [finding.as_data() for finding in findings]
    because = [finding.because.as_data() for finding in findings]
    words = "、".join(dict.fromkeys(finding.word for finding in findings if finding.act == act))
    if act == "remark" or (act == "warn" and confirmed):
        return Verdict("send", "guard", "", because, offer, remarks)
    if act == "warn":
        said = _("“%(words)s” leaves no room or promises too much. Say it differently, or send it all the same.")
        return Verdict("warn", "guard", said % {"words": words}, because, offer, remarks)
    leave = facts.leave.get((sender.id, digest_of(line.body)))
    if leave is not None:
        return Verdict("send", "guard", "", because, offer, [{**one, "overridden_by": leave} for one in remarks])
    if PERMISSION in sender.permissions and _leads(findings):
        if confirmed:
            return Verdict("send", "guard", "", because, offer, [{**one, "overridden_by": sender.id} for one in remarks])
        said = _("“%(words)s” is blocked by the handbook. Send it on your own responsibility?")
        return Verdict("warn", "guard", said % {"words": words}, because, offer, remarks)
    code, said = _refusal(guard.let_pass_by(findings))
    return Verdict("refuse", code, said % {"words": words}, because, offer, remarks)


def _refusal(let_pass_by: str) -> tuple[str, str]:
    """The code by which the composer offers to ask somebody, and words that name whom."""
    return {
        "nobody": ("guard_never", _("“%(words)s” must not be said to customers.")),
        "supervisor": (
            "guard_supervisor",
            _("“%(words)s” must not be said to customers. Say it differently, or ask a supervisor to let it pass."),
        ),
        "leader": (
            "guard",
            _("“%(words)s” must not be said to customers. Say it differently, or ask your leader to let it pass."),
        ),
    }[let_pass_by]


def _leads(findings: Sequence[guard.Finding]) -> bool:
    """A holder of the permission passes what leaders may pass; what needs a supervisor is asked for."""
    return may_override("", guard.let_pass_by(findings))


def keep(sender: Sender, line: Line, verdict: Verdict, *, sent: bool, at: datetime) -> None:
    thread = Thread.objects.only("shop_id").get(pk=line.thread_id)
    act = verdict.act if verdict.act != "send" else "remark"
    with transaction.atomic():
        for remark in verdict.remarks:
            hit, made = GuardHit.objects.get_or_create(
                thread_id=line.thread_id,
                person_id=sender.id,
                client_id=line.client_id,
                rule=remark["rule"],
                word=str(remark["word"])[:60],
                defaults={
                    "shop_id": thread.shop_id,
                    "act": remark["act"] or act,
                    "body": line.body,
                    "sent": sent,
                    "message_seq": line.seq or None,
                    "overridden_by_id": _known(remark.get("overridden_by")),
                    "at": at,
                },
            )
            if not made and sent and not hit.sent:
                GuardHit.objects.filter(pk=hit.pk).update(
                    sent=True, message_seq=line.seq or None, overridden_by=_known(remark.get("overridden_by"))
                )


def _known(person_id: Any) -> int | None:
    return person_id if person_id and Person.objects.filter(pk=person_id).exists() else None
