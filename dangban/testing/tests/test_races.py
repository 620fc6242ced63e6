"""What a test of acts at the same moment may rely on: nothing that goes wrong in a thread stays there."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import count

import pytest
from django.db import connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

from dangban.lib import clock
from dangban.lib.errors import Conflict, Refused
from dangban.people.models import Role
from dangban.testing import races
from dangban.testing.cast import LONG_AGO, NOW
from dangban.testing.races import answers, at_once, told


def fails(error: BaseException) -> Callable[[], object]:
    def act() -> object:
        raise error

    return act


def test_each_returns_what_it_returned_in_the_order_of_the_acts() -> None:
    later, first = threading.Event(), count(1)

    def slow() -> str:
        later.wait(60)
        return f"slow {next(first)}"

    def quick() -> str:
        said = f"quick {next(first)}"
        later.set()
        return said

    assert at_once(slow, quick) == ["slow 2", "quick 1"]


def test_all_are_there_before_one_begins() -> None:
    together = threading.Barrier(5)
    assert sorted(at_once(*[lambda: together.wait(60)] * 5)) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("run", [at_once, answers, told])
def test_what_nobody_expected_fails_the_caller_with_its_own_traceback(run: Callable[..., object]) -> None:
    with pytest.raises(KeyError, match="colour") as failed:
        run(lambda: 1, fails(KeyError("colour")))
    assert failed.traceback[-1].name == "act"


def test_a_failed_assertion_in_a_thread_fails_the_caller() -> None:
    with pytest.raises(pytest.fail.Exception):
        at_once(lambda: pytest.fail("not so"))


def test_of_several_that_fail_none_is_lost() -> None:
    with pytest.raises(ExceptionGroup) as failed:
        told(fails(KeyError("a")), fails(Conflict("expected")), fails(ValueError("b")))
    assert [repr(one) for one in failed.value.exceptions] == ["KeyError('a')", "ValueError('b')"]


def test_a_refusal_flies_or_is_an_answer_or_a_word() -> None:
    acts = (fails(Conflict("taken")), lambda: 7, fails(Refused("too many")))
    with pytest.raises(ExceptionGroup) as failed:
        at_once(*acts)
    assert [str(one) for one in failed.value.exceptions] == ["taken", "too many"]
    with pytest.raises(Conflict):
        at_once(*acts[:2])
    first, second, third = answers(*acts)
    assert (type(first), second, type(third)) == (Conflict, 7, Refused)
    assert told(*acts) == ["Conflict", "done", "Refused"]


def test_the_clock_is_held_in_every_thread_where_one_says_so() -> None:
    with clock.frozen(LONG_AGO):
        assert at_once(clock.now, clock.now, now=NOW) == [NOW, NOW]
        assert at_once(clock.now) != [LONG_AGO]


@pytest.mark.django_db
def test_an_act_that_never_ends_is_said_beside_what_the_others_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(races, "END_WITHIN", 0.2)
    never = threading.Event()
    with pytest.raises(ExceptionGroup) as failed:
        at_once(fails(KeyError("a")), never.wait)
    never.set()
    assert [str(one) for one in failed.value.exceptions] == ["'a'", "act 2 has not ended after 0.2 s"]


@pytest.mark.postgres
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")
class Connections(TransactionTestCase):
    def test_each_act_has_a_connection_of_its_own_that_is_closed_after_it(self) -> None:
        def connected() -> BaseDatabaseWrapper:
            mine = connections["default"]
            mine.ensure_connection()
            return mine

        theirs = at_once(*[connected] * 3)
        assert len({id(one) for one in (connected(), *theirs)}) == 4
        assert [one.connection for one in theirs] == [None] * 3

    def test_who_is_stuck_keeps_no_lock_on_what_is_emptied_next(self) -> None:
        Role.objects.create(code="kept", name="kept", permissions=[], clearance=0)
        never = threading.Event()

        def hold() -> None:
            with transaction.atomic():
                Role.objects.select_for_update().get(code="kept")
                never.wait(60)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(races, "END_WITHIN", 0.5)
            with pytest.raises(TimeoutError):
                at_once(hold)
        Role.objects.filter(code="kept").delete()
        never.set()
