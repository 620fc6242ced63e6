"""Passwords, log-ins and what a person has chosen for themselves."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from dangban.journal.actions import HasActor, record
from dangban.lib.errors import BadInput
from dangban.people.access import must_manage
from dangban.people.actions.staff import first_password
from dangban.people.models import Person, SignInAttempt
from dangban.people.revocation import rights_changed

LANGUAGES = ("zh-hans", "en")
THEMES = ("auto", "light", "dark")


def change_own_password(person: Person, password: str, *, at: datetime) -> None:
    """A new password ends every other log-in of the person."""
    person.set_password(password)
    person.must_change_password = False
    with transaction.atomic():
        person.save(update_fields=["password", "must_change_password"])
        record("people.password_changed", subject=person, by=person, at=at)
        rights_changed(person)


def reset_password(person: Person, *, by: HasActor, at: datetime, password: str = "") -> str:
    """Give a forgetful person a new first password; returns it, to be told once."""
    must_manage(by)
    new = password or first_password()
    person.set_password(new)
    person.must_change_password = True
    with transaction.atomic():
        person.save(update_fields=["password", "must_change_password"])
        SignInAttempt.objects.filter(username=person.username).delete()
        record("people.password_reset", subject=person, by=by, at=at)
        _end_all(person)
        rights_changed(person)
    return new


def reset_second_factor(person: Person, *, by: HasActor, at: datetime) -> None:
    """For somebody whose phone is lost: they sign in with the password alone and set it up again."""
    must_manage(by)
    with transaction.atomic():
        count, _rows = Authenticator.objects.filter(user=person).delete()
        if not count:
            raise BadInput(_("%(name)s has no second factor.") % {"name": person.name})
        record("people.second_factor_reset", subject=person, by=by, at=at)
        _end_all(person)
        rights_changed(person)


def end_session(session: UserSession, *, by: HasActor, at: datetime) -> None:
    """Sign out one browser. Its streams end too: tokens of the person are refused and asked for anew."""
    person = session.user
    with transaction.atomic():
        record(
            "people.session_ended", subject=person, by=by, at=at,
            personal={"address": session.ip, "browser": session.user_agent[:200]},
        )  # fmt: skip
        session.end()
        rights_changed(person)


def end_other_sessions(person: Person, kept_key: str, *, at: datetime) -> int:
    """Sign out everywhere but here; returns how many log-ins ended."""
    others = [one for one in UserSession.objects.filter(user=person) if one.session_key != kept_key]
    for session in others:
        end_session(session, by=person, at=at)
    return len(others)


def set_preferences(person: Person, *, language: str, theme: str, enter_sends: bool, at: datetime) -> None:
    if language not in LANGUAGES or theme not in THEMES:
        raise BadInput(_("Choose one of the languages and one of the themes."))
    before = (person.language, person.theme, person.enter_sends)
    if before == (language, theme, enter_sends):
        return
    person.language, person.theme, person.enter_sends = language, theme, enter_sends
    with transaction.atomic():
        person.save(update_fields=["language", "theme", "enter_sends"])
        change = {
            "language": [before[0], language],
            "theme": [before[1], theme],
            "enter_sends": [before[2], enter_sends],
        }
        record("people.preferences_set", subject=person, by=person, change=change, at=at)


def _end_all(person: Person) -> None:
    for session in UserSession.objects.filter(user=person):
        session.end()
