"""The first account of a new installation comes from the command line."""

from __future__ import annotations

import argparse

import pytest

from dangban.people import cli
from dangban.people.models import Department, Person, Role
from dangban.people.roles import DEFAULT_ROLES


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    cli.register(parser.add_subparsers())
    options = parser.parse_args(["people", *words])
    status: int | None = options.run(options)
    return status or 0


@pytest.mark.django_db
def test_a_manager_is_added_with_a_role_and_told_the_password(capsys) -> None:
    assert run("add", "bao", "包国强", "--level", "manager", "--role", "manager") == 0
    bao = Person.objects.get(username="bao")
    assert bao.can("people.manage")
    password = capsys.readouterr().out.splitlines()[0].rsplit(" ", 1)[1]
    assert bao.check_password(password)
    assert Role.objects.count() == len(DEFAULT_ROLES)
    assert list(Department.objects.order_by("pk").values_list("code", "name"))[:2] == [("service", "客服部"), ("storage", "仓储部")]


@pytest.mark.django_db
def test_mistakes_are_said_in_one_line(capsys) -> None:
    assert run("grant", "nobody", "agent") == 1
    assert run("add", "bao", "包国强", "--role", "king") == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("Nobody has the username nobody")
    assert "manager" in lines[1]
    assert Person.objects.count() == 0


@pytest.mark.django_db
def test_a_forgotten_password_is_reset(capsys) -> None:
    run("add", "lin", "林小雨", "--password", "tidal-lantern-72")
    assert run("reset-password", "LIN") == 0
    assert not Person.objects.get(username="lin").check_password("tidal-lantern-72")


@pytest.mark.django_db
def test_a_company_with_departments_of_its_own_gets_no_others() -> None:
    Department.objects.create(code="all", name="全公司")
    assert run("add", "bao", "包国强") == 0
    assert Department.objects.count() == 1
