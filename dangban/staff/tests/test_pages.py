"""Pages of staff files: who sees what; wages only with a reason."""

from __future__ import annotations

from dangban.handbook.actions import adopt_preset, forget
from dangban.journal.models import Entry
from dangban.lib.actor import SYSTEM
from dangban.people.models import Person
from dangban.staff import actions
from dangban.staff.models import Attainment, Contract, Proposal, StaffFile
from dangban.testing import pages
from dangban.testing.cast import NOW, TODAY, Cast


def files(cast: Cast) -> None:
    forget()
    adopt_preset("cosmetics-shop")
    actions.open_file(cast.lin, 226_600, insurance_fen=100_000, education="college", by=SYSTEM, at=NOW)


class FilesTest(pages.PageCase):
    reader, strangers = "shen", ()
    chinese, english, queries = "林小雨", "Staff files", 24

    @classmethod
    def set_up_story(cls) -> None:
        files(cls.cast)

    def address(self) -> str:
        return "/staff/"

    def test_who_leads_nobody_sees_their_own_file(self) -> None:
        response = self.as_person(self.cast.lin).get("/staff/")
        assert (response.status_code, response["Location"]) == (302, f"/staff/{self.cast.lin.pk}/")

    def test_what_ends_soon_and_what_is_over_is_marked(self) -> None:
        for who, last in ((self.cast.lin, "2026-12-10"), (self.cast.mei, "2027-12-10"), (self.cast.ou, "2026-11-01")):
            Contract.objects.create(person=who, kind="fixed", starts_on="2025-01-01", ends_on=last, signed_on="2025-01-01", at=NOW)
        page = self.as_person(self.cast.shen).get("/staff/").content.decode()
        cells = {day: page.split(day)[1].split("</td>")[0] for day in ("2026-12-10", "2027-12-10", "2026-11-01")}
        found = {day: ("快到期" in cell, "已到期" in cell) for day, cell in cells.items()}
        assert found == {"2026-12-10": (True, False), "2027-12-10": (False, False), "2026-11-01": (False, True)}

    def test_a_leader_sees_the_line_and_nobody_else(self) -> None:
        page = self.as_person(self.cast.zhou).get("/staff/").content.decode()
        assert ("林小雨" in page, "胡杰" in page) == (True, False)


class FileTest(pages.PageCase):
    reader, strangers = "lin", ("mei", "hu", "ding")
    chinese, english = "下一级", "The next level"

    @classmethod
    def set_up_story(cls) -> None:
        files(cls.cast)

    def address(self) -> str:
        return f"/staff/{self.cast.lin.pk}/"

    def test_the_line_personnel_and_finance_see_it_without_the_wage(self) -> None:
        pages_ = {name: self._get(name) for name in ("zhou", "bao", "shen", "qian", "lin")}
        assert {name: page.status_code for name, page in pages_.items()} == dict.fromkeys(pages_, 200)
        assert not [name for name, page in pages_.items() if "2,266" in page.content.decode()]

    def test_wages_are_shown_with_a_reason_and_written_down(self) -> None:
        client = self.as_person(self.cast.zhou)
        address = f"{self.address()}wages/"
        assert "2,266" not in client.get(address).content.decode()
        refused = client.post(address, {"reason": ""})
        assert (refused.status_code, "2,266" in refused.content.decode(), Entry.objects.filter(verb="staff.wages_seen").count()) == (422, False, 0)
        shown = client.post(address, {"reason": "调薪面谈"}).content.decode()
        assert ("¥2,266.00" in shown, "¥700.00" in shown, "¥300.00" in shown) == (True, True, True)
        assert Entry.objects.get(verb="staff.wages_seen").change == {"reason": "调薪面谈"}

    def test_one_s_own_wage_needs_no_reason(self) -> None:
        assert "¥2,266.00" in self.as_person(self.cast.lin).post(f"{self.address()}wages/").content.decode()

    def test_strangers_see_no_wages(self) -> None:
        assert self.as_person(self.cast.mei).post(f"{self.address()}wages/", {"reason": "好奇"}).status_code == 404
        assert Entry.objects.filter(verb="staff.wages_seen").count() == 0

    def test_personnel_enters_an_exam(self) -> None:
        given = {"kind": "exam", "code": "tools", "on": "2026-11-18", "result": "92", "passed": "on"}
        response = self.as_person(self.cast.shen).post(f"{self.address()}attainments/", given)
        assert response.status_code == 302
        assert Attainment.objects.get().result == 92

    def test_the_tools_exam_is_called_by_its_name(self) -> None:
        given = {"kind": "exam", "code": "工具考试", "on": "2026-11-18", "result": "92", "passed": "on"}
        assert self.as_person(self.cast.shen).post(f"{self.address()}attainments/", given).status_code == 302
        assert Attainment.objects.get().code == "tools"
        assert "<b>工具考试</b>" in self._get("lin").content.decode()

    def test_who_comes_to_propose_finds_the_form_open_with_the_level(self) -> None:
        page = self.as_person(self.cast.zhou).get(f"{self.address()}?propose=senior").content.decode()
        assert (' id="part-proposal" open>' in page, '<option value="senior" selected>' in page) == (True, True)
        assert 'id="part-proposal"' not in self.as_person(self.cast.lin).get(f"{self.address()}?propose=senior").content.decode()

    def test_a_leader_enters_none(self) -> None:
        given = {"kind": "exam", "code": "tools", "on": "2026-11-18", "result": "92"}
        assert self.as_person(self.cast.zhou).post(f"{self.address()}attainments/", given).status_code == 403
        assert Attainment.objects.count() == 0

    def test_a_leader_proposes_and_a_wrong_amount_is_told_beside_its_field(self) -> None:
        client = self.as_person(self.cast.zhou)
        given = {"kind": "promotion", "level": "mid", "base": "两千五", "since": "2026-12-01", "reason": "考核优秀"}
        wrong = client.post(f"{self.address()}proposals/", given)
        assert (wrong.status_code, "金额请写成" in wrong.content.decode()) == (422, True)
        assert client.post(f"{self.address()}proposals/", given | {"base": "2500"}).status_code == 302
        assert Proposal.objects.get().base_fen == 250_000

    def test_personnel_opens_a_file(self) -> None:
        given = {"base": "2600", "insurance": "", "on_probation": "on", "education": "college", "experience_months": "6", "mentor": ""}
        response = self.as_person(self.cast.shen).post(f"/staff/{self.cast.mei.pk}/open/", given)
        assert response.status_code == 302, response.content.decode()[:300]
        assert StaffFile.objects.filter(person=self.cast.mei).exists()


class PromotionTest(pages.PageCase):
    reader, strangers, stranger_status = "zhou", ("lin", "ding"), 403
    chinese, english, queries = "还差什么", "What is missing", 30

    @classmethod
    def set_up_story(cls) -> None:
        files(cls.cast)

    def address(self) -> str:
        return "/staff/promotion/"

    def test_who_qualifies_is_proposed_from_the_list_until_it_waits_for_a_decision(self) -> None:
        actions.add_attainment(self.cast.lin, "typing", "打字", TODAY, result=90, by=SYSTEM, at=NOW)
        Person.objects.filter(pk=self.cast.lin.pk).update(level="trainee", hired_on="2020-01-01")
        link = f"/staff/{self.cast.lin.pk}/?propose=junior#part-proposal"
        zhou, bao = self.as_person(self.cast.zhou), self.as_person(self.cast.bao)
        assert link in zhou.get(self.address()).content.decode()
        person = Person.objects.get(pk=self.cast.lin.pk)
        made = actions.propose(person, "promotion", level="junior", base_fen=0, since=TODAY, reason="够条件", by=self.cast.zhou, at=NOW)
        page = zhou.get(self.address()).content.decode()
        assert (link in page, "去审批" in page) == (False, False)
        assert f"/approvals/{made.approval_id}/" in bao.get(self.address()).content.decode()
