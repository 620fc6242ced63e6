"""One person is in one state at a time, however many tabs and devices they have open."""

from __future__ import annotations

from datetime import timedelta

from dangban.chat.models import LastSeen, Presence
from dangban.chat.presence import current_presence, keep_seen, last_seen, record_presence
from dangban.chat.sweeping import LEASE, hold_lease
from dangban.lib.actor import SYSTEM
from dangban.testing import cast, pages

ONLINE, AWAY = Presence.State.ONLINE, Presence.State.AWAY


class PresenceTimes(pages.CastCase):
    def test_a_new_state_ends_the_one_before(self) -> None:
        lin = self.cast.lin
        record_presence(lin, ONLINE, by=lin, at=cast.at("09:00"))
        record_presence(lin, AWAY, "meal", by=lin, at=cast.at("12:00"))
        stretches = Presence.objects.filter(person=lin).order_by("started_at")
        assert [(row.state, row.reason, row.started_at, row.ended_at) for row in stretches] == [
            ("online", "", cast.at("09:00"), cast.at("12:00")),
            ("away", "meal", cast.at("12:00"), None),
        ]

    def test_the_same_state_from_another_tab_changes_nothing(self) -> None:
        lin = self.cast.lin
        first = record_presence(lin, ONLINE, by=lin, at=cast.at("09:00"))
        again = record_presence(lin, ONLINE, by=lin, at=cast.at("09:30"))
        assert again == first
        assert Presence.objects.count() == 1

    def test_a_clock_that_went_back_ends_no_stretch_before_its_beginning(self) -> None:
        lin = self.cast.lin
        record_presence(lin, ONLINE, by=lin, at=cast.at("09:00"))
        record_presence(lin, AWAY, by=SYSTEM, at=cast.at("08:59"))
        ended = Presence.objects.get(state="online")
        assert ended.ended_at == ended.started_at == cast.at("09:00")
        assert current_presence([lin.pk])[lin.pk].started_at == cast.at("09:00")

    def test_who_never_was_here_has_no_state(self) -> None:
        assert current_presence([self.cast.mei.pk]) == {}

    def test_last_seen_keeps_lines_and_hands_apart(self) -> None:
        lin, mei = self.cast.lin.pk, self.cast.mei.pk
        keep_seen([lin, mei], [lin], cast.at("09:00"))
        keep_seen([lin], [], cast.at("09:05"))
        seen = last_seen([lin, mei])
        assert (seen[lin].connected_at, seen[lin].active_at) == (cast.at("09:05"), cast.at("09:00"))
        assert (seen[mei].connected_at, seen[mei].active_at) == (cast.at("09:00"), None)
        assert LastSeen.objects.count() == 2


class Leases(pages.CastCase):
    def test_one_holder_at_a_time_and_the_next_when_it_is_silent(self) -> None:
        now = cast.at("09:00")
        assert hold_lease("x", "a", now)
        assert not hold_lease("x", "b", now + LEASE / 2)
        assert hold_lease("x", "a", now + LEASE * 0.9)
        assert not hold_lease("x", "b", now + LEASE * 1.5)
        assert hold_lease("x", "b", now + LEASE * 3)
        assert not hold_lease("x", "a", now + LEASE * 3 + timedelta(seconds=1))
