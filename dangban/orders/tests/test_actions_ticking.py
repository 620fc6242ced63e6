"""The clock of a wish: when it starts, who has it, what ends it, who hears that it was missed."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from dangban.desk import actions as desk
from dangban.desk import clock as sweeping
from dangban.desk import inbox
from dangban.desk.models import Deadline, Notice
from dangban.handbook import actions as handbook
from dangban.handbook.loader import Layer, preset, read_layers
from dangban.handbook.models import StoredDecision
from dangban.handbook.shapes import discover
from dangban.journal import ports as journal
from dangban.journal.models import Entry
from dangban.lib import clock
from dangban.lib.errors import BadInput, Conflict, NotAllowed
from dangban.orders import actions
from dangban.orders.models import Order, Requirement
from dangban.orders.tests.stories import TAOBAO, OrderCase
from dangban.people.models import Person, RoleGrant
from dangban.shops.models import Profile
from dangban.testing.cast import LONG_AGO, NOW, TODAY, at
from dangban.workforce.models import DutyPeriod


class WishCase(OrderCase):
    def setUp(self) -> None:
        super().setUp()
        self.fangs = self.order()

    def put(
        self, kind: str = "gift", wish: str = "写张贺卡", order: Order | None = None, **given: Any
    ) -> Requirement:
        return actions.put_requirement(order or self.fangs, kind, wish, by=self.cast.lin, **given)

    def put_without_order(self, **given: Any) -> Requirement:
        return actions.put_requirement(
            None, "gift", "贺卡", by=self.cast.lin, customer=self.cast.fang, shop=self.cast.shop, **given
        )

    def clock(self) -> Deadline:
        return Deadline.objects.get(kind="orders.requirement")

    def clocks(self) -> int:
        return Deadline.objects.count()


class Starting(WishCase):
    def test_it_ends_an_hour_before_the_cut_off_and_the_order_desk_has_it(self) -> None:
        wish = self.put()
        kept = self.clock()
        assert (kept.subject_kind, kept.subject_id) == ("orders.requirement", wish.pk)
        assert (kept.started_at, kept.due_at, kept.warn_at) == (NOW, at("15:30"), at("15:00"))
        assert (kept.owner, kept.team, kept.shop) == (self.cast.ou, self.cast.team, self.cast.shop)
        assert wish.due_at == at("15:30")

    def test_its_label_names_the_order_and_keeps_the_customers_words_out(self) -> None:
        wish = self.put("address", "改到示例路9号 13500000006")
        kept = self.clock()
        assert kept.label == "核对特殊要求“新地址”：订单 2209000000000000009"
        assert kept.url == f"/orders/{self.fangs.pk}/#requirement-{wish.pk}"

    def test_the_decision_is_kept_with_what_it_rests_on(self) -> None:
        wish = self.put()
        stored = StoredDecision.objects.get()
        assert (stored.kind, stored.outcome) == ("orders.tick_by", "2026-11-19 15:30")
        assert (stored.subject_kind, stored.subject_id) == ("orders.requirement", wish.pk)
        paths = ["orders.requirement_before_cut_off", "orders.cut_off"]
        assert [reason["path"] for reason in stored.because] == paths
        assert (self.clock().because, self.clock().rule) == (stored.because, paths[0])

    def test_the_journal_tells_by_when(self) -> None:
        self.put()
        assert Entry.objects.get(verb="orders.requirement_put").change == {
            "kind": "gift", "order": "2209000000000000009", "due_at": "2026-11-19T07:30:00+00:00",
        }  # fmt: skip

    def test_the_journal_names_a_wish_by_kind_and_order(self) -> None:
        wishes = [self.put(), self.put_without_order()]
        titles = journal.registry.subjects["orders.requirement"].titles
        assert titles is not None
        assert list(titles([wish.pk for wish in wishes]).values()) == ["赠品 2209000000000000009", "赠品"]

    def test_after_the_cut_off_it_is_for_tomorrow(self) -> None:
        with clock.frozen(at("16:40")):
            self.put()
        assert self.clock().due_at == at("11-20 15:30")

    def test_a_shop_with_its_own_cut_off_goes_by_that(self) -> None:
        Profile.objects.filter(shop=self.cast.shop).update(cut_off=time(18, 0))
        self.put()
        assert self.clock().due_at == at("17:00")
        assert [reason["path"] for reason in self.clock().because] == ["orders.requirement_before_cut_off"]

    def test_a_time_agreed_with_the_customer_goes_before_the_cut_off(self) -> None:
        self.put(due_at=at("11-27 12:00"))
        kept = self.clock()
        assert (kept.due_at, kept.rule, kept.because) == (at("11-27 12:00"), "orders.requirement", [])
        assert StoredDecision.objects.count() == 0

    def test_a_time_that_has_passed_is_refused_and_nothing_is_noted(self) -> None:
        with pytest.raises(BadInput) as refusal:
            self.put(due_at=NOW)
        assert list(refusal.value.fields) == ["due_at"]
        assert (Requirement.objects.count(), self.clocks(), Order.objects.get().flag) == (0, 0, "")

    def test_a_wish_that_is_refused_starts_no_clock(self) -> None:
        with pytest.raises(NotAllowed):
            actions.put_requirement(self.fangs, "gift", "贺卡", by=self.cast.qian)
        assert self.clocks() == 0

    def test_an_order_that_is_closed_needs_no_clock_one_that_has_left_does(self) -> None:
        self.put(order=self.order(platform_id="C", status="closed"))
        assert self.clocks() == 0
        self.put(order=self.order(platform_id="S", status="sent"))
        assert self.clocks() == 1

    def test_a_wish_put_before_the_handbook_changed_keeps_its_time(self) -> None:
        with clock.frozen(at("11-14 17:00")):
            self.put()
        change = {"by": self.cast.bao, "reason": "试行", "at": at("11-14 18:00")}
        handbook.adopt(_with_lead(30), effective_on=date(2026, 11, 15), **change)
        early, version = self.clock(), handbook.in_force(NOW).version
        # Due on a day on which the new handbook holds already.
        assert early.due_at == at("11-15 15:30")
        assert early.because[0]["version"] != version
        late = Deadline.objects.get(subject_id=self.put("card", "生日快乐").pk)
        assert (late.due_at, late.because[0]["version"]) == (at("16:00"), version)


class Owner(WishCase):
    def second(self) -> Person:
        person = Person.objects.create(
            username="pan", name="潘", service_name="潘", level="mid", manager=self.cast.zhou
        )
        RoleGrant.objects.create(
            person=person, role=self.cast.roles["order-agent"], team=self.cast.team, since=LONG_AGO
        )
        return person

    def on_duty(self, person: Person, since: str, until: str) -> None:
        DutyPeriod.objects.create(
            person=person, team=self.cast.team, day=TODAY, name="班", starts_at=at(since), ends_at=at(until)
        )

    def test_wishes_go_round_among_the_order_desk(self) -> None:
        pan = self.second()
        owners = [Deadline.objects.get(subject_id=self.put("other", f"第{n}件").pk).owner for n in range(4)]
        assert owners == [self.cast.ou, pan, self.cast.ou, pan]

    def test_who_is_on_duty_before_it_is_due_goes_first(self) -> None:
        pan = self.second()
        self.on_duty(pan, "13:00", "21:00")
        self.on_duty(self.cast.ou, "16:00", "23:00")
        self.put()
        assert self.clock().owner == pan

    def test_without_an_order_desk_the_warehouse_has_it_and_then_who_leads(self) -> None:
        RoleGrant.objects.filter(person=self.cast.ou).delete()
        self.put()
        assert self.clock().owner == self.cast.ding
        RoleGrant.objects.filter(person=self.cast.ding).delete()
        second = self.put("card", "生日快乐")
        assert Deadline.objects.get(subject_id=second.pk).owner == self.cast.bao

    def test_it_can_be_passed_on(self) -> None:
        pan = self.second()
        self.put()
        desk.delegate(f"deadline:{self.clock().pk}", pan, by=self.cast.ou, at=NOW)
        assert self.clock().owner == pan


class Ending(WishCase):
    def test_ticked_or_answered_in_time_it_is_met(self) -> None:
        for number, fulfilled in enumerate((True, False)):
            wish = self.put("other", f"第{number}件")
            actions.settle_requirement(
                wish, fulfilled=fulfilled, answer="没有了", by=self.cast.ou, at=at("15:30")
            )
        assert [(one.met_at, one.missed_at) for one in Deadline.objects.all()] == [(at("15:30"), None)] * 2

    def test_ticked_too_late_it_is_late(self) -> None:
        wish = self.put()
        actions.settle_requirement(wish, fulfilled=True, by=self.cast.ou, at=at("15:31"))
        assert (self.clock().met_at, self.clock().missed_at) == (at("15:31"), at("15:30"))

    def test_a_refused_tick_leaves_it_running(self) -> None:
        wish = self.put()
        with pytest.raises(NotAllowed):
            actions.settle_requirement(wish, fulfilled=True, by=self.cast.lin)
        assert self.clock().is_open

    def test_withdrawn_by_who_noted_it_it_is_cancelled_with_the_reason_kept(self) -> None:
        wish = actions.withdraw_requirement(self.put(), why="顾客说不要了", by=self.cast.lin)
        assert (wish.fulfilled, wish.answer, wish.settled_by) == (None, "顾客说不要了", self.cast.lin)
        assert (self.clock().cancelled_at, self.clock().met_at) == (NOW, None)
        entry = Entry.objects.get(verb="orders.requirement_withdrawn")
        assert (entry.change, entry.personal.values) == ({"kind": "gift"}, {"answer": "顾客说不要了"})

    def test_another_agent_a_missing_reason_and_a_settled_wish_withdraw_nothing(self) -> None:
        wish = self.put()
        with pytest.raises(NotAllowed):
            actions.withdraw_requirement(wish, why="不要了", by=self.cast.mei)
        with pytest.raises(BadInput):
            actions.withdraw_requirement(wish, why=" ", by=self.cast.lin)
        assert self.clock().is_open
        actions.settle_requirement(wish, fulfilled=True, by=self.cast.ou)
        with pytest.raises(Conflict):
            actions.withdraw_requirement(wish, why="不要了", by=self.cast.lin)
        assert (self.clock().met_at, Requirement.objects.get().fulfilled) == (NOW, True)

    def test_missed_it_is_told_to_the_owner_who_gave_their_word_and_then_up_the_line(self) -> None:
        self.put()
        assert sweeping.sweep(at("15:30")).missed == 0
        assert sweeping.sweep(at("15:31")).missed == 1
        assert sweeping.sweep(at("15:32")).missed == 0
        label = "核对特殊要求“赠品”：订单 2209000000000000009"
        assert _told(f"已超时：{label}") == ["区志文", "林小雨"]
        sweeping.sweep(at("16:30"))
        assert _told(f"区志文超时：{label}") == ["周敏"]
        item = next(one for one in inbox.inbox(self.cast.ou, at("16:30")).items if one.kind == "deadline")
        assert (item.label, item.detail, item.missed) == (label, "特殊要求待核对", True)
        assert item.url.startswith(f"/orders/{self.fangs.pk}/")

    def test_who_noted_it_and_ticks_it_is_told_once(self) -> None:
        actions.put_requirement(self.fangs, "gift", "贺卡", by=self.cast.ou)
        sweeping.sweep(at("15:31"))
        assert Notice.objects.filter(title__startswith="已超时").count() == 1


class WithoutAnOrder(WishCase):
    def test_nothing_is_due_until_there_is_an_order(self) -> None:
        wish = self.put_without_order()
        assert (wish.due_at, self.clocks()) == (None, 0)
        with clock.frozen(at("11-20 09:00")):
            actions.hang_on_order(wish, self.fangs, by=self.cast.lin)
        assert (self.clock().due_at, self.clock().started_at) == (at("11-20 15:30"), at("11-20 09:00"))
        change = Entry.objects.get(verb="orders.requirement_moved").change
        assert change == {"order": "2209000000000000009", "due_at": "2026-11-20T07:30:00+00:00"}

    def test_a_time_agreed_runs_at_once_and_goes_along_to_the_order(self) -> None:
        wish = self.put_without_order(due_at=at("18:00"))
        before = self.clock()
        assert before.label == "核对特殊要求“赠品”：顾客还没下单"
        assert before.url == f"/customers/{self.cast.fang.pk}/"
        actions.hang_on_order(wish, self.fangs, by=self.cast.lin, at=at("10:30"))
        kept = self.clock()
        assert (kept.pk, kept.started_at, kept.due_at) == (before.pk, NOW, at("18:00"))
        assert kept.label == "核对特殊要求“赠品”：订单 2209000000000000009"

    def test_hung_on_a_closed_order_its_clock_ends(self) -> None:
        wish = self.put_without_order(due_at=at("18:00"))
        actions.hang_on_order(wish, self.order(platform_id="C", status="closed"), by=self.cast.lin)
        assert self.clock().cancelled_at == NOW

    def test_a_conflict_leaves_the_clock_alone(self) -> None:
        wish = self.put(due_at=at("18:00"))
        with pytest.raises(Conflict):
            actions.hang_on_order(wish, self.order(platform_id="X"), by=self.cast.lin)
        assert self.clock().label.endswith("2209000000000000009")


class Imports(OrderCase):
    FIRST = "2201000000000000001"

    def loaded(self) -> Order:
        self.load(TAOBAO, self.cast.shop, self.cast.ou)
        return Order.objects.get(platform_id=self.FIRST)

    def altered(self, old: str, new: str) -> None:
        lines = TAOBAO.read_bytes().decode("gbk").splitlines(keepends=True)
        altered = [line.replace(old, new) if self.FIRST in line else line for line in lines]
        self.load_bytes("".join(altered).encode("gbk"), "later.csv", self.cast.shop, self.cast.ou)

    def put(self, order: Order, kind: str = "gift") -> Requirement:
        return actions.put_requirement(order, kind, "贺卡", by=self.cast.lin)

    def ended(self) -> list[bool]:
        return [one.cancelled_at is not None for one in Deadline.objects.order_by("pk")]

    def test_an_order_that_has_left_ends_the_clock_but_not_that_of_an_invoice(self) -> None:
        order = self.loaded()
        self.put(order)
        self.put(order, "invoice")
        self.altered("买家已付款，等待卖家发货", "卖家已发货，等待买家确认")
        assert Order.objects.get(pk=order.pk).status == "sent"
        assert self.ended() == [True, False]
        entry = Entry.objects.get(verb="desk.deadline_cancelled")
        assert entry.change == {"kind": "orders.requirement", "reason": "已发货"}

    def test_a_closed_order_ends_every_clock(self) -> None:
        order = self.loaded()
        self.put(order)
        self.put(order, "invoice")
        self.altered("买家已付款，等待卖家发货", "交易关闭")
        assert self.ended() == [True, True]

    def test_another_change_leaves_it_running(self) -> None:
        order = self.loaded()
        self.put(order)
        self.altered("方静", "方静静")
        assert Order.objects.get(pk=order.pk).receiver == "方静静"
        assert self.ended() == [False]

    def test_a_wish_that_waited_gets_its_clock_with_the_order_that_comes_in(self) -> None:
        wish = actions.put_requirement(
            None, "gift", "贺卡", by=self.cast.lin, customer=self.cast.fang, shop=self.cast.shop, at=LONG_AGO
        )
        order = self.loaded()
        kept = Deadline.objects.get()
        assert (kept.subject_id, kept.due_at, kept.owner) == (wish.pk, at("15:30"), self.cast.ou)
        assert kept.url == f"/orders/{order.pk}/#requirement-{wish.pk}"
        assert Requirement.objects.get().due_at == at("15:30")

    def test_a_trial_starts_and_ends_nothing(self) -> None:
        actions.put_requirement(
            None, "gift", "贺卡", by=self.cast.lin, customer=self.cast.fang, shop=self.cast.shop, at=LONG_AGO
        )
        self.load(TAOBAO, self.cast.shop, self.cast.ou, dry_run=True)
        assert (Deadline.objects.count(), Requirement.objects.get().order) == (0, None)


class WithoutAHandbook(OrderCase):
    @classmethod
    def set_up_story(cls) -> None:
        """None adopted yet."""

    def test_only_a_shops_own_cut_off_or_an_agreed_time_sets_a_clock_going(self) -> None:
        order = self.order()
        actions.put_requirement(order, "gift", "贺卡", by=self.cast.lin)
        assert Deadline.objects.count() == 0
        Profile.objects.filter(shop=self.cast.shop).update(cut_off=time(18, 0))
        actions.put_requirement(order, "gift", "贺卡", by=self.cast.lin)
        actions.put_requirement(order, "gift", "贺卡", by=self.cast.lin, due_at=at("12:00"))
        assert [one.due_at for one in Deadline.objects.order_by("pk")] == [at("18:00"), at("12:00")]


def _told(title: str) -> list[str]:
    return list(
        Notice.objects.filter(title=title).order_by("person__name").values_list("person__name", flat=True)
    )


def _with_lead(minutes: int) -> Any:
    """The default handbook with another time between ticking and cut-off."""
    layers = [Layer(layer.name, dict(layer.files)) for layer in preset("default").layers]
    files = layers[-1].files
    written = files["orders.toml"]
    start = written.index("[[requirement_before_cut_off.value]]")
    files["orders.toml"] = written[:start] + written[start:].replace("is = 60", f"is = {minutes}", 1)  # type: ignore[index]
    return read_layers(layers, discover())
