"""Returns of dealers by their acts: exact effects, and refusals that change nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from PIL import Image

from dangban.aftersales.models import ReworkOrder
from dangban.aftersales.workshop import actions as workshop
from dangban.dealers import actions, customers, rules
from dangban.dealers.actions import About, Application, Result, Wanted
from dangban.dealers.models import Advance, Arrival, Dealer, DealerReturn, Note, Share, Signature, Step
from dangban.dealers.open_work import OpenWork
from dangban.dealers.tests.story import DealerCase
from dangban.desk import actions as desk
from dangban.desk.models import Approval, Deadline
from dangban.journal.models import Entry
from dangban.lib.errors import BadInput, Conflict, NotAllowed, Refused
from dangban.media.models import Use
from dangban.people.models import Department, Person
from dangban.stock.models import Movement
from dangban.testing.cast import NOW, TODAY, at


def picture() -> Path:
    with NamedTemporaryFile(suffix=".jpg", delete=False) as file:
        Image.new("RGB", (20, 20), "red").save(file, "JPEG")
    return Path(file.name)


class Case(DealerCase):
    def running(self, made: DealerReturn) -> list[tuple[str, str]]:
        rows = Deadline.objects.filter(subject_kind="dealers.dealerreturn", subject_id=made.pk, met_at=None, cancelled_at=None)
        return [(row.kind, row.owner.name if row.owner else "") for row in rows.select_related("owner")]


class WholeWayTest(Case):
    def test_from_the_application_to_the_closed_note(self) -> None:
        story, cast = self.story, self.cast
        made = story.apply()
        assert (made.state, made.title, self.running(made)) == ("applied", f"JT{made.pk:06d}", [("dealers.applied", "周敏")])
        actions.judge(made, "return", "确有开线", by=cast.zhou)
        assert (story.again(made).state, self.running(made)) == ("signing", [("dealers.signing", "周敏")])
        made = story.sign(made)
        assert (made.state, self.running(made)) == ("approved", [("dealers.approved", "林小雨")])
        actions.tell(made, "请寄到主仓", by=cast.lin)
        actions.send(made, "德邦", "db 123", by=cast.lin)
        made = story.again(made)
        assert (made.state, made.number, self.running(made)) == ("on_way", "DB123", [("dealers.on_way", "丁大力")])
        arrival = actions.arrive(cast.shop, story.goods.warehouse, "ＤＢ１２３", by=cast.ding)
        made = story.again(made)
        assert (arrival.why, made.state, story.lying()) == ("", "counting", {})
        actions.count(made, {made.lines.get().pk: (10, "外箱完好")}, by=cast.ding)
        for part, person in (("sales", cast.lin), ("keeper", cast.ding), ("admin", cast.zhou)):
            actions.sign_count(made, part, by=person)
            assert (story.again(made).state, story.lying()) == ("counting", {})
        actions.sign_count(made, "finance", by=cast.qian)
        made = story.again(made)
        assert (made.state, story.lying(), self.running(made)) == ("inspecting", {"returns": 10}, [("dealers.inspecting", "周敏")])
        line = made.lines.get()
        results = [Result(line.pk, 7, "开线", "production", "rework", "重新车缝"), Result(line.pk, 2, "无问题", "sales", "stock"), Result(line.pk, 1, "撕裂", "production", "scrap")]
        actions.report(made, results, by=cast.zhou)
        assert [(one.state, one.department, one.loss_fen) for one in story.findings(made)] == [
            ("ready", "生产部", 0), ("ready", "销售部", 0), ("asked", "生产部", 19_900),
        ]  # fmt: skip
        rework, stock, scrap = story.findings(made)
        actions.dispose(rework, by=cast.ding)
        actions.dispose(stock, by=cast.ding)
        with pytest.raises(Conflict):
            actions.dispose(scrap, by=cast.ding)
        desk.settle_approval(Approval.objects.get(kind="dealers.disposal"), True, by=cast.bao)
        actions.dispose(scrap, by=cast.ding)
        assert (story.again(made).state, story.lying()) == ("disposing", {"returns": 7, "good": 2})
        order = ReworkOrder.objects.get()
        workshop.issue(order, by=cast.ding)
        workshop.finish(order, 7, 0, by=cast.ding, material_fen=700, labour_fen=1_400)
        workshop.check_again(order, 7, 0, by=cast.zhou)
        made = story.again(made)
        assert (made.state, story.lying(), story.findings(made)[0].loss_fen) == ("settling", {"good": 9}, 2_100)
        note = story.settle(made, dispatch=3_000, packing=1)
        shares = {one.department: one.amount_fen for one in Share.objects.all()}
        assert (note.credit_fen, note.fees_fen, note.net_fen, note.borne_fen) == (199_000, 0, 199_000, 2_100 + 19_900 + 3_001)
        assert shares == {"生产部": 22_000 + 2_401, "销售部": 600}
        actions.close(made, "已告知客户", by=cast.lin)
        made = story.again(made)
        assert (made.state, self.running(made), made.closed_at is not None) == ("closed", [], True)
        assert [step.act for step in Step.objects.filter(made=made).order_by("pk")] == [
            "apply", "judge", "sign", "sign", "signed", "tell", "send", "arrive", "counted", *["sign_count"] * 4, "count", "report",
            "disposed_of", "disposed_of", "disposal_granted", "disposed_of", "reworked", "disposed", "settle", "close",
        ]  # fmt: skip

    def test_the_history_says_in_words_what_was_counted_other_than_applied_for(self) -> None:
        story = self.story
        made = story.arrived("return", (story.blue, 12, 19_900), (story.grey, 5, 19_900))
        first, second = made.lines.order_by("position")
        actions.count(made, {first.pk: (10, ""), second.pk: (5, "")}, by=self.cast.ding)
        actions.count(made, {first.pk: (12, ""), second.pk: (5, "")}, by=self.cast.ding)
        told = Step.objects.filter(made=made, act="counted").order_by("pk").values_list("words", flat=True)
        assert list(told) == [f"{first.sku.product.title} {first.sku.name}：申请 12 件，实点 10 件；其余 5 件与申请一致", "17 件，与申请一致"]

    def test_repaired_goods_go_back_to_the_dealer_and_only_what_is_beyond_repair_is_credited(self) -> None:
        story = self.story
        made = story.disposed((10, "production", "rework"), judged="repair")
        order = ReworkOrder.objects.get()
        workshop.issue(order, by=self.cast.ding)
        workshop.finish(order, 9, 1, by=self.cast.ding)
        workshop.check_again(order, 9, 0, by=self.cast.zhou)
        desk.settle_approval(Approval.objects.get(kind="aftersales.scrap_rework"), True, by=self.cast.bao)
        note = story.settle(story.again(made))
        assert (note.credit_fen, note.borne_fen, story.lying()) == (19_900, 19_900, {"good": 9})
        with pytest.raises(BadInput):
            actions.close(made, "修好寄回", by=self.cast.lin)
        assert story.lying() == {"good": 9}
        actions.close(made, "修好寄回", by=self.cast.lin, courier="德邦", number="DB9")
        assert (story.lying(), Movement.objects.filter(kind="dispatch").get().quantity) == ({}, 9)


class ApplyingTest(Case):
    def test_the_same_key_again_is_the_same_application(self) -> None:
        asked = Application("quality", "开线", date(2026, 11, 10), self.story.lines())
        first = actions.apply(self.story.dealer, asked, by=self.cast.lin, key="one")
        assert actions.apply(self.story.dealer, asked, by=self.cast.lin, key="one") == first
        with pytest.raises(Conflict):
            actions.apply(self.story.dealer, asked, by=self.cast.mei, key="one")
        assert DealerReturn.objects.count() == 1

    def test_what_is_wrong_is_said_and_nothing_is_written(self) -> None:
        story = self.story
        good = story.lines()
        for wrong in (
            {"lines": []}, {"lines": [*good, *good]}, {"lines": [Wanted(story.blue, 0, 100, "坏")]}, {"lines": [Wanted(story.blue, 1, -1, "坏")]},
            {"lines": [Wanted(story.blue, 1, 1, " ")]}, {"received_on": date(2026, 11, 20)}, {"reason": "whim"}, {"words": " "},
        ):  # fmt: skip
            given = {"reason": "quality", "words": "开线", "received_on": date(2026, 11, 10), "lines": good} | wrong
            with pytest.raises(BadInput):
                actions.apply(story.dealer, Application(**given), by=self.cast.lin, key="x")  # type: ignore[arg-type]
        assert not DealerReturn.objects.exists()

    def test_pictures_are_kept_and_what_is_none_refuses_the_whole(self) -> None:
        made = self.story.apply(photos=[(picture(), "a.jpg")])
        assert (Use.objects.filter(subject_kind="dealers.dealerreturn", subject_id=made.pk).count(), made.photos_at) == (1, made.applied_at)
        with NamedTemporaryFile(delete=False) as file:
            file.write(b"MZ not a picture")
        with pytest.raises(BadInput):
            self.story.apply(photos=[(Path(file.name), "virus.exe")])
        assert DealerReturn.objects.count() == 1

    def test_it_is_withdrawn_with_what_waited_for_answers(self) -> None:
        made = self.story.judged()
        actions.withdraw(made, "客户自己消化", by=self.cast.lin)
        assert (self.story.again(made).state, Approval.objects.filter(settled_at=None).count(), self.running(made)) == ("withdrawn", 0, [])
        with pytest.raises(Conflict):
            actions.withdraw(made, "再来", by=self.cast.lin)

    def test_dealers_are_put_on_the_list_once_by_who_may(self) -> None:
        with pytest.raises(NotAllowed):
            actions.add_dealer(self.cast.shop, About("新客户", "某"), by=self.cast.lin)
        with pytest.raises(BadInput):
            actions.add_dealer(self.cast.shop, About("绍兴孙记家纺", "某"), by=self.cast.zhou)
        with pytest.raises(BadInput):
            actions.change_dealer(self.story.dealer, About("绍兴孙记家纺", "孙立", breach_points=10_001), by=self.cast.zhou)
        actions.change_dealer(self.story.dealer, About("绍兴孙记", "孙立", breach_points=2_000), by=self.cast.zhou)
        assert list(Dealer.objects.values_list("name", "breach_points")) == [("绍兴孙记", 2_000)]

    def test_others_may_not(self) -> None:
        made = self.story.apply()
        for act in (
            lambda: actions.judge(made, "return", "x", by=self.cast.lin),
            lambda: actions.judge(made, "return", "x", by=self.cast.hu),
            lambda: actions.withdraw(made, "x", by=self.cast.hu),
            lambda: actions.apply(self.story.dealer, Application("quality", "x", TODAY, self.story.lines()), by=self.cast.ding, key="y"),
        ):
            with pytest.raises(NotAllowed):
                act()
        assert (DealerReturn.objects.get().state, DealerReturn.objects.get().version) == ("applied", made.version)


class JudgingTest(Case):
    def test_transport_damage_wants_photos_within_three_working_days(self) -> None:
        # Received on a Friday: Saturday and Sunday are no working days.
        made = self.story.apply(reason="transport", received_on=date(2026, 11, 13), at=at("11-18 17:00"))
        with pytest.raises(Refused) as said:
            actions.judge(made, "return", "破损", by=self.cast.zhou, at=at("11-18 17:10"))
        assert said.value.code == "photos"
        actions.add_photo(made, picture(), "a.jpg", by=self.cast.lin, at=at("11-18 18:00"))
        actions.judge(made, "return", "破损", by=self.cast.zhou, at=at("11-19 9:00"))
        late = self.story.apply(reason="transport", received_on=date(2026, 11, 13), at=at("11-19 9:00"), photos=[(picture(), "a.jpg")])
        with pytest.raises(Refused) as said:
            actions.judge(late, "return", "破损", by=self.cast.zhou)
        assert (said.value.code, self.story.again(late).state, said.value.decision.paths) == ("late", "applied", ("dealers.windows", "dealers.rest_days"))
        actions.refuse(late, "过了三个工作日才反馈，实在抱歉", by=self.cast.zhou)
        late = self.story.again(late)
        assert (late.state, late.because[0]["path"], self.running(late)) == ("refused", "dealers.windows", [])

    def test_a_batch_is_looked_at_on_site_first(self) -> None:
        made = self.story.apply(batch=True)
        with pytest.raises(Refused) as said:
            actions.judge(made, "return", "整批开线", by=self.cast.zhou)
        assert (said.value.code, self.story.again(made).state, Approval.objects.count()) == ("on-site", "applied", 0)
        with pytest.raises(BadInput):
            actions.visit(made, "高工", date(2026, 11, 9), "看过", by=self.cast.zhou)
        actions.visit(made, "高工", date(2026, 11, 18), "整批针距过大", by=self.cast.zhou)
        actions.judge(made, "return", "整批开线", by=self.cast.zhou)
        assert self.story.again(made).state == "signing"

    def test_no_return_is_needed(self) -> None:
        made = self.story.apply()
        actions.judge(made, "advise", "教会客户拆装，已解决", by=self.cast.zhou)
        assert (self.story.again(made).state, Approval.objects.count(), self.running(made)) == ("advised", 0, [])

    def test_nobody_judges_or_signs_their_own_and_nobody_signs_twice(self) -> None:
        story, cast = self.story, self.cast
        asked = Application("quality", "开线", date(2026, 11, 10), story.lines())
        made = actions.apply(story.dealer, asked, by=cast.zhou, key="zhou")
        with pytest.raises(NotAllowed):
            actions.judge(made, "return", "x", by=cast.zhou)
        actions.judge(made, "return", "开线", by=cast.bao)
        first = Approval.objects.get(settled_at=None)
        for person in (cast.zhou, cast.bao):
            with pytest.raises(NotAllowed):
                desk.settle_approval(first, True, by=person)
        assert Signature.objects.filter(granted=True).count() == 0
        other = story.judged()
        approval = Approval.objects.filter(settled_at=None).latest("pk")
        desk.settle_approval(approval, True, by=cast.bao)
        head = Approval.objects.filter(settled_at=None).latest("pk")
        with pytest.raises(Refused):
            desk.settle_approval(head, True, by=cast.bao)
        head.refresh_from_db()
        assert (head.settled_at, story.again(other).state) == (None, "signing")

    def test_somebody_of_the_unit_signs_where_the_company_has_it(self) -> None:
        sales = Department.objects.create(code="sales", name="销售部")
        Person.objects.filter(pk=self.cast.qian.pk).update(department=sales)
        self.story.judged()
        approval = Approval.objects.get(settled_at=None)
        with pytest.raises(NotAllowed):
            desk.settle_approval(approval, True, by=self.cast.ding)
        desk.settle_approval(approval, True, by=self.cast.qian)
        assert Signature.objects.get(unit="sales").person == self.cast.qian

    def test_what_is_turned_down_is_judged_anew(self) -> None:
        made = self.story.judged()
        desk.settle_approval(Approval.objects.get(), False, by=self.cast.qian, answer="先上门看")
        made = self.story.again(made)
        assert (made.state, made.judged, self.running(made)) == ("applied", "", [("dealers.applied", "周敏")])
        actions.judge(made, "repair", "返厂修", by=self.cast.zhou)
        made = self.story.sign(made)
        assert (made.state, Signature.objects.filter(made=made).values_list("round", flat=True).distinct().count()) == ("approved", 2)


class GateTest(Case):
    def arrive(self, number: str) -> Arrival:
        return actions.arrive(self.cast.shop, self.story.goods.warehouse, number, by=self.cast.ding, sender="孙记")

    def test_what_nobody_released_is_turned_away_and_written_down(self) -> None:
        made = self.story.judged()
        assert self.arrive("NIX-1").why == "unknown"
        assert self.arrive(made.title).why == "unapproved"
        assert (self.story.again(made).state, self.story.lying(), Arrival.objects.count()) == ("signing", {}, 2)
        assert Entry.objects.filter(verb="dealers.turned_away").count() == 2
        here = self.story.arrived()
        assert self.arrive(here.number).why == "over"
        assert self.story.again(here).state == "counting"

    def test_sent_before_anybody_heard_the_number_it_is_noted_at_the_gate(self) -> None:
        made = self.story.sign(self.story.judged())
        actions.tell(made, "请寄", by=self.cast.lin)
        assert self.arrive(made.title).why == ""
        assert self.story.again(made).state == "counting"

    def test_a_number_that_is_wrong_is_asked_for_again(self) -> None:
        made = self.story.on_way()
        actions.lose(made, "快递说查无此单", by=self.cast.ding)
        made = self.story.again(made)
        assert (made.state, made.number, self.running(made)) == ("told", "", [("dealers.told", "林小雨")])

    def test_not_for_agents_nor_in_a_warehouse_of_others(self) -> None:
        made = self.story.on_way()
        with pytest.raises(NotAllowed):
            actions.arrive(self.cast.shop, self.story.goods.warehouse, made.number, by=self.cast.lin)
        assert not Arrival.objects.exists()


class CountingTest(Case):
    def test_a_corrected_count_is_signed_anew_and_goods_come_in_once(self) -> None:
        story, cast = self.story, self.cast
        made = story.arrived()
        with pytest.raises(Refused):
            actions.sign_count(made, "keeper", by=cast.ding)
        line = made.lines.get().pk
        actions.count(made, {line: (10, "")}, by=cast.ding)
        actions.sign_count(made, "keeper", by=cast.ding)
        actions.sign_count(made, "sales", by=cast.lin)
        actions.count(made, {line: (9, "少一条")}, by=cast.ding)
        assert [one.person for one in actions.count_sheet(made)] == [None] * 4
        with pytest.raises(NotAllowed):
            actions.sign_count(made, "finance", by=cast.lin)
        for part, person in (("keeper", cast.ding), ("sales", cast.lin), ("admin", cast.bao)):
            actions.sign_count(made, part, by=person)
        with pytest.raises(Refused):
            actions.sign_count(made, "finance", by=cast.bao)
        with pytest.raises(Conflict):
            actions.sign_count(made, "sales", by=cast.mei)
        actions.sign_count(made, "finance", by=cast.qian)
        with pytest.raises(Conflict):
            actions.sign_count(made, "finance", by=cast.qian)
        assert (story.lying(), Movement.objects.filter(kind="return").count()) == ({"returns": 9}, 1)

    def test_every_line_is_counted(self) -> None:
        made = self.story.arrived()
        line = made.lines.get()
        for counted in ({}, {line.pk: (-1, "")}, {line.pk: (1, ""), 99_999: (1, "")}):
            with pytest.raises(BadInput):
                actions.count(made, counted, by=self.cast.ding)
        line.refresh_from_db()
        assert line.counted is None


class InspectingTest(Case):
    def test_findings_add_up_and_a_rework_has_a_plan(self) -> None:
        made = self.story.counted()
        line = made.lines.get().pk
        for results in (
            [], [Result(line, 9, "开线", "production", "stock")], [Result(line, 10, "", "production", "stock")], [Result(line, 10, "开线", "nobody", "stock")],
            [Result(line, 10, "开线", "production", "rework")], [Result(line, 0, "开线", "production", "stock"), Result(line, 10, "开线", "production", "stock")],
        ):  # fmt: skip
            with pytest.raises(BadInput):
                actions.report(made, results, by=self.cast.zhou)
        assert (self.story.again(made).state, self.story.findings(made).count()) == ("inspecting", 0)

    def test_reported_so_late_that_nobody_can_tell_it_is_sales(self) -> None:
        made = self.story.reported((10, "other", "stock"), received_on=date(2026, 8, 1))
        finding = self.story.findings(made).get()
        assert (finding.found_cause, finding.cause, finding.department, finding.because[0]["path"]) == ("other", "sales", "销售部", "dealers.late_after")

    def test_a_scrap_that_is_refused_is_decided_anew(self) -> None:
        made = self.story.reported((10, "production", "scrap"))
        desk.settle_approval(Approval.objects.get(kind="dealers.disposal"), False, by=self.cast.bao, answer="可以折价")
        finding = self.story.findings(made).get()
        assert (finding.state, finding.answer, finding.loss_fen) == ("open", "可以折价", 199_000)
        actions.decide_anew(finding, "discount", by=self.cast.zhou)
        finding.refresh_from_db()
        assert (finding.state, finding.loss_fen) == ("ready", 79_600)
        actions.dispose(finding, by=self.cast.ding)
        assert (self.story.lying(), self.story.again(made).state, self.story.zone("discount").status) == ({"discount": 10}, "settling", "defective")

    def test_a_rework_that_is_called_off_is_decided_anew(self) -> None:
        made = self.story.disposed((10, "production", "rework"))
        workshop.cancel(ReworkOrder.objects.get(), "车间停工", by=self.cast.ding)
        finding = self.story.findings(made).get()
        assert (finding.state, self.story.again(made).state) == ("open", "disposing")
        actions.decide_anew(finding, "rework", plan="外协修", by=self.cast.zhou)
        finding.refresh_from_db()
        actions.dispose(finding, by=self.cast.ding)
        assert (ReworkOrder.objects.count(), self.story.lying()) == (2, {"returns": 10})

    def test_material_is_reused_and_nothing_moves_twice(self) -> None:
        made = self.story.reported((4, "purchasing", "material"), (6, "purchasing", "stock"))
        first = self.story.findings(made)[0]
        actions.dispose(first, by=self.cast.ding)
        with pytest.raises(Conflict):
            actions.dispose(first, by=self.cast.ding)
        with pytest.raises(NotAllowed):
            actions.dispose(self.story.findings(made)[1], by=self.cast.lin)
        assert self.story.lying() == {"returns": 6}

    def test_nothing_came_and_it_is_settled_with_nothing(self) -> None:
        made = self.story.arrived()
        actions.count(made, {made.lines.get().pk: (0, "空箱")}, by=self.cast.ding)
        for part, person in (("sales", self.cast.lin), ("keeper", self.cast.ding), ("admin", self.cast.zhou), ("finance", self.cast.qian)):
            actions.sign_count(made, part, by=person)
        actions.report(made, [], by=self.cast.zhou)
        note = self.story.settle(self.story.again(made))
        assert (note.credit_fen, note.borne_fen, self.story.lying()) == (0, 0, {})


class SettlingTest(Case):
    def test_once_and_by_finance(self) -> None:
        made = self.story.disposed((10, "production", "stock"))
        with pytest.raises(NotAllowed):
            actions.settle(made, rules.Costs(), by=self.cast.lin)
        with pytest.raises(BadInput):
            actions.settle(made, rules.Costs(-1), by=self.cast.qian)
        assert not Note.objects.exists()
        self.story.settle(made, 100)
        with pytest.raises(Conflict):
            self.story.settle(made, 100)
        assert (Note.objects.count(), Entry.objects.filter(verb="dealers.settle").count()) == (1, 1)

    def test_what_the_dealer_caused_the_dealer_pays(self) -> None:
        made = self.story.disposed((10, "customer", "stock"), reason="unwanted", received_on=date(2026, 11, 18))
        note = self.story.settle(made, 3_000, 500)
        assert (note.credit_fen, note.fees_fen, note.net_fen, note.borne_fen) == (199_000, 3_500, 195_500, 0)
        assert sorted(note.fees.values_list("kind", "amount_fen")) == [("dispatch", 3_000), ("packing", 500)]


class AdvanceTest(Case):
    def test_a_replacement_leaves_first_with_proof_and_consent(self) -> None:
        story, cast = self.story, self.cast
        story.goods.receive(10)
        made = story.judged()
        with pytest.raises(Refused):
            actions.ask_advance(made, "whim", "急", TODAY, by=cast.lin)
        with pytest.raises(BadInput):
            actions.ask_advance(made, "call", "急", date(2026, 11, 20), by=cast.lin)
        advance = actions.ask_advance(made, "call", "11-19 9:30 孙立来电，工地停工", TODAY, by=cast.lin)
        with pytest.raises(Conflict):
            actions.send_advance(advance, "顺丰", "SF1", by=cast.ding)
        with pytest.raises(Conflict):
            actions.ask_advance(made, "call", "再次", TODAY, by=cast.lin)
        assert story.lying() == {"good": 10}
        desk.settle_approval(Approval.objects.get(kind="dealers.advance"), True, by=cast.bao)
        advance.refresh_from_db()
        actions.send_advance(advance, "顺丰", "SF1", by=cast.ding)
        with pytest.raises(Conflict):
            actions.send_advance(advance, "顺丰", "SF1", by=cast.ding)
        assert (story.lying(), Advance.objects.get().state) == ({}, "sent")
        with pytest.raises(Refused):
            actions.withdraw(made, "不退了", by=cast.lin)
        assert story.again(made).state == "signing"

    def test_what_was_replaced_is_not_credited_as_well(self) -> None:
        story, cast = self.story, self.cast
        story.goods.receive(10)
        made = story.on_way()
        advance = actions.ask_advance(made, "written", "邮件", TODAY, by=cast.lin)
        desk.settle_approval(Approval.objects.get(kind="dealers.advance"), True, by=cast.bao)
        advance.refresh_from_db()
        actions.send_advance(advance, "顺丰", "SF1", by=cast.ding)
        actions.arrive(cast.shop, story.goods.warehouse, made.number, by=cast.ding)
        actions.count(made, {made.lines.get().pk: (10, "")}, by=cast.ding)
        for part, person in (("sales", cast.lin), ("keeper", cast.ding), ("admin", cast.zhou), ("finance", cast.qian)):
            actions.sign_count(made, part, by=person)
        actions.report(made, [Result(made.lines.get().pk, 10, "开线", "production", "stock")], by=cast.zhou)
        actions.dispose(story.findings(made).get(), by=cast.ding)
        assert story.settle(story.again(made)).credit_fen == 0

    def test_refused_it_may_be_asked_again_and_a_repair_is_not_replaced(self) -> None:
        made = self.story.judged()
        actions.ask_advance(made, "call", "急", TODAY, by=self.cast.lin)
        desk.settle_approval(Approval.objects.get(kind="dealers.advance"), False, by=self.cast.bao, answer="不急")
        actions.ask_advance(made, "written", "真的急", TODAY, by=self.cast.lin)
        assert sorted(Advance.objects.values_list("state", flat=True)) == ["asked", "refused"]
        repair = self.story.judged("repair")
        with pytest.raises(Refused):
            actions.ask_advance(repair, "call", "急", TODAY, by=self.cast.lin)


class LeavingTest(Case):
    def test_what_somebody_sees_to_goes_over_and_stays_with_who_took_it(self) -> None:
        story, cast = self.story, self.cast
        made = story.sign(story.judged())
        work = OpenWork()
        assert [item.key for item in work.list(cast.lin)] == [f"dealer-return:{made.pk}"]
        assert not work.hand_over_one("dealer-return:99999", cast.lin, cast.mei, by=cast.zhou.actor, at=NOW)
        assert work.hand_over_one(f"dealer-return:{made.pk}", cast.lin, cast.mei, by=cast.zhou.actor, at=NOW)
        assert self.running(made) == [("dealers.approved", "梅芳")]
        Person.objects.filter(pk=cast.lin.pk).update(is_active=False)
        actions.tell(made, "请寄", by=cast.mei)
        assert (self.running(made), work.hand_over(cast.mei, cast.lin, by=cast.zhou.actor, at=NOW)) == ([("dealers.told", "梅芳")], 1)

    def test_a_dealer_who_is_a_customer_too_stays_one_when_customers_are_merged(self) -> None:
        other = self.cast.customer("sun", "孙立", self.cast.shop)
        Dealer.objects.update(customer=other)
        moved = customers.move(other, self.cast.fang)
        assert Dealer.objects.get().customer == self.cast.fang
        customers.give_back(moved, self.cast.fang, other)
        assert Dealer.objects.get().customer == other
