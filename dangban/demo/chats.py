"""Invented conversations: talked, routed, measured and closed as the rooms would have done it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from dangban.chat.models import Message
from dangban.conversations.models import (
    Assignment,
    Closure,
    Conversation,
    Enquiry,
    GuardHit,
    Invitation,
    Promise,
    Rating,
    Reception,
    Transfer,
    Turn,
)
from dangban.conversations.rules import clocks
from dangban.demo.buyers import Buyer, Buyers, Talk
from dangban.demo.content import Content, Scenario
from dangban.demo.roster import OnDuty, Roster
from dangban.demo.rows import Rows
from dangban.demo.sales import Shelf
from dangban.demo.talk import Said, told
from dangban.lib import clock, text
from dangban.orders.models import Order
from dangban.shops.models import Sku

# What is not closed, rated and all by now belongs to the present, which is made otherwise.
ENOUGH_TO_END = timedelta(hours=2)
# How quick people of a level are, as a factor of the usual.
SPEED = {"trainee": 1.7, "junior": 1.25, "mid": 1.0, "senior": 0.8, "leader": 0.9}


@dataclass(slots=True)
class Case:
    """One conversation while it is being made."""

    shelf: Shelf
    buyer: Buyer
    talk: Talk
    row: Conversation
    duty: OnDuty
    slots: dict[str, str]
    lines: list[Message]


class Chats:
    def __init__(
        self, random: Random, content: Content, rows: Rows, buyers: Buyers, roster: Roster, *, now: datetime, day_ends: time
    ) -> None:
        self.random, self.content, self.rows = random, content, rows
        self.buyers, self.roster, self.now, self.day_ends = buyers, roster, now, day_ends
        self.words = content.words
        self._load: Counter[int] = Counter()
        # Messages that show a picture; it is put in once their threads are stored.
        self.pictured: list[Message] = []

    def scenario(self, stage: str, category: str, order: Order | None = None) -> Scenario:
        fitting = [
            one
            for one in self.content.scenarios
            if one.stage == stage and (not one.about or category in one.about) and _fits(one, order)
        ]
        return self.random.choices(fitting, [one.weight for one in fitting])[0]

    def hold(
        self, shelf: Shelf, buyer: Buyer, sku: Sku, scenario: Scenario, start: datetime, *, order: Order | None = None
    ) -> Conversation | None:
        """Have a conversation, unless this buyer is in the middle of one or nobody comes before it is too late."""
        talk = self.buyers.talk(buyer, shelf.shop, start)
        if talk.last_at is not None and start < talk.last_at + timedelta(minutes=45):
            return None
        came_by_night = not self.roster.serving(shelf.team_id, scenario.stage, start)
        opens = self.roster.next_start(shelf.team_id, start) if came_by_night else start
        serving = self.roster.serving(shelf.team_id, scenario.stage, opens) if opens else []
        if opens is None or not serving:
            return None
        duty = min(serving, key=lambda one: (self._load[one.person.pk], self.random.random()))
        slots = self._slots(shelf, buyer, sku, duty, order)
        said = list(
            told(
                self.random, scenario, slots, start,
                speed=SPEED.get(duty.person.level, 1.0), rush=len(serving) < 2, held_until=opens if came_by_night else None,
            )
        )  # fmt: skip
        if said[-1].at + ENOUGH_TO_END > self.now:
            return None
        self._load[duty.person.pk] += 1
        case = Case(shelf, buyer, talk, _row(shelf, talk, scenario, start, self.day_ends), duty, slots, [])
        self._talk(case, said, by_night=came_by_night)
        self._settle(case, order, sku, opens)
        return case.row

    def _talk(self, case: Case, said: list[Said], *, by_night: bool) -> None:
        first = said[0]
        greeting = self.words["automatic"]["closed" if by_night else "greeting"]
        if first.who == "a":
            self._say(case, first)
        else:
            self._line(case, "customer", first.text, first.at)
            self._line(case, "auto", greeting, first.at + timedelta(milliseconds=400))
        for one in said[1:]:
            self._say(case, one)
        self._close_politely(case)

    def _say(self, case: Case, one: Said) -> None:
        if one.who == "a":
            self._line(case, "agent", one.text, one.at)
        elif one.who == "photo":
            self.pictured.append(self._line(case, "customer", "", one.at, kind="image"))
        else:
            self._line(case, "customer", one.text, one.at)

    def _close_politely(self, case: Case) -> None:
        at, closing = case.lines[-1].at, self.words["closing"]
        if case.lines[-1].author == "customer" or self.random.random() < 0.55:
            at += timedelta(seconds=self.random.uniform(9, 30))
            self._line(case, "agent", self.random.choice(closing["thanks"]).format_map(case.slots), at)
            if self.random.random() < 0.4:
                at += timedelta(seconds=self.random.uniform(6, 40))
                self._line(case, "customer", self.random.choice(closing["bye"]), at)
                at += timedelta(seconds=self.random.uniform(5, 20))
                self._line(case, "agent", "🌸", at)

    def _line(self, case: Case, author: str, body: str, at: datetime, *, kind: str = "text") -> Message:
        case.talk.seq += 1
        who = {
            "customer": (0, case.buyer.handle),
            "agent": (case.duty.person.pk, case.duty.person.service_name),
            "auto": (0, "自动回复"),
        }[author]
        line = Message(
            thread=case.talk.thread, seq=case.talk.seq, author=author, author_id=who[0], author_name=who[1],
            client_id=f"{self.random.getrandbits(100):025x}", kind=kind, body=body, at=at,
        )  # fmt: skip
        case.lines.append(line)
        case.talk.last_at = at
        self.rows.add(line)
        return line

    def _settle(self, case: Case, order: Order | None, sku: Sku, assigned_at: datetime) -> None:
        """Everything that hangs on the log, read off it."""
        row, last = case.row, case.lines[-1]
        row.team_id, row.assignee = case.duty.team_id, case.duty.person
        row.assigned_at = min(assigned_at + timedelta(seconds=self.random.uniform(0.1, 3)), self._first_answer(case))
        row.last_seq, row.last_at, row.last_author = last.seq, last.at, last.author
        row.preview = text.one_line(last.body or "［图片］")
        self.rows.add(row)
        self._end(case)
        self._turns(case)
        self._receive(case)
        if row.stage == "presale":
            self._enquire(case, sku)
        elif self.random.random() < 0.06:
            self._promise(case, order)
        if self.random.random() < 0.012:
            self._slip(case)

    def _end(self, case: Case) -> None:
        row, quiet = case.row, self.random.random() < 0.22
        row.state = Conversation.State.ENDED
        row.ended_at = row.last_at + timedelta(minutes=30 if quiet else self.random.uniform(0.5, 6))
        how, by = (Closure.How.QUIET, None) if quiet else (Closure.How.RESOLVED, row.assignee)
        served = row.ended_at - (row.assigned_at or row.opened_at)
        self.rows.add(
            Closure(
                conversation=row, how=how, by=by, at=row.ended_at, business_day=self._day(case, row.ended_at),
                served_ms=round(served.total_seconds() * 1000),
            )
        )  # fmt: skip
        first = Assignment(
            conversation=row, person=case.duty.person, team_id=row.team_id, how=Assignment.How.ROUTED,
            started_at=row.assigned_at or row.opened_at, ended_at=row.ended_at, business_day=case.duty.day,
        )  # fmt: skip
        self.rows.add(first)
        if self.random.random() < 0.035:
            self._pass_on(case, first)
        if not quiet and self.random.random() < 0.55:
            self._rate(row)

    def _pass_on(self, case: Case, first: Assignment) -> None:
        """A colleague took the case up after the last line, to see to it."""
        row = case.row
        others = self.roster.serving(case.duty.team_id, "aftersale", row.last_at)
        other = next((duty.person for duty in others if duty.person != case.duty.person), None)
        if other is None or row.ended_at is None:
            return
        at = row.last_at + timedelta(seconds=20)
        row.ended_at = max(row.ended_at, at + timedelta(seconds=60))
        first.ended_at, row.transfers, row.assignee = at, 1, other
        self.rows.add(
            Transfer(
                conversation=row, ordinal=1, from_person=case.duty.person, to_person=other, note="需要售后跟进，顾客在等结果",
                state=Transfer.State.ACCEPTED, at=row.last_at + timedelta(seconds=5), settled_at=at, settled_by=other,
                business_day=case.duty.day,
            ),
            Assignment(
                conversation=row, person=other, team_id=row.team_id, how=Assignment.How.TRANSFERRED,
                started_at=at, ended_at=row.ended_at, business_day=case.duty.day,
            ),
        )  # fmt: skip

    def _rate(self, row: Conversation) -> None:
        assert row.ended_at is not None
        asked = Invitation(conversation=row, person=row.assignee, at=row.ended_at)
        self.rows.add(asked)
        if self.random.random() < 0.42:
            stars = self.random.choices((5, 4, 3, 2, 1), (66, 20, 8, 3, 3))[0]
            reasons = self.words["ratings"]["reasons" if stars > 3 else "complaints"]
            said = self.random.choice(self.words["ratings"]["texts"]) if stars > 3 else ""
            at = row.ended_at + timedelta(minutes=self.random.uniform(1, 90))
            self.rows.add(Rating(invitation=asked, stars=stars, reasons=[self.random.choice(reasons)], text=said, at=at))

    def _turns(self, case: Case) -> None:
        spoken = (
            clocks.Spoken(line.seq, line.author, line.author_id, line.at, line.kind) for line in case.lines
        )
        row = case.row
        for one in clocks.rounds(spoken):
            answered = one.answered_at is not None
            self.rows.add(
                Turn(
                    conversation=row, shop=row.shop, customer=row.customer, team_id=row.team_id, owner=case.duty.person,
                    answered_by=case.duty.person if answered else None, first=one.first, opened_seq=one.opened_seq,
                    opened_at=one.opened_at, business_day=self._day(case, one.opened_at), minute=_minute(one.opened_at),
                    answered_seq=one.answered_seq, answered_at=one.answered_at,
                    milliseconds=clock.to_ms(one.answered_at) - clock.to_ms(one.opened_at) if one.answered_at else None,
                    same_day=one.answered_at is not None and self._day(case, one.answered_at) == self._day(case, one.opened_at),
                    abandoned_at=None if answered else row.ended_at,
                    # Left over night: nobody's clock ran.
                    counted=case.duty.starts_at <= one.opened_at < case.duty.ends_at,
                )
            )  # fmt: skip

    def _receive(self, case: Case) -> None:
        said = [line for line in case.lines if line.author == "agent"]
        if said:
            self.rows.add(
                Reception(
                    conversation=case.row, person=case.duty.person, shop=case.row.shop, customer=case.row.customer,
                    business_day=self._day(case, said[0].at), lines=len(said), mutual=len(said) < len(case.lines),
                    characters=sum(len(line.body) for line in said),
                )
            )  # fmt: skip

    def _first_answer(self, case: Case) -> datetime:
        return next((line.at for line in case.lines if line.author == "agent"), case.row.last_at)

    def _day(self, case: Case, at: datetime) -> date:
        """The day of the shift, and for what fell outside it the company's."""
        duty = case.duty
        return duty.day if duty.starts_at <= at < duty.ends_at else clock.business_day(at, self.day_ends)

    def _enquire(self, case: Case, sku: Sku) -> None:
        if self.random.random() > 0.5:
            return
        row, at = case.row, case.row.last_at
        reason = self.random.choice(("hesitates", "price", "compares", "delivery", "asks_other", "freight"))
        again = at + timedelta(days=self.random.choice((1, 2, 3)))
        is_settled = self.now - at > timedelta(days=3) or self.random.random() < 0.45
        outcome = Enquiry.Outcome.LOST if is_settled else Enquiry.Outcome.OPEN
        self.rows.add(
            Enquiry(
                conversation=row, shop=row.shop, customer=row.customer, product=sku.product, wanted=sku.name, reason=reason,
                next_contact_at=None if outcome == Enquiry.Outcome.LOST else again, outcome=outcome,
                outcome_at=min(again, self.now) if outcome == Enquiry.Outcome.LOST else None, owner=case.duty.person, at=at, updated_at=at,
            )
        )  # fmt: skip

    def _promise(self, case: Case, order: Order | None) -> None:
        said = next((line for line in reversed(case.lines) if line.author == "agent"), None)
        if said is None:
            return
        due, by = said.at + timedelta(hours=self.random.choice((2, 6, 24))), case.duty.person
        self.rows.add(
            Promise(
                conversation=case.row, shop=case.row.shop, customer=case.row.customer, order=order, message_seq=said.seq,
                text=said.body[:300], due_at=due, owner=by, by=by, at=said.at, kept_by=by,
                kept_at=due - timedelta(minutes=self.random.uniform(5, 60)),
            )
        )  # fmt: skip

    def _slip(self, case: Case) -> None:
        """Something the guard met in what the agent was about to say."""
        met = self.random.choice(self.words["guard"])
        self.rows.add(
            GuardHit(
                thread=case.talk.thread, shop=case.shelf.shop, person=case.duty.person, client_id=f"{self.random.getrandbits(100):025x}",
                rule="conversations.guard", word=met["word"], act=met["act"], body=met["line"], sent=False, at=case.row.last_at,
            )
        )  # fmt: skip

    def _slots(self, shelf: Shelf, buyer: Buyer, sku: Sku, duty: OnDuty, order: Order | None) -> dict[str, str]:
        courier = order.courier if order is not None and order.courier else shelf.couriers[0].name
        place = order.city if order is not None else buyer.place["city"]
        return {
            "p": shelf.names[sku.product_id],
            "v": sku.name,
            "price": f"{(sku.price_fen or 0) / 100:g}",
            "courier": courier,
            "number": (order.tracking_number if order is not None else "") or f"{self.random.randrange(10**12, 10**13)}",
            "cut": f"{shelf.cut_off:%H:%M}",
            "city": place.removesuffix("市"),
            "qty": str(order.quantity if order is not None else self.random.choice((1, 2, 3))),
            "pay": f"{(order.paid_fen if order is not None else sku.price_fen or 0) / 100:g}",
            "me": duty.person.service_name,
        }


def _row(shelf: Shelf, talk: Talk, scenario: Scenario, start: datetime, day_ends: time) -> Conversation:
    return Conversation(
        thread=talk.thread, shop=shelf.shop, customer=talk.thread.customer, state=Conversation.State.WAITING,
        stage=scenario.stage, opened_at=start, business_day=clock.business_day(start, day_ends), first_seq=talk.seq + 1,
        last_at=start,
    )  # fmt: skip


def _minute(at: datetime) -> int:
    wall = clock.local(at)
    return wall.hour * 60 + wall.minute


def _fits(scenario: Scenario, order: Order | None) -> bool:
    if scenario.unpaid:
        return order is not None and order.status == Order.Status.UNPAID
    if scenario.paid:
        return order is not None and order.status == Order.Status.PAID
    return True
