"""Trainings: who rests that day makes up for it, who came has it in their file; each once."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from dangban.desk.actions import finish_task
from dangban.desk.models import Notice, Task
from dangban.handbook.actions import adopt_preset
from dangban.journal.models import Entry
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.people.actions import off_board
from dangban.staff.models import Attainment, StaffFile
from dangban.testing import pages
from dangban.testing.cast import NOW, at
from dangban.workforce import actions, ports
from dangban.workforce.actions.training import note_made_up, settle_trainings
from dangban.workforce.models import MakeUp, Training
from dangban.workforce.shifts import Shift

TUESDAY = date(2026, 11, 24)
DAY = Shift("白班", time(8), time(16))


class TrainingCase(pages.CastCase):
    @classmethod
    def set_up_story(cls) -> None:
        adopt_preset("default", by=SYSTEM, at=NOW)
        for who, day in (("lin", 23), ("mei", 24), ("ou", 24)):
            actions.set_duty(getattr(cls.cast, who), cls.cast.team, date(2026, 11, day), DAY, by=cls.cast.zhou, at=NOW)

    def planned(self) -> Training:
        return actions.plan_training(
            self.cast.team, "新品面料", at("11-24 14:00"), at("11-24 15:00"), "看第三页", by=self.cast.zhou, at=NOW
        )

    def making_up(self) -> list[tuple[str, bool]]:
        return [(one.person.name, one.rested) for one in MakeUp.objects.order_by("pk")]


class Planning(TrainingCase):
    def test_the_team_is_told_and_nobody_else(self) -> None:
        self.planned()
        told = set(Notice.objects.values_list("person__username", flat=True))
        assert told == {"lin", "mei", "ou", "ding", "qian"}
        assert Entry.objects.filter(verb="workforce.training_planned").count() == 1

    def test_it_is_planned_ahead_by_who_leads(self) -> None:
        with pytest.raises(NotAllowed):
            actions.plan_training(self.cast.team, "面料", at("11-24 14:00"), at("11-24 15:00"), by=self.cast.lin, at=NOW)
        with pytest.raises(BadInput):
            actions.plan_training(self.cast.team, "面料", NOW, at("11-24 15:00"), by=self.cast.zhou, at=NOW)
        assert not Training.objects.exists()


class MakingUp(TrainingCase):
    def test_who_works_by_shifts_and_rests_that_day_is_given_a_task_once(self) -> None:
        self.planned()
        assert settle_trainings(at("11-24 13:59")) == 0
        assert (settle_trainings(at("11-24 14:00")), settle_trainings(at("11-24 14:01"))) == (1, 0)
        assert self.making_up() == [("林小雨", True)]
        task = Task.objects.get()
        assert (task.owner, task.title, task.body) == (self.cast.lin, "补训 11-24：新品面料", "看第三页")
        assert task.due_at == at("12-01 23:59") + timedelta(seconds=59)
        entry = Entry.objects.get(verb="workforce.make_up_given")
        assert [one["path"] for one in entry.because] == ["shifts.training_made_up"]

    def test_who_is_on_leave_makes_up_for_it_too(self) -> None:
        actions.clear_duty(self.cast.ou, self.cast.team, TUESDAY, by=self.cast.zhou, at=NOW)
        ports.register_away("test", lambda ids, first, last: [ports.Away(self.cast.ou.pk, TUESDAY, TUESDAY, "annual", "年假")])
        self.addCleanup(ports.registry.away.pop, "test")
        self.planned()
        settle_trainings(at("11-24 14:00"))
        assert self.making_up() == [("林小雨", True), ("区志文", True)]

    def test_who_confirms_has_it_in_their_file_once(self) -> None:
        StaffFile.objects.create(person=self.cast.lin, opened_at=NOW)
        self.planned()
        settle_trainings(at("11-24 14:00"))
        assert note_made_up(at("11-25 10:00")) == 0
        finish_task(Task.objects.get(), by=self.cast.lin, at=at("11-25 11:00"))
        assert (note_made_up(at("11-26 09:00")), note_made_up(at("11-26 09:01"))) == (1, 0)
        kept = Attainment.objects.get()
        assert (kept.person, kept.kind, kept.code, kept.on, kept.passed) == (self.cast.lin, "training", "新品面料", date(2026, 11, 25), True)

    def test_called_off_nobody_has_to_make_up_for_it(self) -> None:
        training = self.planned()
        settle_trainings(at("11-24 14:00"))
        actions.cancel_training(training, by=self.cast.zhou, at=at("11-24 14:05"))
        assert (Task.objects.get().withdrawn, note_made_up(at("11-24 14:06"))) == (True, 0)
        with pytest.raises(Conflict):
            actions.enter_attendance(training, [], by=self.cast.zhou, at=at("11-24 16:00"))

    def test_who_leaves_has_nothing_to_make_up_for(self) -> None:
        self.planned()
        settle_trainings(at("11-24 14:00"))
        off_board(self.cast.lin, self.cast.mei, reason="回乡", by=self.cast.bao, at=at("11-24 15:00"))
        assert (Task.objects.get().withdrawn, Task.objects.get().owner) == (True, self.cast.lin)


class Attending(TrainingCase):
    def test_who_came_has_it_in_their_file_and_who_did_not_makes_up_for_it(self) -> None:
        for who in ("lin", "mei", "ou"):
            StaffFile.objects.create(person=getattr(self.cast, who), opened_at=NOW)
        training = self.planned()
        with pytest.raises(Refused):
            actions.enter_attendance(training, [self.cast.mei.pk], by=self.cast.zhou, at=at("11-24 13:00"))
        came = actions.enter_attendance(
            training, [self.cast.mei.pk, self.cast.ding.pk, self.cast.qian.pk], by=self.cast.zhou, at=at("11-24 16:00")
        )
        assert came == 3
        assert self.making_up() == [("林小雨", True), ("区志文", False)]
        assert [(one.person, one.on) for one in Attainment.objects.all()] == [(self.cast.mei, TUESDAY)]
        with pytest.raises(Conflict):
            actions.enter_attendance(training, [], by=self.cast.zhou, at=at("11-24 17:00"))
        assert Task.objects.count() == 2

    def test_nobody_of_elsewhere_and_nobody_who_rested_was_there(self) -> None:
        training = self.planned()
        for who in (self.cast.hu, self.cast.lin):
            with pytest.raises(BadInput):
                actions.enter_attendance(training, [who.pk], by=self.cast.zhou, at=at("11-24 16:00"))
        assert (Training.objects.get().held_at, MakeUp.objects.count()) == (None, 0)


class TrainingsPage(pages.PageCase):
    reader = "zhou"
    queries = 26
    chinese = "培训"
    english = "Trainings"

    @classmethod
    def set_up_story(cls) -> None:
        adopt_preset("default", by=SYSTEM, at=NOW)

    def address(self) -> str:
        return "/trainings/"

    def post(self, who: str, path: str, **data: object):
        return self.as_person(getattr(self.cast, who)).post(path, data)

    def test_it_is_planned_held_and_each_sees_their_own_make_up(self) -> None:
        team = self.cast.team.pk
        form = {"title": "面料", "day": "2026-11-24", "hours": "14:00-15:00"}
        assert [self.post(who, f"/trainings/plan/{team}/", **form).status_code for who in ("lin", "hu")] == [403, 404]
        assert self.post("zhou", f"/trainings/plan/{team}/", **{**form, "hours": "下午"}).status_code == 422
        assert self.post("zhou", f"/trainings/plan/{team}/", **form).status_code == 302
        training = Training.objects.get()
        assert self.post("hu", f"/trainings/{training.pk}/cancel/").status_code == 404
        assert self.post("lin", f"/trainings/{training.pk}/held/").status_code == 403
        task = Task.objects.create(title="补训", owner=self.cast.lin, created_at=NOW, made_by_kind="system", made_by_name="x")
        MakeUp.objects.create(training=training, person=self.cast.lin, task=task)
        pages_of = {who: self.as_person(getattr(self.cast, who)).get("/trainings/").content.decode() for who in ("zhou", "lin", "mei")}
        assert [self.cast.lin.name in page.split("page-head")[-1] for page in pages_of.values()] == [True, True, False]
        assert "/cancel/" in pages_of["zhou"]
        assert "/cancel/" not in pages_of["lin"]
