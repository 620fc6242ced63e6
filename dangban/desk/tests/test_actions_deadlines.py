"""Clocks as acts: once, late is late, pauses hide nothing, ended subjects don't haunt."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import transaction

from dangban.desk import actions, inbox, ports
from dangban.desk import clock as sweeping
from dangban.desk.models import Deadline, DeadlinePause, Notice
from dangban.journal.models import Entry
from dangban.lib.actor import SYSTEM
from dangban.testing import pages
from dangban.testing.cast import NOW, at

SUBJECT = ("conversations.conversation", 5)
KIND = "conversations.first_reply"


class DeadlineCase(pages.CastCase):
    def start(self, **given: Any) -> Deadline:
        values: dict[str, Any] = {
            "rule": "conversations.first_reply", "allowed_seconds": 600, "by": SYSTEM, "owner": self.cast.lin,
            "team": self.cast.team, "shop": self.cast.shop, "label": "方静", "at": NOW,
        }  # fmt: skip
        return actions.start_deadline(given.pop("kind", KIND), given.pop("subject", SUBJECT), **values | given)

    def kept(self) -> Deadline:
        return Deadline.objects.get(kind=KIND)

    def sweep(self, wall: str) -> sweeping.Swept:
        return sweeping.sweep(at(wall))


class RunningTest(DeadlineCase):
    def test_under_another_name_it_runs_on(self) -> None:
        first = self.start()
        actions.rename_deadline(SUBJECT, KIND, label="另一位", url="/orders/5/")
        kept = self.kept()
        assert (kept.label, kept.url, kept.due_at) == ("另一位", "/orders/5/", first.due_at)

    def test_nothing_is_renamed_where_none_runs(self) -> None:
        assert actions.rename_deadline(SUBJECT, KIND, label="x", url="") is None
        assert Deadline.objects.count() == 0

    def test_a_room_names_who_else_is_told_of_a_breach_each_once(self) -> None:
        self.start(kind="orders.requirement")
        told = {"orders.requirement": lambda deadline: [self.cast.mei, self.cast.lin]}
        before = ports.registry.also_told
        ports.registry.also_told = told
        self.addCleanup(setattr, ports.registry, "also_told", before)
        self.sweep("10:11")
        assert sorted(Notice.objects.values_list("person__username", flat=True)) == ["lin", "mei"]

    def test_a_second_start_returns_the_clock_that_runs(self) -> None:
        first = self.start()
        again = self.start(at=NOW + timedelta(minutes=3))
        assert again.pk == first.pk
        assert self.kept().due_at == NOW + timedelta(minutes=10)

    def test_after_it_was_met_a_new_one_may_run(self) -> None:
        self.start()
        actions.meet_deadline(SUBJECT, KIND, by=self.cast.lin, at=at("10:04"))
        self.start(at=at("10:20"))
        assert Deadline.objects.count() == 2

    def test_met_in_time_it_never_fires(self) -> None:
        self.start(warn_seconds=120)
        actions.meet_deadline(SUBJECT, KIND, by=self.cast.lin, at=at("10:04"))
        assert self.sweep("12:00") == sweeping.Swept()
        assert (self.kept().missed_at, Notice.objects.count(), Entry.objects.count()) == (None, 0, 0)

    def test_met_late_before_the_clock_came_by_it_is_missed_all_the_same(self) -> None:
        self.start()
        actions.meet_deadline(SUBJECT, KIND, by=self.cast.lin, at=at("10:12"))
        kept = self.kept()
        assert (kept.missed_at, kept.met_at) == (at("10:10"), at("10:12"))
        assert Entry.objects.get().verb == "desk.deadline_missed"

    def test_an_answer_given_in_time_but_stored_after_the_sweep_takes_the_breach_back(self) -> None:
        self.start()
        self.sweep("10:11")
        actions.meet_deadline(SUBJECT, KIND, by=self.cast.lin, at=at("10:09"))
        assert self.kept().missed_at is None
        assert Entry.objects.last().verb == "desk.breach_withdrawn"

    def test_meeting_what_does_not_run_does_nothing(self) -> None:
        assert actions.meet_deadline(SUBJECT, KIND, by=self.cast.lin, at=NOW) is None

    def test_the_update_clock_of_a_subject_does_not_touch_its_first_reply(self) -> None:
        self.start()
        self.start(kind="conversations.reply", allowed_seconds=3600)
        actions.meet_deadline(SUBJECT, "conversations.reply", by=self.cast.lin, at=at("10:01"))
        assert self.kept().met_at is None
        assert self.kept().due_at == at("10:10")


class PausingTest(DeadlineCase):
    def pause(self, wall: str) -> None:
        actions.pause_deadline(SUBJECT, KIND, by=self.cast.lin, reason="等顾客回复", at=at(wall))

    def resume(self, wall: str) -> None:
        actions.resume_deadline(SUBJECT, KIND, by=self.cast.lin, at=at(wall))

    def test_while_the_customer_is_awaited_it_stands_still(self) -> None:
        self.start()
        self.pause("10:04")
        assert self.sweep("11:30") == sweeping.Swept()
        self.resume("12:00")
        assert self.kept().due_at == at("12:06")

    def test_a_pause_is_kept_with_who_and_why(self) -> None:
        self.start()
        self.pause("10:04")
        self.resume("10:30")
        pause = DeadlinePause.objects.get()
        assert (pause.since, pause.until, pause.reason, pause.by_name) == (
            at("10:04"), at("10:30"), "等顾客回复", "林小雨",
        )  # fmt: skip

    def test_pausing_after_it_ran_out_hides_nothing(self) -> None:
        self.start()
        self.pause("10:15")
        assert self.kept().missed_at == at("10:10")

    def test_resumed_after_it_ran_out_it_stays_missed_and_does_not_fire_again(self) -> None:
        self.start()
        self.sweep("10:11")
        self.pause("10:15")
        self.resume("10:20")
        assert self.sweep("10:21") == sweeping.Swept()
        assert self.kept().missed_at == at("10:10")

    def test_pausing_and_resuming_twice_changes_nothing_more(self) -> None:
        self.start()
        self.pause("10:04")
        self.pause("10:06")
        self.resume("10:10")
        self.resume("10:12")
        assert self.kept().due_at == at("10:16")
        assert DeadlinePause.objects.count() == 1

    def test_met_while_paused_closes_the_pause(self) -> None:
        self.start()
        self.pause("10:04")
        actions.meet_deadline(SUBJECT, KIND, by=self.cast.lin, at=at("15:00"))
        assert DeadlinePause.objects.get().until == at("15:00")
        assert self.kept().missed_at is None


class EndingTest(DeadlineCase):
    def test_the_clocks_of_a_merged_subject_end_with_it(self) -> None:
        self.start()
        self.start(kind="conversations.reply")
        assert actions.cancel_deadlines(SUBJECT, by=self.cast.zhou, reason="merged", at=at("10:05")) == 2
        assert self.sweep("12:00") == sweeping.Swept()

    def test_a_cancelled_clock_can_be_started_anew(self) -> None:
        self.start()
        actions.cancel_deadlines(SUBJECT, by=self.cast.zhou, at=at("10:05"))
        assert self.start(at=at("10:06")).due_at == at("10:16")

    def test_a_transferred_clock_runs_on_for_its_new_owner(self) -> None:
        self.start()
        actions.reassign_deadline(SUBJECT, owner=self.cast.mei, by=self.cast.lin, at=at("10:03"))
        kept = self.kept()
        assert (kept.owner, kept.due_at) == (self.cast.mei, at("10:10"))
        assert Entry.objects.get().change["owner"] == ["林小雨", "梅芳"]


class DutyTest(DeadlineCase):
    def setUp(self) -> None:
        super().setUp()
        self.shifts = [(at("11-19 08:00"), at("11-19 10:05"))]
        before = ports.registry.duty_spans
        ports.register_duty_spans(lambda team, shop, start, end: self.shifts)
        self.addCleanup(setattr, ports.registry, "duty_spans", before)

    def test_without_duty_planned_so_far_it_has_no_due_time_until_it_is(self) -> None:
        assert self.start(runs="duty").due_at is None
        self.shifts.append((at("11-20 08:00"), at("11-20 16:00")))
        assert actions.refresh_duty_deadlines([self.cast.team.pk], at=NOW) == 1
        assert self.kept().due_at == at("11-20 08:05")

    def test_what_was_used_counts_duty_only(self) -> None:
        self.shifts.append((at("11-20 08:00"), at("11-20 16:00")))
        self.start(runs="duty")
        actions.pause_deadline(SUBJECT, KIND, by=self.cast.lin, reason="等顾客回复", at=at("11-20 08:02"))
        assert self.kept().used_seconds == 7 * 60


class SweepTest(DeadlineCase):
    def test_it_warns_once(self) -> None:
        self.start(warn_seconds=120)
        assert self.sweep("10:08").warned == 1
        assert self.sweep("10:09").warned == 0
        notice = Notice.objects.get()
        assert (notice.person, notice.title) == (self.cast.lin, "快到时限了：方静")

    def test_it_notes_a_breach_once_at_the_moment_the_time_ran_out(self) -> None:
        self.start()
        assert self.sweep("10:13").missed == 1
        assert self.sweep("10:14").missed == 0
        assert self.kept().missed_at == at("10:10")
        assert Entry.objects.get().at == at("10:10")

    def test_it_tells_the_owners_superior_once(self) -> None:
        self.start()
        self.sweep("10:11")
        assert self.sweep("11:30").escalated == 1
        assert self.sweep("11:31").escalated == 0
        assert list(Notice.objects.filter(person=self.cast.zhou).values_list("title", flat=True)) == ["林小雨超时：方静"]

    def test_without_an_owner_it_tells_who_leads_the_team(self) -> None:
        self.start(owner=None)
        self.sweep("10:11")
        self.sweep("11:30")
        assert [notice.person for notice in Notice.objects.all()] == [self.cast.zhou]

    def test_clocks_of_seconds_are_noted_but_not_told(self) -> None:
        self.start(allowed_seconds=30, tells=False)
        self.sweep("11:30")
        assert Notice.objects.count() == 0
        assert Entry.objects.filter(verb="desk.deadline_missed").count() == 1

    def test_it_survives_a_restart_because_it_is_a_row(self) -> None:
        self.start()
        assert self.sweep("11-22 09:00").missed == 1
        assert self.kept().missed_at == at("10:10")

    def test_what_fails_to_be_told_is_not_fired_either(self) -> None:
        self.start()
        with self.assertRaises(RuntimeError), transaction.atomic():  # noqa: PT027
            self.sweep("10:11")
            raise RuntimeError
        assert self.kept().missed_at is None


class NewsTest(DeadlineCase):
    """What a clock told stands nowhere longer than there is something to do about it."""

    def waiting(self, who: str, wall: str) -> list[str]:
        return [one.title for one in inbox.unread_notices(getattr(self.cast, who), at(wall))]

    def late(self) -> None:
        self.start()
        self.sweep("10:11")
        self.sweep("12:00")

    def test_a_breach_stands_once_in_its_owners_inbox_and_once_with_who_is_above(self) -> None:
        self.late()
        assert (self.waiting("lin", "12:00"), self.waiting("zhou", "12:00")) == ([], ["林小雨超时：方静"])
        assert [item.key for item in inbox.inbox(self.cast.lin, at("12:00")).items] == [f"deadline:{self.kept().pk}"]
        assert inbox.count(self.cast.lin, at("12:00")) == 1

    def test_once_it_is_done_there_is_nothing_left_to_do_for_who_is_above(self) -> None:
        self.late()
        actions.meet_deadline(SUBJECT, KIND, by=self.cast.lin, at=at("12:05"))
        assert (self.waiting("lin", "12:06"), self.waiting("zhou", "12:06")) == ([], [])
        assert Notice.objects.filter(person=self.cast.zhou).count() == 1

    def test_passed_on_it_is_the_other_ones(self) -> None:
        self.late()
        actions.reassign_deadline(SUBJECT, owner=self.cast.mei, by=self.cast.zhou, at=at("12:05"))
        assert (self.waiting("lin", "12:06"), self.waiting("mei", "12:06")) == ([], [])

    def test_the_same_news_again_replaces_what_was_not_seen(self) -> None:
        for minute in (0, 5):
            actions.notify(self.cast.lin, "考核初稿已出", by=SYSTEM, url="/performance/cards/2/", at=NOW + timedelta(minutes=minute))
        actions.notify(self.cast.lin, "考核初稿已出", by=SYSTEM, url="/performance/cards/3/", at=NOW + timedelta(minutes=5))
        kept = inbox.unread_notices(self.cast.lin, NOW + timedelta(minutes=6))
        assert sorted((one.url, one.at) for one in kept) == [
            ("/performance/cards/2/", NOW + timedelta(minutes=5)), ("/performance/cards/3/", NOW + timedelta(minutes=5)),
        ]  # fmt: skip
