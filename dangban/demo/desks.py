"""What lies on the desks: tasks that come again, questions, problems, requests, approvals, a night's handover."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from dangban.demo.content import FOLDER
from dangban.desk import actions as desk
from dangban.lib import clock
from dangban.people.models import Department, Person, Shop, Team
from dangban.shops import feedback
from dangban.shops.models import Product


class Desks:
    """Acts out the desk's part of the present, each thing at its moment."""

    def __init__(self, people: Mapping[str, Person], teams: Mapping[str, Team], shops: Mapping[str, Shop], now: datetime) -> None:
        self.people, self.teams, self.shops, self.now = people, teams, shops, now
        self.story: dict[str, Any] = tomllib.loads((FOLDER / "desk.toml").read_text(encoding="utf-8"))

    def act(self) -> None:
        acts = {
            "recurring": self._recurring, "listed": self._listed, "question": self._question, "incident": self._incident,
            "page": self._page, "approval": self._approval, "handover": self._handover,
        }  # fmt: skip
        for name, act in acts.items():
            for one in self.story[name]:
                at = self.now - timedelta(hours=one.get("hours", 0) if name != "listed" else 4)
                with clock.frozen(at):
                    act(one, at)
        for username in ("lin", "mei", "xu"):
            self._begin(self.people[username])

    def _recurring(self, one: dict[str, Any], at: datetime) -> None:
        desk.write_recurrence(
            one["title"], by=self.people[one["by"]], team=self.teams[one["team"]], every=one["every"], weekdays=one["weekdays"],
            appears_at=one["appears_at"], due_by=one["due_by"], steps=one["steps"], at=at,
        )  # fmt: skip

    def _listed(self, one: dict[str, Any], at: datetime) -> None:
        owner = self.people[one["to"]]
        task = desk.write_task(
            one["title"], by=self.people[one["by"]], owner=owner, steps=one["steps"],
            due_at=self.now + timedelta(hours=one["hours"]), at=at,
        )  # fmt: skip
        desk.tick_step(task.steps.get(position=3), True, by=owner, at=at)
        desk.comment_on_task(task, one["comment"], mentioned=[self.people[one["mention"]]], by=owner, at=at)
        desk.object_to_task(task, one["objection"], by=owner, at=at)

    def _question(self, one: dict[str, Any], at: datetime) -> None:
        asked = desk.ask_question(
            one["text"], by=self.people[one["by"]], shop=self.shops[one["shop"]], context=one["context"], at=at
        )
        if "answer" in one:
            desk.answer_question(asked, one["answer"], by=self.people[one["answered_by"]], at=at)

    def _incident(self, one: dict[str, Any], at: datetime) -> None:
        by, shop = self.people[one["by"]], self.shops[one["shop"]]
        again = self.now + timedelta(hours=one["again"])
        incident = desk.note_incident(shop, one["facts"], next_at=again, by=by, at=at)
        department = Department.objects.get(code=one["department"])
        desk.ask_department(
            one["request"], department, one["asks"], by=by, shop=shop, facts={"tracking": one["facts"]["return_tracking"]},
            incident=incident, at=at,
        )  # fmt: skip

    def _page(self, one: dict[str, Any], at: datetime) -> None:
        shop = self.shops[one["shop"]]
        goods = Product.objects.filter(shop=shop, title__startswith=one["goods"]).order_by("pk").first()
        feedback.report(
            shop, one["fault"], one["text"], product=goods, department=feedback.department_for(one["fault"]),
            by=self.people[one["by"]], at=at,
        )  # fmt: skip

    def _approval(self, one: dict[str, Any], at: datetime) -> None:
        shop = self.shops[one["shop"]]
        desk.ask_exception(one["title"], one["why"], by=self.people[one["by"]], shop=shop, at=at)

    def _handover(self, one: dict[str, Any], at: datetime) -> None:
        leaver = self.people[one["from"]]
        for line in one["lines"]:
            desk.write_line(leaver, line["label"], line["note"], at=at)
        sheet = desk.draft_handover(leaver, at=at)
        notes = {item.pk: item.note or "照常处理" for item in sheet.items.all()}
        desk.sign_handover(sheet, self.people[one["to"]], note=one["note"], notes=notes, by=leaver, at=at)
        first = sheet.items.filter(key="").order_by("position").first()
        assert first is not None
        desk.accept_item(first, by=self.people[one["to"]], at=at)

    def _begin(self, person: Person) -> None:
        at = self.now - timedelta(hours=1)
        with clock.frozen(at):
            for step in ("tools", "notices", "offline"):
                desk.tick_day("open", step, True, by=person, at=at)
