"""Playing dialogues: customers come as the recording says, whoever the rules choose answers them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from dangban.lib import clock
from dangban.replay.clients import PATIENCE, Agent, Customer, Refused, Stuck, Tally, Wire
from dangban.replay.compare import Sent
from dangban.replay.dialogues import Dialogue
from dangban.replay.figures import NOBODY, Figures, Seen

# Seconds between two lines at the pace of people; divided by the speed.
READS = (3.0, 14.0)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is played, where, how fast and how many at once."""

    server: str
    shops: Sequence[str]
    log_ins: Sequence[tuple[str, str]]
    dialogues: Sequence[Dialogue]
    # Seconds from the beginning at which each dialogue's customer comes, at the pace of people.
    arrivals: Sequence[float]
    speed: float = 60.0
    concurrency: int = 50
    seed: int = 1


@dataclass(slots=True)
class Played:
    """What was said and heard, by all clients."""

    tally: Tally = field(default_factory=Tally)
    sent: list[Sent] = field(default_factory=list)
    by_customers: dict[int, list[Seen]] = field(default_factory=dict)
    by_agents: dict[int, list[Seen]] = field(default_factory=dict)
    streamed: dict[int, list[Seen]] = field(default_factory=dict)
    agents: dict[int, str] = field(default_factory=dict)
    # What the department says of each agent's work during the replay; of all under NOBODY.
    figures: dict[int, Figures] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Player:
    def __init__(self, plan: Plan, told: Callable[[int], None]) -> None:
        self.plan, self.told = plan, told
        self.wire = Wire(plan.server)
        self.played = Played()
        self.agents: list[Agent] = []
        self._random = Random(plan.seed)  # noqa: S311
        self._places = asyncio.Semaphore(plan.concurrency)

    async def play(self) -> Played:
        try:
            for username, password in self.plan.log_ins:
                agent = Agent(self.wire, username, password, self.played.tally)
                await agent.come()
                self.agents.append(agent)
                self.played.agents[agent.person] = username
            before = [await agent.figures() for agent in self.agents]
            began = clock.monotonic()
            await asyncio.gather(*(self._dialogue(index, began) for index in range(len(self.plan.dialogues))))
            self.played.seconds = clock.monotonic() - began
            after = [await agent.figures() for agent in self.agents]
            self._compare_figures(before, after)
            await self._go_home()
        finally:
            await self.wire.http.aclose()
        return self.played

    def _compare_figures(self, before: Sequence[dict[str, int]], after: Sequence[dict[str, int]]) -> None:
        together = Figures()
        for agent, then, now in zip(self.agents, before, after, strict=True):
            grown = {name: now[name] - then[name] for name in now}
            self.played.figures[agent.person] = Figures(
                answered=grown["answered"], answer_ms=grown["answered_ms"], firsts=grown["first_answered"],
                first_ms=grown["first_ms"], handled=grown["handled"],
            )  # fmt: skip
            together.turns += grown["asked"]
            together.asking += grown["asking"]
            together.replied += grown["replied"]
        self.played.figures[NOBODY] = together

    async def _go_home(self) -> None:
        """Going off line is refused while customers are open: then something was not ended."""
        for agent in self.agents:
            try:
                await agent.go()
            except Stuck as fault:
                self.played.troubles.append(str(fault))

    async def _dialogue(self, index: int, began: float) -> None:
        dialogue = self.plan.dialogues[index]
        await asyncio.sleep(max(0.0, self.plan.arrivals[index] / self.plan.speed - (clock.monotonic() - began)))
        customer = Customer(self.wire, self.plan.shops[index % len(self.plan.shops)], self.played.tally)
        async with self._places:
            try:
                await customer.come()
                await self._talk(customer, dialogue)
            except (Stuck, TimeoutError) as fault:
                self.played.troubles.append(f"{dialogue.source}, thread {customer.thread}: {fault or 'waited in vain'}")
            await self._look_back(customer)
            await customer.leave()
        self.told(1)

    async def _look_back(self, customer: Customer) -> None:
        """What stands in the thread afterwards, as both sides see it; also where something went wrong."""
        thread = customer.thread
        agent = next((agent for agent in self.agents if thread in agent.conversations), None)
        if not thread:
            return
        self.played.streamed[thread] = customer.heard.lines
        try:
            self.played.by_customers[thread] = await customer.history()
            self.played.by_agents[thread] = await agent.history(thread) if agent is not None else []
        except Stuck as fault:
            self.played.troubles.append(f"thread {thread}: {fault}")

    async def _talk(self, customer: Customer, dialogue: Dialogue) -> None:
        agent: Agent | None = None
        for line in dialogue.lines:
            await self._pause()
            if line.side == "customer":
                said = await customer.say(line.text)
            else:
                agent = await self._whoever_serves(customer.thread)
                await agent.heard[customer.thread].until(said.seq)
                try:
                    said = await agent.answer(customer.thread, line.text)
                except Refused:
                    continue
            self.played.sent.append(said)
            await customer.heard.until(said.seq)
        agent = await self._whoever_serves(customer.thread)
        await agent.heard[customer.thread].until(said.seq)
        await agent.resolve(customer.thread, said.seq)

    async def _whoever_serves(self, thread: int) -> Agent:
        """The agent in whose list the conversation stands."""
        give_up = clock.monotonic() + PATIENCE
        while clock.monotonic() < give_up:
            for agent in self.agents:
                if thread in agent.conversations:
                    return agent
            await asyncio.sleep(0.05)
        raise Stuck("nobody was given this customer")

    async def _pause(self) -> None:
        await asyncio.sleep(self._random.uniform(*READS) / self.plan.speed)
