"""A department at work: what people, customers and clocks do, chosen by a seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.http import Http404

from dangban.chat import actions as chat
from dangban.chat.models import Message, Presence, Thread
from dangban.chat.projection import run_pending
from dangban.conversations import actions, jobs
from dangban.conversations.actions import presence, undoing
from dangban.conversations.actions.enquiries import settle_enquiries
from dangban.conversations.invitations import token_of
from dangban.conversations.models import (
    Conversation,
    Enquiry,
    GuardOverride,
    Invitation,
    Promise,
    Transfer,
)
from dangban.customers import actions as customers
from dangban.customers.models import RiskMark, Tag
from dangban.desk import actions as desk
from dangban.desk import clock as desk_clock
from dangban.desk import inbox
from dangban.desk.models import Approval, HandoverItem, Notice, Question, Task, TaskObjection, TaskStep
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.lib.errors import Said
from dangban.orders import actions as orders
from dangban.orders import bell, exceptions
from dangban.orders.changing import asking
from dangban.orders.changing import steps as changes
from dangban.orders.changing.asking import Asked
from dangban.orders.models import (
    ChangeRequest,
    ChangeStep,
    FollowUp,
    Order,
    OrderException,
    PriceOffer,
    Requirement,
)
from dangban.orders.pricing import actions as prices
from dangban.orders.queries import marks
from dangban.orders.unpaid import contacts, following
from dangban.orders.unpaid.contacts import Said as Contacted
from dangban.people.models import Person
from dangban.shops.models import Product, Sku
from dangban.stock import actions as stock
from dangban.stock.models import Reservation, Zone
from dangban.testing.cast import Cast
from dangban.tracking import noting, trouble
from dangban.tracking.connectors import Node
from dangban.tracking.models import Track
from dangban.tracking.rules import states
from dangban.workforce import actions as workforce
from dangban.workforce.models import DutyPeriod
from dangban.workforce.shifts import Shift
from tests.live_pages.dealing import DealerActs
from tests.live_pages.outgoing import OutgoingActs
from tests.live_pages.returning import ReturningActs
from tests.live_pages.waiting import WaitingActs

Row = TypeVar("Row")
Conv = Conversation.State
ASKS = ("在吗", "这款有货吗", "发什么快递", "还没收到货", "想退货怎么办", "便宜点吧", "尺码怎么选", "帮我改下地址")
SAYS = ("您好", "有货的，今天发", "默认中通", "我帮您查一下", "可以的亲", "地址已备注")
BLOCKED = "加我微信聊"


def keep_stock(cast: Cast) -> Sku:
    """A warehouse for the cast's shop, and goods that its keeper has open."""
    stock.open_warehouse("main", "主仓", [cast.shop], by=cast.bao)
    product = Product.objects.create(shop=cast.shop, platform_id="P-1", title="加厚四件套", updated_at=clock.now())
    return Sku.objects.create(product=product, shop=cast.shop, code="SJT-180-BL", name="深蓝 1.8 米")


class Nothing(Exception):
    """There is nothing to do this with just now."""


class Story(DealerActs, OutgoingActs, ReturningActs, WaitingActs):
    """Each `do_…` is one thing that may happen; what the rules refuse is part of the story."""

    def __init__(self, cast: Cast, threads: list[Thread], goods: Sku, seed: int, now: datetime) -> None:
        self.cast = cast
        self.threads = threads
        self.goods = goods
        self.chance = random.Random(seed)
        self.now = now
        self.done: list[str] = []
        self.agents = [cast.lin, cast.mei, cast.ou, cast.zhou]
        self.people = [*self.agents, cast.hu, cast.bao]
        self.acts = [getattr(self, name) for name in sorted(dir(self)) if name.startswith("do_")]
        # What happens all day long, and what happens now and then.
        often = {"do_customer_writes": 14, "do_answer": 10, "do_time_passes": 6, "do_take": 6, "do_change_presence": 4, "do_transfer": 3, "do_resolve": 2}
        self.weights = [often.get(act.__name__, 1) for act in self.acts]

    def step(self) -> None:
        """The next thing that can happen."""
        while True:
            act: Callable[[], str | None] = self.chance.choices(self.acts, self.weights)[0]
            try:
                said = act()
            except (Nothing, Http404):
                # Not there, or not for this person to see.
                continue
            except Said as refusal:
                said = f"refused: {refusal.message}"
            self.done.append(f"{self.now:%H:%M:%S} {act.__name__[3:]} {said or ''}")
            return

    def one(self, rows: Any) -> Any:
        found = list(rows.order_by("pk")) if hasattr(rows, "order_by") else list(rows)
        if not found:
            raise Nothing
        return self.chance.choice(found)

    def talk(self, *states: str) -> Conversation:
        found: Conversation = self.one(Conversation.objects.filter(state__in=states or (Conv.SERVING,)))
        return found

    def server(self, held: Conversation) -> Person:
        """Somebody who serves this shop."""
        return self.cast.hu if held.shop_id == self.cast.other_shop.pk else self.chance.choice(self.agents)

    def later(self, least: int = 5, most: int = 240) -> datetime:
        return self.now + timedelta(minutes=self.chance.randint(least, most))

    # --- said

    def do_customer_writes(self) -> str:
        thread = self.one(self.threads)
        body = self.chance.choice(ASKS)
        self._post(thread, Message.Author.CUSTOMER, thread.customer_id, thread.customer.name, body)
        run_pending()
        return f"{thread.pk} {body}"

    def do_answer(self) -> str:
        held = self.talk()
        self._post(held.thread, Message.Author.AGENT, held.assignee_id, held.assignee.service_name, self.chance.choice(SAYS))
        run_pending()
        return f"{held.pk} by {held.assignee.username}"

    def do_note(self) -> None:
        held = self.talk()
        actions.add_note(held, by=self.server(held), text="记一下", mentions=[self.cast.bao.pk])

    def do_whisper(self) -> None:
        actions.whisper(self.talk(), by=self.cast.zhou, text="可以送运费险")

    def do_open_exception(self) -> None:
        order = self.one(Order.objects.all())
        exceptions.open_exception(order, "urgent", by=SYSTEM, reason=self.chance.choice(["gift", "complaint"]))

    def do_promise_on_exception(self) -> None:
        held = self.one(OrderException.objects.filter(settled_at=None))
        exceptions.promise(held, self.later(), by=held.owner, text="明天给您补发")

    def do_hand_on_exception(self) -> None:
        held = self.one(OrderException.objects.filter(settled_at=None))
        exceptions.reassign(held, self.one(p for p in self.agents if p.can("orders.flag", shop=held.shop_id)), by=held.owner)

    def do_settle_exception(self) -> None:
        held = self.one(OrderException.objects.filter(settled_at=None))
        exceptions.settle(held, "told", by=held.owner, answer="已告知")

    def do_parcel_moves(self) -> str:
        track = self.one(Track.objects.select_related("parcel"))
        words = self.chance.choice(["离开转运中心", "正在派送", "疑难件", "客户拒收", "已签收", "退回途中"])
        with transaction.atomic():
            noting.note(track.parcel, [Node(self.now, words, states.of_words(words))], "hand", by=SYSTEM, at=self.now)
        return words

    def do_parcel_stalls(self) -> None:
        Track.objects.filter(ended_at=None).update(stalls_at=self.now)
        trouble.find_stalled(self.now)

    def do_recall(self) -> None:
        said = self.one(Message.objects.filter(author="agent", internal=False, kind="text"))
        held = Conversation.objects.filter(thread=said.thread).order_by("-pk")[0]
        actions.recall(held, by=Person.objects.get(pk=said.author_id), seq=said.seq)
        run_pending()

    def do_mark_read(self) -> None:
        held = self.talk()
        actions.mark_read(held, by=held.assignee, seq=held.last_seq)

    def do_ask_override(self) -> None:
        held = self.talk()
        actions.ask_override(held, by=held.assignee, body=BLOCKED)

    def do_answer_override(self) -> None:
        act = self.chance.choice((actions.grant_override, actions.refuse_override))
        act(self.one(GuardOverride.objects.filter(settled_at=None)), by=self.cast.zhou)

    def do_rate(self) -> None:
        invitation = self.one(Invitation.objects.filter(rating=None))
        actions.rate(token_of(invitation), stars=self.chance.randint(1, 5))

    # --- unpaid orders

    def do_contact_buyer(self) -> str:
        one = self.one(FollowUp.objects.filter(ended_at=None))
        way, by = self.chance.choice(("phone", "platform", "chat")), self.chance.choice(self.agents)
        next_at = self.later() if self.chance.random() < 0.5 else None
        contacts.contact(one, Contacted(way, "comparing", "还要吗", next_at=next_at, seen=one.contacts), by=by)
        run_pending()
        return f"{one.pk} {way} by {by.username}"

    def do_hand_on_unpaid(self) -> None:
        contacts.hand_on(self.one(FollowUp.objects.filter(ended_at=None)), self.chance.choice(self.agents), by=self.cast.zhou)

    def do_pay(self) -> None:
        order = self.one(Order.objects.filter(status="unpaid"))
        order.status, order.paid_at, order.paid_fen = "paid", self.now, order.total_fen
        order.save()
        following.end([order], by=SYSTEM, at=self.now)
        bell.order_changed(order)

    def do_look_for_unpaid(self) -> None:
        following.sweep(self.now)

    # --- changes and discounts

    def do_change_order(self) -> str:
        order, field = self.one(Order.objects.all()), self.chance.choice(("address", "courier", "invoice", "cancel", "quantity"))
        typed = {
            "address": {"address": "浙江省杭州市拱墅区新开路 9 号", "receiver": self.chance.choice("甲乙丙")}, "courier": {"courier": self.chance.choice(("顺丰", "中通"))},
            "invoice": {"invoice_title": self.chance.choice(("南风公司", "个人"))}, "cancel": {"note": "不要了"},
            "quantity": {"line": "1", "quantity": str(self.chance.randint(1, 4))},
        }[field]  # fmt: skip
        by = self.chance.choice(self.agents)
        asking.ask(order, Asked(field, typed), by=by)
        return f"{order.pk} {field} by {by.username}"

    def do_tick_change(self) -> str:
        step = self.one(ChangeStep.objects.filter(done_at=None, request__settled_at=None))
        changes.tick(step, by=self.cast.zhou)
        return f"{step.pk}"

    def do_withdraw_change(self) -> None:
        asking.withdraw(self.one(ChangeRequest.objects.filter(settled_at=None)), why="不改了", by=self.cast.zhou)

    def do_turn_change_back(self) -> None:
        asking.turn_back(self.one(ChangeRequest.objects.filter(settled_at=None)), why="已发出", by=self.cast.zhou)

    def do_discount(self) -> str:
        order, off = self.one(Order.objects.filter(status__in=("unpaid", "paid"))), self.chance.choice((100, 1500, 2500))
        made = prices.discount(order, prices.Ask(off, reason="老顾客"), by=self.chance.choice(self.agents))
        return f"{order.pk} {off} {made.state}"

    def do_withdraw_discount(self) -> None:
        prices.withdraw(self.one(PriceOffer.objects.filter(state="asked")), by=self.cast.bao)

    def do_let_discounts_lapse(self) -> None:
        prices.expire(self.now)

    # --- whose it is

    def do_take(self) -> str:
        found = self.talk(Conv.WAITING, Conv.OFFLINE)
        held = actions.take(found, by=self.server(found))
        return f"{held.pk} by {held.assignee}"

    def do_take_next(self) -> None:
        actions.take_next(by=self.one(self.agents))

    def do_take_over(self) -> None:
        held = self.talk()
        actions.take_over(held, by=self.server(held), reason="我来")

    def do_step_in(self) -> None:
        held = self.talk()
        actions.step_in(held, by=self.server(held))

    def do_step_out(self) -> None:
        held = self.talk()
        actions.step_out(held, by=self.server(held))

    def do_transfer(self) -> str:
        held = self.talk()
        target = self.chance.choice(({"to_person": self.one(self.agents)}, {"to_team": self.cast.team}))
        actions.transfer(held, by=held.assignee, note="要退货，已安抚", reason="换人处理", **target)
        return f"{held.pk} to {target}"

    def do_accept_transfer(self) -> None:
        offer = self._offer()
        actions.accept_transfer(offer, by=offer.to_person)

    def do_return_transfer(self) -> None:
        came = Transfer.objects.filter(to_person__isnull=False, state__in=(Transfer.State.OFFERED, Transfer.State.ACCEPTED))
        offer = self.one(came)
        actions.return_transfer(offer, by=offer.to_person, answer="手上满了")

    def do_withdraw_transfer(self) -> None:
        offer = self._offer()
        actions.withdraw_transfer(offer, by=offer.from_person)

    def _offer(self) -> Transfer:
        offer: Transfer = self.one(Transfer.objects.filter(state=Transfer.State.OFFERED, to_person__isnull=False))
        return offer

    def do_resolve(self) -> None:
        held = self.talk()
        actions.resolve(held, by=held.assignee, outcome="solved")

    def do_undo_take(self) -> None:
        held = self.talk()
        taken = undoing.just_taken(held, by=held.assignee)
        undoing.undo_take(self.one([one for one in [taken] if one]), by=held.assignee)

    def do_undo_transfer(self) -> None:
        offer = self.one(Transfer.objects.all())
        undoing.undo_transfer(offer, by=offer.from_person)

    def do_leave_to_next_shift(self) -> None:
        held = self.talk()
        actions.leave_to_next_shift(held, by=held.assignee, note="等仓库回话")

    def do_begin(self) -> None:
        actions.begin(self.one(self.threads[:4]), by=self.one(self.agents))

    # --- who is there

    def do_change_presence(self) -> str:
        person = self.one(self.people)
        states = [("online", ""), ("online", ""), ("busy", ""), ("suspended", ""), ("away", "meal"), ("offline", "")]
        state, reason = self.chance.choice(states)
        by = self.cast.zhou if person == self.cast.lin and self.chance.random() < 0.3 else person
        actions.change_presence(person, state, by=by, reason=reason)
        return f"{person.username} {state}"

    def do_end_shift(self) -> None:
        person = self.one(self.agents)
        actions.end_shift(person, by=person)

    def do_lose_connection(self) -> None:
        presence.connection_lost(self.one(self.agents))

    def do_find_connection(self) -> None:
        presence.connection_back(self.one(self.agents))

    def do_touch(self) -> None:
        presence.touch(self.one(self.agents))

    def do_plan_duty(self) -> None:
        begins, ends = self.chance.choice(((8, 16), (9, 18), (12, 21)))
        shift = Shift("班", time(begins), time(ends))
        day = DutyPeriod.objects.values_list("day", flat=True)[0]
        workforce.set_duty(self.one(self.agents), self.cast.team, day, shift, by=self.cast.zhou, at=self.now)

    # --- promised, wished, wanted

    def do_promise(self) -> None:
        held = self.talk()
        actions.promise(held, by=held.assignee, text="周五前发出", due_at=self.later())

    def do_keep_promise(self) -> None:
        row = self._promise()
        actions.keep_promise(row, by=row.owner)

    def do_withdraw_promise(self) -> None:
        row = self._promise()
        actions.withdraw_promise(row, by=row.owner, why="顾客不要了")

    def _promise(self) -> Promise:
        row: Promise = self.one(Promise.objects.filter(kept_at=None, withdrawn_at=None))
        return row

    def do_require(self) -> None:
        held = self.talk()
        theirs = list(Order.objects.filter(customer=held.customer, shop=held.shop))
        order = self.chance.choice([*theirs, None])
        due = self.chance.choice((None, self.later()))
        kind, text = self.chance.choice((("courier", "发顺丰"), ("gift", "送个小样"), ("quantity", "改成两件")))
        actions.require(held, by=held.assignee, kind=kind, text=text, order=order, due_at=due)

    def do_settle_requirement(self) -> None:
        wish = self._wish()
        orders.settle_requirement(wish, fulfilled=self.chance.random() < 0.7, answer="没货了", by=self.cast.ou)

    def do_withdraw_requirement(self) -> None:
        wish = self._wish()
        orders.withdraw_requirement(wish, by=wish.by, why="不要了")

    def do_hang_requirement(self) -> None:
        wish = self.one(Requirement.objects.filter(order=None, settled_at=None))
        orders.hang_on_order(wish, self.one(Order.objects.filter(customer=wish.customer, shop=wish.shop)), by=self.cast.ou)

    def _wish(self) -> Requirement:
        wish: Requirement = self.one(Requirement.objects.filter(settled_at=None))
        return wish

    def do_record_enquiry(self) -> None:
        held = self.talk()
        actions.record_enquiry(held, by=held.assignee, wanted="四件套", reason="price", next_contact_at=self.later())

    def do_lose_enquiry(self) -> None:
        enquiry = self.one(Enquiry.objects.filter(outcome=Enquiry.Outcome.OPEN))
        actions.lose_enquiry(enquiry, by=enquiry.owner)

    # --- orders and customers

    def do_flag(self) -> None:
        flags = [flag.code for flag in marks.legend()]
        orders.set_flag(self._order(), self.chance.choice([*flags, ""]), by=self.cast.ou)

    def do_remark(self) -> None:
        orders.add_remark(self._order(), by=self.cast.ou, parts={"other": f"备注{self.chance.randint(1, 99)}"})

    def do_tag(self) -> None:
        customers.add_tag(self._customer(), self.chance.choice(("爱比价", "老客", "急")), by=self.cast.mei)

    def do_untag(self) -> None:
        customers.remove_tag(self.one(Tag.objects.all()), by=self.cast.mei)

    def do_set_credit(self) -> None:
        customers.set_credit(self._customer(), self.chance.randint(1, 5), by=self.cast.mei)

    def do_mark_risk(self) -> None:
        customers.mark_risk(self._customer(), "never_pays", "三次拍下不付款", by=self.cast.zhou)

    def do_lift_risk(self) -> None:
        customers.lift_risk(self.one(RiskMark.objects.filter(lifted_at=None)), by=self.cast.zhou)

    def _customer(self) -> Any:
        return self.one(self.threads[:4]).customer

    def _order(self) -> Order:
        order: Order = self.one(Order.objects.exclude(shop=self.cast.other_shop))
        return order

    # --- the desk

    def do_write_task(self) -> None:
        to = self.chance.choice(({"owner": self.one(self.agents)}, {"team": self.cast.team}))
        desk.write_task("回访", by=self.cast.zhou, due_at=self.later(), **to)

    def do_finish_task(self) -> None:
        task = self.one(Task.objects.filter(done_at=None))
        desk.finish_task(task, by=task.owner or self.cast.lin, at=self.now)

    def do_reopen_task(self) -> None:
        task = self.one(Task.objects.filter(done_at__isnull=False))
        desk.reopen_task(task, by=task.owner or self.cast.lin, at=self.now)

    def do_write_notice(self) -> None:
        to = self.chance.choice(({"team": self.cast.team}, {"shop": self.cast.shop}))
        must = self.chance.random() < 0.6
        desk.write_notice("大促安排", "今晚八点开始", by=self.cast.zhou, at=self.now, must_read=must, **to)

    def do_read_notice(self) -> None:
        desk.read_notice(self.one(Notice.objects.all()), by=self.one(self.agents), at=self.now)

    def do_withdraw_notice(self) -> None:
        desk.withdraw_notice(self.one(Notice.objects.filter(person=None)), by=self.cast.zhou, at=self.now)

    def do_ask_approval(self) -> None:
        order = self._order()
        desk.ask_approval("orders.refund", order, title="退 20 元", by=self.cast.lin, shop=order.shop)

    def do_settle_approval(self) -> None:
        granted = self.chance.random() < 0.5
        desk.settle_approval(self.one(Approval.objects.filter(settled_at=None)), granted, by=self.cast.zhou, answer="看过了")

    def do_put_off(self) -> None:
        person = self.one(self.agents)
        item = self.one(inbox.inbox(person, self.now).items)
        desk.snooze(item.key, self.later(20, 60), by=person, at=self.now)

    def do_take_up_again(self) -> None:
        person = self.one(self.agents)
        item, _until = self.one(inbox.inbox(person, self.now).asleep)
        desk.end_snooze(item.key, by=person, at=self.now)

    def do_pass_on(self) -> None:
        person = self.one(self.agents)
        item = self.one([one for one in inbox.inbox(person, self.now).items if "delegate" in one.acts])
        desk.delegate(item.key, self.one(self.agents), by=person, at=self.now)

    def do_tick_step(self) -> None:
        step = self.one(TaskStep.objects.filter(task__done_at=None).select_related("task"))
        desk.tick_step(step, self.chance.random() < 0.7, by=self.cast.ou, at=self.now)

    def do_object(self) -> None:
        desk.object_to_task(self.one(Task.objects.filter(done_at=None)), "今天来不及", by=self.one(self.agents), at=self.now)

    def do_answer_objection(self) -> None:
        waiting = TaskObjection.objects.filter(answered_at=None).select_related("task", "by")
        desk.answer_objection(self.one(waiting), self.chance.random() < 0.3, by=self.cast.zhou, answer="先做一半", at=self.now)

    def do_begin_day(self) -> None:
        desk.tick_day("open", "tools", self.chance.random() < 0.7, by=self.one(self.agents), at=self.now)

    def do_ask_question(self) -> None:
        desk.ask_question("能机洗吗", by=self.one(self.agents), shop=self.cast.shop, at=self.now)

    def do_answer_question(self) -> None:
        desk.answer_question(self.one(Question.objects.filter(answered_at=None)), "可以", by=self.cast.zhou, at=self.now)

    def do_tell_customer(self) -> None:
        question = self.one(Question.objects.filter(answered_at__isnull=False, told_at=None))
        desk.tell_customer(question, by=question.asked_by, at=self.now)

    def do_accept_line(self) -> None:
        line = self.one(HandoverItem.objects.filter(state="offered"))
        desk.accept_item(line, by=self.cast.mei, at=self.now)

    def do_give_back_line(self) -> None:
        line = self.one(HandoverItem.objects.filter(state="offered"))
        desk.decline_item(line, "不归我", by=self.cast.mei, at=self.now)

    def do_close_line(self) -> None:
        line = self.one(HandoverItem.objects.filter(state="accepted"))
        desk.close_item(line, "办好了", by=self.cast.mei, at=self.now)

    # --- the warehouse

    def do_receive_goods(self) -> None:
        quantity = self.chance.randint(1, 20)
        stock.receive(self.goods, self.zone(), quantity, by=self.cast.ding, key=f"day:{len(self.done)}", at=self.now)

    def do_count_goods(self) -> None:
        counted = self.chance.randint(0, 12)
        stock.count(
            self.goods, self.zone(), counted, by=self.cast.ding, key=f"day:{len(self.done)}", reason="盘点", at=self.now
        )

    def do_promise_goods(self) -> None:
        order = self.one(Order.objects.filter(shop=self.goods.shop))
        subject = ("orders.order", order.pk)
        stock.reserve(self.goods, 2, subject=subject, label=order.platform_id, by=self.cast.ding, at=self.now)

    def do_let_goods_go(self) -> None:
        stock.release(self.one(Reservation.objects.filter(sku=self.goods)), by=self.cast.ding, at=self.now)

    def zone(self) -> Zone:
        return Zone.objects.get(warehouse__code="main", status=Zone.Status.GOOD)

    # --- time

    def do_time_passes(self) -> str:
        """Nobody does anything, clocks run out, the sweeps see to what is due."""
        self.now += timedelta(seconds=self.chance.choice((7, 40, 200, 400, 1300)))
        return ""

    def sweep(self) -> None:
        """What a process does once a second, at this moment."""
        desk_clock.sweep(self.now)
        jobs.requeue_silent(self.now)
        jobs.time_out_transfers(self.now)
        presence.notice_lost_connections(self.now)
        jobs.requeue_absent(self.now)
        actions.sweep_queue(at=self.now)
        presence.extend_shifts(self.now)
        jobs.requeue_off_shift(self.now)
        presence.notice_idleness(self.now)
        jobs.close_quiet(self.now)
        settle_enquiries(self.now)
        run_pending()

    def _post(self, thread: Thread, author: str, author_id: int, name: str, body: str) -> None:
        with transaction.atomic():
            chat.post(thread, author=author, author_id=author_id, author_name=name, body=body, at=self.now)

    def somebody_is_there(self) -> None:
        """How the day begins."""
        for person in (*self.agents, self.cast.hu):
            Presence.objects.create(person=person, state=Presence.State.ONLINE, started_at=self.now)
