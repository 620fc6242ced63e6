"""Rooms that come with a newer version are open to those whose work they are; what was taken away stays away."""

from __future__ import annotations

import argparse

from dangban.journal.models import Entry
from dangban.lib.actor import SYSTEM
from dangban.people import actions
from dangban.people.models import Role
from dangban.people.roles import DEFAULT_ROLES
from dangban.project import commands
from dangban.testing import cast, pages

OLDER = ["customers.view", "orders.view", "shops.view"]
FINANCE = next(role.permissions for role in DEFAULT_ROLES if role.code == "finance")
NEW = sorted(set(FINANCE) - set(OLDER))


class TestOffering(pages.CastCase):
    def setUp(self) -> None:
        super().setUp()
        Role.objects.filter(code="finance").update(permissions=OLDER, offered=OLDER)
        self.finance = Role.objects.get(code="finance")

    def offer(self) -> dict[str, list[str]]:
        return actions.offer_new_permissions(by=SYSTEM, at=cast.NOW)

    def held(self) -> list[str]:
        return list(Role.objects.get(code="finance").permissions)

    def test_a_role_gets_what_it_was_never_offered_and_the_journal_says_so(self) -> None:
        version = self.cast.qian.rights_version
        given = self.offer()
        assert given == {"finance": NEW}
        assert {"campaigns.view", "orders.export"} <= set(NEW)
        assert self.held() == sorted([*OLDER, *NEW])
        entry = Entry.objects.get(verb="people.role_extended")
        assert (entry.subject_id, entry.change["permissions"]) == (self.finance.pk, [OLDER, self.held()])
        self.cast.qian.refresh_from_db()
        assert self.cast.qian.rights_version == version + 1

    def test_the_same_again_gives_nothing(self) -> None:
        self.offer()
        assert self.offer() == {}
        assert Entry.objects.filter(verb="people.role_extended").count() == 1

    def test_what_the_company_took_away_stays_away(self) -> None:
        self.offer()
        left = [code for code in self.held() if code != "campaigns.view"]
        actions.change_role(self.finance, left, 2, by=self.cast.bao, at=cast.NOW)
        assert self.offer() == {}
        assert self.held() == left

    def test_what_the_company_gave_and_took_before_it_was_offered_stays_away(self) -> None:
        actions.change_role(self.finance, [*OLDER, "campaigns.view"], 2, by=self.cast.bao, at=cast.NOW)
        actions.change_role(self.finance, OLDER, 2, by=self.cast.bao, at=cast.NOW)
        assert self.offer() == {"finance": [code for code in NEW if code != "campaigns.view"]}

    def test_of_a_role_older_than_that_memory_the_journal_knows_what_was_taken_away(self) -> None:
        Role.objects.filter(pk=self.finance.pk).update(permissions=[*OLDER, "orders.export"])
        actions.change_role(self.finance, OLDER, 2, by=self.cast.bao, at=cast.NOW)
        Role.objects.filter(pk=self.finance.pk).update(offered=None)
        assert self.offer() == {"finance": [code for code in NEW if code != "orders.export"]}
        assert self.offer() == {}

    def test_a_role_of_the_companys_own_is_left_alone(self) -> None:
        Role.objects.create(code="night", name="夜班", permissions=["orders.view"])
        self.offer()
        assert Role.objects.get(code="night").permissions == ["orders.view"]

    def test_bringing_the_database_up_to_date_offers_them(self) -> None:
        commands._init(argparse.Namespace())
        assert self.held() == sorted(FINANCE)
