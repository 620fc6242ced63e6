"""A roster is computed in a child process from rows to rows: what is short is told, what is away is kept free."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest

from dangban.handbook.actions import adopt_preset
from dangban.handbook.current import in_force
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import Conflict
from dangban.people.models import Person
from dangban.testing import pages
from dangban.testing.cast import NOW
from dangban.workforce import actions, jobs, queries
from dangban.workforce.models import Cell, Generation
from dangban.workforce.rosters import problems, storing, telling
from dangban.workforce.solver import child
from dangban.workforce.solver.check import check_person

MONDAY = date(2026, 11, 23)


class Computing(pages.CastCase):
    @classmethod
    def set_up_story(cls) -> None:
        adopt_preset("default", by=SYSTEM, at=NOW)
        Person.objects.filter(pk=cls.cast.mei.pk).update(level=Person.Level.LEADER)
        cls.plan = actions.make_plan(cls.cast.team, MONDAY, 1, by=cls.cast.zhou, at=NOW)

    def computed(self, **more: object) -> Generation:
        found = actions.ask_roster(self.plan, by=self.cast.zhou, at=NOW, seconds=5, **more)
        claimed = jobs.claim()
        assert claimed is not None
        jobs.compute(claimed)
        found.refresh_from_db()
        return found

    def test_it_keeps_every_persons_rules_and_tells_what_is_short(self) -> None:
        absent = [(self.cast.ou.pk, MONDAY, MONDAY + timedelta(days=6))]
        found = self.computed(absent=absent)
        assert (found.state, found.error) == (Generation.State.DONE, "")
        assert set(found.result["cells"][str(self.cast.ou.pk)]) == {""}
        actions.take_over(found, by=self.cast.zhou, at=NOW)
        facts = problems.read(self.plan, in_force(NOW))
        problem = problems.problem(facts)
        assert Cell.objects.filter(plan=self.plan, is_fixed=False).count() >= 8
        assert not [one for who in facts.people for one in check_person(problem, str(who.pk), problems.row_of(who, facts))]
        # One leader can't lead fourteen shifts: that is told, with the clause.
        told = telling.tell_unmet(storing.unmet_from(found.result["unmet"]), self.plan.days, {}, in_force(NOW))
        assert "shifts.leader_on_every_shift" in {reason.path for one in told for reason in one.because}

    def test_a_child_that_dies_is_a_failure_with_a_reason(self) -> None:
        found = actions.ask_roster(self.plan, by=self.cast.zhou, at=NOW, seconds=5)
        claimed = jobs.claim()
        assert claimed is not None
        held = child.Run
        try:
            child.Run = lambda *given, **more: _killed(held(*given, **more))  # type: ignore[assignment, misc]
            jobs.compute(claimed)
        finally:
            child.Run = held  # type: ignore[misc]
        found.refresh_from_db()
        assert (found.state, found.error) == (Generation.State.FAILED, jobs.FAILED)

    def test_what_was_called_off_is_not_written(self) -> None:
        found = actions.ask_roster(self.plan, by=self.cast.zhou, at=NOW, seconds=60)
        claimed = jobs.claim()
        assert claimed is not None
        actions.cancel_roster(found, by=self.cast.zhou, at=NOW)
        jobs.compute(claimed)
        found.refresh_from_db()
        assert (found.state, found.result) == (Generation.State.CANCELLED, {})

    def test_what_a_stopped_server_began_is_given_up(self) -> None:
        found = actions.ask_roster(self.plan, by=self.cast.zhou, at=NOW)
        Generation.objects.filter(pk=found.pk).update(state="running", seen_at=NOW - timedelta(minutes=2))
        assert jobs.give_up_abandoned() == 1
        assert jobs.claim() is None


    def test_a_server_that_is_stopped_leaves_it_to_the_next_one(self) -> None:
        found = actions.ask_roster(self.plan, by=self.cast.zhou, at=NOW, seconds=60)
        claimed = jobs.claim()
        assert claimed is not None
        stop = threading.Event()
        stop.set()
        jobs.compute(claimed, stop)
        found.refresh_from_db()
        assert (found.state, found.seen_at) == (Generation.State.WAITING, None)
        assert jobs.claim() == found

    def test_a_server_that_was_stopped_ends_nothing_of_the_one_that_took_it_up(self) -> None:
        found = actions.ask_roster(self.plan, by=self.cast.zhou, at=NOW, seconds=60)
        claimed = jobs.claim()
        assert claimed is not None
        stop = threading.Event()
        stop.set()
        # Another server looks in the very moment in which this one gives it back.
        held = jobs._solve
        self.addCleanup(setattr, jobs, "_solve", held)
        jobs._solve = lambda *given: (held(*given), jobs.claim())[0]
        jobs.compute(claimed, stop)
        found.refresh_from_db()
        assert found.state == Generation.State.RUNNING

    def test_shifts_that_were_renamed_since_are_computed_again(self) -> None:
        cells = {str(self.cast.lin.pk): ["大夜", "", "", "", "", "", ""]}
        found = Generation.objects.create(plan=self.plan, state="done", result={"cells": cells}, asked_by=self.cast.zhou, asked_at=NOW)
        actions.set_cells(self.plan, [(self.cast.mei.pk, MONDAY)], None, by=self.cast.zhou, at=NOW)
        with pytest.raises(Conflict):
            actions.take_over(found, by=self.cast.zhou, at=NOW)
        assert Cell.objects.count() == 1


def _killed(run: child.Run) -> child.Run:
    run._process.kill()
    return run


@pytest.mark.parametrize(
    ("preset", "shifts", "least"),
    [
        ("taobao-shop", ["白班 08:00-16:00", "晚班 16:00-24:00"], [0, 0]),
        ("brand-group", ["白班 08:30-17:30", "晚班 17:00-01:00"], [0, 0]),
        ("cosmetics-shop", ["早班 08:30-17:30", "晚班 14:00-22:00"], [2, 1]),
        ("returns-first", ["白班 08:00-17:00", "晚班 17:00-01:00", "常班 09:00-18:00"], [2, 2, 0]),
    ],
)
@pytest.mark.django_db
def test_each_handbook_has_its_shifts(preset: str, shifts: list[str], least: list[int]) -> None:
    adopt_preset(preset, by=SYSTEM, at=NOW)
    rules = in_force(NOW)
    rows = rules["shifts.shifts"]
    assert [f"{shift.name} {shift.hours}" for shift in queries.shifts_of(rules)] == shifts
    assert [row["least"] or 0 for row in rows] == least
