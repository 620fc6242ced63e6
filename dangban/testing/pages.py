"""What every page must do, as tests to inherit.

A page's test class names its address and who may see it; the rest comes from here: the right
role sees it, the wrong role and a stranger's shop do not, the signed-out are sent to sign in,
wrong methods are refused, it speaks both languages, and it costs no more queries than recorded.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext

from dangban.lib import clock
from dangban.people.models import Person
from dangban.testing.cast import NOW, Cast


class CastCase(TestCase):
    """A test with the department set up, the clock held at the cast's Thursday morning."""

    cast: ClassVar[Cast]

    @classmethod
    def setUpTestData(cls) -> None:
        with clock.frozen(NOW):
            cls.cast = Cast()
            cls.set_up_story()

    @classmethod
    def set_up_story(cls) -> None:
        """What the class's tests share beyond the cast."""

    def setUp(self) -> None:
        held = clock.frozen(NOW)
        held.__enter__()
        self.addCleanup(held.__exit__, None, None, None)

    def as_person(self, person: Person | None) -> Client:
        client = Client()
        if person is not None:
            client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        return client


class PageCase(CastCase):
    """Inherit, name the address and the reader, and get the checks that every page must pass."""

    # Names of people of the cast.
    reader: ClassVar[str] = "lin"
    strangers: ClassVar[tuple[str, ...]] = ()
    # What a stranger gets: 404 for things that are somebody else's, 403 for whole pages.
    stranger_status: ClassVar[int] = 404
    queries: ClassVar[int | None] = None
    wrong_methods: ClassVar[tuple[str, ...]] = ("put", "delete")
    chinese: ClassVar[str] = ""
    english: ClassVar[str] = ""

    def address(self) -> str:
        raise NotImplementedError

    def test_its_reader_sees_it_in_chinese(self) -> None:
        response = self._get(self.reader)
        assert response.status_code == 200, response.content[:400]
        if self.chinese:
            assert self.chinese in response.content.decode()

    def test_its_reader_sees_it_in_english(self) -> None:
        person = getattr(self.cast, self.reader)
        Person.objects.filter(pk=person.pk).update(language="en")
        response = self._get(self.reader)
        assert response.status_code == 200
        if self.english:
            assert self.english in response.content.decode()

    def test_strangers_do_not(self) -> None:
        statuses = {name: self._get(name).status_code for name in self.strangers}
        assert statuses == dict.fromkeys(self.strangers, self.stranger_status)

    def test_the_signed_out_are_sent_to_sign_in(self) -> None:
        response = self.as_person(None).get(self.address())
        assert response.status_code == 302
        assert response["Location"].startswith("/login/")

    def test_wrong_methods_are_refused(self) -> None:
        client = self.as_person(getattr(self.cast, self.reader))
        statuses = {method: getattr(client, method)(self.address()).status_code for method in self.wrong_methods}
        assert statuses == dict.fromkeys(self.wrong_methods, 405)

    def test_it_costs_no_more_queries_than_recorded(self) -> None:
        if self.queries is None:
            self.skipTest("no figure recorded")
        client = self.as_person(getattr(self.cast, self.reader))
        client.get(self.address())
        with CaptureQueriesContext(connection) as captured:
            client.get(self.address())
        statements = "\n".join(query["sql"][:200] for query in captured.captured_queries)
        assert len(captured) <= self.queries, f"{len(captured)} queries:\n{statements}"

    def _get(self, name: str) -> Any:
        return self.as_person(getattr(self.cast, name)).get(self.address())
