"""Who is asking: their language, how long they were away, and what they must do before anything else."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

from allauth.usersessions.models import UserSession
from django.contrib import auth, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from dangban.lib import clock
from dangban.people.house import sign_in_rules
from dangban.people.models import Person
from dangban.people.second_factor import FACTOR, has_second_factor

Handler = Callable[[HttpRequest], HttpResponse]

SEEN = "seen"
# A write per request would queue pages behind the database's one writer; a minute is exact enough.
SEEN_EVERY = 60

ALWAYS_OPEN = ("/static/", "/health/", "/ready/", "/logout/", "/login/")


class PersonMiddleware:
    """Answers a signed-in person in their language, and sends them where they must go first."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        if not isinstance(person, Person) or request.path.startswith(ALWAYS_OPEN):
            return self.get_response(request)
        if "lang" in request.GET:
            return self._answer(request, person)
        with translation.override(person.language):
            request.LANGUAGE_CODE = person.language
            response = self._answer(request, person)
            response.headers.setdefault("Content-Language", person.language)
            return response

    def _answer(self, request: HttpRequest, person: Person) -> HttpResponse:
        if self._was_away_too_long(request):
            auth.logout(request)
            messages.info(request, _("You were away for a while and have been signed out. Please sign in again."))
            return go_to(request, f"{reverse('account_login')}?next={_next(request)}")
        first = self._must_do_first(request, person)
        return go_to(request, first) if first else self.get_response(request)

    def _was_away_too_long(self, request: HttpRequest) -> bool:
        now = clock.now()
        seen = request.session.get(SEEN)
        if seen is not None and now.timestamp() - seen > sign_in_rules(now).idle.total_seconds():
            return True
        if seen is None or now.timestamp() - seen >= SEEN_EVERY:
            request.session[SEEN] = int(now.timestamp())
            UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=now)
        return False

    def _must_do_first(self, request: HttpRequest, person: Person) -> str:
        """The page somebody has to go through before any other, or nothing."""
        password, factor = reverse("account_change_password"), reverse("mfa_activate_totp")
        if person.must_change_password:
            return "" if request.path == password else password
        if not sign_in_rules(clock.now()).needs_second_factor(person.level) or request.session.get(FACTOR):
            return ""
        if has_second_factor(person):
            request.session[FACTOR] = True
            return ""
        on_the_way = (factor, reverse("account_reauthenticate"), password)
        return "" if request.path in on_the_way else factor


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """A redirect that also takes the whole page along when htmx asked for a part of it."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def _next(request: HttpRequest) -> str:
    return quote(request.get_full_path() if request.method == "GET" else "/")
