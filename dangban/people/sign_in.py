"""Signing in: by username and password, counted when it fails, journalled when it succeeds."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import ChangePasswordForm
from allauth.account.forms import LoginForm as LibraryLoginForm
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dangban.journal.actions import record
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.people.house import sign_in_rules
from dangban.people.models import Person, SignInAttempt

# An office shares one address, and a name may be tried from many: both have a multiple of the limit that
# one name has from one address. So a stranger elsewhere can't lock somebody out with five guesses.
WIDER = 10
KEPT = timedelta(days=30)
NOBODY = ("people.person", 0)


class LoginForm(LibraryLoginForm):
    """Without "remember me": how long a log-in lasts is the handbook's rule."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("remember", None)
        login, password = self.fields["login"], self.fields["password"]
        login.label, password.label = _("Username"), _("Password")
        login.widget = forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True, "class": "input"}
        )
        password.widget = forms.PasswordInput(attrs={"autocomplete": "current-password", "class": "input"})
        password.help_text = ""


class PasswordForm(ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "oldpassword": _("Present password"),
            "password1": _("New password"),
            "password2": _("New password again"),
        }
        for name, label in labels.items():
            complete = "current-password" if name == "oldpassword" else "new-password"
            self.fields[name].label = label
            self.fields[name].widget = forms.PasswordInput(attrs={"autocomplete": complete, "class": "input"})
        # Django's own text is a list in HTML, which our pages would show with its tags.
        self.fields["password1"].help_text = "".join(password_validators_help_texts())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        new = cleaned.get("password1")
        if new and new == cleaned.get("oldpassword"):
            self.add_error("password1", _("The new password must differ from the present one."))
        return cleaned


class Adapter(DefaultAccountAdapter):
    """Our answers to the questions of the log-in library."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("The username or the password is wrong."),
        "too_many_login_attempts": _("Too many wrong passwords. Wait %(minutes)s minutes, or ask your supervisor."),
        "account_inactive": _("This account is closed. Ask your supervisor."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Our pages say themselves what happened."""

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        now = clock.now()
        if is_paused(_name(credentials), self.get_client_ip(request), now):
            minutes = max(1, round(sign_in_rules(now).pause.total_seconds() / 60))
            message = self.error_messages["too_many_login_attempts"] % {"minutes": minutes}
            raise forms.ValidationError(message, code="too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        credentials = {**credentials, "username": credentials.get("username", "").strip().lower()}
        return super().authenticate(request, **credentials)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        note_failure(_name(credentials), self.get_client_ip(request), clock.now())

    def post_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse:
        response = super().post_login(request, user, **kwargs)
        _note("people.signed_in", user, request, self)
        SignInAttempt.objects.filter(username=user.username).delete()
        return response

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, Person):
            _note("people.signed_out", request.user, request, self)
        super().logout(request)

    def set_password(self, user: Any, password: str) -> None:
        from dangban.people.actions import change_own_password

        change_own_password(user, password, at=clock.now())

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    def get_client_ip(self, request: HttpRequest) -> str:
        return request.META.get("REMOTE_ADDR") or "127.0.0.1"


def is_paused(username: str, address: str, at: datetime) -> bool:
    """Whether signing in pauses: for this name from here, for this name, or for everything from here."""
    rules = sign_in_rules(at)
    recent = SignInAttempt.objects.filter(at__gt=at - rules.pause)
    if recent.filter(username=username, address=address).count() >= rules.attempts:
        return True
    wider = rules.attempts * WIDER
    return recent.filter(username=username).count() >= wider or recent.filter(address=address).count() >= wider


def note_failure(username: str, address: str, at: datetime) -> None:
    """Count a wrong password; the one that begins a pause is journalled."""
    rules = sign_in_rules(at)
    with transaction.atomic():
        SignInAttempt.objects.create(username=username, address=address, at=at)
        SignInAttempt.objects.filter(Q(at__lt=at - KEPT), username=username).delete()
        count = SignInAttempt.objects.filter(
            username=username, address=address, at__gt=at - rules.pause
        ).count()
        person = Person.objects.filter(username=username).first()
        verb = "people.sign_in_paused" if count >= rules.attempts else "people.sign_in_failed"
        record(
            verb,
            subject=person or NOBODY,
            by=SYSTEM,
            change={"attempts": count},
            personal={"username": username, "address": address},
            at=at,
        )


def _name(credentials: dict[str, Any]) -> str:
    return str(credentials.get("username", "")).strip().lower()[:40]


def _note(verb: str, person: Person, request: HttpRequest, adapter: Adapter) -> None:
    with transaction.atomic():
        personal = {"address": adapter.get_client_ip(request), "browser": adapter.get_http_user_agent(request)[:200]}
        record(verb, subject=person, by=person, personal=personal, at=clock.now())
