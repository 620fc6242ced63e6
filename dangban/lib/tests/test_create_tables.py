"""Tables of a room made in one step, among those of the rooms below."""

from django.db import models
from django.db.migrations import CreateModel
from django.db.migrations.state import ProjectState

from dangban.lib.create_tables import CreateTables


def room(label: str, *tables: tuple[str, str]) -> tuple[str, CreateTables]:
    """A room's first migration: names of its tables, each with the table that it points at, if any."""
    return label, CreateTables(
        [
            CreateModel(
                name,
                [("id", models.BigAutoField(primary_key=True)), *([("of", models.ForeignKey(to, models.CASCADE))] if to else [])],
            )
            for name, to in tables
        ]
    )


def after(*rooms: tuple[str, CreateTables]) -> ProjectState:
    state = ProjectState()
    for label, made in rooms:
        # As the executor has them: rendered once, before the first migration.
        state.apps.get_models()
        state = state.clone()
        made.state_forwards(label, state)
    return state


def test_new_tables_are_known_beside_those_that_were_there():
    state = after(room("people", ("Person", "")), room("desk", ("Task", "people.Person"), ("Step", "desk.Task")))
    task, step = (state.apps.get_model("desk", name) for name in ("Task", "Step"))
    assert task._meta.get_field("of").related_model is state.apps.get_model("people", "Person")
    assert step._meta.get_field("of").related_model is task


def test_code_of_a_later_migration_sees_who_points_at_a_table():
    state = after(room("people", ("Person", "")), room("desk", ("Task", "people.Person")))
    state.clear_delayed_apps_cache()
    person = state.apps.get_model("people", "Person")
    assert [relation.related_model._meta.label for relation in person._meta.related_objects] == ["desk.Task"]
