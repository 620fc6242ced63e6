import json

from dangban.conversations.models import Conversation, Transfer
from dangban.conversations.tests.floor import FloorCase


class UndoOffered(FloorCase):
    """After a take or a transfer the page says what was done, with the way back."""

    def setUp(self):
        super().setUp()
        self.online(self.cast.lin, self.cast.mei, state="suspended")
        self.customer_says("四件套 1.8 米床能用吗")
        self.talk = Conversation.objects.get()
        self.lin = self.as_person(self.cast.lin)

    def post(self, path, **data):
        return self.lin.post(path, data, headers={"HX-Request": "true"})

    def undo_of(self, response):
        return json.loads(response["HX-Trigger"])["toast"]["undo"]

    def test_a_take_is_undone_at_the_address_that_came_along(self):
        undo = self.undo_of(self.post(f"/workspace/{self.talk.pk}/taking/"))
        assert self.lin.post(undo).status_code == 200
        assert Conversation.objects.get().assignee is None
        assert self.lin.post(undo).status_code == 409

    def test_so_is_the_next_in_line(self):
        undo = self.undo_of(self.post("/workspace/next/"))
        assert self.lin.post(undo).status_code == 200
        assert Conversation.objects.get().state == "waiting"

    def test_so_is_a_transfer(self):
        self.post(f"/workspace/{self.talk.pk}/taking/")
        to = f"person:{self.cast.mei.pk}"
        undo = self.undo_of(self.post(f"/workspace/{self.talk.pk}/transfer/", to=to, note="问尺寸"))
        assert self.lin.post(undo).status_code == 200
        assert Transfer.objects.get().state == "withdrawn"

    def test_nobody_undoes_what_others_did(self):
        undo = self.undo_of(self.post(f"/workspace/{self.talk.pk}/taking/"))
        assert self.as_person(self.cast.mei).post(undo).status_code == 403
        assert self.as_person(self.cast.hu).post(undo).status_code == 404
        assert self.as_person(self.cast.ding).post(undo).status_code == 403
        assert Conversation.objects.get().assignee == self.cast.lin
