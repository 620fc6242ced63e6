"""Staff as acts: hired, moved, given and taken rights, let go; each journalled, each takes back tokens."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dangban.handbook.actions import adopt_preset
from dangban.handbook.models import StoredDecision
from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.people import access, actions, ports
from dangban.people.access import scope
from dangban.people.models import OffBoarding, Person, RoleGrant
from dangban.people.ports import OpenItem
from dangban.testing import handbooks, pages
from dangban.testing.cast import NOW


class StaffCase(pages.CastCase):
    def version(self, who: str) -> int:
        return Person.objects.get(username=who).rights_version

    def fresh(self, who: str) -> Person:
        return Person.objects.get(username=who)


class HiringTest(StaffCase):
    def test_a_new_account_has_a_first_password_that_must_be_changed(self) -> None:
        person, first = actions.hire("Xiao-Wu", "吴晓", by=self.cast.bao, at=NOW)
        assert (person.username, person.must_change_password, person.check_password(first)) == ("xiao-wu", True, True)
        assert Entry.objects.get().verb == "people.hired"
        assert first not in str(Entry.objects.get().change)

    def test_a_taken_or_odd_username_is_refused_at_its_field(self) -> None:
        for username in ("lin", "林", "a", "x y"):
            with pytest.raises(BadInput) as refused:
                actions.hire(username, "某人", by=self.cast.bao, at=NOW)
            assert list(refused.value.fields) == ["username"]

    def test_a_supervisor_of_one_team_hires_nobody(self) -> None:
        with pytest.raises(NotAllowed):
            actions.hire("new", "新人", by=self.cast.zhou, at=NOW)

    def test_nobody_reports_to_themselves_however_far_up(self) -> None:
        with pytest.raises(BadInput):
            actions.change_person(self.cast.bao, {"manager": self.cast.lin}, by=self.cast.bao, at=NOW)

    def test_a_phone_number_is_kept_from_the_journal_s_open_part(self) -> None:
        actions.change_person(self.cast.lin, {"phone": "13800000005"}, by=self.cast.bao, at=NOW)
        entry = Entry.objects.get()
        assert entry.change == {}
        assert entry.personal.values == {"phone": ["", "13800000005"]}


class RightsTest(StaffCase):
    def test_a_role_for_one_shop_opens_that_shop_only(self) -> None:
        actions.grant_role(self.cast.hu, self.cast.roles["agent"], shop=self.cast.shop, by=self.cast.bao, at=NOW)
        hu = self.fresh("hu")
        assert scope(hu).sees(self.cast.shop.pk)
        assert not scope(hu).sees(self.cast.second_shop.pk)
        assert self.version("hu") == 2

    def test_a_role_taken_back_closes_it_and_takes_back_tokens(self) -> None:
        grant = RoleGrant.objects.get(person=self.cast.lin)
        actions.revoke_role(grant, by=self.cast.bao, at=NOW)
        assert not self.fresh("lin").can("orders.view")
        assert self.version("lin") == 2

    def test_a_role_for_a_time_ends_by_itself(self) -> None:
        until = NOW + timedelta(hours=8)
        actions.grant_role(
            self.cast.ou, self.cast.roles["warehouse"], team=self.cast.team, until=until, by=self.cast.bao, at=NOW
        )
        assert RoleGrant.objects.filter(person=self.cast.ou, until=until).count() == 1

    def test_nobody_changes_their_own_rights(self) -> None:
        with pytest.raises(NotAllowed):
            actions.grant_role(self.cast.bao, self.cast.roles["finance"], by=self.cast.bao, at=NOW)

    def test_who_manages_one_team_only_deals_out_no_rights(self) -> None:
        actions.grant_role(self.cast.zhou, self.cast.roles["manager"], team=self.cast.team, by=self.cast.bao, at=NOW)
        with pytest.raises(NotAllowed):
            actions.grant_role(self.cast.lin, self.cast.roles["manager"], by=self.fresh("zhou"), at=NOW)

    def test_the_same_role_twice_is_a_conflict(self) -> None:
        with pytest.raises(Conflict):
            actions.grant_role(self.cast.lin, self.cast.roles["agent"], team=self.cast.team, by=self.cast.bao, at=NOW)

    def test_changing_a_role_concerns_all_who_hold_it(self) -> None:
        actions.change_role(self.cast.roles["agent"], ["orders.view"], 1, by=self.cast.bao, at=NOW)
        assert (self.version("lin"), self.version("mei"), self.version("ou")) == (2, 2, 1)
        assert not self.fresh("lin").can("conversations.serve")

    def test_a_permission_that_no_room_declares_is_refused(self) -> None:
        with pytest.raises(BadInput):
            actions.change_role(self.cast.roles["agent"], ["orders.everything"], 1, by=self.cast.bao, at=NOW)

    def test_leaving_the_team_closes_its_shops(self) -> None:
        RoleGrant.objects.filter(person=self.cast.lin).delete()
        actions.leave_team(self.cast.lin, self.cast.team, by=self.cast.bao, at=NOW)
        assert scope(self.fresh("lin")).shops == frozenset()

    def test_shops_of_a_team_concern_all_its_people(self) -> None:
        actions.assign_shops(self.cast.team, [self.cast.shop], by=self.cast.bao, at=NOW)
        assert not scope(self.fresh("lin")).sees(self.cast.second_shop.pk)
        assert (self.version("lin"), self.version("hu")) == (2, 1)

    def test_revokers_are_called_once_it_is_committed(self) -> None:
        told: list[int] = []
        ports.register_revoker(told.append)
        self.addCleanup(ports.registry.revokers.remove, told.append)
        with self.captureOnCommitCallbacks(execute=True):
            actions.leave_team(self.cast.lin, self.cast.team, by=self.cast.bao, at=NOW)
            assert told == []
        assert told == [self.cast.lin.pk]


class Promises:
    """A room with open work, as upper rooms register one."""

    def __init__(self) -> None:
        self.held = {"lin": 3}

    def list(self, person: Person) -> list[OpenItem]:
        return [OpenItem(f"promise:{number}", "回电") for number in range(self.held.get(person.username, 0))]

    def hand_over(self, person: Person, to: Person, *, by: object, at: object) -> int:
        count = self.held.pop(person.username, 0)
        self.held[to.username] = self.held.get(to.username, 0) + count
        return count


class LeavingTest(StaffCase):
    @classmethod
    def set_up_story(cls) -> None:
        adopt_preset("default", at=NOW)

    def setUp(self) -> None:
        super().setUp()
        self.promises = Promises()
        ports.register_open_work("promises", "承诺", self.promises)
        self.addCleanup(ports.registry.open_work.pop, "promises")

    def leave(self, who: str = "lin", to: str = "mei") -> None:
        actions.off_board(
            getattr(self.cast, who), getattr(self.cast, to), reason="合同到期", by=self.cast.bao, at=NOW
        )

    def test_open_work_goes_to_the_named_person_and_the_account_closes(self) -> None:
        client = self.as_person(self.cast.lin)
        self.leave()
        assert self.promises.held == {"mei": 3}
        assert OffBoarding.objects.get().handed_over["promises"] == 3
        assert client.get("/account/").status_code == 302
        assert self.version("lin") == 2
        assert not self.fresh("lin").can("orders.view")

    def test_who_does_not_serve_the_shops_cannot_take_over(self) -> None:
        with pytest.raises(Refused):
            self.leave(to="hu")
        assert self.fresh("lin").is_active
        assert self.promises.held == {"lin": 3}

    def test_nobody_lets_themselves_go(self) -> None:
        with pytest.raises(NotAllowed):
            self.leave(who="bao", to="zhou")

    def test_twice_is_a_conflict(self) -> None:
        self.leave()
        with pytest.raises(Conflict):
            self.leave()


    def test_nobody_leaves_before_somebody_is_named_for_their_open_work(self) -> None:
        with pytest.raises(Refused) as refused:
            actions.off_board(self.cast.lin, None, reason="合同到期", by=self.cast.bao, at=NOW)
        assert refused.value.decision.paths == ("people.leaving_hands_over",)
        assert refused.value.details == ["承诺: 回电"] * 3
        assert self.fresh("lin").is_active
        assert self.promises.held == {"lin": 3}
        assert not OffBoarding.objects.exists()

    def test_who_has_nothing_open_leaves_without_an_heir(self) -> None:
        self.promises.held.clear()
        actions.off_board(self.cast.lin, None, reason="合同到期", by=self.cast.bao, at=NOW)
        left = OffBoarding.objects.get()
        assert (left.handed_to, left.handed_over["promises"]) == (None, 0)
        assert not self.fresh("lin").is_active

    def test_the_rule_is_kept_with_the_leaving(self) -> None:
        self.leave()
        kept = StoredDecision.objects.get(kind="people.leaving")
        assert (kept.outcome, kept.subject_id) == ("may", self.cast.lin.pk)
        assert kept.because[0]["inputs"] == {"open_work": 3, "is_named": True}


class LeavingWithoutNaming(StaffCase):
    """Where the handbook does not ask for a name, nothing is lost all the same."""

    @classmethod
    def set_up_story(cls) -> None:
        handbooks.adopt_with({"people.leaving_hands_over": "is = false"})

    def setUp(self) -> None:
        super().setUp()
        self.promises = Promises()
        ports.register_open_work("promises", "承诺", self.promises)
        self.addCleanup(ports.registry.open_work.pop, "promises")

    def test_open_work_falls_to_the_superior(self) -> None:
        Person.objects.filter(pk=self.cast.lin.pk).update(manager=self.cast.zhou)
        actions.off_board(self.fresh("lin"), None, reason="合同到期", by=self.cast.bao, at=NOW)
        assert self.promises.held == {"zhou": 3}
        assert OffBoarding.objects.get().handed_to == self.cast.zhou

    def test_a_superior_who_does_not_see_it_is_passed_over(self) -> None:
        Person.objects.filter(pk=self.cast.hu.pk).update(manager=self.cast.zhou)
        Person.objects.filter(pk=self.cast.lin.pk).update(manager=self.cast.hu)
        actions.off_board(self.fresh("lin"), None, reason="合同到期", by=self.cast.bao, at=NOW)
        assert self.promises.held == {"zhou": 3}

    def test_without_a_superior_it_falls_to_who_closes_the_account(self) -> None:
        Person.objects.filter(pk=self.cast.lin.pk).update(manager=None)
        actions.off_board(self.fresh("lin"), None, reason="合同到期", by=self.cast.bao, at=NOW)
        assert self.promises.held == {"bao": 3}

    def test_a_name_is_taken_where_one_is_given(self) -> None:
        actions.off_board(self.cast.lin, self.cast.mei, reason="合同到期", by=self.cast.bao, at=NOW)
        assert self.promises.held == {"mei": 3}

    def test_the_page_says_where_it_goes(self) -> None:
        Person.objects.filter(pk=self.cast.lin.pk).update(manager=self.cast.zhou)
        page = self.as_person(self.cast.bao).get(f"/people/{self.cast.lin.pk}/leaving/").content.decode()
        assert "不指定时交给周敏" in page
        assert "<strong>否</strong>" in page


class LeavingBeforeAnyHandbook(StaffCase):
    def test_somebody_is_named_all_the_same(self) -> None:
        promises = Promises()
        ports.register_open_work("promises", "承诺", promises)
        self.addCleanup(ports.registry.open_work.pop, "promises")
        with pytest.raises(Refused):
            actions.off_board(self.cast.lin, None, reason="合同到期", by=self.cast.bao, at=NOW)
        assert promises.held == {"lin": 3}
        assert self.fresh("lin").is_active


class SeeingTest(StaffCase):
    def test_a_supervisor_sees_the_people_of_their_shops(self) -> None:
        seen = set(access.visible_people(self.cast.zhou).values_list("username", flat=True))
        assert "lin" in seen
        assert "hu" not in seen

    def test_an_agent_sees_oneself(self) -> None:
        assert list(access.visible_people(self.cast.lin).values_list("username", flat=True)) == ["lin"]

    def test_who_may_do_something_in_a_shop(self) -> None:
        people = access.people_who_may("desk.approve", self.cast.shop.pk)
        assert set(people.values_list("username", flat=True)) == {"zhou", "bao"}

    def test_who_sees_a_shop(self) -> None:
        people = access.people_of_shops([self.cast.other_shop.pk])
        assert set(people.values_list("username", flat=True)) == {"hu", "bao", "shen"}
