"""The day and the handover: nothing is left in silence, and what is left goes to somebody."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dangban.desk import actions, queries, rules
from dangban.desk.models import Deadline, HandoverItem, Task, WorkDay
from dangban.desk.tests.desk import DayCase
from dangban.handbook.loader import preset
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.testing.cast import NOW, TODAY, at


class SigningOff(DayCase):
    def tick_all(self, who: str = "lin", when: str = "17:30") -> None:
        for step in ("replies", "desk"):
            actions.tick_day("close", step, True, by=getattr(self.cast, who), at=at(when))

    def test_a_day_with_nothing_left_is_signed_off_and_counted(self) -> None:
        actions.finish_task(self.task(), by=self.cast.lin, at=at("11:00"))
        self.tick_all()
        work = actions.sign_off(self.cast.lin, at=at("18:00"))
        assert (work.done, work.left, work.day, work.handed) == (1, 0, TODAY, [])

    def test_something_left_in_silence_is_refused_by_the_rule_and_named(self) -> None:
        self.task()
        self.tick_all()
        with pytest.raises(Refused) as refused:
            actions.sign_off(self.cast.lin, at=at("18:00"))
        assert refused.value.details == ["核对赠品"]
        assert refused.value.decision.paths[0] == "desk.same_day"
        assert WorkDay.objects.get().signed_off_at is None

    def test_steps_of_the_end_are_ticked_first(self) -> None:
        with pytest.raises(Refused) as refused:
            actions.sign_off(self.cast.lin, at=at("18:00"))
        assert refused.value.code == "steps"
        assert len(refused.value.details) == 2

    def test_handed_over_with_a_reason_it_no_longer_holds_the_day_up(self) -> None:
        self.task()
        self.tick_all()
        self.sheet("17:40", note="仓库没回，明早再问")
        work = actions.sign_off(self.cast.lin, at=at("18:00"))
        assert (work.left, work.handed) == (1, [{"label": "核对赠品", "reason": "仓库没回，明早再问"}])

    def test_given_back_it_holds_it_up_again(self) -> None:
        self.task()
        self.tick_all()
        item = self.sheet("17:40").items.get()
        actions.decline_item(item, "我明天休息", by=self.cast.mei, at=at("17:50"))
        with pytest.raises(Refused):
            actions.sign_off(self.cast.lin, at=at("18:00"))

    def test_signed_off_twice_is_a_conflict(self) -> None:
        self.tick_all()
        actions.sign_off(self.cast.lin, at=at("18:00"))
        with pytest.raises(Conflict):
            actions.sign_off(self.cast.lin, at=at("18:01"))

    def test_after_midnight_it_is_still_the_day_before_until_the_handbooks_hour(self) -> None:
        work = actions.begin_day(self.cast.lin, at=at("11-20 03:59"))
        assert (work.day, actions.begin_day(self.cast.lin, at=at("11-20 04:00")).day) == (TODAY, TODAY + timedelta(days=1))

    def test_what_is_due_another_day_is_no_leftover(self) -> None:
        self.task(due_at=at("11-25 16:00"))
        self.tick_all()
        assert actions.sign_off(self.cast.lin, at=at("18:00")).left == 0

    def test_a_leaders_day_waits_for_the_summary_of_the_team(self) -> None:
        with pytest.raises(Refused) as refused:
            actions.sign_off(self.cast.zhou, at=at("18:00"))
        assert refused.value.details == ["写 家居组 的日汇总"]
        actions.write_summary(self.cast.team, TODAY, by=self.cast.zhou, at=at("18:05"), questions="机洗")
        actions.tick_day("close", "desk", True, by=self.cast.zhou, at=at("18:06"))
        assert actions.sign_off(self.cast.zhou, at=at("18:07")).signed_off_at == at("18:07")

    def test_an_answer_the_customer_does_not_know_is_left_over(self) -> None:
        actions.answer_question(self.question(), "可以", by=self.cast.zhou, at=at("11:00"))
        self.tick_all()
        with pytest.raises(Refused) as refused:
            actions.sign_off(self.cast.lin, at=at("18:00"))
        assert refused.value.details == ["告诉顾客：这款被芯能机洗吗"]

    def test_a_problem_needs_a_day_on_which_one_looks_again(self) -> None:
        incident = self.incident()
        self.tick_all()
        with pytest.raises(Refused):
            actions.sign_off(self.cast.lin, at=at("18:00"))
        actions.follow_up_incident(incident, at("11-20 10:00"), by=self.cast.lin, at=at("18:01"))
        assert actions.sign_off(self.cast.lin, at=at("18:02")).left == 0

    def test_shares_of_a_team_are_added_not_averaged(self) -> None:
        actions.finish_task(self.task(), by=self.cast.lin, at=at("11:00"))
        self.task("盘点")
        self.tick_all()
        self.sheet("17:40")
        actions.sign_off(self.cast.lin, at=at("18:00"))
        actions.begin_day(self.cast.mei, at=NOW)
        whole, each = queries.shares(self.cast.team, TODAY, TODAY)
        assert (whole.done, whole.total, whole.signed, whole.people) == (1, 2, 1, 2)
        assert {one.person.name: (one.done, one.left) for one in each} == {"林小雨": (1, 1), "梅芳": (0, 0)}


class WithoutSameDay(DayCase):
    handbook = {"desk.same_day": "is = false"}

    def test_where_the_handbook_lets_it_the_leftovers_are_only_written_down(self) -> None:
        self.task()
        for step in ("replies", "desk"):
            actions.tick_day("close", step, True, by=self.cast.lin, at=NOW)
        work = actions.sign_off(self.cast.lin, at=at("18:00"))
        assert (work.left, work.handed) == (1, [{"label": "核对赠品", "reason": ""}])


class HandingOver(DayCase):
    def test_the_draft_knows_what_is_open_and_forgets_what_was_settled(self) -> None:
        task = self.task()
        draft = actions.draft_handover(self.cast.lin, at=NOW)
        assert list(draft.items.values_list("key", flat=True)) == [f"task:{task.pk}"]
        actions.finish_task(task, by=self.cast.lin, at=NOW)
        assert actions.draft_handover(self.cast.lin, at=NOW).items.count() == 0

    def test_a_line_without_a_word_is_not_signed(self) -> None:
        self.task()
        draft = actions.draft_handover(self.cast.lin, at=NOW)
        with pytest.raises(Refused) as refused:
            actions.sign_handover(draft, self.cast.mei, by=self.cast.lin, at=NOW)
        assert refused.value.details == ["核对赠品"]
        draft.refresh_from_db()
        assert draft.signed_at is None

    def test_nobody_of_another_shop_takes_over(self) -> None:
        draft = actions.draft_handover(self.cast.lin, at=NOW)
        with pytest.raises(NotAllowed):
            actions.sign_handover(draft, self.cast.hu, by=self.cast.lin, at=NOW)

    def test_nobody_signs_anothers_sheet(self) -> None:
        draft = actions.draft_handover(self.cast.lin, at=NOW)
        with pytest.raises(NotAllowed):
            actions.sign_handover(draft, self.cast.mei, by=self.cast.zhou, at=NOW)

    def test_a_thing_accepted_is_theirs_in_its_room_and_stays_in_sight(self) -> None:
        task = self.task()
        item = self.sheet().items.get()
        actions.accept_item(item, by=self.cast.mei, at=at("11-20 08:05"))
        task.refresh_from_db()
        assert task.owner == self.cast.mei
        assert [one.pk for one in queries.open_items(self.cast.mei)] == [item.pk]

    def test_of_the_night_it_is_due_by_noon_and_the_clock_is_theirs(self) -> None:
        self.task()
        item = self.sheet("23:30").items.get()
        deadline = Deadline.objects.get(kind="desk.night_item")
        assert (deadline.due_at, deadline.owner, deadline.rule) == (at("11-20 12:00"), self.cast.mei, "desk.night_items_by")
        assert item.due_at == at("11-20 12:00")

    def test_in_the_day_no_such_clock_runs(self) -> None:
        self.task()
        self.sheet("16:30")
        assert not Deadline.objects.filter(kind="desk.night_item").exists()

    def test_it_is_not_closed_while_its_room_knows_it_as_open(self) -> None:
        task = self.task()
        item = self.sheet().items.get()
        actions.accept_item(item, by=self.cast.mei, at=at("11-20 08:05"))
        with pytest.raises(Refused):
            actions.close_item(item, "好了", by=self.cast.mei, at=at("11-20 09:00"))
        actions.finish_task(task, by=self.cast.mei, at=at("11-20 09:10"))
        assert actions.close_what_is_settled(at("11-20 09:11")) == 1
        item.refresh_from_db()
        assert item.state == HandoverItem.State.CLOSED
        assert Deadline.objects.get(kind="desk.night_item").met_at == at("11-20 09:11")

    def test_what_is_only_accepted_is_not_closed_by_itself(self) -> None:
        self.task()
        actions.accept_item(self.sheet().items.get(), by=self.cast.mei, at=at("11-20 08:05"))
        assert actions.close_what_is_settled(at("11-20 08:06")) == 0

    def test_two_who_come_accept_a_thing_once(self) -> None:
        self.task()
        item = self.sheet(to=None).items.get()
        actions.accept_item(item, by=self.cast.ou, at=at("11-20 08:05"))
        with pytest.raises(Conflict):
            actions.accept_item(item, by=self.cast.mei, at=at("11-20 08:06"))
        assert Task.objects.get().owner == self.cast.ou

    def test_whoever_left_it_does_not_accept_it(self) -> None:
        self.task()
        item = self.sheet(to=None).items.get()
        with pytest.raises(NotAllowed):
            actions.accept_item(item, by=self.cast.lin, at=at("11-20 08:05"))

    def test_giving_back_needs_a_reason_and_is_told(self) -> None:
        self.task()
        item = self.sheet().items.get()
        with pytest.raises(BadInput):
            actions.decline_item(item, " ", by=self.cast.mei, at=at("11-20 08:05"))
        actions.decline_item(item, "不归我管", by=self.cast.mei, at=at("11-20 08:05"))
        told = {notice.person.name for notice in self.cast.lin.notices.model.objects.filter(body="不归我管")}
        assert told == {"林小雨", "周敏"}

    def test_a_line_by_hand_is_closed_by_who_has_it(self) -> None:
        actions.write_line(self.cast.lin, "空调没关", "记得关", at=NOW)
        item = self.sheet().items.get()
        actions.accept_item(item, by=self.cast.mei, at=at("11-20 08:05"))
        with pytest.raises(NotAllowed):
            actions.close_item(item, "关了", by=self.cast.ou, at=at("11-20 08:06"))
        closed = actions.close_item(item, "关了", by=self.cast.mei, at=at("11-20 08:06"))
        assert (closed.outcome, queries.open_items(self.cast.mei)) == ("关了", [])


@pytest.mark.parametrize(
    ("signed", "due"),
    [("19:59", None), ("20:00", "11-20 12:00"), ("23:30", "11-20 12:00"), ("00:10", "11-19 12:00"), ("11:59", "11-19 12:00"), ("12:00", None)],
)  # fmt: skip
def test_a_night_runs_from_the_evening_to_the_hour_by_which_it_is_settled(signed: str, due: str | None) -> None:
    decision = rules.night_items(clock.local(at(signed)), preset("default").on(TODAY))
    assert (decision.outcome if decision else None) == (clock.local(at(due)).isoformat() if due else None)
