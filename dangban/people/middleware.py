"""Who is asking: their language, and what they must do before anything else."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from dangban.people.models import Person

Handler = Callable[[HttpRequest], HttpResponse]


class PersonMiddleware:
    """Answers a signed-in person in their own language."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        if isinstance(person, Person) and "lang" not in request.GET:
            with translation.override(person.language):
                return self.get_response(request)
        return self.get_response(request)
