"""The four ways in which an action says no. Anything else that is raised is a bug and flies.

The project's middleware renders each as a page, a fragment or an RFC 9457 problem.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class Said(Exception):
    """A refusal meant for people: `message` is translated, kind and complete."""

    status = 400
    title = "Not possible"

    def __init__(self, message: str, *, details: Sequence[str] = (), code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.details = list(details)
        self.code = code or type(self).__name__.lower()


class Refused(Said):
    """A rule of the handbook says no.

    `decision` carries the reasons (依据); `details` lists what stands in the way, one line each;
    `items` the same as data (for a page that offers to do something about each).
    """

    status = 409

    def __init__(
        self,
        message: str,
        *,
        decision: Any = None,
        details: Sequence[str] = (),
        items: Sequence[Mapping[str, Any]] = (),
        code: str = "",
    ) -> None:
        super().__init__(message, details=details, code=code)
        self.decision = decision
        self.items = list(items)


class NotAllowed(Said):
    """This person may not do this, whatever the rules say about the thing itself."""

    status = 403


class Conflict(Said):
    """Someone was faster: the thing has changed since the page was drawn."""

    status = 409


class BadInput(Said):
    """What was sent can't be understood or kept. `fields` maps a field's name to its messages."""

    status = 422

    def __init__(
        self,
        message: str,
        *,
        fields: Mapping[str, Sequence[str]] | None = None,
        details: Sequence[str] = (),
        code: str = "",
        status: int | None = None,
    ) -> None:
        super().__init__(message, details=details, code=code)
        self.fields = {name: list(messages) for name, messages in (fields or {}).items()}
        if status is not None:
            self.status = status
