"""All tables of a room made in one step, for the first migration of a room.

Django renders every related model anew after each single operation. In a house whose rooms all know each other that
is some fifty thousand classes for an empty database, about a minute; rendered once for each room, it is seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation


class CreateTables(Operation):
    """Create these models, which may point at each other in any order.

    Indexes and constraints stand in the models' options: nothing may be added to a model of the list in the same
    migration, as its table is made in the form the whole list describes.
    """

    serialization_expand_args = ["operations"]

    def __init__(self, operations: Sequence[CreateModel]) -> None:
        self.operations = list(operations)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__qualname__, [], {"operations": self.operations}

    def state_forwards(self, app_label: str, state: Any) -> None:
        # Without rendered models nothing is rendered as they are added; then the new ones are, beside those that were there.
        apps = state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)
        if apps is not None:
            apps.render_multiple([state.models[app_label, operation.name_lower] for operation in self.operations])
            state.apps = apps
            # Whoever was there does not know yet who points at it now: code of a migration gets all models rendered anew.
            state.is_delayed = True

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def references_model(self, name: str, app_label: str) -> bool:
        return any(operation.references_model(name, app_label) for operation in self.operations)

    def describe(self) -> str:
        return f"Create {len(self.operations)} tables"
