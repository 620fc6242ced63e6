"""Pages of staff: for supervisors and managers, within their shops."""

from __future__ import annotations

import re
from pathlib import Path

import dangban
from dangban.journal.models import Entry
from dangban.people import permissions
from dangban.people.models import Department, Person, RoleGrant, Team
from dangban.people.roles import DEFAULT_ROLES
from dangban.testing import handbooks, pages

NOT_STAFF = ("lin", "hu", "ding", "qian")


class PeoplePage(pages.PageCase):
    reader = "zhou"
    strangers = NOT_STAFF
    stranger_status = 403
    queries = 20
    chinese = "同事"
    english = "who works here"

    def address(self) -> str:
        return "/people/"

    def test_a_supervisor_does_not_see_another_shops_people(self) -> None:
        page = self._get("zhou").content.decode()
        assert "林小雨" in page
        assert "胡杰" not in page

    def test_found_by_name_and_team(self) -> None:
        page = self.as_person(self.cast.bao).get("/people/", {"q": "胡", "team": str(self.cast.other_team.pk)})
        assert "胡杰" in page.content.decode()
        assert "林小雨" not in page.content.decode()


    def names(self, address: str) -> list[str]:
        page = self.as_person(self.cast.bao).get(address).content.decode()
        return re.findall(r'<a href="/people/\d+/">([^<]+)</a>', page)

    def test_a_click_on_a_column_sorts_and_another_turns_it_round(self) -> None:
        by_name = self.names("/people/?sort=name")
        assert by_name == sorted(by_name)
        assert self.names("/people/?sort=-name") == by_name[::-1]
        assert self.names("/people/?sort=-level")[0] == "包国强"
        page = self.as_person(self.cast.bao).get("/people/", {"sort": "level", "q": "林"}).content.decode()
        assert 'aria-sort="ascending"' in page
        assert "sort=-level" in page

    def test_is_taken_out_as_it_is_filtered_and_sorted_and_that_is_journalled(self) -> None:
        client = self.as_person(self.cast.bao)
        found = client.get("/people/export/", {"as": "csv", "sort": "-name", "q": "林"})
        lines = found.content.decode("utf-8-sig").splitlines()
        assert lines[0] == "姓名,用户名,职级,部门,小组,角色,上级,入职日期"
        assert [line.split(",")[0] for line in lines[1:]] == ["林小雨"]
        entry = Entry.objects.get(verb="people.exported")
        assert (entry.actor_name, entry.change["rows"]) == ("包国强", 1)
        assert client.get("/people/export/").content[:2] == b"PK"

    def test_who_may_not_see_the_list_takes_nothing_out(self) -> None:
        for name in NOT_STAFF:
            assert self.as_person(getattr(self.cast, name)).get("/people/export/").status_code == 403
        assert not Entry.objects.filter(verb="people.exported").exists()


class ChartPage(pages.PageCase):
    reader = "bao"
    strangers = NOT_STAFF
    stranger_status = 403
    queries = 14
    chinese = "组织架构"
    english = "who reports to whom"

    def address(self) -> str:
        return "/people/chart/"

    def test_people_stand_below_whom_they_report_to(self) -> None:
        page = self._get("bao").content.decode()
        chart = page[page.index('class="chart"') :]
        assert chart.index("包国强") < chart.index("周敏") < chart.index("林小雨")


class PersonPage(pages.PageCase):
    reader = "bao"
    strangers = ("mei", "hu", "ding")
    queries = 32
    chinese = "角色"
    english = "Teams and roles"

    def address(self) -> str:
        return f"/people/{self.cast.lin.pk}/"

    def test_the_phone_number_is_masked_even_for_the_manager(self) -> None:
        Person.objects.filter(pk=self.cast.lin.pk).update(phone="13900000001")
        page = self._get("bao").content.decode()
        assert "139****0001" in page
        assert "13900000001" not in page

    def test_the_manager_gives_a_role_and_takes_it_back(self) -> None:
        client = self.as_person(self.cast.bao)
        client.post(self.address() + "roles/", {"role": self.cast.roles["order-agent"].pk, "team": self.cast.team.pk})
        grant = RoleGrant.objects.get(person=self.cast.lin, role__code="order-agent")
        client.post(f"{self.address()}roles/{grant.pk}/end/")
        grant.refresh_from_db()
        assert grant.until is not None

    def test_a_supervisor_reads_but_changes_nothing(self) -> None:
        client = self.as_person(self.cast.zhou)
        page = client.get(self.address()).content.decode()
        assert "person_grant" not in page
        data = {"role": self.cast.roles["manager"].pk}
        assert client.post(self.address() + "roles/", data).status_code == 403
        assert client.post(self.address() + "password/").status_code == 403
        assert client.post(self.address() + "leaving/", {"to": self.cast.mei.pk, "reason": "x"}).status_code == 403
        assert RoleGrant.objects.filter(person=self.cast.lin).count() == 1

    def test_a_new_first_password_is_shown_once_and_works(self) -> None:
        page = self.as_person(self.cast.bao).post(self.address() + "password/").content.decode()
        first = re.search(r"(?<=data-copy=\")[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", page)
        assert first is not None
        assert Person.objects.get(pk=self.cast.lin.pk).check_password(first[0])

    def test_details_skills_and_teams_are_changed(self) -> None:
        client = self.as_person(self.cast.bao)
        client.post(
            self.address() + "details/",
            {"name": "林小雨", "service_name": "小雨", "level": "mid", "department": self.cast.service.pk, "chat_capacity": "6"},
        )
        client.post(self.address() + "skills/", {"stage": ["presale", "orders"], "language": ["yue"]})
        client.post(self.address() + "teams/", {"team": self.cast.other_team.pk})
        lin = Person.objects.get(pk=self.cast.lin.pk)
        assert (lin.service_name, lin.level, lin.chat_capacity) == ("小雨", "mid", 6)
        assert set(lin.skills.values_list("value", flat=True)) == {"presale", "orders", "yue"}
        assert lin.memberships.filter(until=None).count() == 2


class HirePage(pages.PageCase):
    reader = "bao"
    strangers = ("zhou", "lin", "hu")
    stranger_status = 403
    queries = 12

    def address(self) -> str:
        return "/people/new/"

    def test_whoever_is_hired_signs_in_and_chooses_a_password(self) -> None:
        data = {"username": "wu", "name": "吴晓", "level": "junior"}
        page = self.as_person(self.cast.bao).post("/people/new/", data).content.decode()
        first = re.search(r"(?<=data-copy=\")[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}", page)
        assert first is not None
        answer = self.client.post("/login/", {"login": "wu", "password": first[0]})
        assert answer.status_code == 302
        assert self.client.get("/account/")["Location"] == "/account/password/"


    def test_a_username_that_is_taken_is_said_beside_it_and_what_was_typed_stays(self) -> None:
        page = self.as_person(self.cast.bao).post("/people/new/", {"username": "lin", "name": "林二", "level": "junior"}).content.decode()
        assert 'value="林二"' in page
        assert "id_username_error" in page
        assert not Person.objects.filter(name="林二").exists()


class RolesPage(pages.PageCase):
    reader = "zhou"
    strangers = NOT_STAFF
    stranger_status = 403
    queries = 12
    chinese = "角色"
    english = "what each may do"

    def address(self) -> str:
        return "/people/roles/"


class RolePage(pages.PageCase):
    reader = "bao"
    strangers = NOT_STAFF
    stranger_status = 403
    queries = 14

    def address(self) -> str:
        return f"/people/roles/{self.cast.roles['agent'].pk}/"


class TeamPage(pages.PageCase):
    reader = "bao"
    strangers = NOT_STAFF
    stranger_status = 403
    queries = 14

    def address(self) -> str:
        return f"/people/teams/{self.cast.team.pk}/"

    def test_the_shops_of_a_team_are_assigned(self) -> None:
        self.as_person(self.cast.bao).post(self.address(), {"shops": [self.cast.shop.pk]})
        assert list(Team.objects.get(pk=self.cast.team.pk).shops.all()) == [self.cast.shop]


class NewDepartmentPage(pages.PageCase):
    reader = "bao"
    strangers = NOT_STAFF
    stranger_status = 403
    queries = 12
    english = "New department"

    def address(self) -> str:
        return "/people/departments/new/"

    def test_a_department_is_added_and_a_team_made_in_it(self) -> None:
        client = self.as_person(self.cast.bao)
        client.post(self.address(), {"code": "overseas", "name": "海外部"})
        made = Department.objects.get(code="overseas")
        client.post("/people/teams/new/", {"code": "o", "name": "海外组", "department": made.pk})
        assert Team.objects.get(code="o").department == made

    def test_a_code_that_is_taken_is_said_beside_it_and_what_was_typed_stays(self) -> None:
        for address, more in ((self.address(), {}), ("/people/teams/new/", {"department": self.cast.service.pk})):
            code = self.cast.team.code if more else "service"
            page = self.as_person(self.cast.bao).post(address, {"code": code, "name": "又一个", **more}).content.decode()
            assert 'value="又一个"' in page
            assert "id_code_error" in page
        assert not Department.objects.filter(name="又一个").exists()
        assert not Team.objects.filter(name="又一个").exists()


class LeavingPage(pages.PageCase):
    reader = "bao"
    strangers = ("zhou", "lin", "hu")
    stranger_status = 403
    queries = 40
    english = "Close the account"

    def address(self) -> str:
        return f"/people/{self.cast.lin.pk}/leaving/"

    def test_who_has_nothing_open_leaves_without_naming_anybody(self) -> None:
        handbooks.adopt_with({})
        self.as_person(self.cast.bao).post(self.address(), {"to": "", "reason": "合同到期"})
        page = self.as_person(self.cast.bao).get(f"/people/{self.cast.lin.pk}/").content.decode()
        assert "没有未完成的工作" in page


class PrivacyPage(pages.PageCase):
    reader = "bao"
    strangers = ("zhou", "lin", "hu")
    stranger_status = 403
    queries = 12
    english = "Legal holds"

    def address(self) -> str:
        return "/privacy/"


def test_default_roles_name_only_permissions_that_a_room_declares() -> None:
    unknown = {code for role in DEFAULT_ROLES for code in role.permissions} - permissions.declared().keys()
    assert unknown == set()


def test_every_declared_permission_is_asked_for_somewhere() -> None:
    root = Path(dangban.__file__).parent
    places = [path for path in root.rglob("*.py") if "tests" not in path.parts and path.name != "roles.py"]
    source = "\n".join(path.read_text(encoding="utf-8") for path in places)
    source += "\n".join(path.read_text(encoding="utf-8") for path in root.rglob("*.html"))
    # Once where it is declared, and at least once more where it decides something.
    never = [code for code in permissions.declared() if len(re.findall(rf"[\"']{re.escape(code)}[\"']", source)) < 2]
    assert never == []
