"""Disputes before the platform: materials ticked by evidence, the answer, the ruling, and the file of it all."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dangban.aftersales import inbound
from dangban.aftersales.actions import deciding
from dangban.aftersales.disputes import acting
from dangban.aftersales.evidence import note_evidence, verifying
from dangban.aftersales.models import Case, Dispute, Evidence, Settlement
from dangban.aftersales.registers import listing
from dangban.aftersales.tests.story import ReturningCase
from dangban.aftersales.tests.test_self_service import photo
from dangban.desk.models import Task
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.media.storage import storage
from dangban.testing import pages
from dangban.testing.cast import NOW


class DisputeCase(ReturningCase):
    def disputed(self, reason: str = "quality") -> Dispute:
        case = self.story.case("return", reason)
        deciding.dispute(case, "顾客申请平台介入", by=self.cast.mei, at=NOW)
        return Dispute.objects.get(case=case)

    def shown(self, dispute: Dispute, *kinds: str) -> None:
        for kind in kinds:
            note_evidence(dispute.case, kind, f"凭证 {kind}", by=self.cast.mei, at=NOW)


class RegisterTests(DisputeCase):
    def numbers(self, **chosen: str) -> list[str]:
        shown = listing.REGISTERS["disputes"]
        filters = listing.Filters(chosen=tuple(chosen.items()))
        page = listing.list_page(self.cast.mei, shown, filters)
        assert listing.count(self.cast.mei, shown, filters) == len(page.lines)
        return [one.case.order.platform_id for one, _cells in page.lines]

    def called_in(self, number: str, due_hours: int | None) -> Dispute:
        case = self.story.case("return", "quality", order=self.story.order(number=number))
        deciding.dispute(case, "介入", by=self.cast.mei, at=NOW)
        Dispute.objects.filter(case=case).update(due_at=None if due_hours is None else NOW + timedelta(hours=due_hours))
        return Dispute.objects.get(case=case)

    def test_what_waits_for_our_evidence_is_one_click_away_the_soonest_first(self) -> None:
        for number, hours in (("A1", 40), ("A2", -1), ("A3", None), ("A4", 5)):
            self.called_in(number, hours)
        answered = self.called_in("A5", 1)
        self.shown(answered, "photo", "talk")
        acting.answer(answered, "我们的说明", by=self.cast.mei, at=NOW)
        ruled = self.called_in("A6", 2)
        acting.rule(ruled, acting.Ruling("lost", 100, "规则如此"), by=self.cast.mei, at=NOW)
        assert self.numbers(state="open") == ["A2", "A4", "A1", "A3"]
        assert (self.numbers(state="ruling"), self.numbers(state="lost"), self.numbers(state="won")) == (["A5"], ["A6"], [])
        assert (self.numbers(due="late"), self.numbers(due="day"), len(self.numbers())) == (["A2"], ["A4"], 6)
        page = self.as_person(self.cast.mei).get("/aftersales/registers/disputes/?state=open").content.decode()
        assert ("待举证" in page, "待裁定" in page, "已超时" in page or "超时" in page) == (True, True, True)

    def test_pages_by_due_go_on_behind_the_last(self) -> None:
        for number, hours in (("A1", 3), ("A2", 1), ("A3", None), ("A4", None), ("A5", 2)):
            self.called_in(number, hours)
        shown, filters = listing.REGISTERS["disputes"], listing.Filters(chosen=(("state", "open"),))
        seen, after = [], ""
        for _page in range(5):
            page = listing.list_page(self.cast.mei, shown, filters, after, 1)
            seen += [one.case.order.platform_id for one, _cells in page.lines]
            after = page.next
        assert (seen, after) == (["A2", "A5", "A1", "A3", "A4"], "")


class DisputeTests(DisputeCase):
    def test_calling_the_platform_in_opens_one_dispute_with_its_clock(self) -> None:
        held = self.disputed("missing")
        case = held.case
        assert (held.about, held.claim, held.due_at, held.opened_by) == ("missing", "顾客申请平台介入", case.due_at, self.cast.mei)
        assert held.due_at is not None

    def test_materials_are_ticked_by_what_is_on_file_and_the_answer_waits_for_them(self) -> None:
        held = self.disputed()
        assert [(one.code, one.is_missing) for one in acting.materials(held)[0]] == [("photos", True), ("chat", True)]
        with pytest.raises(Refused):
            acting.answer(held, "我们的说明", by=self.cast.mei, at=NOW)
        self.shown(held, "photo")
        acting.waive(held, "chat", "顾客没有在本店聊过", by=self.cast.mei, at=NOW)
        held.refresh_from_db()
        assert [one.is_missing for one in acting.materials(held)[0]] == [False, False]
        acting.answer(held, "我们的说明", by=self.cast.mei, seen=held.version, at=NOW)
        held.refresh_from_db()
        assert (held.case.state, held.answer, held.answered_by) == ("ruling", "我们的说明", self.cast.mei)

    def test_a_ruling_for_us_brings_the_case_back_to_where_it_stood(self) -> None:
        case = self.story.case("return", "quality")
        self.story.move(case, "assess", "assessed")
        self.story.move(case, "agree_return", "returning")
        deciding.dispute(Case.objects.get(pk=case.pk), "介入", by=self.cast.mei, at=NOW)
        held = Dispute.objects.get()
        with pytest.raises(BadInput):
            acting.rule(held, acting.Ruling("won"), by=self.cast.mei, at=NOW)
        acting.rule(held, acting.Ruling("won", cause="凭证齐全", lesson="先留称重"), by=self.cast.mei, at=NOW)
        case.refresh_from_db()
        held.refresh_from_db()
        assert (case.state, held.result, held.lesson) == ("returning", "won", "先留称重")
        with pytest.raises(Conflict):
            acting.rule(held, acting.Ruling("lost", 1, "再来一次"), by=self.cast.mei, at=NOW)

    def test_a_ruling_against_us_lets_pass_what_was_refused(self) -> None:
        case = self.story.case("return", "dislike")
        deciding.assess(case, {"washed": True}, by=self.cast.mei, at=NOW)
        deciding.dispute(Case.objects.get(pk=case.pk), "介入", by=self.cast.mei, at=NOW)
        held = Dispute.objects.get()
        with pytest.raises(BadInput):
            acting.rule(held, acting.Ruling("lost", None, "规则如此"), by=self.cast.mei, at=NOW)
        acting.rule(held, acting.Ruling("lost", 19_900, "规则如此"), by=self.cast.mei, at=NOW)
        case.refresh_from_db()
        made = deciding.newest(case)
        assert made is not None
        assert (case.state, made.lifted_by, Dispute.objects.get().ruled_fen) == ("assessed", self.cast.mei, 19_900)

    def test_a_case_taken_back_ends_its_dispute(self) -> None:
        held = self.disputed()
        deciding.withdraw(held.case, "谈妥了", by=self.cast.mei, at=NOW)
        held.refresh_from_db()
        assert held.result == "settled"

    def test_people_of_other_shops_touch_nothing(self) -> None:
        held = self.disputed()
        with pytest.raises(NotAllowed):
            acting.waive(held, "chat", "不给", by=self.cast.hu, at=NOW)
        assert self.as_person(self.cast.hu).get(f"/aftersales/disputes/{held.pk}/").status_code == 404

    def test_the_file_of_it_is_one_pdf_with_words_and_pictures(self) -> None:
        held = self.disputed()
        client = self.as_person(self.cast.mei)
        assert client.post(f"/aftersales/{held.case_id}/files/", {"files": [photo("一.jpg"), photo("二.jpg", (800, 801))]}).status_code == 302
        self.shown(held, "weight", "talk")
        answer = client.get(f"/aftersales/disputes/{held.pk}/file/")
        assert (answer.status_code, answer["Content-Type"], answer.content[:5]) == (200, "application/pdf", b"%PDF-")
        assert len(answer.content) > 10_000


class DisputePageTests(pages.PageCase, DisputeCase):
    reader, strangers, chinese, english, queries = "mei", ("hu",), "要提供的材料", "What is to be shown", 30

    def address(self) -> str:
        held = Dispute.objects.first() or self.disputed()
        return f"/aftersales/disputes/{held.pk}/"

    def test_what_was_asked_for_is_an_amount_and_no_courier(self) -> None:
        page = self._get("mei").content.decode()
        assert ("索要金额" in page, "指定快递" in page, "登记裁定</button>" in page) == (True, False, True)

    def test_what_it_is_about_is_said_more_closely(self) -> None:
        client = self.as_person(self.cast.mei)
        address = self.address()
        held = Dispute.objects.get()
        given = {"about": "fake", "claim": "说是假货", "platform_number": "TB77", "asked": "199.00", "seen": held.version}
        assert client.post(address + "about/", given).status_code == 302
        held.refresh_from_db()
        assert (held.about, held.platform_number, held.asked_fen) == ("fake", "TB77", 19_900)
        page = client.get(address).content.decode()
        assert "进货凭证" in page
        assert client.post(address + "answer/", {"answer": "答复", "seen": held.version}).status_code == 422 or Dispute.objects.get().answer == ""


class EvidenceTests(DisputeCase):
    def filed(self) -> Evidence:
        case = self.story.case("return", "quality")
        self.as_person(self.cast.mei).post(f"/aftersales/{case.pk}/files/", {"files": [photo()]})
        return Evidence.objects.get()

    def test_the_archive_finds_by_product_order_customer_case_problem_and_day(self) -> None:
        one = self.filed()
        client = self.as_person(self.cast.mei)
        assert one.case is not None
        for query, found in (
            ("q=四件套", True), ("q=SJT-180-BL", True), ("q=8899", True), (f"q={one.case.number}", True), (f"q={self.cast.fang.name}", True), ("q=别的", False),
            ("problem=quality", True), ("problem=missing", False), ("since=2020-01-01", True), ("since=2099-01-01", False),
        ):  # fmt: skip
            page = client.get(f"/aftersales/registers/evidence/?{query}").content.decode()
            assert (one.sha256[:10] in page) == found, query

    def test_bytes_are_compared_with_the_hash(self) -> None:
        one = self.filed()
        assert verifying.verify(one, by=self.cast.mei, at=NOW) == "same"
        path = storage()._path(one.sha256)  # type: ignore[attr-defined]
        path.chmod(0o644)
        path.write_bytes(b"something else")
        assert verifying.verify(one, by=self.cast.mei, at=NOW) == "other"
        path.unlink()
        client = self.as_person(self.cast.mei)
        page = client.post(f"/aftersales/evidence/{one.pk}/").content.decode()
        assert "哈希仍保留" in page
        assert self.as_person(self.cast.hu).post(f"/aftersales/evidence/{one.pk}/").status_code == 404

    def test_strangers_file_nothing(self) -> None:
        case = self.story.case("return", "quality")
        for what in ("files", "words"):
            assert self.as_person(self.cast.hu).post(f"/aftersales/{case.pk}/{what}/", {"text": "x", "kind": "weight"}).status_code == 404
        assert not Evidence.objects.exists()


class RegisterPageTests(pages.PageCase, DisputeCase):
    reader, stranger_status, chinese, english, queries = "mei", 403, "差错", "Mistakes", 24

    def address(self) -> str:
        return "/aftersales/registers/mistakes/"

    def test_every_register_is_shown_taken_out_and_printed(self) -> None:
        from dangban.aftersales.registers.listing import REGISTERS

        self.disputed()
        case = self.story.case("exchange", "wrong", order=self.story.order(number="2233"))
        deciding.assess(case, {}, by=self.cast.mei, at=NOW)
        client, finance = self.as_person(self.cast.mei), self.as_person(self.cast.qian)
        for code in REGISTERS:
            assert client.get(f"/aftersales/registers/{code}/").status_code == 200, code
            assert client.get(f"/aftersales/registers/{code}/export/").status_code == 403, code
            assert finance.get(f"/aftersales/registers/{code}/export/").status_code == 200, code
        answer = finance.get("/aftersales/registers/log/print/")
        assert (answer.status_code, answer.content[:5]) == (200, b"%PDF-")

    def test_pages_of_a_mistake_and_of_months_stand(self) -> None:
        case = self.story.case("exchange", "wrong")
        deciding.assess(case, {}, by=self.cast.mei, at=NOW)
        one = case.mistakes.get()
        client = self.as_person(self.cast.zhou)
        given = {"borne_by": "agent", "person": self.cast.lin.pk, "why": "漏备注", "seen": one.version}
        assert client.post(f"/aftersales/registers/mistakes/{one.pk}/", given).status_code == 302
        assert self.cast.lin.name in client.get(f"/aftersales/registers/mistakes/{one.pk}/").content.decode()
        assert client.get("/aftersales/registers/claims/months/").status_code == 200
        assert self.as_person(self.cast.hu).get(f"/aftersales/registers/mistakes/{one.pk}/").status_code == 404


class WhatHappensMeanwhileTests(DisputeCase):
    def from_state(self, *acts: tuple[str, str]) -> tuple[Case, Dispute]:
        case = self.story.case("return", "quality")
        for act, to in acts:
            self.story.move(case, act, to)
        deciding.dispute(Case.objects.get(pk=case.pk), "介入", by=self.cast.mei, at=NOW)
        return Case.objects.get(pk=case.pk), Dispute.objects.get()

    def ruled(self, held: Dispute, result: str = "won") -> str:
        acting.rule(held, acting.Ruling(result, None if result == "won" else 100, "凭证齐全"), by=self.cast.mei, at=NOW)
        return Case.objects.get(pk=held.case_id).state

    def test_what_was_to_be_sent_is_still_to_be_sent(self) -> None:
        _case, held = self.from_state(("assess", "assessed"), ("agree_sending", "sending"))
        assert self.ruled(held) == "sending"

    def test_a_payment_made_meanwhile_is_not_waited_for(self) -> None:
        case, held = self.from_state(("assess", "assessed"), ("agree_payment", "settling"))
        Settlement.objects.create(
            case=case, shop=case.shop, kind="refund", way="platform", state="paid", amount_fen=19_900, key="k", proposed_by=self.cast.mei, proposed_at=NOW, paid_at=NOW
        )
        Case.objects.filter(pk=case.pk).update(refunded_fen=19_900)
        assert self.ruled(held) == "settled"

    def test_a_payment_that_nobody_makes_is_not_waited_for_either(self) -> None:
        _case, held = self.from_state(("assess", "assessed"), ("agree_payment", "settling"))
        assert self.ruled(held, "lost") == "assessed"

    def test_goods_that_came_meanwhile_are_here(self) -> None:
        case, held = self.from_state(("assess", "assessed"), ("agree_return", "returning"))
        inbound.announce(case, "中通", "ZT777", by=self.cast.mei, at=NOW)
        inbound.arrive("ZT777", by=self.cast.ding, at=NOW, warehouse=self.story.goods.warehouse)
        assert self.ruled(held) == "received"

    def test_an_exception_that_was_asked_for_is_asked_no_more(self) -> None:
        case = self.story.case("return", "dislike")
        deciding.assess(case, {"washed": True}, by=self.cast.mei, at=NOW)
        approval = deciding.ask_exception(Case.objects.get(pk=case.pk), "老顾客", by=self.cast.mei, at=NOW)
        deciding.dispute(Case.objects.get(pk=case.pk), "介入", by=self.cast.mei, at=NOW)
        approval.refresh_from_db()
        assert approval.settled_at == NOW
        assert self.ruled(Dispute.objects.get()) == "assessed"

    def test_closed_by_the_platform_it_is_over(self) -> None:
        case, held = self.from_state()
        self.story.move(case, "platform_closed", "withdrawn")
        held.refresh_from_db()
        assert (held.result, held.ruled_at, held.cause) == ("settled", NOW, "平台已关闭")

    def test_refunded_by_the_platform_its_ruling_is_still_written_down(self) -> None:
        case, held = self.from_state()
        self.story.move(case, "platform_paid", "settled")
        assert Task.objects.get(subject_kind="aftersales.dispute").done_at is None
        with pytest.raises(NotAllowed):
            acting.rule(held, acting.Ruling("lost", 19_900, "举证超时"), by=self.cast.hu, at=NOW)
        assert self.ruled(held, "lost") == "settled"
        held.refresh_from_db()
        assert (held.result, Task.objects.get(subject_kind="aftersales.dispute").done_at) == ("lost", NOW)
