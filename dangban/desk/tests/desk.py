"""What the tests of the desk share: a handbook in force, and things that lie on the desk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from dangban.desk import actions
from dangban.desk.models import DepartmentRequest, Handover, Incident, Question, Task
from dangban.handbook.actions import forget
from dangban.people.models import Person
from dangban.testing import pages
from dangban.testing.cast import NOW, at
from dangban.testing.handbooks import adopt_with

FACTS = {
    "order": "554433", "handle": "fang_2008", "bought_on": "2026-11-10", "return_tracking": "SF100", "problem": "四件套开线",
    "wish": "换一套",
}  # fmt: skip


class DayCase(pages.CastCase):
    """The cast with the handbook a department starts with."""

    handbook: ClassVar[Mapping[str, str]] = {}

    @classmethod
    def set_up_story(cls) -> None:
        adopt_with(cls.handbook)
        cls.lay_out()

    @classmethod
    def tearDownClass(cls) -> None:
        super().tearDownClass()
        forget()

    @classmethod
    def lay_out(cls) -> None:
        """What the class's tests find on the desk."""

    @classmethod
    def task(cls, title: str = "核对赠品", who: str = "lin", **given: object) -> Task:
        owner = getattr(cls.cast, who)
        values = {"owner": owner, "by": cls.cast.zhou, "shop": cls.cast.shop, "due_at": at("16:00"), "at": NOW}
        return actions.write_task(title, **(values | given))  # type: ignore[arg-type]

    @classmethod
    def question(cls, text: str = "这款被芯能机洗吗", **given: object) -> Question:
        values = {"by": cls.cast.lin, "shop": cls.cast.shop, "at": NOW}
        return actions.ask_question(text, **(values | given))  # type: ignore[arg-type]

    @classmethod
    def incident(cls, **given: object) -> Incident:
        values = {"by": cls.cast.lin, "at": NOW}
        return actions.note_incident(cls.cast.shop, FACTS, **(values | given))  # type: ignore[arg-type]

    @classmethod
    def request(cls, **given: object) -> DepartmentRequest:
        values = {"by": cls.cast.lin, "shop": cls.cast.shop, "at": NOW, "facts": {"tracking": "SF100"}}
        return actions.ask_department("warehouse.parcel", cls.cast.storage, "查一下退件", **(values | given))  # type: ignore[arg-type]

    @classmethod
    def in_storage(cls) -> Person:
        Person.objects.filter(pk=cls.cast.ding.pk).update(department=cls.cast.storage)
        cls.cast.ding.refresh_from_db()
        return cls.cast.ding

    @classmethod
    def sheet(cls, when: str = "23:30", *, to: str | None = "mei", note: str = "明早再问仓库") -> Handover:
        """Lin's sheet, signed."""
        moment = at(when)
        draft = actions.draft_handover(cls.cast.lin, at=moment)
        notes = dict.fromkeys(draft.items.values_list("pk", flat=True), note)
        successor = getattr(cls.cast, to) if to else None
        return actions.sign_handover(draft, successor, notes=notes, by=cls.cast.lin, at=moment)

    def page(self, path: str, who: str = "lin") -> str:
        return self.as_person(getattr(self.cast, who)).get(path).content.decode()

    def post(self, path: str, who: str = "lin", **data: object):
        return self.as_person(getattr(self.cast, who)).post(path, data)
