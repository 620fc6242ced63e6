"""A server computes what somebody may do once in a while, and at once when their rights change."""

from __future__ import annotations

from unittest import mock

from dangban.lib import clock
from dangban.people import access
from dangban.people.models import Person, TeamShop
from dangban.people.revocation import rights_changed
from dangban.testing import pages


class Remembered(pages.CastCase):
    def setUp(self) -> None:
        super().setUp()
        access.remember_scopes(60.0)
        self.addCleanup(access.remember_scopes, 0.0)

    def scope(self) -> access.Scope:
        return access.scope(Person.objects.get(pk=self.cast.lin.pk))

    def test_the_next_request_asks_the_database_for_nothing(self) -> None:
        before = self.scope()
        lin = Person.objects.get(pk=self.cast.lin.pk)
        with self.assertNumQueries(0):
            assert access.scope(lin) is before

    def test_a_new_version_of_their_rights_counts_at_once(self) -> None:
        assert self.cast.shop.pk in self.scope().shops
        TeamShop.objects.all().delete()
        rights_changed(self.cast.lin)
        assert self.cast.shop.pk not in self.scope().shops

    def test_what_changes_by_itself_counts_once_it_is_computed_anew(self) -> None:
        self.scope()
        TeamShop.objects.all().delete()
        assert self.cast.shop.pk in self.scope().shops
        later = clock.monotonic() + 61
        with mock.patch.object(clock, "monotonic", return_value=later):
            assert self.cast.shop.pk not in self.scope().shops

    def test_who_has_left_may_do_nothing_at_once(self) -> None:
        self.scope()
        Person.objects.filter(pk=self.cast.lin.pk).update(is_active=False)
        assert self.scope().shops == frozenset()
