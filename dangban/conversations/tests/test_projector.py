"""What a thread's lines bring about: sessions, questions, answers."""

from __future__ import annotations

from dangban.chat.rows import as_line
from dangban.conversations.models import Assignment, Conversation, Turn
from dangban.conversations.projector import project
from dangban.conversations.tests import floor
from dangban.journal.models import Entry


class TheFirstLine(floor.FloorCase):
    def test_opens_a_session_with_who_is_online(self) -> None:
        self.online(self.cast.lin)
        self.customer_says("有货吗")
        conversation = self.conversation()
        assert (conversation.state, conversation.assignee, conversation.stage) == ("serving", self.cast.lin, "presale")
        assert (conversation.unread, conversation.preview, conversation.first_seq) == (1, "有货吗", 1)
        assert conversation.team == self.cast.team

    def test_keeps_why_it_was_given_to_them(self) -> None:
        self.online(self.cast.lin)
        self.customer_says()
        assignment = Assignment.objects.get()
        assert assignment.how == "routed"
        assert [reason["path"] for reason in assignment.because] == ["conversations.capacity"]

    def test_is_greeted_once(self) -> None:
        self.online(self.cast.lin)
        self.customer_says("在吗")
        self.customer_says("有货吗")
        assert self.said_automatically() == ["greeting"]

    def test_is_in_the_journal(self) -> None:
        self.online(self.cast.lin)
        self.customer_says()
        verbs = list(Entry.objects.order_by("pk").values_list("verb", flat=True))
        assert verbs[-2:] == ["conversations.conversation_opened", "conversations.conversation_assigned"]

    def test_of_an_agent_opens_a_session_that_is_theirs(self) -> None:
        self.agent_says(self.cast.lin, "您拍下的这件还没付款，需要帮忙吗")
        conversation = self.conversation()
        assert (conversation.state, conversation.assignee) == ("serving", self.cast.lin)
        assert Turn.objects.count() == 0


class TheSameLineAgain(floor.FloorCase):
    def test_changes_nothing(self) -> None:
        self.online(self.cast.lin)
        message = self.customer_says()
        before = Conversation.objects.values().get()
        project(self.thread.pk, [as_line(message)])
        after = Conversation.objects.values().get()
        assert {**after, "version": 0} == {**before, "version": 0}
        assert Turn.objects.count() == 1
