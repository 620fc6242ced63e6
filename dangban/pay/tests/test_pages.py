"""Pages of pay: who reads what, and that strangers neither see nor change anything."""

from __future__ import annotations

from datetime import date
from typing import Any

from dangban.handbook.actions import forget
from dangban.journal.models import Entry
from dangban.lib import money
from dangban.pay import actions, queries
from dangban.pay.models import Computation, Correction, PayAccount, PayMonth, Payslip
from dangban.pay.tests import story
from dangban.pay.tests.story import OCTOBER
from dangban.people.models import OffBoarding
from dangban.testing import pages
from dangban.testing.cast import NOW, at


class Out(story.PayCase):
    """October is released; Lin has disputed a line."""

    @classmethod
    def set_up_story(cls) -> None:
        super().set_up_story()
        held = actions.open_month(OCTOBER, by=cls.cast.qian, at=NOW)
        actions.ask(held, by=cls.cast.qian, at=NOW)
        actions.take_up(NOW)
        held = actions.release(actions.check(held, by=cls.cast.qian, at=NOW), by=cls.cast.bao, at=NOW)
        line = Payslip.objects.get(person=cls.cast.lin).lines.get(kind="performance")
        actions.dispute(line, "少算一分", by=cls.cast.lin, at=NOW)

    def setUp(self) -> None:
        super().setUp()
        forget()

    @property
    def month(self) -> PayMonth:
        return PayMonth.objects.get(month=OCTOBER)


class OwnPageTest(Out, pages.PageCase):
    chinese, english, queries = "我的工资", "My pay", 20

    def address(self) -> str:
        return "/pay/"


class SlipPageTest(Out, pages.PageCase):
    strangers = ("mei", "zhou", "hu", "shen", "ding")
    chinese, english, queries = "¥4,287.10", "Payslip 2026-10", 24

    def address(self) -> str:
        return f"/pay/slips/{self.slip_of(self.cast.lin).pk}/"

    def test_each_look_is_in_the_journal(self) -> None:
        self._get("lin")
        self._get("qian")
        self._get("mei")
        looks = Entry.objects.filter(verb="pay.looked").order_by("pk")
        assert [one.actor_name for one in looks] == ["林小雨", "钱丽"]

    def test_lines_lead_to_what_they_were_made_of_with_their_clauses(self) -> None:
        page = self._get("lin").content.decode()
        line = self.slip_of(self.cast.lin).lines.get(kind="performance")
        assert f'href="{line.url}"' in page
        assert "pay.performance_wage" in page
        assert "少算一分" in page

    def test_a_score_is_not_multiplied_with_the_full_amount(self) -> None:
        line = self.slip_of(self.cast.lin).lines.get(kind="performance")
        page = self._get("lin").content.decode()
        assert f"得分 {line.quantity}，满额 {line.rate}" in page
        assert f"{line.quantity} × " not in page

    def test_it_is_printed(self) -> None:
        answer = self.as_person(self.cast.lin).get(f"{self.address()}paper/")
        assert answer.content[:5] == b"%PDF-"
        assert self.as_person(self.cast.mei).get(f"{self.address()}paper/").status_code == 404


class MonthPageTest(Out, pages.PageCase):
    reader, strangers, stranger_status = "qian", ("lin", "zhou", "shen", "hu", "ding"), 403
    chinese, english, queries = "已批准发放", "Released", 34

    def address(self) -> str:
        return f"/pay/months/{self.month.pk}/"


    def test_what_can_not_be_taken_back_is_said_with_its_amount(self) -> None:
        page = self.as_person(self.cast.qian).get(self.address()).content.decode()
        total = money.show(sum(Payslip.objects.filter(pay_month=self.month).values_list("net_fen", flat=True)))
        assert f"{total} 已付给 {Payslip.objects.filter(pay_month=self.month).count()} 人" in page

    def test_payday_that_is_over_is_marked_until_the_month_is_closed(self) -> None:
        assert "已过发薪日" in self.as_person(self.cast.qian).get(self.address()).content.decode()
        actions.close(self.month, by=self.cast.qian, at=NOW)
        assert "已过发薪日" not in self.as_person(self.cast.qian).get(self.address()).content.decode()


    def test_what_is_missing_leads_to_its_month_and_only_where_the_reader_may_go(self) -> None:
        november = actions.open_month(date(2026, 11, 1), by=self.cast.qian, at=NOW)
        actions.ask(november, by=self.cast.qian, at=NOW)
        actions.take_up(NOW)
        Payslip.objects.filter(pay_month=november).update(missing=[["attendance", ""], ["no_wage", ""]])
        urls = {name: [one.url for one in queries.missing(november, getattr(self.cast, name))] for name in ("bao", "qian")}
        files, months = "/staff/?month=2026-11", "/attendance/months/?month=2026-11"
        assert urls == {"bao": [files, months], "qian": [files, ""]}


class MonthsPageTest(Out, pages.PageCase):
    reader, strangers, stranger_status = "bao", ("lin", "zhou", "shen", "hu"), 403
    chinese, english, queries = "有异议的工资条", "Disputed payslips", 24

    def address(self) -> str:
        return "/pay/months/"


class SimulationPageTest(Out, pages.PageCase):
    reader, strangers, stranger_status = "bao", ("lin", "zhou", "hu"), 403
    chinese, english = "按哪个手册", "Under which handbook"

    def address(self) -> str:
        return f"/pay/months/{self.month.pk}/simulation/"

    def test_a_handbook_is_tried(self) -> None:
        page = self.as_person(self.cast.bao).get(self.address(), {"handbook": "preset:default"}).content.decode()
        assert "¥900.00 → ¥800.00" in page
        assert self.as_person(self.cast.bao).get(self.address(), {"handbook": "preset:../x"}).status_code == 200


class CorrectionsPageTest(Out, pages.PageCase):
    reader, strangers, stranger_status = "qian", ("lin", "zhou", "hu"), 403
    chinese, english, queries = "工资更正", "Corrections of wages", 22

    def address(self) -> str:
        return "/pay/corrections/"

    def test_one_is_entered_and_a_wrong_one_says_why(self) -> None:
        client = self.as_person(self.cast.qian)
        wrong = client.post(self.address(), {"person": self.cast.lin.pk, "concerns": "2026-11", "amount": "5", "reason": "漏计"})
        assert wrong.status_code == 422
        assert "请选择已批准发放的月份" in wrong.content.decode()
        right = client.post(self.address(), {"person": self.cast.lin.pk, "concerns": "2026-10", "amount": "-5.20", "reason": "多计"})
        assert right.status_code == 302
        assert Correction.objects.get().amount_fen == -520


class AccountsPageTest(Out, pages.PageCase):
    reader, strangers, stranger_status = "qian", ("lin", "zhou", "hu", "bao"), 403
    chinese, english, queries = "收款账户", "Accounts for wages", 20

    def address(self) -> str:
        return "/pay/accounts/"

    def test_who_left_last_month_is_still_to_be_paid(self) -> None:
        OffBoarding.objects.create(person=self.cast.lin, at=at("10-20 18:00"), by=self.cast.bao, reason="合同到期")
        OffBoarding.objects.create(person=self.cast.mei, at=at("09-20 18:00"), by=self.cast.bao, reason="合同到期")
        page = self.as_person(self.cast.qian).get(self.address()).content.decode()
        assert f"/pay/accounts/{self.cast.lin.pk}/" in page
        assert f"/pay/accounts/{self.cast.mei.pk}/" not in page

    def test_a_number_is_shown_for_a_reason_only_in_the_answer(self) -> None:
        client = self.as_person(self.cast.qian)
        place = f"/pay/accounts/{self.cast.lin.pk}/"
        assert client.post(place, {"holder": "林小雨", "bank": "工商银行", "number": "6222020011112222", "city": "", "special": ""}).status_code == 302
        assert "6222020011112222" not in client.get(place).content.decode()
        assert "6222020011112222" in client.post(f"{place}number/", {"reason": "银行退回"}).content.decode()
        assert client.post(f"{place}number/", {"reason": ""}).status_code in (400, 422)


class DoingTest(Out):
    def posts(self) -> list[str]:
        month = f"/pay/months/{self.month.pk}"
        acts = ("computation", "check", "taking-back", "release", "closing", "books", "bank", "review")
        return ["/pay/months/opening/", *(f"{month}/{act}/" for act in acts), f"/pay/accounts/{self.cast.lin.pk}/number/", "/pay/corrections/"]

    def test_strangers_do_nothing(self) -> None:
        before = list(PayMonth.objects.values())
        for name in ("lin", "zhou", "hu", "shen"):
            client = self.as_person(getattr(self.cast, name))
            found = {place: client.post(place, {"month": "2026-09"}).status_code for place in self.posts()}
            assert set(found.values()) == {403}, found
        assert list(PayMonth.objects.values()) == before
        assert (Computation.objects.count(), Correction.objects.count(), PayAccount.objects.count()) == (1, 0, 0)

    def test_a_colleagues_line_is_not_found(self) -> None:
        line = self.slip_of(self.cast.lin).lines.get(kind="base")
        dispute: Any = self.slip_of(self.cast.lin).lines.get(kind="performance").disputes.get()
        client = self.as_person(self.cast.mei)
        assert client.post(f"/pay/lines/{line.pk}/dispute/", {"said": "x"}).status_code == 404
        assert client.post(f"/pay/disputes/{dispute.pk}/answer/", {"upheld": "no", "words": "x"}).status_code == 404

    def test_finance_goes_through_the_month(self) -> None:
        client = self.as_person(self.cast.qian)
        assert client.post("/pay/months/opening/", {"month": "2026-11"}).status_code == 302
        november = PayMonth.objects.get(month__month=11)
        assert client.post(f"/pay/months/{november.pk}/computation/").status_code == 302
        run = Computation.objects.get(finished_at=None)
        assert "hx-get" in client.get(f"/pay/computations/{run.pk}/").content.decode()
        actions.take_up(NOW)
        done = client.get(f"/pay/computations/{run.pk}/", headers={"HX-Request": "true"})
        assert done["HX-Refresh"] == "true"
        assert client.post(f"/pay/months/{self.month.pk}/closing/").status_code == 302
        assert self.month.state == "closed"
        answered = self.slip_of(self.cast.lin).lines.get(kind="performance").disputes.get()
        assert client.post(f"/pay/disputes/{answered.pk}/answer/", {"upheld": "yes", "amount": "", "words": "对"}).status_code == 422
        assert client.post(f"/pay/disputes/{answered.pk}/answer/", {"upheld": "yes", "amount": "10", "words": "对"}).status_code == 302
        assert Correction.objects.get().amount_fen == 1_000
