"""The present moment, acted out: people come online, customers write, and everything goes the rooms' own way.

Nothing here writes rows of the floor itself. The clock is set to each moment in turn, and the same
actions run that pages and clients call.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.db import transaction
from django.db.models import Q

from dangban.chat import actions as chat
from dangban.chat import projection
from dangban.chat.models import Message, Presence, Thread
from dangban.conversations import actions
from dangban.conversations.models import Conversation, Seat, Transfer
from dangban.customers.models import Customer
from dangban.demo.buyers import Buyer
from dangban.demo.changes import Changes
from dangban.demo.content import FOLDER
from dangban.demo.desks import Desks
from dangban.demo.pictures import Album
from dangban.demo.sales import Shelf
from dangban.demo.travelling import Travelling
from dangban.demo.unpaid import Unpaid
from dangban.demo.volume import History
from dangban.desk import actions as desk
from dangban.knowledge import actions as knowledge
from dangban.knowledge.models import Script, ScriptUse
from dangban.lib import clock
from dangban.orders.models import Order
from dangban.people.models import Person, Shop, Team
from dangban.workforce.models import DutyPeriod

OPENS_BEFORE = timedelta(minutes=66)
ON_DUTY_FOR = timedelta(hours=4)
OUT_FOR = timedelta(hours=2)
SCRIPT_USES = 1800


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


@dataclass(slots=True)
class Chat:
    """One conversation of the present, as far as it has got."""

    shelf: Shelf
    customer: Customer
    thread: Thread
    name: str
    order: Order | None

    @property
    def open(self) -> Conversation | None:
        rows = Conversation.objects.filter(thread=self.thread).exclude(state=Conversation.State.ENDED)
        return rows.select_related("assignee", "shop", "thread").first()


@dataclass(frozen=True, slots=True)
class Moment:
    at: datetime
    happens: Callable[[datetime], object]


class Present:
    """Made before the history is written, as it adds to it the orders that are being talked about."""

    def __init__(
        self, random: Random, history: History, people: dict[str, Person], teams: dict[str, Team], shops: dict[str, Shop],
        *, now: datetime,
    ) -> None:  # fmt: skip
        self.random, self.history, self.people, self.teams, self.shops = random, history, people, teams, shops
        self.now = now
        self.story: dict[str, Any] = tomllib.loads((FOLDER / "present.toml").read_text(encoding="utf-8"))
        self.shelves = {shelf.shop.code: shelf for shelf in history.shelves}
        self._album = Album(random)
        self._moments: list[Moment] = []
        self._ordered = {id(told): self._order(told) for told in self.story["chat"] if "about" in told}

    def _order(self, told: Mapping[str, Any]) -> tuple[Order, Buyer]:
        shelf = self.shelves[told["shop"]]
        wanted = [sku for sku in shelf.skus if shelf.names[sku.product_id] == told["goods"]]
        buyer = self.history.buyers.newcomer(shelf.shop, self.now - timedelta(days=5), city=told.get("city", ""))
        return self.history.sales.bound_to_be(shelf, buyer, self.random.choice(wanted), told["about"]), buyer

    def act(self) -> None:
        with clock.frozen(self.now - OPENS_BEFORE):
            self._set_up(self.now - OPENS_BEFORE)
        self._be_on_duty()
        self._be_elsewhere()
        for one in self.story["presence"]:
            for minutes, state, reason in one["steps"]:
                self._plan(minutes, self._change_presence(self.people[one["username"]], state, reason))
        for told in self.story["chat"]:
            self._plan_chat(told)
        for moment in sorted(self._moments, key=lambda moment: moment.at):
            with clock.frozen(moment.at):
                moment.happens(moment.at)
                projection.run_pending()
        self._write_desk()
        Desks(self.people, self.teams, self.shops, self.now).act()
        Unpaid(self.random, self.now).act()
        Travelling(self.random, self.now).act()
        Changes(self.now).act()

    def _plan(self, minutes: float, happens: Callable[[datetime], object]) -> None:
        self._moments.append(Moment(self.now - timedelta(minutes=minutes), happens))

    # --- people

    def _be_on_duty(self) -> None:
        """Whatever the hour at which the demonstration is made: those in it who work by shifts have one that covers it."""
        starts, ends = _hour(self.now - OPENS_BEFORE), _hour(self.now + ON_DUTY_FOR)
        shifts = self.history.roster.shifts
        present = {one["username"] for one in self.story["presence"]}
        for staff in self.history.content.staff:
            if staff.username not in present or not staff.shift:
                continue
            person, today = self.people[staff.username], clock.business_day(self.now)
            there = Q(starts_at__lt=ends) | Q(day=today)
            row = DutyPeriod.objects.filter(there, person=person, ends_at__gt=starts).order_by("starts_at").first()
            if row is None:
                # Made in the evening: whoever has had the early shift stays for a late one.
                name, day = shifts["late"].name, clock.local(starts).date()
                row = DutyPeriod(person=person, team=self.teams[staff.team], day=day, name=name, starts_at=starts, ends_at=ends, source="demo")
            elif row.starts_at > starts:
                # What was still to come begins earlier today, and ends earlier.
                row.ends_at -= row.starts_at - starts
                row.starts_at = starts
            row.ends_at = max(row.ends_at, ends)
            row.ended_at = None
            row.save()
        self._has_been_there(starts)

    def _has_been_there(self, until: datetime) -> None:
        """Whoever came this morning has been on line since."""
        began = DutyPeriod.objects.filter(starts_at__lt=until, ends_at__gt=until, ended_at=None)
        Presence.objects.bulk_create(
            Presence(person_id=row.person_id, state=Presence.State.ONLINE, started_at=row.starts_at, ended_at=self.now - OPENS_BEFORE)
            for row in began.order_by("pk")
        )

    def _be_elsewhere(self) -> None:
        """A team that is out at present, whatever the roster said."""
        gone, back = self.now - OPENS_BEFORE, self.now + OUT_FOR
        for one in self.story["off_duty"]:
            for row in DutyPeriod.objects.filter(team=self.teams[one["team"]], ends_at__gt=gone, starts_at__lt=back):
                if row.starts_at < gone:
                    row.ends_at = row.ended_at = gone
                    row.save()
                elif row.ends_at > back:
                    row.starts_at = back
                    row.save()
                else:
                    row.delete()

    def _change_presence(self, person: Person, state: str, reason: str) -> Callable[[datetime], object]:
        return lambda at: actions.change_presence(person, state, by=person, reason=reason, at=at)

    # --- customers

    def _plan_chat(self, told: Mapping[str, Any]) -> None:
        chat_ = self._customer(told)
        for minutes, who, text in told["lines"]:
            self._plan(minutes, self._line(chat_, who, text))
        for act in ("promise", "require", "note", "enquiry", "transfer", "blocked"):
            if act in told:
                minutes, *details = told[act]
                self._plan(minutes, getattr(self, f"_{act}")(chat_, *details))
        if "ended" in told:
            self._plan(told["ended"], lambda at: self._by_who_serves(chat_, actions.resolve, at))

    def _customer(self, told: Mapping[str, Any]) -> Chat:
        """Whoever has the order that it is about; or a newcomer."""
        shelf, at = self.shelves[told["shop"]], self.now - OPENS_BEFORE
        if "about" not in told:
            name = self.random.choice(self.history.content.words["buyers"]["given"])
            thread = chat.open_thread(shelf.shop, name=f"访客{name}", at=at)
            return Chat(shelf, thread.customer, thread, thread.customer.name, None)
        order, buyer = self._ordered[id(told)]
        thread = chat.open_thread(shelf.shop, customer=buyer.customer, channel="platform", at=at)
        return Chat(shelf, buyer.customer, thread, buyer.handle, order)

    def _line(self, chat_: Chat, who: str, text: str) -> Callable[[datetime], object]:
        return lambda at: self._say(chat_, who, text, at)

    def _say(self, chat_: Chat, who: str, text: str, at: datetime) -> None:
        serving = chat_.open
        author: dict[str, Any] = {"author": "customer", "author_id": chat_.customer.pk, "author_name": chat_.name}
        if who == "a":
            if serving is None or serving.assignee is None:
                return
            agent = serving.assignee
            author = {"author": "agent", "author_id": agent.pk, "author_name": agent.service_name}
        kind, payload = ("image", self._picture(chat_, at)) if who == "photo" else ("text", {})
        with transaction.atomic():
            chat.post(chat_.thread, **author, kind=kind, body=text, payload=payload, at=at)

    def _picture(self, chat_: Chat, at: datetime) -> dict[str, Any]:
        shown = Message(thread=chat_.thread, author_name=chat_.name, at=at)
        self._album.show([shown])
        return dict(shown.payload)

    # --- what is noted from them

    def _by_who_serves(self, chat_: Chat, act: Callable[..., object], at: datetime, **details: Any) -> None:
        held = chat_.open
        if held is not None and held.assignee is not None:
            act(held, by=held.assignee, at=at, **details)

    def _promise(self, chat_: Chat, text: str, hours: float) -> Callable[[datetime], object]:
        due = self.now + timedelta(hours=hours)
        return lambda at: self._by_who_serves(chat_, actions.promise, at, text=text, due_at=due, order=chat_.order)

    def _require(self, chat_: Chat, kind: str, text: str, hours: float | None = None) -> Callable[[datetime], object]:
        due = self.now + timedelta(hours=hours) if hours is not None else None
        return lambda at: self._by_who_serves(
            chat_, actions.require, at, kind=kind, text=text, order=chat_.order, due_at=due
        )

    def _note(self, chat_: Chat, text: str) -> Callable[[datetime], object]:
        return lambda at: self._by_who_serves(chat_, actions.add_note, at, text=text)

    def _enquiry(self, chat_: Chat, reason: str, wanted: str) -> Callable[[datetime], object]:
        again = self.now + timedelta(minutes=40)
        return lambda at: self._by_who_serves(
            chat_, actions.record_enquiry, at, reason=reason, wanted=wanted, next_contact_at=again
        )

    def _blocked(self, chat_: Chat, body: str) -> Callable[[datetime], object]:
        return lambda at: self._by_who_serves(chat_, actions.ask_override, at, body=body, note="顾客一直在催")

    def _transfer(self, chat_: Chat, note: str, reason: str) -> Callable[[datetime], object]:
        def act(at: datetime) -> None:
            held = chat_.open
            if held is None or held.assignee is None:
                return
            to = self.people["mei" if held.assignee.username != "mei" else "lu"]
            offer = actions.transfer(held, by=held.assignee, to_person=to, note=note, reason=reason, at=at)
            if offer.state == Transfer.State.OFFERED:
                actions.accept_transfer(offer, by=to, at=at + timedelta(seconds=25))

        return act

    # --- what the department has set up, and what lies on its desks

    def _set_up(self, at: datetime) -> None:
        boss = self.people["shen"]
        for reply in self.story["reply"]:
            shop = self.shops.get(reply.get("shop", ""))
            actions.set_auto_reply(shop, reply["kind"], reply["text"], by=boss, reason=reply.get("reason", ""), at=at)
        for one in self.story["seat"]:
            seat: Seat = actions.open_seat(
                self.shops[one["shop"]], one["handle"], by=boss, receives=one.get("receives", True), at=at
            )
            if "holder" in one:
                actions.assign_seat(seat, self.people[one["holder"]], by=boss, at=at)
        scripts = [self._script(script, at) for script in self.story["script"]]
        self._use([script for script in scripts if script.scope == Script.Scope.COMPANY])

    def _use(self, scripts: list[Script]) -> None:
        """Which of the past's lines were sent from a script, and what was bought afterwards."""
        lines = Message.objects.filter(author="agent", kind="text").values_list(
            "thread_id", "seq", "author_id", "at", "thread__customer_id", "thread__shop_id"
        )
        bought = dict(Order.objects.filter(paid_at__isnull=False).values_list("customer_id", "pk"))
        uses = []
        for thread, seq, person, at, customer, shop in self.random.sample(list(lines), min(len(lines), SCRIPT_USES)):
            use = ScriptUse(
                script=self.random.choice(scripts), person_id=person, shop_id=shop, customer_id=customer,
                thread_id=thread, message_seq=seq, at=at,
            )  # fmt: skip
            if customer in bought and self.random.random() < 0.4:
                use.order_id, use.converted_at = bought[customer], at + timedelta(hours=2)
            uses.append(use)
        ScriptUse.objects.bulk_create(uses)
        for script_id, count in Counter(use.script_id for use in uses).items():
            Script.objects.filter(pk=script_id).update(uses=count)

    def _script(self, script: Mapping[str, Any], at: datetime) -> Script:
        by = self.people[script.get("owner", "shen")]
        return knowledge.write_script(
            by=by, scope=script.get("scope", "company"), stage=script["stage"], title=script["title"], body=script["body"],
            team=self.teams.get(script.get("team", "")), at=at,
        )  # fmt: skip

    def _write_desk(self) -> None:
        now = self.now
        for number, one in enumerate(self.story["notice"]):
            at = now - timedelta(minutes=50 - 12 * number)
            desk.write_notice(
                one["title"], one["body"], by=self.people[one["by"]], at=at, team=self.teams.get(one.get("team", "")),
                must_read=one.get("must_read", False), until=now + timedelta(hours=one["hours"]),
            )  # fmt: skip
        for one in self.story["task"]:
            desk.write_task(
                one["title"], by=self.people[one["by"]], owner=self.people.get(one.get("to", "")),
                team=self.teams.get(one.get("team", "")), due_at=now + timedelta(hours=one["hours"]),
                at=now - timedelta(hours=6),
            )  # fmt: skip

