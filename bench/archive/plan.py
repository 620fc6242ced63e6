"""Which conversations there were in two years: one narrow row each, from which the database makes all the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random

from bench.archive.staff import SHOPS, Staff
from dangban.lib import clock
from dangban.lib.text import bigrams

DAYS = 730
HOUR = 3600
# A line every so many seconds; a conversation is quiet for as long before it ends.
PACE = 40
OPEN_FOR = 2 * HOUR
BODIES = 40_000
COMMON = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
ASKED = (
    "请问什么时候发货", "这款还有现货吗", "我想换一个颜色", "快递到哪里了", "可以便宜一点吗",
    "收到了质量很好", "怎么还没有收到", "尺寸是多少厘米", "能开发票吗谢谢", "帮我改一下地址",
    "洗了会不会缩水", "两米的床用哪套", "赠品没有放进来", "申请退款多久到账", "想要明天送到",
)  # fmt: skip
ANSWERED = (
    "您好，有现货，今天下单明天发出", "亲，已经帮您备注好了", "这边帮您查一下物流", "这款是一米八和两米通用的",
    "发票随包裹一起寄出", "抱歉让您久等了，马上处理", "退款一般两天之内到账", "可以换的，请把原件寄回来",
    "面料是全棉的，可以机洗", "活动价到今天晚上为止",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    conversations: int
    messages: int

    @property
    def customers(self) -> int:
        return max(200, self.conversations * 3 // 10)

    @property
    def threads(self) -> int:
        """Some customers deal with two shops."""
        return self.customers + self.customers // 10

    @property
    def open(self) -> int:
        return max(60, self.conversations * 3 // 1000)

    @property
    def orders(self) -> int:
        return self.conversations // 5


# id, thread, customer, shop, team, person, opened (epoch), lines, first seq, lines before it in all, state
Planned = tuple[int, int, int, int, int, int, int, int, int, int, str]


class Plan:
    """Drawn once with a fixed seed; `last_seq` is known when all rows were taken."""

    def __init__(self, size: Size, made: Staff, now: datetime) -> None:
        self.size, self.now = size, int(now.timestamp())
        self.draw = Random(7)
        self.houses = made.houses
        self.last_seq = [0] * (size.threads + 1)
        self.house_of = self.draw.choices(range(len(SHOPS)), SHOPS, k=size.threads + 1)
        self.started = [0] * (size.threads + 1)

    def customer_of(self, thread: int) -> int:
        return thread if thread <= self.size.customers else thread - self.size.customers

    def rows(self) -> Iterator[Planned]:
        size, draw, before = self.size, self.draw, 0
        ended = size.conversations - size.open
        lengths = self._lengths()
        being_open = draw.sample(range(1, size.threads + 1), size.open)
        for number in range(1, size.conversations + 1):
            if number <= ended:
                # A few customers write very often, most once or twice; spread over all numbers.
                thread = int(size.threads * draw.random() ** 1.6) * 7919 % size.threads + 1
                opened, state, lines = self._moment((number - 1) / ended), "ended", draw.choice(lengths)
            else:
                thread = being_open[number - ended - 1]
                opened = self.now - OPEN_FOR + (number - ended - 1) * (OPEN_FOR - 900) // size.open
                state = draw.choices(("serving", "waiting", "offline"), (85, 10, 5))[0]
                lines = draw.choice(lengths) if state == "serving" else 1
            house = self.houses[self.house_of[thread]]
            person = house.agents[int(len(house.agents) * draw.random() ** 1.3)]
            first = self.last_seq[thread] + 1
            self.started[thread] = self.started[thread] or opened
            yield (
                number, thread, self.customer_of(thread), house.shop.pk, house.team.pk, person.pk,
                opened, lines, first, before, state,
            )  # fmt: skip
            self.last_seq[thread] += lines
            before += lines

    def _lengths(self) -> Sequence[int]:
        """Lines of a conversation, as many on average as asked for."""
        usual = (2, 2, 3, 4, 4, 5, 5, 6, 6, 8, 10)
        factor = self.size.messages / self.size.conversations / (sum(usual) / len(usual))
        return [max(1, round(length * factor)) for length in usual]

    def _moment(self, part: float) -> int:
        """When a part of all had been: evenly over the days, from eight in the morning to midnight."""
        today = clock.at_local(clock.business_day(datetime.fromtimestamp(self.now, clock.now().tzinfo)), time(0))
        days = part * DAYS
        midnight = int((today - timedelta(days=DAYS - 1 - int(days))).timestamp())
        begins, ends = midnight + 8 * HOUR, midnight + 24 * HOUR - 600
        if int(days) == DAYS - 1:
            begins, ends = midnight, max(midnight + 1, self.now - OPEN_FOR)
        return int(begins + (days % 1) * (ends - begins))


def bodies() -> Iterator[tuple[int, str, str]]:
    """What was said, with the words it is found by: customers' lines by even numbers, ours by odd ones."""
    draw = Random(11)
    for number in range(BODIES * 2):
        around = "".join(draw.choices(COMMON, k=6))
        body = around[:3] + draw.choice(ANSWERED if number % 2 else ASKED) + around[3:]
        yield number, body, " ".join(bigrams(body))
