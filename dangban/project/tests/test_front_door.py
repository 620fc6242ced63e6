"""Where the front door leads: to the first room that somebody may enter."""

from __future__ import annotations

from dangban.conversations.tests.floor import FloorCase


class FrontDoor(FloorCase):
    def test_each_person_comes_to_a_room_of_theirs(self) -> None:
        for name, room in (("lin", "/workspace/"), ("zhou", "/workspace/"), ("ding", "/inbox/"), ("qian", "/inbox/")):
            client = self.as_person(getattr(self.cast, name))
            assert (name, client.get("/").headers["Location"]) == (name, room)
            assert client.get(room).status_code == 200, name

    def test_who_is_not_signed_in_is_asked_to(self) -> None:
        assert self.client.get("/").headers["Location"] == "/login/"
