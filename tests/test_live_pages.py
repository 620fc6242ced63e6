"""An old page and what the stream told it show what a page loaded just now shows.

People keep pages open while a department works; whatever happens must be announced to everybody
whose page shows it. Random days are played, and each live fragment is fetched again only when an
announcement says so, as the browser does it. A fragment that then differs from a fresh one was
changed by an action that told nobody, or not everybody.

LIVE_PAGES_SEEDS=1-200 plays further days; LIVE_PAGES_EACH=1 compares after each step, which names
the action that kept silent.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from django.db import transaction
from django.urls import resolve

from dangban.conversations.models import Conversation
from dangban.conversations.tests.floor import FloorCase
from dangban.desk import actions as desk
from dangban.lib import clock
from dangban.lib.actor import SYSTEM
from dangban.orders import exceptions, parcels
from dangban.orders.changing import asking
from dangban.orders.changing.asking import Asked
from dangban.orders.models import FollowUp, Order
from dangban.orders.unpaid import following
from dangban.testing.cast import NOW, TODAY, at
from tests.live_pages.dealing import keep_dealer
from tests.live_pages.pages import Office, Watcher
from tests.live_pages.parts import live_sources
from tests.live_pages.returning import keep_case, keep_unclaimed
from tests.live_pages.story import Story, keep_stock
from tests.live_pages.waiting import keep_register

ROOT = Path(__file__).parent.parent / "dangban"
TEMPLATES = sorted(ROOT.glob("*/templates/**/*.html"))
STEPS = 36
# Before pages look again, so that several announcements come at once as they do in life.
AT_ONCE = 3


def seeds() -> list[int]:
    first, _dash, last = os.environ.get("LIVE_PAGES_SEEDS", "1-2").partition("-")
    return list(range(int(first), int(last or first) + 1))


class OpenPagesCase(FloorCase):
    """Fang and others talk in two shops, somebody else in Hu's; orders and a left message are there."""

    handbook = {}

    def setUp(self) -> None:
        super().setUp()
        self.threads = [self.thread, self.another("yu_1"), self.another("yu_2", self.cast.second_shop)]
        self.threads.append(self.open_thread(self.cast.fang, self.cast.second_shop))
        self.threads.append(self.another("guo", self.cast.other_shop))
        for number, thread in enumerate(self.threads):
            self.order(thread, f"22090000{number:04}")
        for number, thread in enumerate(self.threads[:3]):
            self.order(thread, f"33090000{number:04}", status="unpaid", paid_fen=0, paid_at=None, created_at=at(f"11-18 {20 + number}:30"))
        following.follow(list(Order.objects.all()))
        for person, hours in ((self.cast.lin, "8:00-12:00"), (self.cast.mei, "8:00-17:00"), (self.cast.zhou, "9:00-18:00")):
            self.on_duty(person, *hours.split("-"))
        self.task = desk.write_task("核对赠品", by=self.cast.zhou, owner=self.cast.ou, steps=["点数", "拍照"], at=NOW)
        for label in ("空调遥控器在前台", "凌晨补录的两件"):
            desk.write_line(self.cast.lin, label, "记得看", at=NOW)
        self.goods = keep_stock(self.cast)
        self.sheet = desk.sign_handover(desk.draft_handover(self.cast.lin, at=NOW), self.cast.mei, by=self.cast.lin, at=NOW)
        self.wait, self.short = keep_register(self.cast, self.thread, self.goods)
        self.dealer_return, self.rework = keep_dealer(self.cast, self.goods)
        self.case = keep_case(self.cast)
        self.unclaimed = keep_unclaimed(self.cast)
        with transaction.atomic():
            self.parcel = parcels.note(Order.objects.earliest("pk"), "圆通", "YT880001", at=NOW)
        self.exception = exceptions.open_exception(
            Order.objects.earliest("pk"), "urgent", by=SYSTEM, at=NOW, reason="gift", owner=self.cast.lin
        )

        paid = Order.objects.filter(status="paid").earliest("pk")
        self.change = asking.ask(paid, Asked("cancel", {"note": "拍错了"}), by=self.cast.lin, at=NOW)

    def order(self, thread, number, **given) -> Order:
        said = {"status": "paid", "paid_fen": 9900, "paid_at": NOW, "created_at": NOW} | given
        order = Order.objects.create(
            shop=thread.shop, platform_id=number, number_tail=number[-6:], customer=thread.customer,
            total_fen=9900, business_day=TODAY, imported_at=NOW, **said,
        )  # fmt: skip
        order.lines.create(position=1, title="南风四件套", variant="深蓝 1.8 米", quantity=2, sku_code="NF-BLUE")
        return order

    def begin(self, seed: int) -> Story:
        story = Story(self.cast, self.threads, self.goods, seed, NOW)
        story.somebody_is_there()
        for thread in self.threads:
            self.customer_says("在吗", thread=thread)
        return story

    def office(self) -> Office:
        """Who has what open."""
        first, second, third = Conversation.objects.order_by("pk").values_list("pk", flat=True)[:3]
        order, other = Order.objects.order_by("pk").values_list("pk", flat=True)[:2]
        follow_up = FollowUp.objects.values_list("pk", flat=True).earliest("pk")
        pages = {
            "lin": ["/workspace/?tab=mine", f"/workspace/{first}/?tab=team", "/workspace/leaving/", "/backorders/", f"/backorders/{self.wait.pk}/", "/campaigns/", f"/campaigns/price/?shop={self.cast.shop.pk}"],
            "mei": ["/workspace/?tab=waiting", f"/workspace/{second}/?tab=offline", "/day/", f"/handover/{self.sheet.pk}/", "/aftersales/", "/aftersales/?which=all", "/aftersales/registers/log/", f"/aftersales/{self.case.pk}/money/"],
            "ou": [f"/workspace/{third}/?tab=ended", f"/orders/{order}/", "/inbox/", "/orders/unpaid/", f"/orders/unpaid/{follow_up}/", "/orders/exceptions/", f"/orders/exceptions/{self.exception.pk}/", "/parcels/", f"/parcels/{self.parcel.pk}/", f"/parcels/order/{self.parcel.order_id}/", "/orders/changes/", f"/orders/changes/{self.change.pk}/", f"/orders/{order}/price/", "/dispatch/", "/dispatch/cut-off/"],
            "zhou": ["/floor/", "/orders/unpaid/board/", f"/workspace/{first}/?tab=waiting", "/inbox/?only=deadlines", "/approvals/", f"/tasks/{self.task.pk}/", "/dealers/", f"/dealers/{self.dealer_return.pk}/", "/dealers/month/", f"/aftersales/{self.case.pk}/", "/aftersales/?which=over", "/aftersales/payments/"],
            "ding": [f"/orders/{other}/", f"/stock/{self.goods.pk}/", f"/backorders/short/{self.short.pk}/", "/backorders/?state=waiting", f"/dispatch/cut-off/?shop={self.cast.shop.pk}", "/dispatch/pack/", "/dealers/gate/", "/aftersales/workshop/", f"/aftersales/workshop/{self.rework.pk}/", "/aftersales/receiving/", "/aftersales/shelf/", "/aftersales/expected/", f"/aftersales/parcels/{self.unclaimed.pk}/"],
            "bao": [f"/floor/?team={self.cast.team.pk}"],
            "hu": ["/floor/?wall=1", "/workspace/?tab=mine", "/inbox/"],
        }
        return Office([self.watcher(name, addresses) for name, addresses in pages.items()])

    def watcher(self, name: str, addresses: Sequence[str]) -> Watcher:
        person = getattr(self.cast, name)
        return Watcher(person, self.as_person(person), addresses)

    def happens(self, what: Callable[[], None]) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            what()

    def play(self, seed: int) -> list[str]:
        """What differs at the end of a day, with what was done on it."""
        each = bool(os.environ.get("LIVE_PAGES_EACH"))
        story = self.begin(seed)
        office = self.office()
        self.addCleanup(office.close)
        for number in range(1, STEPS + 1):
            with clock.frozen(story.now):
                self.happens(story.step)
            with clock.frozen(story.now):
                self.happens(story.sweep)
                if each or number % AT_ONCE == 0:
                    office.deliver()
                if each:
                    differences = self.differences(office)
                    if differences:
                        return [*differences, *story.done]
        with clock.frozen(story.now):
            office.deliver()
            differences = self.differences(office)
        return [*differences, *story.done] if differences else []

    def differences(self, office: Office) -> list[str]:
        return [one for watcher in office.watchers for one in watcher.differences()]


@pytest.mark.long
class OpenPages(OpenPagesCase):
    """One test a day; see the end."""


class EveryLiveFragment(OpenPagesCase):
    def test_is_in_one_of_the_open_pages(self) -> None:
        self.begin(1)
        office = self.office()
        self.addCleanup(office.close)
        opened = set()
        for watcher in office.watchers:
            for address in watcher.browser.fragments:
                found = resolve(address.partition("?")[0])
                opened |= {(found.view_name, ""), (found.view_name, str(found.kwargs.get("name", "")))}
        written = {source for path in TEMPLATES for source in live_sources(path.read_text())}
        assert len(written) >= 15
        assert written - opened == set()

    def test_is_fetched_by_one_module_only(self) -> None:
        scripts = (ROOT.parent / "static" / "js").glob("*.js")
        assert [path.name for path in scripts if "stream:changed" in path.read_text()] == ["fragment.js"]
        assert [path.name for path in TEMPLATES if re.search(r"hx-trigger=\"[^\"]*stream:", path.read_text())] == []


def a_day(seed: int) -> Callable[[OpenPages], None]:
    def test(self: OpenPages) -> None:
        found = self.play(seed)
        assert not found, f"seed {seed}\n" + "\n".join(found)

    return test


for seed in seeds():
    setattr(OpenPages, f"test_stay_as_fresh_pages_on_day_{seed}", a_day(seed))
