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
from dangban.people.ports import registry
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
        if not isinstance(person, Person):
            return _whole_page(request, self.get_response(request))
        if request.path.startswith(ALWAYS_OPEN):
            return self.get_response(request)
        if "lang" in request.GET:
            return self._answer(request, person)
        with translation.override(person.language):
            request.LANGUAGE_CODE = person.language
            response = self._answer(request, person)
            response.headers.setdefault("Content-Language", person.language)
            return response

    def _answer(self, request: HttpRequest, person: Person) -> HttpResponse:
        if self._was_away_too_long(request, person):
            auth.logout(request)
            messages.info(request, _("You were away for a while and have been signed out. Please sign in again."))
            return go_to(request, f"{reverse('account_login')}?next={_next(request)}")
        first = self._must_do_first(request, person)
        return go_to(request, first) if first else self.get_response(request)

    def _was_away_too_long(self, request: HttpRequest, person: Person) -> bool:
        now = clock.now()
        seen, used = request.session.get(SEEN), now.timestamp()
        idle = sign_in_rules(now).idle.total_seconds()
        if seen is not None and used - seen > idle:
            used = _last_active(person)
            if now.timestamp() - used > idle:
                return True
        elif seen is not None and _nobody_clicked(request):
            return False
        if seen is None or used - seen >= SEEN_EVERY:
            request.session[SEEN] = int(used)
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


def _nobody_clicked(request: HttpRequest) -> bool:
    """Fetched by the page itself, on a timer or because something changed elsewhere."""
    return request.headers.get("X-Background") == "1"


def _last_active(person: Person) -> float:
    """When mouse or keyboard were last used; who only chats makes few requests that come by here."""
    told = [last_active(person.pk) for last_active in registry.activity]
    return max((at.timestamp() for at in told if at is not None), default=0.0)


def _whole_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """A fragment asked for without a log-in: the whole page goes to sign in, not the fragment."""
    to_sign_in = response.status_code == 302 and response["Location"].startswith(reverse("account_login"))
    if not to_sign_in or request.headers.get("HX-Request") != "true":
        return response
    return HttpResponse(headers={"HX-Redirect": reverse("account_login")})


def go_to(request: HttpRequest, url: str) -> HttpResponse:
    """A redirect that also takes the whole page along when htmx asked for a part of it."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def _next(request: HttpRequest) -> str:
    return quote(request.get_full_path() if request.method == "GET" else "/")
