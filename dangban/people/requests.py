"""A request as a view behind `login_required` receives it."""

from __future__ import annotations

from django.http import HttpRequest

from dangban.people.models import Person


class PersonRequest(HttpRequest):
    """Somebody is signed in: `user` is a person, never a stranger."""

    user: Person
