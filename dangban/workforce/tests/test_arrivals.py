"""Customers are counted from the log once, half hour by half hour, and days of all kinds enter the curve."""

from __future__ import annotations

from datetime import timedelta

from dangban.chat import actions as chat
from dangban.chat.models import Message
from dangban.handbook.actions import adopt_preset
from dangban.handbook.current import in_force
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.people.models import TeamShop
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY, at
from dangban.workforce import arrivals, curves
from dangban.workforce.models import Arrivals

LATER = NOW + timedelta(hours=9)


class Counting(pages.CastCase):
    @classmethod
    def set_up_story(cls) -> None:
        adopt_preset("default", by=SYSTEM, at=NOW)
        cls.thread = chat.open_thread(cls.cast.shop, customer=cls.cast.fang, at=NOW)

    def say(self, wall: str, author: str = "customer", **more: object) -> None:
        with clock.frozen(at(wall)):
            chat.post(self.thread, author=author, body="在吗", at=at(wall), client_id=f"{author}-{wall}", **more)

    def counted(self) -> dict[str, list[tuple[int, int]]]:
        while arrivals.count_some(LATER):
            pass
        row = Arrivals.objects.get(shop=self.cast.shop, day=TODAY)
        return {
            name: [(slot, count) for slot, count in enumerate(getattr(row, name)) if count]
            for name in ("talks", "lines", "seconds")
        }

    def test_a_customer_who_writes_again_soon_is_the_same_and_after_silence_a_new_one(self) -> None:
        for wall in ("10:05", "10:06", "10:29", "11:10"):
            self.say(wall)
        assert self.counted() == {"talks": [(20, 1), (22, 1)], "lines": [(20, 3), (22, 1)], "seconds": [(20, 1440)]}

    def test_answers_lengthen_a_talk_and_notes_do_not(self) -> None:
        self.say("10:05")
        self.say("10:09", "agent", author_id=self.cast.lin.pk, author_name="林")
        self.say("10:20", "agent", author_id=self.cast.lin.pk, author_name="林", internal=True, kind="note")
        assert self.counted() == {"talks": [(20, 1)], "lines": [(20, 1)], "seconds": [(20, 240)]}

    def test_each_line_is_counted_once_and_all_anew_when_asked(self) -> None:
        self.say("10:05")
        first = self.counted()
        assert self.counted() == first
        self.say("10:07")
        assert self.counted()["lines"] == [(20, 2)]
        arrivals.count_again()
        assert self.counted() == {"talks": [(20, 1)], "lines": [(20, 2)], "seconds": [(20, 120)]}

    def test_what_was_written_a_moment_ago_waits(self) -> None:
        self.say("10:05")
        assert arrivals.count_some(at("10:06")) == 0
        assert Message.objects.exists()
        assert not Arrivals.objects.exists()

    def test_a_shop_of_two_teams_is_half_of_each_ones_demand(self) -> None:
        TeamShop.objects.create(team=self.cast.other_team, shop=self.cast.shop)
        assert curves.shop_shares(self.cast.team) == {self.cast.shop.pk: 0.5, self.cast.second_shop.pk: 1.0}

    def test_nothing_on_record_is_a_curve_of_nobody(self) -> None:
        curve = curves.curve(self.cast.team, TODAY, TODAY, in_force(NOW), at=NOW)
        assert (curve.known_days, curve.days[0].expected.total, curve.measured) == (0, 0, False)
