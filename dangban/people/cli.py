"""`dangban people add|grant|reset-password|list`: what is needed before anybody can sign in."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import BadInput, Said
from dangban.people import actions
from dangban.people.models import Person, Role, Shop, Team


def register(commands: Any) -> None:
    parser = commands.add_parser("people", help="open accounts, give roles, reset passwords")
    acts = parser.add_subparsers(dest="act", required=True, metavar="add|grant|reset-password|list")

    add = acts.add_parser("add", help="open an account; prints the first password")
    add.add_argument("username")
    add.add_argument("name")
    add.add_argument("--level", default=Person.Level.JUNIOR.value, choices=Person.Level.values)
    add.add_argument("--role", help="also give this role, for all shops")
    add.add_argument("--password", default="", help="set this one instead of making one")
    add.set_defaults(run=_told(run_add))

    grant = acts.add_parser("grant", help="give a role for a team's shops, one shop, or all")
    grant.add_argument("username")
    grant.add_argument("role")
    where = grant.add_mutually_exclusive_group()
    where.add_argument("--team", help="code of a team")
    where.add_argument("--shop", help="code of a shop")
    grant.set_defaults(run=_told(run_grant))

    reset = acts.add_parser("reset-password", help="give a new first password; prints it")
    reset.add_argument("username")
    reset.set_defaults(run=_told(run_reset))

    show = acts.add_parser("list", help="who has an account")
    show.set_defaults(run=run_list)


def run_add(options: argparse.Namespace) -> None:
    now = clock.now()
    actions.add_default_roles(by=SYSTEM, at=now)
    actions.add_default_departments(by=SYSTEM, at=now)
    role = _find(Role, options.role) if options.role else None
    person, first = actions.hire(
        options.username, options.name, level=options.level, password=options.password, by=SYSTEM, at=now
    )
    if role is not None:
        actions.grant_role(person, role, by=SYSTEM, at=now)
    print(f"{person.username} ({person.name}) may sign in with the password: {first}")
    if person.must_change_password:
        print("It has to be changed at the first sign-in.")


def run_grant(options: argparse.Namespace) -> None:
    now = clock.now()
    actions.add_default_roles(by=SYSTEM, at=now)
    person = _person(options.username)
    team = _find(Team, options.team) if options.team else None
    shop = _find(Shop, options.shop) if options.shop else None
    role = _find(Role, options.role)
    actions.grant_role(person, role, team=team, shop=shop, by=SYSTEM, at=now)
    where = team or shop
    print(f"{person.name} now has the role {role.name} for {where.name if where else 'all shops'}.")


def run_reset(options: argparse.Namespace) -> None:
    person = _person(options.username)
    first = actions.reset_password(person, by=SYSTEM, at=clock.now())
    print(f"The new first password of {person.username}: {first}")


def run_list(options: argparse.Namespace) -> None:
    for person in Person.objects.order_by("username").prefetch_related("grants__role"):
        roles = ", ".join(sorted({grant.role.code for grant in person.grants.all() if grant.until is None}))
        print(f"{person.username:20} {person.name}  {roles or '-'}{'' if person.is_active else '  (left)'}")


def _told(run: Any) -> Any:
    """Refusals in one line, without a traceback."""

    def call(options: argparse.Namespace) -> int:
        try:
            run(options)
        except Said as said:
            print(said.message, file=sys.stderr)
            return 1
        return 0

    return call


def _person(username: str) -> Person:
    person = Person.objects.filter(username=username.lower()).first()
    if person is None:
        raise BadInput(f"Nobody has the username {username}. `dangban people list` shows who there is.")
    return person


def _find(model: Any, code: str) -> Any:
    found = model.objects.filter(code=code).first()
    if found is None:
        known = ", ".join(model.objects.order_by("code").values_list("code", flat=True)) or "none yet"
        raise BadInput(f"There is no {model._meta.verbose_name} {code!r}; there are: {known}.")
    return found
